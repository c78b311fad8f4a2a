//! A process that adds to the store: its unfinished work, and its leases.
//!
//! Each open store that writes has a directory `writers/NAME` whose `lock` it
//! holds with flock(2) as long as it lives. What it has not finished lies
//! there, so after a kill -9 the next writer finds an unlocked directory and
//! removes it. `leased` lists what a prune by somebody else must keep until a
//! reference to it is written.

use std::collections::HashSet;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use nix::fcntl::{Flock, FlockArg};

use crate::error::StoreError;
use crate::remove;
use crate::store::{Store, make_dir, open_lock};

pub(crate) struct Writer {
    dir: PathBuf,
    _lock: Flock<File>,
    /// How many [`Lease`]s are alive.
    leases: usize,
    leased: HashSet<String>,
    next: u64,
}

/// While this lives, nothing that this store writes, finds or unpacks is
/// removed by [`Store::collect`], in this engine or another. Take one for a
/// pull, build or commit; drop it after the reference is on disk.
pub struct Lease {
    store: Store,
}

impl Store {
    /// Begins a lease. See [`Lease`].
    pub fn lease(&self) -> Result<Lease, StoreError> {
        self.with_writer(|writer| {
            writer.leases += 1;
            Ok(())
        })?;
        Ok(Lease {
            store: self.clone(),
        })
    }

    /// A fresh path for unfinished work, on the store's file system.
    pub(crate) fn unfinished(&self, kind: &str) -> Result<PathBuf, StoreError> {
        self.with_writer(|writer| {
            writer.next += 1;
            Ok(writer.dir.join(format!("{kind}-{}", writer.next)))
        })
    }

    /// Keeps `name` (`blobs/HEX` or `layers/HEX`) while a lease lives. The
    /// caller holds the store's lock, so no collection is under way.
    pub(crate) fn protect(&self, name: &str) -> Result<(), StoreError> {
        let mut slot = self
            .inner
            .writer
            .lock()
            .unwrap_or_else(|poison| poison.into_inner());
        match slot.as_mut() {
            Some(writer) if writer.leases > 0 => writer.protect(name),
            _ => Ok(()),
        }
    }

    fn with_writer<T>(
        &self,
        act: impl FnOnce(&mut Writer) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        let mut slot = self
            .inner
            .writer
            .lock()
            .unwrap_or_else(|poison| poison.into_inner());
        if slot.is_none() {
            remove_abandoned(self);
            *slot = Some(Writer::new(self)?);
        }
        match slot.as_mut() {
            Some(writer) => act(writer),
            None => unreachable!("the writer was just made"),
        }
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        let mut slot = self
            .store
            .inner
            .writer
            .lock()
            .unwrap_or_else(|poison| poison.into_inner());
        if let Some(writer) = slot.as_mut() {
            writer.leases -= 1;
            if writer.leases == 0 {
                writer.leased.clear();
                // Left behind, it would only keep a little too much.
                let _ = fs::remove_file(writer.dir.join("leased"));
            }
        }
    }
}

impl Writer {
    fn new(store: &Store) -> Result<Self, StoreError> {
        // Under the store's lock nobody takes the new directory for abandoned
        // before its own lock is held.
        let _guard = store.lock_shared()?;
        let dir = store.path(&format!("writers/{}", unique_name()));
        make_dir(&dir)?;
        let locking = StoreError::io(format!("lock {}", dir.display()));
        let lock = open_lock(&dir.join("lock")).and_then(|file| {
            Flock::lock(file, FlockArg::LockExclusiveNonblock)
                .map_err(|(_, errno)| io::Error::from(errno))
        });
        Ok(Self {
            _lock: lock.map_err(locking)?,
            dir,
            leases: 0,
            leased: HashSet::new(),
            next: 0,
        })
    }

    fn protect(&mut self, name: &str) -> Result<(), StoreError> {
        if !self.leased.insert(name.to_owned()) {
            return Ok(());
        }
        let path = self.dir.join("leased");
        OpenOptions::new()
            .append(true)
            .create(true)
            .mode(0o600)
            .open(&path)
            .and_then(|mut file| file.write_all(format!("{name}\n").as_bytes()))
            .map_err(StoreError::io(format!("write {}", path.display())))
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        let _ = remove::remove_path(&self.dir);
    }
}

/// What every living writer has leased. The caller holds the exclusive lock.
pub(crate) fn leased(store: &Store) -> Result<HashSet<String>, StoreError> {
    let mut leased = HashSet::new();
    for dir in writer_dirs(store) {
        // A dead writer's leases count for nothing.
        if is_abandoned(&dir) {
            continue;
        }
        match fs::read_to_string(dir.join("leased")) {
            Ok(text) => leased.extend(text.lines().map(str::to_owned)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => {
                return Err(StoreError::io(format!("read {}", dir.display()))(error));
            }
        }
    }
    Ok(leased)
}

/// Removes the unfinished work of writers that are gone. What cannot be
/// removed now is tried again by the next writer.
pub(crate) fn remove_abandoned(store: &Store) {
    let dirs = writer_dirs(store);
    if dirs.is_empty() {
        return;
    }
    let Ok(_guard) = store.lock_exclusive() else {
        return;
    };
    for dir in dirs.iter().filter(|dir| is_abandoned(dir)) {
        let _ = remove::remove_path(dir);
    }
}

fn writer_dirs(store: &Store) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(store.path("writers")) else {
        return Vec::new();
    };
    entries
        .filter_map(|entry| Some(entry.ok()?.path()))
        .collect()
}

fn is_abandoned(dir: &Path) -> bool {
    match OpenOptions::new().read(true).open(dir.join("lock")) {
        Ok(file) => Flock::lock(file, FlockArg::LockExclusiveNonblock).is_ok(),
        // Killed between making the directory and its lock.
        Err(error) => error.kind() == io::ErrorKind::NotFound,
    }
}

/// A name that no other process has: process ids repeat between namespaces.
pub(crate) fn unique_name() -> String {
    let mut bytes = [0_u8; 12];
    let random = File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut bytes));
    if random.is_err() {
        let now = std::time::SystemTime::UNIX_EPOCH
            .elapsed()
            .unwrap_or_default()
            .as_nanos();
        bytes.copy_from_slice(&(now ^ u128::from(std::process::id()) << 64).to_be_bytes()[4..]);
    }
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
