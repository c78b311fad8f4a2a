//! The learner's terminal, drawn cell by cell.

use alacritty_terminal::term::cell::{Cell, Flags};
use alacritty_terminal::vte::ansi::Color as CellColor;
use ratatui::Frame;
use ratatui::buffer::Buffer;
use ratatui::layout::{Position, Rect};
use ratatui::style::{Color, Modifier, Style};
use unicode_width::UnicodeWidthStr as _;

use super::text;
pub use crate::terminal::Focus;
use crate::terminal::shown::Shown;
use crate::terminal::{Still, Terminal};
use crate::theme::{Palette, Theme};

/// Draws the terminal's view into `area`; with the focus here, the real cursor is
/// put where the program's is.
pub fn draw(frame: &mut Frame<'_>, area: Rect, terminal: &Terminal, theme: Theme, focus: Focus) {
    let area = area.intersection(frame.area());
    let (rows, columns) = terminal.drawn_size();
    let selected = terminal.selected();
    let buffer = frame.buffer_mut();
    for row in 0..area.height.min(rows) {
        for column in 0..area.width.min(columns) {
            let mut style = style_of(terminal.cell(row, column), theme);
            let point = terminal.point(row, column);
            if selected.is_some_and(|range| range.contains(point)) {
                style = chosen(style, theme);
            }
            let room = area.width - column;
            let target = &mut buffer[Position::new(area.x + column, area.y + row)];
            target.reset();
            target.set_style(style);
            target.set_symbol(&symbol(terminal, row, column, room));
        }
    }
    if terminal.is_scrolled() || terminal.still().is_some() {
        draw_marker(buffer, area, terminal, theme);
    }
    if let Some(typed) = terminal.still().and_then(Still::typed) {
        let column = draw_search(buffer, area, typed, theme);
        if focus == Focus::Here && !area.is_empty() {
            frame.set_cursor_position(Position::new(column, area.bottom() - 1));
        }
        return;
    }
    if focus == Focus::Here
        && let Some((row, column)) = terminal.cursor()
        && row < area.height
        && column < area.width
    {
        frame.set_cursor_position(Position::new(area.x + column, area.y + row));
    }
}

/// What stands in a cell; `room` is how many columns there are up to the edge.
fn symbol(terminal: &Terminal, row: u16, column: u16, room: u16) -> String {
    let (mut text, width) = match terminal.shown(row, column) {
        Shown::Narrow(text) => (text, 1),
        Shown::Wide(text) => (text, 2),
        Shown::Rest => (String::new(), 0),
    };
    let hidden = terminal.cell(row, column).flags.contains(Flags::HIDDEN);
    if width == 0 || width > room || hidden {
        return " ".to_owned();
    }
    // A mark must not make the cell wider than the emulator takes it to be.
    if text.width() != usize::from(width) {
        text.truncate(text.chars().next().map_or(0, char::len_utf8));
    }
    text
}

/// What is selected; where a program has reversed it already, it is put back.
fn chosen(style: Style, theme: Theme) -> Style {
    if style.add_modifier.contains(Modifier::REVERSED) {
        style.remove_modifier(Modifier::REVERSED)
    } else {
        style.patch(theme.chosen())
    }
}

fn style_of(cell: &Cell, theme: Theme) -> Style {
    let mut style = Style::new();
    for (flag, modifier) in [
        (Flags::BOLD, Modifier::BOLD),
        (Flags::ITALIC, Modifier::ITALIC),
        (Flags::ALL_UNDERLINES, Modifier::UNDERLINED),
        (Flags::INVERSE, Modifier::REVERSED),
        (Flags::STRIKEOUT, Modifier::CROSSED_OUT),
    ] {
        if cell.flags.intersects(flag) {
            style = style.add_modifier(modifier);
        }
    }
    if theme.palette == Palette::None {
        return style;
    }
    let (foreground, background) = (colour(cell.fg), colour(cell.bg));
    if cell.flags.contains(Flags::DIM) {
        // Dim plain text is often not readable; the theme's faint colour is.
        style = match foreground {
            Color::Reset => theme.faint().patch(style),
            _ => style.fg(foreground).add_modifier(Modifier::DIM),
        };
    } else {
        style = style.fg(foreground);
    }
    style.bg(background)
}

fn colour(colour: CellColor) -> Color {
    match colour {
        CellColor::Spec(rgb) => Color::Rgb(rgb.r, rgb.g, rgb.b),
        CellColor::Indexed(index) => Color::Indexed(index),
        CellColor::Named(named) => match named as usize {
            index @ 0..=15 => Color::Indexed(index as u8),
            _ => Color::Reset,
        },
    }
}

/// What is looked for, over the last row; the column behind its end.
fn draw_search(buffer: &mut Buffer, area: Rect, typed: &str, theme: Theme) -> u16 {
    let room = usize::from(area.width).saturating_sub(2);
    let said = format!("/{}", text::tail(typed, room));
    let width = said.width() as u16;
    if let Some(row) = area.rows().next_back() {
        buffer.set_style(row, Style::reset());
        buffer.set_string(
            row.x,
            row.y,
            " ".repeat(usize::from(row.width)),
            Style::reset(),
        );
        buffer.set_stringn(row.x, row.y, said, room + 1, theme.accent());
    }
    area.x + width.min(area.width.saturating_sub(1))
}

/// How far back the view is, over the upper right corner.
fn draw_marker(buffer: &mut Buffer, area: Rect, terminal: &Terminal, theme: Theme) {
    let up = theme.symbol("↑", "^");
    let marker = format!(" {up} {}/{} ", terminal.scrolled(), terminal.history());
    let width = marker.width() as u16;
    if width <= area.width && area.height > 0 {
        let style = theme.accent().patch(theme.chosen());
        buffer.set_string(area.right() - width, area.y, marker, style);
    }
}

#[cfg(test)]
mod tests;
