//! Things in a tree, written into a tar.
//!
//! The tree may change meanwhile. A file is opened only after a handle on it
//! showed that it is a regular file: a device or fifo put in its place is not
//! touched, a link is not followed.

use std::collections::HashMap;
use std::fs::File;
use std::io::{self, Write};
use std::os::fd::{AsFd as _, AsRawFd as _, OwnedFd};
use std::os::unix::ffi::OsStringExt as _;
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, OFlag, openat, readlinkat};
use nix::sys::stat::{FileStat, Mode, SFlag, fstat, major, minor};

use crate::archive::ArchiveError;
use crate::attributes::{Attributes, Reader};
use crate::beneath::{file_type, open_child_handle};
use crate::digest::Digest;
use crate::entries::Kind;
use crate::entry_writer::{EntryWriter, Heading, entry_name};
use crate::record::Device;
use crate::walk::Node;

/// Writes nodes of one tree; remembers files with several names.
pub(crate) struct Emitter<'a, W: Write> {
    writer: EntryWriter<W>,
    reader: Reader<'a>,
    /// The first name of each file that has more than one, by device and inode.
    first_names: HashMap<(u64, u64), Vec<u8>>,
}

impl<'a, W: Write> Emitter<'a, W> {
    pub(crate) fn new(out: W, reader: Reader<'a>) -> Self {
        Self {
            writer: EntryWriter::new(out),
            reader,
            first_names: HashMap::new(),
        }
    }

    /// Writes `node` under the name `name`. `recorded` is its path from the
    /// tree's root, for owners that are kept in a table. Nothing is written
    /// for a socket and for what has disappeared.
    pub(crate) fn node(
        &mut self,
        node: &Node<'_>,
        name: &Path,
        recorded: &Path,
    ) -> Result<(), ArchiveError> {
        let failed = |source: io::Error| ArchiveError::Io {
            path: recorded.to_owned(),
            source,
        };
        let handle = match open_child_handle(node.parent, node.name) {
            Ok(handle) => handle,
            Err(Errno::ENOENT | Errno::ENOTDIR) => return Ok(()),
            Err(errno) => return Err(failed(errno.into())),
        };
        let stat = fstat(&handle).map_err(|errno| failed(errno.into()))?;
        self.handle(&handle, &stat, name, recorded)
    }

    /// Writes what `handle` is under the name `name`.
    pub(crate) fn handle(
        &mut self,
        handle: &OwnedFd,
        stat: &FileStat,
        name: &Path,
        recorded: &Path,
    ) -> Result<(), ArchiveError> {
        let failed = |source: io::Error| ArchiveError::Io {
            path: recorded.to_owned(),
            source,
        };
        let mut attributes = match self.reader.read(handle.as_fd(), stat, recorded) {
            Ok(attributes) => attributes,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(failed(error)),
        };
        let Some(kind) = kind_of(stat, &mut attributes) else {
            return Ok(());
        };
        let name = entry_name(name, kind);
        let inode = (stat.st_dev, stat.st_ino);
        if kind != Kind::Directory && stat.st_nlink > 1 {
            if let Some(first) = self.first_names.get(&inode) {
                let heading = Heading {
                    name: &name,
                    link: first,
                    kind: Kind::HardLink,
                    size: 0,
                };
                return self
                    .writer
                    .entry(&heading, &attributes, &mut io::empty())
                    .map_err(ArchiveError::Output);
            }
            self.first_names.insert(inode, name.clone());
        }
        let mut link = Vec::new();
        if kind == Kind::Symlink {
            link = readlinkat(handle, "")
                .map_err(|errno| failed(errno.into()))?
                .into_vec();
        }
        if kind != Kind::File {
            let heading = Heading {
                name: &name,
                link: &link,
                kind,
                size: 0,
            };
            return self
                .writer
                .entry(&heading, &attributes, &mut io::empty())
                .map_err(ArchiveError::Output);
        }
        let mut file = reopen(handle).map_err(|errno| failed(errno.into()))?;
        let size = u64::try_from(stat.st_size).unwrap_or(0);
        let heading = Heading {
            name: &name,
            link: &link,
            kind,
            size,
        };
        self.writer
            .entry(&heading, &attributes, &mut file)
            .map_err(ArchiveError::Output)
    }

    /// Writes an entry that nothing on disk stands for.
    pub(crate) fn made_up(
        &mut self,
        name: &Path,
        kind: Kind,
        attributes: &Attributes,
    ) -> Result<(), ArchiveError> {
        let name = entry_name(name, kind);
        let heading = Heading {
            name: &name,
            link: b"",
            kind,
            size: 0,
        };
        self.writer
            .entry(&heading, attributes, &mut io::empty())
            .map_err(ArchiveError::Output)
    }

    pub(crate) fn finish(self) -> Result<Digest, ArchiveError> {
        self.writer.finish().map_err(ArchiveError::Output)
    }
}

/// The kind of entry; `None` for what no archive can hold, as a socket.
fn kind_of(stat: &FileStat, attributes: &mut Attributes) -> Option<Kind> {
    if let Some(device) = attributes.device {
        return Some(match device {
            Device::Char(..) => Kind::CharDevice,
            Device::Block(..) => Kind::BlockDevice,
        });
    }
    let numbers = (major(stat.st_rdev) as u32, minor(stat.st_rdev) as u32);
    match file_type(stat) {
        SFlag::S_IFREG => Some(Kind::File),
        SFlag::S_IFDIR => Some(Kind::Directory),
        SFlag::S_IFLNK => Some(Kind::Symlink),
        SFlag::S_IFIFO => Some(Kind::Fifo),
        // A whiteout, seen in a layer that nothing is stacked on.
        SFlag::S_IFCHR if stat.st_rdev == 0 => None,
        SFlag::S_IFCHR => {
            attributes.device = Some(Device::Char(numbers.0, numbers.1));
            Some(Kind::CharDevice)
        }
        SFlag::S_IFBLK => {
            attributes.device = Some(Device::Block(numbers.0, numbers.1));
            Some(Kind::BlockDevice)
        }
        _ => None,
    }
}

/// Opens the very file that a handle is on (open(2), `O_PATH`).
fn reopen(handle: &OwnedFd) -> nix::Result<File> {
    let path = format!("/proc/self/fd/{}", handle.as_raw_fd());
    let flags = OFlag::O_RDONLY | OFlag::O_NONBLOCK | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
    Ok(openat(AT_FDCWD, path.as_str(), flags, Mode::empty())?.into())
}
