//! An archive's entries, made one by one beneath a root.
//!
//! The same code unpacks a layer into the store, where whiteouts become
//! overlay's, and an archive into a running container (`docker cp`), where
//! processes change the tree meanwhile. In both, a name's parent is resolved
//! by the kernel inside the root, and the last component is only ever made
//! new: nothing that exists is opened for writing or followed.
//!
//! Accepted or refused (tests: `tests/hostile_layers.rs`): `..` in names and
//! hard links, links to what the archive does not have, a root that is not a
//! directory, malformed whiteouts are refused. Absolute names count from the
//! root. Devices become records, so that no entry can be a whiteout by itself.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::Write as _;
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, openat};
use nix::sys::stat::{FileStat, Mode, SFlag, mkdirat, mknodat};
use nix::unistd::{Gid, Uid, UnlinkatFlags, fchownat, linkat, symlinkat, unlinkat};

use crate::archive::ArchiveOwner;
use crate::attributes::{self, Attributes};
use crate::beneath::{self, entry_path, is_dir, open_child_dir, open_dir_in_root, stat_child};
use crate::entries::{Entries, Entry, Kind};
use crate::error::UnpackError;
use crate::limits::Limits;
use crate::ownership::Ownership;
use crate::record::{Device, OwnerTable};
use crate::source::Source;
use crate::{remove, whiteout};

mod parents;

/// What an archive is unpacked as.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Purpose {
    /// An image's layer: whiteouts are overlay's, nobody else sees the tree.
    Layer,
    /// Files for a container, in a tree that others change.
    Copy {
        no_overwrite_dir_non_dir: bool,
        owner: ArchiveOwner,
    },
    /// A new volume's first content: as it is, with the root's attributes.
    Volume,
}

/// Unpacks entries into `base` (a path as seen from `root`).
pub(crate) struct Extractor<'a> {
    root: BorrowedFd<'a>,
    base: PathBuf,
    purpose: Purpose,
    ownership: &'a Ownership,
    limits: Limits,
    /// Modes and times of directories, set last: what is made in a directory
    /// changes its time, and may need a permission that the mode takes away.
    directories: BTreeMap<PathBuf, (u32, (i64, u32))>,
    directory_names: u64,
    owners: OwnerTable,
    /// The parent of the last entry: most entries share it with the next.
    last_parent: Option<(PathBuf, Rc<OwnedFd>)>,
}

/// A name in an opened parent, and its path for messages and tables.
struct Place {
    parent: Rc<OwnedFd>,
    name: OsString,
    path: PathBuf,
}

impl<'a> Extractor<'a> {
    pub(crate) fn new(
        root: BorrowedFd<'a>,
        base: PathBuf,
        purpose: Purpose,
        ownership: &'a Ownership,
        limits: Limits,
    ) -> Self {
        let directories = BTreeMap::new();
        let owners = OwnerTable::default();
        Self {
            root,
            base,
            purpose,
            ownership,
            limits,
            directories,
            directory_names: 0,
            owners,
            last_parent: None,
        }
    }

    /// Gives the root what it has where a layer does not say: root's, 0755.
    pub(crate) fn prepare_root(&self) -> Result<(), UnpackError> {
        let root = Path::new("");
        let dir =
            open_child_dir(self.root, OsStr::new(".")).map_err(|errno| failed(root, errno))?;
        self.make_plain(&dir, root)
    }

    /// Makes every entry of `source`, then sets the directories' attributes.
    /// Returns the owners that could not be recorded at the files.
    pub(crate) fn run(mut self, source: &mut Source<'_>) -> Result<OwnerTable, UnpackError> {
        let mut entries = Entries::new(source);
        let mut count = 0;
        while let Some(entry) = entries.next()? {
            count += 1;
            if count > self.limits.entries {
                return Err(UnpackError::Limit {
                    what: "entries",
                    limit: self.limits.entries,
                });
            }
            self.entry(&entry, &mut entries)?;
        }
        self.finish_directories()?;
        Ok(self.owners)
    }

    fn entry(&mut self, entry: &Entry, entries: &mut Entries<'_, '_>) -> Result<(), UnpackError> {
        let refuse = |reason| refused(entry, reason);
        let path = entry_path(&entry.name).map_err(refuse)?;
        if matches!(self.purpose, Purpose::Layer) {
            match whiteout::of_entry(&path).map_err(refuse)? {
                whiteout::Marker::None => {}
                whiteout::Marker::Ignored => return Ok(()),
                whiteout::Marker::Opaque(dir) => return self.make_opaque(&dir),
                whiteout::Marker::Whiteout(path) => return self.make_whiteout(&path),
            }
        }
        let attributes = self.attributes(entry)?;
        if path.as_os_str().is_empty() {
            return self.root_entry(entry, &attributes);
        }
        let place = self.place(path)?;
        match entry.kind {
            Kind::Directory => self.directory(place, &attributes),
            Kind::File => self.file(&place, &attributes, Some(entries)),
            Kind::CharDevice | Kind::BlockDevice => self.file(&place, &attributes, None),
            Kind::Symlink => self.symlink(place, entry, &attributes),
            Kind::HardLink => self.hard_link(&place, entry),
            Kind::Fifo => self.fifo(place, &attributes),
        }
    }

    /// Who owns the entry and what else it is, checked against the id ranges.
    fn attributes(&self, entry: &Entry) -> Result<Attributes, UnpackError> {
        let (uid, gid) = match self.purpose {
            Purpose::Copy {
                owner: ArchiveOwner::All { uid, gid },
                ..
            } => (uid, gid),
            _ => (
                u32::try_from(entry.uid).unwrap_or(u32::MAX),
                u32::try_from(entry.gid).unwrap_or(u32::MAX),
            ),
        };
        let known = |uid, gid| {
            uid != u32::MAX && gid != u32::MAX && self.ownership.outside(uid, gid).is_ok()
        };
        let (uid, gid) = match self.purpose {
            _ if known(uid, gid) => (uid, gid),
            // The learner's own files come with ids that no container has.
            Purpose::Copy { .. } | Purpose::Volume => (0, 0),
            Purpose::Layer => {
                let (kind, id) = if known(uid, 0) {
                    ("group", gid)
                } else {
                    ("user", uid)
                };
                return Err(UnpackError::IdNotMapped {
                    entry: shown(&entry.name),
                    kind,
                    id,
                });
            }
        };
        let (major, minor) = entry.device;
        let device = match entry.kind {
            Kind::CharDevice => Some(Device::Char(major, minor)),
            Kind::BlockDevice => Some(Device::Block(major, minor)),
            _ => None,
        };
        let xattrs = entry.xattrs.clone();
        Ok(Attributes {
            mode: entry.mode,
            uid,
            gid,
            mtime: entry.mtime,
            xattrs,
            device,
        })
    }

    /// An entry for the root itself: a layer sets its attributes; a copy leaves
    /// the directory it copies into alone.
    fn root_entry(&mut self, entry: &Entry, attributes: &Attributes) -> Result<(), UnpackError> {
        if entry.kind != Kind::Directory {
            return Err(refused(entry, "the root can only be a directory"));
        }
        if matches!(self.purpose, Purpose::Copy { .. }) {
            return Ok(());
        }
        let root = open_child_dir(self.root, OsStr::new("."));
        self.set_directory(PathBuf::new(), root, attributes)
    }

    fn directory(&mut self, place: Place, attributes: &Attributes) -> Result<(), UnpackError> {
        let Place { parent, name, path } = place;
        let existing = stat_child(&*parent, &name).map_err(|errno| failed(&path, errno))?;
        let mut replaces_whiteout = false;
        match existing {
            Some(stat) if is_dir(&stat) => {}
            Some(stat) => {
                if self.keeps_kinds() {
                    let (path, into) = self.for_people(&path);
                    return Err(UnpackError::FileByDirectory { path, into });
                }
                replaces_whiteout = self.is_whiteout(&parent, &name, &stat);
                self.clear(&parent, &name, &stat, &path)?;
                self.make_directory(&parent, &name, &path)?;
            }
            None => self.make_directory(&parent, &name, &path)?,
        }
        let opened = open_child_dir(&*parent, &name);
        if replaces_whiteout && let Ok(dir) = &opened {
            whiteout::set_opaque(dir).map_err(UnpackError::io(&path))?;
        }
        self.set_directory(path, opened, attributes)
    }

    fn make_directory(
        &self,
        parent: &OwnedFd,
        name: &OsStr,
        path: &Path,
    ) -> Result<(), UnpackError> {
        mkdirat(parent, name, Mode::S_IRWXU).map_err(|errno| failed(path, errno))
    }

    /// Sets what can be set now and remembers the rest.
    fn set_directory(
        &mut self,
        path: PathBuf,
        opened: nix::Result<OwnedFd>,
        attributes: &Attributes,
    ) -> Result<(), UnpackError> {
        let dir = opened.map_err(|errno| failed(&path, errno))?;
        attributes::apply_owner(dir.as_fd(), attributes, self.ownership)
            .and_then(|()| attributes::apply_xattrs(dir.as_fd(), attributes, self.ownership))
            .map_err(UnpackError::io(&path))?;
        self.directory_names += path.as_os_str().len() as u64 + 64;
        if self.directory_names > self.limits.directory_names {
            let what = "bytes of directory names";
            return Err(UnpackError::Limit {
                what,
                limit: self.limits.directory_names,
            });
        }
        self.directories
            .insert(path, (attributes.mode, attributes.mtime));
        Ok(())
    }

    /// Deepest first, since a mode may close the way to what is beneath. What
    /// is not a directory any more is left alone.
    fn finish_directories(&mut self) -> Result<(), UnpackError> {
        self.last_parent = None;
        for (path, (mode, mtime)) in std::mem::take(&mut self.directories).into_iter().rev() {
            let whole = self.base.join(&path);
            let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW;
            let dir = match beneath::open_in_root(self.root, &whole, flags) {
                Ok(dir) => dir,
                Err(Errno::ENOENT | Errno::ENOTDIR | Errno::ELOOP) => continue,
                Err(errno) => return Err(failed(&path, errno)),
            };
            attributes::apply_mode(dir.as_fd(), mode)
                .and_then(|()| attributes::set_open_time(dir.as_fd(), mtime))
                .map_err(UnpackError::io(&path))?;
        }
        Ok(())
    }

    /// A new file with the entry's data, or an empty one that stands for a device.
    fn file(
        &mut self,
        place: &Place,
        attributes: &Attributes,
        entries: Option<&mut Entries<'_, '_>>,
    ) -> Result<(), UnpackError> {
        let Place { parent, name, path } = place;
        self.make_way(place)?;
        let flags =
            OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
        let owner_only = Mode::S_IRUSR | Mode::S_IWUSR;
        let file = openat(&**parent, name.as_os_str(), flags, owner_only)
            .map_err(|errno| failed(path, errno))?;
        let mut file = File::from(file);
        if let Some(entries) = entries {
            loop {
                let data = entries.data()?;
                if data.is_empty() {
                    break;
                }
                file.write_all(data).map_err(UnpackError::io(path))?;
            }
        }
        attributes::apply(file.as_fd(), attributes, self.ownership).map_err(UnpackError::io(path))
    }

    fn symlink(
        &mut self,
        place: Place,
        entry: &Entry,
        attributes: &Attributes,
    ) -> Result<(), UnpackError> {
        let target = OsStr::from_bytes(&entry.link);
        if target.is_empty() || entry.link.contains(&0) {
            return Err(refused(entry, "the symbolic link has no target"));
        }
        self.make_way(&place)?;
        let Place { parent, name, path } = place;
        symlinkat(target, &*parent, name.as_os_str()).map_err(|errno| failed(&path, errno))?;
        self.own_by_name(&parent, &name, path, attributes)
    }

    fn fifo(&mut self, place: Place, attributes: &Attributes) -> Result<(), UnpackError> {
        self.make_way(&place)?;
        let Place { parent, name, path } = place;
        mknodat(
            &*parent,
            name.as_os_str(),
            SFlag::S_IFIFO,
            Mode::S_IRUSR | Mode::S_IWUSR,
            0,
        )
        .map_err(|errno| failed(&path, errno))?;
        let handle = beneath::open_child_handle(&*parent, &name).map_err(|e| failed(&path, e))?;
        let stat = nix::sys::stat::fstat(&handle).map_err(|errno| failed(&path, errno))?;
        // chmod(2) by name follows links; by the handle of a fifo it cannot.
        if beneath::file_type(&stat) == SFlag::S_IFIFO {
            let by_handle = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&handle));
            let mode = std::os::unix::fs::PermissionsExt::from_mode(attributes.mode);
            std::fs::set_permissions(by_handle, mode).map_err(UnpackError::io(&path))?;
        }
        self.own_by_name(&parent, &name, path, attributes)
    }

    /// Owner and time of what cannot be opened: links and fifos.
    fn own_by_name(
        &mut self,
        parent: &OwnedFd,
        name: &OsStr,
        path: PathBuf,
        attributes: &Attributes,
    ) -> Result<(), UnpackError> {
        let Attributes {
            uid, gid, mtime, ..
        } = *attributes;
        match self.ownership.outside(uid, gid) {
            Ok(Some((uid, gid))) => {
                let (uid, gid) = (Some(Uid::from_raw(uid)), Some(Gid::from_raw(gid)));
                fchownat(parent, name, uid, gid, AtFlags::AT_SYMLINK_NOFOLLOW)
                    .map_err(|errno| failed(&path, errno))?;
            }
            _ if (uid, gid) != (0, 0) => self.owners.set(self.base.join(&path), uid, gid),
            _ => self.owners.forget(&self.base.join(&path)),
        }
        attributes::set_time(parent, Path::new(name), mtime).map_err(UnpackError::io(&path))
    }

    /// A hard link to what is in the tree already: the link itself if it is one.
    fn hard_link(&mut self, place: &Place, entry: &Entry) -> Result<(), UnpackError> {
        let refuse = |reason| refused(entry, reason);
        let target = entry_path(&entry.link).map_err(refuse)?;
        let Some(target_name) = target.file_name() else {
            return Err(refuse("a hard link cannot lead to a directory"));
        };
        let below = self.base.join(target.parent().unwrap_or(Path::new("")));
        let missing = "the hard link leads to something that the archive does not have";
        let target_parent = open_dir_in_root(self.root, &below).map_err(|_| refuse(missing))?;
        let Ok(Some(stat)) = stat_child(&target_parent, target_name) else {
            return Err(refuse(missing));
        };
        if is_dir(&stat) {
            return Err(refuse("a hard link cannot lead to a directory"));
        }
        if self.is_whiteout(&target_parent, target_name, &stat) {
            return Err(refuse(missing));
        }
        if let Ok(Some(own)) = stat_child(&*place.parent, &place.name)
            && (own.st_dev, own.st_ino) == (stat.st_dev, stat.st_ino)
        {
            return Ok(());
        }
        self.make_way(place)?;
        let Place { parent, name, path } = place;
        linkat(
            &target_parent,
            target_name,
            &**parent,
            name.as_os_str(),
            AtFlags::empty(),
        )
        .map_err(|errno| failed(path, errno))?;
        if let Some((uid, gid)) = self.owners.get(&self.base.join(&target)) {
            self.owners.set(self.base.join(path), uid, gid);
        }
        Ok(())
    }

    /// Removes what is in the way of something that is not a directory.
    fn make_way(&mut self, place: &Place) -> Result<(), UnpackError> {
        let Place { parent, name, path } = place;
        let existing = stat_child(&**parent, name).map_err(|errno| failed(path, errno))?;
        let Some(stat) = existing else { return Ok(()) };
        if is_dir(&stat) && self.keeps_kinds() {
            let (path, into) = self.for_people(path);
            return Err(UnpackError::DirectoryByFile { path, into });
        }
        self.clear(parent, name, &stat, path)
    }

    fn clear(
        &mut self,
        parent: &OwnedFd,
        name: &OsStr,
        stat: &FileStat,
        path: &Path,
    ) -> Result<(), UnpackError> {
        if is_dir(stat) {
            // The kept descriptor may be of a directory that is about to go.
            self.last_parent = None;
            match remove::remove_tree(parent.as_fd(), name) {
                Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
                outcome => outcome.map_err(UnpackError::io(path)),
            }
        } else {
            match unlinkat(parent, name, UnlinkatFlags::NoRemoveDir) {
                Ok(()) | Err(Errno::ENOENT) => Ok(()),
                Err(errno) => Err(failed(path, errno)),
            }
        }
    }

    fn make_opaque(&mut self, dir: &Path) -> Result<(), UnpackError> {
        let opened = self.open_or_make(dir)?;
        whiteout::set_opaque(&opened).map_err(UnpackError::io(dir))
    }

    /// Hides `path` of the layers below. What this layer itself has there
    /// stays (image-spec `layer.md`, "Whiteouts"), in whatever order they come.
    fn make_whiteout(&mut self, path: &Path) -> Result<(), UnpackError> {
        let Place { parent, name, path } = self.place(path.to_owned())?;
        match stat_child(&*parent, &name).map_err(|errno| failed(&path, errno))? {
            None => whiteout::make(&parent, &name).map_err(UnpackError::io(&path)),
            Some(stat) if is_dir(&stat) => {
                let dir = open_child_dir(&*parent, &name).map_err(|errno| failed(&path, errno))?;
                whiteout::set_opaque(&dir).map_err(UnpackError::io(&path))
            }
            Some(_) => Ok(()),
        }
    }

    fn is_whiteout(&self, parent: &OwnedFd, name: &OsStr, stat: &FileStat) -> bool {
        matches!(self.purpose, Purpose::Layer) && whiteout::is_at(parent, name, stat)
    }

    /// An entry's path and the directory unpacked into, as the container has them.
    fn for_people(&self, path: &Path) -> (PathBuf, PathBuf) {
        let into = Path::new("/").join(&self.base);
        (into.join(path), into)
    }

    /// `docker cp` refuses to turn a directory into a file and back.
    fn keeps_kinds(&self) -> bool {
        matches!(
            self.purpose,
            Purpose::Copy {
                no_overwrite_dir_non_dir: true,
                ..
            }
        )
    }
}

fn refused(entry: &Entry, reason: &'static str) -> UnpackError {
    UnpackError::Entry {
        entry: shown(&entry.name),
        reason,
    }
}

/// A name for a message: long ones are cut.
fn shown(name: &[u8]) -> String {
    let mut name = OsString::from_vec(name.to_vec())
        .to_string_lossy()
        .into_owned();
    if name.chars().count() > 200 {
        name = name.chars().take(200).chain("…".chars()).collect();
    }
    name
}

fn failed(path: &Path, errno: Errno) -> UnpackError {
    let reason = match errno {
        Errno::ENOTDIR => "something on the way to it is not a directory",
        Errno::ELOOP => "symbolic links on the way to it lead in a circle",
        Errno::ENOENT => "a symbolic link on the way to it leads nowhere",
        _ => return UnpackError::io(path)(errno.into()),
    };
    UnpackError::Entry {
        entry: shown(path.as_os_str().as_bytes()),
        reason,
    }
}
