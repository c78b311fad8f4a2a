//! The lesson: scrolling, commands put into the terminal, steps, the book.

use super::lab::back_to_terminal;
use super::layout;
use crate::effect::Effect;
use crate::geometry;
use crate::keys::Action;
use crate::lesson::{Place, Target};
use crate::model::{Focus, LabScreen, LabState, Model, Next, Overlay, ShellState, Side, Tone};
use crate::view::lesson;
use crate::words;

/// Keys while the lesson has them.
pub(super) fn in_lesson(model: &mut Model, name: &str, action: Action, effects: &mut Vec<Effect>) {
    let height = side_height(model, name);
    let Some(screen) = model.labs.get_mut(name) else {
        return;
    };
    let pane = &mut screen.lesson;
    let last = pane.layout.lines.len().saturating_sub(height.max(1));
    match action {
        Action::Up => pane.scroll = pane.scroll.saturating_sub(1),
        Action::Down => pane.scroll = (pane.scroll + 1).min(last),
        Action::PageUp => pane.scroll = pane.scroll.saturating_sub(height),
        Action::PageDown => pane.scroll = (pane.scroll + height).min(last),
        Action::Top => pane.scroll = 0,
        Action::Bottom => pane.scroll = last,
        Action::NextCommand => choose_command(screen, 1, height),
        Action::PreviousCommand => choose_command(screen, -1, height),
        Action::Take => insert(model, name, effects),
        Action::NextStep => go_on(model, name, effects),
        Action::PreviousStep => go_to_step(model, name, -1, effects),
        Action::Book => open_book(model, name, effects),
        Action::Help => model.overlay = Some(Overlay::Help { scroll: 0 }),
        Action::Back => back_to_terminal(model, name),
        Action::Connect => super::life::connect(model, name, effects),
        _ => {}
    }
}

fn side_height(model: &Model, name: &str) -> usize {
    let Some(screen) = model.labs.get(name) else {
        return 1;
    };
    let places = layout::places(model, screen);
    let side = places.side.unwrap_or_default();
    usize::from(geometry::inside(side, places.framed).height)
}

/// The next command that is typed in the lab; others are for another shell.
fn choose_command(screen: &mut LabScreen, by: isize, height: usize) {
    let pane = &mut screen.lesson;
    let commands = &pane.layout.commands;
    let of_lab: Vec<usize> = (0..commands.len())
        .filter(|index| commands[*index].place == Place::Lab)
        .collect();
    let Some(last) = of_lab.len().checked_sub(1) else {
        return;
    };
    let now = pane
        .command
        .and_then(|now| of_lab.iter().position(|index| *index == now));
    let next = match now {
        None if by > 0 => 0,
        None => last,
        Some(now) => (now + of_lab.len()).saturating_add_signed(by) % of_lab.len(),
    };
    pane.command = Some(of_lab[next]);
    let rows = u16::try_from(height).unwrap_or(u16::MAX);
    pane.scroll = lesson::scroll_to_command(&pane.layout, of_lab[next], pane.scroll, rows);
}

/// Puts the chosen command at the shell's prompt. Never runs it.
fn insert(model: &mut Model, name: &str, effects: &mut Vec<Effect>) {
    let height = side_height(model, name);
    let Some(screen) = model.labs.get_mut(name) else {
        return;
    };
    let Some(chosen) = screen.lesson.command else {
        choose_command(screen, 1, height);
        return;
    };
    if screen.shell != ShellState::Running {
        return;
    }
    let Some(command) = screen.lesson.layout.commands.get(chosen) else {
        return;
    };
    let Some(bytes) = screen.terminal.insert(&command.text) else {
        let text = words::several_lines(model.language);
        super::notice(model, text, Tone::Plain, effects);
        return;
    };
    screen.focus = Focus::Terminal;
    effects.push(Effect::Type {
        lab: name.to_owned(),
        bytes,
    });
}

/// The next step; after the last one of a lab that is done, the next lab or home.
pub(super) fn go_on(model: &mut Model, name: &str, effects: &mut Vec<Effect>) {
    match model.next() {
        Next::Step => go_to_step(model, name, 1, effects),
        Next::Lab(next) => {
            super::lab::put_aside(model, name, effects);
            super::lab::open(model, &next, effects);
        }
        Next::Home => super::go_home(model, effects),
        Next::Nothing => {}
    }
}

/// The next or an earlier step of the lesson. The learner goes, nothing else does.
pub(super) fn go_to_step(model: &mut Model, name: &str, by: isize, effects: &mut Vec<Effect>) {
    let Some(steps) = model.course.lab(name).map(|lab| lab.file.steps.len()) else {
        return;
    };
    let Some(screen) = model.labs.get_mut(name) else {
        return;
    };
    let next = screen
        .step
        .saturating_add_signed(by)
        .min(steps.saturating_sub(1));
    if next == screen.step {
        return;
    }
    screen.step = next;
    screen.lesson.scroll = 0;
    screen.lesson.command = None;
    screen.side = Side::Lesson;
    if !model.size.shows_both() {
        screen.focus = Focus::Side;
    }
    let (from, step) = (model.progress.lab(name).step, next + 1);
    let lab = || name.to_owned();
    effects.push(Effect::NoteStep { lab: lab(), step });
    // It can be read without an engine; what there is to undo begins when the
    // lab is entered.
    if screen.state == LabState::Ready {
        let lab = lab();
        effects.push(Effect::BeginStep { lab, from, step });
    }
    model.progress.lab_mut(name).step = step;
}

/// The page that the part of the lesson in sight links to first, else the
/// lab's own.
fn page_here(model: &Model, name: &str) -> Option<String> {
    model.course.lab(name)?;
    let pane = &model.labs.get(name)?.lesson;
    let linked = pane
        .layout
        .links
        .iter()
        .find_map(|link| match &link.target {
            Target::Book(link) => Some(link.to_string()),
            _ => None,
        });
    Some(linked.unwrap_or_else(|| format!("labs/{name}")))
}

/// The page of the book that goes with what is being read.
pub(super) fn open_book(model: &mut Model, name: &str, effects: &mut Vec<Effect>) {
    let page = page_here(model, name);
    if let Some(page) = page {
        effects.push(Effect::Book {
            page,
            language: model.language,
        });
    }
}
