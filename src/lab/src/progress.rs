//! What a learner has reached: one file for all labs, versioned, never half
//! written.
//!
//! It is feedback, kept on a machine that the learner owns: no grade.

use crate::result::{ResultRecord, Status};
use crate::schema::{GraderFile, Holds};
use crate::words;
use plimsoll_text::spoken;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

const VERSION: u32 = 1;

/// `progress.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    pub version: u32,
    #[serde(default)]
    pub labs: BTreeMap<String, LabProgress>,
}

/// One lab's progress.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct LabProgress {
    /// The best score so far, and out of how many.
    pub best_score: u32,
    pub max_score: u32,
    /// The score of the last check.
    pub last_score: u32,
    /// RFC 3339; empty before the first check.
    pub checked_at: String,
    /// Goals that hold once and were met.
    pub reached: BTreeSet<String>,
    /// Question to answer.
    pub answers: BTreeMap<String, String>,
    /// Goal to number of hints shown. What was read stays read: neither going back
    /// nor a lab as new takes anything from it.
    pub hints: BTreeMap<String, u32>,
    /// Goal to the mistake whose own hint was shown since the goal is open.
    pub misses: BTreeMap<String, String>,
    /// Goals that were open at the last check, in the grader's order.
    pub open: Vec<String>,
    /// The step of the lesson that the learner is at, from 1; 0: none was opened.
    pub step: usize,
    /// Time spent, in seconds.
    pub seconds: u64,
    /// Up to when it was counted, in milliseconds since 1970: what two interfaces
    /// tell of the same time counts once.
    pub counted_to: u64,
    /// The reference solution was shown.
    pub solution_shown: bool,
    /// How often the lab went back: a verdict from before that is of the past.
    pub undone: u64,
    /// The last restore in the lab's journal whose undone steps are forgotten here.
    pub restored: Option<Restored>,
}

/// A restore, as the journal has it. A lab that is as new has a new journal,
/// which counts from 1 again: the time tells.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Restored {
    /// The entry's number.
    pub seq: u64,
    /// RFC 3339.
    pub time: String,
}

/// Why progress cannot be read or kept.
#[derive(Debug, thiserror::Error)]
pub enum ProgressError {
    #[error("{}", words::progress_unread(spoken(), shown(path)))]
    Read { path: PathBuf, source: io::Error },
    #[error("{}", words::progress_unwritten(spoken(), shown(path)))]
    Write { path: PathBuf, source: io::Error },
    #[error("{}", words::progress_damaged(spoken(), shown(path), reason.as_str()))]
    Damaged { path: PathBuf, reason: String },
    #[error("{}", words::progress_newer(spoken(), *found, VERSION, shown(path)))]
    Newer { path: PathBuf, found: u32 },
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

impl Default for Progress {
    fn default() -> Self {
        Progress {
            version: VERSION,
            labs: BTreeMap::new(),
        }
    }
}

impl Progress {
    /// Reads the file; one that is not there is a beginning.
    ///
    /// # Errors
    /// [`ProgressError`]: unreadable, damaged, or from a newer version.
    pub fn read(path: &Path) -> Result<Progress, ProgressError> {
        let bytes = match fs::read(path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Progress::default()),
            Err(source) => {
                let path = path.to_path_buf();
                return Err(ProgressError::Read { path, source });
            }
        };
        let damaged = |error: serde_json::Error| ProgressError::Damaged {
            path: path.to_path_buf(),
            reason: error.to_string(),
        };
        // The version first: a newer file may have another shape.
        #[derive(Deserialize)]
        struct Versioned {
            version: u32,
        }
        let Versioned { version } = serde_json::from_slice(&bytes).map_err(damaged)?;
        if version > VERSION {
            let path = path.to_path_buf();
            return Err(ProgressError::Newer {
                path,
                found: version,
            });
        }
        serde_json::from_slice(&bytes).map_err(damaged)
    }

    /// Changes the file: read, change, write to a temporary name, rename; under
    /// a lock, so that two terminals lose nothing of each other.
    ///
    /// # Errors
    /// [`ProgressError`]
    pub fn update<T>(
        path: &Path,
        change: impl FnOnce(&mut Progress) -> T,
    ) -> Result<T, ProgressError> {
        let failed = |source| ProgressError::Write {
            path: path.to_path_buf(),
            source,
        };
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(failed)?;
        let lock = File::create(path.with_extension("lock")).map_err(failed)?;
        lock.lock().map_err(failed)?;
        let mut progress = Progress::read(path)?;
        let result = change(&mut progress);
        let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
        serde_json::to_writer_pretty(&mut file, &progress)
            .map_err(io::Error::from)
            .and_then(|()| file.write_all(b"\n"))
            .and_then(|()| file.as_file().sync_data())
            .map_err(failed)?;
        file.persist(path).map_err(|error| failed(error.error))?;
        Ok(result)
    }

    pub fn lab(&self, name: &str) -> LabProgress {
        self.labs.get(name).cloned().unwrap_or_default()
    }

    pub fn lab_mut(&mut self, name: &str) -> &mut LabProgress {
        self.labs.entry(name.to_string()).or_default()
    }
}

impl LabProgress {
    /// Takes in the result of a check that began at `before`, unless the lab went
    /// back meanwhile.
    pub fn take_in_since(
        &mut self,
        before: &LabProgress,
        result: &ResultRecord,
        grader: &GraderFile,
    ) {
        if self.undone == before.undone {
            self.take_in(result, grader);
        }
    }

    /// Takes a check's result in: the best verdict stays.
    pub fn take_in(&mut self, result: &ResultRecord, grader: &GraderFile) {
        self.last_score = result.score;
        self.max_score = result.max_score;
        self.best_score = self.best_score.max(result.score).min(result.max_score);
        self.checked_at.clone_from(&result.started_at);
        self.open = result
            .checks
            .iter()
            .filter(|check| check.status != Status::Pass)
            .map(|check| check.id.clone())
            .collect();
        // Who makes a mended mistake again is told of it again.
        self.misses.retain(|goal, _| self.open.contains(goal));
        for check in &result.checks {
            let once = grader
                .goal(&check.id)
                .is_some_and(|goal| goal.holds == Holds::Once);
            if once && check.status == Status::Pass {
                self.reached.insert(check.id.clone());
            }
        }
    }

    /// The learner was at this lab between two moments (milliseconds since 1970).
    /// What was counted up to later than `to` counts what is told now no more, unless
    /// it is so much later that the clock was set back since.
    pub fn spend(&mut self, from: u64, to: u64) {
        const CLOCK_WAS_SET_MS: u64 = 10 * 60 * 1000;
        let is_of_now = self.counted_to <= to.saturating_add(CLOCK_WAS_SET_MS);
        let begin = match is_of_now {
            true => from.max(self.counted_to),
            false => from,
        };
        self.seconds += to.saturating_sub(begin) / 1000;
        self.counted_to = match is_of_now {
            true => to.max(self.counted_to),
            false => to,
        };
    }

    pub fn is_done(&self) -> bool {
        self.max_score > 0 && self.best_score == self.max_score
    }

    pub fn is_begun(&self) -> bool {
        !self.checked_at.is_empty() || !self.answers.is_empty() || self.step > 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::course::Course;
    use crate::undo;

    #[test]
    fn a_verdict_from_before_the_lab_went_back_does_not_count() {
        let course = Course::embedded();
        let lab = course.lab("hello-world").expect("a lab");
        let result: ResultRecord = serde_json::from_value(serde_json::json!({
            "schema": ResultRecord::SCHEMA, "lab": "hello-world", "verdict": "fail",
            "score": 4, "max_score": 10, "engine": "", "started_at": "now", "duration_ms": 1,
            "cause": null, "journal_head": null,
            "checks": [{
                "id": "pulled", "title": {"en": "", "fr": ""}, "status": "pass",
                "points": 4, "max_points": 4,
                "expected": {"en": "", "fr": ""}, "actual": {"en": "", "fr": ""},
                "message": {"en": "", "fr": ""}, "hint": null, "look_at": null, "miss": null
            }],
        }))
        .expect("a result");
        let before = LabProgress::default();
        let mut progress = before.clone();
        progress.take_in_since(&before, &result, &lab.grader);
        assert!(progress.reached.contains("pulled"));
        undo::forget(&mut progress, lab, 1);
        progress.take_in_since(&before, &result, &lab.grader);
        assert!(progress.reached.is_empty());
        let now = progress.clone();
        progress.take_in_since(&now, &result, &lab.grader);
        assert!(progress.reached.contains("pulled"));
    }

    #[test]
    fn what_one_terminal_writes_another_keeps() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("data/progress.json");
        let threads: Vec<_> = (0..8)
            .map(|number| {
                let path = path.clone();
                std::thread::spawn(move || {
                    Progress::update(&path, |progress| {
                        let answers = &mut progress.lab_mut("demo").answers;
                        answers.insert(format!("q{number}"), "x".to_string());
                    })
                })
            })
            .collect();
        for thread in threads {
            thread.join().expect("no panic").expect("written");
        }
        let progress = Progress::read(&path).expect("read");
        assert_eq!(progress.lab("demo").answers.len(), 8);
        let left: Vec<_> = fs::read_dir(path.parent().expect("parent"))
            .expect("list")
            .collect();
        assert_eq!(left.len(), 2, "the file and its lock: {left:?}");
    }

    #[test]
    fn time_that_two_interfaces_tell_counts_once() {
        const BEGIN: u64 = 1_772_366_400_000;
        let mut progress = LabProgress::default();
        let at = |seconds: u64| BEGIN + seconds * 1000;
        progress.spend(at(0), at(30));
        progress.spend(at(10), at(40));
        assert_eq!(progress.seconds, 40);
        progress.spend(at(20), at(35));
        assert_eq!(progress.seconds, 40, "told late");
        progress.spend(at(100), at(130));
        assert_eq!(progress.seconds, 70, "between them nobody was there");
        // The clock is set back by a day.
        let yesterday = BEGIN - 86_400_000;
        progress.spend(yesterday, yesterday + 20_000);
        progress.spend(yesterday + 20_000, yesterday + 30_000);
        assert_eq!(progress.seconds, 100);
    }

    #[test]
    fn a_newer_and_a_damaged_file_are_refused_and_kept() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("progress.json");
        for (content, told) in [
            ("{\"version\": 7, \"shape\": []}", "newer Plimsoll"),
            ("{\"vers", "is damaged"),
            ("", "is damaged"),
        ] {
            fs::write(&path, content).expect("written");
            let error = Progress::update(&path, |_| ())
                .expect_err("refused")
                .to_string();
            assert!(error.contains(told), "{error}");
            assert_eq!(fs::read_to_string(&path).expect("kept"), content);
        }
    }
}
