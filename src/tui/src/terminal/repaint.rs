//! The screen as output that paints it on a blank terminal of the same size.

use std::fmt::Write as _;

use alacritty_terminal::grid::Dimensions as _;
use alacritty_terminal::index::{Column, Line};
use alacritty_terminal::term::cell::{Cell, Flags};
use alacritty_terminal::term::{Term, TermMode};
use alacritty_terminal::vte::ansi::Color;

use super::shown::{Shown, shown};

pub(super) fn as_output<T>(term: &Term<T>) -> String {
    let grid = term.grid();
    let mode = term.mode();
    let mut out = String::new();
    if mode.contains(TermMode::ALT_SCREEN) {
        out.push_str("\x1b[?1049h");
    }
    out.push_str("\x1b[0m\x1b[2J");
    let mut style = String::from("\x1b[0m");
    for line in 0..grid.screen_lines() {
        let row = &grid[Line(line as i32)];
        let blank = Cell::default();
        let used = row[..].iter().rposition(|cell| *cell != blank);
        let _ = write!(out, "\x1b[{};1H", line + 1);
        for column in 0..used.map_or(0, |last| last + 1) {
            let wanted = style_of(&row[Column(column)]);
            if wanted != style {
                out.push_str(&wanted);
                style = wanted;
            }
            if let Shown::Narrow(text) | Shown::Wide(text) = shown(row, column) {
                out.push_str(&text);
            }
        }
    }
    out.push_str(&style_of(&grid.cursor.template));
    let point = grid.cursor.point;
    let _ = write!(out, "\x1b[{};{}H", point.line.0 + 1, point.column.0 + 1);
    if grid.cursor.input_needs_wrap {
        // Only a character put there leaves the cursor after the last column.
        let row = &grid[point.line];
        let is_rest = shown(row, point.column.0) == Shown::Rest;
        let column = point.column.0 - usize::from(is_rest);
        let _ = write!(
            out,
            "\x1b[{}G{}",
            column + 1,
            style_of(&row[Column(column)])
        );
        if let Shown::Narrow(text) | Shown::Wide(text) = shown(row, column) {
            out.push_str(&text);
        }
        out.push_str(&style_of(&grid.cursor.template));
    }
    if !mode.contains(TermMode::SHOW_CURSOR) {
        out.push_str("\x1b[?25l");
    }
    out
}

/// The sequence that sets a cell's colours and attributes, and no others.
fn style_of(cell: &Cell) -> String {
    let mut out = String::from("\x1b[0");
    for (flag, code) in [
        (Flags::BOLD, "1"),
        (Flags::DIM, "2"),
        (Flags::ITALIC, "3"),
        (Flags::UNDERLINE, "4"),
        (Flags::DOUBLE_UNDERLINE, "4:2"),
        (Flags::UNDERCURL, "4:3"),
        (Flags::DOTTED_UNDERLINE, "4:4"),
        (Flags::DASHED_UNDERLINE, "4:5"),
        (Flags::INVERSE, "7"),
        (Flags::HIDDEN, "8"),
        (Flags::STRIKEOUT, "9"),
    ] {
        if cell.flags.contains(flag) {
            let _ = write!(out, ";{code}");
        }
    }
    push_colour(&mut out, cell.fg, 30);
    push_colour(&mut out, cell.bg, 40);
    out.push('m');
    out
}

/// `base` is 30 for the foreground, 40 for the background.
fn push_colour(out: &mut String, colour: Color, base: usize) {
    let _ = match colour {
        Color::Named(named) => match named as usize {
            index @ 0..=7 => write!(out, ";{}", base + index),
            index @ 8..=15 => write!(out, ";{}", base + 60 + index - 8),
            // The default, which the reset before has set.
            _ => Ok(()),
        },
        Color::Indexed(index) => write!(out, ";{};5;{index}", base + 8),
        Color::Spec(rgb) => write!(out, ";{};2;{};{};{}", base + 8, rgb.r, rgb.g, rgb.b),
    };
}
