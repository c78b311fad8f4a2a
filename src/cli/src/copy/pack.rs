//! A file or a tree of ours, as a tar stream.

use std::fs::{self, File, Metadata};
use std::io::{self, Write};
use std::os::unix::fs::{FileTypeExt, MetadataExt};
use std::path::Path;

use tar::{Builder, EntryType, Header};

/// Writes `source` under `name` (`.` for a directory's content alone). Links
/// are kept as links. Sockets are left out: nothing can be done with a copy.
pub fn pack(source: &Path, name: &str, out: impl Write) -> io::Result<()> {
    let mut builder = Builder::new(out);
    builder.follow_symlinks(false);
    add(&mut builder, source, Path::new(name))?;
    builder.into_inner()?.flush()
}

fn add(builder: &mut Builder<impl Write>, path: &Path, name: &Path) -> io::Result<()> {
    let metadata = fs::symlink_metadata(path)?;
    let kind = metadata.file_type();
    if kind.is_socket() {
        return Ok(());
    }
    if kind.is_symlink() {
        let mut header = header(&metadata, EntryType::Symlink);
        return builder.append_link(&mut header, name, fs::read_link(path)?);
    }
    if kind.is_file() {
        let file = File::open(path)?;
        let mut header = header(&metadata, EntryType::Regular);
        header.set_size(metadata.len());
        // A file that grows or shrinks meanwhile must not break the stream.
        let content = io::Read::take(PaddedFile { file }, metadata.len());
        return builder.append_data(&mut header, name, content);
    }
    if kind.is_dir() {
        let mut header = header(&metadata, EntryType::Directory);
        builder.append_data(&mut header, name, io::empty())?;
        let mut names: Vec<_> = fs::read_dir(path)?
            .map(|entry| entry.map(|entry| entry.file_name()))
            .collect::<io::Result<_>>()?;
        names.sort();
        return names
            .into_iter()
            .try_for_each(|child| add(builder, &path.join(&child), &name.join(&child)));
    }
    let kind = if kind.is_fifo() {
        EntryType::Fifo
    } else if kind.is_char_device() {
        EntryType::Char
    } else {
        EntryType::Block
    };
    let mut header = header(&metadata, kind);
    let device = metadata.rdev();
    header.set_device_major(u32::try_from(nix::sys::stat::major(device)).unwrap_or(0))?;
    header.set_device_minor(u32::try_from(nix::sys::stat::minor(device)).unwrap_or(0))?;
    builder.append_data(&mut header, name, io::empty())
}

fn header(metadata: &Metadata, kind: EntryType) -> Header {
    let mut header = Header::new_gnu();
    header.set_entry_type(kind);
    header.set_mode(metadata.mode() & 0o7777);
    header.set_uid(metadata.uid().into());
    header.set_gid(metadata.gid().into());
    header.set_mtime(u64::try_from(metadata.mtime()).unwrap_or(0));
    header.set_size(0);
    header
}

/// A file that goes on with zeros where it ended early.
struct PaddedFile {
    file: File,
}

impl io::Read for PaddedFile {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match self.file.read(out)? {
            0 => {
                out.fill(0);
                Ok(out.len())
            }
            length => Ok(length),
        }
    }
}
