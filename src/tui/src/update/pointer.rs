//! The mouse in a lab: what it does belongs to the pane it is over.

use crossterm::event::{MouseEvent, MouseEventKind};

use super::{layout, notice};
use crate::effect::Effect;
use crate::geometry;
use crate::model::{Focus, Model, Place, Tone};
use crate::terminal::MouseOutcome;
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
        in_side(model, &name, mouse, pane.height);
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

fn in_side(model: &mut Model, name: &str, mouse: MouseEvent, height: u16) {
    let Some(screen) = model.labs.get_mut(name) else {
        return;
    };
    if matches!(mouse.kind, MouseEventKind::Down(_)) {
        screen.focus = Focus::Side;
    }
    let pane = &mut screen.lesson;
    let last = pane.layout.lines.len().saturating_sub(usize::from(height));
    match mouse.kind {
        MouseEventKind::ScrollUp => pane.scroll = pane.scroll.saturating_sub(3),
        MouseEventKind::ScrollDown => pane.scroll = (pane.scroll + 3).min(last),
        _ => {}
    }
}
