//! Which snapshots there are, as data. Pure.

use plimsoll_api::ContainerStatus as Status;
use plimsoll_api::lab::{Snapshot, SnapshotContainer, SnapshotImage};
use serde::{Deserialize, Serialize};

use crate::failure::{ApiFailure, ApiResult};

/// The index's name in the directory of snapshots.
pub const FILE: &str = "index.json";

/// The version of the index that this engine reads and writes.
pub const VERSION: u32 = 1;

/// Longest name (bytes).
const LONGEST_NAME: usize = 64;

/// All snapshots of a lab, the oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Index {
    /// [`VERSION`].
    pub version: u32,
    /// By age.
    pub snapshots: Vec<Entry>,
}

impl Default for Index {
    fn default() -> Self {
        Self {
            version: VERSION,
            snapshots: Vec::new(),
        }
    }
}

/// One snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// As it was asked for.
    pub name: String,
    /// Its directory beside the index.
    pub directory: String,
    /// RFC 3339.
    pub created: String,
    /// The journal's last entry at that moment.
    pub seq: u64,
    /// Containers, in order of their creation.
    pub containers: Vec<KeptContainer>,
    /// Images with their names.
    pub images: Vec<KeptImage>,
    /// Names of volumes.
    pub volumes: Vec<String>,
    /// Bytes of its files.
    pub size: u64,
    /// The boot in which it was written and not yet synced.
    pub unsynced_since: Option<String>,
}

/// A container, as far as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptContainer {
    pub id: String,
    pub name: String,
    pub status: Status,
}

/// An image, as far as a list shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeptImage {
    pub id: String,
    pub names: Vec<String>,
}

/// Checks a name that a client chose. It never becomes a path.
///
/// # Errors
/// 400.
pub fn check_name(name: &str) -> ApiResult<()> {
    let starts_well = name.starts_with(|c: char| c.is_ascii_alphanumeric());
    let goes_on_well = name
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(&b));
    if starts_well && goes_on_well && name.len() <= LONGEST_NAME {
        return Ok(());
    }
    Err(ApiFailure::invalid(format!(
        "Invalid snapshot name ({name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed, \
         and {LONGEST_NAME} characters at most"
    )))
}

impl Index {
    /// Adds a snapshot, in the place of one that has its name: that one is
    /// returned.
    pub fn enter(&mut self, entry: Entry) -> Option<Entry> {
        let before = self.remove(&entry.name);
        self.snapshots.push(entry);
        before
    }

    /// Takes one away.
    pub fn remove(&mut self, name: &str) -> Option<Entry> {
        let at = self.snapshots.iter().position(|entry| entry.name == name)?;
        Some(self.snapshots.remove(at))
    }

    /// Takes away those that were made after the journal's entry `seq`.
    pub fn forget_after(&mut self, seq: u64) -> Vec<Entry> {
        let all = std::mem::take(&mut self.snapshots);
        let (kept, forgotten) = all.into_iter().partition(|entry| entry.seq <= seq);
        self.snapshots = kept;
        forgotten
    }

    /// Notes that a snapshot's files are on the disk.
    pub fn note_synced(&mut self, directory: &str) {
        for entry in &mut self.snapshots {
            if entry.directory == directory {
                entry.unsynced_since = None;
            }
        }
    }

    /// Drops what a power cut may have damaged; whether there was any.
    pub fn drop_damaged(&mut self, boot: &str) -> bool {
        let before = self.snapshots.len();
        self.snapshots.retain(|entry| {
            let damaged = entry.unsynced_since.as_deref().is_some_and(|b| b != boot);
            if damaged {
                eprintln!(
                    "snapshot {}: the machine went down before it was on the disk; it is dropped",
                    entry.name
                );
            }
            !damaged
        });
        self.snapshots.len() != before
    }

    /// Drops what is listed and not there; whether there was any.
    pub fn drop_missing(&mut self, is_there: impl Fn(&str) -> bool) -> bool {
        let before = self.snapshots.len();
        self.snapshots.retain(|entry| {
            let there = is_there(&entry.directory);
            if !there {
                eprintln!("snapshot {}: its files are gone; it is dropped", entry.name);
            }
            there
        });
        self.snapshots.len() != before
    }
}

impl Entry {
    /// The reply about it.
    #[must_use]
    pub fn wire(&self) -> Snapshot {
        let containers = self.containers.iter().map(|container| SnapshotContainer {
            id: container.id.clone(),
            name: container.name.clone(),
            running: container.had_process(),
        });
        let images = self.images.iter().map(|image| SnapshotImage {
            id: image.id.clone(),
            names: image.names.clone(),
        });
        Snapshot {
            name: self.name.clone(),
            created: self.created.clone(),
            containers: containers.collect(),
            images: images.collect(),
            volumes: self.volumes.clone(),
            size: self.size,
        }
    }
}

impl KeptContainer {
    /// Whether it is started when it comes back.
    #[must_use]
    pub fn had_process(&self) -> bool {
        matches!(
            self.status,
            Status::Running | Status::Paused | Status::Restarting
        )
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    pub fn entry(name: &str, seq: u64) -> Entry {
        Entry {
            name: name.to_owned(),
            directory: format!("of-{name}"),
            created: String::new(),
            seq,
            containers: Vec::new(),
            images: Vec::new(),
            volumes: Vec::new(),
            size: 0,
            unsynced_since: None,
        }
    }

    fn names(entries: &[Entry]) -> Vec<&str> {
        entries.iter().map(|entry| entry.name.as_str()).collect()
    }

    #[test]
    fn names_are_short_and_plain() {
        for good in ["step.run", "1", "A-b_c.d"] {
            assert!(check_name(good).is_ok(), "{good}");
        }
        let long = "x".repeat(65);
        for bad in [
            "",
            ".",
            "..",
            "../x",
            "a/b",
            "-x",
            "a b",
            "é",
            long.as_str(),
        ] {
            assert_eq!(check_name(bad).unwrap_err().status, 400, "{bad}");
        }
    }

    #[test]
    fn a_snapshot_takes_the_place_of_one_with_its_name() {
        let mut index = Index::default();
        assert_eq!(index.enter(entry("a", 1)), None);
        index.enter(entry("b", 2));
        assert_eq!(index.enter(entry("a", 3)), Some(entry("a", 1)));
        assert_eq!(names(&index.snapshots), ["b", "a"]);
        assert_eq!(index.remove("x"), None);
    }

    #[test]
    fn later_ones_are_forgotten_and_damaged_ones_dropped() {
        let mut index = Index::default();
        for (name, seq) in [("a", 1), ("b", 2), ("c", 3)] {
            index.enter(entry(name, seq));
        }
        assert_eq!(names(&index.forget_after(1)), ["b", "c"]);
        assert_eq!(names(&index.snapshots), ["a"]);
        index.snapshots[0].unsynced_since = Some("this boot".to_owned());
        assert!(!index.drop_damaged("this boot"));
        let mut synced = index.clone();
        synced.note_synced("of-a");
        assert!(!synced.drop_damaged("another boot"));
        assert!(index.drop_damaged("another boot"));
        assert!(index.snapshots.is_empty());
    }
}
