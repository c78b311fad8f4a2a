//! Removing a tree by descriptor.
//!
//! Nothing is followed and no mount is entered. A directory that cannot be
//! read is made readable first (overlay's `work/work` has mode 000). A tree
//! may be deeper than there are descriptors or than a path can be long: what
//! lies too deep is moved up and removed from there.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use nix::dir::Dir;
use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, OFlag, openat, renameat};
use nix::sys::stat::{FchmodatFlags, Mode, fchmodat};
use nix::unistd::{UnlinkatFlags, unlinkat};

use crate::beneath::open_child_dir_same_mount;

/// How many directories are open at once.
const DEEPEST: usize = 64;

/// Removes the tree at `path`, whose parent nobody else can change.
pub(crate) fn remove_path(path: &Path) -> io::Result<()> {
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    let flags = OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
    let parent = openat(AT_FDCWD, parent, flags, Mode::empty())?;
    remove_tree(parent.as_fd(), name)
}

/// Removes `name` in `dir` and all that is beneath it: a container's files, a
/// volume, or a single file. `NotFound` where there is nothing. Something that
/// is mounted in the tree is not entered and stops the removal (EXDEV).
pub fn remove_tree(dir: BorrowedFd<'_>, name: &OsStr) -> io::Result<()> {
    match unlinkat(dir, name, UnlinkatFlags::NoRemoveDir) {
        Ok(()) => return Ok(()),
        // Linux answers EISDIR; POSIX allows EPERM, and so do some file systems.
        Err(Errno::EISDIR | Errno::EPERM) => {}
        Err(errno) => return Err(errno.into()),
    }
    let top = open_for_removal(dir, name)?;
    let mut moved = 0;
    empty(&top, &top, 1, &mut moved)?;
    Ok(unlinkat(dir, name, UnlinkatFlags::RemoveDir)?)
}

/// Removes what is in `dir`. Directories at the greatest depth are moved up
/// into `top`, which is listed again until nothing is left.
fn empty(top: &OwnedFd, dir: &OwnedFd, depth: usize, moved: &mut u64) -> io::Result<()> {
    loop {
        let before = *moved;
        for name in names(dir)? {
            remove_entry(top, dir, &name, depth, moved)?;
        }
        // Only at the top can something have been added, by ourselves.
        if depth > 1 || *moved == before {
            return Ok(());
        }
    }
}

fn remove_entry(
    top: &OwnedFd,
    dir: &OwnedFd,
    name: &OsStr,
    depth: usize,
    moved: &mut u64,
) -> io::Result<()> {
    match unlinkat(dir, name, UnlinkatFlags::NoRemoveDir) {
        Ok(()) | Err(Errno::ENOENT) => return Ok(()),
        Err(Errno::EISDIR | Errno::EPERM) => {}
        Err(errno) => return Err(errno.into()),
    }
    match unlinkat(dir, name, UnlinkatFlags::RemoveDir) {
        Ok(()) | Err(Errno::ENOENT) => return Ok(()),
        Err(Errno::ENOTEMPTY | Errno::EEXIST | Errno::EACCES) => {}
        Err(errno) => return Err(errno.into()),
    }
    let child = open_for_removal(dir.as_fd(), name)?;
    if depth >= DEEPEST {
        *moved += 1;
        let flat = OsString::from(format!(".removed-{moved}-{}", crate::writer::unique_name()));
        return Ok(renameat(dir, name, top, flat.as_os_str())?);
    }
    empty(top, &child, depth + 1, moved)?;
    drop(child);
    match unlinkat(dir, name, UnlinkatFlags::RemoveDir) {
        Ok(()) | Err(Errno::ENOENT) => Ok(()),
        Err(errno) => Err(errno.into()),
    }
}

/// Opens a directory that is to be emptied, giving ourselves the permission
/// where it is missing: for a plain owner modes count, also of their own files.
fn open_for_removal(parent: BorrowedFd<'_>, name: &OsStr) -> io::Result<OwnedFd> {
    let opened = open_child_dir_same_mount(parent, name);
    let needs_mode = match &opened {
        Ok(dir) => nix::sys::stat::fstat(dir)?.st_mode & 0o700 != 0o700,
        Err(Errno::EACCES) => true,
        Err(_) => false,
    };
    if !needs_mode {
        return Ok(opened?);
    }
    let owner_may_all = Mode::S_IRWXU;
    if let Ok(dir) = &opened {
        // As the engine we need no permission: refusal is no obstacle.
        let _ = nix::sys::stat::fchmod(dir, owner_may_all);
        return Ok(opened?);
    }
    // Without a descriptor the mode is set by name. A link put in its place in
    // the meantime is not followed: fchmodat(2) with NOFOLLOW, where the C
    // library has it, or by way of a handle.
    let handle = crate::beneath::open_child_handle(parent, name)?;
    if crate::beneath::is_dir(&nix::sys::stat::fstat(&handle)?) {
        let path = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&handle));
        fchmodat(
            AT_FDCWD,
            path.as_str(),
            owner_may_all,
            FchmodatFlags::FollowSymlink,
        )?;
    }
    Ok(open_child_dir_same_mount(parent, name)?)
}

/// The names in a directory, without `.` and `..`. They are collected first:
/// removing while reading may skip names on some file systems.
pub(crate) fn names(dir: &OwnedFd) -> io::Result<Vec<OsString>> {
    let again = openat(
        dir,
        ".",
        OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC,
        Mode::empty(),
    )?;
    let mut names = Vec::new();
    for entry in Dir::from_fd(again)?.iter() {
        let entry = entry?;
        let name = entry.file_name().to_bytes();
        if name != b"." && name != b".." {
            names.push(OsStr::from_bytes(name).to_owned());
        }
    }
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn links_are_removed_and_not_followed() {
        let dir = tempfile::tempdir().unwrap();
        let outside = dir.path().join("outside");
        fs::create_dir(&outside).unwrap();
        fs::write(outside.join("canary"), "alive").unwrap();
        let tree = dir.path().join("tree");
        fs::create_dir_all(tree.join("a/b")).unwrap();
        std::os::unix::fs::symlink(&outside, tree.join("a/link")).unwrap();
        std::os::unix::fs::symlink(&outside, dir.path().join("toplink")).unwrap();
        remove_path(&tree).unwrap();
        remove_path(&dir.path().join("toplink")).unwrap();
        assert_eq!(fs::read_to_string(outside.join("canary")).unwrap(), "alive");
        assert!(!tree.exists());
        let gone = remove_path(&tree).unwrap_err();
        assert_eq!(gone.kind(), io::ErrorKind::NotFound);
    }

    #[test]
    fn unreadable_directories_are_removed() {
        let dir = tempfile::tempdir().unwrap();
        let work = dir.path().join("work/work/full");
        fs::create_dir_all(&work).unwrap();
        fs::set_permissions(&work, fs::Permissions::from_mode(0o000)).unwrap();
        let work = dir.path().join("work/work");
        fs::set_permissions(&work, fs::Permissions::from_mode(0o000)).unwrap();
        remove_path(&dir.path().join("work")).unwrap();
        assert!(!dir.path().join("work").exists());
    }

    #[test]
    fn a_tree_deeper_than_a_path_can_be_long_is_removed() {
        let dir = tempfile::tempdir().unwrap();
        let top = openat(AT_FDCWD, dir.path(), OFlag::O_DIRECTORY, Mode::empty()).unwrap();
        let mut at = top.try_clone().unwrap();
        for _ in 0..3000 {
            nix::sys::stat::mkdirat(&at, "dd", Mode::S_IRWXU).unwrap();
            drop(openat(&at, "f", OFlag::O_CREAT | OFlag::O_WRONLY, Mode::S_IRUSR).unwrap());
            at = openat(&at, "dd", OFlag::O_DIRECTORY, Mode::empty()).unwrap();
        }
        remove_tree(top.as_fd(), OsStr::new("dd")).unwrap();
        assert!(!dir.path().join("dd").exists());
    }
}
