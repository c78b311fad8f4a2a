//! The learner's terminal: what is on its screen, and what keys, mouse and
//! pasted text are to the program in it.
//!
//! [`Terminal`] is state and decides; it does no I/O. Bytes of the program go in
//! ([`Terminal::feed`]), bytes for the program come out. The program itself runs
//! in [`shell`].
//!
//! Limits: what the program may do to this terminal is listed in `emulator`;
//! everything else is ignored. No images, no links, no clipboard from within.

mod emulator;
mod keys;
mod limits;
mod mouse;
mod paste;
mod repaint;
mod screen_text;
pub mod shell;
pub(crate) mod shown;
mod still;

use alacritty_terminal::grid::{Dimensions, Grid, Scroll as GridScroll};
use alacritty_terminal::index::{Column, Point};
use alacritty_terminal::selection::SelectionRange;
use alacritty_terminal::term::cell::Cell;
use alacritty_terminal::term::{TermMode, viewport_to_point};
use crossterm::event::{KeyEvent, MouseEvent};
use plimsoll_text::Language;
use ratatui::layout::Rect;

use emulator::Emulator;
use mouse::Clicks;
use shown::Shown;

pub use emulator::Background;
pub use mouse::MouseOutcome;
pub use still::{Move, Still, Towards};

use crate::words;

/// Lines and columns of a terminal, bounded on both sides: an emulator needs two
/// columns for a wide character, and a terminal that lies about its size would
/// cost its memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Size {
    rows: u16,
    columns: u16,
}

impl Size {
    const MOST_ROWS: u16 = 300;
    const MOST_COLUMNS: u16 = 600;

    /// The nearest size that a terminal can have.
    fn new(rows: u16, columns: u16) -> Size {
        Size {
            rows: rows.clamp(1, Size::MOST_ROWS),
            columns: columns.clamp(2, Size::MOST_COLUMNS),
        }
    }
}

/// How far to move through what has left the screen at the top.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scroll {
    /// Lines towards the past; negative towards the present.
    Lines(i32),
    /// Screens towards the past; negative towards the present.
    Page(i32),
    Top,
    Bottom,
}

/// Whether the pane has the keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Focus {
    Here,
    Elsewhere,
}

/// The screen of the learner's shell, with what scrolled away.
pub struct Terminal {
    emulator: Emulator,
    clicks: Clicks,
    /// As it was asked for.
    size: (u16, u16),
    still: Option<Still>,
}

impl std::fmt::Debug for Terminal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (rows, columns) = self.size;
        write!(formatter, "Terminal({rows}x{columns})")
    }
}

impl Terminal {
    /// Any size is taken; rows and columns that no terminal can have are made
    /// into the nearest ones.
    #[must_use]
    pub fn new(rows: u16, columns: u16) -> Terminal {
        Terminal {
            emulator: Emulator::new(Size::new(rows, columns)),
            clicks: Clicks::default(),
            size: (rows, columns),
            still: None,
        }
    }

    /// A blank one like this.
    #[must_use]
    pub fn anew(&self) -> Terminal {
        let (rows, columns) = self.size;
        let mut terminal = Terminal::new(rows, columns);
        terminal.set_background(self.emulator.background);
        terminal
    }

    /// Takes output of the program, any bytes, cut anywhere. Gives back what is to
    /// be written to the program: answers to its questions.
    #[must_use]
    pub fn feed(&mut self, bytes: &[u8]) -> Vec<u8> {
        self.emulator.feed(bytes)
    }

    /// How often the program rang the bell since this was last asked.
    pub fn take_bells(&mut self) -> u32 {
        std::mem::take(&mut self.emulator.bells)
    }

    /// Says what the pane's background is like, for programs that ask (OSC 10
    /// and 11: vim chooses readable colours by the answer).
    pub fn set_background(&mut self, background: Background) {
        self.emulator.background = background;
    }

    /// Long lines fold anew; programs hear of it through their pty.
    pub fn resize(&mut self, rows: u16, columns: u16) {
        let size = Size::new(rows, columns);
        self.emulator.resize(size);
        if let Some(still) = &mut self.still {
            still.resize(size);
        }
        self.size = (rows, columns);
    }

    /// Rows and columns, as they were asked for.
    #[must_use]
    pub fn size(&self) -> (u16, u16) {
        self.size
    }

    /// Holds still what is shown now, with what scrolled away, to go through it:
    /// what the program prints meanwhile is taken in, and seen afterwards.
    pub fn hold_still(&mut self) {
        if self.still.is_none() {
            self.still = Some(Still::of(self.emulator.term.grid()));
        }
    }

    /// The program's screen is shown again.
    pub fn let_go(&mut self) {
        self.still = None;
    }

    /// What is held still, if anything is.
    #[must_use]
    pub fn still(&self) -> Option<&Still> {
        self.still.as_ref()
    }

    pub fn still_mut(&mut self) -> Option<&mut Still> {
        self.still.as_mut()
    }

    pub fn scroll(&mut self, scroll: Scroll) {
        if let Some(still) = &mut self.still {
            still.scroll(scroll);
            return;
        }
        let page = self.emulator.term.screen_lines() as i32;
        let most = self.history() as i32;
        let scroll = match scroll {
            Scroll::Lines(lines) => GridScroll::Delta(lines.clamp(-most, most)),
            Scroll::Page(pages) => GridScroll::Delta(pages.saturating_mul(page).clamp(-most, most)),
            Scroll::Top => GridScroll::Top,
            Scroll::Bottom => GridScroll::Bottom,
        };
        self.emulator.term.scroll_display(scroll);
    }

    /// How many lines the view is above the newest; 0 when it shows them.
    #[must_use]
    pub fn scrolled(&self) -> usize {
        self.grid().display_offset()
    }

    #[must_use]
    pub fn is_scrolled(&self) -> bool {
        self.scrolled() > 0
    }

    /// How many lines have left the screen and are kept.
    #[must_use]
    pub fn history(&self) -> usize {
        self.grid().history_size()
    }

    /// What the program gets for a key, if anything; the view goes back to the
    /// newest lines when it gets something.
    pub fn key(&mut self, key: &KeyEvent) -> Option<Vec<u8>> {
        let bytes = keys::encode(key, self.mode())?;
        self.show_newest();
        Some(bytes)
    }

    fn show_newest(&mut self) {
        self.let_go();
        self.scroll(Scroll::Bottom);
    }

    /// What a mouse event means here, `area` being where the terminal is drawn, and
    /// `at` the moment in milliseconds: clicks in quick succession select words and
    /// lines. Events outside the area mean nothing, unless [`holds_mouse`].
    ///
    /// [`holds_mouse`]: Terminal::holds_mouse
    pub fn mouse(&mut self, event: &MouseEvent, area: Rect, at: u64) -> MouseOutcome {
        mouse::outcome(self, event, area, at)
    }

    /// A button went down here and is not up again: what the mouse does, wherever
    /// it is, belongs to this terminal.
    #[must_use]
    pub fn holds_mouse(&self) -> bool {
        self.clicks.is_held()
    }

    /// What the program gets for pasted text. Newlines in it are Return, as if
    /// typed, unless the program asked for bracketed paste.
    #[must_use]
    pub fn paste(&mut self, text: &str) -> Vec<u8> {
        self.show_newest();
        paste::pasted(text, paste::Brackets::of(self.mode()))
    }

    /// What the program gets for a command put at its prompt, never with a
    /// Return; `None`: it has several lines, and each would be run.
    #[must_use]
    pub fn insert(&mut self, command: &str) -> Option<Vec<u8>> {
        self.show_newest();
        paste::inserted(command, paste::Brackets::of(self.mode()))
    }

    /// What the program gets when the pane gets or loses the keys, if it asked.
    #[must_use]
    pub fn focus(&self, focus: Focus) -> Option<&'static [u8]> {
        let asked = self.mode().contains(TermMode::FOCUS_IN_OUT);
        asked.then_some(match focus {
            Focus::Here => b"\x1b[I",
            Focus::Elsewhere => b"\x1b[O",
        })
    }

    /// The selected text, without the newline at its end, so that what is pasted at
    /// a prompt waits there.
    #[must_use]
    pub fn text_selection(&self) -> Option<String> {
        let range = self.selected()?;
        let text = screen_text::text_between(self.grid(), range.start, range.end);
        let text = text.trim_end_matches('\n');
        (!text.is_empty()).then(|| text.to_owned())
    }

    pub fn clear_selection(&mut self) {
        self.emulator.term.selection = None;
    }

    /// The end of what the learner saw, to be shown again by [`restore`] after a
    /// new start: plain text, at most 64 KiB. While a full-screen program runs,
    /// what was there before it.
    ///
    /// [`restore`]: Terminal::restore
    #[must_use]
    pub fn last_screen(&self) -> Vec<u8> {
        self.emulator.last_screen().into_bytes()
    }

    /// Shows an earlier last screen above a rule, in the colour of what is past.
    /// For a terminal that has shown nothing yet.
    pub fn restore(&mut self, saved: &[u8], language: Language) {
        let rule = format!("--- {} ---", words::earlier(language));
        // It asks nothing, so there is nothing to answer.
        let _ = self.feed(&screen_text::as_output(saved, &rule));
    }

    /// Output that makes a blank terminal of this size look like this one: what a
    /// recording that begins now begins with. History is not in it.
    #[must_use]
    pub fn repaint(&self) -> Vec<u8> {
        repaint::as_output(&self.emulator.term).into_bytes()
    }

    /// Where the program's cursor is on the screen (row, column), unless it is
    /// hidden or scrolled out of view; the learner's, where the screen is held still.
    #[must_use]
    pub fn cursor(&self) -> Option<(u16, u16)> {
        if let Some(still) = &self.still {
            return still.cursor();
        }
        if !self.mode().contains(TermMode::SHOW_CURSOR) {
            return None;
        }
        let point = self.emulator.term.grid().cursor.point;
        let offset = self.scrolled() as i32;
        let row = u16::try_from(point.line.0 + offset).ok()?;
        let column = u16::try_from(point.column.0).ok()?;
        (usize::from(row) < self.emulator.term.screen_lines()).then_some((row, column))
    }

    /// A full-screen program (an editor, a pager) has the screen.
    #[must_use]
    pub fn is_alternate(&self) -> bool {
        self.mode().contains(TermMode::ALT_SCREEN)
    }

    /// The program wants the mouse for itself.
    #[must_use]
    pub fn wants_mouse(&self) -> bool {
        self.mode().intersects(TermMode::MOUSE_MODE)
    }

    /// What the program calls itself, without control characters, at most 200
    /// characters.
    #[must_use]
    pub fn title(&self) -> Option<&str> {
        self.emulator.title.as_deref()
    }

    pub(crate) fn mode(&self) -> TermMode {
        *self.emulator.term.mode()
    }

    /// Rows and columns that there are cells for.
    pub(crate) fn drawn_size(&self) -> (u16, u16) {
        let size = self.emulator.size();
        (size.rows, size.columns)
    }

    /// The cell shown at a row and column of the view.
    pub(crate) fn cell(&self, row: u16, column: u16) -> &Cell {
        let point = self.point(row, column);
        &self.grid()[point.line][point.column]
    }

    /// What is shown at a row and column of the view.
    pub(crate) fn shown(&self, row: u16, column: u16) -> Shown {
        let point = self.point(row, column);
        shown::shown(&self.grid()[point.line], point.column.0)
    }

    /// The selected part of the buffer.
    pub(crate) fn selected(&self) -> Option<SelectionRange> {
        if let Some(still) = &self.still {
            return still.selected();
        }
        let term = &self.emulator.term;
        term.selection.as_ref()?.to_range(term)
    }

    /// What is shown: the program's screen, or what is held still of it.
    fn grid(&self) -> &Grid<Cell> {
        match &self.still {
            Some(still) => still.grid(),
            None => self.emulator.term.grid(),
        }
    }

    /// A row and column of the view as a place in the buffer.
    pub(crate) fn point(&self, row: u16, column: u16) -> Point {
        let grid = self.grid();
        let row = usize::from(row).min(grid.screen_lines() - 1);
        let column = usize::from(column).min(grid.columns() - 1);
        viewport_to_point(grid.display_offset(), Point::new(row, Column(column)))
    }
}

#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
mod tests;
