//! Archives in and out of a live tree, beneath a root descriptor.

use std::io::{Read, Write};
use std::os::fd::BorrowedFd;
use std::path::PathBuf;
use std::time::SystemTime;

use crate::error::UnpackError;
use crate::ownership::Ownership;
use crate::record::OwnerTable;

/// A tree under a root descriptor: a container's merged root, `/proc/PID/root`,
/// a volume. Processes may change it while it is worked on.
#[derive(Clone, Copy)]
pub struct Tree<'a> {
    pub(crate) root: BorrowedFd<'a>,
    pub(crate) ownership: &'a Ownership,
    pub(crate) owners: Option<&'a OwnerTable>,
}

/// What `X-Docker-Container-Path-Stat` holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathStat {
    /// The last component of the path.
    pub name: String,
    /// Length in bytes.
    pub size: i64,
    /// Type and permissions as Go's `os.FileMode` numbers them.
    pub mode: u32,
    /// Last modification.
    pub mtime: SystemTime,
    /// For a symbolic link: where it leads, as a path in the container.
    pub link_target: String,
}

/// Who owns what `unpack` makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ArchiveOwner {
    /// Whoever the archive says; ids that the container does not have become root.
    #[default]
    FromArchive,
    /// This user and group, inside (docker cp -a to a container with a USER).
    All {
        /// User id in the container.
        uid: u32,
        /// Group id in the container.
        gid: u32,
    },
}

/// How `docker cp` asks for an archive to be unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UnpackOptions {
    /// Refuse to replace a directory by a file and a file by a directory.
    pub no_overwrite_dir_non_dir: bool,
    /// Who owns the files.
    pub owner: ArchiveOwner,
}

/// Work on a tree failed.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The path does not exist.
    #[error("{}: no such file or directory", .0.display())]
    NotFound(PathBuf),
    /// Docker's words for a destination that is no directory.
    #[error("extraction point is not a directory")]
    NotADirectory,
    /// The archive to unpack was refused.
    #[error(transparent)]
    Unpack(#[from] UnpackError),
    /// Writing the archive out failed: the client went away, the disk is full.
    #[error("write the archive: {0}")]
    Output(std::io::Error),
    /// The system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// The path in the tree.
        path: PathBuf,
        /// The system's answer.
        source: std::io::Error,
    },
}

impl<'a> Tree<'a> {
    /// A tree whose ids are `ownership`'s.
    pub fn new(root: BorrowedFd<'a>, ownership: &'a Ownership) -> Self {
        Self {
            root,
            ownership,
            owners: None,
        }
    }

    /// With recorded owners of files that cannot carry a record themselves.
    #[must_use]
    pub fn with_owners(self, owners: &'a OwnerTable) -> Self {
        Self {
            owners: Some(owners),
            ..self
        }
    }

    /// What is at `path`, as `HEAD /containers/ID/archive` answers.
    pub fn stat_path(&self, path: &str) -> Result<PathStat, ArchiveError> {
        Err(ArchiveError::NotFound(path.into()))
    }

    /// Writes `path` as a tar, named as Docker names it (`docker cp` from).
    pub fn pack(&self, path: &str, _out: impl Write) -> Result<(), ArchiveError> {
        Err(ArchiveError::NotFound(path.into()))
    }

    /// Unpacks a tar (plain, gzip or zstd) into the directory `dir` (`docker cp` to).
    pub fn unpack(
        &self,
        dir: &str,
        _archive: impl Read,
        _options: UnpackOptions,
    ) -> Result<(), ArchiveError> {
        Err(ArchiveError::NotFound(dir.into()))
    }

    /// Writes the whole tree as a tar (`docker export`), without other mounts.
    pub fn export(&self, _out: impl Write) -> Result<(), ArchiveError> {
        Err(ArchiveError::NotFound("/".into()))
    }

    /// Copies the content, owner and mode of the directory `path` into the
    /// empty directory `dest`: what a new volume gets from the image.
    pub fn copy_up(&self, path: &str, _dest: BorrowedFd<'_>) -> Result<(), ArchiveError> {
        Err(ArchiveError::NotFound(path.into()))
    }
}
