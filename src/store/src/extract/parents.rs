//! The directories that lead to an entry: opened inside the root, made where the
//! archive does not list them.

use std::ffi::OsStr;
use std::os::fd::{AsFd as _, OwnedFd};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use nix::errno::Errno;
use nix::fcntl::{OFlag, openat};
use nix::sys::stat::{Mode, mkdirat};
use nix::unistd::{UnlinkatFlags, unlinkat};

use super::{Extractor, Place, Purpose, failed};
use crate::attributes::{self, Attributes};
use crate::beneath::{open_child_dir, open_dir_in_root, stat_child};
use crate::error::UnpackError;
use crate::whiteout;

impl Extractor<'_> {
    /// Opens the parent of `path`, making directories that the archive did not
    /// list, and looks nowhere else.
    pub(super) fn place(&mut self, path: PathBuf) -> Result<Place, UnpackError> {
        let name = path.file_name().unwrap_or_default().to_owned();
        let below = path.parent().unwrap_or(Path::new("")).to_owned();
        let parent = match &self.last_parent {
            Some((last, parent)) if *last == below => parent.clone(),
            _ => Rc::new(self.open_or_make(&below)?),
        };
        // In a tree that others change, a descriptor kept is a directory kept:
        // it may have been moved since. Each entry asks again.
        if matches!(self.purpose, Purpose::Layer) {
            self.last_parent = Some((below, parent.clone()));
        }
        Ok(Place { parent, name, path })
    }

    pub(super) fn open_or_make(&mut self, below: &Path) -> Result<OwnedFd, UnpackError> {
        match open_dir_in_root(self.root, &self.base.join(below)) {
            Err(Errno::ENOENT | Errno::ENOTDIR) => {}
            outcome => return outcome.map_err(|errno| failed(below, errno)),
        }
        let mut made = PathBuf::new();
        let mut dir = open_dir_in_root(self.root, &self.base).map_err(|e| failed(below, e))?;
        for component in below.components() {
            made.push(component);
            let name = component.as_os_str();
            dir = match self.open_step(&dir, name, &made) {
                Ok(next) => next,
                Err(Errno::ENOENT) => {
                    self.make_parent(&dir, name, &made)?;
                    self.open_step(&dir, name, &made)
                        .map_err(|e| failed(&made, e))?
                }
                Err(Errno::ENOTDIR) if self.hides(&dir, name) => {
                    self.reveal(&dir, name, &made)?;
                    self.open_step(&dir, name, &made)
                        .map_err(|e| failed(&made, e))?
                }
                Err(errno) => return Err(failed(&made, errno)),
            };
        }
        Ok(dir)
    }

    /// Opens `name` in `dir`; only a link needs the whole path, since it may
    /// lead anywhere in the root.
    fn open_step(&self, dir: &OwnedFd, name: &OsStr, whole: &Path) -> nix::Result<OwnedFd> {
        let flags = OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        match openat(dir, name, flags, Mode::empty()) {
            Err(Errno::ENOTDIR | Errno::ELOOP) => {
                open_dir_in_root(self.root, &self.base.join(whole))
            }
            outcome => outcome,
        }
    }

    pub(super) fn make_parent(
        &self,
        dir: &OwnedFd,
        name: &OsStr,
        path: &Path,
    ) -> Result<(), UnpackError> {
        match mkdirat(dir, name, Mode::from_bits_truncate(0o755)) {
            // A link that leads nowhere, or somebody was faster: the next open tells.
            Err(Errno::EEXIST) => return Ok(()),
            outcome => outcome.map_err(|errno| failed(path, errno))?,
        }
        let made = open_child_dir(dir, name).map_err(|errno| failed(path, errno))?;
        self.make_plain(&made, path)
    }

    /// A directory of root's, 0755.
    pub(super) fn make_plain(&self, dir: &OwnedFd, path: &Path) -> Result<(), UnpackError> {
        let plain = Attributes {
            mode: 0o755,
            uid: 0,
            gid: 0,
            mtime: (0, 0),
            xattrs: Vec::new(),
            device: None,
        };
        attributes::apply_owner(dir.as_fd(), &plain, self.ownership)
            .and_then(|()| attributes::apply_mode(dir.as_fd(), plain.mode))
            .map_err(UnpackError::io(path))
    }

    pub(super) fn hides(&self, dir: &OwnedFd, name: &OsStr) -> bool {
        matches!(self.purpose, Purpose::Layer)
            && matches!(stat_child(dir, name), Ok(Some(stat)) if whiteout::is_at(dir, name, &stat))
    }

    /// The layer removed `name` of the layers below and now puts a directory there.
    pub(super) fn reveal(
        &mut self,
        dir: &OwnedFd,
        name: &OsStr,
        path: &Path,
    ) -> Result<(), UnpackError> {
        unlinkat(dir, name, UnlinkatFlags::NoRemoveDir).map_err(|errno| failed(path, errno))?;
        self.make_parent(dir, name, path)?;
        let made = open_child_dir(dir, name).map_err(|errno| failed(path, errno))?;
        whiteout::set_opaque(&made).map_err(UnpackError::io(path))
    }
}
