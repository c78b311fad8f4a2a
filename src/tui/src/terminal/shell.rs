//! A program in a pseudo-terminal: its own session, the pty its controlling
//! terminal, and one thread that moves bytes both ways.
//!
//! Nothing here blocks the caller. Output: at most [`IN_FLIGHT`] pieces that were
//! handed over and not yet dropped; then reading stops, the kernel's buffer
//! fills, and the program waits. Input: a bounded queue; what does not fit is
//! refused. Dropping a [`Shell`] hangs up (SIGHUP, as when a terminal window is
//! closed), waits a moment, kills what stays, and leaves no zombie and no thread.

mod io;

use std::ffi::OsString;
use std::fmt;
use std::io as stdio;
use std::ops::Deref;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::JoinHandle;

use plimsoll_text::Language;
use pty_process::blocking::Command;
use rustix::io::Errno;
use serde::{Deserialize, Serialize};

use super::Size;
use crate::words;
use io::{Link, Pump, Session};

/// Pieces of output that may wait to be looked at.
const IN_FLIGHT: usize = 2;
/// The largest piece of output: small, because a key waits for the pieces before
/// it, and some sequences cost much (clearing the screen again and again).
const PIECE: usize = 16 * 1024;
/// Input that may wait for a program that does not read: a large paste.
const QUEUE: usize = 4 * 1024 * 1024;

/// What TERM is: what `Terminal` understands.
pub const TERM: &str = "xterm-256color";

/// Variables that tell of the terminal that we run in, not of the one that the
/// program runs in.
const OUTER_TERMINAL: [&str; 12] = [
    "COLUMNS",
    "LINES",
    "TERMCAP",
    "TERM_PROGRAM",
    "TERM_PROGRAM_VERSION",
    "TMUX",
    "TMUX_PANE",
    "STY",
    "VTE_VERSION",
    "KITTY_WINDOW_ID",
    "WEZTERM_PANE",
    "WINDOWID",
];

/// What to run. The environment is ours, with these changes.
#[derive(Debug, Clone)]
pub struct ShellCommand {
    pub program: PathBuf,
    pub arguments: Vec<OsString>,
    /// Set, or with `None` taken out.
    pub variables: Vec<(OsString, Option<OsString>)>,
    pub directory: Option<PathBuf>,
}

/// What a shell has to say.
#[derive(Debug)]
pub enum ShellEvent {
    Output(Output),
    /// The program has ended, and all it printed before is here.
    Ended(Ending),
}

/// How a program ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Ending {
    Code(i32),
    Signal(i32),
    /// The kernel did not say (somebody else waited for the process).
    Unknown,
}

impl Ending {
    /// As a shell says it: 128 and the signal's number for a signal.
    #[must_use]
    pub fn code(self) -> i32 {
        match self {
            Ending::Code(code) => code,
            Ending::Signal(signal) => 128 + signal,
            Ending::Unknown => 255,
        }
    }
}

/// A piece of output. While it lives it counts as not yet looked at.
pub struct Output {
    bytes: Vec<u8>,
    credit: Option<Arc<Link>>,
}

impl Deref for Output {
    type Target = [u8];
    fn deref(&self) -> &[u8] {
        &self.bytes
    }
}

impl From<Vec<u8>> for Output {
    fn from(bytes: Vec<u8>) -> Output {
        Output {
            bytes,
            credit: None,
        }
    }
}

impl Clone for Output {
    fn clone(&self) -> Output {
        Output::from(self.bytes.clone())
    }
}

impl fmt::Debug for Output {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "Output({} bytes)", self.bytes.len())
    }
}

impl Serialize for Output {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.bytes.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Output {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Output, D::Error> {
        Vec::deserialize(deserializer).map(Output::from)
    }
}

impl Drop for Output {
    fn drop(&mut self) {
        if let Some(link) = self.credit.take() {
            link.looked_at();
        }
    }
}

/// Why a program is not running in a terminal.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("{}", self.say(Language::English))]
    NoTerminal(#[source] stdio::Error),
    #[error("{}", self.say(Language::English))]
    NoProgram { program: PathBuf },
    #[error("{}", self.say(Language::English))]
    NotRunnable {
        program: PathBuf,
        source: stdio::Error,
    },
    #[error("{}", self.say(Language::English))]
    NoDirectory { directory: PathBuf },
    #[error("{}", self.say(Language::English))]
    NoThread(#[source] stdio::Error),
}

impl StartError {
    /// What was wrong and what to do, for the learner.
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        match self {
            StartError::NoTerminal(error) => match Errno::from_io_error(error) {
                Some(Errno::NOENT | Errno::NODEV | Errno::NXIO) => {
                    words::no_terminal_missing(language)
                }
                Some(Errno::PERM | Errno::ACCESS) => words::no_terminal_forbidden(language),
                Some(Errno::NOSPC | Errno::AGAIN) => words::no_terminal_left(language),
                _ => words::no_terminal(language, error.to_string()),
            },
            StartError::NoProgram { program } => {
                words::no_program(language, program.display().to_string())
            }
            StartError::NotRunnable { program, source } => words::program_not_runnable(
                language,
                program.display().to_string(),
                source.to_string(),
            ),
            StartError::NoDirectory { directory } => {
                words::no_directory(language, directory.display().to_string())
            }
            StartError::NoThread(error) => words::no_terminal(language, error.to_string()),
        }
    }
}

/// Why input was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum WriteError {
    /// The program has not read what it got before.
    #[error("the program does not read, and its queue is full")]
    Full,
    #[error("the program has ended")]
    Ended,
}

/// A running program and its terminal.
pub struct Shell {
    link: Arc<Link>,
    thread: Option<JoinHandle<()>>,
}

impl Shell {
    /// Starts `program`. `on_event` is called from the shell's own thread and must
    /// not block: hand the event to an unbounded channel. The last event is
    /// [`ShellEvent::Ended`], unless the shell is dropped before.
    ///
    /// # Errors
    ///
    /// No pseudo-terminal, no such program or folder, no thread.
    pub fn start(
        program: &ShellCommand,
        (rows, columns): (u16, u16),
        on_event: impl FnMut(ShellEvent) + Send + 'static,
    ) -> Result<Shell, StartError> {
        if let Some(directory) = &program.directory
            && !directory.is_dir()
        {
            let directory = directory.clone();
            return Err(StartError::NoDirectory { directory });
        }
        let no_terminal = |error| StartError::NoTerminal(into_io(error));
        let (pty, pts) = pty_process::blocking::open().map_err(no_terminal)?;
        let size = Size::new(rows, columns);
        let size = pty_process::Size::new(size.rows, size.columns);
        pty.resize(size).map_err(no_terminal)?;
        let link = Arc::new(Link::new().map_err(StartError::NoTerminal)?);
        let child = command(program)
            .spawn_borrowed(&pts)
            .map_err(|error| refused(program, into_io(error)))?;
        let session = Session::new(pty, pts, child);
        let pump = Pump::new(session, Arc::clone(&link)).map_err(StartError::NoTerminal)?;
        let thread = std::thread::Builder::new()
            .name("terminal".to_owned())
            .spawn(move || pump.run(on_event))
            .map_err(StartError::NoThread)?;
        Ok(Shell {
            link,
            thread: Some(thread),
        })
    }

    /// Queues bytes for the program, all or none.
    ///
    /// # Errors
    ///
    /// The queue is full, or the program has ended.
    pub fn write(&self, bytes: &[u8]) -> Result<(), WriteError> {
        self.link.write(bytes)
    }

    /// Tells the program its new size.
    pub fn resize(&self, rows: u16, columns: u16) {
        self.link.resize(Size::new(rows, columns));
    }
}

impl Drop for Shell {
    fn drop(&mut self) {
        self.link.stop();
        if let Some(thread) = self.thread.take() {
            // A panic of `on_event` has been printed where it happened.
            let _ = thread.join();
        }
    }
}

fn command(program: &ShellCommand) -> Command {
    let mut command = Command::new(&program.program).args(&program.arguments);
    for name in OUTER_TERMINAL {
        command = command.env_remove(name);
    }
    command = command.env("TERM", TERM);
    for (name, value) in &program.variables {
        command = match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    match &program.directory {
        Some(directory) => command.current_dir(directory),
        None => command,
    }
}

fn into_io(error: pty_process::Error) -> stdio::Error {
    match error {
        pty_process::Error::Io(error) => error,
        pty_process::Error::Rustix(error) => error.into(),
    }
}

fn refused(program: &ShellCommand, source: stdio::Error) -> StartError {
    let program = program.program.clone();
    match source.kind() {
        stdio::ErrorKind::NotFound => StartError::NoProgram { program },
        _ => StartError::NotRunnable { program, source },
    }
}

#[cfg(test)]
mod tests;
