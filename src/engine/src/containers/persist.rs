//! Records on disk: `containers/ID/config.json`, written by rename.
//!
//! There is no `fsync`: after a power cut a container may be gone or as it was
//! a moment before, never half. A start does not wait for a disk.

use std::fs;
use std::io;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};

use super::record::{Record, VERSION};

/// The record's name in the container's directory.
pub const FILE: &str = "config.json";

/// While it is written.
pub const NEW_FILE: &str = ".config.json.new";

/// Directories that are being removed begin with this.
pub const DOOMED: &str = ".removing-";

/// Writes the record into its directory.
///
/// # Errors
/// When the disk is full or the directory is gone.
pub fn write(directory: &Path, record: &Record) -> io::Result<()> {
    let new = directory.join(NEW_FILE);
    fs::write(&new, serde_json::to_vec(record)?)?;
    fs::rename(&new, directory.join(FILE))
}

/// What the engine finds when it comes back.
#[derive(Debug, Default)]
pub struct Found {
    /// Records with their directories, the oldest first.
    pub records: Vec<(PathBuf, Record)>,
    /// Directories without a usable record: half-done creates and removes.
    pub leftovers: Vec<PathBuf>,
}

/// Reads all containers of a lab.
///
/// # Errors
/// When the directory cannot be read, or a record is of a newer version.
pub fn read_all(containers: &Path) -> io::Result<Found> {
    fs::create_dir_all(containers)?;
    let mut found = Found::default();
    for entry in fs::read_dir(containers)? {
        let directory = entry?.path();
        match read(&directory) {
            Ok(record) if record.version > VERSION => {
                return Err(io::Error::other(format!(
                    "{} was written by a newer plimsoll (version {} of its format, this one knows \
                     {VERSION}); use that one, or remove the lab with `plimsoll reset`",
                    directory.join(FILE).display(),
                    record.version
                )));
            }
            Ok(record) => found.records.push((directory, record)),
            Err(_) => found.leftovers.push(directory),
        }
    }
    found
        .records
        .sort_by(|(_, one), (_, other)| one.created.cmp(&other.created));
    Ok(found)
}

fn read(directory: &Path) -> io::Result<Record> {
    let name = directory.file_name().unwrap_or_default().to_string_lossy();
    if name.starts_with(DOOMED) {
        return Err(io::Error::other("a remove was under way"));
    }
    let record = read_record(directory)?;
    if record.id != name {
        return Err(io::Error::other("the record is not this directory's"));
    }
    Ok(record)
}

/// Reads the record in a directory.
///
/// # Errors
/// When there is none, or it makes no sense.
pub fn read_record(directory: &Path) -> io::Result<Record> {
    Ok(serde_json::from_slice(&fs::read(directory.join(FILE))?)?)
}

/// Moves a container's directory out of the way: from here on it is gone, and
/// its files can be removed at leisure.
///
/// # Errors
/// When it cannot be renamed.
pub fn doom(directory: &Path) -> io::Result<PathBuf> {
    let name = directory.file_name().unwrap_or_default().to_string_lossy();
    let doomed = directory.with_file_name(format!("{DOOMED}{name}"));
    fs::rename(directory, &doomed)?;
    Ok(doomed)
}

/// Removes a tree, whatever its modes are.
///
/// # Errors
/// What `unlinkat(2)` says.
pub fn remove_tree(path: &Path) -> io::Result<()> {
    let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(io::ErrorKind::InvalidInput.into());
    };
    // A container may have made directories in each other without end.
    let removed =
        fs::File::open(parent).and_then(|parent| plimsoll_store::remove_tree(parent.as_fd(), name));
    match removed {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// Removes every directory that was moved out of the way and is still there.
pub fn sweep_now(directory: &Path) {
    let Ok(entries) = fs::read_dir(directory) else {
        return;
    };
    for entry in entries.flatten() {
        if entry.file_name().to_string_lossy().starts_with(DOOMED) {
            // What stays is removed at the engine's next start.
            let _ = remove_tree(&entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(id: &str, created: &str) -> Record {
        Record {
            version: VERSION,
            id: id.to_owned(),
            created: created.to_owned(),
            ..Record::default()
        }
    }

    fn put(dir: &Path, record: &Record) {
        let own = dir.join(&record.id);
        fs::create_dir(&own).unwrap();
        write(&own, record).unwrap();
    }

    #[test]
    fn records_come_back_in_order_and_leftovers_are_told_apart() {
        let dir = tempfile::tempdir().unwrap();
        put(dir.path(), &record("b", "2026-02"));
        put(dir.path(), &record("a", "2026-03"));
        put(dir.path(), &record("c", "2026-01"));
        fs::create_dir(dir.path().join("half")).unwrap();
        doom(&dir.path().join("a")).unwrap();
        let found = read_all(dir.path()).unwrap();
        let ids: Vec<&str> = found.records.iter().map(|(_, r)| r.id.as_str()).collect();
        assert_eq!(ids, ["c", "b"]);
        assert_eq!(found.leftovers.len(), 2);
        sweep_now(dir.path());
        assert_eq!(read_all(dir.path()).unwrap().leftovers.len(), 1);
    }

    #[test]
    fn a_newer_record_is_refused_with_one_sentence() {
        let dir = tempfile::tempdir().unwrap();
        let mut newer = record("a", "2026");
        newer.version = VERSION + 1;
        put(dir.path(), &newer);
        let error = read_all(dir.path()).unwrap_err().to_string();
        assert!(error.contains("newer plimsoll"), "{error}");
    }
}
