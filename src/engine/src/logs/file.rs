//! The writing side of one container's log.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use tokio::sync::watch;

use super::line::{Cutter, Encoder, Stream};
use crate::failure::{ApiFailure, ApiResult};
use crate::timestamp;

/// How large a log may grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of one file.
    pub max_size: u64,
    /// Files, the current one included.
    pub max_files: u32,
}

impl Default for Limits {
    /// Docker sets no limit by default; a learner's disk is worth one.
    fn default() -> Self {
        Self {
            max_size: 16 << 20,
            max_files: 2,
        }
    }
}

impl Limits {
    /// From `--log-opt max-size=10m --log-opt max-file=3`.
    ///
    /// # Errors
    /// 400 in dockerd's words for an unknown or unreadable option.
    pub fn from_options(options: &BTreeMap<String, String>) -> ApiResult<Self> {
        let mut limits = Self::default();
        for (name, value) in options {
            match name.as_str() {
                "max-size" => limits.max_size = size(value)?,
                "max-file" => {
                    limits.max_files = value
                        .parse()
                        .ok()
                        .filter(|n| *n > 0)
                        .ok_or_else(|| ApiFailure::invalid("max-file cannot be less than 1"))?;
                }
                "labels" | "labels-regex" | "env" | "env-regex" | "compress" | "tag" | "mode"
                | "max-buffer-size" => {}
                other => {
                    return Err(ApiFailure::invalid(format!(
                        "unknown log opt '{other}' for json-file log driver"
                    )));
                }
            }
        }
        Ok(limits)
    }
}

fn size(text: &str) -> ApiResult<u64> {
    let lower = text.trim().to_ascii_lowercase();
    let digits = lower.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let factor = match lower[digits.len()..].trim_end_matches('b') {
        "" => 1u64,
        "k" => 1 << 10,
        "m" => 1 << 20,
        "g" => 1 << 30,
        _ => 0,
    };
    digits
        .parse::<u64>()
        .ok()
        .and_then(|number| number.checked_mul(factor))
        .filter(|bytes| *bytes > 0)
        .ok_or_else(|| ApiFailure::invalid(format!("invalid size: '{text}'")))
}

/// What readers that follow are told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Grows with every write.
    pub writes: u64,
    /// Grows with every rotation.
    pub generation: u64,
    /// A process writes to it.
    pub open: bool,
}

/// The log of one container, over all its starts.
#[derive(Debug)]
pub struct LogFile {
    path: PathBuf,
    limits: Cell<Limits>,
    writer: RefCell<Option<Writer>>,
    progress: watch::Sender<Progress>,
}

#[derive(Debug)]
struct Writer {
    file: File,
    size: u64,
    stdout: Cutter,
    stderr: Cutter,
}

impl LogFile {
    /// The log at `path`; nothing is opened yet.
    pub fn new(path: PathBuf, limits: Limits) -> Self {
        Self {
            path,
            limits: Cell::new(limits),
            writer: RefCell::new(None),
            progress: watch::Sender::new(Progress::default()),
        }
    }

    /// Where the current file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Opens it for a start.
    ///
    /// # Errors
    /// When the file cannot be opened or created.
    pub fn open(&self) -> io::Result<()> {
        let file = append_to(&self.path)?;
        let size = file.metadata()?.len();
        *self.writer.borrow_mut() = Some(Writer {
            file,
            size,
            stdout: Cutter::default(),
            stderr: Cutter::default(),
        });
        self.progress.send_modify(|progress| progress.open = true);
        Ok(())
    }

    /// Writes what a process printed. A full disk loses lines and never stops
    /// the process: that is dockerd's choice as well.
    pub fn append(&self, stream: Stream, chunk: &[u8]) {
        let mut slot = self.writer.borrow_mut();
        let Some(writer) = slot.as_mut() else { return };
        let encoder = Encoder::new(stream, &timestamp::now());
        let mut out = Vec::with_capacity(chunk.len() + 96);
        let cutter = match stream {
            Stream::Stdout => &mut writer.stdout,
            Stream::Stderr => &mut writer.stderr,
        };
        cutter.cut(chunk, |line| encoder.encode(&mut out, line));
        self.write(writer, &out);
    }

    /// Writes what has no newline and tells followers that nothing more comes.
    pub fn close(&self) {
        if let Some(mut writer) = self.writer.borrow_mut().take() {
            let time = timestamp::now();
            let mut out = Vec::new();
            for (stream, cutter) in [
                (Stream::Stdout, &mut writer.stdout),
                (Stream::Stderr, &mut writer.stderr),
            ] {
                cutter.finish(|line| Encoder::new(stream, &time).encode(&mut out, line));
            }
            self.write(&mut writer, &out);
        }
        self.progress.send_modify(|progress| progress.open = false);
    }

    /// For readers that follow.
    pub fn watch(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    /// The files that exist, the oldest first.
    pub fn files(&self) -> Vec<File> {
        (0..self.limits.get().max_files)
            .rev()
            .filter_map(|age| File::open(aged(&self.path, age)).ok())
            .collect()
    }

    fn write(&self, writer: &mut Writer, out: &[u8]) {
        if out.is_empty() {
            return;
        }
        let limits = self.limits.get();
        let mut rotated = false;
        if writer.size > 0 && writer.size + out.len() as u64 > limits.max_size {
            rotated = self.rotate(writer, limits).is_ok();
        }
        if writer.file.write_all(out).is_ok() {
            writer.size += out.len() as u64;
        }
        self.progress.send_modify(|progress| {
            progress.writes += 1;
            progress.generation += u64::from(rotated);
        });
    }

    fn rotate(&self, writer: &mut Writer, limits: Limits) -> io::Result<()> {
        if limits.max_files == 1 {
            writer.file.set_len(0)?;
        } else {
            for age in (0..limits.max_files - 1).rev() {
                let from = aged(&self.path, age);
                if from.exists() {
                    std::fs::rename(from, aged(&self.path, age + 1))?;
                }
            }
            writer.file = append_to(&self.path)?;
        }
        writer.size = 0;
        Ok(())
    }
}

fn append_to(path: &Path) -> io::Result<File> {
    OpenOptions::new().append(true).create(true).open(path)
}

/// `x-json.log`, `x-json.log.1`, ... as dockerd names them.
fn aged(path: &Path, age: u32) -> PathBuf {
    if age == 0 {
        return path.to_owned();
    }
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{age}"));
    PathBuf::from(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_stays_within_its_bounds() {
        let dir = tempfile::tempdir().unwrap();
        let limits = Limits {
            max_size: 4096,
            max_files: 2,
        };
        let log = LogFile::new(dir.path().join("x-json.log"), limits);
        log.open().unwrap();
        for _ in 0..1000 {
            log.append(Stream::Stdout, b"yes\nyes\nyes\n");
        }
        log.close();
        let sizes: Vec<u64> = log
            .files()
            .iter()
            .map(|f| f.metadata().unwrap().len())
            .collect();
        assert_eq!(sizes.len(), 2);
        assert!(sizes.iter().all(|size| *size <= 4096), "{sizes:?}");
        assert!(log.watch().borrow().generation > 10);
    }

    #[test]
    fn options_are_read_and_refused_like_dockers() {
        let of = |name: &str, value: &str| {
            Limits::from_options(&BTreeMap::from([(name.into(), value.into())]))
        };
        assert_eq!(of("max-size", "10m").unwrap().max_size, 10 << 20);
        assert_eq!(of("max-size", "1KB").unwrap().max_size, 1 << 10);
        assert_eq!(of("max-file", "3").unwrap().max_files, 3);
        assert_eq!(
            of("size", "1").unwrap_err().message,
            "unknown log opt 'size' for json-file log driver"
        );
        assert!(of("max-size", "ten").is_err());
    }
}
