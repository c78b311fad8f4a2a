//! A terminal of the container's own.
//!
//! The pair is made in the container's devpts, and its far end is opened from
//! the near one rather than by a path, so that nothing the image put on the
//! way can take its place (CVE-2025-52565).

use crate::beneath::{self, Missing};
use crate::fault::{During, Fault};
use crate::sys;
use nix::errno::Errno;
use nix::fcntl::{OFlag, OpenHow, ResolveFlag, openat2};
use nix::sys::stat::{SFlag, fstat, major, minor};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

/// Both ends.
pub(super) struct Terminal {
    pub master: OwnedFd,
    pub slave: OwnedFd,
}

/// Makes a pair. `devpts` is the container's, where we mounted it ourselves;
/// else it is looked up and verified.
pub(super) fn open(
    root: BorrowedFd<'_>,
    devpts: Option<BorrowedFd<'_>>,
    size: Option<(u16, u16)>,
) -> Result<Terminal, Fault> {
    let action = || "open a terminal".to_owned();
    let flags = OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
    let master = match devpts {
        Some(devpts) => {
            let how = OpenHow::new()
                .flags(flags)
                .resolve(ResolveFlag::RESOLVE_NO_SYMLINKS);
            openat2(devpts, "ptmx", how)
        }
        None => beneath::open(root, Path::new("/dev/pts/ptmx"), flags),
    }
    .during(action)?;
    verify_master(&master).during(action)?;
    sys::unlock_terminal(master.as_fd()).during(action)?;
    let slave = sys::terminal_peer(master.as_fd()).during(action)?;
    if let Some((rows, columns)) = size {
        sys::set_terminal_size(master.as_fd(), rows, columns).during(action)?;
    }
    Ok(Terminal { master, slave })
}

/// `/dev/pts/ptmx` is 5:2 (Linux' devices.txt).
fn verify_master(master: &OwnedFd) -> nix::Result<()> {
    let status = fstat(master)?;
    let kind = SFlag::from_bits_truncate(status.st_mode) & SFlag::S_IFMT;
    if kind == SFlag::S_IFCHR && (major(status.st_rdev), minor(status.st_rdev)) == (5, 2) {
        Ok(())
    } else {
        Err(Errno::ENOTTY)
    }
}

/// Shows the far end as `/dev/console`.
pub(super) fn show_console(root: BorrowedFd<'_>, terminal: &Terminal) -> Result<(), Fault> {
    let action = || "show the terminal as /dev/console".to_owned();
    let mount = sys::clone_tree(terminal.slave.as_fd(), c"", false).during(action)?;
    let place =
        beneath::locate_or_make(root, Path::new("/dev/console"), Missing::File).during(action)?;
    sys::move_mount(mount.as_fd(), place.as_fd()).during(action)
}

/// Makes it the controlling terminal and the standard streams.
pub(super) fn take(terminal: &Terminal) -> nix::Result<()> {
    sys::take_controlling_terminal(terminal.slave.as_fd())?;
    (0..3).try_for_each(|number| sys::duplicate_to(&terminal.slave, number))
}
