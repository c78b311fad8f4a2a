//! Visiting a tree in a fixed order, while others may change it.
//!
//! Every directory is entered by name from its parent's descriptor, as a
//! directory and not through a link. What disappears in the meantime is
//! skipped. Few descriptors are held, however deep the tree is.

use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::sys::stat::{FileStat, fstat};

use crate::beneath::{is_dir, open_child_dir, open_child_dir_same_mount, stat_child};
use crate::remove::names;

/// Directories above this depth stay open; deeper ones are opened again on the
/// way back.
const HELD: usize = 64;

/// Whether what is mounted in the tree belongs to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Mounts {
    Enter,
    Stay,
}

/// Whether a directory is entered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Next {
    Enter,
    Skip,
}

/// One thing in the tree.
pub(crate) struct Node<'n> {
    /// Relative to where the walk began.
    pub(crate) path: &'n Path,
    pub(crate) parent: &'n OwnedFd,
    pub(crate) name: &'n OsStr,
    pub(crate) stat: FileStat,
}

struct Frame {
    /// `None` when the walk is far below.
    dir: Option<OwnedFd>,
    /// Device and inode of the directory.
    id: (u64, u64),
    names: std::vec::IntoIter<OsString>,
}

/// Calls `visit` for everything beneath `top`, parents first, names in the
/// order of their bytes.
pub(crate) fn walk<E: From<WalkError>>(
    top: OwnedFd,
    mounts: Mounts,
    visit: &mut dyn FnMut(&Node<'_>) -> Result<Next, E>,
) -> Result<(), E> {
    let mut path = PathBuf::new();
    let mut frames = vec![Frame::new(top).map_err(|error| WalkError::new(&path, error))?];
    while let Some(frame) = frames.last_mut() {
        let Some(name) = frame.names.next() else {
            let left = frames.pop();
            path.pop();
            if let (Some(frame), Some(left)) = (frames.last_mut(), left) {
                frame.come_back(left);
            }
            continue;
        };
        if frame.dir.is_none() && !reopen(&mut frames, &path, mounts) {
            // Moved away while we were below: the rest of it went with it.
            if let Some(frame) = frames.last_mut() {
                frame.names = Vec::new().into_iter();
            }
            continue;
        }
        let Some(Frame {
            dir: Some(parent), ..
        }) = frames.last()
        else {
            continue;
        };
        path.push(&name);
        match step(parent, &name, &path, mounts, visit)? {
            Some(frame) => {
                let above = frames.len() - 1;
                if above >= HELD {
                    frames[above].dir = None;
                }
                frames.push(frame);
            }
            None => {
                path.pop();
            }
        }
    }
    Ok(())
}

/// Visits one name; the frame of a directory that is to be entered.
fn step<E: From<WalkError>>(
    parent: &OwnedFd,
    name: &OsStr,
    path: &Path,
    mounts: Mounts,
    visit: &mut dyn FnMut(&Node<'_>) -> Result<Next, E>,
) -> Result<Option<Frame>, E> {
    let stat = stat_child(parent, name).map_err(|errno| WalkError::new(path, errno.into()))?;
    let Some(stat) = stat else { return Ok(None) };
    let directory = is_dir(&stat);
    if visit(&Node {
        path,
        parent,
        name,
        stat,
    })? == Next::Skip
        || !directory
    {
        return Ok(None);
    }
    match enter(parent, name, mounts) {
        Ok(dir) => Ok(Some(
            Frame::new(dir).map_err(|error| WalkError::new(path, error))?,
        )),
        Err(Errno::ENOENT | Errno::ENOTDIR | Errno::ELOOP | Errno::EXDEV) => Ok(None),
        Err(errno) => Err(WalkError::new(path, errno.into()).into()),
    }
}

fn enter(parent: &OwnedFd, name: &OsStr, mounts: Mounts) -> nix::Result<OwnedFd> {
    match mounts {
        Mounts::Enter => open_child_dir(parent.as_fd(), name),
        Mounts::Stay => open_child_dir_same_mount(parent.as_fd(), name),
    }
}

/// Opens the last frame's directory again, name by name from the deepest one
/// that is open: a path may be longer than the kernel takes at once.
fn reopen(frames: &mut [Frame], path: &Path, mounts: Mounts) -> bool {
    let components: Vec<&OsStr> = path.iter().collect();
    let Some(open) = frames.iter().rposition(|frame| frame.dir.is_some()) else {
        return false;
    };
    let mut dir: Option<OwnedFd> = None;
    for name in &components[open..frames.len() - 1] {
        let Some(parent) = dir.as_ref().or(frames[open].dir.as_ref()) else {
            return false;
        };
        match enter(parent, name, mounts) {
            Ok(next) => dir = Some(next),
            Err(_) => return false,
        }
    }
    if let (Some(dir), Some(frame)) = (dir, frames.last_mut()) {
        frame.dir = Some(dir);
        return true;
    }
    false
}

impl Frame {
    fn new(dir: OwnedFd) -> io::Result<Self> {
        let mut names = names(&dir)?;
        names.sort_unstable();
        let id = id(&dir)?;
        Ok(Self {
            dir: Some(dir),
            id,
            names: names.into_iter(),
        })
    }

    /// Opens this directory again from the one in it that was just left. If
    /// that was moved meanwhile, its `..` is another directory, perhaps outside
    /// of the tree: only the one that was there before will do.
    fn come_back(&mut self, left: Self) {
        if self.dir.is_some() {
            return;
        }
        let above = left
            .dir
            .and_then(|dir| open_child_dir(dir, OsStr::new("..")).ok());
        self.dir = above.filter(|dir| id(dir).is_ok_and(|found| found == self.id));
    }
}

fn id(dir: &OwnedFd) -> nix::Result<(u64, u64)> {
    fstat(dir).map(|stat| (stat.st_dev, stat.st_ino))
}

/// The system refused to show a part of the tree.
#[derive(Debug, thiserror::Error)]
#[error("{}: {source}", path.display())]
pub(crate) struct WalkError {
    pub(crate) path: PathBuf,
    pub(crate) source: io::Error,
}

impl WalkError {
    fn new(path: &Path, source: io::Error) -> Self {
        Self {
            path: path.to_owned(),
            source,
        }
    }
}

impl From<WalkError> for io::Error {
    fn from(error: WalkError) -> Self {
        Self::new(error.source.kind(), error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::fcntl::{AT_FDCWD, OFlag, openat};
    use nix::sys::stat::{Mode, mkdirat};
    use std::fs;

    fn open(path: &Path) -> OwnedFd {
        openat(
            AT_FDCWD,
            path,
            OFlag::O_DIRECTORY | OFlag::O_CLOEXEC,
            Mode::empty(),
        )
        .unwrap()
    }

    #[test]
    fn parents_come_first_and_names_in_order() {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("b/x")).unwrap();
        fs::write(dir.path().join("b/x/1"), "").unwrap();
        fs::write(dir.path().join("a"), "").unwrap();
        fs::write(dir.path().join("b.c"), "").unwrap();
        std::os::unix::fs::symlink("/etc", dir.path().join("link")).unwrap();
        let mut seen = Vec::new();
        walk::<io::Error>(open(dir.path()), Mounts::Stay, &mut |node| {
            seen.push(node.path.display().to_string());
            Ok(Next::Enter)
        })
        .unwrap();
        assert_eq!(seen, ["a", "b", "b/x", "b/x/1", "b.c", "link"]);
    }

    #[test]
    fn a_tree_deeper_than_a_path_can_be_long_is_walked() {
        let dir = tempfile::tempdir().unwrap();
        let mut at = open(dir.path());
        for _ in 0..3000 {
            mkdirat(&at, "dd", Mode::S_IRWXU).unwrap();
            mkdirat(&at, "ee", Mode::S_IRWXU).unwrap();
            at = openat(&at, "dd", OFlag::O_DIRECTORY, Mode::empty()).unwrap();
        }
        let mut count = 0;
        walk::<io::Error>(open(dir.path()), Mounts::Stay, &mut |_| {
            count += 1;
            Ok(Next::Enter)
        })
        .unwrap();
        assert_eq!(count, 6000);
        crate::remove::remove_path(&dir.path().join("dd")).unwrap();
    }
}
