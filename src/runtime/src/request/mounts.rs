//! Mount options in fstab words, as the runtime specification lists them.

use super::{Bind, Mount, RequestError};
use serde::{Deserialize, Serialize};
use std::path::{Component, Path, PathBuf};

/// When access times are updated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub enum AccessTime {
    /// The kernel's default: rarely.
    #[default]
    Relative,
    /// Never.
    Never,
    /// At every access.
    Strict,
}

/// Per-mount flags.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct MountFlags {
    /// Read-only.
    pub read_only: bool,
    /// Read-only, with all mounts below (`rro`).
    pub recursive_read_only: bool,
    /// Set-user-id bits have no effect.
    pub no_suid: bool,
    /// Device nodes have no effect.
    pub no_dev: bool,
    /// Nothing can be executed.
    pub no_exec: bool,
    /// Access times.
    pub access_time: AccessTime,
}

/// How mounts made later travel between copies of a mount.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Propagation {
    /// Not at all.
    Private,
    /// Into the container.
    Slave,
    /// Both ways.
    Shared,
    /// Not at all, and the mount cannot be bound elsewhere.
    Unbindable,
}

/// A file system made for the container.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FilesystemMount {
    /// Type as in `/proc/filesystems`.
    pub kind: String,
    /// What `/proc/mounts` shows as its source.
    pub source: String,
    /// Absolute path in the container.
    pub destination: PathBuf,
    /// Flags.
    pub flags: MountFlags,
    /// The file system's own parameters: `size=65536k`, `newinstance`.
    pub parameters: Vec<String>,
}

/// File systems that work in a user namespace of the container's own and hold
/// nothing of the host.
const FILESYSTEMS: [&str; 6] = ["proc", "sysfs", "tmpfs", "devpts", "mqueue", "ramfs"];

/// Files in `/proc` that runtimes allow to be covered by a file that imitates
/// them (the list is common to the runtimes in use).
const PROC_IMITATIONS: [&str; 11] = [
    "/proc/cpuinfo",
    "/proc/diskstats",
    "/proc/loadavg",
    "/proc/meminfo",
    "/proc/net/dev",
    "/proc/slabinfo",
    "/proc/stat",
    "/proc/swaps",
    "/proc/sys/crypto/fips_enabled",
    "/proc/sys/kernel/ns_last_pid",
    "/proc/uptime",
];

/// What the fstab words of one mount said.
#[derive(Default)]
struct Words {
    flags: MountFlags,
    bind: Option<bool>,
    propagation: Option<Propagation>,
    parameters: Vec<String>,
}

/// One `mounts` entry of a specification, checked.
pub(super) fn mount(mount: &oci_spec::runtime::Mount) -> Result<Mount, RequestError> {
    let destination = destination(mount.destination())?;
    let kind = mount.typ().as_deref().unwrap_or("");
    let words = words(mount.options().as_deref().unwrap_or(&[]));
    if kind == "bind" || words.bind.is_some() {
        return bind(mount, destination, words);
    }
    if destination.starts_with("/proc") && (kind != "proc" || destination != Path::new("/proc")) {
        return Err(RequestError::InsideProc(destination));
    }
    if kind == "cgroup" || kind == "cgroup2" {
        return Ok(Mount::Cgroup {
            destination,
            flags: words.flags,
        });
    }
    if !FILESYSTEMS.contains(&kind) {
        return Err(RequestError::Filesystem {
            kind: kind.to_owned(),
            destination,
        });
    }
    let source = mount
        .source()
        .as_ref()
        .and_then(|path| path.to_str())
        .unwrap_or(kind);
    Ok(Mount::Filesystem(FilesystemMount {
        kind: kind.to_owned(),
        source: source.to_owned(),
        destination,
        flags: words.flags,
        parameters: words.parameters,
    }))
}

fn bind(
    mount: &oci_spec::runtime::Mount,
    destination: PathBuf,
    words: Words,
) -> Result<Mount, RequestError> {
    let imitates = PROC_IMITATIONS
        .iter()
        .any(|file| destination == Path::new(file));
    if destination.starts_with("/proc") && !imitates {
        return Err(RequestError::InsideProc(destination));
    }
    let source = mount
        .source()
        .clone()
        .ok_or_else(|| RequestError::NoSource(destination.clone()))?;
    if !source.is_absolute() {
        return Err(RequestError::RelativeSource(source));
    }
    if let Some(option) = words.parameters.into_iter().next() {
        return Err(RequestError::MountOption {
            option,
            destination,
        });
    }
    Ok(Mount::Bind(Bind {
        source,
        subpath: PathBuf::new(),
        destination,
        recursive: words.bind.unwrap_or(true),
        flags: words.flags,
        propagation: words.propagation,
    }))
}

/// An absolute path without `.` and doubled slashes; `..` is refused, since
/// what it means depends on links that can change.
fn destination(path: &Path) -> Result<PathBuf, RequestError> {
    if !path.is_absolute() {
        return Err(RequestError::RelativeDestination(path.to_owned()));
    }
    let mut clean = PathBuf::from("/");
    for component in path.components() {
        match component {
            Component::Normal(name) => clean.push(name),
            Component::ParentDir => {
                return Err(RequestError::ParentInDestination(path.to_owned()));
            }
            Component::CurDir | Component::RootDir | Component::Prefix(_) => {}
        }
    }
    if clean == Path::new("/") {
        Err(RequestError::RootDestination)
    } else {
        Ok(clean)
    }
}

fn words(options: &[String]) -> Words {
    let mut words = Words::default();
    for option in options {
        let flags = &mut words.flags;
        match option.as_str() {
            "ro" => flags.read_only = true,
            "rw" => flags.read_only = false,
            "rro" => (flags.read_only, flags.recursive_read_only) = (true, true),
            "nosuid" => flags.no_suid = true,
            "suid" => flags.no_suid = false,
            "nodev" => flags.no_dev = true,
            "dev" => flags.no_dev = false,
            "noexec" => flags.no_exec = true,
            "exec" => flags.no_exec = false,
            "noatime" => flags.access_time = AccessTime::Never,
            "strictatime" => flags.access_time = AccessTime::Strict,
            "relatime" | "norelatime" | "atime" => flags.access_time = AccessTime::Relative,
            "bind" => words.bind = Some(false),
            "rbind" => words.bind = Some(true),
            "private" | "rprivate" => words.propagation = Some(Propagation::Private),
            "slave" | "rslave" => words.propagation = Some(Propagation::Slave),
            "shared" | "rshared" => words.propagation = Some(Propagation::Shared),
            "unbindable" | "runbindable" => words.propagation = Some(Propagation::Unbindable),
            // Words without an effect on what we mount, which others' tools
            // write into every specification.
            "defaults" | "async" | "sync" | "dirsync" | "diratime" | "nodiratime" | "silent"
            | "loud" | "mand" | "nomand" | "lazytime" | "nolazytime" | "remount" => {}
            // SELinux labels (there is no SELinux in a lab), and an extension
            // that copies the image's files into a tmpfs, which we leave empty.
            "z" | "Z" | "tmpcopyup" => {}
            other => words.parameters.push(other.to_owned()),
        }
    }
    words
}
