//! The outer half of a visit: bytes between two terminals, signals, the end.
//!
//! Everything that happens is one poll: the learner's keys, the lab's output,
//! signals, the child's end, the engine's end. Without a terminal of its own the
//! child inherits the streams, and only signals and ends remain.
//!
//! A terminal can go without a word: nobody gets SIGHUP who is not of its
//! session. So its end, seen at either stream, counts as the signal.

use std::io::{self, IsTerminal};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::wait::{WaitPidFlag, WaitStatus, waitpid};
use nix::unistd::Pid;
use plimsoll_runtime::sys;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::pty::{OpenptFlags, openpt};
use rustix::termios::{OptionalActions, Termios, tcgetattr, tcsetattr};

use super::Left;

/// How long an ended lab's last output may take to arrive.
const LAST_WORDS: Timespec = Timespec {
    tv_sec: 0,
    tv_nsec: 200_000_000,
};

/// How long after its processes a lab's end may show.
const LAB_ENDING_MS: u32 = 500;

/// How long a child whose terminal has gone is waited for.
const HANGING_UP_MS: u32 = 500;

/// The process that became the shell or command.
#[derive(Debug)]
pub(super) struct Child {
    pub pid: i32,
    pub pidfd: OwnedFd,
}

/// A terminal for the lab, and the learner's own in raw mode while it lives.
#[derive(Debug)]
pub(super) struct Terminal {
    outer: OwnedFd,
    before: Termios,
}

impl Terminal {
    /// Opens a pseudo terminal of the size of the learner's. The learner's own
    /// stays as it is until the relay begins.
    pub(super) fn open() -> io::Result<Self> {
        let outer = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC)?;
        sys::unlock_terminal(outer.as_fd())?;
        let terminal = Self {
            before: tcgetattr(io::stdin())?,
            outer,
        };
        terminal.follow_size();
        Ok(terminal)
    }

    /// The lab's end.
    pub(super) fn inner(&self) -> io::Result<OwnedFd> {
        let inner = sys::terminal_peer(self.outer.as_fd())?;
        // The learner's own erase key and flow control hold in the lab too.
        tcsetattr(&inner, OptionalActions::Now, &self.before)?;
        Ok(inner)
    }

    fn follow_size(&self) {
        if let Ok((rows, columns)) = sys::terminal_size(io::stdin().as_fd()) {
            let _ = sys::set_terminal_size(self.outer.as_fd(), rows, columns);
        }
    }

    fn raw(&self) {
        let mut raw = self.before.clone();
        raw.make_raw();
        let _ = tcsetattr(io::stdin(), OptionalActions::Flush, &raw);
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = tcsetattr(io::stdin(), OptionalActions::Drain, &self.before);
    }
}

/// Signals as readable events.
#[derive(Debug)]
pub(super) struct Signals {
    events: SignalFd,
}

impl Signals {
    /// Blocks the signals a visit reacts to. The child unblocks them.
    pub(super) fn catch() -> io::Result<Self> {
        let mut set = SigSet::empty();
        for signal in [
            Signal::SIGWINCH,
            Signal::SIGHUP,
            Signal::SIGTERM,
            Signal::SIGINT,
            Signal::SIGQUIT,
        ] {
            set.add(signal);
        }
        set.thread_block()?;
        let flags = SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK;
        let events = SignalFd::with_flags(&set, flags)?;
        Ok(Self { events })
    }

    fn take(&self) -> Option<Signal> {
        let event = self.events.read_signal().ok()??;
        Signal::try_from(i32::try_from(event.ssi_signo).ok()?).ok()
    }
}

/// Relays until the child or the lab ends, then gives the terminal back.
pub(super) fn until_the_end(
    child: &Child,
    terminal: Option<Terminal>,
    signals: &Signals,
    engine: BorrowedFd<'_>,
) -> Left {
    if let Some(terminal) = &terminal {
        terminal.raw();
    }
    let mut visit = Visit {
        child,
        terminal: terminal.as_ref(),
        keys: terminal.is_some(),
        output: terminal.is_some(),
        gone: false,
    };
    let left = loop {
        if let Some(left) = visit.next_event(signals, engine) {
            break left;
        }
    };
    visit.drain();
    let gone = visit.gone;
    drop(terminal);
    if gone && crate::identity::wait_for_end(child.pidfd.as_fd(), HANGING_UP_MS) {
        let _ = waitpid(Pid::from_raw(child.pid), Some(WaitPidFlag::WNOHANG));
    }
    left
}

struct Visit<'a> {
    child: &'a Child,
    terminal: Option<&'a Terminal>,
    /// Whether the learner's terminal may still give input.
    keys: bool,
    /// Whether the lab's terminal may still give output.
    output: bool,
    /// Whether the learner's terminal has gone.
    gone: bool,
}

impl Visit<'_> {
    fn next_event(&mut self, signals: &Signals, engine: BorrowedFd<'_>) -> Option<Left> {
        let stdin = io::stdin();
        let mut ends = vec![
            PollFd::from_borrowed_fd(self.child.pidfd.as_fd(), PollFlags::IN),
            PollFd::from_borrowed_fd(engine, PollFlags::IN),
            PollFd::from_borrowed_fd(signals.events.as_fd(), PollFlags::IN),
        ];
        let keys = self.keys.then(|| {
            ends.push(PollFd::from_borrowed_fd(stdin.as_fd(), PollFlags::IN));
            ends.len() - 1
        });
        let output = self.terminal.filter(|_| self.output).map(|terminal| {
            ends.push(PollFd::from_borrowed_fd(
                terminal.outer.as_fd(),
                PollFlags::IN,
            ));
            ends.len() - 1
        });
        if poll(&mut ends, None).is_err() {
            return None;
        }
        let happened = |index: usize| !ends[index].revents().is_empty();
        let (ended, lab_ended, signalled) = (happened(0), happened(1), happened(2));
        let (keys, output) = (keys.is_some_and(happened), output.is_some_and(happened));
        if signalled && let Some(signal) = signals.take() {
            self.pass_on(signal);
        }
        if keys && let Some(terminal) = self.terminal {
            let copied = copy(stdin.as_fd(), terminal.outer.as_fd());
            self.keys = copied == Copied::All;
            // No key ends raw input: it ends with the terminal alone.
            self.gone |= copied == Copied::SourceEnded;
        }
        if output && let Some(terminal) = self.terminal {
            let copied = copy(terminal.outer.as_fd(), io::stdout().as_fd());
            self.output = copied == Copied::All;
            self.gone |= copied == Copied::TargetClosed;
        }
        match (lab_ended, ended, self.gone) {
            (true, ..) => {
                let _ = waitpid(Pid::from_raw(self.child.pid), None);
                Some(Left::LabEnded)
            }
            (false, true, _) => Some(self.left(engine)),
            (false, false, true) => Some(self.hang_up()),
            (false, false, false) => None,
        }
    }

    /// Tells the child as a terminal does. What it told to ignore that lives on
    /// in the lab, as it would outside: the caller closes the lab's terminal.
    fn hang_up(&mut self) -> Left {
        let _ = sys::pidfd_send_signal(self.child.pidfd.as_fd(), Signal::SIGHUP as i32);
        self.output = false;
        Left::Exited(128 + Signal::SIGHUP as i32)
    }

    fn pass_on(&mut self, signal: Signal) {
        match (signal, self.terminal) {
            (Signal::SIGHUP, Some(_)) => self.gone = true,
            (Signal::SIGWINCH, Some(terminal)) => terminal.follow_size(),
            (Signal::SIGWINCH, None) => {}
            // The terminal's own keys: the child shares the terminal and got it.
            (Signal::SIGINT | Signal::SIGQUIT, None) if io::stdin().is_terminal() => {}
            (signal, _) => {
                let _ = sys::pidfd_send_signal(self.child.pidfd.as_fd(), signal as i32);
            }
        }
    }

    /// The end of a lab kills its processes first and shows on the engine's
    /// pidfd last: a killed child may be the first one sees of it.
    fn left(&self, engine: BorrowedFd<'_>) -> Left {
        let code = self.exit_code();
        let killed = code == 128 + Signal::SIGKILL as i32;
        if killed && crate::identity::wait_for_end(engine, LAB_ENDING_MS) {
            return Left::LabEnded;
        }
        Left::Exited(code)
    }

    fn exit_code(&self) -> i32 {
        match waitpid(Pid::from_raw(self.child.pid), None) {
            Ok(WaitStatus::Exited(_, code)) => code,
            Ok(WaitStatus::Signaled(_, signal, _)) => 128 + signal as i32,
            _ => 125,
        }
    }

    /// What the child wrote last may still be on its way.
    fn drain(&mut self) {
        let Some(terminal) = self.terminal else {
            return;
        };
        while self.output {
            let mut ends = [PollFd::new(&terminal.outer, PollFlags::IN)];
            if !poll(&mut ends, Some(&LAST_WORDS)).is_ok_and(|ready| ready > 0) {
                break;
            }
            let copied = copy(terminal.outer.as_fd(), io::stdout().as_fd());
            self.output = copied == Copied::All;
        }
    }
}

/// What became of the bytes that there were.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Copied {
    All,
    SourceEnded,
    TargetClosed,
}

/// Copies what there is now.
fn copy(from: BorrowedFd<'_>, to: BorrowedFd<'_>) -> Copied {
    let mut bytes = [0_u8; 16 * 1024];
    let length = match rustix::io::read(from, &mut bytes[..]) {
        Ok(0) => return Copied::SourceEnded,
        Ok(length) => length,
        Err(rustix::io::Errno::INTR | rustix::io::Errno::AGAIN) => return Copied::All,
        // EIO: the other end of the terminal is closed.
        Err(_) => return Copied::SourceEnded,
    };
    let mut rest = &bytes[..length];
    while !rest.is_empty() {
        match rustix::io::write(to, rest) {
            Ok(written) => rest = &rest[written..],
            Err(rustix::io::Errno::INTR) => {}
            Err(rustix::io::Errno::AGAIN) => {
                let _ = poll(&mut [PollFd::from_borrowed_fd(to, PollFlags::OUT)], None);
            }
            Err(_) => return Copied::TargetClosed,
        }
    }
    Copied::All
}
