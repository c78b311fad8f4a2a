//! Blobs: bytes named by their digest, verified while they are written.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Write};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::digest::Digest;
use crate::error::StoreError;
use crate::store::Store;

const BUFFER: usize = 128 << 10;

impl Store {
    /// Writes a blob and returns its digest. It is visible only when it is
    /// whole and, with `expected`, right. More than `limit` bytes are refused
    /// as they come. A blob that is there already is not read again.
    pub fn write_blob(
        &self,
        mut reader: impl Read,
        expected: Option<&Digest>,
        limit: u64,
    ) -> Result<Digest, StoreError> {
        if let Some(expected) = expected
            && self.has_blob(expected)?
        {
            return Ok(*expected);
        }
        let temporary = Unfinished(self.unfinished("blob")?);
        let digest = copy(&mut reader, &temporary.0, limit)?;
        if let Some(expected) = expected
            && *expected != digest
        {
            return Err(StoreError::DigestMismatch {
                expected: *expected,
                actual: digest,
            });
        }
        let target = self.blob_path(&digest);
        let _guard = self.lock_shared()?;
        self.protect(&lease_name(&digest))?;
        if !target.exists() {
            self.note_unsynced(&note_name(&digest))?;
            fs::rename(&temporary.0, &target)
                .map_err(StoreError::io(format!("write blob {digest}")))?;
        }
        Ok(digest)
    }

    /// Whether the store has the blob. Under a [`crate::Lease`] it then keeps it.
    pub fn has_blob(&self, digest: &Digest) -> Result<bool, StoreError> {
        let _guard = self.lock_shared()?;
        let has = self.blob_path(digest).exists();
        if has {
            self.protect(&lease_name(digest))?;
        }
        Ok(has)
    }

    /// Opens a blob for reading, at its start.
    pub fn open_blob(&self, digest: &Digest) -> Result<File, StoreError> {
        File::open(self.blob_path(digest)).map_err(|error| match error.kind() {
            io::ErrorKind::NotFound => StoreError::NoSuchBlob(*digest),
            _ => StoreError::io(format!("open blob {digest}"))(error),
        })
    }

    /// Reads a small blob (a manifest, a configuration) and verifies it again.
    pub fn read_blob(&self, digest: &Digest, limit: u64) -> Result<Vec<u8>, StoreError> {
        let mut bytes = Vec::new();
        self.open_blob(digest)?
            .take(limit.saturating_add(1))
            .read_to_end(&mut bytes)
            .map_err(StoreError::io(format!("read blob {digest}")))?;
        if bytes.len() as u64 > limit {
            return Err(StoreError::TooLarge { limit });
        }
        let actual = Digest::of(&bytes);
        if actual != *digest {
            return Err(StoreError::DigestMismatch {
                expected: *digest,
                actual,
            });
        }
        Ok(bytes)
    }

    /// The length of a blob in bytes.
    pub fn blob_size(&self, digest: &Digest) -> Result<u64, StoreError> {
        let file = self.open_blob(digest)?;
        let metadata = file
            .metadata()
            .map_err(StoreError::io(format!("stat blob {digest}")))?;
        Ok(metadata.len())
    }

    /// Where a blob is, whether or not it is there.
    pub fn blob_path(&self, digest: &Digest) -> PathBuf {
        self.path(&format!("blobs/sha256/{}", digest.hex()))
    }

    /// Removes a blob whose content is not what its name says.
    pub(crate) fn drop_if_damaged(&self, digest: &Digest) -> Result<(), StoreError> {
        let checking = || StoreError::io(format!("check blob {digest}"));
        let mut file = match self.open_blob(digest) {
            Ok(file) => file,
            Err(StoreError::NoSuchBlob(_)) => return Ok(()),
            Err(error) => return Err(error),
        };
        let mut hasher = Sha256::new();
        let mut buffer = vec![0; BUFFER];
        loop {
            match file.read(&mut buffer).map_err(checking())? {
                0 => break,
                length => hasher.update(&buffer[..length]),
            }
        }
        if Digest::from(<[u8; 32]>::from(hasher.finalize())) != *digest {
            fs::remove_file(self.blob_path(digest)).map_err(checking())?;
        }
        Ok(())
    }
}

pub(crate) fn lease_name(digest: &Digest) -> String {
    format!("blobs/{}", digest.hex())
}

/// How the blob is called among what is not durable yet.
pub(crate) fn note_name(digest: &Digest) -> String {
    format!("blob-{}", digest.hex())
}

/// A temporary file that is gone when this is, unless it was renamed.
struct Unfinished(PathBuf);

impl Drop for Unfinished {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
    }
}

fn copy(reader: &mut impl Read, path: &Path, limit: u64) -> Result<Digest, StoreError> {
    let writing = || StoreError::io(format!("write {}", path.display()));
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .mode(0o600)
        .open(path)
        .map_err(writing())?;
    let mut hasher = Sha256::new();
    let mut buffer = vec![0; BUFFER];
    let mut total = 0_u64;
    loop {
        let length = match reader.read(&mut buffer) {
            Ok(0) => break,
            Ok(length) => length,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(StoreError::io("receive a blob")(error)),
        };
        total += length as u64;
        if total > limit {
            return Err(StoreError::TooLarge { limit });
        }
        hasher.update(&buffer[..length]);
        file.write_all(&buffer[..length]).map_err(writing())?;
    }
    Ok(Digest::from(<[u8; 32]>::from(hasher.finalize())))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Ownership;

    fn store() -> (tempfile::TempDir, Store) {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(&dir.path().join("store"), Ownership::Single).unwrap();
        (dir, store)
    }

    fn leftovers(store: &Store) -> usize {
        let writers = fs::read_dir(store.path("writers")).unwrap();
        writers
            .map(|dir| fs::read_dir(dir.unwrap().path()).unwrap().count() - 1)
            .sum()
    }

    #[test]
    fn a_blob_is_kept_by_its_content() {
        let (_dir, store) = store();
        let digest = store
            .write_blob(&b"abc"[..], Some(&Digest::of(b"abc")), 3)
            .unwrap();
        assert_eq!(store.write_blob(&b"abc"[..], None, 3).unwrap(), digest);
        assert_eq!(store.read_blob(&digest, 3).unwrap(), b"abc");
        assert_eq!(store.blob_size(&digest).unwrap(), 3);
        assert_eq!(leftovers(&store), 0);
    }

    #[test]
    fn a_wrong_or_too_long_blob_leaves_nothing() {
        let (_dir, store) = store();
        let expected = Digest::of(b"abc");
        let wrong = store
            .write_blob(&b"abd"[..], Some(&expected), 10)
            .unwrap_err();
        assert!(
            matches!(wrong, StoreError::DigestMismatch { .. }),
            "{wrong}"
        );
        let long = store.write_blob(&b"abc"[..], None, 2).unwrap_err();
        assert!(matches!(long, StoreError::TooLarge { limit: 2 }), "{long}");
        assert!(!store.has_blob(&expected).unwrap());
        assert!(matches!(
            store.open_blob(&expected),
            Err(StoreError::NoSuchBlob(_))
        ));
        assert_eq!(fs::read_dir(store.path("blobs/sha256")).unwrap().count(), 0);
        assert_eq!(leftovers(&store), 0);
    }

    #[test]
    fn a_damaged_blob_is_not_believed() {
        let (_dir, store) = store();
        let digest = store.write_blob(&b"abc"[..], None, 3).unwrap();
        fs::write(store.blob_path(&digest), b"abd").unwrap();
        assert!(matches!(
            store.read_blob(&digest, 3),
            Err(StoreError::DigestMismatch { .. })
        ));
        store.drop_if_damaged(&digest).unwrap();
        assert!(!store.has_blob(&digest).unwrap());
    }
}
