//! Files of state: JSON with a version, replaced by rename.
//!
//! Invariant: a reader sees the old file or the new one, whole, whenever the
//! engine is killed. A file of a newer version is refused and left alone.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::failure::{ApiFailure, reason};

/// Why a file of state cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum StateError {
    /// The file system said no.
    #[error("{}: {}", path.display(), reason(.source))]
    Io {
        /// The file.
        path: PathBuf,
        /// What it said.
        source: io::Error,
    },
    /// Not what this engine writes.
    #[error("{} is damaged: {reason}", path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// What the parser said.
        reason: String,
    },
    /// Written by a later Plimsoll.
    #[error(
        "{} has format {found}, and this Plimsoll knows formats up to {known}: use the newer Plimsoll",
        path.display()
    )]
    Newer {
        /// The file.
        path: PathBuf,
        /// Its version.
        found: u32,
        /// The latest version that this engine reads.
        known: u32,
    },
}

impl StateError {
    /// Whether the disk (or quota) is full, which the user can mend.
    #[must_use]
    pub fn is_full(&self) -> bool {
        matches!(self, Self::Io { source, .. } if is_full(source))
    }
}

/// Whether an error says that the disk (or quota) is full.
#[must_use]
pub fn is_full(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
    )
}

impl From<StateError> for ApiFailure {
    fn from(error: StateError) -> Self {
        Self::internal(error.to_string())
    }
}

/// Whether a write waits for the disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Durability {
    /// It survives the death of the engine.
    Process,
    /// It survives a power cut as well; costs a disk's flush.
    Machine,
}

#[derive(Deserialize)]
struct Versioned {
    version: u32,
}

/// Reads a file of state; `None` where there is none.
///
/// # Errors
/// [`StateError`].
pub fn load<T: DeserializeOwned>(path: &Path, known: u32) -> Result<Option<T>, StateError> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
        Err(source) => {
            return Err(StateError::Io {
                path: path.to_owned(),
                source,
            });
        }
    };
    let damaged = |error: serde_json::Error| StateError::Damaged {
        path: path.to_owned(),
        reason: error.to_string(),
    };
    let Versioned { version } = serde_json::from_slice(&bytes).map_err(damaged)?;
    if version > known {
        return Err(StateError::Newer {
            path: path.to_owned(),
            found: version,
            known,
        });
    }
    serde_json::from_slice(&bytes).map(Some).map_err(damaged)
}

/// Replaces a file of state (0600).
///
/// # Errors
/// [`StateError::Io`]; the file is then as it was, or new and not known to be on
/// the disk.
pub fn save<T: Serialize>(
    path: &Path,
    value: &T,
    durability: Durability,
) -> Result<(), StateError> {
    replace(path, value, durability).map_err(|source| StateError::Io {
        path: path.to_owned(),
        source,
    })
}

fn replace<T: Serialize>(path: &Path, value: &T, durability: Durability) -> io::Result<()> {
    let temporary = path.with_extension("new");
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&temporary)?;
    let mut bytes = serde_json::to_vec(value)?;
    bytes.push(b'\n');
    let written = file.write_all(&bytes).and_then(|()| match durability {
        Durability::Process => Ok(()),
        Durability::Machine => file.sync_all(),
    });
    if let Err(error) = written.and_then(|()| fs::rename(&temporary, path)) {
        // On a full disk half a file would take what is left.
        let _ = fs::remove_file(&temporary);
        return Err(error);
    }
    match (durability, path.parent()) {
        // The file is on the disk; so is its name only when the directory is.
        (Durability::Machine, Some(directory)) => fs::File::open(directory)?.sync_all(),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Sample {
        version: u32,
        name: String,
    }

    fn sample(version: u32) -> Sample {
        let name = "x".to_owned();
        Sample { version, name }
    }

    #[test]
    fn what_was_saved_is_loaded() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("sample.json");
        assert_eq!(load::<Sample>(&path, 1).expect("absent is fine"), None);
        for durability in [Durability::Process, Durability::Machine] {
            save(&path, &sample(1), durability).expect("it saves");
            assert_eq!(load(&path, 1).expect("it loads"), Some(sample(1)));
        }
        assert_eq!(fs::read_dir(dir.path()).expect("it lists").count(), 1);
    }

    #[test]
    fn a_newer_or_damaged_file_is_refused_and_kept() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("sample.json");
        save(&path, &sample(2), Durability::Process).expect("it saves");
        let error = load::<Sample>(&path, 1).expect_err("it is newer");
        assert!(error.to_string().ends_with(
            "sample.json has format 2, and this Plimsoll knows formats up to 1: use the newer Plimsoll"
        ));
        fs::write(&path, "{\"version\":1").expect("it writes");
        let error = load::<Sample>(&path, 1).expect_err("it is damaged");
        assert!(
            error.to_string().contains("sample.json is damaged: "),
            "{error}"
        );
        assert!(path.exists());
    }

    #[test]
    fn a_file_that_cannot_be_written_stays_as_it_was() {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("sample.json");
        save(&path, &sample(1), Durability::Process).expect("it saves");
        // The temporary name is taken by a directory: the write fails.
        fs::create_dir(path.with_extension("new")).expect("a directory");
        assert!(save(&path, &sample(1), Durability::Process).is_err());
        assert_eq!(load(&path, 1).expect("it loads"), Some(sample(1)));
    }
}
