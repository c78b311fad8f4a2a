//! The mouse in the terminal: the program's when it asks (xterm's "Mouse
//! Tracking"), else the learner's, to scroll, select and copy. With Shift it is
//! always the learner's, as in other terminals.
//!
//! Limits: X10 and urxvt reporting (modes 9 and 1015) are not known; programs
//! that use them use mode 1000 or 1006 too.

use alacritty_terminal::index::Side;
use alacritty_terminal::selection::{Selection, SelectionType};
use alacritty_terminal::term::TermMode;
use crossterm::event::{KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::layout::{Position, Rect};

use super::{Scroll, Still, Terminal};

/// Two clicks are one double click within so many milliseconds.
const DOUBLE_CLICK: u64 = 400;
const WHEEL_LINES: i32 = 3;

/// What came of a mouse event.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum MouseOutcome {
    /// To be written to the program.
    ToProgram(Vec<u8>),
    /// The learner selected this text: it goes to their clipboard.
    Copied(String),
    /// The screen looks different.
    Redraw,
    Nothing,
}

/// The last click, and who gets the movements until the button is up.
#[derive(Debug, Default)]
pub(super) struct Clicks {
    last: Option<Click>,
    held: Option<Holder>,
}

#[derive(Debug, Clone, Copy)]
struct Click {
    at: u64,
    place: (u16, u16),
    count: u8,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holder {
    Program,
    Learner,
}

pub(super) fn outcome(
    terminal: &mut Terminal,
    event: &MouseEvent,
    area: Rect,
    at: u64,
) -> MouseOutcome {
    let inside = area.contains(Position::new(event.column, event.row));
    let held = terminal.clicks.held;
    if area.is_empty() || (!inside && held.is_none()) {
        return MouseOutcome::Nothing;
    }
    // Over what is held still there is no program.
    let wants = terminal.still().is_none()
        && terminal.wants_mouse()
        && !event.modifiers.contains(KeyModifiers::SHIFT);
    let holder = match held {
        Some(holder) => holder,
        None if wants => Holder::Program,
        None => Holder::Learner,
    };
    match event.kind {
        MouseEventKind::Down(_) => terminal.clicks.held = Some(holder),
        MouseEventKind::Up(_) => terminal.clicks.held = None,
        _ => {}
    }
    let row = event.row.clamp(area.y, area.bottom() - 1) - area.y;
    let column = event.column.clamp(area.x, area.right() - 1) - area.x;
    match holder {
        Holder::Program => report(event, row, column, terminal.mode())
            .map_or(MouseOutcome::Nothing, MouseOutcome::ToProgram),
        Holder::Learner => {
            if !inside && matches!(event.kind, MouseEventKind::Drag(_)) {
                let lines = if event.row < area.y { 1 } else { -1 };
                if event.row < area.y || event.row >= area.bottom() {
                    terminal.scroll(Scroll::Lines(lines));
                }
            }
            match terminal.still_mut() {
                Some(still) => over_still(still, event, (row, column)),
                None => learners(terminal, event, (row, column), at),
            }
        }
    }
}

fn learners(
    terminal: &mut Terminal,
    event: &MouseEvent,
    place: (u16, u16),
    at: u64,
) -> MouseOutcome {
    match event.kind {
        MouseEventKind::ScrollUp => wheel(terminal, WHEEL_LINES),
        MouseEventKind::ScrollDown => wheel(terminal, -WHEEL_LINES),
        MouseEventKind::Down(MouseButton::Left) => {
            let kind = match terminal.clicks.count(place, at) {
                1 => SelectionType::Simple,
                2 => SelectionType::Semantic,
                _ => SelectionType::Lines,
            };
            let point = terminal.point(place.0, place.1);
            let selection = Selection::new(kind, point, Side::Left);
            terminal.emulator.term.selection = Some(selection);
            MouseOutcome::Redraw
        }
        MouseEventKind::Drag(MouseButton::Left) => {
            let point = terminal.point(place.0, place.1);
            let Some(selection) = &mut terminal.emulator.term.selection else {
                return MouseOutcome::Nothing;
            };
            selection.update(point, Side::Right);
            selection.include_all();
            MouseOutcome::Redraw
        }
        MouseEventKind::Up(MouseButton::Left) => terminal
            .text_selection()
            .map_or(MouseOutcome::Nothing, MouseOutcome::Copied),
        _ => MouseOutcome::Nothing,
    }
}

/// What is held still is selected and copied as what lives is, and stays in sight.
fn over_still(still: &mut Still, event: &MouseEvent, place: (u16, u16)) -> MouseOutcome {
    match event.kind {
        MouseEventKind::ScrollUp => still.scroll(Scroll::Lines(WHEEL_LINES)),
        MouseEventKind::ScrollDown => still.scroll(Scroll::Lines(-WHEEL_LINES)),
        MouseEventKind::Down(MouseButton::Left) => still.point_at(place),
        MouseEventKind::Drag(MouseButton::Left) => still.drag_to(place),
        MouseEventKind::Up(MouseButton::Left) if still.selected().is_some() => {
            return still
                .text()
                .map_or(MouseOutcome::Nothing, MouseOutcome::Copied);
        }
        _ => return MouseOutcome::Nothing,
    }
    MouseOutcome::Redraw
}

/// The wheel moves through the history; a full-screen program has none, and
/// gets arrow keys instead (mode 1007, on unless it says no).
fn wheel(terminal: &mut Terminal, lines: i32) -> MouseOutcome {
    let mode = terminal.mode();
    if !mode.contains(TermMode::ALT_SCREEN) {
        terminal.scroll(Scroll::Lines(lines));
        return MouseOutcome::Redraw;
    }
    if !mode.contains(TermMode::ALTERNATE_SCROLL) {
        return MouseOutcome::Nothing;
    }
    let second = if mode.contains(TermMode::APP_CURSOR) {
        'O'
    } else {
        '['
    };
    let letter = if lines > 0 { 'A' } else { 'B' };
    let arrow = format!("\x1b{second}{letter}");
    MouseOutcome::ToProgram(arrow.repeat(WHEEL_LINES as usize).into_bytes())
}

impl Clicks {
    pub(super) fn is_held(&self) -> bool {
        self.held.is_some()
    }

    fn count(&mut self, place: (u16, u16), at: u64) -> u8 {
        let again = self.last.filter(|last| {
            last.place == place && at.saturating_sub(last.at) <= DOUBLE_CLICK && last.count < 3
        });
        let count = again.map_or(1, |last| last.count + 1);
        self.last = Some(Click { at, place, count });
        count
    }
}

/// The report that the program asked for, if it asked for this kind of event.
fn report(event: &MouseEvent, row: u16, column: u16, mode: TermMode) -> Option<Vec<u8>> {
    let drags = mode.intersects(TermMode::MOUSE_DRAG | TermMode::MOUSE_MOTION);
    let moves = mode.contains(TermMode::MOUSE_MOTION);
    let any = mode.intersects(TermMode::MOUSE_MODE);
    let button = match event.kind {
        MouseEventKind::Down(button) | MouseEventKind::Up(button) if any => number(button),
        MouseEventKind::Drag(button) if drags => 32 + number(button),
        MouseEventKind::Moved if moves => 32 + 3,
        MouseEventKind::ScrollUp if any => 64,
        MouseEventKind::ScrollDown if any => 65,
        MouseEventKind::ScrollLeft if any => 66,
        MouseEventKind::ScrollRight if any => 67,
        _ => return None,
    };
    let modifiers = [
        (KeyModifiers::SHIFT, 4),
        (KeyModifiers::ALT, 8),
        (KeyModifiers::CONTROL, 16),
    ];
    let held = modifiers
        .iter()
        .filter(|(flag, _)| event.modifiers.contains(*flag));
    let held: u8 = held.map(|(_, bit)| bit).sum();
    let up = matches!(event.kind, MouseEventKind::Up(_));
    let (x, y) = (column + 1, row + 1);
    if mode.contains(TermMode::SGR_MOUSE) {
        let last = if up { 'm' } else { 'M' };
        return Some(format!("\x1b[<{};{x};{y}{last}", button + held).into_bytes());
    }
    // The old reports do not say which button was let go.
    let button = if up { 3 } else { button };
    let mut bytes = b"\x1b[M".to_vec();
    bytes.push(32 + button + held);
    for coordinate in [x, y] {
        bytes.extend(old_coordinate(coordinate, mode)?);
    }
    Some(bytes)
}

fn number(button: MouseButton) -> u8 {
    match button {
        MouseButton::Left => 0,
        MouseButton::Middle => 1,
        MouseButton::Right => 2,
    }
}

/// A coordinate as one character: a byte, or with mode 1005 in UTF-8. Places
/// further out cannot be said.
fn old_coordinate(value: u16, mode: TermMode) -> Option<Vec<u8>> {
    if mode.contains(TermMode::UTF8_MOUSE) {
        let character = char::from_u32(u32::from(value) + 32).filter(|_| value <= 2015)?;
        return Some(character.to_string().into_bytes());
    }
    let byte = u8::try_from(value.checked_add(32)?).ok()?;
    Some(vec![byte])
}

#[cfg(test)]
mod tests;
