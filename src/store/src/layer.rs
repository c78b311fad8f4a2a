//! Layers of images, each unpacked once into a directory of its own.
//!
//! Layers of a chain do not depend on each other: overlay stacks them. A layer
//! is unpacked in its writer's directory and renamed into place when its digest
//! is known to be right.

use std::fs::{self, File};
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};

use nix::fcntl::{AT_FDCWD, OFlag, openat};
use nix::sys::stat::Mode;

use crate::digest::{DiffId, Digest};
use crate::error::{StoreError, UnpackError};
use crate::extract::{Extractor, Purpose};
use crate::remove;
use crate::source::{Source, check_media_type};
use crate::store::{Store, make_dir};

impl Store {
    /// Unpacks the blob of a layer, unless that was done; the directory for
    /// overlay's `lowerdir`. Safe while other engines do the same: whoever
    /// renames first wins, and what a kill leaves is never taken for a layer.
    ///
    /// The uncompressed bytes must be what `diff_id` says, whichever layer of
    /// whichever image asks (CVE-2021-20291 and its kin trusted the blob).
    pub fn ensure_layer(
        &self,
        diff_id: &DiffId,
        blob: &Digest,
        media_type: &str,
    ) -> Result<PathBuf, StoreError> {
        if let Some(path) = self.find_layer(diff_id)? {
            return Ok(path);
        }
        let unpacking = |source| StoreError::Layer {
            diff_id: *diff_id,
            source,
        };
        check_media_type(media_type).map_err(unpacking)?;
        let blob = self.open_blob(blob)?;
        let work = Unfinished(self.unfinished("layer")?);
        let tree = work.0.join("fs");
        make_dir(&tree)?;
        let actual = self.unpack_layer(blob, &tree).map_err(unpacking)?;
        if actual != diff_id.0 {
            return Err(unpacking(UnpackError::WrongDiffId { actual }));
        }
        self.install_layer(diff_id, &work.0)
    }

    /// The unpacked layer, if there is one. Under a [`crate::Lease`] it stays.
    pub fn find_layer(&self, diff_id: &DiffId) -> Result<Option<PathBuf>, StoreError> {
        let _guard = self.lock_shared()?;
        let path = self.layer_path(diff_id);
        if !path.exists() {
            return Ok(None);
        }
        self.protect(&lease_name(diff_id))?;
        Ok(Some(path))
    }

    /// Where the unpacked layer is or would be. For a long `lowerdir` list use
    /// descriptors (`/proc/self/fd/N`): the name is 64 digits long.
    pub fn layer_path(&self, diff_id: &DiffId) -> PathBuf {
        self.layer_dir(diff_id).join("fs")
    }

    pub(crate) fn layer_dir(&self, diff_id: &DiffId) -> PathBuf {
        self.path(&format!(
            "layers/{}/{}",
            self.ownership().key(),
            diff_id.0.hex()
        ))
    }

    fn unpack_layer(&self, blob: File, tree: &Path) -> Result<Digest, UnpackError> {
        let flags = OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        let root = openat(AT_FDCWD, tree, flags, Mode::empty())
            .map_err(|errno| UnpackError::io(tree)(errno.into()))?;
        let (limits, ownership) = (self.inner.limits, self.ownership());
        let mut source = Source::new(blob, limits)?.hashed();
        let extractor = Extractor::new(
            root.as_fd(),
            PathBuf::new(),
            Purpose::Layer,
            ownership,
            limits,
        );
        extractor.prepare_root()?;
        let owners = extractor.run(&mut source)?;
        owners.save(tree).map_err(UnpackError::io(tree))?;
        Ok(source.finish()?.unwrap_or(Digest::of(b"")))
    }

    fn install_layer(&self, diff_id: &DiffId, work: &Path) -> Result<PathBuf, StoreError> {
        let target = self.layer_dir(diff_id);
        let key = self.ownership().key();
        let _guard = self.lock_shared()?;
        self.protect(&lease_name(diff_id))?;
        self.note_unsynced(&note_name(&key, diff_id))?;
        make_dir(&self.path(&format!("layers/{key}")))?;
        match fs::rename(work, &target) {
            // Another engine was faster; ours goes when `work` is dropped.
            Err(_) if target.join("fs").exists() => {}
            outcome => outcome.map_err(StoreError::io(format!("install layer {diff_id}")))?,
        }
        Ok(target.join("fs"))
    }
}

pub(crate) fn lease_name(diff_id: &DiffId) -> String {
    format!("layers/{}", diff_id.0.hex())
}

/// How the layer is called among what is not durable yet.
pub(crate) fn note_name(key: &str, diff_id: &DiffId) -> String {
    format!("layer-{key}-{}", diff_id.0.hex())
}

/// A tree that is gone when this is, unless it was renamed.
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        let _ = remove::remove_path(&self.0);
    }
}
