//! Collects rows as the lines of a layout: indents them, keeps the blank lines
//! between blocks, and notes where links stand.

use std::ops::Range;

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::wrap::{Kind, Piece, Row, columns, piece, wrap};

/// Where a link's text stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Seen {
    pub link: usize,
    pub lines: Range<usize>,
    pub text: String,
}

/// What stands before the rows of a list's item or of a note.
struct Margin {
    /// Before the first row only: a bullet.
    first: Option<Span<'static>>,
    rest: Span<'static>,
}

pub(super) struct Rows {
    width: usize,
    margins: Vec<Margin>,
    /// A blank line is due, with so many margins.
    gap: Option<usize>,
    /// What begins a torn row.
    mark: Span<'static>,
    pub lines: Vec<Line<'static>>,
    pub links: Vec<Seen>,
}

impl Rows {
    pub fn new(width: usize, mark: Span<'static>) -> Rows {
        Rows {
            width: width.max(1),
            margins: Vec::new(),
            gap: None,
            mark,
            lines: Vec::new(),
            links: Vec::new(),
        }
    }

    /// Columns that are left within the margins.
    pub fn room(&self) -> usize {
        let margins: usize = self.margins.iter().map(|margin| margin.rest.width()).sum();
        self.width - margins
    }

    /// Begins a margin; `first` is not wider than `rest`. Where margins would
    /// take more than half the width, this one is left out, and its bullet or
    /// number has a line of its own.
    pub fn indent(&mut self, first: Option<Span<'static>>, rest: Span<'static>) {
        if self.room().saturating_sub(rest.width()) * 2 >= self.width {
            self.margins.push(Margin { first, rest });
            return;
        }
        if let Some(first) = first.filter(|first| !first.content.trim().is_empty()) {
            self.prose(&[piece(first.content, first.style, Kind::Prose)]);
        }
        self.margins.push(Margin {
            first: None,
            rest: Span::default(),
        });
    }

    pub fn outdent(&mut self) {
        self.margins.pop();
    }

    /// A blank line, if something stands above and something follows.
    pub fn gap(&mut self) {
        let depth = self.margins.len();
        self.gap = Some(self.gap.map_or(depth, |before| before.min(depth)));
    }

    /// A sentence, wrapped. Says which lines it took.
    pub fn prose(&mut self, pieces: &[Piece]) -> Range<usize> {
        let rows = wrap(pieces, self.room(), columns(&self.mark.content));
        self.rows(rows)
    }

    /// A line of a code block, wrapped.
    pub fn code(&mut self, pieces: &[Piece]) -> Range<usize> {
        let mut rows = wrap(pieces, self.room(), columns(&self.mark.content) + 1);
        if rows.is_empty() {
            rows.push(Row::default());
        }
        for row in rows.iter_mut().filter(|row| row.torn) {
            row.pieces.insert(0, piece(" ", Style::new(), Kind::Line));
        }
        self.rows(rows)
    }

    fn rows(&mut self, rows: Vec<Row>) -> Range<usize> {
        let mut begin = None;
        for row in rows {
            let pieces = self.marked(row);
            let line = self.put(pieces);
            begin.get_or_insert(line);
        }
        begin.unwrap_or(self.lines.len())..self.lines.len()
    }

    /// A row's pieces, with the mark where it is torn.
    pub fn marked(&self, row: Row) -> Vec<Piece> {
        let mut pieces = row.pieces;
        if row.torn {
            let mark = piece(self.mark.content.clone(), self.mark.style, Kind::Prose);
            pieces.insert(0, mark);
        }
        pieces
    }

    /// One line as it is, within the margins. Says which it became.
    pub fn put(&mut self, pieces: Vec<Piece>) -> usize {
        self.fill_gap();
        let at = self.lines.len();
        let mut spans: Vec<Span<'static>> = self
            .margins
            .iter_mut()
            .map(|margin| margin.first.take().unwrap_or_else(|| margin.rest.clone()))
            .filter(|span| !span.content.is_empty())
            .collect();
        for piece in pieces {
            if let Some(link) = piece.link {
                self.see(link, at, &piece.text);
            }
            spans.push(Span::styled(piece.text, piece.style));
        }
        self.lines.push(Line::from(spans));
        at
    }

    fn fill_gap(&mut self) {
        let Some(depth) = self.gap.take() else {
            return;
        };
        if !self.lines.is_empty() {
            let bars = self.margins[..depth.min(self.margins.len())].iter();
            let bars: Vec<_> = bars.map(|margin| margin.rest.clone()).collect();
            let blank = bars.iter().all(|bar| bar.content.trim().is_empty());
            self.lines.push(match blank {
                true => Line::default(),
                false => Line::from(bars),
            });
        }
    }

    fn see(&mut self, link: usize, line: usize, text: &str) {
        match self.links.last_mut() {
            Some(seen) if seen.link == link => {
                if seen.lines.end <= line {
                    seen.text.push(' ');
                }
                seen.lines.end = line + 1;
                seen.text.push_str(text);
            }
            _ => self.links.push(Seen {
                link,
                lines: line..line + 1,
                text: text.to_owned(),
            }),
        }
    }
}
