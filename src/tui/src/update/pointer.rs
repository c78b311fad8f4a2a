//! The mouse in a lab: what it does belongs to the pane it is over.

use crossterm::event::{MouseEvent, MouseEventKind};

use super::{lab, layout, notice};
use crate::effect::Effect;
use crate::geometry;
use crate::keys::Action;
use crate::model::{Focus, Model, Place, Side, Tone};
use crate::terminal::MouseOutcome;
use crate::view::lesson;
use crate::words;

pub(super) fn mouse(model: &mut Model, mouse: MouseEvent, effects: &mut Vec<Effect>) {
    let Place::Lab(name) = model.place.clone() else {
        return;
    };
    if model.overlay.is_some() {
        return;
    }
    let Some(screen) = model.labs.get(&name) else {
        return;
    };
    let places = layout::places(model, screen);
    let at = ratatui::layout::Position::new(mouse.column, mouse.row);
    let now = model.now;
    let is_press = matches!(mouse.kind, MouseEventKind::Down(_));
    let held = screen.terminal.holds_mouse();
    if let Some(pane) = places.side.filter(|pane| pane.contains(at) && !held) {
        let height = geometry::inside(pane, places.framed).height;
        in_side(model, &name, mouse, height, effects);
        return;
    }
    let Some(pane) = places.terminal.filter(|pane| pane.contains(at) || held) else {
        return;
    };
    let inner = geometry::inside(pane, places.framed);
    let Some(screen) = model.labs.get_mut(&name) else {
        return;
    };
    if is_press {
        screen.focus = Focus::Terminal;
    }
    match screen.terminal.mouse(&mouse, inner, now) {
        MouseOutcome::ToProgram(bytes) => effects.push(Effect::Type { lab: name, bytes }),
        MouseOutcome::Copied(text) => {
            effects.push(Effect::Copy(text));
            notice(model, words::copied(model.language), Tone::Plain, effects);
        }
        MouseOutcome::Redraw | MouseOutcome::Nothing => {}
    }
}

/// Over lesson and views the wheel scrolls, and a press gives them the keys.
fn in_side(
    model: &mut Model,
    name: &str,
    mouse: MouseEvent,
    height: u16,
    effects: &mut Vec<Effect>,
) {
    let Some(screen) = model.labs.get_mut(name) else {
        return;
    };
    if matches!(mouse.kind, MouseEventKind::Down(_)) {
        screen.focus = Focus::Side;
    }
    let action = match mouse.kind {
        MouseEventKind::ScrollUp => Action::Up,
        MouseEventKind::ScrollDown => Action::Down,
        _ => return,
    };
    if screen.side != Side::Lesson {
        lab::in_view(model, name, action, effects);
        return;
    }
    let pane = &mut screen.lesson;
    let last = lesson::last_scroll(&pane.layout, height);
    pane.scroll = match action {
        Action::Up => pane.scroll.saturating_sub(WHEEL_LINES),
        _ => (pane.scroll + WHEEL_LINES).min(last),
    };
}

/// Lines of the lesson for one step of the wheel.
const WHEEL_LINES: usize = 3;
