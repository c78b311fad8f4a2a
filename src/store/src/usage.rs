//! How much a tree holds.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::io;
use std::os::fd::BorrowedFd;

use nix::sys::stat::SFlag;

use crate::beneath::{file_type, is_dir, open_child_dir};
use crate::walk::{Mounts, Next, Node, walk};

/// What a tree holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Usage {
    /// Sum of the lengths of regular files in bytes, hard links once, as
    /// `docker ps -s` and `docker system df` count.
    pub bytes: u64,
    /// Files, directories and the rest, hard links once.
    pub inodes: u64,
}

/// Sums up what is in the directory `dir`, without other mounts.
pub fn disk_usage(dir: BorrowedFd<'_>) -> io::Result<Usage> {
    let mut usage = Usage::default();
    let mut seen = HashSet::new();
    let top = open_child_dir(dir, OsStr::new("."))?;
    walk(top, Mounts::Stay, &mut |node: &Node<'_>| {
        let stat = &node.stat;
        let counted = is_dir(stat) || stat.st_nlink < 2 || seen.insert((stat.st_dev, stat.st_ino));
        if counted {
            usage.inodes += 1;
            if file_type(stat) == SFlag::S_IFREG {
                usage.bytes += u64::try_from(stat.st_size).unwrap_or(0);
            }
        }
        Ok::<_, io::Error>(Next::Enter)
    })?;
    Ok(usage)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::{self, File};
    use std::os::fd::AsFd as _;

    #[test]
    fn hard_links_count_once_and_links_do_not() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join("d")).unwrap();
        fs::write(dir.path().join("d/a"), [0; 100]).unwrap();
        fs::hard_link(dir.path().join("d/a"), dir.path().join("b")).unwrap();
        fs::write(dir.path().join("c"), [0; 11]).unwrap();
        std::os::unix::fs::symlink("/etc/passwd", dir.path().join("s")).unwrap();
        let usage = disk_usage(File::open(dir.path()).unwrap().as_fd()).unwrap();
        assert_eq!(
            usage,
            Usage {
                bytes: 111,
                inodes: 4
            }
        );
    }
}
