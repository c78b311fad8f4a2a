//! Somebody at a terminal: the interface in a pty, what it writes with the
//! moment at which it came, and keys.

use std::io::{Read, Write};
use std::process::{Child, Command};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use pty_process::Size;
use pty_process::blocking::{Command as PtyCommand, Pty, open};

use crate::cargo::Done;

/// Nothing measured here takes as long; a screen that never comes is an error.
const PATIENCE: Duration = Duration::from_secs(30);

/// When something was seen: by the clock for durations, and by the calendar's.
#[derive(Debug, Clone, Copy)]
pub struct Seen {
    pub at: Instant,
    pub wall: SystemTime,
}

/// A running interface; ended when dropped.
pub struct Sitting {
    child: Child,
    pty: Arc<Pty>,
    heard: Receiver<(Seen, Vec<u8>)>,
    text: Text,
    begun: Instant,
}

impl Sitting {
    /// Starts `command` in a terminal of 120 columns and 36 rows.
    pub fn open(command: &Command) -> Done<Sitting> {
        let failed = |error: pty_process::Error| format!("a terminal: {error}");
        let (pty, pts) = open().map_err(failed)?;
        pty.resize(Size::new(36, 120)).map_err(failed)?;
        let mut inner = PtyCommand::new(command.get_program()).args(command.get_args());
        for (name, value) in command.get_envs() {
            inner = match value {
                Some(value) => inner.env(name, value),
                None => inner.env_remove(name),
            };
        }
        inner = inner.env("TERM", "xterm-256color").env("LC_ALL", "C.UTF-8");
        let begun = Instant::now();
        let child = inner.spawn(pts).map_err(failed)?;
        let pty = Arc::new(pty);
        let heard = listen(pty.clone());
        Ok(Sitting {
            child,
            pty,
            heard,
            text: Text::default(),
            begun,
        })
    }

    /// Since the program was started.
    pub fn begun(&self) -> Instant {
        self.begun
    }

    /// The interface's process.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Types; what was shown before counts no more.
    pub fn type_in(&mut self, text: &str) -> Done<Instant> {
        self.forget();
        let at = Instant::now();
        (&*self.pty)
            .write_all(text.as_bytes())
            .map_err(|error| format!("the terminal: {error}"))?;
        Ok(at)
    }

    /// What was shown up to now counts no more.
    pub fn forget(&mut self) {
        while let Ok((_, bytes)) = self.heard.try_recv() {
            self.text.take(&bytes);
        }
        self.text.shown.clear();
    }

    /// When `wanted`, a word without blanks, was painted.
    pub fn until(&mut self, wanted: &str) -> Done<Seen> {
        self.within(PATIENCE, wanted)
    }

    /// The same, for so long at most.
    pub fn within(&mut self, patience: Duration, wanted: &str) -> Done<Seen> {
        let begun = Instant::now();
        loop {
            let rest = patience.saturating_sub(begun.elapsed());
            let (seen, bytes) = self
                .heard
                .recv_timeout(rest)
                .map_err(|_| format!("`{wanted}` was never shown; last: {}", self.text.tail()))?;
            self.text.take(&bytes);
            if self.text.shown.contains(wanted) {
                return Ok(seen);
            }
        }
    }
}

impl Drop for Sitting {
    fn drop(&mut self) {
        // SIGTERM ends the interface in good order.
        let pid = nix::unistd::Pid::from_raw(self.child.id().cast_signed());
        let _ = nix::sys::signal::kill(pid, nix::sys::signal::Signal::SIGTERM);
        let _ = self.child.wait();
    }
}

fn listen(pty: Arc<Pty>) -> Receiver<(Seen, Vec<u8>)> {
    let (tell, heard) = mpsc::channel();
    thread::spawn(move || {
        let mut piece = vec![0; 65536];
        // The end of the terminal is an error on Linux (EIO).
        while let Ok(length @ 1..) = (&*pty).read(&mut piece) {
            let seen = Seen {
                at: Instant::now(),
                wall: SystemTime::now(),
            };
            if tell.send((seen, piece[..length].to_vec())).is_err() {
                return;
            }
        }
    });
    heard
}

/// What was painted, without the sequences that say where and how.
#[derive(Default)]
struct Text {
    shown: String,
    rest: Vec<u8>,
    state: State,
}

#[derive(Default, Clone, Copy)]
enum State {
    #[default]
    Plain,
    Escape,
    Sequence,
    Title,
}

impl Text {
    fn take(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.state = match (self.state, byte) {
                (_, 0x1b) => State::Escape,
                (State::Escape, b'[') => State::Sequence,
                (State::Escape, b']') => State::Title,
                (State::Sequence, 0x40..=0x7e) | (State::Title, 0x07) | (State::Escape, _) => {
                    self.rest.push(b' ');
                    State::Plain
                }
                (State::Plain, 0x20..) => {
                    self.rest.push(byte);
                    State::Plain
                }
                (state, _) => state,
            };
        }
        self.decode();
    }

    /// A character that came in part waits for the rest of it.
    fn decode(&mut self) {
        loop {
            let (valid, wrong) = match std::str::from_utf8(&self.rest) {
                Ok(_) => (self.rest.len(), 0),
                Err(error) => (error.valid_up_to(), error.error_len().unwrap_or(0)),
            };
            let later = self.rest.split_off(valid + wrong);
            self.rest.truncate(valid);
            self.shown.push_str(&String::from_utf8_lossy(&self.rest));
            self.rest = later;
            if wrong == 0 {
                return;
            }
        }
    }

    fn tail(&self) -> String {
        let last: Vec<char> = self.shown.chars().rev().take(400).collect();
        last.into_iter().rev().collect()
    }
}
