//! What a program may do to the learner's terminal, and what it is answered.
//!
//! The screen itself is `alacritty_terminal`'s. Between its parser and its
//! screen stands this list: a sequence that is not on it does nothing. What is
//! kept for a program is bounded: history, title, marks over a letter, replies.
//! Replies hold only numbers and words of ours, never what a program sent, so
//! that no program can type into the shell through them.

use std::fmt::Write as _;
use std::time::Duration;

use alacritty_terminal::event::VoidListener;
use alacritty_terminal::grid::{Dimensions, Scroll};
use alacritty_terminal::index::Line;
use alacritty_terminal::term::cell::Flags;
use alacritty_terminal::term::{Config, Osc52, Term, TermMode};
use alacritty_terminal::vte::ansi::{
    Attr, CharsetIndex, ClearMode, CursorShape, CursorStyle, Handler, LineClearMode, Mode,
    NamedColor, NamedMode, NamedPrivateMode, PrivateMode, Processor, StandardCharset,
    TabulationClearMode, Timeout,
};
use unicode_width::UnicodeWidthChar as _;

use super::Size;
use super::limits::Limits;
use super::screen_text;

/// Lines of history, where the terminal is not too wide for that many.
const MOST_HISTORY: usize = 5_000;
/// Cells of history; one takes 24 bytes, so this is at most 5 MB for each lab.
const MOST_CELLS: usize = 200_000;
/// Accents and other marks over one letter.
const MOST_MARKS_ON_ONE: usize = 4;
/// Marks over all letters; one takes 100 bytes beside its cell. Letters that are
/// one character with their accent, as keyboards type them, are none of these.
const MOST_MARKS: usize = 20_000;
const LONGEST_TITLE: usize = 200;
/// A program asks a few questions and waits; what asks more than this fills
/// answers to in one go is not listening.
const MOST_REPLIES: usize = 4096;

/// The pane's background.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Background {
    /// Programs that ask get no answer and use their default.
    #[default]
    Unknown,
    Dark,
    Light,
}

/// Synchronised updates are not waited for: a frame is drawn after all output
/// that is there, and waiting needs a clock.
#[derive(Default)]
struct Unsynchronised;

impl Timeout for Unsynchronised {
    fn set_timeout(&mut self, _: Duration) {}
    fn clear_timeout(&mut self) {}
    fn pending_timeout(&self) -> bool {
        false
    }
}

pub(super) struct Emulator {
    parser: Processor<Unsynchronised>,
    limits: Limits,
    listed: Listed,
}

/// The screen with the list around it.
pub(super) struct Listed {
    pub(super) term: Term<VoidListener>,
    pub(super) title: Option<String>,
    pub(super) background: Background,
    before_alternate: Option<String>,
    pub(super) bells: u32,
    replies: Vec<u8>,
    marks: usize,
    marks_refused: usize,
    /// Characters that may still be put on the screen in this go.
    characters: usize,
}

impl std::ops::Deref for Emulator {
    type Target = Listed;
    fn deref(&self) -> &Listed {
        &self.listed
    }
}

impl std::ops::DerefMut for Emulator {
    fn deref_mut(&mut self) -> &mut Listed {
        &mut self.listed
    }
}

impl Dimensions for Size {
    fn total_lines(&self) -> usize {
        usize::from(self.rows)
    }
    fn screen_lines(&self) -> usize {
        usize::from(self.rows)
    }
    fn columns(&self) -> usize {
        usize::from(self.columns)
    }
}

fn config(size: Size) -> Config {
    Config {
        scrolling_history: MOST_HISTORY.min(MOST_CELLS / usize::from(size.columns)),
        osc52: Osc52::Disabled,
        ..Config::default()
    }
}

impl Emulator {
    pub(super) fn new(size: Size) -> Emulator {
        Emulator {
            parser: Processor::new(),
            limits: Limits::new(),
            listed: Listed {
                term: Term::new(config(size), &size, VoidListener),
                title: None,
                background: Background::Unknown,
                before_alternate: None,
                bells: 0,
                replies: Vec::new(),
                marks: 0,
                marks_refused: 0,
                characters: 0,
            },
        }
    }

    pub(super) fn feed(&mut self, bytes: &[u8]) -> Vec<u8> {
        let Emulator {
            parser,
            limits,
            listed,
        } = self;
        // `CSI 9999 b` repeats a letter 9999 times: no more than what fills the
        // screen can be seen.
        listed.characters = bytes.len() + listed.cells();
        limits.pass(bytes, |part| parser.advance(listed, part));
        self.keep_view_inside();
        std::mem::take(&mut self.replies)
    }

    pub(super) fn resize(&mut self, size: Size) {
        self.term.resize(size);
        self.term.set_options(config(size));
        self.keep_view_inside();
    }

    /// Scrolling within a region moves a view of the history as if lines had been
    /// added to it, past its beginning at last.
    fn keep_view_inside(&mut self) {
        self.term.scroll_display(Scroll::Delta(0));
    }

    pub(super) fn size(&self) -> Size {
        Size {
            rows: self.term.screen_lines() as u16,
            columns: self.term.columns() as u16,
        }
    }

    pub(super) fn last_screen(&self) -> String {
        match &self.before_alternate {
            Some(text) if self.term.mode().contains(TermMode::ALT_SCREEN) => text.clone(),
            _ => screen_text::text_of(&self.term),
        }
    }
}

impl Listed {
    fn cells(&self) -> usize {
        self.term.screen_lines() * self.term.columns()
    }

    fn reply(&mut self, arguments: std::fmt::Arguments<'_>) {
        let mut text = String::new();
        let _ = text.write_fmt(arguments);
        if self.replies.len() + text.len() <= MOST_REPLIES {
            self.replies.extend_from_slice(text.as_bytes());
        }
    }

    /// The marks that the cell has to which one more would be added.
    fn marks_at_cursor(&self) -> usize {
        let cursor = &self.term.grid().cursor;
        let mut column = cursor.point.column;
        if !cursor.input_needs_wrap {
            column.0 = column.0.saturating_sub(1);
        }
        let row = &self.term.grid()[cursor.point.line];
        if row[column].flags.contains(Flags::WIDE_CHAR_SPACER) {
            // The marks of a wide character are with its first half.
            column.0 = column.0.saturating_sub(1);
        }
        row[column].zerowidth().map_or(0, <[char]>::len)
    }

    /// Whether there is room for one more mark over a letter, and counts it. What
    /// has scrolled out of the history is only noticed by counting all, so that
    /// is done seldom.
    fn takes_mark(&mut self) -> bool {
        if self.marks_at_cursor() >= MOST_MARKS_ON_ONE {
            return false;
        }
        if self.marks >= MOST_MARKS {
            if self.marks_refused.is_multiple_of(MOST_MARKS) {
                let grid = self.term.grid();
                let lines = (grid.topmost_line().0..=grid.bottommost_line().0).map(Line);
                let cells = lines.flat_map(|line| &grid[line][..]);
                self.marks = cells
                    .map(|cell| cell.zerowidth().map_or(0, <[char]>::len))
                    .sum();
            }
            self.marks_refused += 1;
        }
        let room = self.marks < MOST_MARKS;
        self.marks += usize::from(room);
        room
    }

    /// Moves over tab stops one by one, until there is no other to go to: a count
    /// of 65535 would look for it as often.
    fn move_tabs(&mut self, count: u16, step: impl Fn(&mut Term<VoidListener>)) {
        for _ in 0..count {
            let before = self.term.grid().cursor.point;
            step(&mut self.term);
            if self.term.grid().cursor.point == before {
                break;
            }
        }
    }

    fn private_mode(&self, mode: NamedPrivateMode) -> Option<bool> {
        let flag = match mode {
            NamedPrivateMode::CursorKeys => TermMode::APP_CURSOR,
            NamedPrivateMode::Origin => TermMode::ORIGIN,
            NamedPrivateMode::LineWrap => TermMode::LINE_WRAP,
            NamedPrivateMode::ShowCursor => TermMode::SHOW_CURSOR,
            NamedPrivateMode::ReportMouseClicks => TermMode::MOUSE_REPORT_CLICK,
            NamedPrivateMode::ReportCellMouseMotion => TermMode::MOUSE_DRAG,
            NamedPrivateMode::ReportAllMouseMotion => TermMode::MOUSE_MOTION,
            NamedPrivateMode::ReportFocusInOut => TermMode::FOCUS_IN_OUT,
            NamedPrivateMode::Utf8Mouse => TermMode::UTF8_MOUSE,
            NamedPrivateMode::SgrMouse => TermMode::SGR_MOUSE,
            NamedPrivateMode::AlternateScroll => TermMode::ALTERNATE_SCROLL,
            NamedPrivateMode::SwapScreenAndSetRestoreCursor => TermMode::ALT_SCREEN,
            NamedPrivateMode::BracketedPaste => TermMode::BRACKETED_PASTE,
            NamedPrivateMode::BlinkingCursor
            | NamedPrivateMode::UrgencyHints
            | NamedPrivateMode::ColumnMode
            | NamedPrivateMode::SyncUpdate => return None,
        };
        Some(self.term.mode().contains(flag))
    }
}

/// What goes to the screen as it is.
macro_rules! passed_on {
    ($($name:ident($($argument:ident: $type:ty),*);)*) => {
        $(fn $name(&mut self, $($argument: $type),*) {
            Handler::$name(&mut self.term, $($argument),*);
        })*
    };
}

impl Handler for Listed {
    passed_on! {
        set_cursor_style(style: Option<CursorStyle>);
        set_cursor_shape(shape: CursorShape);
        goto(line: i32, column: usize);
        goto_line(line: i32);
        goto_col(column: usize);
        insert_blank(count: usize);
        move_up(lines: usize);
        move_down(lines: usize);
        move_forward(columns: usize);
        move_backward(columns: usize);
        move_down_and_cr(lines: usize);
        move_up_and_cr(lines: usize);
        put_tab(count: u16);
        backspace();
        carriage_return();
        linefeed();
        newline();
        set_horizontal_tabstop();
        scroll_up(lines: usize);
        scroll_down(lines: usize);
        insert_blank_lines(lines: usize);
        delete_lines(lines: usize);
        erase_chars(count: usize);
        delete_chars(count: usize);
        save_cursor_position();
        restore_cursor_position();
        clear_line(mode: LineClearMode);
        clear_screen(mode: ClearMode);
        clear_tabs(mode: TabulationClearMode);
        reverse_index();
        set_mode(mode: Mode);
        unset_mode(mode: Mode);
        unset_private_mode(mode: PrivateMode);
        set_scrolling_region(top: usize, bottom: Option<usize>);
        set_keypad_application_mode();
        unset_keypad_application_mode();
        set_active_charset(index: CharsetIndex);
        configure_charset(index: CharsetIndex, charset: StandardCharset);
    }

    fn input(&mut self, character: char) {
        let Some(left) = self.characters.checked_sub(1) else {
            return;
        };
        self.characters = left;
        if character.width() == Some(0) && (is_invisible(character) || !self.takes_mark()) {
            return;
        }
        Handler::input(&mut self.term, character);
    }

    fn move_forward_tabs(&mut self, count: u16) {
        self.move_tabs(count, |term| Handler::move_forward_tabs(term, 1));
    }

    fn move_backward_tabs(&mut self, count: u16) {
        self.move_tabs(count, |term| Handler::move_backward_tabs(term, 1));
    }

    fn terminal_attribute(&mut self, attribute: Attr) {
        // A line's own colour would be kept beside every cell, and is not drawn.
        if !matches!(attribute, Attr::UnderlineColor(_)) {
            Handler::terminal_attribute(&mut self.term, attribute);
        }
    }

    fn set_private_mode(&mut self, mode: PrivateMode) {
        let swap = PrivateMode::Named(NamedPrivateMode::SwapScreenAndSetRestoreCursor);
        if mode == swap && !self.term.mode().contains(TermMode::ALT_SCREEN) {
            self.before_alternate = Some(screen_text::text_of(&self.term));
        }
        Handler::set_private_mode(&mut self.term, mode);
    }

    fn reset_state(&mut self) {
        self.title = None;
        Handler::reset_state(&mut self.term);
    }

    fn set_title(&mut self, title: Option<String>) {
        let shown = |title: String| -> String {
            let visible = title
                .chars()
                .filter(|c| !c.is_control() && !is_invisible(*c));
            visible.take(LONGEST_TITLE).collect()
        };
        self.title = title.map(shown).filter(|title| !title.is_empty());
    }

    fn bell(&mut self) {
        self.bells = self.bells.saturating_add(1);
    }

    /// A VT102, as TERM promises nothing that needs more.
    fn identify_terminal(&mut self, intermediate: Option<char>) {
        match intermediate {
            None => self.reply(format_args!("\x1b[?6c")),
            Some('>') => self.reply(format_args!("\x1b[>0;0;0c")),
            _ => {}
        }
    }

    fn device_status(&mut self, request: usize) {
        let point = self.term.grid().cursor.point;
        match request {
            5 => self.reply(format_args!("\x1b[0n")),
            6 => self.reply(format_args!(
                "\x1b[{};{}R",
                point.line.0 + 1,
                point.column.0 + 1
            )),
            _ => {}
        }
    }

    fn report_mode(&mut self, mode: Mode) {
        let state = match mode {
            Mode::Named(NamedMode::Insert) => Some(self.term.mode().contains(TermMode::INSERT)),
            Mode::Named(NamedMode::LineFeedNewLine) => {
                Some(self.term.mode().contains(TermMode::LINE_FEED_NEW_LINE))
            }
            Mode::Unknown(_) => None,
        };
        self.reply(format_args!("\x1b[{};{}$y", mode.raw(), report(state)));
    }

    fn report_private_mode(&mut self, mode: PrivateMode) {
        let state = match mode {
            PrivateMode::Named(named) => self.private_mode(named),
            PrivateMode::Unknown(_) => None,
        };
        self.reply(format_args!("\x1b[?{};{}$y", mode.raw(), report(state)));
    }

    fn text_area_size_chars(&mut self) {
        let (rows, columns) = (self.term.screen_lines(), self.term.columns());
        self.reply(format_args!("\x1b[8;{rows};{columns}t"));
    }

    fn dynamic_color_sequence(&mut self, _prefix: String, index: usize, terminator: &str) {
        const FOREGROUND: usize = NamedColor::Foreground as usize;
        const BACKGROUND: usize = NamedColor::Background as usize;
        let (black, white) = ("0000/0000/0000", "ffff/ffff/ffff");
        let (foreground, background) = match self.background {
            Background::Unknown => return,
            Background::Dark => (white, black),
            Background::Light => (black, white),
        };
        match index {
            FOREGROUND => self.reply(format_args!("\x1b]10;rgb:{foreground}{terminator}")),
            BACKGROUND => self.reply(format_args!("\x1b]11;rgb:{background}{terminator}")),
            _ => {}
        }
    }
}

/// The last number of a DECRPM report.
fn report(state: Option<bool>) -> u8 {
    match state {
        None => 0,
        Some(true) => 1,
        Some(false) => 2,
    }
}

/// Characters without width that change others around them: writing direction,
/// joiners, variation selectors. Terminals disagree about how wide the result
/// is, and the first kind can make a command look like another.
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{00ad}' | '\u{061c}' | '\u{180e}' | '\u{200b}'..='\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{feff}' | '\u{e0000}'..='\u{e0fff}')
}
