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

/// The cover for files.
pub(super) fn open_null() -> Result<OwnedFd, Fault> {
    devices::open_null_device().during(|| "open the null device".to_owned())
}

/// What is laid over files and directories. The first of each kind is placed
/// itself, the others are copies of it: a mount can be copied once it is in
/// the container's own tree, and a tmpfs more costs more than a copy.
#[derive(Default)]
pub(super) struct Covers {
    null: Option<OwnedFd>,
    empty: Option<OwnedFd>,
}

impl Covers {
    /// Hides what is at `path`; nothing happens where nothing is. `null` is
    /// the first cover for files.
    pub(super) fn mask(
        &mut self,
        root: BorrowedFd<'_>,
        path: &Path,
        null: impl FnOnce() -> Option<OwnedFd>,
    ) -> Result<(), Fault> {
        let action = || format!("hide {}", path.display());
        let place = match beneath::locate(root, path) {
            Err(Errno::ENOENT | Errno::ENOTDIR) => return Ok(()),
            result => result.during(action)?,
        };
        let status = fstat(&place).during(action)?;
        let kind = SFlag::from_bits_truncate(status.st_mode) & SFlag::S_IFMT;
        let result = if kind == SFlag::S_IFDIR {
            lay(&mut self.empty, &place, empty_directory)
        } else {
            lay(&mut self.null, &place, || null().ok_or(Errno::EBADF))
        };
        result.during(action)
    }
}

fn lay(
    cover: &mut Option<OwnedFd>,
    place: &OwnedFd,
    first: impl FnOnce() -> nix::Result<OwnedFd>,
) -> nix::Result<()> {
    if let Some(known) = cover {
        let copy = sys::clone_tree(known.as_fd(), c"", false)?;
        return sys::move_mount(copy.as_fd(), place.as_fd());
    }
    let made = first()?;
    sys::move_mount(made.as_fd(), place.as_fd())?;
    *cover = Some(made);
    Ok(())
}

fn empty_directory() -> nix::Result<OwnedFd> {
    let context = sys::fsopen(c"tmpfs")?;
    sys::fsconfig_create(&context)?;
    sys::fsmount(&context, libc::MOUNT_ATTR_RDONLY)
}
