//! A container's directory kept elsewhere, and brought back.
//!
//! Duty: what of `containers/ID` a snapshot holds. All of it, except what a
//! start makes anew (overlay's work directory) and the record, which is written
//! as it is in memory. Limits: nobody writes to the directory meanwhile; state
//! and network stay in the record as they were, and whoever brings it back
//! decides what they mean then.

use std::fs::{DirBuilder, File};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::{DirBuilderExt, chown};
use std::path::{Path, PathBuf};

use plimsoll_store::{DuplicateError, Usage, duplicate};

use super::durable;
use super::persist;
use super::record::Record;

/// What is not copied.
const MADE_ANEW: [&str; 4] = ["work", "merged", persist::FILE, persist::NEW_FILE];

/// Copies a container's directory into the empty directory `into`.
///
/// # Errors
/// [`DuplicateError`], with the path in the container's directory.
pub fn keep(directory: &Path, mut record: Record, into: &Path) -> Result<Usage, DuplicateError> {
    let usage = copy(directory, into)?;
    // Whether the copy is on the disk is noted with the snapshot.
    record.unsynced_since = None;
    persist::write(into, &record).map_err(at(persist::FILE))?;
    Ok(usage)
}

/// Copies what [`keep`] has made into the empty directory `into`, which becomes
/// a container's directory; `root` is its root user and group as we see them.
/// Returns the record as it was kept.
///
/// # Errors
/// [`DuplicateError`].
pub fn bring_back(kept: &Path, into: &Path, root: (u32, u32)) -> Result<Record, DuplicateError> {
    let record = persist::read_record(kept).map_err(at(persist::FILE))?;
    copy(kept, into)?;
    let work = into.join("work");
    let mut builder = DirBuilder::new();
    builder
        .mode(0o700)
        .create(&work)
        .and_then(|()| chown(&work, Some(root.0), Some(root.1)))
        .map_err(at("work"))?;
    let mut marked = record.clone();
    durable::mark(&mut marked);
    persist::write(into, &marked).map_err(at(persist::FILE))?;
    Ok(record)
}

fn copy(from: &Path, into: &Path) -> Result<Usage, DuplicateError> {
    let open = |path: &Path| File::open(path).map_err(at(""));
    duplicate(open(from)?.as_fd(), open(into)?.as_fd(), &MADE_ANEW)
}

fn at(path: &str) -> impl FnOnce(io::Error) -> DuplicateError {
    let path = PathBuf::from(path);
    move |source| DuplicateError { path, source }
}
