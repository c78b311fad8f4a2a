//! Who gets a key: a dialog, the leader's next key, a pane, or the shell.

use crossterm::event::{KeyEvent, KeyEventKind};

use super::{dialog, go_home, goals, home, lab, leave, life, reading, still};
use crate::effect::Effect;
use crate::keys::{Action, Scope, action, ends_line, is_escape, is_leader};
use crate::model::{Focus, LabState, Model, Overlay, Place, ShellState, Side};
use crate::terminal::Scroll;

/// Escape that leaves a pane is pressed twice within this, in milliseconds, for
/// safety; later it is meant for the program in the terminal.
const AGAIN_MS: u64 = 700;

pub(super) fn press(model: &mut Model, key: KeyEvent, effects: &mut Vec<Effect>) {
    if key.kind == KeyEventKind::Release {
        return;
    }
    if let Some(overlay) = &model.overlay {
        let in_lab = matches!(model.place, Place::Lab(_));
        if in_lab && is_leader(&key) && !matches!(overlay, Overlay::Resetting { .. }) {
            model.overlay = None;
            model.leading = true;
        } else {
            dialog::press(model, key, effects);
        }
        return;
    }
    match model.place {
        Place::Home => home::press(model, key, effects),
        Place::Lab(_) => in_lab(model, key, effects),
    }
}

fn in_lab(model: &mut Model, key: KeyEvent, effects: &mut Vec<Effect>) {
    if model.leading {
        model.leading = false;
        if let Some(action) = action(Scope::Leader, &key) {
            lead(model, action, effects);
        }
        return;
    }
    if is_leader(&key) {
        model.leading = true;
        return;
    }
    let Place::Lab(name) = model.place.clone() else {
        return;
    };
    let Some(screen) = model.labs.get(&name) else {
        return;
    };
    match (screen.focus, screen.side) {
        (Focus::Terminal, _) => in_terminal(model, &name, &key, effects),
        (Focus::Side, Side::Lesson) => {
            if let Some(action) = action(Scope::Lesson, &key) {
                reading::in_lesson(model, &name, action, effects);
            }
        }
        (Focus::Side, _) => {
            let asked = action(screen.side_scope(), &key);
            if asked.is_some_and(|asked| lab::in_view(model, &name, asked, effects)) {
                return;
            }
            match action(Scope::View, &key) {
                Some(Action::Help) => model.overlay = Some(Overlay::Help { scroll: 0 }),
                Some(Action::Back) => lab::back_to_terminal(model, &name),
                Some(Action::Connect) => life::connect(model, &name, effects),
                _ => {}
            }
        }
    }
}

/// What is held still comes first, then the few keys that the shell does not get.
fn in_terminal(model: &mut Model, name: &str, key: &KeyEvent, effects: &mut Vec<Effect>) {
    if still::press(model, name, key, effects) {
        return;
    }
    let Some(screen) = model.labs.get_mut(name) else {
        return;
    };
    // A program that has the whole screen has nothing to scroll, and may know the key.
    if !screen.terminal.is_alternate()
        && let Some(action) = action(Scope::Terminal, key)
    {
        let pages = if action == Action::PageUp { 1 } else { -1 };
        screen.terminal.scroll(Scroll::Page(pages));
        return;
    }
    let lives = screen.state == LabState::Ready && screen.shell == ShellState::Running;
    if !lives {
        if action(Scope::NoShell, key).is_some() {
            lab::new_shell(model, name, effects);
        }
        return;
    }
    // A second Escape, for safety: the shell would take the next key with it, as one.
    if is_escape(key) && screen.left_pane_at + AGAIN_MS > model.now {
        return;
    }
    if ends_line(key) {
        // A command that only looks (`curl`) is a good moment to look as well.
        effects.push(Effect::Wake(screen.recheck.begin(model.now)));
    }
    if let Some(bytes) = screen.terminal.key(key) {
        let lab = name.to_owned();
        effects.push(Effect::Type { lab, bytes });
    }
}

/// What the key after the leader asks for.
fn lead(model: &mut Model, action: Action, effects: &mut Vec<Effect>) {
    let Place::Lab(name) = model.place.clone() else {
        return;
    };
    match action {
        Action::Lesson => lab::show(model, &name, Side::Lesson, effects),
        Action::Map => lab::show(model, &name, Side::Map, effects),
        Action::Layers => lab::show(model, &name, Side::Layers, effects),
        Action::Journal => lab::show(model, &name, Side::Journal, effects),
        Action::Xray => lab::show(model, &name, Side::Xray, effects),
        Action::Hint => goals::hint(model, &name, effects),
        Action::Answer => dialog::ask(model, &name),
        Action::Solution => dialog::solution(model, &name),
        Action::NextStep => reading::go_on(model, &name, effects),
        Action::PreviousStep => reading::go_to_step(model, &name, -1, effects),
        Action::Reset => dialog::choose_reset(model, &name, effects),
        Action::Zoom => lab::zoom(model, &name),
        Action::ScrollBack => still::begin(model, &name),
        Action::Record => lab::record(model, &name, effects),
        Action::Literal => effects.push(Effect::Type {
            lab: name,
            bytes: vec![0x07],
        }),
        Action::NewShell => lab::new_shell(model, &name, effects),
        Action::Book => reading::open_book(model, &name, effects),
        Action::Help => model.overlay = Some(Overlay::Help { scroll: 0 }),
        Action::GoHome => go_home(model, effects),
        Action::Quit => leave(model, effects),
        _ => {}
    }
}

pub(super) fn paste(model: &mut Model, text: &str, effects: &mut Vec<Effect>) {
    if model.overlay.is_some() {
        dialog::paste(model, text);
        return;
    }
    let Place::Lab(name) = &model.place else {
        home::paste(model, text);
        return;
    };
    let name = name.clone();
    let Some(screen) = model.labs.get_mut(&name) else {
        return;
    };
    if screen.focus != Focus::Terminal || still::paste(model, &name, text) {
        return;
    }
    let Some(screen) = model.labs.get_mut(&name) else {
        return;
    };
    if matches!(screen.shell, ShellState::Running) {
        let bytes = screen.terminal.paste(text);
        effects.push(Effect::Type { lab: name, bytes });
    }
}
