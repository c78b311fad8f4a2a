//! Removing a tree by descriptor.

use std::ffi::OsStr;
use std::io;
use std::os::fd::BorrowedFd;
use std::path::Path;

pub(crate) fn remove_path(path: &Path) -> io::Result<()> {
    std::fs::remove_dir_all(path)
}

/// Removes `name` in `dir` and all that is beneath it.
pub fn remove_tree(dir: BorrowedFd<'_>, name: &OsStr) -> io::Result<()> {
    let _ = (dir, name);
    Err(io::ErrorKind::Unsupported.into())
}
