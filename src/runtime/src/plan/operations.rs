//! The vocabulary of plans.

use super::{Attachment, Capabilities, Limit, MountFlags, Namespace, NamespaceSource, Seccomp};
use crate::request::{Bind, CapabilitySet, Cgroup, Device, FilesystemMount, IdMaps, Rootfs, User};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// One operation. `Display` says it in plain words, on one line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Op {
    /// Make the root file system as a mount that is attached nowhere yet.
    OpenRoot(Rootfs),
    /// Use a namespace that exists.
    Join {
        /// Which kind.
        kind: Namespace,
        /// Whose.
        source: NamespaceSource,
    },
    /// Make a cgroup for the container and write its limits.
    MakeCgroup(Cgroup),
    /// Make the container's first process and its namespaces, in one step.
    Clone {
        /// Which kinds it gets of its own.
        namespaces: Vec<Namespace>,
        /// The cgroup v2 directory in which it starts.
        cgroup: Option<PathBuf>,
    },
    /// Make a process inside the namespaces of a running container.
    JoinContainer {
        /// The container's first process.
        pid: i32,
        /// The cgroup v2 directory in which it starts.
        cgroup: Option<PathBuf>,
    },
    /// Move the new process into a cgroup v1 directory.
    EnterCgroup(PathBuf),
    /// Say which ids of the outside the container's ids are.
    MapIds(IdMaps),
    /// Adjust how likely the process is killed when memory runs out.
    OomScore(i32),
    /// Plug a virtual cable between a bridge and the container.
    Connect(Attachment),
    /// Become user 0 of the container's user namespace.
    BecomeRoot,
    /// Leave the caller's keys behind.
    SessionKeyring,
    /// Bring up the loopback interface.
    LoopbackUp,
    /// Give the container's end of the cable its address and routes.
    Address(Attachment),
    /// Set the host name.
    Hostname(String),
    /// Set the NIS domain name.
    Domainname(String),
    /// Let the caller run hooks now that the namespaces exist.
    AwaitHooks,
    /// Make the new root the only one: the host's files are gone from view.
    PivotRoot,
    /// Mount a file system of the container's own.
    Mount(FilesystemMount),
    /// Mount the proc of processes that are not the container's own.
    ProcOf {
        /// Whose PID namespace it shows.
        source: NamespaceSource,
        /// Where and how.
        mount: FilesystemMount,
    },
    /// Show something of the host.
    Bind(Bind),
    /// Show the container's part of the cgroup tree, where possible.
    CgroupView {
        /// Where.
        destination: PathBuf,
        /// Flags.
        flags: MountFlags,
        /// Whether in a cgroup namespace of its own.
        own: bool,
    },
    /// Provide a device.
    Device {
        /// Which.
        device: Device,
        /// Bind the host's node rather than make one: in a user namespace
        /// device nodes cannot be made.
        bind: bool,
    },
    /// Make a symbolic link unless something is there already.
    Link {
        /// Where.
        path: PathBuf,
        /// To what.
        target: PathBuf,
    },
    /// Give the process a terminal of its own.
    Terminal {
        /// Rows, columns.
        size: Option<(u16, u16)>,
        /// Whether it also shows up as `/dev/console`.
        console: bool,
    },
    /// Set a kernel parameter, by its path under `/proc/sys`.
    Sysctl {
        /// Path, `net/ipv4/ip_forward`.
        path: String,
        /// Value.
        value: String,
    },
    /// Make what is at a path read-only, if it is there.
    ReadOnlyPath(PathBuf),
    /// Hide what is at a path, if it is there.
    Mask(PathBuf),
    /// Make the root file system read-only.
    RootReadOnly,
    /// Make a directory with its parents unless it is there.
    MakeDirectory(PathBuf),
    /// Go to the working directory.
    EnterDirectory(PathBuf),
    /// Set a resource limit, at most to the machine's hard one.
    Limit(Limit),
    /// Set umask(2).
    Umask(u32),
    /// Give up for good every capability that is not listed.
    Bounding(CapabilitySet),
    /// Look the user up in the image's own files.
    FindUser(User),
    /// Look the command up along the container's PATH.
    FindCommand(Vec<String>),
    /// Have changes of owners, and devices that are made, recorded: the calls
    /// wait for a supervisor. Where there can be none they succeed and are
    /// forgotten.
    RecordOwners,
    /// Tell the engine that all is ready, and wait for `start`.
    AwaitStart,
    /// Take on the user's ids.
    SwitchUser(User),
    /// Set the capability sets.
    Capabilities(Capabilities),
    /// Promise the kernel never to gain privileges through a program.
    NoNewPrivileges,
    /// Restrict the system calls.
    Filter {
        /// Which profile.
        profile: Seccomp,
        /// The capabilities with which its conditions are decided.
        capabilities: CapabilitySet,
        /// Whether changes of the process' own ids are answered with success.
        fake_ownership: bool,
    },
    /// Become the user's program.
    Execute {
        /// Command and arguments.
        args: Vec<String>,
        /// Environment.
        env: Vec<String>,
    },
}

/// Who carries an operation out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The zygote, with the lab's rights, around the clone.
    Outside,
    /// The new process, in its own namespaces.
    Inside,
}

impl Op {
    /// Who carries it out.
    pub fn stage(&self) -> Stage {
        match self {
            Self::OpenRoot(_)
            | Self::Join { .. }
            | Self::MakeCgroup(_)
            | Self::Clone { .. }
            | Self::JoinContainer { .. }
            | Self::EnterCgroup(_)
            | Self::MapIds(_)
            | Self::OomScore(_)
            | Self::Connect(_) => Stage::Outside,
            _ => Stage::Inside,
        }
    }
}
