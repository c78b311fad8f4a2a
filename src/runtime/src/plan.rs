//! What will be done, as data: a [`Plan`] is a list of operations that can be
//! printed, stored, compared and carried out.
//!
//! [`plan`] decides and touches nothing; `apply` acts and decides nothing but
//! fallbacks for older kernels. The order is that of execution, with one
//! exception: what an operation takes from outside the container (a bind
//! source, a device, a new proc) is opened before [`Op::PivotRoot`], since
//! afterwards the host's files cannot be reached, and placed where its line
//! stands.

mod describe;
mod operations;
mod part;

pub use operations::{Op, Stage};
pub use part::Part;

use crate::request::{
    Attachment, Bind, Capabilities, CgroupMode, Device, DeviceKind, FilesystemMount, Limit, Mount,
    MountFlags, Namespace, NamespaceSource, Process, Request, Resource, Resources, Seccomp,
};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// Everything that makes one container, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// Operations in the order in which they happen.
    pub ops: Vec<Op>,
    /// What was asked for and cannot be held exactly, for the user to read.
    pub warnings: Vec<String>,
}

/// Everything that adds a process to a running container, in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecPlan {
    /// Operations in the order in which they happen.
    pub ops: Vec<Op>,
}

/// A process to add to a running container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecRequest {
    /// The container's init, as the caller sees it. The caller keeps it
    /// unreaped meanwhile.
    pub pid: i32,
    /// The command.
    pub process: Process,
    /// System call filter, usually the container's own.
    pub seccomp: Seccomp,
    /// As for the container.
    pub fake_ownership: bool,
    /// The container's cgroup, which is there already.
    pub cgroup: CgroupMode,
}

/// Plans a container. Pure.
pub fn plan(request: &Request) -> Plan {
    let mut ops = Vec::with_capacity(64);
    outside(request, &mut ops);
    identity(request, &mut ops);
    if request.hooks {
        ops.push(Op::AwaitHooks);
    }
    ops.push(Op::PivotRoot);
    mounts(request, &mut ops);
    devices(request, &mut ops);
    kernel_parameters(request, &mut ops);
    protect(request, &mut ops);
    let (stand_ins, warnings) = stand_ins(&request.resources);
    process(
        &request.process,
        &request.seccomp,
        request.fake_ownership,
        &stand_ins,
        &mut ops,
    );
    Plan { ops, warnings }
}

/// Plans a process in a running container. Pure.
pub fn plan_exec(request: &ExecRequest) -> ExecPlan {
    let mut ops = vec![Op::JoinContainer {
        pid: request.pid,
        cgroup: birthplace(&request.cgroup),
    }];
    ops.extend(entered(&request.cgroup));
    if let Some(score) = request.process.oom_score_adj {
        ops.push(Op::OomScore(score));
    }
    ops.push(Op::BecomeRoot);
    ops.push(Op::SessionKeyring);
    if request.process.terminal {
        ops.push(Op::Terminal {
            size: request.process.console_size,
            console: false,
        });
    }
    process(
        &request.process,
        &request.seccomp,
        request.fake_ownership,
        &[],
        &mut ops,
    );
    ExecPlan { ops }
}

fn made(mode: &CgroupMode) -> impl Iterator<Item = Op> {
    let cgroups = match mode {
        CgroupMode::None => &[],
        CgroupMode::V2(cgroup) => std::slice::from_ref(cgroup),
        CgroupMode::V1(cgroups) => cgroups.as_slice(),
    };
    cgroups.iter().cloned().map(Op::MakeCgroup)
}

fn birthplace(mode: &CgroupMode) -> Option<PathBuf> {
    match mode {
        CgroupMode::V2(cgroup) => Some(cgroup.directory.clone()),
        CgroupMode::None | CgroupMode::V1(_) => None,
    }
}

fn entered(mode: &CgroupMode) -> impl Iterator<Item = Op> {
    let cgroups = match mode {
        CgroupMode::V1(cgroups) => cgroups.as_slice(),
        CgroupMode::None | CgroupMode::V2(_) => &[],
    };
    let directories = cgroups.iter().map(|cgroup| cgroup.directory.clone());
    directories.map(Op::EnterCgroup)
}

/// What the zygote does, with the lab's rights.
fn outside(request: &Request, ops: &mut Vec<Op>) {
    ops.push(Op::OpenRoot(request.rootfs.clone()));
    for (kind, source) in &request.namespaces {
        if !matches!(source, NamespaceSource::New | NamespaceSource::Host) {
            ops.push(Op::Join {
                kind: *kind,
                source: source.clone(),
            });
        }
    }
    let own: Vec<_> = Namespace::ALL
        .into_iter()
        .filter(|kind| request.has_own(*kind))
        .collect();
    let has_user = own.contains(&Namespace::User);
    ops.extend(made(&request.cgroup));
    ops.push(Op::Clone {
        namespaces: own,
        cgroup: birthplace(&request.cgroup),
    });
    ops.extend(entered(&request.cgroup));
    if has_user {
        ops.push(Op::MapIds(request.id_maps.clone()));
    }
    if let Some(score) = request.process.oom_score_adj {
        ops.push(Op::OomScore(score));
    }
    if request.has_own(Namespace::Network) {
        ops.extend(request.attachments.iter().cloned().map(Op::Connect));
    }
}

/// The first things the container's init does: who and where it is.
fn identity(request: &Request, ops: &mut Vec<Op>) {
    if *request.namespace(Namespace::User) != NamespaceSource::Host {
        ops.push(Op::BecomeRoot);
    }
    ops.push(Op::SessionKeyring);
    if request.has_own(Namespace::Network) {
        ops.push(Op::LoopbackUp);
        ops.extend(request.attachments.iter().cloned().map(Op::Address));
    }
    ops.extend(request.hostname.clone().map(Op::Hostname));
    ops.extend(request.domainname.clone().map(Op::Domainname));
}

fn mounts(request: &Request, ops: &mut Vec<Op>) {
    for mount in &request.mounts {
        match mount {
            Mount::Bind(bind) => ops.push(Op::Bind(bind.clone())),
            Mount::Cgroup { destination, flags } => ops.push(Op::CgroupView {
                destination: destination.clone(),
                flags: *flags,
                own: request.has_own(Namespace::Cgroup),
            }),
            Mount::Filesystem(mount) => ops.extend(filesystem(request, mount)),
        }
    }
}

/// A file system of the container's own, or what stands in for it: in a user
/// namespace of its own a container may mount `proc`, `sysfs` and `mqueue`
/// only for namespaces that are its own too.
fn filesystem(request: &Request, mount: &FilesystemMount) -> Option<Op> {
    let restricted = *request.namespace(Namespace::User) != NamespaceSource::Host;
    let shares = |kind| restricted && !request.has_own(kind);
    let (source, read_only) = match mount.kind.as_str() {
        "proc" if shares(Namespace::Pid) => match request.namespace(Namespace::Pid) {
            NamespaceSource::Host => ("/proc", mount.flags.read_only),
            // The host's would show every other container's processes too.
            source => {
                return Some(Op::ProcOf {
                    source: source.clone(),
                    mount: own_filesystem(request, mount),
                });
            }
        },
        "sysfs" if shares(Namespace::Network) => ("/sys", true),
        // The one that is mounted on the host belongs to another namespace.
        "mqueue" if shares(Namespace::Ipc) => return None,
        _ => return Some(Op::Mount(own_filesystem(request, mount))),
    };
    let flags = MountFlags {
        read_only,
        recursive_read_only: read_only,
        ..mount.flags
    };
    Some(Op::Bind(Bind {
        source: source.into(),
        subpath: PathBuf::new(),
        destination: mount.destination.clone(),
        recursive: true,
        flags,
        propagation: None,
    }))
}

fn own_filesystem(request: &Request, mount: &FilesystemMount) -> FilesystemMount {
    let mut mount = mount.clone();
    if request.id_maps.is_single() && mount.kind == "devpts" {
        // The group tty has no number here.
        mount.parameters.retain(|word| !word.starts_with("gid="));
    }
    if mount.destination == Path::new("/dev") {
        // Devices still have to be put there.
        mount.flags.read_only = false;
    }
    mount
}

/// The devices that every container has (runtime specification, "Default
/// Devices"), with their numbers from Linux' devices.txt.
const DEFAULT_DEVICES: [(&str, u64, u64); 6] = [
    ("/dev/null", 1, 3),
    ("/dev/zero", 1, 5),
    ("/dev/full", 1, 7),
    ("/dev/tty", 5, 0),
    ("/dev/urandom", 1, 9),
    ("/dev/random", 1, 8),
];

/// Links that programs expect (runtime specification, "Dev symbolic links").
const DEVICE_LINKS: [(&str, &str); 5] = [
    ("/dev/fd", "/proc/self/fd"),
    ("/dev/stdin", "/proc/self/fd/0"),
    ("/dev/stdout", "/proc/self/fd/1"),
    ("/dev/stderr", "/proc/self/fd/2"),
    ("/dev/ptmx", "pts/ptmx"),
];

fn devices(request: &Request, ops: &mut Vec<Op>) {
    // A container that is given the host's /dev gets no nodes put into it.
    let host_dev = request
        .mounts
        .iter()
        .any(|mount| matches!(mount, Mount::Bind(bind) if bind.destination == Path::new("/dev")));
    if !host_dev {
        let bind = *request.namespace(Namespace::User) != NamespaceSource::Host;
        let default = DEFAULT_DEVICES
            .into_iter()
            .map(|(path, major, minor)| Device {
                path: path.into(),
                host_path: path.into(),
                kind: DeviceKind::Character,
                major,
                minor,
                mode: 0o666,
                uid: 0,
                gid: 0,
            });
        for device in default.chain(request.devices.iter().cloned()) {
            ops.push(Op::Device { device, bind });
        }
        for (path, target) in DEVICE_LINKS {
            ops.push(Op::Link {
                path: path.into(),
                target: target.into(),
            });
        }
    }
    if request.process.terminal {
        ops.push(Op::Terminal {
            size: request.process.console_size,
            console: !host_dev,
        });
    }
}

fn kernel_parameters(request: &Request, ops: &mut Vec<Op>) {
    for (path, value) in &request.sysctls {
        ops.push(Op::Sysctl {
            path: path.clone(),
            value: value.clone(),
        });
    }
}

/// Takes away what the container is not to change or see.
fn protect(request: &Request, ops: &mut Vec<Op>) {
    ops.extend(
        request
            .read_only_paths
            .iter()
            .cloned()
            .map(Op::ReadOnlyPath),
    );
    ops.extend(request.masked_paths.iter().cloned().map(Op::Mask));
    let dev_read_only = request.mounts.iter().any(|mount| {
        matches!(mount, Mount::Filesystem(mount)
            if mount.destination == Path::new("/dev") && mount.flags.read_only)
    });
    if dev_read_only {
        ops.push(Op::ReadOnlyPath("/dev".into()));
    }
    if request.process.create_cwd {
        ops.push(Op::MakeDirectory(request.process.cwd.clone()));
    }
    if request.read_only {
        ops.push(Op::RootReadOnly);
    }
}

/// Per-process limits that stand in where no cgroup holds one, and what the
/// user should know about it.
fn stand_ins(resources: &Resources) -> (Vec<Limit>, Vec<String>) {
    let (mut limits, mut warnings) = (Vec::new(), Vec::new());
    let whole = |resource, value| Limit {
        resource,
        soft: value,
        hard: value,
    };
    if let Some(pids) = resources.pids {
        limits.push(whole(Resource::Nproc, pids));
    }
    if let Some(bytes) = resources.memory {
        limits.push(whole(Resource::As, bytes));
        warnings.push(
            "No cgroup is available here: the memory limit holds for the address space of each \
             process by itself, not for the container as a whole."
                .to_owned(),
        );
    }
    if resources.cpu.is_some() {
        warnings.push("No cgroup is available here: the CPU limit is discarded.".to_owned());
    }
    (limits, warnings)
}

/// From a prepared container to the user's program.
fn process(
    process: &Process,
    seccomp: &Seccomp,
    fake_ownership: bool,
    stand_ins: &[Limit],
    ops: &mut Vec<Op>,
) {
    ops.push(Op::EnterDirectory(process.cwd.clone()));
    for limit in process.limits.iter().chain(stand_ins) {
        ops.push(Op::Limit(*limit));
    }
    ops.push(Op::Umask(process.umask));
    let filter = filter(seccomp, process, fake_ownership);
    let Capabilities { bounding, .. } = process.capabilities;
    ops.push(Op::Bounding(bounding));
    ops.push(Op::FindUser(process.user.clone()));
    ops.push(Op::FindCommand(process.args.clone()));
    if fake_ownership {
        // Its descriptor goes to the engine with the news that all is ready.
        ops.push(Op::RecordOwners);
    }
    ops.push(Op::AwaitStart);
    // Without no_new_privileges a filter can only be loaded while CAP_SYS_ADMIN
    // is there; with it, the later the fewer calls of ours it has to allow.
    if process.no_new_privileges {
        ops.push(Op::SwitchUser(process.user.clone()));
        ops.push(Op::Capabilities(process.capabilities));
        ops.push(Op::NoNewPrivileges);
        ops.extend(filter);
    } else if fake_ownership {
        // The filter answers setuid and capset itself, so they come first
        // and the kernel works the sets out anew in execve: user 0 gets its
        // bounding set.
        ops.push(Op::SwitchUser(process.user.clone()));
        ops.extend(filter);
    } else {
        ops.extend(filter);
        ops.push(Op::SwitchUser(process.user.clone()));
        ops.push(Op::Capabilities(process.capabilities));
    }
    ops.push(Op::Execute {
        args: process.args.clone(),
        env: process.env.clone(),
    });
}

fn filter(seccomp: &Seccomp, process: &Process, fake_ownership: bool) -> Option<Op> {
    if *seccomp == Seccomp::Unconfined && !fake_ownership {
        return None;
    }
    Some(Op::Filter {
        profile: seccomp.clone(),
        capabilities: process.capabilities.bounding,
        fake_ownership,
    })
}

#[cfg(test)]
mod tests;
