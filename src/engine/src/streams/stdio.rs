//! The three descriptors of a process, both ends.

use std::cell::RefCell;
use std::io;
use std::os::fd::OwnedFd;
use std::rc::Rc;

use bytes::Bytes;
use nix::fcntl::OFlag;
use nix::unistd::{fchown, pipe2};
use plimsoll_runtime::zygote::Stdio as ChildStdio;
use tokio::sync::watch;

use super::descriptor::Descriptor;
use super::outlet::{Chunk, Outlets};
use crate::logs::{LogFile, Stream};

/// Read at a time (bytes). A flood of short lines grows fortyfold on its way to
/// the log, and others have to wait for one block of it.
const BLOCK: usize = 16 * 1024;

thread_local! {
    /// One buffer for all processes: it is only used between a `read` and the
    /// copy that follows at once.
    static SCRATCH: RefCell<Vec<u8>> = RefCell::new(vec![0; BLOCK]);
}

/// Our end of a process's stdin, which comes with its start.
#[derive(Debug)]
pub struct Stdio {
    /// Those who watch.
    pub outlets: Outlets,
    stdin: watch::Sender<Stdin>,
    terminal: RefCell<Option<Rc<Descriptor>>>,
}

/// What can be done with stdin now.
#[derive(Debug, Clone, Default)]
enum Stdin {
    /// The process has not started: writers wait.
    #[default]
    Awaited,
    /// It reads.
    Open(Rc<Descriptor>),
    /// It was closed, or never was one.
    Closed,
}

impl Default for Stdio {
    fn default() -> Self {
        Self {
            outlets: Outlets::default(),
            stdin: watch::Sender::new(Stdin::Awaited),
            terminal: RefCell::new(None),
        }
    }
}

/// Our ends of a process's pipes.
#[derive(Debug)]
pub struct OurEnds {
    pub stdout: OwnedFd,
    pub stderr: OwnedFd,
}

impl Stdio {
    /// Makes the pipes for a process without a terminal. Without `open_stdin`
    /// it reads from `/dev/null`.
    ///
    /// # Errors
    /// When descriptors run out.
    pub fn pipes(&self, open_stdin: bool) -> io::Result<(ChildStdio, OurEnds)> {
        let (out_read, out_write) = pipe2(OFlag::O_CLOEXEC)?;
        let (err_read, err_write) = pipe2(OFlag::O_CLOEXEC)?;
        let stdin = if open_stdin {
            let (in_read, in_write) = pipe2(OFlag::O_CLOEXEC)?;
            let descriptor = Descriptor::new(in_write)?;
            self.stdin.send_replace(Stdin::Open(Rc::new(descriptor)));
            in_read
        } else {
            self.close_stdin();
            std::fs::File::open("/dev/null")?.into()
        };
        let child = ChildStdio::Streams {
            stdin,
            stdout: out_write,
            stderr: err_write,
        };
        let ours = OurEnds {
            stdout: out_read,
            stderr: err_read,
        };
        Ok((child, ours))
    }

    /// Takes the master of a process's terminal.
    ///
    /// # Errors
    /// When it cannot be put on the reactor.
    pub fn attach_terminal(&self, master: OwnedFd, open_stdin: bool) -> io::Result<Rc<Descriptor>> {
        let descriptor = Rc::new(Descriptor::new(master)?);
        *self.terminal.borrow_mut() = Some(descriptor.clone());
        self.stdin.send_replace(if open_stdin {
            Stdin::Open(descriptor.clone())
        } else {
            Stdin::Closed
        });
        Ok(descriptor)
    }

    /// The terminal while the process runs.
    pub fn terminal(&self) -> Option<Rc<Descriptor>> {
        self.terminal.borrow().clone()
    }

    /// Writes what a client typed; waits for the start and while the process
    /// does not read. `false` when there is nobody to read it.
    pub async fn write_stdin(&self, bytes: &[u8]) -> bool {
        let mut watched = self.stdin.subscribe();
        let state = watched
            .wait_for(|stdin| !matches!(stdin, Stdin::Awaited))
            .await
            .map(|stdin| stdin.clone());
        match state {
            Ok(Stdin::Open(descriptor)) => descriptor.write_all(bytes).await.is_ok(),
            _ => false,
        }
    }

    /// Nobody will send input; a process that has started reads its end.
    pub fn input_unattended(&self) {
        if matches!(*self.stdin.borrow(), Stdin::Open(_)) && self.terminal.borrow().is_none() {
            self.close_stdin();
        }
    }

    /// The process reads the end of its input.
    pub fn close_stdin(&self) {
        self.stdin.send_replace(Stdin::Closed);
    }

    /// As [`Stdio::close_stdin`], once the process has started.
    pub async fn close_stdin_after_start(&self) {
        let mut watched = self.stdin.subscribe();
        let _ = watched
            .wait_for(|stdin| !matches!(stdin, Stdin::Awaited))
            .await;
        // A terminal's input ends with ^D, never by closing the master.
        if self.terminal.borrow().is_none() {
            self.close_stdin();
        }
    }

    /// The process has ended: clients see it, and a next start begins anew.
    pub fn reset(&self) {
        self.outlets.close();
        self.terminal.take();
        self.stdin.send_replace(Stdin::Awaited);
    }
}

/// What a process gets as its streams, and our ends; a terminal's master comes
/// with the process instead.
///
/// `owner` is the container's root as the engine sees it: a program that opens
/// `/dev/stderr` (nginx's log) opens the pipe again, and needs to own it.
///
/// # Errors
/// When descriptors run out.
pub fn stdio_for(
    stdio: &Stdio,
    terminal: bool,
    open_stdin: bool,
    owner: (u32, u32),
) -> io::Result<(ChildStdio, Option<OurEnds>)> {
    if terminal {
        return Ok((ChildStdio::Inherit, None));
    }
    let (child, ours) = stdio.pipes(open_stdin)?;
    let (uid, gid) = owner;
    for pipe in [&ours.stdout, &ours.stderr] {
        fchown(pipe, Some(uid.into()), Some(gid.into()))?;
    }
    if let (true, ChildStdio::Streams { stdin, .. }) = (open_stdin, &child) {
        fchown(stdin, Some(uid.into()), Some(gid.into()))?;
    }
    Ok((child, Some(ours)))
}

/// Copies one stream to log and clients until it ends.
pub async fn pump(
    source: Rc<Descriptor>,
    stream: Stream,
    stdio: Rc<Stdio>,
    log: Option<Rc<LogFile>>,
) {
    loop {
        let read = source.read_with(|fd| {
            SCRATCH.with_borrow_mut(|buffer| {
                let length = match nix::unistd::read(fd, buffer) {
                    Ok(length) => length,
                    Err(nix::errno::Errno::EIO) => 0,
                    Err(error) => return Err(error.into()),
                };
                let chunk = &buffer[..length];
                if let Some(log) = log.as_ref().filter(|_| length > 0) {
                    log.append(stream, chunk);
                }
                let copy = stdio.outlets.watched(stream);
                Ok((length, copy.then(|| Bytes::copy_from_slice(chunk))))
            })
        });
        match read.await {
            Ok((0, _)) | Err(_) => return,
            Ok((_, Some(bytes))) => stdio.outlets.send(Chunk { stream, bytes }).await,
            // A flood that nobody watches must let others run.
            Ok((_, None)) => tokio::task::yield_now().await,
        }
    }
}
