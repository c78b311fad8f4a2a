//! The part of a restore that a kill may interrupt: files only, no engine.
//!
//! What the lab becomes lies ready in a staging directory, and `restore.json`
//! promises it. From then on every step is a rename that is done or not, so
//! that whoever comes next goes on with the first that is not. The old parts
//! end in the staging directory, which nothing refers to afterwards. When all is
//! in its place and told, the promise is only about what is to run.
//!
//! A power cut is survived too: what is staged is on the disk before it is
//! promised, and the exchange is before anything old is removed.

use std::fs::{self, File};
use std::io;
use std::path::Path;

use plimsoll_api::ContainerStatus as Status;
use serde::{Deserialize, Serialize};

use super::index::{self, Index};
use super::{DIRECTORY, SnapshotError};
use crate::containers::Allocation;
use crate::images;
use crate::state_file::{self, Durability, StateError};

/// The promise's name in the lab's directory.
const FILE: &str = "restore.json";

/// The version of the promise.
const VERSION: u32 = 2;

/// The parts of a lab that are replaced whole.
const PARTS: [&str; 2] = ["containers", "volumes"];

/// `restore.json`: what is to become of the lab.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Intent {
    version: u32,
    /// Which snapshot.
    pub name: String,
    /// The directory, beside the snapshots, that holds what the lab becomes.
    pub staging: String,
    /// The journal's last entry that counts.
    pub seq: u64,
    /// What is to run, in order.
    pub start: Vec<Comeback>,
    /// All is in its place and the journal says so: what happened since counts.
    #[serde(default)]
    pub told: bool,
}

/// Has everything that was written to a directory's file system put on the disk.
pub type Flush<'a> = &'a dyn Fn(&Path) -> io::Result<()>;

/// The [`Flush`] of this machine.
///
/// # Errors
/// What `syncfs(2)` says.
pub fn to_disk(directory: &Path) -> io::Result<()> {
    Ok(rustix::fs::syncfs(File::open(directory)?)?)
}

/// A container that is to run again.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Comeback {
    pub id: String,
    /// Running or paused.
    pub status: Status,
    /// The network that it had.
    pub network: Option<Allocation>,
}

impl Intent {
    pub fn new(name: &str, staging: &str, seq: u64, start: Vec<Comeback>) -> Self {
        Self {
            version: VERSION,
            name: name.to_owned(),
            staging: staging.to_owned(),
            seq,
            start,
            told: false,
        }
    }
}

/// The promise of the engine before, if it did not keep it.
///
/// # Errors
/// When the file cannot be read or is of a newer version.
pub fn promised(lab: &Path) -> Result<Option<Intent>, SnapshotError> {
    Ok(state_file::load(&lab.join(FILE), VERSION)?)
}

/// From here on the lab is going to be what `intent` says.
///
/// # Errors
/// When it cannot be written, or what is staged not be put on the disk; then
/// nothing has happened.
pub fn promise(lab: &Path, intent: &Intent, flush: Flush) -> Result<(), SnapshotError> {
    let staging = lab.join(DIRECTORY).join(&intent.staging);
    flush(&staging).map_err(SnapshotError::io(&staging))?;
    let file = lab.join(FILE);
    state_file::save(&file, intent, Durability::Machine).map_err(|error| {
        // Where only the disk did not confirm it, it is there all the same.
        let _ = fs::remove_file(&file);
        error.into()
    })
}

/// Notes that the journal has the restore: whoever comes next has only to start
/// what ran.
pub fn note_told(lab: &Path, intent: &Intent) {
    let told = Intent {
        told: true,
        ..intent.clone()
    };
    // Unnoted, the restore is entered once more, which undoes nothing: nobody
    // could change the lab yet.
    let _ = state_file::save(&lab.join(FILE), &told, Durability::Machine);
}

/// Takes the promise away: all of it is done and told, and what ran runs.
pub fn keep_promise(lab: &Path) {
    // Left behind, it would start what ran once more.
    let _ = fs::remove_file(lab.join(FILE));
}

/// Puts everything in its place, on the disk too. May be called any number of
/// times.
///
/// # Errors
/// What the system says; then it can be tried again.
pub fn carry_out(lab: &Path, intent: &Intent, flush: Flush) -> Result<(), SnapshotError> {
    let staging = lab.join(DIRECTORY).join(&intent.staging);
    for part in PARTS {
        replace(&staging, lab, part)?;
    }
    let list = images::FILE_NAME;
    rename_if_there(&staging.join(list), &lab.join(list))?;
    forget_later(lab, intent)?;
    flush(lab).map_err(SnapshotError::io(lab))
}

/// Takes the snapshots that were made after this one off the index.
fn forget_later(lab: &Path, intent: &Intent) -> Result<(), SnapshotError> {
    let file = lab.join(DIRECTORY).join(index::FILE);
    let mut index: Index = match state_file::load(&file, index::VERSION) {
        Ok(Some(index)) => index,
        Ok(None) | Err(StateError::Damaged { .. }) => return Ok(()),
        Err(error) => return Err(error.into()),
    };
    if !index.forget_after(intent.seq).is_empty() {
        state_file::save(&file, &index, Durability::Process)?;
    }
    Ok(())
}

/// Exchanges a directory of the lab for the one in staging. While the new one
/// is there, it is not done.
fn replace(staging: &Path, lab: &Path, part: &str) -> Result<(), SnapshotError> {
    let (new, live) = (staging.join(part), lab.join(part));
    if !new.exists() {
        return Ok(());
    }
    rename_if_there(&live, &staging.join(format!("old-{part}")))?;
    rename_if_there(&new, &live)
}

fn rename_if_there(from: &Path, to: &Path) -> Result<(), SnapshotError> {
    match fs::rename(from, to) {
        Err(error) if error.kind() == io::ErrorKind::NotFound && !from.exists() => Ok(()),
        outcome => outcome.map_err(SnapshotError::io(from)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshots::index::tests::entry;
    use std::path::PathBuf;

    fn write(path: PathBuf, text: &str) {
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    fn read(lab: &Path, name: &str) -> Option<String> {
        fs::read_to_string(lab.join(name)).ok()
    }

    /// A lab with a restore ready in `snapshots/staging`.
    fn lab() -> (tempfile::TempDir, Intent) {
        let dir = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("containers/c/file", "old"),
            ("containers/late/file", "old"),
            ("volumes/v/file", "old"),
            ("images.json", "old"),
            ("snapshots/staging/containers/c/file", "new"),
            ("snapshots/staging/volumes/v/file", "new"),
            ("snapshots/staging/images.json", "new"),
        ] {
            write(dir.path().join(name), text);
        }
        let mut index = Index::default();
        index.enter(entry("one", 7));
        index.enter(entry("two", 8));
        let file = dir.path().join("snapshots/index.json");
        state_file::save(&file, &index, Durability::Process).unwrap();
        (dir, Intent::new("one", "staging", 7, Vec::new()))
    }

    fn no_flush(_: &Path) -> io::Result<()> {
        Ok(())
    }

    fn assert_new(lab: &Path) {
        for name in ["containers/c/file", "volumes/v/file", "images.json"] {
            assert_eq!(read(lab, name).as_deref(), Some("new"), "{name}");
        }
        assert!(!lab.join("containers/late").exists());
        let index: Index = state_file::load(&lab.join("snapshots/index.json"), 1)
            .unwrap()
            .unwrap();
        assert_eq!(index.snapshots.len(), 1);
    }

    #[test]
    fn all_is_exchanged_and_doing_it_again_changes_nothing() {
        let (lab, intent) = lab();
        carry_out(lab.path(), &intent, &no_flush).unwrap();
        assert_new(lab.path());
        carry_out(lab.path(), &intent, &no_flush).unwrap();
        assert_new(lab.path());
        // As after the staging directory was removed and the promise was not.
        fs::remove_dir_all(lab.path().join("snapshots/staging")).unwrap();
        carry_out(lab.path(), &intent, &no_flush).unwrap();
        assert_new(lab.path());
    }

    /// Every rename may be the last that a killed engine did.
    #[test]
    fn it_is_carried_to_its_end_from_wherever_it_was_left() {
        let renames = [
            ("containers", "snapshots/staging/old-containers"),
            ("snapshots/staging/containers", "containers"),
            ("volumes", "snapshots/staging/old-volumes"),
            ("snapshots/staging/volumes", "volumes"),
            ("snapshots/staging/images.json", "images.json"),
        ];
        for done in 0..=renames.len() {
            let (lab, intent) = lab();
            promise(lab.path(), &intent, &no_flush).unwrap();
            for (from, to) in &renames[..done] {
                fs::rename(lab.path().join(from), lab.path().join(to)).unwrap();
            }
            let found = promised(lab.path()).unwrap().expect("a promise");
            carry_out(lab.path(), &found, &no_flush).unwrap();
            assert_new(lab.path());
            keep_promise(lab.path());
            assert!(promised(lab.path()).unwrap().is_none());
        }
    }

    #[test]
    fn a_lab_that_had_no_volumes_gets_them() {
        let (lab, intent) = lab();
        fs::remove_dir_all(lab.path().join("volumes")).unwrap();
        carry_out(lab.path(), &intent, &no_flush).unwrap();
        assert_new(lab.path());
    }

    /// What a power cut leaves is what was flushed: the new parts before they
    /// are promised, and the exchange while the old ones are still there.
    #[test]
    fn nothing_is_promised_or_replaced_before_it_is_on_the_disk() {
        let (lab, intent) = lab();
        let failing = |_: &Path| Err(io::Error::other("no disk"));
        assert!(promise(lab.path(), &intent, &failing).is_err());
        assert!(promised(lab.path()).unwrap().is_none(), "nothing happened");

        let staging = lab.path().join("snapshots/staging");
        let flushed = std::cell::Cell::new(0);
        let staged = |directory: &Path| {
            assert_eq!(directory, staging);
            assert!(promised(lab.path()).unwrap().is_none());
            flushed.set(flushed.get() + 1);
            Ok(())
        };
        promise(lab.path(), &intent, &staged).unwrap();
        assert!(promised(lab.path()).unwrap().is_some());
        let exchanged = |directory: &Path| {
            assert_eq!(directory, lab.path());
            assert_new(directory);
            let old = read(directory, "snapshots/staging/old-containers/c/file");
            assert_eq!(old.as_deref(), Some("old"));
            flushed.set(flushed.get() + 1);
            Ok(())
        };
        carry_out(lab.path(), &intent, &exchanged).unwrap();
        assert_eq!(flushed.get(), 2);
        assert!(carry_out(lab.path(), &intent, &failing).is_err());
    }

    #[test]
    fn a_promise_of_the_version_before_is_understood() {
        let (lab, _) = lab();
        let text = r#"{"version":1,"name":"one","staging":"staging","seq":7,"start":[]}"#;
        write(lab.path().join(FILE), text);
        assert!(!promised(lab.path()).unwrap().expect("a promise").told);
    }
}
