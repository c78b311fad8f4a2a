//! Removing what no lab refers to.

use std::collections::HashSet;
use std::fs;
use std::os::fd::AsFd as _;
use std::path::{Path, PathBuf};

use crate::digest::{DiffId, Digest};
use crate::error::StoreError;
use crate::store::Store;
use crate::{blob, layer, remove, usage, writer};

/// What a collection leaves: the union of what all labs refer to.
#[derive(Debug, Clone, Default)]
pub struct Keep {
    /// Manifests, configurations and layers' blobs.
    pub blobs: HashSet<Digest>,
    /// Unpacked layers, of images and of containers.
    pub layers: HashSet<DiffId>,
}

/// What a collection removed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Collected {
    /// Blobs.
    pub blobs: Vec<Digest>,
    /// Unpacked layers.
    pub layers: Vec<DiffId>,
    /// Bytes given back.
    pub bytes: u64,
}

impl Store {
    /// Removes blobs and layers that nobody refers to and no [`crate::Lease`]
    /// holds. `keep` is called under the store's lock and after the leases were
    /// read, so that it sees every reference whose lease has ended: it has to
    /// read the labs' files then, not before. It must not call the store.
    ///
    /// What cannot be removed (another ownership's layers, without the right
    /// to) is left for another time.
    pub fn collect<E: From<StoreError>>(
        &self,
        keep: impl FnOnce() -> Result<Keep, E>,
    ) -> Result<Collected, E> {
        // The writer's own directory is made before the lock is taken.
        let trash = self.unfinished("trash")?;
        let mut collected = Collected::default();
        {
            let _guard = self.lock_exclusive()?;
            let leased = writer::leased(self)?;
            let keep = keep()?;
            self.collect_blobs(&keep, &leased, &mut collected)?;
            self.collect_layers(&keep, &leased, &trash, &mut collected)?;
        }
        // Removing trees takes long; nobody has to wait for it.
        if trash.exists() {
            let sizes = fs::File::open(&trash).and_then(|dir| usage::disk_usage(dir.as_fd()));
            collected.bytes += sizes.unwrap_or_default().bytes;
            let removing = StoreError::io(format!("remove {}", trash.display()));
            remove::remove_path(&trash).map_err(removing)?;
        }
        Ok(collected)
    }

    /// Does `act` while nobody collects: what it moves, with the references in
    /// it, is seen by a collection at the one place or at the other.
    pub fn without_collection<T>(&self, act: impl FnOnce() -> T) -> Result<T, StoreError> {
        let _guard = self.lock_shared()?;
        Ok(act())
    }

    fn collect_blobs(
        &self,
        keep: &Keep,
        leased: &HashSet<String>,
        collected: &mut Collected,
    ) -> Result<(), StoreError> {
        for (path, digest) in named_by_digest(&self.path("blobs/sha256"))? {
            if keep.blobs.contains(&digest) || leased.contains(&blob::lease_name(&digest)) {
                continue;
            }
            let length = fs::symlink_metadata(&path)
                .map(|metadata| metadata.len())
                .unwrap_or(0);
            fs::remove_file(&path).map_err(StoreError::io(format!("remove {}", path.display())))?;
            self.forget_unsynced(&blob::note_name(&digest));
            collected.bytes += length;
            collected.blobs.push(digest);
        }
        Ok(())
    }

    fn collect_layers(
        &self,
        keep: &Keep,
        leased: &HashSet<String>,
        trash: &Path,
        collected: &mut Collected,
    ) -> Result<(), StoreError> {
        let modes = self.path("layers");
        let listing = StoreError::io(format!("list {}", modes.display()));
        for mode in fs::read_dir(&modes)
            .map_err(listing)?
            .filter_map(Result::ok)
        {
            let key = mode.file_name();
            for (path, digest) in named_by_digest(&mode.path())? {
                let diff_id = DiffId(digest);
                if keep.layers.contains(&diff_id) || leased.contains(&layer::lease_name(&diff_id)) {
                    continue;
                }
                if !trash.exists() {
                    crate::store::make_dir(trash)?;
                }
                let away = trash.join(writer::unique_name());
                if fs::rename(&path, &away).is_err() {
                    continue;
                }
                self.forget_unsynced(&layer::note_name(&key.to_string_lossy(), &diff_id));
                if !collected.layers.contains(&diff_id) {
                    collected.layers.push(diff_id);
                }
            }
        }
        collected.layers.sort();
        Ok(())
    }
}

/// What in a directory is named by a digest, in order; nothing else is touched.
fn named_by_digest(dir: &Path) -> Result<Vec<(PathBuf, Digest)>, StoreError> {
    let entries = fs::read_dir(dir).map_err(StoreError::io(format!("list {}", dir.display())))?;
    let named = |entry: fs::DirEntry| {
        let digest = Digest::from_hex(entry.file_name().to_str()?).ok()?;
        Some((entry.path(), digest))
    };
    let mut found: Vec<_> = entries.filter_map(Result::ok).filter_map(named).collect();
    found.sort();
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Ownership;

    fn keep(blobs: &[Digest]) -> Result<Keep, StoreError> {
        Ok(Keep {
            blobs: blobs.iter().copied().collect(),
            layers: HashSet::new(),
        })
    }

    #[test]
    fn what_is_referred_to_or_leased_stays() {
        let dir = tempfile::tempdir().unwrap();
        let mine = Store::open(dir.path(), Ownership::Single).unwrap();
        let other = Store::open(dir.path(), Ownership::Single).unwrap();
        let referred = mine.write_blob(&b"referred"[..], None, 100).unwrap();
        let old = mine.write_blob(&b"old"[..], None, 100).unwrap();
        let found = mine.write_blob(&b"found"[..], None, 100).unwrap();

        // Another engine pulls: it writes one blob and finds another.
        let lease = other.lease().unwrap();
        let fresh = other.write_blob(&b"fresh"[..], None, 100).unwrap();
        assert!(other.has_blob(&found).unwrap());

        let collected = mine.collect(|| keep(&[referred])).unwrap();
        assert_eq!((collected.blobs, collected.bytes), (vec![old], 3));
        for digest in [referred, fresh, found] {
            assert!(mine.has_blob(&digest).unwrap());
        }
        drop(lease);
        let collected = mine.collect(|| keep(&[referred])).unwrap();
        assert_eq!(collected.blobs.len(), 2);
    }

    #[test]
    fn leases_of_the_dead_count_for_nothing() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), Ownership::Single).unwrap();
        let digest = store.write_blob(&b"x"[..], None, 100).unwrap();
        let dead = dir.path().join("writers/dead");
        fs::create_dir(&dead).unwrap();
        fs::write(dead.join("lock"), "").unwrap();
        fs::write(
            dead.join("leased"),
            format!("{}\n", blob::lease_name(&digest)),
        )
        .unwrap();
        fs::write(dead.join("blob-1"), "half").unwrap();
        assert_eq!(store.collect(|| keep(&[])).unwrap().blobs, [digest]);
        // The next writer clears up.
        let next = Store::open(dir.path(), Ownership::Single).unwrap();
        next.write_blob(&b"y"[..], None, 100).unwrap();
        assert!(!dead.exists());
    }

    #[test]
    fn what_is_not_named_by_a_digest_is_left_alone() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), Ownership::Single).unwrap();
        fs::write(dir.path().join("blobs/sha256/README"), "mine").unwrap();
        assert_eq!(store.collect(|| keep(&[])).unwrap(), Collected::default());
        assert!(dir.path().join("blobs/sha256/README").exists());
    }
}
