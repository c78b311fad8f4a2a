//! Owners and devices that the file system cannot hold, kept beside the file.
//!
//! With a single id ([`Ownership::Single`]) every file is the caller's; and in
//! a user namespace no device can be made. What a file *should* be is then
//! recorded in `user.containers.override_stat`, in the form that the
//! containers tools use: `UID:GID:0MODE:TYPE`. Overlay copies the attribute
//! when it copies a file up. A device is an empty file with such a record.
//!
//! Symbolic links, fifos and sockets take no `user.*` attributes (xattr(7)):
//! their owners are in a side table, a file beside the tree.

use std::collections::BTreeMap;
use std::ffi::{CStr, OsStr};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use nix::fcntl::{OFlag, openat};
use nix::sys::stat::{Mode, fchmod, fstat};
use nix::unistd::{UnlinkatFlags, unlinkat};

use crate::xattr;

const OVERRIDE: &CStr = c"user.containers.override_stat";

/// A device that is recorded instead of made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Device {
    /// Character device, by major and minor number.
    Char(u32, u32),
    /// Block device, by major and minor number.
    Block(u32, u32),
}

/// What a file is to the container, where that is not what it is on disk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// User id inside.
    pub uid: u32,
    /// Group id inside.
    pub gid: u32,
    /// Permission bits when it was made. Those that count are on disk.
    pub mode: u32,
    /// Set for an empty file that stands for a device.
    pub device: Option<Device>,
}

impl Record {
    fn to_text(self) -> String {
        let Self {
            uid,
            gid,
            mode,
            device,
        } = self;
        match device {
            None => format!("{uid}:{gid}:0{mode:o}:file"),
            Some(Device::Char(major, minor)) => {
                format!("{uid}:{gid}:0{mode:o}:char-{major}-{minor}")
            }
            Some(Device::Block(major, minor)) => {
                format!("{uid}:{gid}:0{mode:o}:block-{major}-{minor}")
            }
        }
    }

    /// A container can write the attribute too: what does not parse counts for nothing.
    fn parse(text: &[u8]) -> Option<Self> {
        let mut parts = std::str::from_utf8(text)
            .ok()?
            .trim_end_matches('\0')
            .split(':');
        let uid = parts.next()?.parse().ok()?;
        let gid = parts.next()?.parse().ok()?;
        let mode = u32::from_str_radix(parts.next()?, 8).ok()? & 0o7777;
        let device = match parts.next().map(|kind| kind.split('-').collect::<Vec<_>>()) {
            Some(kind) if kind.len() == 3 && kind[0] == "char" => {
                Some(Device::Char(kind[1].parse().ok()?, kind[2].parse().ok()?))
            }
            Some(kind) if kind.len() == 3 && kind[0] == "block" => {
                Some(Device::Block(kind[1].parse().ok()?, kind[2].parse().ok()?))
            }
            _ => None,
        };
        Some(Self {
            uid,
            gid,
            mode,
            device,
        })
    }
}

/// Records what a regular file or directory is to the container. `file` may be
/// opened with `O_PATH`.
pub fn set(file: impl AsFd, record: Record) -> io::Result<()> {
    xattr::set(file, OVERRIDE, record.to_text().as_bytes())
}

/// Reads a record; `None` where there is none or it makes no sense.
pub fn get(file: impl AsFd) -> io::Result<Option<Record>> {
    Ok(xattr::get(file, OVERRIDE)?.and_then(|text| Record::parse(&text)))
}

/// Gives a regular file or directory to another owner in its record; `None`
/// keeps what was. `file` may be opened with `O_PATH`.
///
/// # Errors
/// What the system says; `Unsupported` where the file system has no such
/// attributes.
pub fn change_owner(file: impl AsFd, uid: Option<u32>, gid: Option<u32>) -> io::Result<()> {
    let mode = fstat(&file)?.st_mode & 0o7777;
    let known = get(&file)?;
    let old = known.map_or((0, 0), |record| (record.uid, record.gid));
    let owner = (uid.unwrap_or(old.0), gid.unwrap_or(old.1));
    if owner == old {
        return Ok(());
    }
    let record = Record {
        uid: owner.0,
        gid: owner.1,
        mode,
        device: known.and_then(|record| record.device),
    };
    set(file, record)
}

/// Makes a device: an empty file with a record of what it stands for.
///
/// # Errors
/// As mknod(2); nothing is left then.
pub fn make_device(parent: impl AsFd, name: &OsStr, record: Record) -> io::Result<()> {
    let flags =
        OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    let owner_only = Mode::S_IRUSR | Mode::S_IWUSR;
    let file = openat(&parent, name, flags, owner_only)?;
    let mode = Mode::from_bits_truncate(record.mode);
    let made = set(&file, record).and_then(|()| Ok(fchmod(&file, mode)?));
    if made.is_err() {
        // Why it was not made counts more.
        let _ = unlinkat(&parent, name, UnlinkatFlags::NoRemoveDir);
    }
    made
}

/// Recorded owners by path relative to the tree's root: for what takes no
/// `user.*` attributes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnerTable {
    owners: BTreeMap<PathBuf, (u32, u32)>,
}

/// The file of the side table of `tree`: `upper` has `upper.owners`.
pub fn table_path(tree: &Path) -> PathBuf {
    let mut name = tree.as_os_str().to_owned();
    name.push(".owners");
    name.into()
}

/// Adds an owner to the side table of `tree`; the last one for a path counts.
/// `path` is relative to the tree's root.
pub fn append(tree: &Path, path: &Path, uid: u32, gid: u32) -> io::Result<()> {
    table_file(tree)?.write_all(&OwnerTable::line(path, (uid, gid)))
}

pub(crate) fn table_file(tree: &Path) -> io::Result<File> {
    OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(table_path(tree))
}

impl OwnerTable {
    /// Reads the tables of a stack of trees, bottom first; a tree without one
    /// has nothing to say.
    pub fn load<'a>(trees: impl IntoIterator<Item = &'a Path>) -> io::Result<Self> {
        let mut table = Self::default();
        for tree in trees {
            match fs::read(table_path(tree)) {
                Ok(bytes) => table.read(&bytes),
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(table)
    }

    fn read(&mut self, bytes: &[u8]) {
        for line in bytes.split(|byte| *byte == 0) {
            let mut parts = line.splitn(3, |byte| *byte == b':');
            let id = |part: Option<&[u8]>| std::str::from_utf8(part?).ok()?.parse().ok();
            // The last line of a table that was cut off is not complete.
            if let (Some(uid), Some(gid), Some(path)) =
                (id(parts.next()), id(parts.next()), parts.next())
            {
                self.owners
                    .insert(OsStr::from_bytes(path).into(), (uid, gid));
            }
        }
    }

    /// The recorded owner of `path`, relative to the root.
    pub fn get(&self, path: &Path) -> Option<(u32, u32)> {
        self.owners.get(path).copied()
    }

    pub(crate) fn set(&mut self, path: PathBuf, uid: u32, gid: u32) {
        self.owners.insert(path, (uid, gid));
    }

    pub(crate) fn forget(&mut self, path: &Path) {
        self.owners.remove(path);
    }

    /// The whole table as its file has it.
    pub(crate) fn bytes(&self) -> Vec<u8> {
        let lines = self.owners.iter();
        lines
            .flat_map(|(path, owner)| Self::line(path, *owner))
            .collect()
    }

    pub(crate) fn line(path: &Path, (uid, gid): (u32, u32)) -> Vec<u8> {
        let mut line = format!("{uid}:{gid}:").into_bytes();
        line.extend(path.as_os_str().as_bytes());
        line.push(0);
        line
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read_as_written_and_nonsense_is_not() {
        for record in [
            Record {
                uid: 33,
                gid: 4,
                mode: 0o4755,
                device: None,
            },
            Record {
                uid: 0,
                gid: 0,
                mode: 0o666,
                device: Some(Device::Char(1, 3)),
            },
            Record {
                uid: 0,
                gid: 6,
                mode: 0o660,
                device: Some(Device::Block(8, 0)),
            },
        ] {
            assert_eq!(Record::parse(record.to_text().as_bytes()), Some(record));
        }
        for bad in [
            "",
            "a:b:c",
            "1:2",
            "-1:0:0644",
            "0:0:0644:char-x-1",
            "4294967296:0:0644",
        ] {
            assert_eq!(Record::parse(bad.as_bytes()), None, "{bad}");
        }
        assert_eq!(Record::parse(b"1:2:0644").unwrap().device, None);
    }

    #[test]
    fn an_owner_changes_by_halves_and_a_device_stays_one() {
        let dir = tempfile::tempdir().unwrap();
        let file = fs::File::create(dir.path().join("f")).unwrap();
        change_owner(&file, Some(0), None).unwrap();
        assert_eq!(get(&file).unwrap(), None, "it was root's before");
        change_owner(&file, Some(33), None).unwrap();
        change_owner(&file, None, Some(34)).unwrap();
        let record = get(&file).unwrap().unwrap();
        assert_eq!((record.uid, record.gid, record.device), (33, 34, None));
        change_owner(&file, Some(0), Some(0)).unwrap();
        let record = get(&file).unwrap().unwrap();
        assert_eq!((record.uid, record.gid), (0, 0));
        let null = Record {
            uid: 0,
            gid: 0,
            mode: 0o640,
            device: Some(Device::Char(1, 3)),
        };
        let parent = fs::File::open(dir.path()).unwrap();
        make_device(&parent, OsStr::new("null"), null).unwrap();
        let again = make_device(&parent, OsStr::new("null"), null).unwrap_err();
        assert_eq!(again.kind(), io::ErrorKind::AlreadyExists);
        let made = fs::File::open(dir.path().join("null")).unwrap();
        change_owner(&made, None, Some(6)).unwrap();
        assert_eq!(get(&made).unwrap(), Some(Record { gid: 6, ..null }));
    }

    #[test]
    fn the_last_line_for_a_path_counts() {
        let dir = tempfile::tempdir().unwrap();
        let tree = dir.path().join("upper");
        append(&tree, Path::new("a:b"), 1, 2).unwrap();
        append(&tree, Path::new("a:b"), 3, 4).unwrap();
        let table = OwnerTable::load([tree.as_path(), Path::new("/nowhere")]).unwrap();
        assert_eq!(table.get(Path::new("a:b")), Some((3, 4)));
        assert_eq!(table.get(Path::new("c")), None);
    }
}
