//! Whiteouts: how a layer says that something below it is gone.
//!
//! In an archive an empty file `.wh.NAME` hides `NAME`, and `.wh..wh..opq`
//! hides all that the directory had (image-spec `layer.md`, "Whiteouts"). On
//! disk overlay wants a 0/0 character device, or an empty file with an
//! attribute, and an attribute on the directory (Linux
//! `filesystems/overlayfs`, mount option `userxattr`).

use std::ffi::OsStr;
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{OFlag, openat};
use nix::sys::stat::{FileStat, Mode, SFlag, mknodat};

use crate::beneath::{file_type, open_child_handle};
use crate::xattr;

/// What a whiteout's name begins with.
pub(crate) const PREFIX: &str = ".wh.";
/// The name that makes a directory opaque.
pub(crate) const OPAQUE: &str = ".wh..wh..opq";
/// Other names with this prefix are notes of the AUFS driver.
const NOTES: &str = ".wh..wh.";

/// What an entry's name means in a layer.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Marker {
    /// An ordinary entry.
    None,
    /// Left over from another storage driver.
    Ignored,
    /// This directory hides what the layers below have in it.
    Opaque(PathBuf),
    /// This path is gone.
    Whiteout(PathBuf),
}

/// Reads the name of an entry.
pub(crate) fn of_entry(path: &Path) -> Result<Marker, &'static str> {
    let mut components: Vec<&[u8]> = path.iter().map(OsStr::as_bytes).collect();
    let Some(last) = components.pop() else {
        return Ok(Marker::None);
    };
    let parent = path.parent().unwrap_or(Path::new(""));
    let notes = |name: &[u8]| name.starts_with(NOTES.as_bytes()) && name != OPAQUE.as_bytes();
    if components.iter().any(|name| notes(name)) || notes(last) {
        return Ok(Marker::Ignored);
    }
    if components
        .iter()
        .any(|name| name.starts_with(PREFIX.as_bytes()))
    {
        return Err("a whiteout is not a directory");
    }
    if last == OPAQUE.as_bytes() {
        return Ok(Marker::Opaque(parent.to_owned()));
    }
    match last.strip_prefix(PREFIX.as_bytes()) {
        None => Ok(Marker::None),
        Some(b"" | b"." | b"..") => Err("the whiteout names nothing that could be removed"),
        Some(name) => Ok(Marker::Whiteout(parent.join(OsStr::from_bytes(name)))),
    }
}

/// Makes a whiteout on disk. The device needs no privilege since Linux 5.8.
pub(crate) fn make(parent: &OwnedFd, name: &OsStr) -> io::Result<()> {
    match mknodat(parent, name, SFlag::S_IFCHR, Mode::empty(), 0) {
        Err(Errno::EPERM | Errno::EINVAL | Errno::EOPNOTSUPP | Errno::ENOSYS) => {}
        outcome => return Ok(outcome?),
    }
    make_marked_file(parent, name)
}

/// A whiteout without a device (Linux 6.7).
fn make_marked_file(parent: &OwnedFd, name: &OsStr) -> io::Result<()> {
    let flags = OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_NOFOLLOW;
    let file = openat(
        parent,
        name,
        flags | OFlag::O_CLOEXEC,
        Mode::S_IRUSR | Mode::S_IWUSR,
    )?;
    xattr::set(&file, xattr::WHITEOUT, b"y")?;
    // Overlay looks for such files only where the directory says so.
    if xattr::get(parent, xattr::OPAQUE)?.is_none() {
        xattr::set(parent, xattr::OPAQUE, b"x")?;
    }
    Ok(())
}

/// Makes a directory opaque on disk.
pub(crate) fn set_opaque(dir: &OwnedFd) -> io::Result<()> {
    xattr::set(dir, xattr::OPAQUE, b"y")
}

/// Whether a directory on disk is opaque.
pub(crate) fn is_opaque(dir: &OwnedFd) -> io::Result<bool> {
    Ok(xattr::get(dir, xattr::OPAQUE)?.as_deref() == Some(b"y"))
}

/// Whether `name`, which is `stat`, is a whiteout on disk.
pub(crate) fn is_at(parent: &OwnedFd, name: &OsStr, stat: &FileStat) -> bool {
    match file_type(stat) {
        SFlag::S_IFCHR => stat.st_rdev == 0,
        SFlag::S_IFREG if stat.st_size == 0 => {
            let handle = open_child_handle(parent.as_fd(), name);
            handle.is_ok_and(|file| matches!(xattr::get(file, xattr::WHITEOUT), Ok(Some(_))))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whiteout_without_a_device_is_one_too() {
        let dir = tempfile::tempdir().unwrap();
        let parent: OwnedFd = std::fs::File::open(dir.path()).unwrap().into();
        make(&parent, OsStr::new("device")).unwrap();
        make_marked_file(&parent, OsStr::new("file")).unwrap();
        std::fs::write(dir.path().join("empty"), "").unwrap();
        let is = |name: &str| {
            let name = OsStr::new(name);
            is_at(
                &parent,
                name,
                &crate::beneath::stat_child(&parent, name).unwrap().unwrap(),
            )
        };
        assert!(is("device") && is("file") && !is("empty"));
        assert!(!is_opaque(&parent).unwrap(), "x is not y");
        set_opaque(&parent).unwrap();
        assert!(is_opaque(&parent).unwrap());
    }

    #[test]
    fn names_of_markers_are_read() {
        let read = |name: &str| of_entry(Path::new(name));
        assert_eq!(read("a/.wh.b"), Ok(Marker::Whiteout("a/b".into())));
        assert_eq!(read(".wh.wh..opq"), Ok(Marker::Whiteout("wh..opq".into())));
        assert_eq!(read("a/.wh..wh..opq"), Ok(Marker::Opaque("a".into())));
        assert_eq!(read(".wh..wh..opq"), Ok(Marker::Opaque("".into())));
        assert_eq!(read(".wh..wh.plnk/1.2"), Ok(Marker::Ignored));
        assert_eq!(read(".wh..wh.aufs"), Ok(Marker::Ignored));
        assert_eq!(read("a/b.wh.c"), Ok(Marker::None));
        assert_eq!(read(""), Ok(Marker::None));
        for bad in [".wh.", "a/.wh.", ".wh..", ".wh...", ".wh.a/b"] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }
}
