//! Tiny archives for tests, byte by byte, also such as no program writes.
#![allow(dead_code, reason = "each test file uses a part")]

use tar::{EntryType, Header};

/// An archive that grows.
#[derive(Default)]
pub struct Tarball {
    bytes: Vec<u8>,
    owner: (u64, u64),
}

impl Tarball {
    pub fn new() -> Self {
        Self::default()
    }

    /// The owner of the entries that follow.
    pub fn owner(&mut self, uid: u64, gid: u64) -> &mut Self {
        self.owner = (uid, gid);
        self
    }

    pub fn file(&mut self, name: &str, mode: u32, data: &[u8]) -> &mut Self {
        self.entry(EntryType::Regular, name, "", mode, (0, 0), data)
    }

    pub fn dir(&mut self, name: &str, mode: u32) -> &mut Self {
        self.entry(EntryType::Directory, name, "", mode, (0, 0), b"")
    }

    pub fn symlink(&mut self, name: &str, target: &str) -> &mut Self {
        self.entry(EntryType::Symlink, name, target, 0o777, (0, 0), b"")
    }

    pub fn link(&mut self, name: &str, target: &str) -> &mut Self {
        self.entry(EntryType::Link, name, target, 0o644, (0, 0), b"")
    }

    pub fn fifo(&mut self, name: &str, mode: u32) -> &mut Self {
        self.entry(EntryType::Fifo, name, "", mode, (0, 0), b"")
    }

    pub fn device(&mut self, kind: EntryType, name: &str, numbers: (u32, u32)) -> &mut Self {
        self.entry(kind, name, "", 0o666, numbers, b"")
    }

    pub fn entry(
        &mut self,
        kind: EntryType,
        name: &str,
        link: &str,
        mode: u32,
        device: (u32, u32),
        data: &[u8],
    ) -> &mut Self {
        if name.len() > 100 {
            self.extension(EntryType::GNULongName, &[name.as_bytes(), &[0]].concat());
        }
        if link.len() > 100 {
            self.extension(EntryType::GNULongLink, &[link.as_bytes(), &[0]].concat());
        }
        let mut header = Header::new_gnu();
        put(&mut header.as_old_mut().name, name.as_bytes());
        put(&mut header.as_old_mut().linkname, link.as_bytes());
        header.set_entry_type(kind);
        header.set_mode(mode);
        header.set_uid(self.owner.0);
        header.set_gid(self.owner.1);
        header.set_mtime(1_700_000_000);
        header.set_size(data.len() as u64);
        header.set_device_major(device.0).unwrap();
        header.set_device_minor(device.1).unwrap();
        self.block(header, data)
    }

    /// PAX records for the entry that follows.
    pub fn pax(&mut self, records: &[(&str, &str)]) -> &mut Self {
        let records: Vec<_> = records
            .iter()
            .map(|(key, value)| (*key, value.as_bytes()))
            .collect();
        self.pax_bytes(&records)
    }

    pub fn pax_bytes(&mut self, records: &[(&str, &[u8])]) -> &mut Self {
        let mut data = Vec::new();
        for (key, value) in records {
            let rest = key.len() + value.len() + 3;
            let mut length = rest;
            while length != rest + length.to_string().len() {
                length = rest + length.to_string().len();
            }
            data.extend(format!("{length} {key}=").as_bytes());
            data.extend(*value);
            data.push(b'\n');
        }
        self.extension(EntryType::XHeader, &data)
    }

    pub fn extension(&mut self, kind: EntryType, data: &[u8]) -> &mut Self {
        let mut header = Header::new_ustar();
        put(&mut header.as_old_mut().name, b"extension");
        header.set_entry_type(kind);
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(0);
        header.set_size(data.len() as u64);
        self.block(header, data)
    }

    /// The header of a file whose data is not there.
    pub fn header_only(&mut self, name: &str, size: u64) -> Vec<u8> {
        let mut header = Header::new_gnu();
        put(&mut header.as_old_mut().name, name.as_bytes());
        header.set_entry_type(EntryType::Regular);
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        header.set_mtime(0);
        header.set_size(size);
        header.set_cksum();
        header.as_bytes().to_vec()
    }

    /// Any header and data, with a right checksum.
    pub fn block(&mut self, mut header: Header, data: &[u8]) -> &mut Self {
        header.set_cksum();
        self.bytes.extend(header.as_bytes());
        self.bytes.extend(data);
        self.bytes.resize(self.bytes.len().next_multiple_of(512), 0);
        self
    }

    /// Any bytes, without an end.
    pub fn raw(bytes: &[u8]) -> Self {
        Self {
            bytes: bytes.to_vec(),
            owner: (0, 0),
        }
    }

    /// What is there so far, without an end.
    pub fn clone_open(&self) -> Self {
        Self::raw(&self.bytes)
    }

    /// The archive with its end.
    pub fn end(&mut self) -> Vec<u8> {
        let mut bytes = std::mem::take(&mut self.bytes);
        bytes.resize(bytes.len() + 1024, 0);
        bytes
    }
}

fn put(field: &mut [u8], bytes: &[u8]) {
    let length = bytes.len().min(field.len());
    field[..length].copy_from_slice(&bytes[..length]);
}
