//! Signals that come to us while a container is at our terminal: blocked, read
//! as data, passed on.

use std::os::fd::{AsFd, BorrowedFd};

use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};

/// What is passed on. Not those that mean something of our own (a child's end,
/// a fault, a broken pipe), nor those of terminal job control that the
/// terminal sends by itself.
const FORWARDED: [Signal; 9] = [
    Signal::SIGHUP,
    Signal::SIGINT,
    Signal::SIGQUIT,
    Signal::SIGUSR1,
    Signal::SIGUSR2,
    Signal::SIGALRM,
    Signal::SIGTERM,
    Signal::SIGCONT,
    Signal::SIGTSTP,
];

/// Signals as a descriptor to wait for.
#[derive(Debug)]
pub struct Signals {
    descriptor: SignalFd,
    blocked: SigSet,
}

impl Signals {
    /// Blocks the signals for this thread, and collects them instead. `forward`
    /// adds all that a container can be told; without it only the change of
    /// the terminal's size is collected.
    pub fn collect(forward: bool) -> nix::Result<Self> {
        let mut blocked = SigSet::empty();
        blocked.add(Signal::SIGWINCH);
        if forward {
            FORWARDED.into_iter().for_each(|signal| blocked.add(signal));
        }
        blocked.thread_block()?;
        let flags = SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK;
        Ok(Self {
            descriptor: SignalFd::with_flags(&blocked, flags)?,
            blocked,
        })
    }

    /// The next signal that came, if any.
    pub fn next(&self) -> Option<Signal> {
        let info = self.descriptor.read_signal().ok()??;
        Signal::try_from(i32::try_from(info.ssi_signo).ok()?).ok()
    }
}

impl AsFd for Signals {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.descriptor.as_fd()
    }
}

impl Drop for Signals {
    fn drop(&mut self) {
        let _ = self.blocked.thread_unblock();
    }
}

/// A signal's name as the kill call takes it: `TERM`.
pub fn short_name(signal: Signal) -> &'static str {
    signal.as_str().trim_start_matches("SIG")
}
