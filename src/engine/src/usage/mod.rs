//! How much the lab's objects hold on disk, in bytes.
//!
//! Limits: nothing is remembered; a tree is walked when somebody asks, beside
//! the engine's thread where it may be large.

pub mod disk;
pub mod info;

use std::fs::File;
use std::io;
use std::os::fd::AsFd;
use std::path::Path;

use plimsoll_store::disk_usage;

/// Bytes of the files in a tree, hard links once, without other mounts. What
/// cannot be read counts nothing: the number is told, nothing depends on it.
#[must_use]
pub fn tree(path: &Path) -> u64 {
    measure(path).unwrap_or(0)
}

fn measure(path: &Path) -> io::Result<u64> {
    let dir = File::open(path)?;
    Ok(disk_usage(dir.as_fd())?.bytes)
}
