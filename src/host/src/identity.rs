//! Which process is the engine, told apart from a later process of the same pid.
//!
//! `engine.json` is written by the outer half before PID 1 is let go, so it names
//! every engine that ever did anything. A pid alone proves nothing: it counts
//! together with the boot and the start time (proc_pid_stat(5), field 22).

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use plimsoll_text::Language;
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};
use serde::{Deserialize, Serialize};

use crate::cgroup::CgroupRecord;
use crate::name::LabName;
use crate::words;

const VERSION: u32 = 1;

/// The contents of `engine.json`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EngineRecord {
    pub version: u32,
    pub lab: LabName,
    /// The engine's pid as the real host sees it.
    pub pid: i32,
    /// Clock ticks between boot and the engine's start.
    pub start_time: u64,
    /// `/proc/sys/kernel/random/boot_id`.
    pub boot: String,
    /// Inode of the lab's user namespace: tells who is inside.
    pub user_namespace: u64,
    /// Folder of its socket, once it listens. A terminal that was opened in
    /// another way (`su`, cron) may have another `XDG_RUNTIME_DIR`, or none.
    #[serde(default)]
    pub runtime: Option<PathBuf>,
    /// The store of its images; absent in records of earlier versions.
    #[serde(default)]
    pub store: Option<PathBuf>,
    /// Its cgroup, to be removed after it.
    #[serde(default)]
    pub cgroup: Option<CgroupRecord>,
}

/// Why `engine.json` cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    Io(#[from] io::Error),
    Newer { found: u64 },
}

plimsoll_text::speaks!(RecordError);

impl RecordError {
    /// What went wrong, in the reader's language.
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        match self {
            Self::Io(_) => words::record_unreadable(language),
            Self::Newer { found } => {
                words::record_newer(language, found.to_string(), VERSION.to_string())
            }
        }
    }
}

impl EngineRecord {
    /// Describes the process `pid`, which must be alive.
    ///
    /// # Errors
    /// When `/proc` does not show it.
    pub fn of(lab: &LabName, pid: i32) -> io::Result<Self> {
        Ok(Self {
            version: VERSION,
            lab: lab.clone(),
            pid,
            start_time: start_time(pid)?,
            boot: boot()?,
            user_namespace: std::fs::metadata(format!("/proc/{pid}/ns/user"))?.ino(),
            runtime: None,
            store: None,
            cgroup: None,
        })
    }

    /// Reads the record. `None` when there is none, or one that was cut short
    /// by a failing disk: then it says nothing about any engine.
    ///
    /// # Errors
    /// [`RecordError`] for a newer version or an unreadable file.
    pub fn read(path: &Path) -> Result<Option<Self>, RecordError> {
        let text = match std::fs::read(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error.into()),
        };
        let Ok(value) = serde_json::from_slice::<serde_json::Value>(&text) else {
            return Ok(None);
        };
        match value.get("version").and_then(serde_json::Value::as_u64) {
            Some(found) if found > u64::from(VERSION) => Err(RecordError::Newer { found }),
            _ => Ok(serde_json::from_value(value).ok()),
        }
    }

    /// Writes the record by way of a temporary name.
    ///
    /// # Errors
    /// What writing or renaming report.
    pub fn write(&self, path: &Path) -> Result<(), RecordError> {
        let unborn = path.with_extension("json.new");
        let text = serde_json::to_vec(self).expect("a record has only text and numbers");
        std::fs::write(&unborn, text)?;
        Ok(std::fs::rename(&unborn, path)?)
    }

    /// Whether the machine has not been restarted since.
    #[must_use]
    pub fn this_boot(&self) -> bool {
        boot().is_ok_and(|boot| boot == self.boot)
    }

    /// A descriptor of the engine while it lives, however close to its end.
    #[must_use]
    pub fn alive(&self) -> Option<OwnedFd> {
        if !self.this_boot() {
            return None;
        }
        let process = open(self.pid)?;
        // Checked after opening: the descriptor cannot change its process.
        (start_time(self.pid).ok()? == self.start_time).then_some(process)
    }
}

/// A pidfd of `pid`, or `None` when there is no such process.
pub(crate) fn open(pid: i32) -> Option<OwnedFd> {
    pidfd_open(Pid::from_raw(pid)?, PidfdFlags::empty()).ok()
}

/// Waits until the process has ended and everything in its PID namespace with
/// it; `false` when `milliseconds` went by before.
pub(crate) fn wait_for_end(process: impl AsFd, milliseconds: u32) -> bool {
    let timeout = Timespec {
        tv_sec: i64::from(milliseconds / 1000),
        tv_nsec: i64::from(milliseconds % 1000) * 1_000_000,
    };
    let mut ends = [PollFd::new(&process, PollFlags::IN)];
    loop {
        match poll(&mut ends, Some(&timeout)) {
            Ok(ready) => return ready > 0,
            Err(rustix::io::Errno::INTR) => {}
            Err(_) => return false,
        }
    }
}

/// Inode of this process's user namespace.
pub(crate) fn own_user_namespace() -> io::Result<u64> {
    Ok(std::fs::metadata("/proc/self/ns/user")?.ino())
}

fn boot() -> io::Result<String> {
    let text = std::fs::read_to_string("/proc/sys/kernel/random/boot_id")?;
    Ok(text.trim().to_owned())
}

fn start_time(pid: i32) -> io::Result<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    start_time_in(&stat).ok_or_else(|| io::Error::other("/proc/PID/stat has no start time"))
}

/// Field 22; counted after the last `)`, since field 2 may hold anything.
fn start_time_in(stat: &str) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_whitespace().nth(19)?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn own_record() -> EngineRecord {
        let pid = i32::try_from(std::process::id()).expect("a pid");
        EngineRecord::of(&LabName::new("hello-world").expect("a name"), pid).expect("alive")
    }

    #[test]
    fn a_record_is_read_back() {
        let scratch = tempfile::tempdir().expect("a scratch folder");
        let path = scratch.path().join("engine.json");
        assert_eq!(EngineRecord::read(&path).expect("absent"), None);
        let record = own_record();
        record.write(&path).expect("written");
        assert_eq!(EngineRecord::read(&path).expect("there"), Some(record));
    }

    #[test]
    fn a_newer_version_is_refused_and_a_torn_file_is_nothing() {
        let scratch = tempfile::tempdir().expect("a scratch folder");
        let path = scratch.path().join("engine.json");
        std::fs::write(&path, r#"{"version": 2, "soul": 1}"#).expect("written");
        let error = EngineRecord::read(&path).expect_err("newer");
        assert_eq!(
            error.to_string(),
            "`engine.json` has version 2; this Plimsoll knows 1: use the newer one"
        );
        std::fs::write(&path, r#"{"version": 1, "lab":"#).expect("written");
        assert_eq!(EngineRecord::read(&path).expect("torn"), None);
    }

    #[test]
    fn another_process_of_the_same_pid_is_not_the_engine() {
        let record = own_record();
        assert!(record.alive().is_some());
        let earlier = EngineRecord {
            start_time: record.start_time - 1,
            ..record.clone()
        };
        assert!(earlier.alive().is_none());
        let other_boot = EngineRecord {
            boot: "another".to_owned(),
            ..record
        };
        assert!(other_boot.alive().is_none());
    }

    #[test]
    fn the_start_time_is_counted_after_the_name() {
        let stat = "7 (a) b) c) S 1 7 7 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 4242 0 0";
        assert_eq!(start_time_in(stat), Some(4242));
    }
}
