//! Map, layers and journal as they look: three sizes and a narrow pane, both
//! languages, and every size in between without a panic.

mod interface;
mod samples;
mod xray;

use plimsoll_text::Language;
use plimsoll_tui::keys::Action;
use plimsoll_tui::scene::Scene;
use plimsoll_tui::scene::journal::Entry;
use plimsoll_tui::theme::{Symbols, Theme};
use plimsoll_tui::view::journal::JournalState;
use plimsoll_tui::view::layers::LayersState;
use plimsoll_tui::view::map::MapState;
use plimsoll_tui::view::{journal, layers, map};
use ratatui::backend::TestBackend;
use ratatui::{Frame, Terminal};

const SIZES: [(u16, u16); 4] = [(60, 18), (80, 24), (120, 36), (200, 60)];
const LANGUAGES: [Language; 2] = [Language::English, Language::French];

/// The screen as text, without the blanks at line ends.
fn screen((width, height): (u16, u16), draw: impl FnOnce(&mut Frame)) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).expect("a terminal");
    terminal.draw(draw).expect("drawn");
    let buffer = terminal.backend().buffer();
    let rows = buffer.content().chunks(usize::from(width));
    let text = |row: &[ratatui::buffer::Cell]| {
        let text: String = row.iter().map(ratatui::buffer::Cell::symbol).collect();
        text.trim_end().to_owned()
    };
    let rows: Vec<String> = rows.map(text).collect();
    rows.join("\n").trim_end().to_owned()
}

fn map_of(
    scene: &Scene,
    state: &MapState,
    size: (u16, u16),
    theme: Theme,
    language: Language,
) -> String {
    screen(size, |frame| {
        map::draw(
            frame,
            frame.area(),
            scene,
            state,
            theme,
            language,
            samples::now(),
        );
    })
}

fn layers_of(
    scene: &Scene,
    state: &LayersState,
    size: (u16, u16),
    theme: Theme,
    language: Language,
) -> String {
    screen(size, |frame| {
        layers::draw(
            frame,
            frame.area(),
            scene,
            state,
            theme,
            language,
            samples::now(),
        );
    })
}

fn journal_of(
    entries: &[Entry],
    state: &JournalState,
    size: (u16, u16),
    theme: Theme,
    language: Language,
) -> String {
    screen(size, |frame| {
        journal::draw(
            frame,
            frame.area(),
            entries,
            state,
            theme,
            language,
            samples::now(),
        );
    })
}

fn in_all_sizes(name: &str, draw: impl Fn((u16, u16), Language) -> String) {
    for size in SIZES {
        for language in LANGUAGES {
            let file = format!("{name}_{}x{}_{}", size.0, size.1, language.code());
            insta::assert_snapshot!(file, draw(size, language));
        }
    }
}

#[test]
fn the_map_of_a_rich_lab() {
    let scene = samples::rich();
    in_all_sizes("map_rich", |size, language| {
        map_of(
            &scene,
            &MapState::default(),
            size,
            Theme::default(),
            language,
        )
    });
}

#[test]
fn the_map_of_an_empty_lab() {
    let scene = samples::empty();
    in_all_sizes("map_empty", |size, language| {
        map_of(
            &scene,
            &MapState::default(),
            size,
            Theme::default(),
            language,
        )
    });
}

/// Whether a line goes on from this sign upwards and downwards.
fn ways(sign: &str) -> (bool, bool) {
    match sign {
        "│" | "├" | "┤" | "┼" => (true, true),
        "└" | "┘" | "┴" | "╵" => (true, false),
        "┌" | "┐" | "┬" | "╷" => (false, true),
        _ => (false, false),
    }
}

#[test]
fn lines_of_a_map_meet_and_cross() {
    let scene = samples::rich();
    for width in 72..220 {
        for height in [10, 18, 24, 60] {
            let state = MapState::default();
            let theme = Theme::default();
            let drawn = map_of(&scene, &state, (width, height), theme, Language::English);
            let rows: Vec<Vec<String>> = drawn
                .lines()
                .filter(|line| !line.contains('↓'))
                .map(|line| line.chars().map(|sign| sign.to_string()).collect())
                .collect();
            for pair in rows.windows(2) {
                for (at, below) in pair[1].iter().enumerate() {
                    let above = pair[0].get(at).map_or(" ", String::as_str);
                    let (down, up) = (ways(above).1, ways(below).0);
                    assert_eq!(down, up, "column {at} at {width}x{height}\n{drawn}");
                }
            }
        }
    }
}

#[test]
fn what_has_room_on_a_map_is_whole() {
    let mut scene = samples::rich();
    let path = "/srv/a/path/that/is/long/enough/to/be/cut/where/there/is/little/room";
    scene.containers[0].mounts[0].source = path.to_owned();
    let state = MapState::default();
    let drawn = map_of(
        &scene,
        &state,
        (200, 60),
        Theme::default(),
        Language::English,
    );
    assert!(drawn.contains(path), "{drawn}");
}

#[test]
fn the_layers_of_a_rich_lab() {
    let scene = samples::rich();
    in_all_sizes("layers_rich", |size, language| {
        layers_of(
            &scene,
            &LayersState::default(),
            size,
            Theme::default(),
            language,
        )
    });
}

#[test]
fn the_layers_of_an_empty_lab() {
    let scene = samples::empty();
    in_all_sizes("layers_empty", |size, language| {
        layers_of(
            &scene,
            &LayersState::default(),
            size,
            Theme::default(),
            language,
        )
    });
}

#[test]
fn the_journal() {
    let entries = samples::journal();
    in_all_sizes("journal", |size, language| {
        journal_of(
            &entries,
            &JournalState::default(),
            size,
            Theme::default(),
            language,
        )
    });
}

#[test]
fn without_unicode() {
    let theme = Theme {
        symbols: Symbols::Ascii,
        ..Theme::default()
    };
    let scene = samples::rich();
    let views = [
        map_of(
            &scene,
            &MapState {
                unfolded: true,
                ..MapState::default()
            },
            (80, 44),
            theme,
            Language::English,
        ),
        layers_of(
            &scene,
            &LayersState::default(),
            (80, 24),
            theme,
            Language::English,
        ),
        journal_of(
            &samples::journal(),
            &JournalState::default(),
            (80, 24),
            theme,
            Language::English,
        ),
    ];
    for view in &views {
        assert!(view.is_ascii(), "{view}");
    }
    insta::assert_snapshot!(views.join("\n--------\n"));
}

#[test]
fn in_sentences() {
    for scene in [samples::rich(), samples::empty()] {
        for language in LANGUAGES {
            let file = format!("plain_{}_{}", scene.lab, language.code());
            let text = plimsoll_tui::scene::plain(&scene, language, samples::now());
            insta::assert_snapshot!(file, text);
        }
    }
}

#[test]
fn many_containers_fold_and_the_chosen_one_is_in_sight() {
    let scene = samples::crowd();
    let mut state = MapState::default();
    let draw =
        |state: &MapState, size| map_of(&scene, state, size, Theme::default(), Language::English);
    insta::assert_snapshot!("map_crowd", draw(&state, (120, 36)));
    for _ in 0..31 {
        assert!(state.act(Action::Down, &scene));
    }
    insta::assert_snapshot!("map_crowd_chosen", draw(&state, (80, 24)));
    for size in SIZES {
        for one in &scene.containers {
            state.chosen = Some(one.id.clone());
            assert!(
                draw(&state, size).contains(&format!("{} ", one.name)),
                "{} {size:?}",
                one.name
            );
        }
        assert!(state.act(Action::Bottom, &scene));
        assert!(draw(&state, size).contains("job-29"), "{size:?}");
        state.chosen = None;
    }
    // A container that is gone is no longer chosen: the view begins at the top.
    state.chosen = Some("gone".into());
    assert!(draw(&state, (80, 24)).contains("lab host"));
    assert!(!state.act(Action::Doctor, &scene));
}

#[test]
fn what_is_chosen_is_told_in_full() {
    let scene = samples::rich();
    let mut state = LayersState::default();
    assert!(state.act(Action::Down, &scene));
    while state.chosen.as_deref() != Some("webserver___") {
        assert!(state.act(Action::Down, &scene));
    }
    insta::assert_snapshot!(layers_of(
        &scene,
        &state,
        (80, 24),
        Theme::default(),
        Language::English
    ));
}

#[test]
fn the_journal_of_one_container_and_further_up() {
    let entries = samples::journal();
    let mut state = JournalState::default();
    assert!(state.act(Action::Filter, &entries));
    assert_eq!(state.only.as_deref(), Some("webserver"));
    assert!(state.act(Action::PageUp, &entries));
    let drawn = journal_of(
        &entries,
        &state,
        (80, 10),
        Theme::default(),
        Language::English,
    );
    insta::assert_snapshot!(drawn);
    assert!(state.act(Action::Bottom, &entries));
    assert_eq!(state.bottom, None);
    assert!(state.act(Action::Filter, &entries));
    assert_eq!(state.only.as_deref(), Some("hopeful_hopper"));
    assert!(state.act(Action::Filter, &entries));
    assert_eq!(state.only, None);
    assert!(state.act(Action::Top, &entries));
    assert_eq!(state.bottom, Some(1));
}

#[test]
fn what_is_further_up_stays_when_something_new_happens() {
    let mut entries = samples::journal();
    let newest = entries.split_off(20);
    let mut state = JournalState::default();
    assert!(state.act(Action::Up, &entries));
    let draw = |state: &JournalState, entries: &[Entry]| {
        journal_of(entries, state, (80, 8), Theme::default(), Language::English)
    };
    let without_heading = |text: String| text.split_once('\n').map(|(_, rest)| rest.to_owned());
    let before = without_heading(draw(&state, &entries));
    entries.extend(newest);
    assert_eq!(without_heading(draw(&state, &entries)), before);
    // And who follows sees it.
    state.bottom = None;
    assert!(draw(&state, &entries).contains("planet.align"));
}

/// Nothing is drawn outside, and nothing panics, however small the pane.
#[test]
fn every_size_can_be_drawn() {
    let mut hostile = samples::rich();
    for one in &mut hostile.containers {
        one.name = "文字文字文字\u{301}\u{301}文字文字文字文字文字文字文字文字".into();
    }
    let chosen = hostile.containers[0].id.clone();
    let entries = samples::journal();
    for scene in [samples::empty(), samples::rich(), samples::crowd(), hostile] {
        for (width, height) in sizes() {
            for chosen in [None, Some(chosen.clone())] {
                let map = MapState {
                    chosen: chosen.clone(),
                    unfolded: height % 2 == 0,
                };
                let layers = LayersState {
                    chosen,
                    unfolded: height % 2 == 1,
                };
                map_of(
                    &scene,
                    &map,
                    (width, height),
                    Theme::default(),
                    Language::French,
                );
                layers_of(
                    &scene,
                    &layers,
                    (width, height),
                    Theme::default(),
                    Language::French,
                );
            }
            let state = JournalState {
                only: None,
                bottom: Some(u64::from(height)),
            };
            journal_of(
                &entries,
                &state,
                (width, height),
                Theme::default(),
                Language::French,
            );
        }
    }
}

/// All small sizes, and some of the others up to 200x60.
fn sizes() -> impl Iterator<Item = (u16, u16)> {
    let small = (1..=12).flat_map(|width| (1..=6).map(move |height| (width, height)));
    let others = (13..=200)
        .step_by(17)
        .flat_map(|width| (1..=60).step_by(19).map(move |height| (width, height)));
    small
        .chain(others)
        .chain([(71, 24), (72, 24), (73, 24), (200, 60)])
}
