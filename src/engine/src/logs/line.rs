//! Lines of output: cutting a stream into lines, and the json-file encoding.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

/// A line without an end longer than this is written in parts (bytes), as
/// dockerd does.
const LONGEST: usize = 16 * 1024;

/// Which of a process's streams.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Stream {
    Stdout,
    Stderr,
}

impl Stream {
    /// The number in the multiplexed stream's header.
    pub fn number(self) -> u8 {
        match self {
            Self::Stdout => 1,
            Self::Stderr => 2,
        }
    }
}

/// One entry of a json-file log.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry<'a> {
    #[serde(borrow)]
    pub log: Cow<'a, str>,
    pub stream: Stream,
    #[serde(borrow)]
    pub time: Cow<'a, str>,
}

/// Cuts one stream into lines. Holds what has no end yet, nothing otherwise.
#[derive(Debug, Default)]
pub struct Cutter {
    pending: Vec<u8>,
}

impl Cutter {
    /// Gives every finished line of `chunk` (with its newline) to `emit`.
    pub fn cut(&mut self, chunk: &[u8], mut emit: impl FnMut(&[u8])) {
        for piece in chunk.split_inclusive(|byte| *byte == b'\n') {
            let whole = piece.ends_with(b"\n");
            if self.pending.is_empty() && whole {
                emit(piece);
                continue;
            }
            self.pending.extend_from_slice(piece);
            if whole || self.pending.len() >= LONGEST {
                emit(&self.pending);
                // A new vector, not `clear`: an idle container keeps no buffer.
                self.pending = Vec::new();
            }
        }
    }

    /// Gives what is left when the stream has ended.
    pub fn finish(&mut self, emit: impl FnOnce(&[u8])) {
        if !self.pending.is_empty() {
            emit(&std::mem::take(&mut self.pending));
        }
    }
}

/// Writes entries of one stream at one time: what is the same for all of them
/// is made once, since a flood is many short lines.
#[derive(Debug)]
pub struct Encoder {
    end: String,
}

impl Encoder {
    /// For lines of `stream` that came at `time` (RFC 3339).
    pub fn new(stream: Stream, time: &str) -> Self {
        let name = match stream {
            Stream::Stdout => "stdout",
            Stream::Stderr => "stderr",
        };
        Self {
            end: format!(",\"stream\":\"{name}\",\"time\":\"{time}\"}}\n"),
        }
    }

    /// Appends one entry to `out`. Bytes that are not UTF-8 become U+FFFD.
    pub fn encode(&self, out: &mut Vec<u8>, line: &[u8]) {
        out.extend_from_slice(b"{\"log\":");
        let body = line.strip_suffix(b"\n").unwrap_or(line);
        let plain = |byte: &u8| matches!(byte, b' '..=b'~') && !matches!(byte, b'"' | b'\\');
        if body.iter().all(plain) {
            out.push(b'"');
            out.extend_from_slice(body);
            out.extend_from_slice(if body.len() < line.len() {
                b"\\n\""
            } else {
                b"\""
            });
        } else {
            // Writing to a vector does not fail.
            let _ = serde_json::to_writer(&mut *out, &String::from_utf8_lossy(line));
        }
        out.extend_from_slice(self.end.as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut_all(chunks: &[&[u8]]) -> Vec<Vec<u8>> {
        let (mut cutter, mut lines) = (Cutter::default(), Vec::new());
        for chunk in chunks {
            cutter.cut(chunk, |line| lines.push(line.to_vec()));
        }
        cutter.finish(|line| lines.push(line.to_vec()));
        lines
    }

    #[test]
    fn lines_are_joined_over_chunks() {
        assert_eq!(
            cut_all(&[b"a\nb", b"c\n", b"\nlast"]),
            [&b"a\n"[..], b"bc\n", b"\n", b"last"]
        );
    }

    #[test]
    fn an_endless_line_is_written_in_parts() {
        let chunk = vec![b'x'; LONGEST];
        let lines = cut_all(&[&chunk, b"tail"]);
        assert_eq!(lines.len(), 2);
        assert_eq!(lines[1], b"tail");
    }

    #[test]
    fn plain_lines_are_written_as_others() {
        let encoder = Encoder::new(Stream::Stdout, "T");
        for line in [
            &b"plain\n"[..],
            b"no end",
            b"\n",
            b"",
            b"tab\t\n",
            b"back\\slash",
        ] {
            let mut out = Vec::new();
            encoder.encode(&mut out, line);
            let entry: Entry = serde_json::from_slice(&out).unwrap();
            assert_eq!(entry.log.as_bytes(), line);
            assert_eq!((entry.stream, &*entry.time), (Stream::Stdout, "T"));
        }
    }

    #[test]
    fn an_entry_reads_back() {
        let mut out = Vec::new();
        let encoder = Encoder::new(Stream::Stderr, "2026-01-01T00:00:00Z");
        encoder.encode(&mut out, b"\"q\"\xff\n");
        let entry: Entry = serde_json::from_slice(&out).unwrap();
        assert_eq!(entry.log, "\"q\"\u{fffd}\n");
        assert_eq!(entry.stream, Stream::Stderr);
        assert!(
            out.starts_with(b"{\"log\":\"\\\"q"),
            "order of Docker's members"
        );
    }
}
