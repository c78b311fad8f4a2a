//! Signals by name or number, as clients give them.

use std::os::fd::AsFd;

use nix::errno::Errno;
use nix::sys::signal::Signal;
use plimsoll_runtime::sys;

use crate::failure::{ApiFailure, ApiResult};

/// The first real-time signal as programs count (glibc keeps two for itself).
const RTMIN: i32 = 34;
/// The last signal.
const RTMAX: i32 = 64;

/// Reads `KILL`, `SIGKILL`, `9`, `SIGRTMIN+3`.
///
/// # Errors
/// 400 `invalid signal: x`.
pub fn parse(text: &str) -> ApiResult<i32> {
    let invalid = || ApiFailure::invalid(format!("invalid signal: {text}"));
    if let Ok(number) = text.parse::<i32>() {
        return Some(number)
            .filter(|number| (1..=RTMAX).contains(number))
            .ok_or_else(invalid);
    }
    let upper = text.to_ascii_uppercase();
    let bare = upper.strip_prefix("SIG").unwrap_or(&upper);
    if let Some(rest) = bare.strip_prefix("RTMIN") {
        let offset: i32 = if rest.is_empty() {
            0
        } else {
            rest.parse().map_err(|_| invalid())?
        };
        return Ok(RTMIN + offset);
    }
    if let Some(rest) = bare.strip_prefix("RTMAX") {
        let offset: i32 = if rest.is_empty() {
            0
        } else {
            rest.parse().map_err(|_| invalid())?
        };
        return Ok(RTMAX + offset);
    }
    format!("SIG{bare}")
        .parse::<Signal>()
        .map(|signal| signal as i32)
        .map_err(|_| invalid())
}

/// Sends a signal. A process that has just ended is no error: its exit is on
/// the way.
///
/// # Errors
/// What `kill(2)` says otherwise.
pub fn send(pid: i32, number: i32) -> ApiResult<()> {
    let sent = sys::pidfd_open(pid).and_then(|fd| sys::pidfd_send_signal(fd.as_fd(), number));
    match sent {
        Ok(()) | Err(Errno::ESRCH) => Ok(()),
        Err(errno) => Err(errno.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_are_read() {
        for (text, number) in [
            ("KILL", 9),
            ("SIGTERM", 15),
            ("sigint", 2),
            ("1", 1),
            ("SIGRTMIN+3", 37),
            ("RTMAX-1", 63),
        ] {
            assert_eq!(parse(text).unwrap(), number, "{text}");
        }
        for text in ["", "FROB", "0", "65", "SIGRTMIN+x"] {
            assert!(parse(text).is_err(), "{text}");
        }
    }
}
