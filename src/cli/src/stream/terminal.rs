//! Our own terminal: is it one, how large is it, raw mode.

use std::io::{self, IsTerminal, Stdin};
use std::os::fd::AsFd;

use rustix::termios::{OptionalActions, Termios, tcgetattr, tcgetwinsize, tcsetattr};

use crate::error::Failure;

/// Rows and columns of the terminal that stdout is; `None` where it is none.
pub fn size() -> Option<(u16, u16)> {
    let size = tcgetwinsize(io::stdout()).ok()?;
    Some((size.ws_row, size.ws_col))
}

/// Whether one of our streams was a terminal that has been hung up (EIO;
/// what never was one answers ENOTTY).
pub fn has_gone() -> bool {
    fn gone(stream: impl AsFd) -> bool {
        tcgetattr(stream).is_err_and(|errno| errno == rustix::io::Errno::IO)
    }
    gone(io::stdin()) || gone(io::stdout()) || gone(io::stderr())
}

/// Raw mode until it is dropped.
#[derive(Debug)]
pub struct RawMode {
    stdin: Stdin,
    before: Termios,
}

impl RawMode {
    /// `None` where stdin is no terminal: then there is nothing to set.
    pub fn enter() -> io::Result<Option<Self>> {
        let stdin = io::stdin();
        if !stdin.is_terminal() {
            return Ok(None);
        }
        let before = tcgetattr(&stdin)?;
        let mut raw = before.clone();
        raw.make_raw();
        tcsetattr(&stdin, OptionalActions::Now, &raw)?;
        Ok(Some(Self { stdin, before }))
    }
}

impl Drop for RawMode {
    fn drop(&mut self) {
        // Nothing can be done where the terminal has gone.
        let _ = tcsetattr(&self.stdin, OptionalActions::Now, &self.before);
    }
}

/// A container's terminal needs ours at the other end.
pub fn require_input(attach_stdin: bool, tty: bool) -> Result<(), Failure> {
    if attach_stdin && tty && !io::stdin().is_terminal() {
        return Err(Failure::new("the input device is not a TTY"));
    }
    Ok(())
}
