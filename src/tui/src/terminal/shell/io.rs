//! The thread between a program's terminal and the rest: one `poll` over the
//! pty, the process and the requests of [`Shell`](super::Shell).

use std::collections::VecDeque;
use std::io;
use std::os::fd::OwnedFd;
use std::process::Child;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use pty_process::blocking::{Pts, Pty};
use rustix::event::{EventfdFlags, PollFd, PollFlags, Timespec, eventfd, poll};
use rustix::io::Errno;
use rustix::process::{Pid, PidfdFlags, Signal, kill_process_group, pidfd_open};

use super::{Ending, IN_FLIGHT, Output, PIECE, QUEUE, ShellEvent, WriteError};
use crate::terminal::Size;

/// How long a program may take to end after a hang-up before it is killed.
const PATIENCE: Duration = Duration::from_millis(500);

/// What the thread and the rest share.
pub(super) struct Link {
    state: Mutex<State>,
    wake: OwnedFd,
}

#[derive(Default)]
struct State {
    queue: VecDeque<u8>,
    resize: Option<Size>,
    in_flight: usize,
    stop: bool,
    ended: bool,
}

impl Link {
    pub(super) fn new() -> io::Result<Link> {
        Ok(Link {
            state: Mutex::default(),
            wake: eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?,
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // No step below leaves the state half changed.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn wake(&self) {
        // A full counter wakes too.
        let _ = rustix::io::write(&self.wake, &1_u64.to_ne_bytes());
    }

    pub(super) fn write(&self, bytes: &[u8]) -> Result<(), WriteError> {
        let mut state = self.state();
        if state.ended {
            return Err(WriteError::Ended);
        }
        if state.queue.len() + bytes.len() > QUEUE {
            return Err(WriteError::Full);
        }
        state.queue.extend(bytes);
        drop(state);
        self.wake();
        Ok(())
    }

    pub(super) fn resize(&self, size: Size) {
        self.state().resize = Some(size);
        self.wake();
    }

    pub(super) fn looked_at(&self) {
        self.state().in_flight -= 1;
        self.wake();
    }

    pub(super) fn stop(&self) {
        self.state().stop = true;
        self.wake();
    }
}

/// A process that leads a session, and the terminal it has. Dropping it ends the
/// process as a closed terminal window does, then by force, and waits for it.
pub(super) struct Session {
    /// The program's end is kept open too, so that the pty is not at its end
    /// whenever no process happens to have it open.
    terminal: Option<(Pty, Pts)>,
    child: Child,
}

impl Session {
    pub(super) fn new(pty: Pty, pts: Pts, child: Child) -> Session {
        Session {
            terminal: Some((pty, pts)),
            child,
        }
    }

    fn ends_within(&self, patience: Duration) -> bool {
        let Ok(process) = pidfd_open(Pid::from_child(&self.child), PidfdFlags::empty()) else {
            return false;
        };
        let Ok(timeout) = Timespec::try_from(patience) else {
            return false;
        };
        let mut waiting = [PollFd::new(&process, PollFlags::IN)];
        matches!(poll(&mut waiting, Some(&timeout)), Ok(1))
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        // Closing the pty sends SIGHUP to the session's leader and to what runs in
        // the foreground.
        self.terminal = None;
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        if !self.ends_within(PATIENCE) {
            // Gone meanwhile, or not ours to signal (set-user-ID): nothing is left
            // to try.
            let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

/// The thread's work.
pub(super) struct Pump {
    session: Session,
    process: OwnedFd,
    link: Arc<Link>,
    buffer: Box<[u8]>,
}

enum Next {
    Turn,
    /// The program has ended.
    Ended,
    /// Nobody wants it any more.
    Stop,
}

impl Pump {
    pub(super) fn new(session: Session, link: Arc<Link>) -> io::Result<Pump> {
        if let Some((pty, _)) = &session.terminal {
            let flags = rustix::fs::fcntl_getfl(pty)?;
            rustix::fs::fcntl_setfl(pty, flags | rustix::fs::OFlags::NONBLOCK)?;
        }
        Ok(Pump {
            process: pidfd_open(Pid::from_child(&session.child), PidfdFlags::empty())?,
            session,
            link,
            buffer: vec![0; PIECE].into_boxed_slice(),
        })
    }

    pub(super) fn run(mut self, mut on_event: impl FnMut(ShellEvent)) {
        loop {
            match self.turn(&mut on_event) {
                Next::Turn => {}
                Next::Stop => return,
                Next::Ended => break,
            }
        }
        // What it printed last. Its children may print on without end, so no more
        // than a pty holds.
        for _ in 0..4 {
            if !self.waits_for_room() {
                return;
            }
            self.read(&mut on_event);
        }
        self.link.state().ended = true;
        let ending = ending(&mut self.session.child);
        drop(self);
        on_event(ShellEvent::Ended(ending));
    }

    /// Waits for something, and does it.
    fn turn(&mut self, on_event: &mut impl FnMut(ShellEvent)) -> Next {
        let Some((pty, _)) = &self.session.terminal else {
            return Next::Stop;
        };
        let mut interest = PollFlags::empty();
        {
            let mut state = self.link.state();
            if state.stop {
                return Next::Stop;
            }
            if let Some(size) = state.resize.take() {
                // The pty is open, and that is all that it takes.
                let _ = pty.resize(pty_process::Size::new(size.rows, size.columns));
            }
            interest.set(PollFlags::IN, state.in_flight < IN_FLIGHT);
            interest.set(PollFlags::OUT, !state.queue.is_empty());
        }
        let mut waiting = [
            PollFd::new(pty, interest),
            PollFd::new(&self.link.wake, PollFlags::IN),
            PollFd::new(&self.process, PollFlags::IN),
        ];
        match poll(&mut waiting, None) {
            Ok(_) => {}
            Err(Errno::INTR) => return Next::Turn,
            Err(_) => return Next::Stop,
        }
        let [pty, wake, process] = waiting.map(|fd| fd.revents());
        if wake.contains(PollFlags::IN) {
            let _ = rustix::io::read(&self.link.wake, &mut [0; 8]);
        }
        if pty.contains(PollFlags::OUT) {
            self.write();
        }
        if pty.contains(PollFlags::IN) {
            self.read(on_event);
        }
        if process.is_empty() {
            Next::Turn
        } else {
            Next::Ended
        }
    }

    /// Waits until another piece may be under way; false when nobody wants it.
    fn waits_for_room(&self) -> bool {
        loop {
            let state = self.link.state();
            if state.stop || state.in_flight < IN_FLIGHT {
                return !state.stop;
            }
            drop(state);
            let mut waiting = [PollFd::new(&self.link.wake, PollFlags::IN)];
            if !matches!(poll(&mut waiting, None), Ok(_) | Err(Errno::INTR)) {
                return false;
            }
            let _ = rustix::io::read(&self.link.wake, &mut [0; 8]);
        }
    }

    /// Hands over a piece of what the program printed, if there is any.
    fn read(&mut self, on_event: &mut impl FnMut(ShellEvent)) {
        let Some((pty, _)) = &self.session.terminal else {
            return;
        };
        let mut length = 0;
        // The kernel gives a page at a time.
        while length < PIECE {
            match rustix::io::read(pty, &mut self.buffer[length..]) {
                Ok(0) => break,
                Ok(read) => length += read,
                Err(Errno::INTR) => {}
                Err(_) => break,
            }
        }
        if length == 0 {
            return;
        }
        self.link.state().in_flight += 1;
        on_event(ShellEvent::Output(Output {
            bytes: self.buffer[..length].to_vec(),
            credit: Some(Arc::clone(&self.link)),
        }));
    }

    fn write(&mut self) {
        let Some((pty, _)) = &self.session.terminal else {
            return;
        };
        let mut state = self.link.state();
        while !state.queue.is_empty() {
            let (front, _) = state.queue.as_slices();
            match rustix::io::write(pty, front) {
                Ok(written) => drop(state.queue.drain(..written)),
                Err(Errno::INTR) => {}
                Err(_) => return,
            }
        }
        state.queue.shrink_to(PIECE);
    }
}

fn ending(child: &mut Child) -> Ending {
    use std::os::unix::process::ExitStatusExt as _;
    match child.wait() {
        Err(_) => Ending::Unknown,
        Ok(status) => match (status.code(), status.signal()) {
            (Some(code), _) => Ending::Code(code),
            (None, Some(signal)) => Ending::Signal(signal),
            (None, None) => Ending::Unknown,
        },
    }
}
