//! Cloning, joining and mapping.

use super::{Kind, Launch, mounts, outside};
use crate::fault::{During, Fault};
use crate::plan::Op;
use crate::request::{FilesystemMount, IdMap, IdMaps, Namespace, NamespaceSource};
use crate::sys::{self, CloneOptions, Forked};
use crate::wire;
use nix::errno::Errno;
use nix::fcntl::{OFlag, open};
use nix::libc;
use nix::sched::{CloneFlags, setns};
use nix::sys::socket::SockType;
use nix::sys::stat::{Mode, stat};
use std::io::{Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;

/// The flag of clone(2) and setns(2).
fn flag(kind: Namespace) -> CloneFlags {
    match kind {
        Namespace::User => CloneFlags::CLONE_NEWUSER,
        Namespace::Mount => CloneFlags::CLONE_NEWNS,
        Namespace::Pid => CloneFlags::CLONE_NEWPID,
        Namespace::Network => CloneFlags::CLONE_NEWNET,
        Namespace::Uts => CloneFlags::CLONE_NEWUTS,
        Namespace::Ipc => CloneFlags::CLONE_NEWIPC,
        Namespace::Cgroup => CloneFlags::CLONE_NEWCGROUP,
    }
}

/// What the new process still has to join, as the last act with the rights of
/// the outside.
#[derive(Debug)]
pub(super) enum Target {
    /// Nothing: all was made by the clone.
    None,
    /// Namespaces of a running container, in one step.
    Container { pidfd: OwnedFd, kinds: CloneFlags },
    /// A user namespace behind a descriptor.
    User(OwnedFd),
}

/// Clones as the plan says. Namespaces that exist are entered by the caller
/// before the clone and left after it, since a process in a user namespace of
/// its own may no longer enter those of its neighbours.
pub(super) fn clone_into(launch: &Launch<'_>) -> Result<(Forked, Target), Fault> {
    match launch.kind {
        Kind::Container => clone_container(launch),
        Kind::Exec => clone_beside(launch),
    }
}

fn clone_container(launch: &Launch<'_>) -> Result<(Forked, Target), Fault> {
    let mut options = CloneOptions {
        sibling: launch.sibling,
        ..CloneOptions::default()
    };
    let mut cgroup_directory = None;
    let mut joins = Vec::new();
    let mut target = Target::None;
    for op in launch.ops {
        match op {
            Op::Clone { namespaces, cgroup } => {
                let flags = namespaces
                    .iter()
                    .fold(0, |all, kind| all | flag(*kind).bits());
                options.namespaces = flags as u32 as u64;
                cgroup_directory = open_cgroup(cgroup.as_deref())?;
            }
            Op::Join {
                kind: Namespace::User,
                source,
            } => {
                target = Target::User(open_namespace(Namespace::User, source)?);
            }
            Op::Join { kind, source } => joins.push((*kind, open_namespace(*kind, source)?)),
            _ => {}
        }
    }
    if has_cgroup(launch.ops) {
        // The kernel would take the caller's cgroup for its root.
        options.namespaces &= !(CloneFlags::CLONE_NEWCGROUP.bits() as u32 as u64);
    }
    if !matches!(target, Target::None) {
        // The rest is unshared after the user namespace has been entered.
        options.namespaces &= CloneFlags::CLONE_NEWPID.bits() as u64;
    }
    options.cgroup = cgroup_directory.as_ref().map(AsFd::as_fd);
    let forked = Visit::enter(&joins)?.and_clone(&options)?;
    Ok((forked, target))
}

fn clone_beside(launch: &Launch<'_>) -> Result<(Forked, Target), Fault> {
    let (pid, cgroup) = launch
        .ops
        .iter()
        .find_map(|op| match op {
            Op::JoinContainer { pid, cgroup } => Some((*pid, cgroup)),
            _ => None,
        })
        .ok_or_else(|| Fault::system("find the container to join", Errno::EINVAL))?;
    let action = || format!("join the namespaces of process {pid}");
    let pidfd = sys::pidfd_open(pid).during(action)?;
    let mut kinds = CloneFlags::empty();
    let mut pid_namespace = false;
    for kind in Namespace::ALL {
        let name = kind.file_name();
        let theirs = stat(format!("/proc/{pid}/ns/{name}").as_str()).during(action)?;
        let ours = stat(format!("/proc/self/ns/{name}").as_str()).during(action)?;
        if theirs.st_ino == ours.st_ino {
            continue;
        }
        if kind == Namespace::Pid {
            // Takes effect for children only, so it is done before the clone.
            pid_namespace = true;
        } else {
            kinds |= flag(kind);
        }
    }
    let directory = open_cgroup(cgroup.as_deref())?;
    let options = CloneOptions {
        sibling: launch.sibling,
        cgroup: directory.as_ref().map(AsFd::as_fd),
        ..CloneOptions::default()
    };
    let namespace = if pid_namespace {
        let source = NamespaceSource::Process(pid);
        Some(open_namespace(Namespace::Pid, &source)?)
    } else {
        None
    };
    if kinds.contains(CloneFlags::CLONE_NEWUSER) && !outside::has_mount_rights() {
        kinds.remove(CloneFlags::CLONE_NEWUSER);
        let forked = clone_through_helper(&pidfd, namespace.as_ref())?;
        return Ok((forked, Target::Container { pidfd, kinds }));
    }
    let joins: Vec<_> = namespace
        .map(|namespace| (Namespace::Pid, namespace))
        .into_iter()
        .collect();
    let forked = Visit::enter(&joins)?.and_clone(&options)?;
    Ok((forked, Target::Container { pidfd, kinds }))
}

/// For a caller whose rights over the container begin in its user namespace: a
/// helper enters that first, then the PID namespace, clones the process as
/// its own sibling, and ends. The new process is the caller's child.
fn clone_through_helper(pidfd: &OwnedFd, pid_namespace: Option<&OwnedFd>) -> Result<Forked, Fault> {
    let action = || "enter the container".to_owned();
    let (mut reader, mut writer) = std::io::pipe().during(action)?;
    match sys::clone3(&CloneOptions::default()).during(action)? {
        Forked::Child => {
            drop(reader);
            let enter = || {
                setns(pidfd, CloneFlags::CLONE_NEWUSER)?;
                pid_namespace.map_or(Ok(()), |space| setns(space, CloneFlags::CLONE_NEWPID))?;
                sys::clone3(&CloneOptions {
                    sibling: true,
                    ..CloneOptions::default()
                })
            };
            let number = match enter() {
                Ok(Forked::Child) => return Ok(Forked::Child),
                Ok(Forked::Parent { pid, .. }) => pid,
                Err(errno) => -(errno as i32),
            };
            // Without an answer the other side reads an end.
            let _ = writer.write_all(&number.to_ne_bytes());
            sys::exit(0)
        }
        Forked::Parent { pid: helper, .. } => {
            drop(writer);
            let mut number = [0; 4];
            let said = reader.read_exact(&mut number);
            let _ = crate::reap::wait_for(helper);
            said.during(action)?;
            match i32::from_ne_bytes(number) {
                // A child of ours that nobody has collected: the number is its.
                pid if pid > 0 => Ok(Forked::Parent {
                    pid,
                    pidfd: sys::pidfd_open(pid).during(action)?,
                }),
                errno => Err(Fault::system(action(), Errno::from_raw(-errno))),
            }
        }
    }
}

fn open_cgroup(path: Option<&Path>) -> Result<Option<OwnedFd>, Fault> {
    let flags = OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
    path.map(|path| {
        open(path, flags, Mode::empty()).during(|| format!("open cgroup {}", path.display()))
    })
    .transpose()
}

fn open_namespace(kind: Namespace, source: &NamespaceSource) -> Result<OwnedFd, Fault> {
    let path = match source {
        NamespaceSource::Path(path) => path.clone(),
        NamespaceSource::Process(pid) => format!("/proc/{pid}/ns/{}", kind.file_name()).into(),
        NamespaceSource::New | NamespaceSource::Host => {
            format!("/proc/self/ns/{}", kind.file_name()).into()
        }
    };
    open(&path, OFlag::O_RDONLY | OFlag::O_CLOEXEC, Mode::empty())
        .during(|| format!("open the {kind} namespace {}", path.display()))
}

/// The caller's stay in other namespaces.
struct Visit {
    homes: Vec<(Namespace, OwnedFd)>,
}

impl Visit {
    fn enter(joins: &[(Namespace, OwnedFd)]) -> Result<Self, Fault> {
        let mut visit = Self {
            homes: Vec::with_capacity(joins.len()),
        };
        for (kind, namespace) in joins {
            let home = open_namespace(*kind, &NamespaceSource::Host);
            let entered = home.and_then(|home| {
                setns(namespace, flag(*kind)).during(|| format!("enter a {kind} namespace"))?;
                Ok(home)
            });
            match entered {
                Ok(home) => visit.homes.push((*kind, home)),
                Err(fault) => {
                    visit.leave()?;
                    return Err(fault);
                }
            }
        }
        Ok(visit)
    }

    fn and_clone(self, options: &CloneOptions<'_>) -> Result<Forked, Fault> {
        let forked = sys::clone3(options).during(|| "make a process".to_owned());
        if !matches!(forked, Ok(Forked::Child)) {
            self.leave()?;
        }
        forked
    }

    fn leave(self) -> Result<(), Fault> {
        self.homes.iter().rev().try_for_each(|(kind, home)| {
            setns(home, flag(*kind)).during(|| format!("return to the {kind} namespace"))
        })
    }
}

/// A proc of the processes of that namespace. The kernel shows those among whom
/// the mounting process is, who must have rights over them: hence a helper with
/// the caller's.
pub(super) fn proc_of(
    source: &NamespaceSource,
    wanted: &FilesystemMount,
) -> Result<OwnedFd, Fault> {
    let action = || format!("mount the proc of {source}");
    let namespace = open_namespace(Namespace::Pid, source)?;
    let (near, far) = wire::pair(SockType::SeqPacket).during(action)?;
    let joins = [(Namespace::Pid, namespace)];
    match Visit::enter(&joins)?.and_clone(&CloneOptions::default())? {
        Forked::Child => {
            drop(near);
            let (made, said) = match mounts::make(wanted) {
                Ok(made) => (Some(made), Ok(())),
                Err(fault) => (None, Err(fault)),
            };
            let descriptors: Vec<_> = made.iter().map(AsFd::as_fd).collect();
            // Without an answer the other side reads an end.
            let _ = wire::send_packet(far.as_fd(), &said, &descriptors);
            sys::exit(0)
        }
        Forked::Parent { pid: helper, .. } => {
            drop(far);
            let answer = wire::receive_packet::<Result<(), Fault>>(near.as_fd());
            let _ = crate::reap::wait_for(helper);
            let (said, descriptors) = answer.during(action)?;
            said?;
            let made = descriptors.into_iter().next();
            made.ok_or_else(|| Fault::system(action(), Errno::EBADMSG))
        }
    }
}

/// Whether the container has a cgroup of its own.
fn has_cgroup(ops: &[Op]) -> bool {
    ops.iter().any(|op| matches!(op, Op::MakeCgroup(_)))
}

/// Whether it also gets a view of the tree that begins there.
fn has_cgroup_view(ops: &[Op]) -> bool {
    let of_its_own = |op: &Op| matches!(op, Op::Clone { namespaces, .. } if namespaces.contains(&Namespace::Cgroup));
    has_cgroup(ops) && ops.iter().any(of_its_own)
}

/// The new process' part: what is still to be joined or made.
pub(super) fn join(target: &Target, ops: &[Op]) -> Result<(), Fault> {
    match target {
        // It is in its cgroup by now, where the namespace begins.
        Target::None if has_cgroup_view(ops) => nix::sched::unshare(CloneFlags::CLONE_NEWCGROUP)
            .during(|| "make a cgroup namespace".to_owned()),
        Target::None => Ok(()),
        Target::Container { pidfd, kinds } if kinds.is_empty() => {
            let _ = pidfd;
            Ok(())
        }
        Target::Container { pidfd, kinds } => {
            setns(pidfd, *kinds).during(|| "enter the container".to_owned())
        }
        Target::User(namespace) => {
            setns(namespace, CloneFlags::CLONE_NEWUSER)
                .during(|| "enter a user namespace".to_owned())?;
            let new = ops.iter().find_map(|op| match op {
                Op::Clone { namespaces, .. } => Some(namespaces),
                _ => None,
            });
            let kinds = new
                .into_iter()
                .flatten()
                .filter(|kind| **kind != Namespace::Pid);
            let flags = kinds.fold(CloneFlags::empty(), |all, kind| all | flag(*kind));
            nix::sched::unshare(flags).during(|| "make new namespaces".to_owned())
        }
    }
}

/// Writes the maps of a new user namespace, from outside.
pub(super) fn write_maps(pid: i32, maps: &IdMaps) -> Result<(), Fault> {
    let users = format!("/proc/{pid}/uid_map");
    let groups = format!("/proc/{pid}/gid_map");
    match std::fs::write(&groups, lines(&maps.groups)) {
        Ok(()) => {}
        Err(error) if not_permitted(&error) => {
            write_groups_unprivileged(pid, &groups, &maps.groups)?;
        }
        Err(error) => return Err(error).during(|| format!("write {groups}")),
    }
    match std::fs::write(&users, lines(&maps.users)) {
        Err(error) if not_permitted(&error) => map_by_program("newuidmap", pid, &maps.users),
        result => result.during(|| format!("write {users}")),
    }
}

fn not_permitted(error: &std::io::Error) -> bool {
    error.raw_os_error() == Some(libc::EPERM)
}

/// user_namespaces(7): without CAP_SETGID a process may map its own group
/// alone, and only where setgroups(2) has been given up.
fn write_groups_unprivileged(pid: i32, path: &str, maps: &[IdMap]) -> Result<(), Fault> {
    if maps.len() == 1 && maps[0].count == 1 {
        std::fs::write(format!("/proc/{pid}/setgroups"), "deny")
            .and_then(|()| std::fs::write(path, lines(maps)))
            .during(|| format!("write {path}"))
    } else {
        map_by_program("newgidmap", pid, maps)
    }
}

fn lines(maps: &[IdMap]) -> String {
    maps.iter()
        .map(|map| format!("{} {} {}\n", map.inside, map.outside, map.count))
        .collect()
}

/// newuidmap(1) and newgidmap(1) write the ranges that /etc/subuid and
/// /etc/subgid grant.
fn map_by_program(program: &str, pid: i32, maps: &[IdMap]) -> Result<(), Fault> {
    let numbers = maps
        .iter()
        .flat_map(|map| [map.inside, map.outside, map.count]);
    let result = std::process::Command::new(program)
        .arg(pid.to_string())
        .args(numbers.map(|number| number.to_string()))
        .stdin(std::process::Stdio::null())
        .output()
        .during(|| format!("run {program}"))?;
    if result.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&result.stderr);
    Err(Fault::system(
        format!("{program}: {}", said.trim()),
        Errno::EPERM,
    ))
}
