//! Changes of owners that a single user cannot make, told to whoever records
//! them (seccomp_unotify(2)).
//!
//! A container with one user may neither give a file away nor make a device.
//! Its calls wait in the kernel; [`Listener::serve`] takes one, finds what it
//! is about, has it recorded and answers. Nothing that the container says is
//! believed twice: a path is copied once from its memory and resolved here, to
//! a descriptor; what is done is done to that descriptor. Whether all of it was
//! read of the process that asked is looked at last (the kernel says whether
//! the call still waits), so a process that ended, or whose number another
//! got, changes nothing.
//!
//! Limits: rights to search directories are this process', which in a lab with
//! one user are the container's own unless it gave up `CAP_DAC_OVERRIDE`. Links
//! in the `/proc` directories of other processes are not followed. A file
//! system that does not answer (a network's, bound into a container) keeps
//! whoever serves waiting.

mod resolve;
mod tracee;

use crate::request::Capability;
use crate::seccomp::number;
use crate::sys::{self, Notification};
use nix::errno::Errno;
use nix::libc;
use nix::sys::statvfs::{FsFlags, fstatvfs};
use resolve::{Last, Walk};
use std::ffi::OsString;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd, RawFd};
use tracee::Tracee;

/// A call, with what it is about found.
#[derive(Debug)]
pub enum Change {
    /// chown(2) and its kin.
    Own {
        /// The file itself, be it a link; for reference only (`O_PATH`).
        file: OwnedFd,
        /// Its new owner; nothing keeps the old one.
        uid: Option<u32>,
        /// Its new group, likewise.
        gid: Option<u32>,
    },
    /// mknod(2) of a device.
    Device {
        /// The directory in which it is made, for reference only.
        parent: OwnedFd,
        /// Its name there: one component, neither `.` nor `..`.
        name: OsString,
        /// Permissions, the process' umask taken away.
        mode: u32,
        /// Block device or character device.
        block: bool,
        /// Major number.
        major: u32,
        /// Minor number.
        minor: u32,
    },
}

impl Change {
    /// EROFS where the mount or its file system is read-only.
    fn writable(&self) -> nix::Result<()> {
        let (Self::Own { file: place, .. } | Self::Device { parent: place, .. }) = self;
        match fstatvfs(place)?.flags().contains(FsFlags::ST_RDONLY) {
            true => Err(Errno::EROFS),
            false => Ok(()),
        }
    }

    /// EPERM where the process gave up the capability for it. Its one user may
    /// always be given what is its own.
    fn permitted(&self, tracee: &Tracee) -> nix::Result<()> {
        let own = |id: &Option<u32>| matches!(id, None | Some(0));
        let wanted = match self {
            Self::Own { uid, gid, .. } if own(uid) && own(gid) => return Ok(()),
            Self::Own { .. } => Capability::CHOWN,
            Self::Device { .. } => Capability::MKNOD,
        };
        match tracee.capabilities()? & 1 << wanted.number() {
            0 => Err(Errno::EPERM),
            _ => Ok(()),
        }
    }
}

/// Where a container's changes of owners are told.
#[derive(Debug)]
pub struct Listener(OwnedFd);

impl AsFd for Listener {
    /// Readable when a call waits; hung up once no process of the container
    /// is left.
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.0.as_fd()
    }
}

impl AsRawFd for Listener {
    fn as_raw_fd(&self) -> RawFd {
        self.0.as_raw_fd()
    }
}

impl Listener {
    pub(crate) fn new(descriptor: OwnedFd) -> Self {
        Self(descriptor)
    }

    /// Takes one call that waits, has `record` carry it out, and answers it.
    /// Waits for one where there is none.
    ///
    /// # Errors
    /// What the kernel says of the listener; not what becomes of a call.
    pub fn serve(&self, record: &mut dyn FnMut(&Change) -> nix::Result<()>) -> nix::Result<()> {
        let call = match sys::receive_notification(self.as_fd()) {
            Ok(call) => call,
            Err(Errno::ENOENT | Errno::EINTR) => return Ok(()),
            Err(errno) => return Err(errno),
        };
        let outcome = Tracee::open(call.pid).and_then(|tracee| {
            let change = change(&tracee, &call)?;
            change.writable()?;
            change.permitted(&tracee)?;
            sys::notification_waits(self.as_fd(), call.id)?;
            record(&change)
        });
        match sys::answer_notification(self.as_fd(), call.id, outcome) {
            Err(Errno::ENOENT | Errno::EINTR) => Ok(()),
            result => result,
        }
    }
}

/// Which call it is and what it is about.
fn change(tracee: &Tracee, call: &Notification) -> nix::Result<Change> {
    let is = |name| number(name).is_some_and(|number| i64::from(number) == call.number);
    let [first, second, third, fourth, fifth, _] = call.arguments;
    let here = libc::AT_FDCWD as u32 as u64;
    if is("fchown") {
        let file = tracee.open_file(first as RawFd)?;
        return Ok(own(file, second, third));
    }
    if is("chown") || is("lchown") {
        let last = if is("chown") {
            Last::Follow
        } else {
            Last::Keep
        };
        let file = named(tracee, here, first, last, Empty::Refused)?;
        return Ok(own(file, second, third));
    }
    if is("fchownat") {
        let flags = fifth as i32;
        if flags & !(libc::AT_SYMLINK_NOFOLLOW | libc::AT_EMPTY_PATH) != 0 {
            return Err(Errno::EINVAL);
        }
        let last = match flags & libc::AT_SYMLINK_NOFOLLOW {
            0 => Last::Follow,
            _ => Last::Keep,
        };
        let empty = match flags & libc::AT_EMPTY_PATH {
            0 => Empty::Refused,
            _ => Empty::Itself,
        };
        let file = named(tracee, first, second, last, empty)?;
        return Ok(own(file, third, fourth));
    }
    if is("mknod") {
        return device(tracee, here, first, second, third);
    }
    if is("mknodat") {
        return device(tracee, first, second, third, fourth);
    }
    Err(Errno::ENOSYS)
}

fn own(file: OwnedFd, uid: u64, gid: u64) -> Change {
    let id = |argument: u64| Some(argument as u32).filter(|id| *id != u32::MAX);
    Change::Own {
        file,
        uid: id(uid),
        gid: id(gid),
    }
}

/// What an empty path means.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Empty {
    Refused,
    Itself,
}

fn named(
    tracee: &Tracee,
    directory: u64,
    address: u64,
    last: Last,
    empty: Empty,
) -> nix::Result<OwnedFd> {
    // Linux 6.11 takes no path at all for an empty one.
    let path = match (address, empty) {
        (0, Empty::Itself) => Vec::new(),
        _ => tracee.text(address)?,
    };
    if path.is_empty() {
        return match empty {
            Empty::Refused => Err(Errno::ENOENT),
            Empty::Itself => tracee.directory(directory as RawFd),
        };
    }
    Walk::new(tracee)?.locate(start(tracee, directory, &path)?, &path, last)
}

/// Where a path begins.
fn start(tracee: &Tracee, directory: u64, path: &[u8]) -> nix::Result<OwnedFd> {
    match path.first() {
        Some(b'/') => tracee.root(),
        _ => tracee.directory(directory as RawFd),
    }
}

fn device(
    tracee: &Tracee,
    directory: u64,
    address: u64,
    mode: u64,
    number: u64,
) -> nix::Result<Change> {
    let path = tracee.text(address)?;
    if path.is_empty() {
        return Err(Errno::ENOENT);
    }
    let start = start(tracee, directory, &path)?;
    let (parent, name) = Walk::new(tracee)?.locate_parent(start, &path)?;
    let mode = mode as u32;
    // `new_decode_dev` of linux/kdev_t.h.
    let number = number as u32;
    let (major, minor) = (
        (number & 0xf_ff00) >> 8,
        number & 0xff | number >> 12 & 0xf_ff00,
    );
    let block = mode & libc::S_IFMT == libc::S_IFBLK;
    if !block && (major, minor) == (0, 0) {
        // Overlay keeps this one for itself: it hides what lies below.
        return Err(Errno::EPERM);
    }
    Ok(Change::Device {
        parent,
        name,
        mode: mode & 0o7777 & !tracee.umask()?,
        block,
        major,
        minor,
    })
}
