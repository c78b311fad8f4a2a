//! A file tree in memory, written as a tar that is the same on every machine:
//! sorted entries, fixed times, numeric owners only.

use std::collections::BTreeMap;

/// The time of every file and of every image: 2026-11-01 00:00:00 UTC, unless
/// `SOURCE_DATE_EPOCH` says otherwise.
pub const DEFAULT_EPOCH: u64 = 1_793_491_200;

/// What an entry of a layer is.
#[derive(Debug, Clone)]
pub enum Node {
    Directory,
    File(Vec<u8>),
    Symlink(String),
}

/// An entry with its permission bits and owner.
#[derive(Debug, Clone)]
pub struct Entry {
    pub node: Node,
    pub mode: u32,
    pub owner: u64,
}

/// The content of one layer, by path without a leading slash.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    entries: BTreeMap<String, Entry>,
}

impl Tree {
    /// Adds a directory; parents that are missing are added with mode 755.
    pub fn directory(&mut self, path: &str, mode: u32) -> &mut Self {
        self.insert(path, Node::Directory, mode, 0)
    }

    pub fn file(&mut self, path: &str, mode: u32, bytes: impl Into<Vec<u8>>) -> &mut Self {
        self.insert(path, Node::File(bytes.into()), mode, 0)
    }

    pub fn symlink(&mut self, path: &str, target: &str) -> &mut Self {
        self.insert(path, Node::Symlink(target.to_owned()), 0o777, 0)
    }

    /// Adds a directory that belongs to the user and group of the same number.
    pub fn owned_directory(&mut self, path: &str, mode: u32, owner: u64) -> &mut Self {
        self.insert(path, Node::Directory, mode, owner)
    }

    fn insert(&mut self, path: &str, node: Node, mode: u32, owner: u64) -> &mut Self {
        assert!(!path.starts_with('/'), "layer paths are relative: {path}");
        if let Some((parent, _)) = path.rsplit_once('/')
            && !self.entries.contains_key(parent)
        {
            self.directory(parent, 0o755);
        }
        let entry = Entry { node, mode, owner };
        self.entries.insert(path.to_owned(), entry);
        self
    }

    /// The tree as an uncompressed tar.
    pub fn to_tar(&self, epoch: u64) -> std::io::Result<Vec<u8>> {
        let mut builder = tar::Builder::new(Vec::new());
        for (path, entry) in &self.entries {
            append(&mut builder, path, entry, epoch)?;
        }
        builder.into_inner()
    }
}

fn append(
    builder: &mut tar::Builder<Vec<u8>>,
    path: &str,
    entry: &Entry,
    epoch: u64,
) -> std::io::Result<()> {
    let mut header = tar::Header::new_ustar();
    header.set_mode(entry.mode);
    header.set_uid(entry.owner);
    header.set_gid(entry.owner);
    header.set_mtime(epoch);
    header.set_size(0);
    match &entry.node {
        Node::Directory => {
            header.set_entry_type(tar::EntryType::Directory);
            builder.append_data(&mut header, format!("{path}/"), std::io::empty())
        }
        Node::File(bytes) => {
            header.set_entry_type(tar::EntryType::Regular);
            header.set_size(bytes.len() as u64);
            builder.append_data(&mut header, path, bytes.as_slice())
        }
        Node::Symlink(target) => {
            header.set_entry_type(tar::EntryType::Symlink);
            builder.append_link(&mut header, path, target)
        }
    }
}
