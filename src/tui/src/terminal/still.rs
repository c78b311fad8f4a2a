//! What a terminal has shown, held still to go through it with the keys: a copy of
//! the screen and its history, so that nothing a program prints moves it.
//!
//! Limits: a search is for the letters as they stand, across lines that were only
//! folded, with no patterns; accents that are characters of their own are left out
//! of it.

use alacritty_terminal::grid::{Dimensions, Grid, Scroll as GridScroll};
use alacritty_terminal::index::{Column, Line, Point};
use alacritty_terminal::selection::SelectionRange;
use alacritty_terminal::term::cell::{Cell, Flags, LineLength as _};
use alacritty_terminal::term::viewport_to_point;

use super::{Scroll, Size, screen_text};

/// Longest that can be looked for, in characters.
const LONGEST_SEARCH: usize = 100;

/// Where the cursor goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Move {
    Up,
    Down,
    Left,
    Right,
    PageUp,
    PageDown,
    /// The oldest line, and the newest.
    Top,
    Bottom,
    LineStart,
    LineEnd,
}

/// In which direction is looked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Towards {
    Past,
    Present,
}

/// A screen that stands still, and where the learner is on it.
pub struct Still {
    grid: Grid<Cell>,
    cursor: Point,
    /// Where the selection begins; it ends at the cursor.
    mark: Option<Point>,
    /// What was found last: its first and its last cell.
    found: Option<(Point, Point)>,
    sought: String,
    /// What is being typed, to be looked for.
    typed: Option<String>,
}

impl Still {
    pub(super) fn of(grid: &Grid<Cell>) -> Still {
        let mut still = Still {
            grid: grid.clone(),
            cursor: grid.cursor.point,
            mark: None,
            found: None,
            sought: String::new(),
            typed: None,
        };
        // Where the view was scrolled already, the cursor comes to it.
        still.follow_view();
        still
    }

    pub(super) fn grid(&self) -> &Grid<Cell> {
        &self.grid
    }

    /// Long lines fold anew; what was marked and found is elsewhere then.
    pub(super) fn resize(&mut self, size: Size) {
        let (rows, columns) = (usize::from(size.rows), usize::from(size.columns));
        self.grid.resize(true, rows, columns);
        (self.mark, self.found) = (None, None);
        self.grid.scroll_display(GridScroll::Delta(0));
        self.follow_view();
    }

    /// What is being typed, to be looked for.
    #[must_use]
    pub fn typed(&self) -> Option<&str> {
        self.typed.as_deref()
    }

    /// Row and column of the view.
    pub(super) fn cursor(&self) -> Option<(u16, u16)> {
        let row = self.cursor.line.0 + self.grid.display_offset() as i32;
        let column = u16::try_from(self.cursor.column.0).ok()?;
        Some((u16::try_from(row).ok()?, column))
    }

    /// Moves the view; the cursor stays in sight.
    pub fn scroll(&mut self, scroll: Scroll) {
        let most = self.grid.history_size() as i32;
        let page = self.grid.screen_lines() as i32;
        let scroll = match scroll {
            Scroll::Lines(lines) => GridScroll::Delta(lines.clamp(-most, most)),
            Scroll::Page(pages) => GridScroll::Delta(pages.saturating_mul(page).clamp(-most, most)),
            Scroll::Top => GridScroll::Top,
            Scroll::Bottom => GridScroll::Bottom,
        };
        self.grid.scroll_display(scroll);
        self.follow_view();
    }

    /// Moves the cursor; the view follows it.
    pub fn go(&mut self, to: Move) {
        let last = self.grid.last_column();
        let page = self.grid.screen_lines() as i32;
        let Point { line, column } = self.cursor;
        match to {
            Move::Up => self.cursor.line = line - 1i32,
            Move::Down => self.cursor.line = line + 1i32,
            Move::Left => self.cursor.column = Column(column.0.saturating_sub(1)),
            Move::Right => self.cursor.column = last.min(column + 1),
            Move::PageUp | Move::PageDown => {
                let up = if to == Move::PageUp { 1 } else { -1 };
                self.grid.scroll_display(GridScroll::Delta(up * page));
                self.cursor.line = Line(line.0 - up * page);
            }
            Move::Top => self.cursor = Point::new(self.grid.topmost_line(), Column(0)),
            Move::Bottom => self.cursor = Point::new(self.grid.bottommost_line(), Column(0)),
            Move::LineStart => self.cursor.column = Column(0),
            Move::LineEnd => {
                let used = self.grid[line].line_length().0;
                self.cursor.column = Column(used.saturating_sub(1)).min(last);
            }
        }
        self.found = None;
        self.show_cursor();
    }

    /// What is selected from here on; where something is marked, nothing is.
    pub fn mark(&mut self) {
        self.mark = match self.mark {
            Some(_) => None,
            None => Some(self.cursor),
        };
        self.found = None;
    }

    /// What is selected, else what was found, in the view's colours.
    pub(super) fn selected(&self) -> Option<SelectionRange> {
        let ends = self.mark.map(|mark| (mark, self.cursor));
        let (one, other) = ends.or(self.found)?;
        Some(SelectionRange::new(one.min(other), one.max(other), false))
    }

    /// The text to copy: what is selected, else the line of the cursor, whole
    /// where it was folded. Without the newline at its end.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        let range = self.mark.and_then(|_| self.selected());
        let (mut start, end) = match range {
            Some(range) => (range.start, range.end),
            None => self.line(),
        };
        let row = &self.grid[start.line];
        if row[start.column].flags.contains(Flags::WIDE_CHAR_SPACER) {
            start.column.0 = start.column.0.saturating_sub(1);
        }
        let text = screen_text::text_between(&self.grid, start, end);
        let text = text.trim_end_matches('\n');
        (!text.is_empty()).then(|| text.to_owned())
    }

    /// The ends of the cursor's line.
    fn line(&self) -> (Point, Point) {
        let (mut first, mut last) = (self.cursor.line, self.cursor.line);
        while first > self.grid.topmost_line() && self.is_folded(first - 1i32) {
            first -= 1i32;
        }
        while last < self.grid.bottommost_line() && self.is_folded(last) {
            last += 1i32;
        }
        (
            Point::new(first, Column(0)),
            Point::new(last, self.grid.last_column()),
        )
    }

    /// The next row goes on with the line.
    fn is_folded(&self, row: Line) -> bool {
        let last = &self.grid[row][self.grid.last_column()];
        last.flags.contains(Flags::WRAPLINE)
    }

    /// The mouse was pressed at a row and column of the view.
    pub(super) fn point_at(&mut self, place: (u16, u16)) {
        self.cursor = self.at(place);
        (self.mark, self.found) = (None, None);
    }

    pub(super) fn drag_to(&mut self, place: (u16, u16)) {
        self.mark.get_or_insert(self.cursor);
        self.cursor = self.at(place);
    }

    fn at(&self, (row, column): (u16, u16)) -> Point {
        let row = usize::from(row).min(self.grid.screen_lines() - 1);
        let column = usize::from(column).min(self.grid.columns() - 1);
        viewport_to_point(self.grid.display_offset(), Point::new(row, Column(column)))
    }

    /// What is looked for begins to be typed.
    pub fn begin_search(&mut self) {
        self.typed = Some(String::new());
    }

    pub fn type_search(&mut self, text: &str) {
        if let Some(typed) = &mut self.typed {
            let room = LONGEST_SEARCH.saturating_sub(typed.chars().count());
            typed.extend(text.chars().filter(|sign| !sign.is_control()).take(room));
        }
    }

    /// Takes the last letter away; with none left, nothing is looked for.
    pub fn erase_search(&mut self) {
        if self
            .typed
            .as_mut()
            .is_some_and(|typed| typed.pop().is_none())
        {
            self.typed = None;
        }
    }

    pub fn leave_search(&mut self) {
        self.typed = None;
    }

    /// Looks for what was typed, or again for what was looked for before;
    /// `false`: it is nowhere.
    pub fn search(&mut self) -> bool {
        match self.typed.take() {
            Some(typed) if !typed.is_empty() => self.sought = typed,
            _ => {}
        }
        self.find(Towards::Past)
    }

    /// What was looked for, once more; at the end it begins anew at the other.
    /// `false`: it is nowhere.
    pub fn find(&mut self, towards: Towards) -> bool {
        let all = self.places();
        let at = self.cursor;
        let next = match towards {
            Towards::Past => all.iter().rev().find(|(start, _)| *start < at),
            Towards::Present => all.iter().find(|(start, _)| *start > at),
        };
        let around = match towards {
            Towards::Past => all.last(),
            Towards::Present => all.first(),
        };
        let Some((start, end)) = next.or(around).copied() else {
            return false;
        };
        self.cursor = start;
        self.found = Some((start, end));
        self.show_cursor();
        true
    }

    /// Everywhere that what is looked for stands, from the oldest on.
    fn places(&self) -> Vec<(Point, Point)> {
        // Capitals are looked for where one is typed.
        let any_case = !self.sought.chars().any(char::is_uppercase);
        let plain = |sign: char| match any_case {
            true => sign.to_lowercase().next().unwrap_or(sign),
            false => sign,
        };
        let sought: Vec<char> = self.sought.chars().map(plain).collect();
        let mut places = Vec::new();
        if sought.is_empty() {
            return places;
        }
        let mut line: Vec<(char, Point)> = Vec::new();
        let rows = self.grid.topmost_line().0..=self.grid.bottommost_line().0;
        for row in rows.map(Line) {
            for column in (0..self.grid.columns()).map(Column) {
                let cell = &self.grid[row][column];
                let spacer = Flags::WIDE_CHAR_SPACER | Flags::LEADING_WIDE_CHAR_SPACER;
                if !cell.flags.intersects(spacer) {
                    line.push((plain(cell.c), Point::new(row, column)));
                }
            }
            if row < self.grid.bottommost_line() && self.is_folded(row) {
                continue;
            }
            for part in line.windows(sought.len()) {
                if part.iter().map(|(sign, _)| sign).eq(&sought) {
                    places.push((part[0].1, part[part.len() - 1].1));
                }
            }
            line.clear();
        }
        places
    }

    /// The view goes where the cursor is.
    fn show_cursor(&mut self) {
        let (top, bottom) = (self.grid.topmost_line(), self.grid.bottommost_line());
        self.cursor.line = self.cursor.line.clamp(top, bottom);
        let row = self.cursor.line.0 + self.grid.display_offset() as i32;
        let rows = self.grid.screen_lines() as i32;
        let up = match row {
            ..0 => -row,
            row if row >= rows => rows - 1 - row,
            _ => 0,
        };
        self.grid.scroll_display(GridScroll::Delta(up));
    }

    /// The cursor goes where the view is.
    fn follow_view(&mut self) {
        let first = Line(-(self.grid.display_offset() as i32));
        let last = first + self.grid.screen_lines() - 1i32;
        self.cursor.line = self.cursor.line.clamp(first, last);
        self.cursor.column = self.cursor.column.min(self.grid.last_column());
    }
}

#[cfg(test)]
mod tests;
