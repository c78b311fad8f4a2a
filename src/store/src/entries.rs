//! The entries of a tar, read one by one.
//!
//! The blocks' fields are parsed by the `tar` crate; the walk over them is
//! ours, because that crate keeps extension headers of any length in memory
//! and takes a newline in an extended attribute for the end of a record,
//! losing the records after it. Where readers disagree about a malformed
//! archive (CVE-2025-62518), this one does what Go's `archive/tar` does, which
//! wrote nearly every layer there is, or refuses.

use std::ffi::CString;

use tar::{EntryType, Header};

use crate::error::UnpackError;
use crate::source::Source;

const BLOCK: usize = 512;
/// Longest extension header, in bytes; holds a 4 KiB path and large attributes.
const LONGEST_EXTENSION: u64 = 1 << 20;
/// Prefix of the PAX records that hold extended attributes.
pub(crate) const XATTR_PREFIX: &[u8] = b"SCHILY.xattr.";

/// What an entry makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    File,
    Directory,
    Symlink,
    HardLink,
    Fifo,
    CharDevice,
    BlockDevice,
}

/// One entry, with everything that extension headers say about it.
#[derive(Debug, Clone)]
pub(crate) struct Entry {
    pub(crate) name: Vec<u8>,
    pub(crate) link: Vec<u8>,
    pub(crate) kind: Kind,
    /// Permission bits.
    pub(crate) mode: u32,
    pub(crate) uid: u64,
    pub(crate) gid: u64,
    /// Length of the data, in bytes.
    pub(crate) size: u64,
    /// Seconds and nanoseconds since 1970.
    pub(crate) mtime: (i64, u32),
    pub(crate) device: (u32, u32),
    pub(crate) xattrs: Vec<(CString, Vec<u8>)>,
}

/// Reads entries from a source.
pub(crate) struct Entries<'s, 'r> {
    source: &'s mut Source<'r>,
    /// What is left of the current entry's data, and the padding after it.
    data: u64,
    padding: u64,
}

/// What came before an entry and belongs to it.
#[derive(Default)]
struct Extensions {
    name: Option<Vec<u8>>,
    link: Option<Vec<u8>>,
    pax: Vec<Record>,
}

/// Key and value of a PAX record.
type Record = (Vec<u8>, Vec<u8>);

impl<'s, 'r> Entries<'s, 'r> {
    pub(crate) fn new(source: &'s mut Source<'r>) -> Self {
        Self {
            source,
            data: 0,
            padding: 0,
        }
    }

    /// The next entry; `None` at the end of the archive.
    pub(crate) fn next(&mut self) -> Result<Option<Entry>, UnpackError> {
        let mut extensions = Extensions::default();
        let mut extended = false;
        loop {
            self.skip_rest()?;
            let Some(header) = self.header()? else {
                if extended {
                    return malformed("an extension header is the last entry");
                }
                return Ok(None);
            };
            let size = header.entry_size().map_err(bad_header)?;
            let kind = header.entry_type();
            if kind.is_pax_global_extensions() {
                // As Docker does: git archives carry a comment in one.
                self.extension(size)?;
            } else if kind.is_pax_local_extensions() {
                extensions.pax = pax_records(&self.extension(size)?)?;
                extended = true;
            } else if kind.is_gnu_longname() {
                extensions.name = Some(zero_terminated(self.extension(size)?));
                extended = true;
            } else if kind.is_gnu_longlink() {
                extensions.link = Some(zero_terminated(self.extension(size)?));
                extended = true;
            } else {
                let entry = entry(&header, size, extensions)?;
                self.data = entry.size;
                self.padding = padding(entry.size);
                return Ok(Some(entry));
            }
        }
    }

    /// The next piece of the current entry's data; empty at its end.
    pub(crate) fn data(&mut self) -> Result<&[u8], UnpackError> {
        if self.data == 0 {
            return Ok(&[]);
        }
        let length = self
            .source
            .fill()?
            .len()
            .min(usize::try_from(self.data).unwrap_or(usize::MAX));
        if length == 0 {
            return malformed("it ends in the middle of a file");
        }
        self.data -= length as u64;
        Ok(self.source.take(length))
    }

    fn skip_rest(&mut self) -> Result<(), UnpackError> {
        let mut left = self.data + self.padding;
        (self.data, self.padding) = (0, 0);
        while left > 0 {
            let length = self.source.fill()?.len() as u64;
            if length == 0 {
                return malformed("it ends in the middle of a file");
            }
            let length = length.min(left);
            self.source.consume(length as usize);
            left -= length;
        }
        Ok(())
    }

    /// Reads exactly `buffer`; `false` if nothing at all is left.
    fn read_exact(&mut self, buffer: &mut [u8]) -> Result<bool, UnpackError> {
        let mut done = 0;
        while done < buffer.len() {
            let available = self.source.fill()?;
            if available.is_empty() {
                return if done == 0 {
                    Ok(false)
                } else {
                    malformed("it ends in a header")
                };
            }
            let length = available.len().min(buffer.len() - done);
            buffer[done..done + length].copy_from_slice(&available[..length]);
            self.source.consume(length);
            done += length;
        }
        Ok(true)
    }

    /// The next header; `None` at a block of zeros or the end of the bytes.
    fn header(&mut self) -> Result<Option<Header>, UnpackError> {
        let mut header = Header::new_old();
        if !self.read_exact(header.as_mut_bytes())? {
            return Ok(None);
        }
        let bytes = header.as_bytes();
        if bytes.iter().all(|byte| *byte == 0) {
            return Ok(None);
        }
        let blank = 8 * u32::from(b' ');
        let sum = bytes[..148]
            .iter()
            .chain(&bytes[156..])
            .map(|byte| u32::from(*byte))
            .sum::<u32>();
        if header.cksum().ok() != Some(sum + blank) {
            return malformed("a header's checksum is wrong");
        }
        Ok(Some(header))
    }

    /// The whole of an extension header's data.
    fn extension(&mut self, size: u64) -> Result<Vec<u8>, UnpackError> {
        if size > LONGEST_EXTENSION {
            let what = "bytes in one extension header";
            return Err(UnpackError::Limit {
                what,
                limit: LONGEST_EXTENSION,
            });
        }
        let mut bytes = vec![0; size as usize];
        if size > 0 && !self.read_exact(&mut bytes)? {
            return malformed("it ends in an extension header");
        }
        self.padding = padding(size);
        Ok(bytes)
    }
}

fn padding(size: u64) -> u64 {
    (BLOCK as u64 - size % BLOCK as u64) % BLOCK as u64
}

fn malformed<T>(what: &str) -> Result<T, UnpackError> {
    Err(UnpackError::Malformed(what.to_owned()))
}

/// The parser's own text would repeat the header's bytes.
fn bad_header(_: std::io::Error) -> UnpackError {
    UnpackError::Malformed("a number in a header is wrong".to_owned())
}

fn zero_terminated(mut bytes: Vec<u8>) -> Vec<u8> {
    if let Some(end) = bytes.iter().position(|byte| *byte == 0) {
        bytes.truncate(end);
    }
    bytes
}

/// Splits `LENGTH KEY=VALUE\n` records (pax, "Extended Header"). The length
/// rules: a value may hold newlines.
fn pax_records(mut bytes: &[u8]) -> Result<Vec<Record>, UnpackError> {
    let mut records = Vec::new();
    while !bytes.is_empty() && bytes[0] != 0 {
        let record = next_record(bytes);
        let Some((length, key, value)) = record else {
            return malformed("a PAX record is wrong");
        };
        records.push((key.to_vec(), value.to_vec()));
        bytes = &bytes[length..];
    }
    Ok(records)
}

fn next_record(bytes: &[u8]) -> Option<(usize, &[u8], &[u8])> {
    let space = bytes.iter().take(20).position(|byte| *byte == b' ')?;
    let digits = std::str::from_utf8(&bytes[..space]).ok()?;
    if digits.is_empty() || !digits.bytes().all(|digit| digit.is_ascii_digit()) {
        return None;
    }
    let length: usize = digits.parse().ok()?;
    let body = bytes.get(space + 1..length)?.strip_suffix(b"\n")?;
    let equals = body.iter().position(|byte| *byte == b'=')?;
    (equals > 0).then_some((length, &body[..equals], &body[equals + 1..]))
}

fn kind_of(header: &Header, name: &[u8]) -> Result<Kind, UnpackError> {
    Ok(match header.entry_type() {
        // Archives older than POSIX mark a directory by the slash at its end.
        EntryType::Regular | EntryType::Continuous if name.ends_with(b"/") => Kind::Directory,
        EntryType::Regular | EntryType::Continuous => Kind::File,
        EntryType::Directory => Kind::Directory,
        EntryType::Symlink => Kind::Symlink,
        EntryType::Link => Kind::HardLink,
        EntryType::Fifo => Kind::Fifo,
        EntryType::Char => Kind::CharDevice,
        EntryType::Block => Kind::BlockDevice,
        EntryType::GNUSparse => return malformed("it has a sparse file, which is not supported"),
        other => {
            return malformed(&format!(
                "it has an entry of type {:?}",
                char::from(other.as_byte())
            ));
        }
    })
}

/// Puts together what the header and the extensions before it say.
fn entry(header: &Header, size: u64, extensions: Extensions) -> Result<Entry, UnpackError> {
    let mut entry = Entry {
        name: header.path_bytes().into_owned(),
        link: header.link_name_bytes().unwrap_or_default().into_owned(),
        kind: Kind::File,
        mode: field(&header.as_old().mode, header.mode().map(u64::from))? as u32 & 0o7777,
        uid: field(&header.as_old().uid, header.uid())?,
        gid: field(&header.as_old().gid, header.gid())?,
        size,
        // A header before 1970 is written in base 256; PAX says it better.
        mtime: (header.mtime().unwrap_or(0) as i64, 0),
        device: (
            header.device_major().ok().flatten().unwrap_or(0),
            header.device_minor().ok().flatten().unwrap_or(0),
        ),
        xattrs: Vec::new(),
    };
    for (key, value) in extensions.pax {
        apply_pax(&mut entry, &key, value)?;
    }
    if let Some(name) = extensions.name {
        entry.name = name;
    }
    if let Some(link) = extensions.link {
        entry.link = link;
    }
    entry.kind = kind_of(header, &entry.name)?;
    if entry.kind != Kind::File {
        // Only files have data. Go's reader takes none for the others either,
        // whatever their size field says.
        entry.size = 0;
    }
    Ok(entry)
}

/// A number; a blank field is zero, as Go reads it.
fn field(raw: &[u8], parsed: std::io::Result<u64>) -> Result<u64, UnpackError> {
    if raw.iter().all(|byte| matches!(byte, 0 | b' ')) {
        return Ok(0);
    }
    parsed.map_err(bad_header)
}

fn apply_pax(entry: &mut Entry, key: &[u8], value: Vec<u8>) -> Result<(), UnpackError> {
    if key.starts_with(b"GNU.sparse.") {
        return malformed("it has a sparse file, which is not supported");
    }
    // An empty value takes a record back (pax, "Extended Header").
    if value.is_empty() {
        return Ok(());
    }
    match key {
        b"path" => entry.name = value,
        b"linkpath" => entry.link = value,
        b"size" => entry.size = pax_number(&value)?,
        b"uid" => entry.uid = pax_number(&value)?,
        b"gid" => entry.gid = pax_number(&value)?,
        b"mtime" => entry.mtime = pax_time(&value)?,
        _ => {
            if let Some(name) = key.strip_prefix(XATTR_PREFIX)
                && let Ok(name) = CString::new(name)
            {
                entry.xattrs.push((name, value));
            }
        }
    }
    Ok(())
}

fn pax_number(value: &[u8]) -> Result<u64, UnpackError> {
    let text = std::str::from_utf8(value).ok();
    match text.and_then(|text| text.parse().ok()) {
        Some(number) => Ok(number),
        None => malformed("a number in a PAX record is wrong"),
    }
}

/// `SECONDS[.FRACTION]`, perhaps negative.
fn pax_time(value: &[u8]) -> Result<(i64, u32), UnpackError> {
    let parse = || {
        let text = std::str::from_utf8(value).ok()?;
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        let seconds: i64 = whole.parse().ok()?;
        let digits: String = fraction
            .chars()
            .chain("000000000".chars())
            .take(9)
            .collect();
        let nanoseconds: u32 = digits.parse().ok()?;
        if !whole.starts_with('-') || nanoseconds == 0 {
            return Some((seconds, nanoseconds));
        }
        // -1.25 is 0.75 s after -2.
        Some((seconds.checked_sub(1)?, 1_000_000_000 - nanoseconds))
    };
    parse().map_or_else(|| malformed("a time in a PAX record is wrong"), Ok)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pax_values_may_hold_newlines_and_later_records_count() {
        let bytes = b"28 SCHILY.xattr.user.a=1\n2\n\n10 size=7\n";
        let bytes = [&bytes[..]].concat();
        let records = pax_records(&bytes).unwrap();
        assert_eq!(records[0].1, b"1\n2\n");
        assert_eq!(records[1], (b"size".to_vec(), b"7".to_vec()));
        for bad in [
            "x", "5 a=b", "99 a=b\n", "6 ab\n", "0 a=b\n", "6 a=bX", "-6 a=b\n", "5 =b\n",
        ] {
            assert!(pax_records(bad.as_bytes()).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn times_keep_their_nanoseconds() {
        assert_eq!(pax_time(b"12.5").unwrap(), (12, 500_000_000));
        assert_eq!(pax_time(b"12").unwrap(), (12, 0));
        assert_eq!(pax_time(b"12.1234567891").unwrap(), (12, 123_456_789));
        assert_eq!(pax_time(b"-1.25").unwrap(), (-2, 750_000_000));
        assert!(pax_time(b"soon").is_err());
    }
}
