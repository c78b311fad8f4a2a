//! The new process' part of a launch: from the clone to the user's program.
//!
//! It runs on a copy of the caller's memory, with one thread, and never
//! returns: it becomes the program, or reports a fault and ends.

use super::outside::{self, Sources};
use super::{
    Gate, Handle, Kind, Launch, Report, Signal, Stdio, capabilities, devices, exec, limits, masks,
    mounts, namespaces, root, seccomp, terminal, user,
};
use crate::fault::{During, Fault};
use crate::net::{self, Netlink};
use crate::plan::{Op, Part, Stage};
use crate::progress::Stopwatch;
use crate::request::FoundUser;
use crate::{beneath, sys, wire};
use nix::errno::Errno;
use nix::fcntl::{OFlag, open};
use nix::sys::socket::{SockFlag, accept4};
use nix::sys::stat::{Mode, umask};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

/// What the caller's side hands over through the copied memory.
pub(super) struct Handed {
    pub control: OwnedFd,
    /// `None`: to be opened here, after the user namespace gave the rights.
    pub sources: Option<Sources>,
    pub filters: seccomp::Filters,
    pub target: namespaces::Target,
}

/// Ends in execve or in `_exit`.
pub(super) fn run(launch: &Launch<'_>, handed: Handed) -> ! {
    let mut inside = Inside {
        ops: launch.ops,
        kind: launch.kind,
        stdio: &launch.stdio,
        gate: &launch.gate,
        control: handed.control,
        sources: handed.sources.unwrap_or_default(),
        filters: handed.filters,
        root: None,
        mounted: Vec::new(),
        covers: masks::Covers::default(),
        terminal: None,
        owners: None,
        user: None,
        command: None,
        network: None,
        watch: Stopwatch::new(),
    };
    let prepared = inside.arrive(launch.private, &handed.target);
    let fault = match prepared.and_then(|()| inside.carry_out()) {
        Err(fault) => fault,
        Ok(()) => Fault::system("find the command to execute", Errno::EINVAL),
    };
    let code = i32::from(fault.exit_code());
    let report = Report::Failed(Box::new(inside.watch.stopped(fault)));
    // Nobody listens any more: then there is nobody to tell.
    let _ = wire::send_packet(inside.control.as_fd(), &report, &[]);
    sys::exit(code)
}

/// The state of the new process.
struct Inside<'a> {
    ops: &'a [Op],
    kind: Kind,
    stdio: &'a Stdio,
    gate: &'a Gate,
    control: OwnedFd,
    sources: Sources,
    filters: seccomp::Filters,
    /// The container's root, once it is the only one in view.
    root: Option<OwnedFd>,
    /// File systems of the container's own, by destination.
    mounted: Vec<(PathBuf, OwnedFd)>,
    covers: masks::Covers,
    terminal: Option<terminal::Terminal>,
    /// Where changes of owners are told, until the engine has it.
    owners: Option<OwnedFd>,
    user: Option<FoundUser>,
    command: Option<exec::Command>,
    network: Option<Netlink>,
    watch: Stopwatch,
}

impl Inside<'_> {
    /// From the clone to the point where the operations of the plan begin.
    fn arrive(
        &mut self,
        private: Option<BorrowedFd<'_>>,
        target: &namespaces::Target,
    ) -> Result<(), Fault> {
        if let Some(private) = private {
            // The zygote's own socket: covered by something harmless.
            let null = open("/dev/null", OFlag::O_RDWR | OFlag::O_CLOEXEC, Mode::empty())
                .during(|| "open /dev/null".to_owned())?;
            sys::duplicate_to(&null, private.as_raw_fd())
                .during(|| "leave the caller's socket".to_owned())?;
        }
        match wire::receive_packet::<Signal>(self.control.as_fd()) {
            Ok((Signal::Proceed, _)) => {}
            // The caller gave up: it knows why.
            _ => sys::exit(1),
        }
        // Out of reach of ptrace and /proc for the container's own processes
        // until execve (CVE-2019-5736, CVE-2016-9962).
        nix::sys::prctl::set_dumpable(false).during(|| "become undumpable".to_owned())?;
        namespaces::join(target, self.ops)?;
        nix::unistd::setsid().during(|| "start a session".to_owned())?;
        if self.kind == Kind::Exec {
            self.root = Some(open_slash()?);
        }
        Ok(())
    }

    fn carry_out(&mut self) -> Result<(), Fault> {
        let ops = self.ops;
        let mine = |op: &Op| op.stage() == Stage::Inside;
        for (index, op) in ops.iter().enumerate().filter(|(_, op)| mine(op)) {
            self.watch.begin(index, op);
            self.perform(index, op)?;
        }
        Ok(())
    }

    fn perform(&mut self, index: usize, op: &Op) -> Result<(), Fault> {
        match op {
            Op::BecomeRoot => user::become_root(),
            Op::SessionKeyring => {
                // Keys may be compiled out or used up; nothing is shared then.
                let _ = sys::new_session_keyring();
                Ok(())
            }
            Op::LoopbackUp => self
                .network()?
                .loopback_up()
                .during(|| "bring up the loopback interface".to_owned()),
            Op::Address(attachment) => net::configure(self.network()?, attachment),
            Op::Hostname(name) => {
                nix::unistd::sethostname(name).during(|| format!("set the host name to {name}"))
            }
            Op::Domainname(name) => sys::set_domain_name(name.as_bytes())
                .during(|| format!("set the domain name to {name}")),
            Op::AwaitHooks => self.await_hooks(),
            Op::PivotRoot => self.pivot(index, op),
            Op::Terminal { size, console } => self.open_terminal(*size, *console),
            _ if self.root.is_some() => self.perform_rooted(index, op),
            // Carried out by the caller, or part of the pivot.
            _ => Ok(()),
        }
    }

    /// Operations on the container's own files.
    fn perform_rooted(&mut self, index: usize, op: &Op) -> Result<(), Fault> {
        let root = self.root()?;
        match op {
            Op::Mount(mount) | Op::ProcOf { mount, .. } => {
                let made = self.sources.get(&index).ok_or_else(|| lost(op))?;
                mounts::attach_filesystem(root, made, &mount.kind, &mount.destination)?;
                self.keep(index, &mount.destination);
                Ok(())
            }
            Op::Bind(bind) => {
                let tree = self.sources.get(&index).ok_or_else(|| lost(op))?;
                mounts::attach_bind(root, tree, bind)
            }
            Op::CgroupView { destination, .. } => match self.sources.get(&index) {
                // It is a view for information; without it all else works.
                Some(view) => {
                    let _ = mounts::attach_filesystem(root, view, "cgroup", destination);
                    Ok(())
                }
                None => Ok(()),
            },
            Op::Device { device, bind } => {
                devices::place(root, device, self.sources.get(&index), *bind)
            }
            Op::Link { path, target } => devices::link(root, path, target),
            Op::Sysctl { path, value } => {
                match self.mounted_at("/proc") {
                    Some(proc) => mounts::set_sysctl(proc, path, value),
                    // Bound from the host; verified to be a proc before use.
                    None => {
                        let proc = beneath::locate_without_links(root, Path::new("/proc"))
                            .during(|| "open /proc".to_owned())?;
                        mounts::set_sysctl(proc.as_fd(), path, value)
                    }
                }
            }
            Op::ReadOnlyPath(path) => mounts::read_only(root, path),
            Op::Mask(path) => {
                let root = self.root.as_ref().ok_or_else(|| lost(op))?;
                let null = self.ops.iter().position(|op| matches!(op, Op::Mask(_)));
                let null = || null.and_then(|index| self.sources.remove(&index));
                self.covers.mask(root.as_fd(), path, null)
            }
            Op::RootReadOnly => mounts::root_read_only(self.root.as_ref().ok_or_else(|| lost(op))?),
            Op::MakeDirectory(path) => exec::make_directory(root, path),
            Op::EnterDirectory(path) => exec::enter_directory(root, path),
            _ => self.perform_last(index, op),
        }
    }

    /// Operations on the process itself.
    fn perform_last(&mut self, index: usize, op: &Op) -> Result<(), Fault> {
        match op {
            Op::Limit(limit) => limits::set(*limit),
            Op::Umask(mask) => {
                umask(Mode::from_bits_truncate(*mask));
                Ok(())
            }
            Op::Bounding(set) => capabilities::drop_bounding(*set),
            Op::FindUser(wanted) => {
                self.user = Some(user::find(self.root()?, wanted)?);
                Ok(())
            }
            Op::FindCommand(args) => {
                let env = self.ops.iter().find_map(|op| match op {
                    Op::Execute { env, .. } => Some(env.as_slice()),
                    _ => None,
                });
                self.command = Some(exec::find(args, env.unwrap_or(&[]))?);
                Ok(())
            }
            Op::RecordOwners => {
                self.owners = seccomp::load_ownership()?;
                Ok(())
            }
            Op::AwaitStart => self.await_start(),
            Op::SwitchUser(_) => match &self.user {
                Some(user) => user::become_user(user),
                None => Err(lost(op)),
            },
            Op::Capabilities(sets) => capabilities::set(*sets),
            Op::NoNewPrivileges => {
                nix::sys::prctl::set_no_new_privs().during(|| "give up new privileges".to_owned())
            }
            Op::Filter { .. } => {
                let filter = self.filters.get(&index).ok_or_else(|| lost(op))?;
                seccomp::load(filter)
            }
            Op::Execute { args, env } => {
                let command = self.command.as_ref().ok_or_else(|| lost(op))?;
                let home = self.user.as_ref().map_or("/", |user| user.home.as_str());
                Err(exec::execute(command, args, env, home))
            }
            _ => Ok(()),
        }
    }

    fn await_hooks(&self) -> Result<(), Fault> {
        wire::send_packet(self.control.as_fd(), &Report::Prepared, &[])
            .during(|| "report to the caller".to_owned())?;
        // Hooks join these namespaces, in which nobody else is yet.
        let _reachable = Reachable::begin();
        match wire::receive_packet::<Signal>(self.control.as_fd()) {
            Ok((Signal::Proceed, _)) => Ok(()),
            // A hook failed: the caller knows.
            _ => sys::exit(1),
        }
    }

    /// Makes what has to be made while the host is in view, then leaves it.
    fn pivot(&mut self, at: usize, op: &Op) -> Result<(), Fault> {
        if self.sources.is_empty() {
            self.sources = outside::open_sources(self.ops, &mut self.watch)?;
        }
        let ops = self.ops.iter().enumerate();
        for (index, op) in ops.filter(|(_, op)| op.part() == Some(Part::Mounts)) {
            self.watch.begin(index, op);
            let made = match op {
                // The kernel lets a user namespace mount a proc or sysfs only
                // while one that hides nothing is in view.
                Op::Mount(mount) => Some(mounts::make(mount)?),
                Op::CgroupView {
                    own: true, flags, ..
                } => mounts::make_cgroup(*flags),
                _ => None,
            };
            self.sources.extend(made.map(|made| (index, made)));
        }
        self.watch.begin(at, op);
        let index = self.ops.iter().position(|op| matches!(op, Op::OpenRoot(_)));
        let opened = index.and_then(|index| self.sources.get(&index));
        let opened = opened.ok_or_else(|| lost(&Op::PivotRoot))?;
        self.root = Some(root::pivot(opened)?);
        Ok(())
    }

    fn open_terminal(&mut self, size: Option<(u16, u16)>, console: bool) -> Result<(), Fault> {
        let root = self.root()?;
        let opened = terminal::open(root, self.mounted_at("/dev/pts"), size)?;
        if console {
            terminal::show_console(root, &opened)?;
        }
        self.terminal = Some(opened);
        Ok(())
    }

    /// Reports that all is ready and waits until somebody starts it.
    fn await_start(&mut self) -> Result<(), Fault> {
        let terminal = self.terminal.take();
        // Kept by nobody here: a program that had it would answer its own calls.
        let owners = self.owners.take();
        let console = terminal.iter().map(|terminal| &terminal.master);
        let (with, descriptors): (Vec<_>, Vec<_>) = console
            .map(|master| (Handle::Console, master.as_fd()))
            .chain(owners.iter().map(|owners| (Handle::Owners, owners.as_fd())))
            .unzip();
        let times = self.watch.times();
        let report = Report::Ready { times, with };
        wire::send_packet(self.control.as_fd(), &report, &descriptors)
            .during(|| "report to the caller".to_owned())?;
        drop(owners);
        self.take_streams(terminal)?;
        if let Gate::Listener(listener) = self.gate {
            // Hooks and `exec` may join before the start.
            let _reachable = Reachable::begin();
            let connection = accept4(listener.as_raw_fd(), SockFlag::SOCK_CLOEXEC)
                .during(|| "wait for start".to_owned())?;
            self.control = sys::adopt(connection);
        }
        match wire::receive_packet::<Signal>(self.control.as_fd()) {
            Ok((Signal::Start, _)) => Ok(()),
            // Dropped without a start.
            _ => sys::exit(1),
        }
    }

    fn take_streams(&self, terminal: Option<terminal::Terminal>) -> Result<(), Fault> {
        let action = || "set up the standard streams".to_owned();
        if let Some(terminal) = terminal {
            return terminal::take(&terminal).during(action);
        }
        let Stdio::Streams {
            stdin,
            stdout,
            stderr,
        } = self.stdio
        else {
            return Ok(());
        };
        for (number, stream) in (0..).zip([stdin, stdout, stderr]) {
            sys::duplicate_to(stream, number).during(action)?;
        }
        Ok(())
    }

    fn network(&mut self) -> Result<&Netlink, Fault> {
        if self.network.is_none() {
            let netlink = Netlink::open().during(|| "open a netlink socket".to_owned())?;
            self.network = Some(netlink);
        }
        self.network.as_ref().ok_or_else(|| lost(&Op::LoopbackUp))
    }

    fn root(&self) -> Result<BorrowedFd<'_>, Fault> {
        self.root
            .as_ref()
            .map(AsFd::as_fd)
            .ok_or_else(|| lost(&Op::PivotRoot))
    }

    /// Remembers a mount of ours for later lookups beneath it.
    fn keep(&mut self, index: usize, destination: &Path) {
        if let Some(made) = self.sources.remove(&index) {
            self.mounted.push((destination.to_owned(), made));
        }
    }

    fn mounted_at(&self, destination: &str) -> Option<BorrowedFd<'_>> {
        let found = self
            .mounted
            .iter()
            .rev()
            .find(|(path, _)| path == Path::new(destination));
        found.map(|(_, mounted)| mounted.as_fd())
    }
}

/// While it lives, the caller's user may join the namespaces of this process
/// even without privileges: for that it must be dumpable (setns(2), ptrace(2)).
struct Reachable;

impl Reachable {
    fn begin() -> Self {
        // Only joining depends on it.
        let _ = nix::sys::prctl::set_dumpable(true);
        Self
    }
}

impl Drop for Reachable {
    fn drop(&mut self) {
        let _ = nix::sys::prctl::set_dumpable(false);
    }
}

fn open_slash() -> Result<OwnedFd, Fault> {
    open(
        "/",
        OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC,
        Mode::empty(),
    )
    .during(|| "open the container's root".to_owned())
}

/// A plan whose operations do not fit together.
fn lost(op: &Op) -> Fault {
    Fault::system(
        format!("{op} (the plan lacks what this needs)"),
        Errno::EINVAL,
    )
}
