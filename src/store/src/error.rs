//! What can go wrong with the store, and with a layer on its way into it.

use std::io;
use std::path::{Path, PathBuf};

use crate::digest::{DiffId, Digest};
use crate::place::PlaceProblem;

/// The store could not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The directory is in a place where containers cannot keep files.
    #[error("cannot keep containers in {}: {problem}", path.display())]
    Place {
        /// The store's directory.
        path: PathBuf,
        /// What is wrong with it, and what to do.
        problem: PlaceProblem,
    },
    /// A later Plimsoll wrote this store.
    #[error(
        "the store in {} has format {found}, and this Plimsoll knows formats up to {known}: use the newer Plimsoll, or another store (--store DIR)",
        path.display()
    )]
    Newer {
        /// The store's directory.
        path: PathBuf,
        /// The version found.
        found: u64,
        /// The latest version that this program understands.
        known: u64,
    },
    /// A blob's content is not what its digest says.
    #[error(
        "expected digest {expected}, got {actual}: the content is damaged or is not what was asked for"
    )]
    DigestMismatch {
        /// What was asked for.
        expected: Digest,
        /// What came.
        actual: Digest,
    },
    /// A blob is longer than the caller allowed.
    #[error("content is larger than {limit} bytes")]
    TooLarge {
        /// The limit, in bytes.
        limit: u64,
    },
    /// The store does not have this blob.
    #[error("blob {0} is not in the store")]
    NoSuchBlob(Digest),
    /// A layer could not be unpacked.
    #[error("layer {diff_id}: {source}")]
    Layer {
        /// The layer, by what its configuration says.
        diff_id: DiffId,
        /// What is wrong with it.
        source: UnpackError,
    },
    /// The system refused.
    #[error("{action}: {source}")]
    Io {
        /// What was tried, with the object's name.
        action: String,
        /// The system's answer.
        source: io::Error,
    },
}

impl StoreError {
    pub(crate) fn io(action: impl Into<String>) -> impl FnOnce(io::Error) -> Self {
        let action = action.into();
        move |source| Self::Io { action, source }
    }

    /// Whether the disk (or quota) is full, which the user can mend.
    pub fn is_full(&self) -> bool {
        let source = match self {
            Self::Io { source, .. } => source,
            Self::Layer {
                source: UnpackError::Io { source, .. },
                ..
            } => source,
            _ => return false,
        };
        matches!(
            source.kind(),
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
        )
    }
}

/// An archive was refused, or could not be unpacked.
#[derive(Debug, thiserror::Error)]
pub enum UnpackError {
    /// An entry's name or link leads out of the root, or cannot be a name.
    #[error("entry {entry:?}: {reason}")]
    Entry {
        /// The entry's name as the archive has it.
        entry: String,
        /// Why it is refused.
        reason: &'static str,
    },
    /// A file in a directory's place, where that is not wanted. Docker's words.
    #[error("cannot overwrite directory {path:?} with non-directory {into:?}")]
    DirectoryByFile {
        /// The directory.
        path: PathBuf,
        /// Where the archive is unpacked.
        into: PathBuf,
    },
    /// A directory in a file's place, where that is not wanted. Docker's words.
    #[error("cannot overwrite non-directory {path:?} with directory {into:?}")]
    FileByDirectory {
        /// The file.
        path: PathBuf,
        /// Where the archive is unpacked.
        into: PathBuf,
    },
    /// An owner has no place in the container's id range.
    #[error(
        "entry {entry:?} belongs to {kind} {id}, which is outside the ids available to containers (see subuid(5))"
    )]
    IdNotMapped {
        /// The entry's name.
        entry: String,
        /// `user` or `group`.
        kind: &'static str,
        /// The id in the archive.
        id: u32,
    },
    /// A bound in [`crate::Limits`] was reached.
    #[error("the archive has more than {limit} {what}")]
    Limit {
        /// What there is too much of.
        what: &'static str,
        /// How much is allowed.
        limit: u64,
    },
    /// The archive is not a tar, is cut off, or uses what is not supported.
    #[error("malformed archive: {0}")]
    Malformed(String),
    /// The uncompressed bytes are not those that the configuration names.
    #[error("uncompressed content is {actual}, not what the image's configuration says")]
    WrongDiffId {
        /// The digest of what came.
        actual: Digest,
    },
    /// The blob is of a kind that holds no layer.
    #[error("media type {0:?} is not a layer that can be unpacked")]
    MediaType(String),
    /// The system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// The path inside the archive or tree.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
}

impl UnpackError {
    pub(crate) fn io(path: &Path) -> impl FnOnce(io::Error) -> Self + use<> {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}
