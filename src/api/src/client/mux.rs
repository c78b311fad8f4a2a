//! The multiplexed stream of attach, exec and logs without a terminal: frames
//! of an 8-byte header (stream, three zeros, length in network order) and
//! bytes.

use std::fmt;

/// Which of the container's streams bytes belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    Stdin,
    Stdout,
    Stderr,
    /// An error of the engine in the middle of a stream.
    System,
}

const HEADER: usize = 8;

/// The bytes are not frames.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("unrecognized input header: {0}")]
pub struct UnknownStream(pub u8);

/// Takes bytes as they come and gives out the parts of frames; holds back only
/// an incomplete header.
#[derive(Debug, Default)]
pub struct Demux {
    header: [u8; HEADER],
    filled: usize,
    stream: Option<Stream>,
    left: usize,
}

impl Demux {
    pub fn new() -> Self {
        Self::default()
    }

    /// Splits `bytes`; `sink` is called for each part, in order. What the sink
    /// returns as an error ends the splitting.
    pub fn push<E: From<UnknownStream>>(
        &mut self,
        mut bytes: &[u8],
        mut sink: impl FnMut(Stream, &[u8]) -> Result<(), E>,
    ) -> Result<(), E> {
        while !bytes.is_empty() {
            match self.stream {
                Some(stream) if self.left > 0 => {
                    let (part, rest) = bytes.split_at(self.left.min(bytes.len()));
                    self.left -= part.len();
                    bytes = rest;
                    sink(stream, part)?;
                }
                _ => bytes = self.read_header(bytes)?,
            }
        }
        Ok(())
    }

    fn read_header<'a>(&mut self, bytes: &'a [u8]) -> Result<&'a [u8], UnknownStream> {
        let (part, rest) = bytes.split_at((HEADER - self.filled).min(bytes.len()));
        self.header[self.filled..self.filled + part.len()].copy_from_slice(part);
        self.filled += part.len();
        if self.filled == HEADER {
            let [stream, _, _, _, length @ ..] = self.header;
            self.stream = Some(Stream::try_from(stream)?);
            self.left = u32::from_be_bytes(length) as usize;
            self.filled = 0;
        }
        Ok(rest)
    }
}

/// The header of a frame, for those who write them.
pub fn frame_header(stream: Stream, length: u32) -> [u8; HEADER] {
    let [a, b, c, d] = length.to_be_bytes();
    [stream as u8, 0, 0, 0, a, b, c, d]
}

impl TryFrom<u8> for Stream {
    type Error = UnknownStream;

    fn try_from(byte: u8) -> Result<Self, UnknownStream> {
        match byte {
            0 => Ok(Self::Stdin),
            1 => Ok(Self::Stdout),
            2 => Ok(Self::Stderr),
            3 => Ok(Self::System),
            other => Err(UnknownStream(other)),
        }
    }
}

impl fmt::Display for Stream {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Stdin => "stdin",
            Self::Stdout => "stdout",
            Self::Stderr => "stderr",
            Self::System => "systemerr",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(pieces: &[&[u8]]) -> Result<Vec<(Stream, Vec<u8>)>, UnknownStream> {
        let mut demux = Demux::new();
        let mut parts: Vec<(Stream, Vec<u8>)> = Vec::new();
        for piece in pieces {
            demux.push(piece, |stream, part| {
                match parts.last_mut() {
                    Some((last, bytes)) if *last == stream => bytes.extend_from_slice(part),
                    _ => parts.push((stream, part.to_vec())),
                }
                Ok::<(), UnknownStream>(())
            })?;
        }
        Ok(parts)
    }

    #[test]
    fn frames_are_split_wherever_the_bytes_are_cut() {
        let mut bytes = frame_header(Stream::Stdout, 3).to_vec();
        bytes.extend_from_slice(b"out");
        bytes.extend_from_slice(&frame_header(Stream::Stderr, 0));
        bytes.extend_from_slice(&frame_header(Stream::Stderr, 2));
        bytes.extend_from_slice(b"er");
        let want = vec![
            (Stream::Stdout, b"out".to_vec()),
            (Stream::Stderr, b"er".to_vec()),
        ];
        assert_eq!(split(&[&bytes]).unwrap(), want);
        for cut in 1..bytes.len() {
            let (a, b) = bytes.split_at(cut);
            assert_eq!(split(&[a, b]).unwrap(), want, "cut at {cut}");
        }
    }

    #[test]
    fn what_is_no_frame_is_refused() {
        assert_eq!(split(&[b"hello world"]), Err(UnknownStream(b'h')));
    }
}
