//! `vi`: a small modal editor.
//!
//! Duty: the commands that a beginner is taught (`vi`'s tutorial and no more).
//! Limits: one file, UTF-8, no regular expressions, no `.`, no macros. Start
//! reading at [`Editor::press`].

mod buffer;
mod command_line;
mod normal;
mod screen;

use std::ffi::OsString;
use std::path::PathBuf;

use crate::terminal::{self, Key, RawMode};
use buffer::Buffer;

pub fn main(arguments: Vec<OsString>) -> i32 {
    let mut words = arguments.into_iter().skip(1);
    let path = words.find(|word| !word.to_string_lossy().starts_with(['-', '+']));
    let path = path.map(PathBuf::from);
    let mut editor = match Editor::open(path) {
        Ok(editor) => editor,
        Err(message) => {
            eprintln!("vi: {message}");
            return 1;
        }
    };
    let Some(raw) = terminal::open().and_then(RawMode::enter) else {
        eprintln!("vi: standard input is no terminal (docker run and exec need -it)");
        return 1;
    };
    print!("\x1b[?1049h");
    while !editor.done {
        if !raw.has_more() {
            editor.draw();
        }
        let key = raw.key();
        if key == Key::Closed {
            break;
        }
        editor.press(key);
    }
    print!("\x1b[?1049l");
    drop(raw);
    0
}

#[derive(Debug, Default, Clone, PartialEq, Eq)]
enum Mode {
    #[default]
    Normal,
    Insert,
    /// What was typed behind `:`, `/` or `?`.
    CommandLine(char, String),
}

#[derive(Default)]
struct Editor {
    path: Option<PathBuf>,
    buffer: Buffer,
    mode: Mode,
    /// First row of the text on the screen, and first column.
    top: usize,
    left: usize,
    /// Typed so far of a normal command: count, then letters.
    pending: String,
    message: String,
    sought: String,
    /// Cut or copied lines, or part of a line.
    register: Register,
    numbers: bool,
    done: bool,
}

#[derive(Debug, Default, Clone)]
struct Register {
    text: Vec<String>,
    whole_lines: bool,
}

impl Editor {
    fn open(path: Option<PathBuf>) -> Result<Editor, String> {
        let mut editor = Editor::default();
        let Some(path) = path else { return Ok(editor) };
        let shown = path.display().to_string();
        match std::fs::read(&path) {
            Ok(bytes) => {
                let text = String::from_utf8(bytes)
                    .map_err(|_| format!("{shown}: not a text in UTF-8"))?;
                editor.buffer = Buffer::new(&text);
                editor.message = format!("\"{shown}\" {} lines", editor.buffer.lines.len());
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                editor.message = format!("\"{shown}\" [New File]");
            }
            Err(error) if error.kind() == std::io::ErrorKind::IsADirectory => {
                return Err(format!("{shown}: is a directory"));
            }
            Err(error) => return Err(format!("{shown}: {error}")),
        }
        editor.path = Some(path);
        Ok(editor)
    }

    fn press(&mut self, key: Key) {
        match &self.mode {
            Mode::Normal => {
                self.message.clear();
                self.press_normal(key);
            }
            Mode::Insert => self.press_insert(key),
            Mode::CommandLine(kind, text) => {
                let (kind, text) = (*kind, text.clone());
                self.press_command_line(kind, text, key);
            }
        }
        self.buffer.clamp(self.mode == Mode::Insert);
    }

    fn press_insert(&mut self, key: Key) {
        match key {
            Key::Escape | Key::Control('c') => {
                self.mode = Mode::Normal;
                self.buffer.column = self.buffer.column.saturating_sub(1);
            }
            Key::Enter => self.buffer.split_line(),
            Key::Backspace => self.buffer.backspace(),
            Key::Delete => drop(self.buffer.delete(1)),
            Key::Tab => self.buffer.insert('\t'),
            Key::Char(letter) => self.buffer.insert(letter),
            Key::Control('w') => {
                let start = self.buffer.word_back(self.buffer.column);
                let count = self.buffer.column - start;
                self.buffer.column = start;
                self.buffer.delete(count);
            }
            other => self.move_by(other),
        }
    }

    /// Arrow keys and their kin work in both modes.
    fn move_by(&mut self, key: Key) {
        let page = terminal::size().0.saturating_sub(2).max(1);
        match key {
            Key::Left => self.buffer.column = self.buffer.column.saturating_sub(1),
            Key::Right => self.buffer.column += 1,
            Key::Up => self.buffer.row = self.buffer.row.saturating_sub(1),
            Key::Down => self.buffer.row += 1,
            Key::Home => self.buffer.column = 0,
            Key::End => self.buffer.column = usize::MAX,
            Key::PageUp => self.buffer.row = self.buffer.row.saturating_sub(page),
            Key::PageDown => self.buffer.row += page,
            _ => {}
        }
    }
}
