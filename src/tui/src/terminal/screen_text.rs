//! The screen as text: what is selected, and the last screen that outlives the
//! terminal, and back.
//!
//! What is saved is plain text: what is on disk can be printed without doing anything, and long
//! lines are whole, so that they fold anew at another width.

use alacritty_terminal::grid::{Dimensions, Grid};
use alacritty_terminal::index::{Column, Line, Point};
use alacritty_terminal::term::Term;
use alacritty_terminal::term::cell::{Cell, Flags, LineLength as _};

/// Lines kept of what had left the screen.
const HISTORY: usize = 200;
const MOST_BYTES: usize = 64 * 1024;

/// The screen and the end of its history.
pub(super) fn text_of<T>(term: &Term<T>) -> String {
    let grid = term.grid();
    let history = grid.history_size().min(HISTORY) as i32;
    let last = grid.cursor.point.line.max(last_used(term));
    let start = Point::new(Line(-history), Column(0));
    let text = text_between(grid, start, Point::new(last, grid.last_column()));
    bounded(text.trim_end_matches('\n')).to_owned()
}

/// The text of the cells from one to another, both included; lines that were only
/// folded are whole. The emulator has such a function too, which looks a line too
/// far where a wide character did not fit at the end of the oldest line.
pub(super) fn text_between(grid: &Grid<Cell>, start: Point, end: Point) -> String {
    let first = start.line.max(grid.topmost_line()).0;
    let last = end.line.min(grid.bottommost_line()).0;
    let mut text = String::new();
    for line in (first..=last).map(Line) {
        let row = &grid[line];
        let from = if line == start.line {
            start.column.0
        } else {
            0
        };
        let upto = if line == end.line {
            end.column.0 + 1
        } else {
            row.len()
        };
        for column in from..upto.min(row.line_length().0) {
            let cell = &row[Column(column)];
            let spacer = Flags::WIDE_CHAR_SPACER | Flags::LEADING_WIDE_CHAR_SPACER;
            if !cell.flags.intersects(spacer) {
                text.push(if cell.c == '\t' { ' ' } else { cell.c });
                text.extend(cell.zerowidth().unwrap_or_default());
            }
        }
        let folded = row[grid.last_column()].flags.contains(Flags::WRAPLINE);
        if !folded && upto == row.len() {
            text.truncate(text.trim_end_matches(' ').len());
            text.push('\n');
        }
    }
    text
}

fn last_used<T>(term: &Term<T>) -> Line {
    let mut lines = (0..term.screen_lines() as i32).rev().map(Line);
    let used = lines.find(|line| !term.grid()[*line].is_clear());
    used.unwrap_or(Line(0))
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
