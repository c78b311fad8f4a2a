//! Tables: in columns where they have room, else a line for each cell.

use ratatui::style::Style;
use ratatui::text::Span;

use super::block::Table;
use super::layout::{Medium, Writer};
use super::wrap::{Kind, Piece, columns, natural_width, piece, wrap};
use crate::words;

/// Columns of the screen between two of a table.
const BETWEEN: usize = 2;

/// A narrower column is not worth its name.
const NARROWEST: usize = 10;

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
        for row in rows {
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

/// The columns' widths, or none if they have no room beside each other.
fn fit(head: &[Vec<Piece>], rows: &[Vec<Vec<Piece>>], room: usize) -> Option<Vec<usize>> {
    let mut wishes: Vec<usize> = head.iter().map(|cell| natural_width(cell)).collect();
    for row in rows {
        for (wish, cell) in wishes.iter_mut().zip(row) {
            *wish = natural_width(cell).max(*wish);
        }
    }
    let gaps = BETWEEN * wishes.len().saturating_sub(1);
    let room = room.checked_sub(gaps)?;
    share(&wishes, room)
}

/// Gives each column what it wishes or an equal share of what the modest leave.
fn share(wishes: &[usize], room: usize) -> Option<Vec<usize>> {
    let mut widths = vec![0; wishes.len()];
    let mut open: Vec<usize> = (0..wishes.len()).collect();
    let mut left = room;
    while !open.is_empty() {
        let part = left / open.len();
        let (modest, greedy): (Vec<usize>, Vec<usize>) =
            open.iter().partition(|column| wishes[**column] <= part);
        if modest.is_empty() {
            if part < NARROWEST {
                return None;
            }
            for column in greedy {
                widths[column] = part;
            }
            break;
        }
        for column in modest {
            widths[column] = wishes[column].max(1);
            left = left.checked_sub(widths[column])?;
        }
        open = greedy;
    }
    Some(widths)
}
