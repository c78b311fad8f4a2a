//! Why a specification was refused.

use std::path::PathBuf;

/// A specification that cannot be carried out, or not safely.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// No `process` section.
    #[error("process must be specified")]
    NoProcess,
    /// No command to run.
    #[error("no command specified")]
    NoArgs,
    /// A string with a NUL byte cannot be handed to the kernel.
    #[error("{field} contains a NUL byte")]
    Nul {
        /// Which part of the specification.
        field: &'static str,
    },
    /// The working directory is not absolute.
    #[error("Cwd must be an absolute path: {0:?}")]
    RelativeCwd(PathBuf),
    /// A mount destination is not absolute.
    #[error("mount destination {0:?} is not an absolute path")]
    RelativeDestination(PathBuf),
    /// A mount destination with `..` in it.
    #[error("mount destination {0:?} contains \"..\"")]
    ParentInDestination(PathBuf),
    /// Something other than a fresh proc was to be mounted on `/proc`
    /// (CVE-2019-16884, CVE-2023-27561).
    #[error("{0:?} cannot be mounted because it is inside /proc")]
    InsideProc(PathBuf),
    /// Something was to be mounted over the container's root.
    #[error("mount destination can't be '/'")]
    RootDestination,
    /// A bind mount without a source.
    #[error("bind mount on {0:?} has no source")]
    NoSource(PathBuf),
    /// A bind source that is not absolute.
    #[error("bind mount source {0:?} is not an absolute path")]
    RelativeSource(PathBuf),
    /// A file system type that a container may not mount.
    #[error("mounting a file system of type {kind:?} on {destination:?} is not supported")]
    Filesystem {
        /// Its type.
        kind: String,
        /// Where.
        destination: PathBuf,
    },
    /// A mount option that is not understood and may not be ignored.
    #[error("mount option {option:?} for {destination:?} is not supported")]
    MountOption {
        /// The option.
        option: String,
        /// Where.
        destination: PathBuf,
    },
    /// Two entries for one kind of namespace.
    #[error("malformed spec file: duplicated ns {0:?}")]
    DuplicateNamespace(&'static str),
    /// A kind of namespace that we do not make.
    #[error("namespace {0:?} is not supported")]
    UnsupportedNamespace(String),
    /// A container always has a mount namespace of its own.
    #[error("rootfs requires a new mount namespace")]
    MountNamespace,
    /// A new user namespace without maps, or maps without one.
    #[error("user namespaces enabled, but no {0} mappings found")]
    NoMappings(&'static str),
    /// Id mappings given although the container shares the user namespace.
    #[error("id mappings need a new user namespace")]
    StrayMappings,
    /// A map whose ranges overlap, wrap around or are empty.
    #[error("invalid {0} mapping")]
    Mapping(&'static str),
    /// A host name longer than 64 bytes (sethostname(2)).
    #[error("hostname {0:?} is longer than 64 bytes")]
    Hostname(String),
    /// A host name without a namespace to set it in.
    #[error("unable to set hostname without a private UTS namespace")]
    HostnameWithoutUts,
    /// A kernel parameter that is not the container's own.
    #[error("sysctl {0:?} is not in a separate kernel namespace")]
    Sysctl(String),
    /// A device path outside what is possible.
    #[error("invalid device {path:?}: {reason}")]
    Device {
        /// The path.
        path: PathBuf,
        /// What is wrong.
        reason: &'static str,
    },
    /// A limit whose soft value exceeds its hard value, or a repeated one.
    #[error("invalid rlimit {0}")]
    Limit(String),
    /// The seccomp section is not understood.
    #[error("seccomp: {0}")]
    Seccomp(String),
    /// An out-of-memory adjustment outside -1000..=1000.
    #[error("oom_score_adj {0} is out of range")]
    OomScore(i32),
    /// The overlay has no lower layer.
    #[error("an overlay needs at least one lower layer")]
    NoLower,
    /// An id that the kernel cannot hold (CVE-2024-40635).
    #[error("uids and gids must be in range 0-2147483647")]
    IdRange,
}
