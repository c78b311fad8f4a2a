//! A session as an asciicast v3 file (docs.asciinema.org/manual/asciicast/v3):
//! what the terminal showed and when, with a marker at each goal.
//!
//! Only output is written, never input: a password that the terminal does not
//! show is not in the file. Each event is one `write`, so that a killed program
//! leaves all but at most half of its last line. The size is bounded: then the
//! file says so, and only markers and the end follow.

use std::fs::{File, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use plimsoll_text::{Language, spoken, system_error};
use serde::Serialize;

use crate::terminal::shell::TERM;
use crate::words;

/// Bytes of a file at which output is no longer recorded.
const LARGEST: u64 = 64 * 1024 * 1024;
/// Bytes beyond it at which nothing is.
const ROOM_FOR_MARKERS: u64 = 1024 * 1024;

/// Why a session is not recorded.
#[derive(Debug, thiserror::Error)]
pub enum RecordingError {
    #[error(
        "{}",
        words::recording_unmade(spoken(), shown(path), system_error(spoken(), source))
    )]
    Create { path: PathBuf, source: io::Error },
    #[error(
        "{}",
        words::recording_unwritten(spoken(), shown(path), system_error(spoken(), source))
    )]
    Write { path: PathBuf, source: io::Error },
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// What the file's first line says.
#[derive(Debug, Clone)]
pub struct About {
    pub rows: u16,
    pub columns: u16,
    /// Milliseconds since 1970.
    pub started: u64,
    pub title: String,
    /// In which a full recording says so.
    pub language: Language,
}

/// A recording being made. Moments are in milliseconds since 1970.
pub struct Recorder {
    path: PathBuf,
    file: File,
    language: Language,
    largest: u64,
    written: u64,
    last: u64,
    /// The beginning of a character whose rest has not come yet.
    partial: Vec<u8>,
    state: State,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Recording,
    /// Output is left out; markers are not.
    Full,
}

#[derive(Serialize)]
struct Header<'a> {
    version: u8,
    term: HeaderTerm,
    timestamp: u64,
    title: &'a str,
}

#[derive(Serialize)]
struct HeaderTerm {
    cols: u16,
    rows: u16,
    r#type: &'static str,
}

impl Recorder {
    /// Makes the file, which must not be there yet; only the user may read it.
    ///
    /// # Errors
    ///
    /// The file is there, or cannot be made or written.
    pub fn create(path: &Path, about: &About) -> Result<Recorder, RecordingError> {
        let mut options = OpenOptions::new();
        let file = options.write(true).create_new(true).mode(0o600).open(path);
        let file = file.map_err(|source| RecordingError::Create {
            path: path.to_owned(),
            source,
        })?;
        let mut recorder = Recorder {
            path: path.to_owned(),
            file,
            language: about.language,
            largest: LARGEST,
            written: 0,
            last: about.started,
            partial: Vec::new(),
            state: State::Recording,
        };
        recorder.write_line(&Header {
            version: 3,
            term: HeaderTerm {
                cols: about.columns,
                rows: about.rows,
                r#type: TERM,
            },
            timestamp: about.started / 1000,
            title: &about.title,
        })?;
        Ok(recorder)
    }

    /// Output of the terminal, cut anywhere.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn output(&mut self, at: u64, bytes: &[u8]) -> Result<(), RecordingError> {
        if self.state == State::Full {
            return Ok(());
        }
        if self.written + bytes.len() as u64 > self.largest {
            self.state = State::Full;
            self.partial = Vec::new();
            let said = words::recording_full(self.language);
            return self.event(at, "m", &said);
        }
        self.partial.extend_from_slice(bytes);
        let whole = self.partial.len() - unfinished(&self.partial);
        let rest = self.partial.split_off(whole);
        let text = String::from_utf8_lossy(&self.partial).into_owned();
        self.partial = rest;
        if text.is_empty() {
            return Ok(());
        }
        self.event(at, "o", &text)
    }

    /// The terminal's new size.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn resize(&mut self, at: u64, rows: u16, columns: u16) -> Result<(), RecordingError> {
        self.event(at, "r", &format!("{columns}x{rows}"))
    }

    /// A moment with a name, such as a goal that is met.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn marker(&mut self, at: u64, label: &str) -> Result<(), RecordingError> {
        self.event(at, "m", label)
    }

    /// The end of the shell, with its exit code.
    ///
    /// # Errors
    ///
    /// The file cannot be written.
    pub fn exit(&mut self, at: u64, code: i32) -> Result<(), RecordingError> {
        self.event(at, "x", &code.to_string())
    }

    /// Intervals are differences of rounded moments, so that they do not drift.
    fn event(&mut self, at: u64, code: &str, data: &str) -> Result<(), RecordingError> {
        let now = at.max(self.last);
        let interval = (now - self.last) as f64 / 1000.0;
        if self.written > self.largest + ROOM_FOR_MARKERS {
            return Ok(());
        }
        self.last = now;
        self.write_line(&(interval, code, data))
    }

    fn write_line(&mut self, value: &impl Serialize) -> Result<(), RecordingError> {
        let failed = |source| RecordingError::Write {
            path: self.path.clone(),
            source,
        };
        let mut line = serde_json::to_vec(value).map_err(|error| failed(error.into()))?;
        line.push(b'\n');
        if let Err(error) = self.file.write_all(&line) {
            // What was written of the line is taken back where that still works: a
            // player stops at half a line.
            let _ = self.file.set_len(self.written);
            return Err(failed(error));
        }
        self.written += line.len() as u64;
        Ok(())
    }
}

/// How many bytes at the end may be the beginning of a character.
fn unfinished(bytes: &[u8]) -> usize {
    match std::str::from_utf8(&bytes[bytes.len().saturating_sub(3)..]) {
        Ok(_) => 0,
        Err(_) => (1..=bytes.len().min(3))
            .find(|length| {
                let tail = &bytes[bytes.len() - length..];
                matches!(std::str::from_utf8(tail), Err(error) if error.valid_up_to() == 0 && error.error_len().is_none())
            })
            .unwrap_or(0),
    }
}

#[cfg(test)]
mod tests;
