//! Hiding what a container is not to read.
//!
//! A file is covered by the host's null device, which was opened and verified
//! before the container's files came into view, never by the container's own
//! `/dev/null` (CVE-2025-31133); a directory by an empty read-only tmpfs.

use super::devices;
use crate::beneath;
use crate::fault::{During, Fault};
use crate::sys;
use nix::errno::Errno;
use nix::libc;
use nix::sys::stat::{SFlag, fstat};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

/// The cover for a file.
pub(super) fn open_null() -> Result<OwnedFd, Fault> {
    devices::open_null_device().during(|| "open the null device".to_owned())
}

/// Hides what is at `path`; nothing happens where nothing is.
pub(super) fn mask(root: BorrowedFd<'_>, path: &Path, null: &OwnedFd) -> Result<(), Fault> {
    let action = || format!("hide {}", path.display());
    let place = match beneath::locate(root, path) {
        Err(Errno::ENOENT | Errno::ENOTDIR) => return Ok(()),
        result => result.during(action)?,
    };
    let status = fstat(&place).during(action)?;
    if SFlag::from_bits_truncate(status.st_mode) & SFlag::S_IFMT == SFlag::S_IFDIR {
        let empty = empty_directory().during(action)?;
        return sys::move_mount(empty.as_fd(), place.as_fd()).during(action);
    }
    sys::move_mount(null.as_fd(), place.as_fd()).during(action)
}

fn empty_directory() -> nix::Result<OwnedFd> {
    let context = sys::fsopen(c"tmpfs")?;
    sys::fsconfig_create(&context)?;
    sys::fsmount(&context, libc::MOUNT_ATTR_RDONLY)
}
