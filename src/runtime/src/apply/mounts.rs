//! Mounts: made or opened while the host is in view, attached afterwards by
//! descriptor beneath the new root.

use crate::beneath::{self, Missing};
use crate::fault::{During, Fault, errno_words};
use crate::request::{AccessTime, Bind, FilesystemMount, MountFlags, Propagation};
use crate::sys::{self, MountChange};
use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, OFlag, open};
use nix::libc;
use nix::mount::{MsFlags, mount};
use nix::sys::stat::{Mode, SFlag, fstat};
use nix::sys::statfs::{PROC_SUPER_MAGIC, fstatfs};
use nix::unistd::fchdir;
use std::ffi::{CStr, CString};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

/// `MOUNT_ATTR_*` for the flags that are set.
fn attributes(flags: MountFlags) -> u64 {
    let access = match flags.access_time {
        AccessTime::Relative => 0,
        AccessTime::Never => libc::MOUNT_ATTR_NOATIME,
        AccessTime::Strict => libc::MOUNT_ATTR_STRICTATIME,
    };
    [
        (flags.read_only, libc::MOUNT_ATTR_RDONLY),
        (flags.no_suid, libc::MOUNT_ATTR_NOSUID),
        (flags.no_dev, libc::MOUNT_ATTR_NODEV),
        (flags.no_exec, libc::MOUNT_ATTR_NOEXEC),
    ]
    .into_iter()
    .filter(|(set, _)| *set)
    .fold(access, |all, (_, bit)| all | bit)
}

fn c_string(text: &str) -> CString {
    // A NUL was refused when the request was made.
    CString::new(text).unwrap_or_default()
}

/// Makes a file system, attached nowhere.
pub(super) fn make(wanted: &FilesystemMount) -> Result<OwnedFd, Fault> {
    make_filesystem(wanted).map_err(|errno| mount_fault(&wanted.source, &wanted.destination, errno))
}

fn make_filesystem(wanted: &FilesystemMount) -> nix::Result<OwnedFd> {
    let context = sys::fsopen(&c_string(&wanted.kind))?;
    sys::fsconfig_string(&context, c"source", &c_string(&wanted.source))?;
    for parameter in &wanted.parameters {
        match parameter.split_once('=') {
            Some((key, value)) => {
                sys::fsconfig_string(&context, &c_string(key), &c_string(value))?;
            }
            None => sys::fsconfig_flag(&context, &c_string(parameter))?,
        }
    }
    sys::fsconfig_create(&context)?;
    sys::fsmount(&context, attributes(wanted.flags))
}

/// The cgroup tree as the container's own cgroup namespace shows it. `None`
/// where the machine has no cgroup v2 or does not allow it.
pub(super) fn make_cgroup(flags: MountFlags) -> Option<OwnedFd> {
    let context = sys::fsopen(c"cgroup2").ok()?;
    sys::fsconfig_create(&context).ok()?;
    // Read-only whatever was asked for: a container must not move itself or
    // its neighbours (CVE-2023-25809, CVE-2022-0492).
    sys::fsmount(&context, attributes(flags) | libc::MOUNT_ATTR_RDONLY).ok()
}

/// The host's cgroup tree, read-only, where the container has no cgroup
/// namespace of its own.
pub(super) fn open_cgroup_tree(flags: MountFlags) -> Option<OwnedFd> {
    let tree = sys::clone_tree(AT_FDCWD, c"/sys/fs/cgroup", true).ok()?;
    let set = attributes(flags) | libc::MOUNT_ATTR_RDONLY;
    let change = MountChange {
        set,
        recursive: true,
        ..MountChange::default()
    };
    sys::mount_setattr(tree.as_fd(), change).ok()?;
    Some(tree)
}

/// Folders of which no container gets anything by a bind mount.
static CLOSED: OnceLock<Vec<PathBuf>> = OnceLock::new();

/// Sets these folders, once, for this process and its children.
pub(crate) fn close_sources(folders: Vec<PathBuf>) {
    // A second list would be a fault of ours; the first one holds.
    let _ = CLOSED.set(folders);
}

/// Asked of the open descriptor: a name could be changed in the meantime.
fn is_closed(source: BorrowedFd<'_>) -> bool {
    let Some(closed) = CLOSED.get().filter(|closed| !closed.is_empty()) else {
        return false;
    };
    let link = format!("/proc/self/fd/{}", source.as_raw_fd());
    // What cannot be told is not given away.
    std::fs::read_link(link).map_or(true, |place| {
        closed.iter().any(|folder| place.starts_with(folder))
    })
}

/// Opens a bind source as a mount with the wanted flags.
pub(super) fn open_bind(bind: &Bind) -> Result<OwnedFd, Fault> {
    let name = bind.source.display().to_string();
    let source = open(
        &bind.source,
        OFlag::O_PATH | OFlag::O_CLOEXEC,
        Mode::empty(),
    )
    .map_err(|errno| match errno {
        Errno::ENOENT => Fault::NoSource(name.clone()),
        errno => mount_fault(&name, &bind.destination, errno),
    })?;
    let source = match bind.subpath.as_os_str().is_empty() {
        true => source,
        false => {
            let subpath = || bind.subpath.display().to_string();
            beneath::open_subpath(source.as_fd(), &bind.subpath)
                .map_err(|errno| Fault::Subpath(subpath(), subpath_words(errno)))?
        }
    };
    let fault = |errno| mount_fault(&name, &bind.destination, errno);
    if is_closed(source.as_fd()) {
        return Err(fault(Errno::EACCES));
    }
    let tree = match sys::clone_tree(source.as_fd(), c"", bind.recursive) {
        // In a user namespace a mount whose children came from outside can
        // only be copied together with them.
        Err(Errno::EINVAL) if !bind.recursive => sys::clone_tree(source.as_fd(), c"", true),
        result => result,
    }
    .map_err(fault)?;
    let change = bind_change(bind);
    if change != MountChange::default() {
        sys::mount_setattr(tree.as_fd(), change).map_err(fault)?;
    }
    if bind.flags.recursive_read_only {
        let set = libc::MOUNT_ATTR_RDONLY;
        let below = MountChange {
            set,
            recursive: true,
            ..MountChange::default()
        };
        sys::mount_setattr(tree.as_fd(), below).map_err(fault)?;
    }
    Ok(tree)
}

fn subpath_words(errno: Errno) -> String {
    match errno {
        Errno::EXDEV | Errno::ELOOP => "it leads out of the volume".to_owned(),
        errno => errno_words(errno as i32),
    }
}

fn bind_change(bind: &Bind) -> MountChange {
    let set = attributes(bind.flags);
    // Changing the access time takes clearing the old choice; it is left
    // alone unless asked for, since it may be locked.
    let keep_access_time = bind.flags.access_time == AccessTime::Relative;
    MountChange {
        set,
        clear: if keep_access_time {
            0
        } else {
            libc::MOUNT_ATTR__ATIME
        },
        propagation: bind.propagation.map_or(0, |propagation| match propagation {
            Propagation::Private => libc::MS_PRIVATE,
            Propagation::Slave => libc::MS_SLAVE,
            Propagation::Shared => libc::MS_SHARED,
            Propagation::Unbindable => libc::MS_UNBINDABLE,
        }),
        recursive: false,
    }
}

/// Attaches a bind mount at its destination, which is made where missing: a
/// directory for a directory, an empty file for everything else.
pub(super) fn attach_bind(root: BorrowedFd<'_>, tree: &OwnedFd, bind: &Bind) -> Result<(), Fault> {
    let name = bind.source.display().to_string();
    let fault = |errno| mount_fault(&name, &bind.destination, errno);
    let kind = SFlag::from_bits_truncate(fstat(tree).map_err(fault)?.st_mode) & SFlag::S_IFMT;
    let missing = if kind == SFlag::S_IFDIR {
        Missing::Directory
    } else {
        Missing::File
    };
    let place = beneath::locate_or_make(root, &bind.destination, missing).map_err(fault)?;
    refuse_proc(&place, &bind.destination)?;
    let there = SFlag::from_bits_truncate(fstat(&place).map_err(fault)?.st_mode) & SFlag::S_IFMT;
    // move_mount(2) says EINVAL here as for a dozen other reasons.
    if (kind == SFlag::S_IFDIR) != (there == SFlag::S_IFDIR) {
        return Err(fault(Errno::ENOTDIR));
    }
    sys::move_mount(tree.as_fd(), place.as_fd()).map_err(fault)
}

/// A destination that a link of the image bends into /proc would let a
/// container imitate what runtimes trust (CVE-2019-16884). Files that may be
/// imitated were let through when the request was made.
fn refuse_proc(place: &OwnedFd, destination: &Path) -> Result<(), Fault> {
    let kind = fstatfs(place).during(|| format!("look at {}", destination.display()))?;
    if kind.filesystem_type() == PROC_SUPER_MAGIC && !destination.starts_with("/proc") {
        return Err(Fault::Mount {
            source_name: String::new(),
            destination: destination.display().to_string(),
            reason: "cannot be mounted because it is inside /proc".to_owned(),
        });
    }
    Ok(())
}

/// Attaches a file system of the container's own.
pub(super) fn attach_filesystem(
    root: BorrowedFd<'_>,
    made: &OwnedFd,
    kind: &str,
    destination: &Path,
) -> Result<(), Fault> {
    let fault = |errno| mount_fault(kind, destination, errno);
    let place = beneath::locate_or_make(root, destination, Missing::Directory).map_err(fault)?;
    if matches!(kind, "proc" | "sysfs") || destination == Path::new("/dev") {
        // On a link the mount would land elsewhere, and later writes to /proc
        // would trust something else.
        match beneath::locate_without_links(root, destination) {
            Ok(_) => {}
            Err(Errno::ELOOP) => {
                return Err(Fault::Mount {
                    source_name: kind.to_owned(),
                    destination: destination.display().to_string(),
                    reason: format!("filesystem {kind:?} must be mounted on ordinary directory"),
                });
            }
            Err(errno) => return Err(fault(errno)),
        }
    }
    sys::move_mount(made.as_fd(), place.as_fd()).map_err(fault)
}

/// Makes what is at `path` read-only, with all below; nothing happens where
/// nothing is.
pub(super) fn read_only(root: BorrowedFd<'_>, path: &Path) -> Result<(), Fault> {
    let action = || format!("make {} read-only", path.display());
    let place = match beneath::locate(root, path) {
        Err(Errno::ENOENT | Errno::ENOTDIR) => return Ok(()),
        result => result.during(action)?,
    };
    let copy = sys::clone_tree(place.as_fd(), c"", true).during(action)?;
    let set = libc::MOUNT_ATTR_RDONLY;
    let change = MountChange {
        set,
        recursive: true,
        ..MountChange::default()
    };
    match sys::mount_setattr(copy.as_fd(), change) {
        Err(Errno::ENOSYS) => {
            sys::move_mount(copy.as_fd(), place.as_fd()).during(action)?;
            remount_read_only(&copy).during(action)
        }
        result => {
            result.during(action)?;
            sys::move_mount(copy.as_fd(), place.as_fd()).during(action)
        }
    }
}

/// Linux 5.11, which has no mount_setattr(2): directories can be remounted
/// through the working directory.
fn remount_read_only(mounted: &OwnedFd) -> nix::Result<()> {
    let nothing: Option<&CStr> = None;
    let flags = MsFlags::MS_BIND | MsFlags::MS_REMOUNT | MsFlags::MS_RDONLY;
    fchdir(mounted)?;
    let result = mount(nothing, c".", nothing, flags, nothing);
    nix::unistd::chdir("/")?;
    result
}

/// Makes the root mount, and only that one, read-only.
pub(super) fn root_read_only(root: &OwnedFd) -> Result<(), Fault> {
    let set = libc::MOUNT_ATTR_RDONLY;
    match sys::mount_setattr(
        root.as_fd(),
        MountChange {
            set,
            ..MountChange::default()
        },
    ) {
        Err(Errno::ENOSYS) => remount_read_only(root),
        result => result,
    }
    .during(|| "make the root file system read-only".to_owned())
}

/// Sets a kernel parameter through the container's own proc and no other
/// (CVE-2025-52881).
pub(super) fn set_sysctl(proc: BorrowedFd<'_>, path: &str, value: &str) -> Result<(), Fault> {
    let action = || format!("set the kernel parameter {}", path.replace('/', "."));
    let kind = fstatfs(proc).during(action)?.filesystem_type();
    if kind != PROC_SUPER_MAGIC {
        return Err(Fault::system(action(), Errno::EINVAL));
    }
    let file =
        beneath::open_plain(proc, &Path::new("sys").join(path), OFlag::O_WRONLY).during(action)?;
    nix::unistd::write(&file, value.as_bytes())
        .during(action)
        .map(drop)
}

pub(super) fn mount_fault(source: &str, destination: &Path, errno: Errno) -> Fault {
    Fault::Mount {
        source_name: source.to_owned(),
        destination: destination.display().to_string(),
        reason: errno_words(errno as i32),
    }
}
