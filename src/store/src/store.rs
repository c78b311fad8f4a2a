//! The store's directory: its layout, version and lock.
//!
//! ```text
//! oci-layout, index.json     an OCI image layout without references: tags are a lab's
//! store.json                 our own version
//! lock                       flock: shared to add, exclusive to collect
//! blobs/sha256/HEX
//! layers/MODE/HEX/fs         one layer, unpacked for one ownership
//! writers/NAME/              a running writer's unfinished work and leases
//! unsynced/BOOT/NAME         what a power cut in that boot would have damaged
//! ```
//!
//! Several engines of one user share it, each in its own namespaces: only
//! files, renames and flock(2) are used between them.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::fd::AsFd as _;
use std::os::unix::fs::{DirBuilderExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

use nix::fcntl::{Flock, FlockArg};
use serde::{Deserialize, Serialize};

use crate::error::StoreError;
use crate::limits::Limits;
use crate::ownership::Ownership;
use crate::writer::Writer;
use crate::{durable, place};

/// The version of the layout above that this program writes.
const VERSION: u64 = 1;

/// The content store. Cheap to clone; all calls are synchronous and may block.
#[derive(Clone)]
pub struct Store {
    pub(crate) inner: Arc<Inner>,
}

pub(crate) struct Inner {
    pub(crate) root: PathBuf,
    pub(crate) ownership: Ownership,
    pub(crate) limits: Limits,
    /// Made at the first write, so that opening a store stays cheap.
    pub(crate) writer: Mutex<Option<Writer>>,
}

#[derive(Serialize, Deserialize)]
struct VersionFile {
    version: u64,
}

impl Store {
    /// Opens the store in `root`, making it where there is none.
    pub fn open(root: &Path, ownership: Ownership) -> Result<Self, StoreError> {
        Self::open_with(root, ownership, Limits::default())
    }

    /// Opens the store with other bounds on what a layer may expand to.
    pub fn open_with(
        root: &Path,
        ownership: Ownership,
        limits: Limits,
    ) -> Result<Self, StoreError> {
        let opening = || format!("open the store {}", root.display());
        make_dir(root)?;
        let root = root.canonicalize().map_err(StoreError::io(opening()))?;
        let inner = Inner {
            root,
            ownership,
            limits,
            writer: Mutex::new(None),
        };
        let store = Self {
            inner: Arc::new(inner),
        };
        store.check_version()?;
        durable::repair(&store)?;
        Ok(store)
    }

    /// The store's directory, absolute.
    pub fn root(&self) -> &Path {
        &self.inner.root
    }

    /// The ownership that layers are unpacked with.
    pub fn ownership(&self) -> &Ownership {
        &self.inner.ownership
    }

    pub(crate) fn path(&self, below: &str) -> PathBuf {
        self.inner.root.join(below)
    }

    fn check_version(&self) -> Result<(), StoreError> {
        let path = self.path("store.json");
        match fs::read(&path) {
            Ok(bytes) => {
                let file: VersionFile = serde_json::from_slice(&bytes).map_err(|error| {
                    StoreError::io(format!("read {}", path.display()))(error.into())
                })?;
                if file.version > VERSION {
                    let path = self.inner.root.clone();
                    return Err(StoreError::Newer {
                        path,
                        found: file.version,
                        known: VERSION,
                    });
                }
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => self.lay_out(),
            Err(error) => Err(StoreError::io(format!("read {}", path.display()))(error)),
        }
    }

    /// Makes the directories, and the version last: a store that was cut off
    /// before it is laid out again.
    fn lay_out(&self) -> Result<(), StoreError> {
        let root = &self.inner.root;
        let dir = File::open(root).map_err(StoreError::io(format!("open {}", root.display())))?;
        place::check(dir.as_fd()).map_err(|problem| StoreError::Place {
            path: root.clone(),
            problem,
        })?;
        for below in ["blobs/sha256", "layers", "writers", "unsynced"] {
            make_dir(&self.path(below))?;
        }
        self.put("oci-layout", br#"{"imageLayoutVersion":"1.0.0"}"#)?;
        self.put("index.json", br#"{"schemaVersion":2,"manifests":[]}"#)?;
        let version = serde_json::to_vec(&VersionFile { version: VERSION })
            .map_err(|error| StoreError::io("write store.json")(error.into()))?;
        self.put("store.json", &version)
    }

    /// Writes a small file whole or not at all.
    fn put(&self, name: &str, content: &[u8]) -> Result<(), StoreError> {
        let path = self.path(name);
        let writing = || format!("write {}", path.display());
        // Two engines may lay out the same store: each has its own temporary name.
        let temporary = self.path(&format!(".{name}.{}", crate::writer::unique_name()));
        let written = OpenOptions::new()
            .write(true)
            .create_new(true)
            .mode(0o600)
            .open(&temporary)
            .and_then(|mut file| file.write_all(content))
            .and_then(|()| fs::rename(&temporary, &path));
        written.map_err(|error| {
            let _ = fs::remove_file(&temporary);
            StoreError::io(writing())(error)
        })
    }

    /// Waits until nobody collects. Held while something becomes visible.
    pub(crate) fn lock_shared(&self) -> Result<Flock<File>, StoreError> {
        self.lock(FlockArg::LockShared)
    }

    /// Waits until nobody adds or collects.
    pub(crate) fn lock_exclusive(&self) -> Result<Flock<File>, StoreError> {
        self.lock(FlockArg::LockExclusive)
    }

    fn lock(&self, how: FlockArg) -> Result<Flock<File>, StoreError> {
        let path = self.path("lock");
        let locking = || format!("lock {}", path.display());
        let file = open_lock(&path).map_err(StoreError::io(locking()))?;
        Flock::lock(file, how).map_err(|(_, errno)| StoreError::io(locking())(errno.into()))
    }
}

/// Opens a lock file, making it where that is possible: a store that is only
/// read (a grader's) has one already, and flock(2) needs no right to write.
pub(crate) fn open_lock(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    let opened = options
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path);
    match opened {
        Err(error) if error.kind() == io::ErrorKind::ReadOnlyFilesystem => File::open(path),
        outcome => outcome,
    }
}

/// Makes a directory and its parents, 0700: images and volumes are their user's.
pub(crate) fn make_dir(path: &Path) -> Result<(), StoreError> {
    DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(path)
        .map_err(StoreError::io(format!(
            "make the directory {}",
            path.display()
        )))
}
