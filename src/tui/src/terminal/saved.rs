//! The last screen as a text that outlives the terminal, and back.
//!
//! Plain text: what is on disk can be printed without doing anything, and long
//! lines are whole, so that they fold anew at another width.

use alacritty_terminal::event::EventListener;
use alacritty_terminal::grid::Dimensions;
use alacritty_terminal::index::{Column, Line};
use alacritty_terminal::term::Term;
use alacritty_terminal::term::cell::{Flags, LineLength as _};

/// Lines kept of what had left the screen.
const HISTORY: usize = 200;
const MOST_BYTES: usize = 64 * 1024;

/// The screen and the end of its history.
pub(super) fn text_of<T: EventListener>(term: &Term<T>) -> String {
    let grid = term.grid();
    let first = -(grid.history_size().min(HISTORY) as i32);
    let last = grid.cursor.point.line.0.max(last_used(term));
    let mut text = String::new();
    for line in (first..=last).map(Line) {
        let row = &grid[line];
        for column in 0..row.line_length().0 {
            let cell = &row[Column(column)];
            let spacer = Flags::WIDE_CHAR_SPACER | Flags::LEADING_WIDE_CHAR_SPACER;
            if !cell.flags.intersects(spacer) {
                text.push(if cell.c == '\t' { ' ' } else { cell.c });
                text.extend(cell.zerowidth().unwrap_or_default());
            }
        }
        if !row[grid.last_column()].flags.contains(Flags::WRAPLINE) {
            text.truncate(text.trim_end_matches(' ').len());
            text.push('\n');
        }
    }
    bounded(text.trim_end_matches('\n')).to_owned()
}

fn last_used<T: EventListener>(term: &Term<T>) -> i32 {
    let lines = (0..term.screen_lines() as i32).rev();
    let mut used = lines.filter(|line| !term.grid()[Line(*line)].is_clear());
    used.next().unwrap_or(0)
}

/// The end of the text, from the beginning of a line on.
fn bounded(text: &str) -> &str {
    let mut start = text.len().saturating_sub(MOST_BYTES);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    match text[start..].find('\n') {
        Some(newline) if start > 0 => &text[start + newline + 1..],
        _ => &text[start..],
    }
}

/// What to feed a fresh terminal to show a saved text, dimmed, above a rule.
pub(super) fn as_output(saved: &[u8], rule: &str) -> Vec<u8> {
    let saved = String::from_utf8_lossy(saved);
    let saved = bounded(&saved);
    if saved.trim().is_empty() {
        return Vec::new();
    }
    let mut output = String::from("\x1b[0;2m");
    for line in saved.lines().chain([rule]) {
        output.extend(line.chars().filter(|character| !character.is_control()));
        output.push_str("\r\n");
    }
    output.push_str("\x1b[0m");
    output.into_bytes()
}
