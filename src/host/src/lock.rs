//! Locks that end with their holder (flock(2)).

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{MetadataExt, OpenOptionsExt};
use std::path::Path;

use rustix::fs::{FlockOperation, flock};
use rustix::io::Errno;

/// Waits for the lock at `path`.
///
/// # Errors
/// What `open(2)` or `flock(2)` report.
pub fn wait_for(path: &Path) -> io::Result<File> {
    loop {
        let file = open(path)?;
        match flock(&file, FlockOperation::LockExclusive) {
            Ok(()) if still_at(&file, path) => return Ok(file),
            Ok(()) | Err(Errno::INTR) => {}
            Err(error) => return Err(error.into()),
        }
    }
}

/// Takes the lock at `path`, or `None` when somebody holds it.
///
/// # Errors
/// What `open(2)` or `flock(2)` report.
pub fn try_take(path: &Path) -> io::Result<Option<File>> {
    loop {
        let file = open(path)?;
        match flock(&file, FlockOperation::NonBlockingLockExclusive) {
            Ok(()) if still_at(&file, path) => return Ok(Some(file)),
            Ok(()) | Err(Errno::INTR) => {}
            Err(Errno::WOULDBLOCK) => return Ok(None),
            Err(error) => return Err(error.into()),
        }
    }
}

fn open(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .mode(0o600)
        .open(path)
}

/// A lab that is reset loses its folder: a lock on the removed file locks nothing.
fn still_at(file: &File, path: &Path) -> bool {
    match (file.metadata(), std::fs::metadata(path)) {
        (Ok(held), Ok(named)) => held.dev() == named.dev() && held.ino() == named.ino(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_holder_at_a_time() {
        let scratch = tempfile::tempdir().expect("a scratch folder");
        let path = scratch.path().join("lock");
        let held = wait_for(&path).expect("free");
        assert!(try_take(&path).expect("no error").is_none());
        drop(held);
        assert!(try_take(&path).expect("no error").is_some());
    }

    #[test]
    fn a_lock_on_a_removed_file_does_not_count() {
        let scratch = tempfile::tempdir().expect("a scratch folder");
        let path = scratch.path().join("lock");
        let removed = wait_for(&path).expect("free");
        std::fs::remove_file(&path).expect("removed");
        let held = try_take(&path).expect("no error").expect("a new file");
        assert!(still_at(&held, &path));
        assert!(!still_at(&removed, &path));
    }
}
