//! What the layers below a container have at a path, as overlay would show it.

use std::collections::BTreeSet;
use std::ffi::{OsStr, OsString};
use std::io;
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, OFlag, openat};
use nix::sys::stat::Mode;

use crate::beneath::{is_dir, open_child_handle, open_dir_in_root, stat_child};
use crate::remove::names;
use crate::whiteout;

/// The stack of layers below, and where in it the walk is.
pub(crate) struct Lowers {
    /// Top first.
    roots: Vec<OwnedFd>,
    /// For the directory last asked for and those above it: the layers whose
    /// directories overlay merges there, top first.
    merged: Vec<(PathBuf, Vec<usize>)>,
}

/// What is below at a path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Below {
    Nothing,
    Directory,
    Other,
}

impl Lowers {
    /// Opens the layers; `paths` is bottom first.
    pub(crate) fn open(paths: &[PathBuf]) -> io::Result<Self> {
        let flags = OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        let open = |path: &PathBuf| Ok(openat(AT_FDCWD, path, flags, Mode::empty())?);
        let roots: Vec<OwnedFd> = paths.iter().rev().map(open).collect::<io::Result<_>>()?;
        let all = (0..roots.len()).collect();
        Ok(Self {
            roots,
            merged: vec![(PathBuf::new(), all)],
        })
    }

    /// What is below at `path`, relative to the root.
    pub(crate) fn at(&mut self, path: &Path) -> io::Result<Below> {
        let Some(name) = path.file_name() else {
            return Ok(Below::Directory);
        };
        let parent = path.parent().unwrap_or(Path::new(""));
        let layers = self.merged_at(parent)?;
        Ok(self.look(parent, name, &layers)?.0)
    }

    /// The names that overlay shows in the directory `path` of the layers below.
    pub(crate) fn names(&mut self, path: &Path) -> io::Result<BTreeSet<OsString>> {
        let mut all = BTreeSet::new();
        for layer in self.merged_at(path)? {
            let dir = open_dir_in_root(self.roots[layer].as_fd(), path)?;
            all.extend(names(&dir)?);
        }
        let mut shown = BTreeSet::new();
        for name in all {
            if self.at(&path.join(&name))? != Below::Nothing {
                shown.insert(name);
            }
        }
        Ok(shown)
    }

    /// The layers whose directories are merged at `path`; none if it is no
    /// directory below.
    fn merged_at(&mut self, path: &Path) -> io::Result<Vec<usize>> {
        self.merged.retain(|(known, _)| path.starts_with(known));
        while self.merged.last().is_some_and(|(known, _)| known != path) {
            let (known, layers) = &self.merged[self.merged.len() - 1];
            let rest = path.strip_prefix(known).unwrap_or(path);
            let Some(name) = rest.iter().next() else {
                break;
            };
            let (next, layers) = (known.join(name), self.look(known, name, layers)?.1);
            self.merged.push((next, layers));
        }
        Ok(self
            .merged
            .last()
            .map(|(_, layers)| layers.clone())
            .unwrap_or_default())
    }

    /// Looks for `name` from the top down, as overlay does.
    fn look(
        &self,
        parent: &Path,
        name: &OsStr,
        layers: &[usize],
    ) -> io::Result<(Below, Vec<usize>)> {
        let mut found = Vec::new();
        for layer in layers {
            let dir = open_dir_in_root(self.roots[*layer].as_fd(), parent)?;
            let Some(stat) = present(stat_child(&dir, name))? else {
                continue;
            };
            if whiteout::is_at(&dir, name, &stat) {
                break;
            }
            if !is_dir(&stat) {
                if found.is_empty() {
                    return Ok((Below::Other, found));
                }
                break;
            }
            found.push(*layer);
            if whiteout::is_opaque(&open_child_handle(&dir, name)?)? {
                break;
            }
        }
        let below = if found.is_empty() {
            Below::Nothing
        } else {
            Below::Directory
        };
        Ok((below, found))
    }
}

fn present<T>(stat: nix::Result<Option<T>>) -> io::Result<Option<T>> {
    match stat {
        Err(Errno::ENAMETOOLONG) => Ok(None),
        outcome => Ok(outcome?),
    }
}
