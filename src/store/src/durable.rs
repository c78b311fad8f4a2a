//! What a power cut may have damaged.
//!
//! Blobs and layers are renamed into place without a sync: a pull would pay
//! for it with every layer. Instead each is noted under `unsynced/BOOT/` first,
//! and one [`Store::sync`] behind a pull makes all of it durable and drops the
//! notes. A store opened after another boot finds the notes that were left, and
//! looks at what they name.

use std::fs::{self, File, OpenOptions};
use std::io;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use nix::errno::Errno;
use nix::unistd::AccessFlags;

use crate::digest::Digest;
use crate::error::StoreError;
use crate::remove;
use crate::store::{Store, make_dir};

impl Store {
    /// Makes everything that was added so far survive a power cut. Once for a
    /// pull, which can be done again, behind its reply; for a commit or build
    /// before its reference is written; never when a container starts, since
    /// syncfs(2) waits for the whole file system.
    pub fn sync(&self) -> Result<(), StoreError> {
        let notes = notes_of(self, &boot_id());
        if notes.is_empty() {
            return Ok(());
        }
        let root = self.root();
        let syncing = || StoreError::io(format!("sync {}", root.display()));
        let dir = File::open(root).map_err(syncing())?;
        nix::unistd::syncfs(&dir).map_err(|errno| syncing()(errno.into()))?;
        for note in notes {
            // Another engine's sync may have been first.
            let _ = fs::remove_file(note);
        }
        Ok(())
    }

    /// Notes that `name` is about to appear and is not durable yet.
    pub(crate) fn note_unsynced(&self, name: &str) -> Result<(), StoreError> {
        let dir = self.path(&format!("unsynced/{}", boot_id()));
        let path = dir.join(name);
        let create = || {
            OpenOptions::new()
                .write(true)
                .create(true)
                .truncate(true)
                .mode(0o600)
                .open(&path)
        };
        let outcome = create().or_else(|error| match error.kind() {
            io::ErrorKind::NotFound => {
                make_dir(&dir).map_err(io::Error::other)?;
                create()
            }
            _ => Err(error),
        });
        outcome
            .map(drop)
            .map_err(StoreError::io(format!("write {}", path.display())))
    }

    /// What was collected needs no sync. Under the store's lock, so that nobody
    /// notes it at the same time.
    pub(crate) fn forget_unsynced(&self, name: &str) {
        // A note that stays is looked at after the next boot, and names nothing.
        let _ = fs::remove_file(self.path(&format!("unsynced/{}/{name}", boot_id())));
    }
}

/// Looks at what other boots left unsynced: a blob stays if its content is
/// right, a layer is unpacked again when it is needed.
pub(crate) fn repair(store: &Store) -> Result<(), StoreError> {
    let Ok(boots) = fs::read_dir(store.path("unsynced")) else {
        return Ok(());
    };
    let current = boot_id();
    for boot in boots.filter_map(Result::ok) {
        if boot.file_name().to_string_lossy() == current {
            continue;
        }
        if nix::unistd::access(store.root(), AccessFlags::W_OK) == Err(Errno::EROFS) {
            // Whoever may write repairs; a reader verifies what it reads.
            return Ok(());
        }
        let _guard = store.lock_exclusive()?;
        for note in notes_in(&boot.path()) {
            repair_one(store, &note)?;
            let _ = fs::remove_file(&note);
        }
        let _ = fs::remove_dir(boot.path());
    }
    Ok(())
}

fn repair_one(store: &Store, note: &Path) -> Result<(), StoreError> {
    let Some(name) = note.file_name().and_then(|name| name.to_str()) else {
        return Ok(());
    };
    if let Some(hex) = name.strip_prefix("blob-")
        && let Ok(digest) = Digest::from_hex(hex)
    {
        return store.drop_if_damaged(&digest);
    }
    if let Some(layer) = name.strip_prefix("layer-")
        && let Some((mode, hex)) = layer.rsplit_once('-')
        && Digest::from_hex(hex).is_ok()
        && !mode.contains('/')
    {
        let path = store.path(&format!("layers/{mode}/{hex}"));
        return match remove::remove_path(&path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => {
                Err(StoreError::io(format!("remove {}", path.display()))(error))
            }
            _ => Ok(()),
        };
    }
    Ok(())
}

fn notes_of(store: &Store, boot: &str) -> Vec<PathBuf> {
    notes_in(&store.path(&format!("unsynced/{boot}")))
}

fn notes_in(dir: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(dir) else {
        return Vec::new();
    };
    entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect()
}

/// The kernel's name for this boot (random(4)). Without it nothing is taken
/// for damaged.
fn boot_id() -> String {
    static BOOT: OnceLock<String> = OnceLock::new();
    BOOT.get_or_init(|| {
        let text = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        let id: String = text
            .trim()
            .chars()
            .filter(|c| c.is_ascii_hexdigit() || *c == '-')
            .collect();
        if id.is_empty() {
            "unknown".to_owned()
        } else {
            id
        }
    })
    .clone()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Ownership;

    #[test]
    fn after_a_power_cut_damaged_blobs_go_and_whole_ones_stay() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), Ownership::Single).unwrap();
        let whole = store.write_blob(&b"whole"[..], None, 100).unwrap();
        let hurt = store.write_blob(&b"hurt"[..], None, 100).unwrap();
        let synced = store.write_blob(&b"other"[..], None, 100).unwrap();
        fs::write(store.blob_path(&hurt), b"").unwrap();
        drop(store);
        // The machine was off in between: the notes carry another boot's name.
        let unsynced = dir.path().join("unsynced");
        fs::rename(unsynced.join(boot_id()), unsynced.join("0-another-boot")).unwrap();
        fs::remove_file(unsynced.join(format!("0-another-boot/blob-{}", synced.hex()))).unwrap();

        let store = Store::open(dir.path(), Ownership::Single).unwrap();
        assert!(store.has_blob(&whole).unwrap());
        assert!(!store.has_blob(&hurt).unwrap());
        assert!(store.has_blob(&synced).unwrap());
        assert_eq!(fs::read_dir(unsynced).unwrap().count(), 0);
    }

    #[test]
    fn what_is_collected_is_noted_no_more() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), Ownership::Single).unwrap();
        let kept = store.write_blob(&b"kept"[..], None, 100).unwrap();
        store.write_blob(&b"left"[..], None, 100).unwrap();
        let layer = Digest::of(b"layer");
        let name = format!("layer-{}-{}", store.ownership().key(), layer.hex());
        store.note_unsynced(&name).unwrap();
        fs::create_dir_all(store.layer_dir(&crate::DiffId(layer))).unwrap();
        let keep = crate::Keep {
            blobs: [kept].into(),
            ..crate::Keep::default()
        };
        let collected = store.collect(|| Ok::<_, StoreError>(keep)).unwrap();
        assert_eq!((collected.blobs.len(), collected.layers.len()), (1, 1));
        let notes = notes_of(&store, &boot_id());
        assert_eq!(notes.len(), 1, "{notes:?}");
        assert!(notes[0].ends_with(format!("blob-{}", kept.hex())));
    }

    #[test]
    fn a_sync_leaves_no_notes() {
        let dir = tempfile::tempdir().unwrap();
        let store = Store::open(dir.path(), Ownership::Single).unwrap();
        store.write_blob(&b"x"[..], None, 100).unwrap();
        assert_eq!(notes_of(&store, &boot_id()).len(), 1);
        store.sync().unwrap();
        assert_eq!(notes_of(&store, &boot_id()).len(), 0);
    }
}
