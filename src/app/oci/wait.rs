//! Staying with a container in the foreground: signals go in, the terminal is
//! relayed, and its end is ours.

use super::failure::Failure;
use nix::errno::Errno;
use nix::libc;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, SigmaskHow, Signal, sigprocmask};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::termios::{SetArg, Termios, cfmakeraw, tcgetattr, tcsetattr};
use nix::unistd::{read, write};
use plimsoll_runtime::reap::ExitStatus;
use plimsoll_runtime::{Created, console, process, reap};
use std::io::{Stdin, stdin, stdout};
use std::os::fd::{AsFd, BorrowedFd};

/// Signals that the kernel raises for faults of this very process.
const FAULTS: [Signal; 5] = [
    Signal::SIGSEGV,
    Signal::SIGBUS,
    Signal::SIGFPE,
    Signal::SIGILL,
    Signal::SIGTRAP,
];

/// Blocks all signals, to be read from the returned descriptor. The container
/// is cloned afterwards and unblocks them for itself.
///
/// # Errors
/// None in practice.
pub fn block_signals() -> Result<SignalFd, Failure> {
    let fail = |error: Errno| Failure::new(format!("block signals: {error}"));
    let mut mask = SigSet::all();
    FAULTS.into_iter().for_each(|signal| mask.remove(signal));
    sigprocmask(SigmaskHow::SIG_SETMASK, Some(&mask), None).map_err(fail)?;
    SignalFd::with_flags(&mask, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK).map_err(fail)
}

/// Puts the caller's terminal back when the container has ended.
struct Raw {
    stdin: Stdin,
    before: Termios,
}

impl Raw {
    fn enter() -> Option<Self> {
        let stdin = stdin();
        let before = tcgetattr(&stdin).ok()?;
        let mut raw = before.clone();
        cfmakeraw(&mut raw);
        tcsetattr(&stdin, SetArg::TCSANOW, &raw).ok()?;
        Some(Self { stdin, before })
    }
}

impl Drop for Raw {
    fn drop(&mut self) {
        // There is nobody left to tell.
        let _ = tcsetattr(&self.stdin, SetArg::TCSANOW, &self.before);
    }
}

/// Stays until the process has ended, and returns its exit code.
///
/// # Errors
/// None in practice.
pub fn until_end(created: &Created, signals: &SignalFd) -> Result<u8, Failure> {
    let fail = |error: Errno| Failure::new(format!("wait for the container: {error}"));
    let _raw = created.console.as_ref().and_then(|_| Raw::enter());
    let mut input_open = created.console.is_some();
    copy_size(created);
    loop {
        let input = stdin();
        let mut ready = vec![PollFd::new(signals.as_fd(), PollFlags::POLLIN)];
        if let Some(console) = &created.console {
            ready.push(PollFd::new(console.as_fd(), PollFlags::POLLIN));
            if input_open {
                ready.push(PollFd::new(input.as_fd(), PollFlags::POLLIN));
            }
        }
        match poll(&mut ready, PollTimeout::NONE) {
            Err(Errno::EINTR) => continue,
            result => result.map_err(fail)?,
        };
        let is_ready = |index: usize| ready.get(index).is_some_and(|one| one.any() == Some(true));
        let (signalled, output, typed) = (is_ready(0), is_ready(1), is_ready(2));
        if let Some(console) = &created.console {
            if output {
                relay(console.as_fd(), stdout().as_fd());
            }
            if typed {
                input_open = relay(input.as_fd(), console.as_fd());
            }
        }
        if signalled && let Some(status) = handle_signals(created, signals).map_err(fail)? {
            drain(created);
            return Ok(status.code() as u8);
        }
    }
}

/// Moves what is there; says whether more may come.
fn relay(from: BorrowedFd<'_>, to: BorrowedFd<'_>) -> bool {
    let mut bytes = [0; 8192];
    match read(from, &mut bytes) {
        Ok(0) | Err(Errno::EIO) => false,
        Err(_) => true,
        Ok(count) => {
            let mut rest = &bytes[..count];
            while !rest.is_empty() {
                match write(to, rest) {
                    Ok(count) => rest = &rest[count..],
                    Err(Errno::EINTR | Errno::EAGAIN) => {}
                    Err(_) => return false,
                }
            }
            true
        }
    }
}

/// What the container wrote before it ended.
fn drain(created: &Created) {
    let Some(console) = &created.console else {
        return;
    };
    loop {
        let mut ready = [PollFd::new(console.as_fd(), PollFlags::POLLIN)];
        let some = poll(&mut ready, PollTimeout::ZERO).is_ok_and(|count| count > 0);
        if !some || !relay(console.as_fd(), stdout().as_fd()) {
            return;
        }
    }
}

fn copy_size(created: &Created) {
    if let (Some(console), Ok((rows, columns))) = (&created.console, console::size(stdin())) {
        // The container may have ended already.
        let _ = console::resize(console, rows, columns);
    }
}

/// Passes signals on; returns how the container ended once it has.
fn handle_signals(created: &Created, signals: &SignalFd) -> nix::Result<Option<ExitStatus>> {
    while let Some(info) = signals.read_signal()? {
        match info.ssi_signo as i32 {
            libc::SIGCHLD => {
                while let Some((pid, status)) = reap::next()? {
                    reap::collect(pid)?;
                    if pid == created.pid {
                        return Ok(Some(status));
                    }
                }
            }
            libc::SIGWINCH => copy_size(created),
            // Ours, for writing to a closed stream.
            libc::SIGPIPE => {}
            signal => match process::signal(&created.pidfd, signal) {
                Ok(()) | Err(Errno::ESRCH) => {}
                Err(errno) => return Err(errno),
            },
        }
    }
    Ok(None)
}
