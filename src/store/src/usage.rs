//! How much a tree holds.

use std::io;
use std::os::fd::BorrowedFd;

/// What a tree holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Sum of the lengths of regular files in bytes, hard links once, as
    /// `docker ps -s` and `docker system df` count.
    pub bytes: u64,
    /// Files, directories and the rest, hard links once.
    pub inodes: u64,
}

/// Sums up the tree in `dir`, without other mounts.
pub fn disk_usage(_dir: BorrowedFd<'_>) -> io::Result<Usage> {
    Err(io::ErrorKind::Unsupported.into())
}
