//! `kill`, `pause` and `resume`.

use super::failure::Failure;
use super::options::{Global, Kill};
use super::record::Record;
use nix::libc;
use nix::sys::signal::Signal;
use oci_spec::runtime::ContainerState;
use plimsoll_runtime::{process, sys};
use std::str::FromStr;

/// `kill`: sends a signal to the first process, or to all.
///
/// # Errors
/// In runc's words for a container that does not run.
pub fn kill(global: &Global, options: &Kill) -> Result<(), Failure> {
    let record = Record::load(global, &options.id)?;
    let signal = number(&options.signal)?;
    if record.status(global) == ContainerState::Stopped {
        if options.all {
            return Ok(());
        }
        return Err(Failure::new("container not running"));
    }
    send(&record, signal, options.all)
}

/// Sends a signal to the container that the record describes.
pub fn send(record: &Record, signal: i32, all: bool) -> Result<(), Failure> {
    let fail = |error: nix::Error| Failure::new(format!("send signal {signal}: {error}"));
    if all {
        return process::signal_all(record.pid, signal).map_err(fail);
    }
    let pidfd = sys::pidfd_open(record.pid).map_err(fail)?;
    process::signal(&pidfd, signal).map_err(fail)
}

/// Name with or without SIG, or number.
fn number(text: &str) -> Result<i32, Failure> {
    let unknown = || Failure::new(format!("unknown signal {text:?}"));
    if let Ok(number) = text.parse::<i32>() {
        return if (1..=libc::SIGRTMAX()).contains(&number) {
            Ok(number)
        } else {
            Err(unknown())
        };
    }
    let upper = text.to_ascii_uppercase();
    let name = upper.strip_prefix("SIG").unwrap_or(&upper);
    let real_time = |base: i32, rest: &str| match rest {
        "" => Some(base),
        rest => rest.parse::<i32>().ok().map(|offset| base + offset),
    };
    let found = if let Some(rest) = name.strip_prefix("RTMIN") {
        real_time(libc::SIGRTMIN(), rest)
    } else if let Some(rest) = name.strip_prefix("RTMAX") {
        real_time(libc::SIGRTMAX(), rest)
    } else {
        Signal::from_str(&format!("SIG{name}"))
            .ok()
            .map(|signal| signal as i32)
    };
    found.ok_or_else(unknown)
}

/// `pause` and `resume`: every process is stopped, or goes on.
///
/// # Errors
/// For a container that does not run.
pub fn pause(global: &Global, id: &str, pause: bool) -> Result<(), Failure> {
    let record = Record::load(global, id)?;
    if record.status(global) == ContainerState::Stopped {
        return Err(Failure::new("container not running"));
    }
    if !pause && !record.is_paused(global) {
        return Err(Failure::new("container not paused"));
    }
    send(
        &record,
        if pause { libc::SIGSTOP } else { libc::SIGCONT },
        true,
    )?;
    record.note_paused(global, pause)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signals_are_read_in_every_spelling() {
        for text in ["9", "KILL", "SIGKILL", "kill", "sigkill"] {
            assert_eq!(number(text).expect(text), 9);
        }
        assert_eq!(number("RTMIN+3").expect("RTMIN+3"), libc::SIGRTMIN() + 3);
        for text in ["0", "65", "-1", "SIGFOO", ""] {
            assert!(number(text).is_err(), "{text}");
        }
    }
}
