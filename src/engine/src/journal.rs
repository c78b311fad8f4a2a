//! The lab's journal: what the engine did, in order, each line naming the hash
//! of the line before.
//!
//! Duty: append, read from a place on, verify. Invariant: a line that was
//! written is never changed; `seq` counts from 1 without gaps, so line N of
//! the file has `seq` N. Limits: the file belongs to the learner, who can
//! rewrite all of it; the chain shows a careless change and dates what
//! follows, it is no signature. Nothing is synced (a start must not wait for a
//! disk): after a power cut the end may be missing, never the middle wrong.

use std::cell::RefCell;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use plimsoll_api::lab::JournalEntry;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::config::Config;
use crate::failure::{ApiFailure, ApiResult};
use crate::identity::hex;
use crate::{machine, timestamp};

/// `prev` of the first line.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// The journal's name in the lab's directory.
pub const FILE_NAME: &str = "journal.jsonl";

/// How far back the last whole line is looked for (bytes). No entry is longer:
/// [`Journal::append`] leaves out the details of one that would be.
const LONGEST_LINE: u64 = 1 << 20;

/// How much waits in memory while the disk is full (bytes).
const MOST_WAITING: usize = 4 << 20;

/// The kinds of entries. A grader reads them: they are a contract.
pub mod kind {
    /// The engine started: `boot` (the machine's boot id), `engine` (version),
    /// `recovered_bytes` of a line that the engine before did not finish.
    pub const LAB_START: &str = "lab.start";
    /// The lab was kept under a name: how many `containers`, `images`, `volumes`.
    pub const LAB_SNAPSHOT: &str = "lab.snapshot";
    /// The lab is again what it was after entry `since`: the entries between
    /// that one and this one were undone.
    pub const LAB_RESTORE: &str = "lab.restore";
    /// An image came: `reference`, `digest`, `source`.
    pub const IMAGE_PULL: &str = "image.pull";
    /// A name was put on an image: `reference`, `previous` (an id or null).
    pub const IMAGE_TAG: &str = "image.tag";
    /// A name was taken off an image: `reference`.
    pub const IMAGE_UNTAG: &str = "image.untag";
    /// An image is gone.
    pub const IMAGE_REMOVE: &str = "image.delete";
    /// A container was made: `image` (id), `reference` asked for, `cmd`,
    /// `labels`, `name`.
    pub const CONTAINER_CREATE: &str = "container.create";
    /// Its process runs.
    pub const CONTAINER_START: &str = "container.start";
    /// Its process ended: `exit_code`, `own_command` (whether it was what the
    /// image is configured to run).
    pub const CONTAINER_DIE: &str = "container.die";
    /// It has another name: `name`, `previous`.
    pub const CONTAINER_RENAME: &str = "container.rename";
    /// It is gone.
    pub const CONTAINER_REMOVE: &str = "container.destroy";
    /// A command was run in it: `cmd`, `user`.
    pub const CONTAINER_EXEC: &str = "container.exec";
    /// Files were copied into it: `path`.
    pub const CONTAINER_COPY: &str = "container.copy";
    /// A volume was made: `driver`, `labels`, `anonymous`.
    pub const VOLUME_CREATE: &str = "volume.create";
    /// A volume is gone.
    pub const VOLUME_REMOVE: &str = "volume.destroy";
}

/// How a file fails to be a journal. Lines count from 1.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Broken {
    /// Not an entry.
    #[error("line {line} is not a journal entry: {reason}")]
    NotAnEntry {
        /// Which line.
        line: u64,
        /// What the parser said.
        reason: String,
    },
    /// Its number is not its place.
    #[error("line {line} is numbered {seq}: a line was removed or added")]
    Gap {
        /// Which line.
        line: u64,
        /// What it says.
        seq: u64,
    },
    /// The line before is not the one that was there.
    #[error("line {line} does not follow from the line before: one of them was changed")]
    Chain {
        /// Which line.
        line: u64,
    },
    /// The last line has no end: a write was cut short.
    #[error("the last line, {line}, was not written to its end")]
    Torn {
        /// Which line.
        line: u64,
    },
}

/// What a verified journal amounts to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Number of the last entry, 0 for none.
    pub seq: u64,
    /// SHA-256 of the last line, [`GENESIS`] for none.
    pub hash: String,
}

impl Head {
    fn of_nothing() -> Self {
        Self {
            seq: 0,
            hash: GENESIS.into(),
        }
    }
}

/// The journal, open for appending. One writer: the lab's engine, which holds
/// the lab's lock.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    /// Bytes of a torn line that opening took away.
    recovered: u64,
    writer: RefCell<Writer>,
}

#[derive(Debug)]
struct Writer {
    file: File,
    head: Head,
    /// Whole lines that the disk did not take; they go first next time.
    waiting: Vec<u8>,
    /// Why it did not.
    trouble: Option<String>,
}

fn hash_line(line: &[u8]) -> String {
    hex(&Sha256::digest(line))
}

impl Journal {
    /// Opens the lab's journal and enters the start, making the file if need be (0600), and takes away a
    /// last line that a killed engine did not finish.
    ///
    /// A whole last line that is no entry (somebody edited the file) is left as
    /// it is: the chain goes on after it, and [`verify`] names the place.
    ///
    /// # Errors
    /// 500 with the path when the file cannot be opened or read.
    pub fn open(config: &Config) -> ApiResult<Self> {
        let journal = Self::open_file(&config.state_dir.join(FILE_NAME))?;
        let data = json!({
            "boot": machine::boot_id(),
            "engine": env!("CARGO_PKG_VERSION"),
            "recovered_bytes": journal.recovered,
        });
        journal.append(kind::LAB_START, &config.lab, data);
        Ok(journal)
    }

    fn open_file(path: &Path) -> ApiResult<Self> {
        Self::recover(path)
            .map_err(|error| ApiFailure::internal(format!("journal {}: {error}", path.display())))
    }

    fn recover(path: &Path) -> io::Result<Self> {
        let mut file = OpenOptions::new()
            .read(true)
            .append(true)
            .create(true)
            .mode(0o600)
            .open(path)?;
        let length = file.seek(SeekFrom::End(0))?;
        file.seek(SeekFrom::Start(length.saturating_sub(2 * LONGEST_LINE)))?;
        let mut tail = Vec::new();
        file.read_to_end(&mut tail)?;
        let whole = tail
            .iter()
            .rposition(|&b| b == b'\n')
            .map_or(0, |at| at + 1);
        let recovered = (tail.len() - whole) as u64;
        if recovered > 0 {
            file.set_len(length - recovered)?;
        }
        let head = match last_line(&tail[..whole]) {
            None => Head::of_nothing(),
            Some(line) => Head {
                seq: match serde_json::from_slice::<JournalEntry>(line) {
                    Ok(entry) => entry.seq,
                    Err(_) => count_lines(path)?,
                },
                hash: hash_line(line),
            },
        };
        Ok(Self {
            path: path.to_owned(),
            recovered,
            writer: RefCell::new(Writer {
                file,
                head,
                waiting: Vec::new(),
                trouble: None,
            }),
        })
    }

    /// Bytes of an unfinished line that opening took away; 0 after a good end.
    #[must_use]
    pub fn recovered(&self) -> u64 {
        self.recovered
    }

    /// The last entry's number and hash.
    #[must_use]
    pub fn head(&self) -> Head {
        self.writer.borrow().head.clone()
    }

    /// Why entries wait to be written (a full disk), if they do; `/info` warns
    /// with it.
    #[must_use]
    pub fn trouble(&self) -> Option<String> {
        self.writer.borrow().trouble.clone()
    }

    /// Appends an entry. It is in the kernel's hands when this returns: it
    /// survives the death of the engine, not that of the machine.
    ///
    /// A full disk must not stop the container that caused it: what cannot be
    /// written waits in memory, up to [`MOST_WAITING`] bytes, and goes first at
    /// the next append.
    pub fn append(&self, kind: &str, subject: &str, data: Value) {
        let mut writer = self.writer.borrow_mut();
        let mut entry = JournalEntry {
            seq: writer.head.seq + 1,
            time: timestamp::now(),
            kind: kind.to_owned(),
            subject: subject.to_owned(),
            data,
            prev: writer.head.hash.clone(),
        };
        let mut line = line_of(&entry);
        if line.len() as u64 >= LONGEST_LINE {
            // A command line may be as long as the API's body limit.
            entry.data = json!({"omitted_bytes": line.len()});
            line = line_of(&entry);
        }
        if writer.waiting.len() + line.len() > MOST_WAITING {
            return;
        }
        writer.head = Head {
            seq: entry.seq,
            hash: hash_line(&line),
        };
        line.push(b'\n');
        writer.waiting.extend_from_slice(&line);
        writer.flush();
    }

    /// The lines after entry number `since`, as they are in the file.
    ///
    /// # Errors
    /// 500 with the path when the file cannot be read.
    pub fn since(&self, since: u64) -> ApiResult<Vec<u8>> {
        read_since(&self.path, since).map_err(|error| {
            ApiFailure::internal(format!("journal {}: {error}", self.path.display()))
        })
    }
}

impl Writer {
    fn flush(&mut self) {
        let before = match self.file.metadata() {
            Ok(metadata) => metadata.len(),
            Err(error) => return self.trouble = Some(error.to_string()),
        };
        match self.file.write_all(&self.waiting) {
            Ok(()) => {
                self.waiting.clear();
                self.trouble = None;
            }
            Err(error) => {
                // Half a line would make the next one part of it.
                let _ = self.file.set_len(before);
                self.trouble = Some(error.to_string());
            }
        }
    }
}

fn line_of(entry: &JournalEntry) -> Vec<u8> {
    serde_json::to_vec(entry).unwrap_or_default()
}

fn last_line(whole: &[u8]) -> Option<&[u8]> {
    let body = whole.strip_suffix(b"\n")?;
    let start = body
        .iter()
        .rposition(|&b| b == b'\n')
        .map_or(0, |at| at + 1);
    Some(&body[start..])
}

fn count_lines(path: &Path) -> io::Result<u64> {
    let mut count = 0;
    for line in BufReader::new(File::open(path)?).split(b'\n') {
        line?;
        count += 1;
    }
    Ok(count)
}

fn read_since(path: &Path, since: u64) -> io::Result<Vec<u8>> {
    let mut reader = BufReader::new(File::open(path)?);
    let mut line = Vec::new();
    for _ in 0..since {
        line.clear();
        if reader.read_until(b'\n', &mut line)? == 0 {
            return Ok(Vec::new());
        }
    }
    let mut rest = Vec::new();
    reader.read_to_end(&mut rest)?;
    Ok(rest)
}

/// Checks a journal's text from its first line to its last.
///
/// # Errors
/// The first [`Broken`] place.
pub fn verify(text: &[u8]) -> Result<Head, Broken> {
    let mut head = Head::of_nothing();
    let mut rest = text;
    while !rest.is_empty() {
        let number = head.seq + 1;
        let Some(end) = rest.iter().position(|&b| b == b'\n') else {
            return Err(Broken::Torn { line: number });
        };
        let line = &rest[..end];
        rest = &rest[end + 1..];
        let entry: JournalEntry =
            serde_json::from_slice(line).map_err(|error| Broken::NotAnEntry {
                line: number,
                reason: error.to_string(),
            })?;
        if entry.seq != number {
            return Err(Broken::Gap {
                line: number,
                seq: entry.seq,
            });
        }
        if entry.prev != head.hash {
            return Err(Broken::Chain { line: number });
        }
        head = Head {
            seq: number,
            hash: hash_line(line),
        };
    }
    Ok(head)
}

#[cfg(test)]
mod tests {
    use super::*;

    struct Case {
        _dir: tempfile::TempDir,
        path: PathBuf,
    }

    fn three_entries() -> Case {
        let dir = tempfile::tempdir().expect("a directory");
        let path = dir.path().join("journal.jsonl");
        let journal = Journal::open_file(&path).expect("it opens");
        for (kind, subject) in [
            (kind::LAB_START, "lab"),
            (kind::IMAGE_PULL, "nginx"),
            (kind::CONTAINER_CREATE, "abc"),
        ] {
            journal.append(kind, subject, json!({"name": "web"}));
        }
        Case { _dir: dir, path }
    }

    fn text(case: &Case) -> String {
        std::fs::read_to_string(&case.path).expect("it reads")
    }

    #[test]
    fn entries_are_numbered_chained_and_survive_a_reopening() {
        let case = three_entries();
        let head = verify(text(&case).as_bytes()).expect("it is whole");
        assert_eq!(head.seq, 3);
        let journal = Journal::open_file(&case.path).expect("it opens again");
        assert_eq!(journal.head(), head);
        assert_eq!(journal.recovered(), 0);
        journal.append(kind::CONTAINER_DIE, "abc", json!({"exit_code": 0}));
        assert_eq!(journal.head().seq, 4);
        verify(text(&case).as_bytes()).expect("still whole");
        let line = text(&case).lines().nth(3).expect("line 4").to_owned();
        assert!(line.starts_with(r#"{"seq":4,"time":""#), "{line}");
        assert!(
            line.contains(
                r#""kind":"container.die","subject":"abc","data":{"exit_code":0},"prev":""#
            )
        );
    }

    #[test]
    fn any_change_is_found_at_its_line() {
        let case = three_entries();
        let good = text(&case);
        let lines: Vec<&str> = good.lines().collect();
        let changed = good.replacen("nginx", "nginy", 1);
        assert_eq!(verify(changed.as_bytes()), Err(Broken::Chain { line: 3 }));
        let removed = format!("{}\n{}\n", lines[0], lines[2]);
        assert_eq!(
            verify(removed.as_bytes()),
            Err(Broken::Gap { line: 2, seq: 3 })
        );
        let first_gone = format!("{}\n", lines[1]);
        assert!(verify(first_gone.as_bytes()).is_err());
        let foreign = format!("{}\nhello\n", lines[0]);
        assert!(matches!(
            verify(foreign.as_bytes()),
            Err(Broken::NotAnEntry { line: 2, .. })
        ));
        let torn = &good[..good.len() - 5];
        assert_eq!(verify(torn.as_bytes()), Err(Broken::Torn { line: 3 }));
        assert_eq!(verify(b"").expect("empty is whole").hash, GENESIS);
    }

    #[test]
    fn a_line_cut_anywhere_is_taken_away_and_the_chain_goes_on() {
        let case = three_entries();
        let good = std::fs::read(&case.path).expect("it reads");
        let second_end = good[..good.len() - 1]
            .iter()
            .rposition(|&b| b == b'\n')
            .expect("three lines")
            + 1;
        for cut in second_end..good.len() {
            std::fs::write(&case.path, &good[..cut]).expect("it writes");
            let journal = Journal::open_file(&case.path).expect("it opens");
            assert_eq!(journal.head().seq, 2, "cut at {cut}");
            assert_eq!(journal.recovered(), (cut - second_end) as u64);
            journal.append(kind::LAB_START, "lab", Value::Null);
            let now = std::fs::read(&case.path).expect("it reads");
            assert_eq!(verify(&now).expect("whole").seq, 3);
        }
    }

    #[test]
    fn a_forged_last_line_does_not_stop_the_engine() {
        let case = three_entries();
        let mut forged = text(&case);
        forged.push_str("nonsense\n");
        std::fs::write(&case.path, &forged).expect("it writes");
        let journal = Journal::open_file(&case.path).expect("it opens");
        journal.append(kind::LAB_START, "lab", Value::Null);
        assert_eq!(journal.head().seq, 5);
        assert!(matches!(
            verify(text(&case).as_bytes()),
            Err(Broken::NotAnEntry { line: 4, .. })
        ));
    }

    #[test]
    fn reading_from_a_place_on() {
        let case = three_entries();
        let journal = Journal::open_file(&case.path).expect("it opens");
        let all = journal.since(0).expect("it reads");
        assert_eq!(verify(&all).expect("whole").seq, 3);
        let last = journal.since(2).expect("it reads");
        let entry: JournalEntry = serde_json::from_slice(&last).expect("one entry");
        assert_eq!(
            (entry.seq, entry.kind.as_str()),
            (3, kind::CONTAINER_CREATE)
        );
        assert!(journal.since(3).expect("it reads").is_empty());
        assert!(journal.since(99).expect("it reads").is_empty());
    }

    #[test]
    fn an_entry_too_long_to_find_again_loses_its_details() {
        let case = three_entries();
        let journal = Journal::open_file(&case.path).expect("it opens");
        journal.append(kind::CONTAINER_CREATE, "abc", json!("x".repeat(2 << 20)));
        assert_eq!(verify(text(&case).as_bytes()).expect("whole").seq, 4);
        assert!(text(&case).len() < 4096);
        let journal = Journal::open_file(&case.path).expect("it opens");
        assert_eq!(journal.head().seq, 4);
    }

    #[test]
    fn what_the_disk_does_not_take_waits_and_goes_first() {
        let case = three_entries();
        let journal = Journal::open_file(&case.path).expect("it opens");
        let good = std::mem::replace(
            &mut journal.writer.borrow_mut().file,
            OpenOptions::new()
                .write(true)
                .open("/dev/full")
                .expect("/dev/full"),
        );
        journal.append(kind::CONTAINER_CREATE, "waits", Value::Null);
        assert!(journal.trouble().is_some_and(|why| why.contains("space")));
        journal.writer.borrow_mut().file = good;
        journal.append(kind::CONTAINER_START, "goes", Value::Null);
        assert_eq!(journal.trouble(), None);
        assert_eq!(verify(text(&case).as_bytes()).expect("whole").seq, 5);
    }
}
