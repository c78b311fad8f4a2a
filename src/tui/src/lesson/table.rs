//! Tables: in columns where they have room, else a line for each cell.

use ratatui::style::Style;
use ratatui::text::Span;

use super::block::Table;

use super::wrap::{Kind, Piece, columns, natural_width, piece, wrap};
use super::writer::{Medium, Writer};
use crate::words;

/// Columns of the screen between two of a table.
const BETWEEN: usize = 2;

/// A column in which cells wrap is not narrower: `name: value` then takes fewer
/// lines.
const NARROWEST: usize = 16;

impl Writer<'_> {
    pub fn table(&mut self, table: &Table) {
        let head: Vec<Vec<Piece>> = table
            .head
            .iter()
            .map(|cell| self.pieces(cell, self.look.theme.strong()))
            .collect();
        let rows: Vec<Vec<Vec<Piece>>> = table
            .rows
            .iter()
            .map(|row| {
                row.iter()
                    .map(|cell| self.pieces(cell, Style::new()))
                    .collect()
            })
            .collect();
        let widths = match self.look.medium {
            Medium::Linear => None,
            Medium::Screen => fit(&head, &rows, self.rows.room()),
        };
        match widths {
            Some(widths) => self.in_columns(&head, &rows, &widths),
            None => self.cell_by_cell(&head, &rows),
        }
    }

    fn in_columns(&mut self, head: &[Vec<Piece>], rows: &[Vec<Vec<Piece>>], widths: &[usize]) {
        let theme = self.look.theme;
        self.row(head, widths);
        let line = theme.symbol("─", "-");
        let ruler = widths.iter().enumerate().map(|(at, width)| {
            let gap = if at == 0 { 0 } else { BETWEEN };
            format!("{}{}", " ".repeat(gap), line.repeat(*width))
        });
        let ruler = piece(ruler.collect::<String>(), theme.faint(), Kind::Line);
        self.rows.put(vec![ruler]);
        // Where the first cell does not begin a row, blank lines do.
        let folded = |row: &Vec<Vec<Piece>>| wrap(&row[0], widths[0], 1).len() > 1;
        let apart = rows.iter().any(folded);
        for (at, row) in rows.iter().enumerate() {
            if apart && at > 0 {
                self.rows.gap();
            }
            self.row(row, widths);
        }
    }

    fn row(&mut self, cells: &[Vec<Piece>], widths: &[usize]) {
        let wrapped: Vec<Vec<Vec<Piece>>> = cells
            .iter()
            .zip(widths)
            .map(|(cell, width)| wrap(cell, *width, 1).into_iter())
            .map(|rows| rows.map(|row| self.rows.marked(row)).collect())
            .collect();
        let height = wrapped.iter().map(Vec::len).max().unwrap_or(0);
        for line in 0..height {
            let mut pieces: Vec<Piece> = Vec::new();
            let mut owed = 0;
            for (cell, width) in wrapped.iter().zip(widths) {
                let mut filled = 0;
                if let Some(row) = cell.get(line).filter(|row| !row.is_empty()) {
                    pieces.push(piece(" ".repeat(owed), Style::new(), Kind::Line));
                    owed = 0;
                    filled = row.iter().map(|part| columns(&part.text)).sum();
                    pieces.extend(row.iter().cloned());
                }
                owed += width.saturating_sub(filled) + BETWEEN;
            }
            pieces.retain(|part| !part.text.is_empty());
            self.rows.put(pieces);
        }
    }

    /// Two columns: `name: value`. More: the first cell, and beneath it each
    /// other one with its column's name.
    fn cell_by_cell(&mut self, head: &[Vec<Piece>], rows: &[Vec<Vec<Piece>>]) {
        if let [_, _] = head {
            self.pair(&head[0], &head[1]);
            for row in rows {
                let [name, value] = row.as_slice() else {
                    continue;
                };
                self.pair(name, value);
            }
            return;
        }
        for row in rows {
            let mut cells = head.iter().zip(row);
            if let Some((_, first)) = cells.next() {
                self.rows.prose(first);
            }
            self.rows.indent(None, Span::raw("  "));
            for (name, value) in cells.filter(|(_, value)| !value.is_empty()) {
                self.pair(name, value);
            }
            self.rows.outdent();
        }
    }

    fn pair(&mut self, name: &[Piece], value: &[Piece]) {
        let colon = words::lesson_pair(self.look.language);
        let mut pieces = name.to_vec();
        pieces.push(piece(colon, Style::new(), Kind::Prose));
        pieces.push(piece(" ", Style::new(), Kind::Prose));
        pieces.extend(value.iter().cloned());
        self.rows.indent(Some(Span::default()), Span::raw("  "));
        self.rows.prose(&pieces);
        self.rows.outdent();
    }
}

/// What a column would like to have.
#[derive(Debug, Clone, Copy, Default)]
struct Wish {
    /// All in one line.
    all: usize,
    /// No word torn.
    word: usize,
}

/// The columns' widths, or none if they have no room beside each other.
fn fit(head: &[Vec<Piece>], rows: &[Vec<Vec<Piece>>], room: usize) -> Option<Vec<usize>> {
    let mut wishes = vec![Wish::default(); head.len()];
    for row in rows.iter().map(Vec::as_slice).chain([head]) {
        for (wish, cell) in wishes.iter_mut().zip(row) {
            wish.all = wish.all.max(natural_width(cell));
            wish.word = wish.word.max(longest_word(cell));
        }
    }
    let gaps = BETWEEN * wishes.len().saturating_sub(1);
    let room = room.checked_sub(gaps)?;
    share(&wishes, room)
}

impl Wish {
    /// What to give rather than `part`: all, if that is only a bit more.
    fn modest(self, part: usize) -> usize {
        match self.all * 4 <= part * 5 {
            true => self.all,
            false => self.word,
        }
    }
}

/// Gives each column all it wishes, or an equal share of what the others leave;
/// a bit more if that keeps its cells or words whole.
fn share(wishes: &[Wish], room: usize) -> Option<Vec<usize>> {
    let mut widths = vec![0; wishes.len()];
    let mut open: Vec<usize> = (0..wishes.len()).collect();
    let mut left = room;
    while !open.is_empty() {
        let part = left / open.len();
        let modest = open.iter().position(|column| wishes[*column].all <= part);
        let (at, width) = match modest {
            Some(at) => (at, wishes[open[at]].all.max(1)),
            None if part < NARROWEST => return None,
            None => {
                let spare = left - NARROWEST * (open.len() - 1);
                let more = |column: &usize| wishes[*column].modest(part);
                let torn = |column: &usize| (part + 1..=spare).contains(&more(column));
                let at = open.iter().position(torn).unwrap_or(0);
                (at, more(&open[at]).clamp(part, spare))
            }
        };
        widths[open.remove(at)] = width;
        left = left.checked_sub(width)?;
    }
    Some(widths)
}

fn longest_word(cell: &[Piece]) -> usize {
    let text: String = cell.iter().map(|part| part.text.as_str()).collect();
    let words = text.split([' ', '\n']).map(columns);
    words.max().unwrap_or(0)
}
