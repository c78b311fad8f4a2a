//! The lesson: steps, scrolling, and commands that are put into the terminal
//! and never run.

use plimsoll_lab::course::Course;
use plimsoll_text::Language;
use plimsoll_tui::effect::Effect;
use plimsoll_tui::event::LabEvent;
use plimsoll_tui::model::{Focus, Side};

use crate::player::{HELLO, Player, WEB};

fn typed(effects: &[Effect]) -> Vec<String> {
    let bytes = |effect: &Effect| match effect {
        Effect::Type { bytes, .. } => Some(String::from_utf8_lossy(bytes).into_owned()),
        _ => None,
    };
    effects.iter().filter_map(bytes).collect()
}

#[test]
fn no_command_of_any_lesson_is_ever_run_by_being_inserted() {
    let course = Course::embedded();
    let mut inserted = 0;
    for language in [Language::English, Language::French] {
        for size in [(80, 24), (120, 36), (200, 60)] {
            for brackets in ["", "\x1b[?2004h"] {
                for lab in &course.labs {
                    let mut player = Player::at_home(size);
                    player.model.language = language;
                    player.enter(&lab.name);
                    player.print(&lab.name, brackets);
                    inserted += insert_all(&mut player, &lab.name, lab.file.steps.len());
                }
            }
        }
    }
    assert!(inserted > 100, "only {inserted} commands");
}

/// Every command of every step, by its keys.
fn insert_all(player: &mut Player, lab: &str, steps: usize) -> usize {
    let mut inserted = 0;
    for step in 0..steps {
        let commands = player.lab(lab).lesson.layout.commands.len();
        for number in 1..=commands {
            if player.lab(lab).focus == Focus::Terminal {
                player.press("^G l");
            }
            player.model.labs.get_mut(lab).expect("open").lesson.command = None;
            for _ in 0..number {
                assert_eq!(typed(&player.press("Tab")), Vec::<String>::new());
            }
            if player.lab(lab).lesson.command.is_none() {
                continue;
            }
            let texts = typed(&player.press("Enter"));
            assert_eq!(texts.len(), 1);
            let text = texts[0].trim_start_matches("\x1b[200~");
            let text = text.trim_end_matches("\x1b[201~");
            assert!(!text.is_empty());
            assert!(!text.contains(char::is_control), "{text:?}");
            assert_eq!(player.lab(lab).focus, Focus::Terminal);
            inserted += 1;
        }
        if step + 1 < steps {
            player.press("^G n");
        }
    }
    inserted
}

#[test]
fn a_command_is_chosen_first_and_put_there_after() {
    let mut player = Player::in_lab(HELLO, (120, 36));
    player.press("^G l");
    // The first Enter shows which one it would be.
    assert_eq!(typed(&player.press("Enter")), Vec::<String>::new());
    player.sees("▸");
    assert_eq!(typed(&player.press("Enter")), ["docker run hello-world"]);
    assert_eq!(player.lab(HELLO).focus, Focus::Terminal);
}

#[test]
fn nothing_is_put_into_a_terminal_without_a_shell() {
    let mut player = Player::at_home((120, 36));
    player.open(HELLO);
    player.press("^G l");
    assert_eq!(typed(&player.press("Tab Enter")), Vec::<String>::new());
}

#[test]
fn steps_go_by_keys_and_end_at_the_ends() {
    let mut player = Player::in_lab(WEB, (120, 36));
    let went = |from: usize, step: usize| {
        let lab = || WEB.to_owned();
        let note = Effect::NoteStep { lab: lab(), step };
        let lab = lab();
        [note, Effect::BeginStep { lab, from, step }]
    };
    player.sees("step 1 of 5");
    assert_eq!(player.press("^G p"), []);
    for step in 2..=5 {
        assert_eq!(player.press("^G n"), went(step - 1, step));
        player.sees(&format!("step {step} of 5"));
        assert_eq!(player.model.progress.lab(WEB).step, step);
    }
    assert_eq!(player.press("^G n"), []);
    player.press("^G l");
    assert_eq!(player.press("p"), went(5, 4));
    assert_eq!(player.press("n"), went(4, 5));
}

#[test]
fn steps_are_read_before_the_lab_answers() {
    let mut player = Player::at_home((120, 36));
    player.open(WEB);
    let lab = || WEB.to_owned();
    let note = Effect::NoteStep {
        lab: lab(),
        step: 2,
    };
    assert_eq!(player.press("^G n"), [note]);
    player.sees("step 2 of 5");
    let entered = player.hear(WEB, LabEvent::Entered(Box::default()));
    let begin = Effect::BeginStep {
        lab: lab(),
        from: 0,
        step: 2,
    };
    assert!(entered.contains(&begin), "{entered:?}");
}

#[test]
fn the_lesson_scrolls_within_its_text() {
    for size in [(40, 10), (80, 24), (120, 36)] {
        let mut player = Player::in_lab(WEB, size);
        player.press("^G n ^G l Home");
        if player.lab(WEB).focus == Focus::Terminal {
            player.press("^G l");
        }
        let top = player.screen();
        player.press("Up PageUp");
        assert_eq!(player.screen(), top, "{size:?}");
        player.press("End");
        let end = player.screen();
        assert_ne!(end, top, "{size:?}");
        player.press("Down PageDown Space");
        assert_eq!(player.screen(), end, "{size:?}");
        player.press("Home");
        assert_eq!(player.screen(), top, "{size:?}");
    }
}

#[test]
fn a_view_comes_and_goes_by_its_key_and_by_esc() {
    let look = |effects: Vec<Effect>| {
        let looks =
            |effect: &Effect| matches!(effect, Effect::Look { .. } | Effect::ReadJournal { .. });
        assert!(effects.iter().any(looks), "{effects:?}");
    };
    for size in [(80, 24), (120, 36), (200, 60)] {
        for (key, side) in [("m", Side::Map), ("y", Side::Layers), ("j", Side::Journal)] {
            let mut player = Player::in_lab(HELLO, size);
            look(player.press(&format!("^G {key}")));
            assert_eq!(
                (player.lab(HELLO).side, player.lab(HELLO).focus),
                (side, Focus::Side)
            );
            player.press("Esc");
            assert_eq!(player.lab(HELLO).focus, Focus::Terminal);
            player.press(&format!("^G {key} ^G {key}"));
            assert_eq!(player.lab(HELLO).focus, Focus::Terminal);
            player.press("^G l");
            assert_eq!(player.lab(HELLO).side, Side::Lesson);
        }
    }
}

#[test]
fn a_view_asked_for_while_another_is_looked_at_is_looked_at_too() {
    let mut player = Player::in_lab(HELLO, (120, 36));
    player.press("^G j ^G m");
    let journal = plimsoll_tui::event::LabEvent::Journal(Vec::new());
    let effects = player.hear(HELLO, journal);
    let looks = |effect: &Effect| matches!(effect, Effect::Look { .. });
    assert!(effects.iter().any(looks), "{effects:?}");
}
