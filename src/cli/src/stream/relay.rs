//! Carries bytes between our stdin, stdout and stderr and a container's
//! stream, until the stream ends, the detach keys are typed, or our terminal
//! goes. A container lives on without its client, as Docker's does.
//!
//! One thread and one poll: what is typed waits in a buffer while the engine
//! does not take it, so that output goes on and neither side can lock the
//! other out.

use std::io::{self, IsTerminal, Read, Write};
use std::ops::ControlFlow;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd};

use nix::errno::Errno;
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::Signal;
use nix::sys::socket::{MsgFlags, send};
use plimsoll_api::client::{Demux, Socket, Stream, UnknownStream, Upgraded};

use super::detach::DetachKeys;
use super::signals::Signals;
use super::terminal;

const CHUNK: usize = 32 * 1024;

/// Why the relay ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum End {
    /// The container's side closed.
    Output,
    /// The detach keys.
    Detached,
    /// `watched` became readable and no output was expected.
    Watched,
    /// A signal said so, whatever the container does.
    Forced,
    /// Our terminal has gone, and with it whoever read and typed.
    HungUp,
}

/// What reading our stdin came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Typed {
    Bytes,
    DetachKeys,
    Nobody,
}

/// What goes where.
pub struct Relay<'a> {
    pub upgraded: Upgraded,
    /// Send our stdin; the container's input is closed at its end.
    pub input: bool,
    /// Show output at all; without it the end of `watched` ends the relay.
    pub output: bool,
    /// One raw stream with a terminal at the other end.
    pub tty: bool,
    pub detach: DetachKeys,
    pub signals: Option<&'a Signals>,
    pub on_signal: &'a mut dyn FnMut(Signal) -> ControlFlow<()>,
    pub watched: Option<BorrowedFd<'a>>,
}

struct State<'a> {
    relay: Relay<'a>,
    demux: Option<Demux>,
    /// Typed and not yet sent.
    pending: Vec<u8>,
    /// Stdin is a terminal in raw mode: no key ends it.
    raw: bool,
    input_open: bool,
    write_open: bool,
}

#[derive(Default)]
struct Ready {
    socket: bool,
    writable: bool,
    stdin: bool,
    signal: bool,
    watched: bool,
}

impl Relay<'_> {
    /// Carries bytes until one side ends.
    pub fn run(self) -> io::Result<End> {
        let framed = self.upgraded.multiplexed.unwrap_or(!self.tty) && !self.tty;
        let mut state = State {
            demux: framed.then(Demux::new),
            pending: Vec::new(),
            raw: self.tty && self.input && io::stdin().is_terminal(),
            input_open: self.input,
            write_open: true,
            relay: self,
        };
        let early = std::mem::take(&mut state.relay.upgraded.early);
        state.show(&early)?;
        if !state.input_open {
            state.close_input();
        }
        match state.carry() {
            Err(_) if terminal::has_gone() => Ok(End::HungUp),
            other => other,
        }
    }
}

impl State<'_> {
    fn carry(&mut self) -> io::Result<End> {
        let mut chunk = vec![0; CHUNK];
        loop {
            let ready = self.wait()?;
            if ready.signal {
                while let Some(signal) = self.relay.signals.and_then(Signals::next) {
                    let forced = (self.relay.on_signal)(signal).is_break();
                    if forced {
                        return Ok(End::Forced);
                    }
                    if signal == Signal::SIGHUP && terminal::has_gone() {
                        return Ok(End::HungUp);
                    }
                }
            }
            if ready.writable {
                self.send()?;
            }
            if ready.socket {
                match self.relay.upgraded.socket.read(&mut chunk) {
                    Ok(0) => return Ok(End::Output),
                    Ok(length) => self.show(&chunk[..length])?,
                    Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                    Err(error) if error.kind() == io::ErrorKind::ConnectionReset => {
                        return Ok(End::Output);
                    }
                    Err(error) => return Err(error),
                }
            }
            if ready.stdin {
                match self.read_input(&mut chunk)? {
                    Typed::Bytes => {}
                    Typed::DetachKeys => return Ok(End::Detached),
                    Typed::Nobody => return Ok(End::HungUp),
                }
            }
            if ready.watched && !ready.socket && !self.relay.output {
                return Ok(End::Watched);
            }
        }
    }

    fn wait(&self) -> io::Result<Ready> {
        let stdin = io::stdin();
        let mut wanted = PollFlags::POLLIN;
        if !self.pending.is_empty() {
            wanted |= PollFlags::POLLOUT;
        }
        let mut descriptors = vec![PollFd::new(self.socket().as_fd(), wanted)];
        let typing = self.input_open && self.pending.is_empty();
        let at_stdin = add(&mut descriptors, typing.then(|| stdin.as_fd()));
        let at_signal = add(&mut descriptors, self.relay.signals.map(AsFd::as_fd));
        let watched = self.relay.watched.filter(|_| !self.relay.output);
        let at_watched = add(&mut descriptors, watched);
        match poll(&mut descriptors, PollTimeout::NONE) {
            Err(Errno::EINTR) => return Ok(Ready::default()),
            other => other?,
        };
        let any = |at: Option<usize>| at.and_then(|at| descriptors[at].any()).unwrap_or(false);
        let events = descriptors[0].revents().unwrap_or(PollFlags::empty());
        Ok(Ready {
            socket: events.intersects(PollFlags::POLLIN | PollFlags::POLLHUP | PollFlags::POLLERR),
            writable: events.contains(PollFlags::POLLOUT),
            stdin: any(at_stdin),
            signal: any(at_signal),
            watched: any(at_watched),
        })
    }

    fn socket(&self) -> &Socket {
        &self.relay.upgraded.socket
    }

    /// Reads what is typed.
    fn read_input(&mut self, chunk: &mut [u8]) -> io::Result<Typed> {
        let length = match nix::unistd::read(io::stdin(), chunk) {
            Ok(length) => length,
            Err(Errno::EINTR | Errno::EAGAIN) => return Ok(Typed::Bytes),
            // A terminal that has gone, or that is another job's, has ended.
            Err(Errno::EIO) => 0,
            Err(error) => return Err(error.into()),
        };
        if length == 0 && self.raw {
            return Ok(Typed::Nobody);
        }
        if length == 0 {
            self.input_open = false;
            self.close_input();
            return Ok(Typed::Bytes);
        }
        let typed = &chunk[..length];
        if self.relay.tty {
            if self.relay.detach.filter(typed, &mut self.pending) {
                self.send()?;
                return Ok(Typed::DetachKeys);
            }
        } else {
            self.pending.extend_from_slice(typed);
        }
        self.send()?;
        Ok(Typed::Bytes)
    }

    /// Sends as much of what is pending as the engine takes now.
    fn send(&mut self) -> io::Result<()> {
        while !self.pending.is_empty() && self.write_open {
            let flags = MsgFlags::MSG_DONTWAIT | MsgFlags::MSG_NOSIGNAL;
            match send(self.socket().as_fd().as_raw_fd(), &self.pending, flags) {
                Ok(sent) => {
                    self.pending.drain(..sent);
                }
                Err(Errno::EAGAIN) => return Ok(()),
                Err(Errno::EINTR) => {}
                // The container closed its input: what is typed is lost, and
                // its output may still come.
                Err(Errno::EPIPE | Errno::ECONNRESET) => {
                    self.write_open = false;
                    self.input_open = false;
                    self.pending.clear();
                }
                Err(error) => return Err(error.into()),
            }
        }
        if self.pending.is_empty() && !self.input_open {
            self.close_input();
        }
        Ok(())
    }

    fn close_input(&mut self) {
        if self.pending.is_empty() && self.write_open {
            self.write_open = false;
            // The other side may have closed already.
            let _ = self.socket().close_write();
        }
    }

    fn show(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        let Some(demux) = &mut self.demux else {
            let mut stdout = io::stdout().lock();
            stdout.write_all(bytes)?;
            return stdout.flush();
        };
        write_frames(demux, bytes)
    }
}

/// Adds a descriptor to wait for; where it stands.
fn add<'fd>(list: &mut Vec<PollFd<'fd>>, descriptor: Option<BorrowedFd<'fd>>) -> Option<usize> {
    list.push(PollFd::new(descriptor?, PollFlags::POLLIN));
    Some(list.len() - 1)
}

/// Writes the parts of a multiplexed stream to stdout and stderr.
pub fn write_frames(demux: &mut Demux, bytes: &[u8]) -> io::Result<()> {
    let mut stdout = io::stdout().lock();
    demux
        .push(bytes, |stream, part| match stream {
            Stream::Stderr => io::stderr().write_all(part).map_err(Broken::Io),
            Stream::System => Err(Broken::Engine(
                String::from_utf8_lossy(part).trim_end().to_owned(),
            )),
            Stream::Stdin | Stream::Stdout => stdout.write_all(part).map_err(Broken::Io),
        })
        .map_err(|broken| match broken {
            Broken::Io(error) => error,
            Broken::Frames(error) => io::Error::other(error),
            Broken::Engine(message) => {
                io::Error::other(format!("error from daemon in stream: {message}"))
            }
        })?;
    stdout.flush()
}

enum Broken {
    Io(io::Error),
    Frames(UnknownStream),
    Engine(String),
}

impl From<UnknownStream> for Broken {
    fn from(error: UnknownStream) -> Self {
        Self::Frames(error)
    }
}
