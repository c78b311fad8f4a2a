//! Keys while what the terminal has shown is held still: going through it,
//! looking for something, copying.

use crossterm::event::KeyEvent;

use super::notice;
use crate::effect::Effect;
use crate::keys::{Action, Scope, action, typed};
use crate::model::{Focus, Model, Tone};
use crate::terminal::{Move, Towards};
use crate::words;

pub(super) fn begin(model: &mut Model, name: &str) {
    if let Some(screen) = model.labs.get_mut(name) {
        screen.focus = Focus::Terminal;
        screen.terminal.hold_still();
    }
}

/// Takes a key; `false`: nothing is held still (any more), the key is the program's.
pub(super) fn press(
    model: &mut Model,
    name: &str,
    key: &KeyEvent,
    effects: &mut Vec<Effect>,
) -> bool {
    let Some(screen) = model.labs.get_mut(name) else {
        return false;
    };
    let terminal = &mut screen.terminal;
    let Some(still) = terminal.still_mut() else {
        return false;
    };
    if still.typed().is_some() {
        in_search(model, name, key, effects);
        return true;
    }
    let Some(action) = action(Scope::Scroll, key) else {
        // Who types wants the shell; other keys have no meaning here.
        let types = typed(key).is_some();
        if types {
            terminal.let_go();
        }
        return !types;
    };
    match action {
        Action::Up => still.go(Move::Up),
        Action::Down => still.go(Move::Down),
        Action::Left => still.go(Move::Left),
        Action::Right => still.go(Move::Right),
        Action::PageUp => still.go(Move::PageUp),
        Action::PageDown => still.go(Move::PageDown),
        Action::Top => still.go(Move::Top),
        Action::Bottom => still.go(Move::Bottom),
        Action::LineStart => still.go(Move::LineStart),
        Action::LineEnd => still.go(Move::LineEnd),
        Action::Mark => still.mark(),
        Action::Search => still.begin_search(),
        Action::Further => find(model, name, Some(Towards::Past), effects),
        Action::Nearer => find(model, name, Some(Towards::Present), effects),
        Action::Copy => {
            let text = still.text();
            terminal.let_go();
            if let Some(text) = text {
                effects.push(Effect::Copy(text));
                notice(model, words::copied(model.language), Tone::Plain, effects);
            }
        }
        Action::Back => terminal.let_go(),
        _ => {}
    }
    true
}

fn in_search(model: &mut Model, name: &str, key: &KeyEvent, effects: &mut Vec<Effect>) {
    let Some(still) = still(model, name) else {
        return;
    };
    match (action(Scope::ScrollSearch, key), typed(key)) {
        (Some(Action::Take), _) => find(model, name, None, effects),
        (Some(Action::Back), _) => still.leave_search(),
        (Some(Action::Erase), _) => still.erase_search(),
        (_, Some(sign)) => still.type_search(&sign.to_string()),
        _ => {}
    }
}

/// Looks for what was typed, or once more in a direction.
fn find(model: &mut Model, name: &str, towards: Option<Towards>, effects: &mut Vec<Effect>) {
    let found = still(model, name).is_some_and(|still| match towards {
        Some(towards) => still.find(towards),
        None => still.search(),
    });
    if !found {
        notice(
            model,
            words::not_found(model.language),
            Tone::Plain,
            effects,
        );
    }
}

fn still<'a>(model: &'a mut Model, name: &str) -> Option<&'a mut crate::terminal::Still> {
    model.labs.get_mut(name)?.terminal.still_mut()
}

/// What is pasted is looked for, where that is being typed; `false`: it is the
/// program's.
pub(super) fn paste(model: &mut Model, name: &str, text: &str) -> bool {
    let found = still(model, name).filter(|still| still.typed().is_some());
    found.map(|still| still.type_search(text)).is_some()
}
