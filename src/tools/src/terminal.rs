//! The terminal for the prompt, the pager and the editor: raw mode, its size,
//! and keys.
//!
//! Limits: escape sequences are those that every terminal since the VT100
//! understands; no terminfo, so TERM may be anything or missing.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::os::fd::{AsFd, BorrowedFd};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::termios::{self, InputFlags, LocalFlags, SetArg, SpecialCharacterIndices, Termios};

/// How long the rest of an escape sequence may take before it is the key Esc.
const ESCAPE_WAIT_MS: u16 = 40;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    Char(char),
    /// Ctrl and a small letter.
    Control(char),
    Enter,
    Tab,
    Backspace,
    Delete,
    Escape,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
    /// A sequence that no program here uses.
    Unknown,
    /// The terminal is gone.
    Closed,
}

/// The terminal to read keys from: standard input, or what controls us where
/// standard input is a pipe.
pub fn open() -> Option<File> {
    let input = io::stdin();
    if input.is_terminal() {
        return nix::unistd::dup(&input).ok().map(File::from);
    }
    File::open("/dev/tty").ok()
}

/// Raw mode for as long as it lives.
pub struct RawMode {
    terminal: File,
    saved: Termios,
    /// A byte that turned out not to belong to an escape sequence.
    kept: Cell<Option<u8>>,
}

impl RawMode {
    /// `None` if the file is no terminal.
    pub fn enter(terminal: File) -> Option<RawMode> {
        let saved = termios::tcgetattr(&terminal).ok()?;
        let mut raw = saved.clone();
        // Output keeps its processing: a newline still returns the carriage.
        raw.local_flags -=
            LocalFlags::ICANON | LocalFlags::ECHO | LocalFlags::ISIG | LocalFlags::IEXTEN;
        raw.input_flags -= InputFlags::ICRNL | InputFlags::IXON;
        raw.control_chars[SpecialCharacterIndices::VMIN as usize] = 1;
        raw.control_chars[SpecialCharacterIndices::VTIME as usize] = 0;
        termios::tcsetattr(&terminal, SetArg::TCSADRAIN, &raw).ok()?;
        Some(RawMode {
            terminal,
            saved,
            kept: Cell::new(None),
        })
    }

    /// Whether another key waits: what it leads to will be drawn anyway.
    pub fn has_more(&self) -> bool {
        self.kept.get().is_some() || ready(self.terminal.as_fd(), 0)
    }

    /// The next key. Bytes are read one at a time, so that nothing is taken
    /// from a program that reads after us.
    pub fn key(&self) -> Key {
        let Some(first) = self.byte() else {
            return Key::Closed;
        };
        match first {
            b'\r' | b'\n' => Key::Enter,
            b'\t' => Key::Tab,
            8 | 127 => Key::Backspace,
            27 => self.escape(),
            1..=26 => Key::Control(char::from(first - 1 + b'a')),
            0..=31 => Key::Unknown,
            _ => self.character(first),
        }
    }

    fn byte(&self) -> Option<u8> {
        if let Some(byte) = self.kept.take() {
            return Some(byte);
        }
        let mut byte = [0];
        loop {
            match nix::unistd::read(&self.terminal, &mut byte) {
                Ok(0) => return None,
                Ok(_) => return Some(byte[0]),
                Err(nix::errno::Errno::EINTR) => {}
                Err(_) => return None,
            }
        }
    }

    fn character(&self, first: u8) -> Key {
        let length = match first {
            0xc0..=0xdf => 2,
            0xe0..=0xef => 3,
            0xf0..=0xf7 => 4,
            _ => 1,
        };
        let mut bytes = vec![first];
        while bytes.len() < length {
            match self.byte() {
                Some(byte) => bytes.push(byte),
                None => return Key::Closed,
            }
        }
        let text = std::str::from_utf8(&bytes).ok();
        text.and_then(|text| text.chars().next())
            .map_or(Key::Unknown, Key::Char)
    }

    fn escape(&self) -> Key {
        if !ready(self.terminal.as_fd(), ESCAPE_WAIT_MS) {
            return Key::Escape;
        }
        match self.byte() {
            Some(b'[' | b'O') => {}
            // Esc and, quickly, another key.
            other => {
                self.kept.set(other);
                return Key::Escape;
            }
        }
        let mut number = 0_u32;
        while let Some(byte) = self.byte() {
            match byte {
                b'0'..=b'9' => number = number.saturating_mul(10) + u32::from(byte - b'0'),
                b';' => number = 0,
                b'A' => return Key::Up,
                b'B' => return Key::Down,
                b'C' => return Key::Right,
                b'D' => return Key::Left,
                b'H' => return Key::Home,
                b'F' => return Key::End,
                b'~' => return numbered(number),
                _ => return Key::Unknown,
            }
        }
        Key::Closed
    }
}

/// `ESC [ NUMBER ~`
fn numbered(number: u32) -> Key {
    match number {
        1 | 7 => Key::Home,
        3 => Key::Delete,
        4 | 8 => Key::End,
        5 => Key::PageUp,
        6 => Key::PageDown,
        _ => Key::Unknown,
    }
}

fn ready(from: BorrowedFd<'_>, milliseconds: u16) -> bool {
    let mut wanted = [PollFd::new(from, PollFlags::POLLIN)];
    poll(&mut wanted, PollTimeout::from(milliseconds)).is_ok_and(|count| count > 0)
}

impl Drop for RawMode {
    fn drop(&mut self) {
        let _ = termios::tcsetattr(&self.terminal, SetArg::TCSADRAIN, &self.saved);
    }
}

/// Rows and columns; 24 and 80 where nobody knows.
pub fn size() -> (usize, usize) {
    let known = terminal_size::terminal_size_of(io::stdout())
        .or_else(|| terminal_size::terminal_size_of(io::stdin()));
    match known {
        Some((columns, rows)) if rows.0 > 0 && columns.0 > 0 => {
            (usize::from(rows.0), usize::from(columns.0))
        }
        _ => (24, 80),
    }
}

/// The whole of a stream, for programs that show it by the page.
pub fn read_all(mut from: impl Read) -> io::Result<String> {
    let mut bytes = Vec::new();
    from.read_to_end(&mut bytes)?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
