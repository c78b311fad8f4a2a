//! Writing a tar: ustar headers, with PAX records where those are too small.

use std::io::{self, Read, Write};
use std::path::Path;

use sha2::{Digest as _, Sha256};
use tar::{EntryType, Header};

use crate::attributes::Attributes;
use crate::digest::Digest;
use crate::entries::{Kind, XATTR_PREFIX};

const BLOCK: usize = 512;
const BUFFER: usize = 128 << 10;
/// Longest name and link of a ustar header, in bytes.
const LONGEST_NAME: usize = 100;
/// Largest id in a ustar header: seven octal digits.
const LARGEST_ID: u32 = 0o7_777_777;
/// Largest length in a ustar header: eleven octal digits.
const LARGEST_SIZE: u64 = 0o77_777_777_777;

/// What to call an entry, and what kind it is.
pub(crate) struct Heading<'h> {
    pub(crate) name: &'h [u8],
    pub(crate) link: &'h [u8],
    pub(crate) kind: Kind,
    pub(crate) size: u64,
}

/// Writes entries one after the other, and their digest if asked.
pub(crate) struct EntryWriter<W: Write> {
    out: io::BufWriter<Hashing<W>>,
}

struct Hashing<W> {
    out: W,
    hasher: Sha256,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let length = self.out.write(bytes)?;
        self.hasher.update(&bytes[..length]);
        Ok(length)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.out.flush()
    }
}

impl<W: Write> EntryWriter<W> {
    pub(crate) fn new(out: W) -> Self {
        let hashing = Hashing {
            out,
            hasher: Sha256::new(),
        };
        Self {
            out: io::BufWriter::with_capacity(BUFFER, hashing),
        }
    }

    /// Writes an entry and `heading.size` bytes of `data`. A file that became
    /// shorter meanwhile is filled with zeros: the header is out already.
    pub(crate) fn entry(
        &mut self,
        heading: &Heading<'_>,
        attributes: &Attributes,
        data: &mut dyn Read,
    ) -> io::Result<()> {
        let records = pax_records(heading, attributes);
        if !records.is_empty() {
            self.pax_entry(heading.name, &records)?;
        }
        let mut header = Header::new_ustar();
        fill(&mut header, heading, attributes);
        self.out.write_all(header.as_bytes())?;
        let copied = io::copy(&mut data.take(heading.size), &mut self.out)?;
        self.zeros(heading.size - copied)?;
        self.zeros((BLOCK as u64 - heading.size % BLOCK as u64) % BLOCK as u64)
    }

    /// Ends the archive and returns the digest of all of it.
    pub(crate) fn finish(mut self) -> io::Result<Digest> {
        self.zeros(2 * BLOCK as u64)?;
        self.out.flush()?;
        let hashing = self
            .out
            .into_inner()
            .map_err(io::IntoInnerError::into_error)?;
        Ok(Digest::from(<[u8; 32]>::from(hashing.hasher.finalize())))
    }

    fn zeros(&mut self, count: u64) -> io::Result<()> {
        io::copy(&mut io::repeat(0).take(count), &mut self.out).map(drop)
    }

    fn pax_entry(&mut self, name: &[u8], records: &[u8]) -> io::Result<()> {
        let mut header = Header::new_ustar();
        let base = name
            .split(|byte| *byte == b'/')
            .rfind(|part| !part.is_empty());
        let mut pax_name = b"PaxHeaders.0/".to_vec();
        pax_name.extend(base.unwrap_or(b"root"));
        put(&mut header.as_old_mut().name, &pax_name);
        header.set_entry_type(EntryType::XHeader);
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(0);
        header.set_size(records.len() as u64);
        header.set_cksum();
        self.out.write_all(header.as_bytes())?;
        self.out.write_all(records)?;
        self.zeros((BLOCK - records.len() % BLOCK) as u64 % BLOCK as u64)
    }
}

fn fill(header: &mut Header, heading: &Heading<'_>, attributes: &Attributes) {
    put(&mut header.as_old_mut().name, heading.name);
    put(&mut header.as_old_mut().linkname, heading.link);
    header.set_entry_type(match heading.kind {
        Kind::File => EntryType::Regular,
        Kind::Directory => EntryType::Directory,
        Kind::Symlink => EntryType::Symlink,
        Kind::HardLink => EntryType::Link,
        Kind::Fifo => EntryType::Fifo,
        Kind::CharDevice => EntryType::Char,
        Kind::BlockDevice => EntryType::Block,
    });
    header.set_mode(attributes.mode);
    header.set_uid(attributes.uid.min(LARGEST_ID).into());
    header.set_gid(attributes.gid.min(LARGEST_ID).into());
    header.set_mtime(attributes.mtime.0.max(0) as u64);
    header.set_size(if heading.size > LARGEST_SIZE {
        0
    } else {
        heading.size
    });
    let (major, minor) = match attributes.device {
        Some(
            crate::record::Device::Char(major, minor) | crate::record::Device::Block(major, minor),
        ) => (major, minor),
        None => (0, 0),
    };
    // A ustar header always has room for these.
    let _ = header.set_device_major(major);
    let _ = header.set_device_minor(minor);
    header.set_cksum();
}

/// Copies what fits; the whole is in a PAX record then.
fn put(field: &mut [u8], bytes: &[u8]) {
    let length = bytes.len().min(field.len());
    field[..length].copy_from_slice(&bytes[..length]);
}

fn pax_records(heading: &Heading<'_>, attributes: &Attributes) -> Vec<u8> {
    let mut records = Vec::new();
    if heading.name.len() > LONGEST_NAME {
        record(&mut records, b"path", heading.name);
    }
    if heading.link.len() > LONGEST_NAME {
        record(&mut records, b"linkpath", heading.link);
    }
    if heading.size > LARGEST_SIZE {
        record(&mut records, b"size", heading.size.to_string().as_bytes());
    }
    for (key, id) in [(&b"uid"[..], attributes.uid), (b"gid", attributes.gid)] {
        if id > LARGEST_ID {
            record(&mut records, key, id.to_string().as_bytes());
        }
    }
    let (seconds, nanoseconds) = attributes.mtime;
    if nanoseconds != 0 || seconds < 0 {
        record(
            &mut records,
            b"mtime",
            pax_time(seconds, nanoseconds).as_bytes(),
        );
    }
    if heading.kind != Kind::HardLink {
        for (name, value) in &attributes.xattrs {
            record(
                &mut records,
                &[XATTR_PREFIX, name.to_bytes()].concat(),
                value,
            );
        }
    }
    records
}

fn pax_time(seconds: i64, nanoseconds: u32) -> String {
    let (sign, whole, fraction) = match (seconds, nanoseconds) {
        (0.., _) => ("", seconds.unsigned_abs(), nanoseconds),
        (_, 0) => ("-", seconds.unsigned_abs(), 0),
        _ => (
            "-",
            (seconds + 1).unsigned_abs(),
            1_000_000_000 - nanoseconds,
        ),
    };
    let text = format!("{sign}{whole}.{fraction:09}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

/// `LENGTH KEY=VALUE\n`, where the length counts its own digits.
fn record(records: &mut Vec<u8>, key: &[u8], value: &[u8]) {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while length != rest + length.to_string().len() {
        length = rest + length.to_string().len();
    }
    records.extend(format!("{length} ").as_bytes());
    records.extend(key);
    records.push(b'=');
    records.extend(value);
    records.push(b'\n');
}

/// A path as an entry's name: directories end in a slash.
pub(crate) fn entry_name(path: &Path, kind: Kind) -> Vec<u8> {
    use std::os::unix::ffi::OsStrExt as _;
    let mut name = path.as_os_str().as_bytes().to_vec();
    if kind == Kind::Directory && !name.ends_with(b"/") {
        name.push(b'/');
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_counts_its_own_length() {
        for length in 1..1100 {
            let mut records = Vec::new();
            record(&mut records, b"path", &vec![b'x'; length]);
            let text = std::str::from_utf8(&records).unwrap();
            let (count, _) = text.split_once(' ').unwrap();
            assert_eq!(count.parse::<usize>().unwrap(), records.len());
        }
    }

    #[test]
    fn times_are_written_as_they_are_read() {
        assert_eq!(pax_time(12, 500_000_000), "12.5");
        assert_eq!(pax_time(12, 0), "12");
        assert_eq!(pax_time(10, 0), "10");
        assert_eq!(pax_time(-2, 750_000_000), "-1.25");
        assert_eq!(pax_time(-2, 0), "-2");
        assert_eq!(pax_time(0, 1), "0.000000001");
    }
}
