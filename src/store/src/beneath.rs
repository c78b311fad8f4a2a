//! Paths beneath a root descriptor. The only file that opens paths in trees
//! that images and containers write.
//!
//! Every path is resolved by the kernel as if the descriptor were `/`
//! (openat2(2), `RESOLVE_IN_ROOT`): a symbolic link to `/etc` leads to the
//! tree's own `etc`, whoever swaps it and when. What is then done to a name is
//! done relative to its parent's descriptor and never follows a last link.

use std::ffi::OsStr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, OpenHow, ResolveFlag, openat, openat2};
use nix::sys::stat::{FileStat, Mode, SFlag, fstatat};

/// A rename elsewhere in the system makes the kernel give up on `..` with
/// EAGAIN (openat2(2)); a container that renames in a loop must not win.
const ATTEMPTS: u32 = 1024;

/// Opens `path` as seen from `root`, following links inside it.
pub(crate) fn open_in_root(
    root: BorrowedFd<'_>,
    path: &Path,
    flags: OFlag,
) -> nix::Result<OwnedFd> {
    let resolve = ResolveFlag::RESOLVE_IN_ROOT | ResolveFlag::RESOLVE_NO_MAGICLINKS;
    let how = OpenHow::new()
        .flags(flags | OFlag::O_CLOEXEC)
        .resolve(resolve);
    let path = if path.as_os_str().is_empty() {
        Path::new(".")
    } else {
        path
    };
    for _ in 1..ATTEMPTS {
        match openat2(root, path, how) {
            Err(Errno::EAGAIN | Errno::EINTR) => std::thread::yield_now(),
            outcome => return outcome,
        }
    }
    openat2(root, path, how)
}

/// Opens a directory as seen from `root`, to work on names in it.
pub(crate) fn open_dir_in_root(root: BorrowedFd<'_>, path: &Path) -> nix::Result<OwnedFd> {
    open_in_root(root, path, OFlag::O_PATH | OFlag::O_DIRECTORY)
}

/// Opens the directory `name` in `parent` for listing, if it is one itself.
pub(crate) fn open_child_dir(parent: impl AsFd, name: &OsStr) -> nix::Result<OwnedFd> {
    let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    openat(parent, name, flags, Mode::empty())
}

/// Opens the directory `name` in `parent` for listing, unless something is mounted there.
pub(crate) fn open_child_dir_same_mount(parent: impl AsFd, name: &OsStr) -> nix::Result<OwnedFd> {
    let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    let resolve = ResolveFlag::RESOLVE_BENEATH
        | ResolveFlag::RESOLVE_NO_SYMLINKS
        | ResolveFlag::RESOLVE_NO_XDEV;
    openat2(
        parent.as_fd(),
        name,
        OpenHow::new().flags(flags).resolve(resolve),
    )
}

/// A handle on `name` itself, whatever it is.
pub(crate) fn open_child_handle(parent: impl AsFd, name: &OsStr) -> nix::Result<OwnedFd> {
    openat(
        parent,
        name,
        OFlag::O_PATH | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC,
        Mode::empty(),
    )
}

/// What `name` in `parent` is; `None` where there is nothing.
pub(crate) fn stat_child(parent: impl AsFd, name: &OsStr) -> nix::Result<Option<FileStat>> {
    match fstatat(parent, name, AtFlags::AT_SYMLINK_NOFOLLOW) {
        Ok(stat) => Ok(Some(stat)),
        Err(Errno::ENOENT) => Ok(None),
        Err(errno) => Err(errno),
    }
}

/// The file type bits of a mode.
pub(crate) fn file_type(stat: &FileStat) -> SFlag {
    SFlag::from_bits_truncate(stat.st_mode & SFlag::S_IFMT.bits())
}

/// Whether this is a directory.
pub(crate) fn is_dir(stat: &FileStat) -> bool {
    file_type(stat) == SFlag::S_IFDIR
}

/// Longest path that the kernel takes, without the terminating zero (`PATH_MAX`).
const LONGEST_PATH: usize = 4095;
/// Longest component (`NAME_MAX`).
const LONGEST_NAME: usize = 255;

/// Reads the name of an archive's entry as a path relative to the root; the
/// root itself is the empty path. A leading `/` is dropped as Docker and tar
/// do; `..` is refused as tar does, since no writer of layers makes it.
pub(crate) fn entry_path(name: &[u8]) -> Result<PathBuf, &'static str> {
    let mut path = PathBuf::new();
    for component in name.split(|byte| *byte == b'/') {
        match component {
            b"" | b"." => {}
            b".." => return Err("names with `..` could lead out of the root"),
            _ if component.contains(&0) => return Err("the name has a zero byte"),
            _ if component.len() > LONGEST_NAME => {
                return Err("a part of the name is longer than 255 bytes");
            }
            _ => path.push(OsStr::from_bytes(component)),
        }
    }
    if path.as_os_str().len() > LONGEST_PATH {
        return Err("the name is longer than 4095 bytes");
    }
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_relative_to_the_root() {
        let read = |name: &str| entry_path(name.as_bytes());
        assert_eq!(read("/etc//passwd/"), Ok("etc/passwd".into()));
        assert_eq!(read("./a/./b"), Ok("a/b".into()));
        for root in ["", ".", "/", "./", "//"] {
            assert_eq!(read(root), Ok(PathBuf::new()));
        }
        for bad in ["..", "../x", "a/../../b", "a/..", "/../x", "x\0y"] {
            assert!(read(bad).is_err(), "{bad}");
        }
        assert!(read(&"d/".repeat(2048)).is_ok());
        assert!(read(&"d/".repeat(2049)).is_err());
        assert!(read(&"n".repeat(256)).is_err());
        assert_eq!(read("..."), Ok("...".into()));
    }
}
