//! Who is at the other end of a lab's socket.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;

use nix::sys::socket::getsockopt;
use nix::sys::socket::sockopt::PeerCredentials;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// A live engine.
#[derive(Debug)]
pub(crate) struct Engine {
    /// Its pid in this process's PID namespace; 0 from inside another lab.
    pub pid: i32,
    /// `None` where the pid means nothing here.
    pub process: Option<OwnedFd>,
}

/// Connects to `socket` and names the process that listens there.
///
/// # Errors
/// What `connect(2)` reports; `ConnectionReset` when the engine ended meanwhile.
pub(crate) fn connect(socket: &Path) -> io::Result<Engine> {
    let stream = UnixStream::connect(socket)?;
    let pid = getsockopt(&stream, PeerCredentials)?.pid();
    let process = crate::identity::open(pid);
    // A listener that still holds our connection was alive when the descriptor
    // was opened, so the pid had not been given to anybody else.
    if hung_up(&stream) || is_ending(pid) {
        return Err(io::ErrorKind::ConnectionReset.into());
    }
    Ok(Engine { pid, process })
}

/// Whether the process has been killed and is only not gone yet: its socket
/// still takes connections then.
fn is_ending(pid: i32) -> bool {
    let read = |file: &str| std::fs::read_to_string(format!("/proc/{pid}/{file}"));
    read("stat").is_ok_and(|stat| exits(&stat))
        || read("status").is_ok_and(|status| killed(&status))
}

/// proc_pid_stat(5): field 3 is the state, field 9 the flags, of which
/// `PF_EXITING` is 4. The name, field 2, may hold anything up to its last `)`.
fn exits(stat: &str) -> bool {
    const PF_EXITING: u32 = 4;
    let fields = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let mut fields = fields.split_whitespace();
    let gone = fields
        .next()
        .is_some_and(|state| matches!(state, "Z" | "X"));
    let flags = fields
        .nth(5)
        .and_then(|flags| flags.parse().ok())
        .unwrap_or(0);
    gone || flags & PF_EXITING != 0
}

/// proc_pid_status(5): pending signals as masks; signal 9 is bit 8.
fn killed(status: &str) -> bool {
    const SIGKILL_BIT: u64 = 1 << 8;
    let masks = status.lines().filter_map(|line| {
        let mask = line
            .strip_prefix("SigPnd:")
            .or(line.strip_prefix("ShdPnd:"))?;
        u64::from_str_radix(mask.trim(), 16).ok()
    });
    masks.fold(0, |all, mask| all | mask) & SIGKILL_BIT != 0
}

fn hung_up(stream: &UnixStream) -> bool {
    let mut ends = [PollFd::new(stream, PollFlags::RDHUP)];
    let now = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    let gone = PollFlags::HUP | PollFlags::RDHUP | PollFlags::ERR;
    poll(&mut ends, Some(&now)).is_err() || ends[0].revents().intersects(gone)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_ending_process_is_told_by_state_flags_and_pending_kill() {
        let stat = |state: &str, flags: u32| format!("7 (a) b) {state} 1 7 7 0 -1 {flags} 0 0 0");
        assert!(!exits(&stat("S", 0x40_0100)));
        assert!(exits(&stat("S", 0x40_0104)));
        assert!(exits(&stat("Z", 0)));
        assert!(!killed(
            "SigPnd:\t0000000000000000\nShdPnd:\t0000000000004000\n"
        ));
        assert!(killed(
            "SigPnd:\t0000000000000000\nShdPnd:\t0000000000000100\n"
        ));
    }

    #[test]
    fn a_living_process_is_not_ending() {
        assert!(!is_ending(std::process::id().cast_signed()));
    }

    #[test]
    fn a_killed_process_is_ending_before_it_is_reaped() {
        let mut child = std::process::Command::new("sleep")
            .arg("1000")
            .spawn()
            .expect("sleep");
        child.kill().expect("killed");
        assert!(is_ending(child.id().cast_signed()));
        child.wait().expect("reaped");
    }
}
