//! What a place on the screen shows, whatever state its neighbours are in: erasing
//! and resizing can leave half of a wide character.

use alacritty_terminal::grid::Row;
use alacritty_terminal::index::Column;
use alacritty_terminal::term::cell::{Cell, Flags};

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Shown {
    /// One column: a character with its marks.
    Narrow(String),
    /// Two columns, this one and the next.
    Wide(String),
    /// The second column of the one before.
    Rest,
}

pub(crate) fn shown(row: &Row<Cell>, column: usize) -> Shown {
    let cell = &row[Column(column)];
    let blank = || Shown::Narrow(" ".to_owned());
    if cell.flags.contains(Flags::WIDE_CHAR_SPACER) {
        let whole = column > 0 && is_whole_wide(row, column - 1);
        return if whole { Shown::Rest } else { blank() };
    }
    if cell.c == '\t' || cell.flags.contains(Flags::LEADING_WIDE_CHAR_SPACER) {
        return blank();
    }
    let mut text = String::from(cell.c);
    text.extend(cell.zerowidth().unwrap_or_default());
    if !cell.flags.contains(Flags::WIDE_CHAR) {
        Shown::Narrow(text)
    } else if is_whole_wide(row, column) {
        Shown::Wide(text)
    } else {
        blank()
    }
}

fn is_whole_wide(row: &Row<Cell>, column: usize) -> bool {
    let has = |column: usize, flag| row[Column(column)].flags.contains(flag);
    has(column, Flags::WIDE_CHAR)
        && column + 1 < row.len()
        && has(column + 1, Flags::WIDE_CHAR_SPACER)
}
