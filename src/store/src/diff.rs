//! A container's changes: overlay's writable directory, read as a layer or as
//! a list.

use std::ffi::OsString;
use std::io::{self, Write};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use nix::fcntl::{AT_FDCWD, OFlag, openat};
use nix::sys::stat::Mode;

use crate::archive::ArchiveError;
use crate::attributes::{Attributes, Reader};
use crate::beneath::{is_dir, open_child_dir, stat_child};
use crate::digest::DiffId;
use crate::emit::Emitter;
use crate::entries::Kind;
use crate::lower::{Below, Lowers};
use crate::ownership::Ownership;
use crate::record::OwnerTable;
use crate::walk::{Mounts, Next, Node, walk};
use crate::whiteout;

/// What happened to a path, as `docker diff` says it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChangeKind {
    /// `C`, 0 in the API.
    Changed,
    /// `A`, 1 in the API.
    Added,
    /// `D`, 2 in the API.
    Deleted,
}

/// One line of `docker diff`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// What happened.
    pub kind: ChangeKind,
    /// Absolute, in the container.
    pub path: PathBuf,
    /// A directory is there; of what was deleted, one was.
    pub is_dir: bool,
}

/// Writes a container's changes as a layer (an uncompressed tar) and returns
/// its digest. `lower` are the layers below, bottom first. The same tree gives
/// the same bytes.
///
/// Owners are read back from the ids, or from the records at the files and in
/// the side table beside `upper` (see [`crate::record`]).
pub fn diff(
    lower: &[PathBuf],
    upper: &Path,
    ownership: &Ownership,
    out: impl Write,
) -> Result<DiffId, ArchiveError> {
    let failed = |source| ArchiveError::Io {
        path: upper.to_owned(),
        source,
    };
    let owners = OwnerTable::load([upper]).map_err(failed)?;
    let reader = Reader {
        ownership,
        owners: Some(&owners),
    };
    let mut lowers = Lowers::open(lower).map_err(failed)?;
    let mut emitter = Emitter::new(out, reader);
    walk(open(upper)?, Mounts::Stay, &mut |node: &Node<'_>| {
        let failed = |source| ArchiveError::Io {
            path: node.path.to_owned(),
            source,
        };
        if whiteout::is_at(node.parent, node.name, &node.stat) {
            if lowers.at(node.path).map_err(failed)? != Below::Nothing {
                emitter.made_up(&hidden(node), Kind::File, &marker(node))?;
            }
            return Ok(Next::Skip);
        }
        // A layer cannot hold such a name: it would hide another.
        if node
            .name
            .as_bytes()
            .starts_with(whiteout::PREFIX.as_bytes())
        {
            return Ok(Next::Skip);
        }
        emitter.node(node, node.path, node.path)?;
        if opaque(node).map_err(failed)?
            && lowers.at(node.path).map_err(failed)? == Below::Directory
        {
            emitter.made_up(&node.path.join(whiteout::OPAQUE), Kind::File, &marker(node))?;
        }
        Ok::<_, ArchiveError>(Next::Enter)
    })?;
    Ok(DiffId(emitter.finish()?))
}

/// A container's changes as `docker diff` lists them, by path. A directory
/// that something in it changed is itself changed. `lower` is bottom first.
pub fn changes(lower: &[PathBuf], upper: &Path) -> Result<Vec<Change>, ArchiveError> {
    let mut lowers = Lowers::open(lower).map_err(|source| ArchiveError::Io {
        path: upper.to_owned(),
        source,
    })?;
    let mut changes = Vec::new();
    walk(open(upper)?, Mounts::Stay, &mut |node: &Node<'_>| {
        let failed = |source| ArchiveError::Io {
            path: node.path.to_owned(),
            source,
        };
        let below = lowers.at(node.path).map_err(failed)?;
        let mut add = |kind, path: &Path, is_dir| {
            changes.push(Change {
                kind,
                path: Path::new("/").join(path),
                is_dir,
            })
        };
        if whiteout::is_at(node.parent, node.name, &node.stat) {
            if below != Below::Nothing {
                add(ChangeKind::Deleted, node.path, below == Below::Directory);
            }
            return Ok(Next::Skip);
        }
        let kind = if below == Below::Nothing {
            ChangeKind::Added
        } else {
            ChangeKind::Changed
        };
        add(kind, node.path, is_dir(&node.stat));
        // A directory that was removed and made again hides what it had.
        if below == Below::Directory && opaque(node).map_err(failed)? {
            for name in gone(&mut lowers, node).map_err(failed)? {
                let path = node.path.join(name);
                let was = lowers.at(&path).map_err(failed)?;
                add(ChangeKind::Deleted, &path, was == Below::Directory);
            }
        }
        Ok::<_, ArchiveError>(Next::Enter)
    })?;
    changes.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(changes)
}

/// The names that the layers below have in this directory and it has not.
fn gone(lowers: &mut Lowers, node: &Node<'_>) -> io::Result<Vec<OsString>> {
    let dir = open_child_dir(node.parent, node.name)?;
    let mut gone = Vec::new();
    for name in lowers.names(node.path)? {
        if stat_child(&dir, &name)?.is_none() {
            gone.push(name);
        }
    }
    Ok(gone)
}

fn opaque(node: &Node<'_>) -> io::Result<bool> {
    if !is_dir(&node.stat) {
        return Ok(false);
    }
    whiteout::is_opaque(&open_child_dir(node.parent, node.name)?)
}

/// `.wh.NAME`, which hides NAME.
fn hidden(node: &Node<'_>) -> PathBuf {
    let mut name = OsString::from(whiteout::PREFIX);
    name.push(node.name);
    node.path.with_file_name(name)
}

/// A whiteout is an empty file; its time is when the thing was removed.
fn marker(node: &Node<'_>) -> Attributes {
    let mtime = (node.stat.st_mtime, 0);
    Attributes {
        mode: 0,
        uid: 0,
        gid: 0,
        mtime,
        xattrs: Vec::new(),
        device: None,
    }
}

fn open(upper: &Path) -> Result<OwnedFd, ArchiveError> {
    let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
    openat(AT_FDCWD, upper, flags, Mode::empty()).map_err(|errno| ArchiveError::Io {
        path: upper.to_owned(),
        source: errno.into(),
    })
}
