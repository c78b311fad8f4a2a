//! Carrying plans out: the only place of the crate that acts.
//!
//! A launch has two sides. *Outside*, the caller (the zygote, or `plimsoll
//! oci`) opens what the container needs from the host, clones, writes the id
//! maps and plugs network cables. *Inside*, the new process builds its world,
//! reports `Ready`, waits at the gate and becomes the user's program. They are
//! joined by one socketpair, which closes by itself at execve: its end is the
//! news that the program runs.
//!
//! Start reading at [`launch_ops`], then `inside.rs`.

mod capabilities;
mod devices;
mod exec;
mod inside;
mod limits;
mod masks;
mod mounts;
mod namespaces;
mod outside;
mod root;
mod seccomp;
mod terminal;
mod user;

pub(crate) use mounts::close_sources;

use crate::fault::{During, Fault};
use crate::owners::Listener;
use crate::plan::{ExecPlan, Op, Plan};
use crate::progress::{Stopped, Stopwatch, Times};
use crate::zygote::{CreateError, StartError};
use crate::{sys, wire};
use nix::sys::socket::SockType;
use serde::{Deserialize, Serialize};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

/// Where a process' standard streams come from.
#[derive(Debug)]
pub enum Stdio {
    /// These three. The caller keeps its own ends, if any.
    Streams {
        /// Descriptor 0.
        stdin: OwnedFd,
        /// Descriptor 1.
        stdout: OwnedFd,
        /// Descriptor 2.
        stderr: OwnedFd,
    },
    /// The caller's own, or the terminal where the plan opens one.
    Inherit,
}

impl Stdio {
    pub(crate) fn descriptors(&self) -> Vec<BorrowedFd<'_>> {
        match self {
            Self::Streams {
                stdin,
                stdout,
                stderr,
            } => {
                vec![stdin.as_fd(), stdout.as_fd(), stderr.as_fd()]
            }
            Self::Inherit => Vec::new(),
        }
    }

    pub(crate) fn from_descriptors(descriptors: Vec<OwnedFd>) -> Self {
        let mut all = descriptors.into_iter();
        match (all.next(), all.next(), all.next()) {
            (Some(stdin), Some(stdout), Some(stderr)) => Self::Streams {
                stdin,
                stdout,
                stderr,
            },
            _ => Self::Inherit,
        }
    }
}

/// A first process or an added one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Container,
    Exec,
}

/// Where a created process waits for `start`.
#[derive(Debug)]
pub enum Gate {
    /// On the socket that [`Created`] holds.
    Control,
    /// On a listening socket (`SOCK_SEQPACKET`), so that a later process can
    /// start it: see [`start_through`].
    Listener(OwnedFd),
}

/// Everything that a launch needs.
pub(crate) struct Launch<'a> {
    pub ops: &'a [Op],
    pub kind: Kind,
    pub stdio: Stdio,
    /// Whether the new process becomes a sibling of the caller.
    pub sibling: bool,
    /// A descriptor of the caller that must not live on in the new process.
    pub private: Option<BorrowedFd<'a>>,
    pub gate: Gate,
}

/// A process that has been cloned and is building its world.
#[derive(Debug)]
pub(crate) struct Launched {
    pub pid: i32,
    pub pidfd: OwnedFd,
    pub control: OwnedFd,
    /// Of what was done outside it.
    pub times: Times,
}

/// What the new process tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Report {
    /// The namespaces exist; it waits to be told to proceed.
    Prepared,
    /// All is set up.
    Ready {
        /// How long it took.
        times: Times,
        /// What of the engine's comes with it, in this order.
        with: Vec<Handle>,
    },
    /// It went wrong, and the process ends.
    Failed(Box<Stopped>),
}

/// A descriptor that comes with a report.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Handle {
    /// The near end of the terminal.
    Console,
    /// Where changes of owners are told.
    Owners,
}

/// What it is told: the outside work is done, or start.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Signal {
    Proceed,
    Start,
}

/// A process that waits before execve. Dropping it without
/// [`Created::start`] ends it.
#[derive(Debug)]
pub struct Created {
    /// Process id as the caller sees it.
    pub pid: i32,
    /// A descriptor of the process.
    pub pidfd: OwnedFd,
    /// The near end of its terminal, where the plan opens one.
    pub console: Option<OwnedFd>,
    /// Where its changes of owners are told, if the plan has them recorded and
    /// the kernel can. The caller answers them from before the start on; once
    /// this is closed they fail with ENOSYS.
    pub owners: Option<Listener>,
    /// How long the parts of the plan took up to here.
    pub times: Times,
    control: OwnedFd,
}

impl Created {
    /// Waits for the process to report. `hooks` runs when the namespaces exist.
    pub(crate) fn wait(
        launched: Launched,
        hooks: &mut dyn FnMut(i32) -> Result<(), Fault>,
    ) -> Result<Self, CreateError> {
        let Launched {
            pid,
            pidfd,
            control,
            mut times,
        } = launched;
        loop {
            match wire::receive_packet::<Report>(control.as_fd()) {
                Ok((Report::Prepared, _)) => {
                    // After a failure the socket closes, and the process ends.
                    hooks(pid)?;
                    wire::send_packet(control.as_fd(), &Signal::Proceed, &[])?;
                }
                Ok((
                    Report::Ready {
                        times: inside,
                        with,
                    },
                    descriptors,
                )) => {
                    times.merge(&inside);
                    let mut created = Self {
                        pid,
                        pidfd,
                        console: None,
                        owners: None,
                        times,
                        control,
                    };
                    for (handle, descriptor) in with.into_iter().zip(descriptors) {
                        match handle {
                            Handle::Console => created.console = Some(descriptor),
                            Handle::Owners => created.owners = Some(Listener::new(descriptor)),
                        }
                    }
                    return Ok(created);
                }
                Ok((Report::Failed(mut stopped), _)) => {
                    stopped.progress.times.merge(&times);
                    return Err(stopped.into());
                }
                Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                    return Err(Fault::Died("setup".to_owned()).into());
                }
                Err(error) => return Err(error.into()),
            }
        }
    }

    /// Lets the process become its program, and returns when it has.
    ///
    /// # Errors
    /// What execve(2) said, as a [`Fault::Command`]; the process has ended then.
    pub fn start(&self) -> Result<(), StartError> {
        release(self.control.as_fd())
    }

    /// The socket on which the process reports; readable once it has become
    /// its program or failed.
    pub fn control(&self) -> BorrowedFd<'_> {
        self.control.as_fd()
    }
}

fn release(control: BorrowedFd<'_>) -> Result<(), StartError> {
    match wire::send_packet(control, &Signal::Start, &[]) {
        // It ended while it waited; the next read tells the rest.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => {}
        result => result?,
    }
    match wire::receive_packet::<Report>(control) {
        // execve closed the socket.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::ConnectionReset => {
            Err(Fault::Died("start".to_owned()).into())
        }
        Err(error) => Err(error.into()),
        Ok((Report::Failed(stopped), _)) => Err(stopped.into()),
        Ok((Report::Ready { .. } | Report::Prepared, _)) => {
            Err(io::Error::from(io::ErrorKind::InvalidData).into())
        }
    }
}

/// Starts a process that waits at a [`Gate::Listener`], over a connection to
/// that socket.
///
/// # Errors
/// As [`Created::start`].
pub fn start_through(connection: impl AsFd) -> Result<(), StartError> {
    release(connection.as_fd())
}

/// Makes a container without a zygote: the caller is single-threaded and
/// becomes its parent. `hooks` is called with the new process' id where the
/// request asked for it.
///
/// # Errors
/// As `Zygote::create`, and what `hooks` returned; with several threads, EINVAL.
pub fn launch(
    plan: &Plan,
    stdio: Stdio,
    gate: Gate,
    hooks: &mut dyn FnMut(i32) -> Result<(), Fault>,
) -> Result<Created, CreateError> {
    launch_here(&plan.ops, Kind::Container, stdio, gate, hooks)
}

/// Adds a process to a running container without a zygote.
///
/// # Errors
/// As `Zygote::exec`; with several threads, EINVAL.
pub fn launch_exec(plan: &ExecPlan, stdio: Stdio) -> Result<Created, CreateError> {
    launch_here(&plan.ops, Kind::Exec, stdio, Gate::Control, &mut |_| Ok(()))
}

fn launch_here(
    ops: &[Op],
    kind: Kind,
    stdio: Stdio,
    gate: Gate,
    hooks: &mut dyn FnMut(i32) -> Result<(), Fault>,
) -> Result<Created, CreateError> {
    let launch = Launch {
        ops,
        kind,
        stdio,
        sibling: false,
        private: None,
        gate,
    };
    let mut watch = Stopwatch::new();
    let made = launch_ops(&launch, &mut watch).map_err(|fault| Box::new(watch.stopped(fault)))?;
    let pid = made.pid;
    let result = Created::wait(made, hooks);
    if result.is_err() {
        // It has ended or is about to; nobody else collects it.
        let _ = crate::reap::wait_for(pid);
    }
    result
}

/// The outside of a launch, up to the point where the new process goes on by
/// itself.
pub(crate) fn launch_ops(launch: &Launch<'_>, watch: &mut Stopwatch) -> Result<Launched, Fault> {
    let filters = seccomp::compile_all(launch.ops, watch)?;
    watch.pause();
    let (near, far) = wire::pair(SockType::SeqPacket).during(|| "make a socket".to_owned())?;
    // Without rights over the host's mounts everything is opened by the new
    // process, in the user namespace where it has them.
    let sources = if launch.kind == Kind::Container && outside::has_mount_rights() {
        Some(outside::open_sources(launch.ops, watch)?)
    } else {
        None
    };
    outside::make_cgroups(launch.ops, watch)?;
    // Until its maps are written, the files of the new process under /proc
    // must be ours, not those of a nobody (proc(5) on dumpable).
    let _ = nix::sys::prctl::set_dumpable(true);
    if let Some((index, op)) = clone_op(launch.ops) {
        watch.begin(index, op);
    }
    let cloned = namespaces::clone_into(launch);
    if !matches!(cloned, Ok((sys::Forked::Child, _))) {
        let _ = nix::sys::prctl::set_dumpable(false);
    }
    let (forked, target) = cloned?;
    match forked {
        sys::Forked::Child => {
            drop(near);
            inside::run(
                launch,
                inside::Handed {
                    control: far,
                    sources,
                    filters,
                    target,
                },
            )
        }
        sys::Forked::Parent { pid, pidfd } => {
            drop(far);
            let mut finish = || {
                outside::finish(launch.ops, pid, watch)?;
                watch.pause();
                wire::send_packet(near.as_fd(), &Signal::Proceed, &[])
                    .during(|| "let the new process go on".to_owned())
            };
            if let Err(fault) = finish() {
                let _ = sys::pidfd_send_signal(pidfd.as_fd(), nix::libc::SIGKILL);
                if !launch.sibling {
                    let _ = crate::reap::wait_for(pid);
                }
                return Err(fault);
            }
            Ok(Launched {
                pid,
                pidfd,
                control: near,
                times: watch.times(),
            })
        }
    }
}

/// The operation that makes the process.
fn clone_op(ops: &[Op]) -> Option<(usize, &Op)> {
    let makes = |op: &Op| matches!(op, Op::Clone { .. } | Op::JoinContainer { .. });
    ops.iter().enumerate().find(|(_, op)| makes(op))
}
