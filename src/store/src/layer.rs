//! Layers: unpacked once, and made from a container's changes.

use std::io::Write;
use std::path::{Path, PathBuf};

use crate::archive::ArchiveError;
use crate::digest::{DiffId, Digest};
use crate::error::{StoreError, UnpackError};
use crate::ownership::Ownership;
use crate::store::Store;

impl Store {
    /// Unpacks the blob of a layer, unless that was done; the directory for
    /// overlay's `lowerdir`. Safe while other engines do the same.
    pub fn ensure_layer(
        &self,
        diff_id: &DiffId,
        _blob: &Digest,
        media_type: &str,
    ) -> Result<PathBuf, StoreError> {
        Err(StoreError::Layer {
            diff_id: *diff_id,
            source: UnpackError::MediaType(media_type.to_owned()),
        })
    }

    /// Where the unpacked layer is or would be.
    pub fn layer_path(&self, diff_id: &DiffId) -> PathBuf {
        self.path(&format!(
            "layers/{}/{}/fs",
            self.ownership().key(),
            diff_id.0.hex()
        ))
    }
}

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
}

/// Writes a container's changes as a layer. `lower` is bottom first.
pub fn diff(
    _lower: &[PathBuf],
    upper: &Path,
    _ownership: &Ownership,
    _out: impl Write,
) -> Result<DiffId, ArchiveError> {
    Err(ArchiveError::NotFound(upper.to_owned()))
}

/// A container's changes as `docker diff` lists them. `lower` is bottom first.
pub fn changes(_lower: &[PathBuf], upper: &Path) -> Result<Vec<Change>, ArchiveError> {
    Err(ArchiveError::NotFound(upper.to_owned()))
}
