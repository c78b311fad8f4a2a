//! The bytes of an archive on their way in: uncompressed, hashed, bounded.
//!
//! Compression is found by its magic number, as Docker does: registries label
//! it wrongly. Nothing is ever started to decompress (CVE-2026-41567).

use std::cell::Cell;
use std::io::{self, BufReader, Read};
use std::rc::Rc;

use flate2::bufread::MultiGzDecoder;
use sha2::{Digest as _, Sha256};

use crate::digest::Digest;
use crate::error::UnpackError;
use crate::limits::Limits;

const BUFFER: usize = 256 << 10;

/// Media types of layers that can be unpacked (image-spec `layer.md` and
/// Docker's image manifest v2 schema 2).
const LAYER_TYPES: &[&str] = &[
    "application/vnd.oci.image.layer.v1.tar",
    "application/vnd.oci.image.layer.v1.tar+gzip",
    "application/vnd.oci.image.layer.v1.tar+zstd",
    "application/vnd.docker.image.rootfs.diff.tar",
    "application/vnd.docker.image.rootfs.diff.tar.gzip",
    "application/vnd.docker.image.rootfs.diff.tar.zstd",
];

/// Refuses what is not a layer: a signature, a foreign layer, a chart.
pub(crate) fn check_media_type(media_type: &str) -> Result<(), UnpackError> {
    if LAYER_TYPES.contains(&media_type) {
        return Ok(());
    }
    Err(UnpackError::MediaType(media_type.to_owned()))
}

/// An uncompressed archive, read in large steps.
pub(crate) struct Source<'a> {
    decoder: Box<dyn Read + 'a>,
    hasher: Option<Sha256>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    compressed: Rc<Cell<u64>>,
    uncompressed: u64,
    limits: Limits,
}

/// Counts what was read of the compressed bytes.
struct Counted<R> {
    reader: R,
    count: Rc<Cell<u64>>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.reader.read(buffer)?;
        self.count.set(self.count.get() + length as u64);
        Ok(length)
    }
}

impl<'a> Source<'a> {
    /// Looks at the first bytes of `reader` and begins to decompress.
    pub(crate) fn new(reader: impl Read + 'a, limits: Limits) -> Result<Self, UnpackError> {
        let compressed = Rc::new(Cell::new(0));
        let counted = Counted {
            reader,
            count: compressed.clone(),
        };
        let (magic, rest) = first_bytes(counted).map_err(unreadable)?;
        let whole = io::Cursor::new(magic.clone()).chain(rest);
        let reader = BufReader::with_capacity(BUFFER, whole);
        let decoder: Box<dyn Read + 'a> = if magic.starts_with(&[0x1f, 0x8b]) {
            Box::new(MultiGzDecoder::new(reader))
        } else if magic.starts_with(&[0x28, 0xb5, 0x2f, 0xfd]) {
            Box::new(zstd::Decoder::with_buffer(reader).map_err(unreadable)?)
        } else if let Some(name) = foreign_compression(&magic) {
            return Err(UnpackError::Malformed(format!(
                "it is compressed with {name}; only gzip and zstd are supported"
            )));
        } else {
            Box::new(reader)
        };
        let buffer = vec![0; BUFFER];
        let (start, end, uncompressed) = (0, 0, 0);
        Ok(Self {
            decoder,
            hasher: None,
            buffer,
            start,
            end,
            compressed,
            uncompressed,
            limits,
        })
    }

    /// Also computes the digest of the uncompressed bytes.
    pub(crate) fn hashed(mut self) -> Self {
        self.hasher = Some(Sha256::new());
        self
    }

    /// The bytes at hand, reading more if there are none; empty at the end.
    pub(crate) fn fill(&mut self) -> Result<&[u8], UnpackError> {
        if self.start == self.end {
            let length = self.read_decoder()?;
            (self.start, self.end) = (0, length);
        }
        Ok(&self.buffer[self.start..self.end])
    }

    /// Takes `length` of the bytes that [`Source::fill`] showed.
    pub(crate) fn consume(&mut self, length: usize) {
        self.start = (self.start + length).min(self.end);
    }

    /// Takes and returns `length` of the bytes that [`Source::fill`] showed.
    pub(crate) fn take(&mut self, length: usize) -> &[u8] {
        let start = self.start;
        self.consume(length);
        &self.buffer[start..self.start]
    }

    /// Reads to the end, so that the digest covers every byte, and returns it.
    pub(crate) fn finish(mut self) -> Result<Option<Digest>, UnpackError> {
        loop {
            let length = self.fill()?.len();
            if length == 0 {
                break;
            }
            self.consume(length);
        }
        Ok(self
            .hasher
            .map(|hasher| Digest::from(<[u8; 32]>::from(hasher.finalize()))))
    }

    fn read_decoder(&mut self) -> Result<usize, UnpackError> {
        let length = loop {
            match self.decoder.read(&mut self.buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                outcome => break outcome.map_err(unreadable)?,
            }
        };
        self.uncompressed += length as u64;
        if self.uncompressed > self.limits.bytes {
            return Err(UnpackError::Limit {
                what: "uncompressed bytes",
                limit: self.limits.bytes,
            });
        }
        let compressed = self.compressed.get().max(1);
        if self.uncompressed > Limits::RATIO_FLOOR
            && self.uncompressed / compressed > self.limits.ratio
        {
            let what = "uncompressed bytes for each compressed one";
            return Err(UnpackError::Limit {
                what,
                limit: self.limits.ratio,
            });
        }
        if let Some(hasher) = &mut self.hasher {
            hasher.update(&self.buffer[..length]);
        }
        Ok(length)
    }
}

/// The first six bytes, or all if there are fewer: a pipe may give one at a time.
fn first_bytes<R: Read>(mut reader: R) -> io::Result<(Vec<u8>, R)> {
    let mut magic = Vec::with_capacity(6);
    (&mut reader).take(6).read_to_end(&mut magic)?;
    Ok((magic, reader))
}

fn foreign_compression(magic: &[u8]) -> Option<&'static str> {
    if magic.starts_with(b"\xfd7zXZ\0") {
        Some("xz")
    } else if magic.starts_with(b"BZh") {
        Some("bzip2")
    } else {
        None
    }
}

fn unreadable(error: io::Error) -> UnpackError {
    UnpackError::Malformed(format!("cannot be read: {error}"))
}
