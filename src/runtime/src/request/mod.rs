//! What to run, validated: a [`Request`] that exists can be planned.
//!
//! [`Request::from_spec`] reads an OCI runtime specification and refuses what
//! cannot be carried out safely. What the engine wants beyond the
//! specification (network attachments, the seccomp default, ownership
//! emulation, users by name) are plain public fields that it sets afterwards.
//!
//! Limits: nothing here touches the machine. Whether a source exists or a user
//! is in the image's passwd file is found out when the plan is applied.

mod capability;
mod error;
mod from_spec;
mod mounts;
mod user;

pub use capability::{Capability, CapabilitySet};
pub use error::RequestError;
pub use mounts::{AccessTime, FilesystemMount, MountFlags, Propagation};
pub use user::{FoundUser, UserFault, find_user};

use crate::seccomp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};

/// Where the container's root file system comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rootfs {
    /// A directory, used as it is (bind mounted onto itself).
    Directory(PathBuf),
    /// An overlay of read-only layers with a private writable one.
    Overlay {
        /// Read-only layers, the top one first. At least one.
        lower: Vec<PathBuf>,
        /// Where changes go.
        upper: PathBuf,
        /// Overlayfs' own scratch directory; same file system as `upper`.
        work: PathBuf,
    },
}

/// The kinds of namespaces that a container can have of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Namespace {
    /// User and group ids, capabilities.
    User,
    /// The mount tree.
    Mount,
    /// Process ids.
    Pid,
    /// Network devices, addresses, ports.
    Network,
    /// Host and domain name.
    Uts,
    /// System V IPC and POSIX message queues.
    Ipc,
    /// The view of the cgroup tree.
    Cgroup,
}

impl Namespace {
    /// All of them, in the order in which a joining process enters them: the
    /// user namespace first, since it grants the rights over the others.
    pub const ALL: [Self; 7] = [
        Self::User,
        Self::Mount,
        Self::Pid,
        Self::Network,
        Self::Uts,
        Self::Ipc,
        Self::Cgroup,
    ];

    /// The name of its file under `/proc/PID/ns`.
    pub fn file_name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Mount => "mnt",
            Self::Pid => "pid",
            Self::Network => "net",
            Self::Uts => "uts",
            Self::Ipc => "ipc",
            Self::Cgroup => "cgroup",
        }
    }
}

/// How the container comes by one kind of namespace.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum NamespaceSource {
    /// Made for it.
    New,
    /// The one of the lab's host (`--network host`, `--pid host`).
    #[default]
    Host,
    /// The one of a running process (`--network container:X`), by pid as the
    /// engine sees it. The caller keeps that process unreaped meanwhile.
    Process(i32),
    /// The one behind a path (`/run/netns/x`).
    Path(PathBuf),
}

/// `count` ids from `inside` on are `outside` and following in the parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdMap {
    /// First id as the container sees it.
    pub inside: u32,
    /// First id in the namespace that the container is made from.
    pub outside: u32,
    /// How many.
    pub count: u32,
}

/// The id maps of a user namespace.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct IdMaps {
    /// User ids.
    pub users: Vec<IdMap>,
    /// Group ids.
    pub groups: Vec<IdMap>,
}

impl IdMaps {
    /// Whether only a single user exists inside: no user switching, no chown.
    pub fn is_single(&self) -> bool {
        self.users
            .iter()
            .map(|map| u64::from(map.count))
            .sum::<u64>()
            == 1
    }
}

/// A directory or file of the host that shows up in the container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Bind {
    /// Absolute path on the host.
    pub source: PathBuf,
    /// What of it is mounted: a relative path that links may not lead out of the
    /// source; empty is all of it.
    #[serde(default, skip_serializing_if = "is_empty")]
    pub subpath: PathBuf,
    /// Absolute path in the container.
    pub destination: PathBuf,
    /// Whether mounts below the source come along (`rbind`).
    pub recursive: bool,
    /// Flags.
    pub flags: MountFlags,
    /// Propagation; `None` is private.
    pub propagation: Option<Propagation>,
}

fn is_empty(path: &Path) -> bool {
    path.as_os_str().is_empty()
}

/// One mount, in the order of the specification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Mount {
    /// A file system made for the container.
    Filesystem(FilesystemMount),
    /// Something of the host.
    Bind(Bind),
    /// The container's view of the cgroup tree, read-only; left out where the
    /// machine does not allow it.
    Cgroup {
        /// Where, usually `/sys/fs/cgroup`.
        destination: PathBuf,
        /// Flags.
        flags: MountFlags,
    },
}

/// Character or block device.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum DeviceKind {
    /// Character device.
    Character,
    /// Block device.
    Block,
    /// A named pipe, which is made rather than bound.
    Fifo,
}

/// A device of the host offered in the container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Device {
    /// Path in the container.
    pub path: PathBuf,
    /// Path of the same device on the host.
    pub host_path: PathBuf,
    /// Kind.
    pub kind: DeviceKind,
    /// Major number; the node found on the host must carry it.
    pub major: u64,
    /// Minor number.
    pub minor: u64,
    /// Permission bits, where the node is made and not bound.
    pub mode: u32,
    /// Owner, where the node is made.
    pub uid: u32,
    /// Group, where the node is made.
    pub gid: u32,
}

/// A network interface of the container on a bridge of the lab.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// Bridge in the lab's network, by interface name.
    pub bridge: String,
    /// Name of the veth end that stays on the bridge (at most 15 bytes).
    pub host_name: String,
    /// Name in the container, usually `eth0`.
    pub container_name: String,
    /// Hardware address in the container.
    pub mac: [u8; 6],
    /// Address in the container.
    pub address: Ipv4Addr,
    /// Prefix length of the network, 0..=32.
    pub prefix: u8,
    /// Default route, on at most one attachment.
    pub gateway: Option<Ipv4Addr>,
}

/// Who runs the command.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum User {
    /// By number, as an OCI specification gives it.
    Ids {
        /// User.
        uid: u32,
        /// Primary group.
        gid: u32,
        /// Supplementary groups.
        groups: Vec<u32>,
    },
    /// `user[:group]` as a Dockerfile or `--user` gives it, resolved in the
    /// image's own `/etc/passwd` and `/etc/group`. Empty is root.
    Named {
        /// `name|uid[:name|gid]`.
        user: String,
        /// Further groups by name or number (`--group-add`).
        add_groups: Vec<String>,
    },
}

/// A resource limit. The soft value never exceeds the hard one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Limit {
    /// Which.
    pub resource: Resource,
    /// Soft value; `u64::MAX` is unlimited.
    pub soft: u64,
    /// Hard value; `u64::MAX` is unlimited.
    pub hard: u64,
}

/// Resources that setrlimit(2) knows.
#[expect(missing_docs, reason = "the names are setrlimit(2)'s own")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Resource {
    Cpu,
    Fsize,
    Data,
    Stack,
    Core,
    Rss,
    Nproc,
    Nofile,
    Memlock,
    As,
    Locks,
    Sigpending,
    Msgqueue,
    Nice,
    Rtprio,
    Rttime,
}

/// The five capability sets of capabilities(7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Capabilities {
    /// Limit for everything that is ever gained.
    pub bounding: CapabilitySet,
    /// In force.
    pub effective: CapabilitySet,
    /// May be raised.
    pub permitted: CapabilitySet,
    /// Kept across execve by files that agree; Docker's is empty
    /// (CVE-2022-24769, CVE-2022-29162).
    pub inheritable: CapabilitySet,
    /// Kept across execve by unprivileged programs.
    pub ambient: CapabilitySet,
}

impl Capabilities {
    /// The sets Docker gives for a list: bounding, permitted and effective,
    /// nothing inheritable or ambient.
    pub fn docker(set: CapabilitySet) -> Self {
        Self {
            bounding: set,
            effective: set,
            permitted: set,
            ..Self::default()
        }
    }
}

/// The process that a container starts with, or that `exec` adds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// Command and arguments; never empty.
    pub args: Vec<String>,
    /// `NAME=value` pairs. `HOME` is added from the passwd file where absent.
    pub env: Vec<String>,
    /// Absolute working directory in the container.
    pub cwd: PathBuf,
    /// Make the working directory where it is missing (Docker does).
    pub create_cwd: bool,
    /// Whether it gets a terminal of its own.
    pub terminal: bool,
    /// Size of that terminal: rows, columns.
    pub console_size: Option<(u16, u16)>,
    /// Who runs it.
    pub user: User,
    /// umask(2); 0o022 unless given.
    pub umask: u32,
    /// Capabilities.
    pub capabilities: Capabilities,
    /// Limits, clamped to the hard limits of the machine when applied.
    pub limits: Vec<Limit>,
    /// Whether set-user-id programs lose their effect.
    pub no_new_privileges: bool,
    /// Adjustment of the out-of-memory score. Lowering it may be refused by
    /// the machine and is then left out.
    pub oom_score_adj: Option<i32>,
}

/// Which system calls the container may make.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Seccomp {
    /// All (`--privileged`, `--security-opt seccomp=unconfined`).
    Unconfined,
    /// Docker's default profile, varied with the bounding capabilities.
    Default,
    /// A profile of the user's own.
    Profile(Box<seccomp::Profile>),
}

/// Limits on the container as a whole that no cgroup holds: resource limits
/// of each process stand in for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Resources {
    /// Memory in bytes.
    pub memory: Option<u64>,
    /// Number of processes.
    pub pids: Option<u64>,
    /// Processor time as quota and period in microseconds.
    pub cpu: Option<(u64, u64)>,
}

/// A cgroup directory of the container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cgroup {
    /// Absolute path; the directory above is the caller's.
    pub directory: PathBuf,
    /// What is written when it is made: name of a file in it, and content, in
    /// this order.
    pub settings: Vec<(String, String)>,
}

/// Where the container's processes are kept together.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum CgroupMode {
    /// In no cgroup of their own.
    #[default]
    None,
    /// In this cgroup v2 directory, from their birth on (`CLONE_INTO_CGROUP`).
    V2(Cgroup),
    /// In these cgroup v1 directories, one for each hierarchy. The first
    /// process is moved there before its program begins.
    V1(Vec<Cgroup>),
}

/// A container, validated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// Root file system.
    pub rootfs: Rootfs,
    /// Whether the root file system is read-only to the container.
    pub read_only: bool,
    /// Host name in a UTS namespace of its own.
    pub hostname: Option<String>,
    /// NIS domain name.
    pub domainname: Option<String>,
    /// Namespaces. The mount namespace is always new.
    pub namespaces: BTreeMap<Namespace, NamespaceSource>,
    /// Maps of the user namespace, where it has one of its own.
    pub id_maps: IdMaps,
    /// Mounts in order.
    pub mounts: Vec<Mount>,
    /// Devices besides the default ones.
    pub devices: Vec<Device>,
    /// Paths made unreadable.
    pub masked_paths: Vec<PathBuf>,
    /// Paths made read-only.
    pub read_only_paths: Vec<PathBuf>,
    /// Kernel parameters, by dotted name.
    pub sysctls: BTreeMap<String, String>,
    /// Network interfaces; only with a network namespace of its own.
    pub attachments: Vec<Attachment>,
    /// The command.
    pub process: Process,
    /// System call filter.
    pub seccomp: Seccomp,
    /// Only one user exists: answer changes of the process' ids with success,
    /// and have those of files recorded.
    pub fake_ownership: bool,
    /// Stop once the namespaces exist and before the root file system is
    /// entered, for the caller to run hooks (`plimsoll oci`).
    pub hooks: bool,
    /// Limits on the whole that its cgroup does not hold.
    pub resources: Resources,
    /// Its cgroup.
    pub cgroup: CgroupMode,
}

impl Request {
    /// Where the container's namespace of that kind comes from.
    pub fn namespace(&self, kind: Namespace) -> &NamespaceSource {
        self.namespaces.get(&kind).unwrap_or(&NamespaceSource::Host)
    }

    /// Whether the container has a namespace of that kind of its own.
    pub fn has_own(&self, kind: Namespace) -> bool {
        *self.namespace(kind) == NamespaceSource::New
    }
}
