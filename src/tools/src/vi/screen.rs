//! Draws the editor.

use std::io::Write;

use unicode_width::UnicodeWidthChar;

use super::{Editor, Mode};
use crate::terminal;

const TAB: usize = 8;

impl Editor {
    pub(super) fn draw(&mut self) {
        let (rows, columns) = terminal::size();
        let page = rows.saturating_sub(1).max(1);
        let margin = if self.numbers { 8 } else { 0 };
        let width = columns.saturating_sub(margin).max(1);
        let cursor = cells(self.buffer.line(), self.buffer.column);
        self.top = self
            .top
            .min(self.buffer.row)
            .max((self.buffer.row + 1).saturating_sub(page));
        self.left = self
            .left
            .min(cursor)
            .max((cursor + 1).saturating_sub(width));
        let mut out = "\x1b[?25l\x1b[H".to_owned();
        for row in self.top..self.top + page {
            match self.buffer.lines.get(row) {
                Some(line) => {
                    if self.numbers {
                        out.push_str(&format!("{:>7} ", row + 1));
                    }
                    out.push_str(&visible(line, self.left, width));
                }
                None if row > 0 || self.buffer.lines.is_empty() => out.push('~'),
                None => {}
            }
            out.push_str("\x1b[K\n");
        }
        let status = match &self.mode {
            Mode::CommandLine(kind, text) => format!("{kind}{text}"),
            Mode::Insert => "-- INSERT --".to_owned(),
            Mode::Normal => self.message.clone(),
        };
        out.extend(status.chars().take(columns.saturating_sub(1)));
        out.push_str("\x1b[K");
        let (row, column) = match &self.mode {
            Mode::CommandLine(_, text) => (page, text.chars().count() + 1),
            _ => (self.buffer.row - self.top, cursor - self.left + margin),
        };
        out.push_str(&format!("\x1b[{};{}H\x1b[?25h", row + 1, column + 1));
        let mut stdout = std::io::stdout().lock();
        let _ = stdout.write_all(out.as_bytes());
        let _ = stdout.flush();
    }
}

/// The columns that the letters before `end` take.
fn cells(line: &[char], end: usize) -> usize {
    let letters = line.iter().take(end);
    letters.fold(0, |at, letter| at + cell(*letter, at))
}

fn cell(letter: char, at: usize) -> usize {
    match letter {
        '\t' => TAB - at % TAB,
        _ => letter.width().unwrap_or(1).max(1),
    }
}

/// The part of a line from column `left` on that fits into `width`.
fn visible(line: &[char], left: usize, width: usize) -> String {
    let mut out = String::new();
    let mut at = 0;
    for letter in line {
        let taken = cell(*letter, at);
        if at >= left && at + taken <= left + width {
            match letter {
                '\t' => out.push_str(&" ".repeat(taken)),
                _ if letter.is_control() => out.push('?'),
                _ => out.push(*letter),
            }
        }
        at += taken;
    }
    out
}
