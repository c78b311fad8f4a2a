//! The reading side: tail, since, until, timestamps, follow.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::rc::Rc;

use jiff::Timestamp;

use super::file::LogFile;
use super::line::{Entry, Stream};
use crate::http::reply::{ClientGone, StreamSender};
use crate::streams::frame;
use crate::timestamp;

/// Read at a time (bytes).
const BLOCK: usize = 32 * 1024;

/// How many lines from the end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tail {
    All,
    Lines(u64),
}

impl Tail {
    /// `all`, a number; anything else and negative numbers mean all, as in dockerd.
    pub fn parse(text: Option<&str>) -> Self {
        text.and_then(|text| text.parse().ok())
            .map_or(Self::All, Self::Lines)
    }
}

/// What a client asked for.
#[derive(Debug, Clone)]
pub struct Selection {
    pub stdout: bool,
    pub stderr: bool,
    pub since: Option<Timestamp>,
    pub until: Option<Timestamp>,
    pub tail: Tail,
    /// Each line begins with its time.
    pub timestamps: bool,
    /// Go on until the container stops.
    pub follow: bool,
    /// Frames with a header for each line; a terminal's output has none.
    pub multiplexed: bool,
}

impl Selection {
    /// Appends `entry` to `out` if it is wanted. `false` ends the reading: the
    /// entry is later than `until`.
    fn take(&self, entry: &Entry<'_>, out: &mut Vec<u8>) -> bool {
        let wanted = match entry.stream {
            Stream::Stdout => self.stdout,
            Stream::Stderr => self.stderr,
        };
        let time = (self.since.is_some() || self.until.is_some())
            .then(|| timestamp::parse(&entry.time))
            .flatten();
        if let (Some(until), Some(time)) = (self.until, time)
            && time > until
        {
            return false;
        }
        if let (Some(since), Some(time)) = (self.since, time)
            && time < since
        {
            return true;
        }
        if !wanted {
            return true;
        }
        let prefix = if self.timestamps {
            format!("{} ", entry.time)
        } else {
            String::new()
        };
        if self.multiplexed {
            let length = prefix.len() + entry.log.len();
            out.extend_from_slice(&frame::header(entry.stream, length));
        }
        out.extend_from_slice(prefix.as_bytes());
        out.extend_from_slice(entry.log.as_bytes());
        true
    }
}

/// Sends the selected lines, and with `follow` the ones to come, until the
/// container stops or the client goes.
pub async fn follow(log: Rc<LogFile>, selection: Selection, sender: StreamSender) {
    let mut watch = log.watch();
    let mut seen = *watch.borrow_and_update();
    let mut files = log.files();
    let (mut index, mut offset) = start(&files, selection.tail).unwrap_or((0, 0));
    loop {
        while index < files.len() {
            match send_file(&files[index], offset, &selection, &sender).await {
                Ok(Some(end)) => offset = end,
                Ok(None) | Err(ClientGone) => return,
            }
            if index + 1 == files.len() {
                break;
            }
            (index, offset) = (index + 1, 0);
        }
        let now = *watch.borrow_and_update();
        if now.writes == seen.writes {
            if !selection.follow || !now.open {
                return;
            }
            tokio::select! {
                changed = watch.changed() => if changed.is_err() { return },
                () = sender.closed() => return,
            }
            continue;
        }
        if now.generation != seen.generation || files.is_empty() {
            // What was the current file may have grown before it was rotated.
            let rest = files.pop().map(|file| (file, offset));
            files = File::open(log.path()).into_iter().collect();
            (index, offset) = (0, 0);
            if let Some((file, from)) = rest
                && !matches!(
                    send_file(&file, from, &selection, &sender).await,
                    Ok(Some(_))
                )
            {
                return;
            }
        }
        seen = now;
    }
}

/// Sends a file's entries from `offset` on; answers where it stopped, or `None`
/// when the selection has ended.
async fn send_file(
    file: &File,
    mut offset: u64,
    selection: &Selection,
    sender: &StreamSender,
) -> Result<Option<u64>, ClientGone> {
    let mut block = vec![0u8; BLOCK];
    loop {
        let length = file.read_at(&mut block, offset).unwrap_or(0);
        let Some(last) = block[..length].iter().rposition(|byte| *byte == b'\n') else {
            if length < block.len() {
                return Ok(Some(offset));
            }
            // A line longer than the block: its JSON may be six times its bytes.
            let larger = block.len() * 2;
            block.resize(larger, 0);
            continue;
        };
        let mut out = Vec::new();
        let mut go_on = true;
        for line in block[..last].split(|byte| *byte == b'\n') {
            if let Ok(entry) = serde_json::from_slice::<Entry<'_>>(line) {
                go_on = selection.take(&entry, &mut out);
            }
            if !go_on {
                break;
            }
        }
        if !out.is_empty() {
            sender.send(out).await?;
        }
        if !go_on {
            return Ok(None);
        }
        offset += last as u64 + 1;
    }
}

/// Where the last `tail` lines begin: index of the file and offset in it.
fn start(files: &[File], tail: Tail) -> io::Result<(usize, u64)> {
    let Tail::Lines(mut wanted) = tail else {
        return Ok((0, 0));
    };
    for (index, file) in files.iter().enumerate().rev() {
        let mut end = file.metadata()?.len();
        if wanted == 0 {
            return Ok((index, end));
        }
        let mut block = vec![0u8; BLOCK];
        let size = end;
        while end > 0 {
            let begin = end.saturating_sub(BLOCK as u64);
            let length = (end - begin) as usize;
            file.read_exact_at(&mut block[..length], begin)?;
            for at in (0..length).rev() {
                let position = begin + at as u64;
                if block[at] != b'\n' || position + 1 == size {
                    continue;
                }
                wanted -= 1;
                if wanted == 0 {
                    return Ok((index, position + 1));
                }
            }
            end = begin;
        }
        if size > 0 {
            wanted -= 1;
        }
        if wanted == 0 {
            return Ok((index, 0));
        }
    }
    Ok((0, 0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::reply::{self, Body};
    use crate::logs::Limits;

    fn plain(tail: Tail, follow: bool) -> Selection {
        Selection {
            stdout: true,
            stderr: true,
            since: None,
            until: None,
            tail,
            timestamps: false,
            follow,
            multiplexed: false,
        }
    }

    fn filled(dir: &tempfile::TempDir, max_size: u64, lines: u32) -> Rc<LogFile> {
        let limits = Limits {
            max_size,
            max_files: 2,
        };
        let log = LogFile::new(dir.path().join("x-json.log"), limits);
        log.open().unwrap();
        for number in 0..lines {
            log.append(Stream::Stdout, format!("{number}\n").as_bytes());
        }
        Rc::new(log)
    }

    async fn collect(log: Rc<LogFile>, selection: Selection) -> String {
        let (sender, reply) = reply::stream("text/plain");
        let reading = follow(log, selection, sender);
        let Body::Stream(mut chunks) = reply.into_body() else {
            panic!("a stream was asked for");
        };
        let receiving = async {
            let mut all = Vec::new();
            while let Some(chunk) = chunks.recv().await {
                all.extend_from_slice(&chunk.expect("a chunk"));
            }
            String::from_utf8(all).unwrap()
        };
        tokio::join!(reading, receiving).1
    }

    #[tokio::test(flavor = "current_thread")]
    async fn tail_counts_lines_over_rotated_files() {
        let dir = tempfile::tempdir().unwrap();
        let log = filled(&dir, 1000, 20);
        assert_eq!(log.files().len(), 2, "the test needs a rotation");
        let tail = |n| collect(log.clone(), plain(Tail::Lines(n), false));
        assert_eq!(tail(0).await, "");
        assert_eq!(tail(2).await, "18\n19\n");
        let many = tail(14).await;
        assert_eq!(many.lines().count(), 14);
        assert!(many.starts_with("6\n"), "{many}");
    }

    #[tokio::test(flavor = "current_thread")]
    async fn a_follower_sees_rotations_and_ends_with_the_container() {
        let dir = tempfile::tempdir().unwrap();
        let log = filled(&dir, 1000, 3);
        let writing = async {
            for number in 3..12 {
                tokio::task::yield_now().await;
                log.append(Stream::Stdout, format!("{number}\n").as_bytes());
            }
            tokio::task::yield_now().await;
            log.close();
        };
        let (text, ()) = tokio::join!(collect(log.clone(), plain(Tail::All, true)), writing);
        let expected: String = (0..12).map(|n| format!("{n}\n")).collect();
        assert_eq!(text, expected);
    }

    #[tokio::test(flavor = "current_thread")]
    async fn frames_and_times_are_put_before_lines() {
        let dir = tempfile::tempdir().unwrap();
        let log = filled(&dir, 1 << 20, 1);
        let selection = Selection {
            timestamps: true,
            multiplexed: true,
            ..plain(Tail::All, false)
        };
        let text = collect(log, selection).await;
        let bytes = text.as_bytes();
        assert_eq!(bytes[0], 1);
        assert_eq!(bytes[7] as usize, bytes.len() - 8);
        assert!(text.ends_with("Z 0\n"), "{text}");
    }
}
