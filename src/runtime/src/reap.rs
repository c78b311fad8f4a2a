//! Children that have ended, in one place.
//!
//! PID 1 of a lab is the parent of every container and of every orphan. It
//! asks with [`next`] after each SIGCHLD until there is none, looks the pid up
//! among its own, and only then [`collect`]s it: until then the pid cannot be
//! given to anybody else.

use crate::sys::{ChildEvent, wait_child};
use nix::errno::Errno;
use nix::libc;
use serde::{Deserialize, Serialize};

/// How a process ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExitStatus {
    /// By itself, with this code.
    Code(i32),
    /// By this signal.
    Signal {
        /// Its number.
        signal: i32,
        /// Whether it left a core dump.
        core: bool,
    },
}

impl ExitStatus {
    /// The code as a shell and Docker give it: 128 and the signal's number.
    pub fn code(self) -> i32 {
        match self {
            Self::Code(code) => code,
            Self::Signal { signal, .. } => 128 + signal,
        }
    }

    fn from_event(event: ChildEvent) -> (i32, Self) {
        let status = match event.code {
            libc::CLD_EXITED => Self::Code(event.status),
            code => Self::Signal {
                signal: event.status,
                core: code == libc::CLD_DUMPED,
            },
        };
        (event.pid, status)
    }
}

/// A child that has ended and is still to be collected; `None` when there is
/// none for now, or no child at all. Does not wait.
///
/// # Errors
/// None in practice.
pub fn next() -> nix::Result<Option<(i32, ExitStatus)>> {
    match wait(None, libc::WNOHANG | libc::WNOWAIT) {
        Err(Errno::ECHILD) => Ok(None),
        result => result,
    }
}

/// Collects a child that [`next`] named: its pid is free from then on.
///
/// # Errors
/// ECHILD where it is not a child of ours.
pub fn collect(pid: i32) -> nix::Result<Option<(i32, ExitStatus)>> {
    wait(Some(pid), libc::WNOHANG)
}

/// Waits for one child to end and collects it.
///
/// # Errors
/// ECHILD where it is not a child of ours.
pub fn wait_for(pid: i32) -> nix::Result<ExitStatus> {
    loop {
        if let Some((_, status)) = wait(Some(pid), 0)? {
            return Ok(status);
        }
    }
}

fn wait(pid: Option<i32>, options: i32) -> nix::Result<Option<(i32, ExitStatus)>> {
    loop {
        match wait_child(pid, options) {
            Err(Errno::EINTR) => {}
            result => return Ok(result?.map(ExitStatus::from_event)),
        }
    }
}
