//! Device nodes: the host's, verified and shown, or made.

use super::mounts::mount_fault;
use crate::beneath::{self, Missing};
use crate::fault::{During, Fault};
use crate::request::{Device, DeviceKind};
use crate::sys;
use nix::errno::Errno;
use nix::fcntl::{OFlag, open, openat};
use nix::sys::stat::{Mode, SFlag, fchmodat, fstat, makedev, mknodat};
use nix::unistd::{Gid, Uid, fchownat, symlinkat};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

fn file_type(kind: DeviceKind) -> SFlag {
    match kind {
        DeviceKind::Character => SFlag::S_IFCHR,
        DeviceKind::Block => SFlag::S_IFBLK,
        DeviceKind::Fifo => SFlag::S_IFIFO,
    }
}

/// Opens the host's node as a mount, if it is the device that was asked for.
/// `None` where there is none: then it has to be made.
pub(super) fn open_device(device: &Device) -> Result<Option<OwnedFd>, Fault> {
    if device.kind == DeviceKind::Fifo {
        return Ok(None);
    }
    let action = || format!("open the device {}", device.host_path.display());
    let node = match open(
        &device.host_path,
        OFlag::O_PATH | OFlag::O_CLOEXEC,
        Mode::empty(),
    ) {
        Err(Errno::ENOENT) => return Ok(None),
        result => result.during(action)?,
    };
    verify(&node, device).during(action)?;
    sys::clone_tree(node.as_fd(), c"", false)
        .during(action)
        .map(Some)
}

/// A node that only has the right name is not the device (CVE-2025-31133).
fn verify(node: &OwnedFd, device: &Device) -> nix::Result<()> {
    let status = fstat(node)?;
    let kind = SFlag::from_bits_truncate(status.st_mode) & SFlag::S_IFMT;
    let number = makedev(device.major, device.minor);
    if kind == file_type(device.kind) && status.st_rdev == number {
        Ok(())
    } else {
        Err(Errno::ENODEV)
    }
}

/// Puts a device where the container expects it.
pub(super) fn place(
    root: BorrowedFd<'_>,
    device: &Device,
    source: Option<&OwnedFd>,
    bind: bool,
) -> Result<(), Fault> {
    let fault = |errno| mount_fault(&device.host_path.display().to_string(), &device.path, errno);
    if !bind || device.kind == DeviceKind::Fifo {
        match make(root, device) {
            // Without the right to make nodes, the host's does.
            Err(Errno::EPERM) if source.is_some() => {}
            result => return result.during(|| format!("make {}", device.path.display())),
        }
    }
    let source = source.ok_or_else(|| fault(Errno::ENOENT))?;
    let place = beneath::locate_or_make(root, &device.path, Missing::File).map_err(fault)?;
    sys::move_mount(source.as_fd(), place.as_fd()).map_err(fault)
}

fn make(root: BorrowedFd<'_>, device: &Device) -> nix::Result<()> {
    let (directory, name) = directory_of(root, &device.path)?;
    let mode = Mode::from_bits_truncate(device.mode);
    let number = makedev(device.major, device.minor);
    match mknodat(&directory, name, file_type(device.kind), mode, number) {
        // It is there already, from the image: only good if it is the device.
        Err(Errno::EEXIST) => {
            let node = openat(
                &directory,
                name,
                OFlag::O_PATH | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC,
                Mode::empty(),
            )?;
            return verify(&node, device);
        }
        result => result?,
    }
    // mknod's mode went through the umask. The name was just made by us.
    let follow = nix::sys::stat::FchmodatFlags::FollowSymlink;
    fchmodat(&directory, name, mode, follow)?;
    let (uid, gid) = (Uid::from_raw(device.uid), Gid::from_raw(device.gid));
    let no_follow = nix::fcntl::AtFlags::AT_SYMLINK_NOFOLLOW;
    fchownat(&directory, name, Some(uid), Some(gid), no_follow)
}

/// The directory that holds `path`, made where missing, and the last name.
fn directory_of<'a>(
    root: BorrowedFd<'_>,
    path: &'a Path,
) -> nix::Result<(OwnedFd, &'a std::ffi::OsStr)> {
    let name = path.file_name().ok_or(Errno::EINVAL)?;
    let parent = path.parent().unwrap_or(Path::new("/"));
    Ok((
        beneath::locate_or_make(root, parent, Missing::Directory)?,
        name,
    ))
}

/// Makes a symbolic link, unless something is there.
pub(super) fn link(root: BorrowedFd<'_>, path: &Path, target: &Path) -> Result<(), Fault> {
    let action = || format!("make the link {}", path.display());
    let (directory, name) = directory_of(root, path).during(action)?;
    match symlinkat(target, &directory, name) {
        Err(Errno::EEXIST) => Ok(()),
        result => result.during(action),
    }
}

/// The null device as a mount, verified to be it.
pub(super) fn open_null_device() -> nix::Result<OwnedFd> {
    let node = open("/dev/null", OFlag::O_PATH | OFlag::O_CLOEXEC, Mode::empty())?;
    let status = fstat(&node)?;
    let character = SFlag::from_bits_truncate(status.st_mode) & SFlag::S_IFMT == SFlag::S_IFCHR;
    if !character || status.st_rdev != makedev(1, 3) {
        return Err(Errno::ENODEV);
    }
    sys::clone_tree(node.as_fd(), c"", false)
}
