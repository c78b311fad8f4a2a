//! The process that containers are cloned from.
//!
//! The engine has threads of its own in time and may not fork. So PID 1 of the
//! lab forks a zygote while it still has one thread; the zygote stays
//! single-threaded, keeps the lab's namespaces and capabilities, receives
//! plans over a socket and clones containers with `CLONE_PARENT`, so that the
//! engine is their parent and reaps them.
//!
//! It reads plans from the engine alone, and the engine made them from
//! validated requests: the socket is a socketpair without a name.

use crate::apply::{self, Gate, Launch, Launched};
use crate::fault::Fault;
use crate::net;
use crate::plan::{ExecPlan, Plan};
use crate::progress::{Stopped, Stopwatch, Times};
use crate::request::Attachment;
use crate::{sys, wire};
use nix::sched::{CloneFlags, setns};
use nix::sys::socket::SockType;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;
use std::sync::{Mutex, PoisonError};

pub use crate::apply::{Created, Stdio};

/// Why a container did not come to be.
#[derive(Debug, thiserror::Error)]
pub enum CreateError {
    /// An operation of the plan failed. The [`Fault`] has Docker's wording and
    /// exit code.
    #[error("{0}")]
    Stopped(#[from] Box<Stopped>),
    /// The zygote does not answer any more; the lab has to be restarted.
    #[error("the process that makes containers does not answer: {0}")]
    Zygote(#[from] io::Error),
}

impl From<Fault> for CreateError {
    fn from(fault: Fault) -> Self {
        Self::Stopped(Box::new(fault.into()))
    }
}

/// Why a created container did not start: the same kinds.
pub type StartError = CreateError;

/// What the engine asks the zygote for.
#[derive(Debug, Serialize, Deserialize)]
enum Command<'a> {
    /// The descriptor is the lab's network namespace.
    EnterNetwork,
    /// Descriptors: the three standard streams, or none for a terminal.
    Create(Cow<'a, Plan>),
    /// As for `Create`.
    Exec(Cow<'a, ExecPlan>),
    /// Give a running container another interface. Descriptor: its network
    /// namespace.
    Attach(Cow<'a, Attachment>),
}

/// What it answers.
type Answer = Result<Done, Stopped>;

/// What was done.
#[derive(Debug, Serialize, Deserialize)]
enum Done {
    /// Nothing that has a process.
    Plain,
    /// A process; comes with its pidfd and control socket.
    Made {
        pid: i32,
        /// Of what was done outside it.
        times: Times,
    },
}

/// The engine's end. Cheap calls that block for as long as a container takes
/// to set up (1 to 3 ms); may be shared between threads.
#[derive(Debug)]
pub struct Zygote {
    socket: Mutex<OwnedFd>,
    pid: i32,
}

impl Zygote {
    /// Forks the zygote. To be called by PID 1 of the lab before it starts any
    /// thread.
    ///
    /// # Errors
    /// EINVAL where the process has several threads already; EAGAIN.
    pub fn fork() -> io::Result<Self> {
        Self::fork_closing(Vec::new())
    }

    /// As [`Zygote::fork`], for a lab whose containers may not have what lies
    /// beneath the folders `closed` (absolute, without links) as a bind mount,
    /// by whatever name or link it is asked for.
    ///
    /// # Errors
    /// As for [`Zygote::fork`].
    pub fn fork_closing(closed: Vec<PathBuf>) -> io::Result<Self> {
        let (near, far) = wire::pair(SockType::Stream)?;
        match sys::clone3(&sys::CloneOptions::default())? {
            sys::Forked::Parent { pid, .. } => Ok(Self {
                socket: Mutex::new(near),
                pid,
            }),
            sys::Forked::Child => {
                drop(near);
                apply::close_sources(closed);
                serve(&far);
                sys::exit(0)
            }
        }
    }

    /// Its process id, for the reaper: when it ends, the lab is over.
    pub fn pid(&self) -> i32 {
        self.pid
    }

    /// Moves the zygote into a network namespace, the lab's.
    ///
    /// # Errors
    /// EPERM for a namespace that is not the lab's.
    pub fn enter_network(&self, namespace: impl AsFd) -> Result<(), CreateError> {
        self.ask(&Command::EnterNetwork, &[namespace.as_fd()])
            .map(drop)
    }

    /// Makes a container and returns when its init waits before execve.
    ///
    /// # Errors
    /// The [`Fault`] of the operation that failed; nothing is left then but a
    /// child to reap.
    pub fn create(&self, plan: &Plan, stdio: &Stdio) -> Result<Created, CreateError> {
        self.launch(&Command::Create(Cow::Borrowed(plan)), stdio)
    }

    /// Makes a process in a running container; it too waits for
    /// [`Created::start`].
    ///
    /// It is a child of the caller and a member of the container's PID
    /// namespace: the container's init does not finish ending before the
    /// caller has collected it.
    ///
    /// # Errors
    /// As for [`Zygote::create`].
    pub fn exec(&self, plan: &ExecPlan, stdio: &Stdio) -> Result<Created, CreateError> {
        self.launch(&Command::Exec(Cow::Borrowed(plan)), stdio)
    }

    /// Connects a running container to another bridge. `network` is its
    /// network namespace (`/proc/PID/ns/net`).
    ///
    /// # Errors
    /// The [`Fault`] of the operation that failed.
    pub fn attach(&self, attachment: &Attachment, network: impl AsFd) -> Result<(), CreateError> {
        let command = Command::Attach(Cow::Borrowed(attachment));
        self.ask(&command, &[network.as_fd()]).map(drop)
    }

    fn launch(&self, command: &Command<'_>, stdio: &Stdio) -> Result<Created, CreateError> {
        let streams = stdio.descriptors();
        let (done, descriptors) = self.ask(command, &streams)?;
        let mut descriptors = descriptors.into_iter();
        match (done, descriptors.next(), descriptors.next()) {
            (Done::Made { pid, times }, Some(pidfd), Some(control)) => {
                let launched = Launched {
                    pid,
                    pidfd,
                    control,
                    times,
                };
                Created::wait(launched, &mut |_| Ok(()))
            }
            _ => Err(io::Error::from(io::ErrorKind::InvalidData).into()),
        }
    }

    fn ask(
        &self,
        command: &Command<'_>,
        descriptors: &[BorrowedFd<'_>],
    ) -> Result<(Done, Vec<OwnedFd>), CreateError> {
        let socket = self.socket.lock().unwrap_or_else(PoisonError::into_inner);
        wire::send_frame(socket.as_fd(), command, descriptors)?;
        let (answer, descriptors) = wire::receive_frame::<Answer>(socket.as_fd())?;
        Ok((answer.map_err(Box::new)?, descriptors))
    }
}

/// The zygote's life: until the engine has gone.
fn serve(socket: &OwnedFd) {
    // Containers run with the zygote's ids for a moment; nobody may look into
    // its memory or at its descriptors through /proc.
    let _ = nix::sys::prctl::set_dumpable(false);
    let _ = nix::sys::prctl::set_pdeathsig(nix::sys::signal::Signal::SIGKILL);
    while let Ok((command, descriptors)) = wire::receive_frame::<Command<'_>>(socket.as_fd()) {
        let result = match command {
            Command::EnterNetwork => plain(enter(&descriptors)),
            Command::Attach(attachment) => plain(attach(&attachment, &descriptors)),
            Command::Create(plan) => {
                launch(&plan.ops, apply::Kind::Container, descriptors, socket).map(Some)
            }
            Command::Exec(plan) => {
                launch(&plan.ops, apply::Kind::Exec, descriptors, socket).map(Some)
            }
        };
        let answer = match &result {
            Ok(None) => Answer::Ok(Done::Plain),
            Ok(Some(made)) => Answer::Ok(Done::Made {
                pid: made.pid,
                times: made.times,
            }),
            Err(stopped) => Answer::Err(Stopped::clone(stopped)),
        };
        let made = result.iter().flatten();
        let handed: Vec<_> = made
            .flat_map(|made| [made.pidfd.as_fd(), made.control.as_fd()])
            .collect();
        if wire::send_frame(socket.as_fd(), &answer, &handed).is_err() {
            return;
        }
    }
}

fn plain(result: Result<(), Fault>) -> Result<Option<Launched>, Box<Stopped>> {
    result
        .map(|()| None)
        .map_err(|fault| Box::new(fault.into()))
}

fn launch(
    ops: &[crate::plan::Op],
    kind: apply::Kind,
    descriptors: Vec<OwnedFd>,
    socket: &OwnedFd,
) -> Result<Launched, Box<Stopped>> {
    let launch = Launch {
        ops,
        kind,
        stdio: Stdio::from_descriptors(descriptors),
        sibling: true,
        private: Some(socket.as_fd()),
        gate: Gate::Control,
    };
    let mut watch = Stopwatch::new();
    apply::launch_ops(&launch, &mut watch).map_err(|fault| Box::new(watch.stopped(fault)))
}

fn enter(descriptors: &[OwnedFd]) -> Result<(), Fault> {
    let namespace = descriptors
        .first()
        .ok_or_else(|| missing("a network namespace"))?;
    setns(namespace, CloneFlags::CLONE_NEWNET)
        .map_err(|errno| Fault::system("enter the lab's network", errno))
}

fn attach(attachment: &Attachment, descriptors: &[OwnedFd]) -> Result<(), Fault> {
    let namespace = descriptors
        .first()
        .ok_or_else(|| missing("a network namespace"))?;
    net::attach_running(attachment, namespace.as_fd())
}

fn missing(what: &str) -> Fault {
    Fault::system(format!("receive {what}"), nix::errno::Errno::EBADF)
}
