//! Archives in and out of a live tree, beneath a root descriptor.
//!
//! What `docker cp`, `docker export` and new volumes need. The tree is a
//! container's, and its processes may swap directories and links at any time
//! (CVE-2018-15664, CVE-2026-41568, CVE-2026-42306): every path is resolved by
//! the kernel inside the root, and nothing found in the tree is ever executed
//! or loaded (CVE-2019-14271, CVE-2026-41567).

use std::ffi::OsStr;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd as _, BorrowedFd, OwnedFd};
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, SystemTime};

use nix::errno::Errno;
use nix::fcntl::{OFlag, readlinkat};
use nix::sys::stat::{FileStat, SFlag, fstat};

use crate::attributes::Reader;
use crate::beneath::{self, file_type, is_dir, open_child_dir, open_child_handle, open_in_root};
use crate::emit::Emitter;
use crate::error::UnpackError;
use crate::extract::{Extractor, Purpose};
use crate::limits::Limits;
use crate::ownership::Ownership;
use crate::record::OwnerTable;
use crate::remove::names;
use crate::source::Source;
use crate::walk::{Mounts, Next, Node, WalkError, walk};

/// A tree under a root descriptor: a container's merged root, `/proc/PID/root`,
/// a volume. Processes may change it while it is worked on.
#[derive(Clone, Copy)]
pub struct Tree<'a> {
    root: BorrowedFd<'a>,
    ownership: &'a Ownership,
    owners: Option<&'a OwnerTable>,
}

/// What `X-Docker-Container-Path-Stat` holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PathStat {
    /// The last component of the path.
    pub name: String,
    /// Length in bytes.
    pub size: i64,
    /// Type and permissions as Go's `os.FileMode` numbers them.
    pub mode: u32,
    /// Last modification.
    pub mtime: SystemTime,
    /// For a symbolic link: where it leads, as a path in the container.
    pub link_target: String,
}

/// Who owns what `unpack` makes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ArchiveOwner {
    /// Whoever the archive says; ids that the container does not have become root.
    #[default]
    FromArchive,
    /// This user and group, inside (docker cp -a to a container with a USER).
    All {
        /// User id in the container.
        uid: u32,
        /// Group id in the container.
        gid: u32,
    },
}

/// How `docker cp` asks for an archive to be unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct UnpackOptions {
    /// Refuse to replace a directory by a file and a file by a directory.
    pub no_overwrite_dir_non_dir: bool,
    /// Who owns the files.
    pub owner: ArchiveOwner,
}

/// Work on a tree failed.
#[derive(Debug, thiserror::Error)]
pub enum ArchiveError {
    /// The path does not exist.
    #[error("{}: no such file or directory", .0.display())]
    NotFound(PathBuf),
    /// Docker's words for a destination that is no directory.
    #[error("extraction point is not a directory")]
    ExtractionPoint,
    /// The path goes on below something that is no directory.
    #[error("{}: not a directory", .0.display())]
    NotADirectory(PathBuf),
    /// The archive to unpack was refused.
    #[error(transparent)]
    Unpack(#[from] UnpackError),
    /// Writing the archive out failed: the client went away, the disk is full.
    #[error("write the archive: {0}")]
    Output(io::Error),
    /// The system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// The path in the tree.
        path: PathBuf,
        /// The system's answer.
        source: io::Error,
    },
}

impl From<WalkError> for ArchiveError {
    fn from(error: WalkError) -> Self {
        Self::Io {
            path: error.path,
            source: error.source,
        }
    }
}

impl ArchiveError {
    fn at(path: &Path) -> impl FnOnce(Errno) -> Self {
        let path = path.to_owned();
        move |errno| match errno {
            Errno::ENOENT => Self::NotFound(path),
            Errno::ENOTDIR => Self::NotADirectory(path),
            _ => Self::Io {
                path,
                source: errno.into(),
            },
        }
    }
}

/// A path as a user gives it, cleaned by its letters alone, as Docker does.
struct Asked {
    /// Absolute, without `.` and `..`.
    path: PathBuf,
    /// It ended in `/` or `/.`: it has to be a directory, also through a link.
    directory: bool,
    /// What an archive of it calls it: `etc`, `.` or `/`.
    base: String,
}

impl Asked {
    fn new(text: &str) -> Self {
        let mut path = PathBuf::from("/");
        for component in Path::new(text).components() {
            match component {
                Component::Normal(name) => path.push(name),
                Component::ParentDir => {
                    path.pop();
                }
                _ => {}
            }
        }
        let trimmed = text.trim_end_matches('/');
        let dot = trimmed == "." || trimmed.ends_with("/.");
        let directory = dot || text.ends_with('/') || path == Path::new("/");
        let base = match path.file_name() {
            _ if dot => ".".to_owned(),
            Some(name) => name.to_string_lossy().into_owned(),
            None => "/".to_owned(),
        };
        Self {
            path,
            directory,
            base,
        }
    }
}

impl<'a> Tree<'a> {
    /// A tree whose ids are `ownership`'s.
    pub fn new(root: BorrowedFd<'a>, ownership: &'a Ownership) -> Self {
        Self {
            root,
            ownership,
            owners: None,
        }
    }

    /// With recorded owners of files that cannot carry a record themselves.
    #[must_use]
    pub fn with_owners(self, owners: &'a OwnerTable) -> Self {
        Self {
            owners: Some(owners),
            ..self
        }
    }

    /// What is at `path`, as `HEAD /containers/ID/archive` answers.
    pub fn stat_path(&self, path: &str) -> Result<PathStat, ArchiveError> {
        let asked = Asked::new(path);
        let (handle, stat) = self.find(&asked)?;
        let mut link_target = String::new();
        if file_type(&stat) == SFlag::S_IFLNK {
            link_target = self
                .lead(&asked.path, &handle)
                .to_string_lossy()
                .into_owned();
        }
        Ok(PathStat {
            name: asked.base,
            size: stat.st_size,
            mode: go_mode(&stat),
            mtime: system_time(stat.st_mtime, stat.st_mtime_nsec),
            link_target,
        })
    }

    /// Writes `path` as a tar, named as Docker names it (`docker cp` from): a
    /// directory by its own name, `path/.` by `.`, a link as itself.
    pub fn pack(&self, path: &str, out: impl Write) -> Result<(), ArchiveError> {
        let asked = Asked::new(path);
        let (handle, stat) = self.find(&asked)?;
        let mut emitter = Emitter::new(out, self.reader());
        let base = Path::new(&asked.base);
        let recorded = asked.path.strip_prefix("/").unwrap_or(&asked.path);
        emitter.handle(&handle, &stat, base, recorded)?;
        if is_dir(&stat) {
            let dir =
                open_child_dir(&handle, OsStr::new(".")).map_err(ArchiveError::at(&asked.path))?;
            walk(dir, Mounts::Enter, &mut |node: &Node<'_>| {
                emitter.node(
                    node,
                    &beneath_base(&asked.base, node.path),
                    &recorded.join(node.path),
                )?;
                Ok::<_, ArchiveError>(Next::Enter)
            })?;
        }
        emitter.finish().map(drop)
    }

    /// Unpacks a tar (plain, gzip or zstd) into the directory `dir` (`docker cp`
    /// to). Owners that could not be recorded at the files are returned: add
    /// them to the tree's side table with [`crate::record::append`].
    pub fn unpack(
        &self,
        dir: &str,
        archive: impl Read,
        options: UnpackOptions,
    ) -> Result<OwnerTable, ArchiveError> {
        let asked = Asked::new(dir);
        let at = open_in_root(self.root, &asked.path, OFlag::O_PATH)
            .map_err(ArchiveError::at(&asked.path))?;
        if !is_dir(&fstat(&at).map_err(ArchiveError::at(&asked.path))?) {
            return Err(ArchiveError::ExtractionPoint);
        }
        let UnpackOptions {
            no_overwrite_dir_non_dir,
            owner,
        } = options;
        let purpose = Purpose::Copy {
            no_overwrite_dir_non_dir,
            owner,
        };
        let base = asked
            .path
            .strip_prefix("/")
            .unwrap_or(&asked.path)
            .to_owned();
        let limits = Limits::default();
        let mut source = Source::new(archive, limits)?;
        let extractor = Extractor::new(self.root, base, purpose, self.ownership, limits);
        let owners = extractor.run(&mut source)?;
        // The client is still sending: it wants to be read to the end.
        source.finish()?;
        Ok(owners)
    }

    /// Writes the whole tree as a tar (`docker export`), without other mounts.
    pub fn export(&self, out: impl Write) -> Result<(), ArchiveError> {
        let root = Path::new("/");
        let top = open_child_dir(self.root, OsStr::new(".")).map_err(ArchiveError::at(root))?;
        let mut emitter = Emitter::new(out, self.reader());
        walk(top, Mounts::Stay, &mut |node: &Node<'_>| {
            emitter.node(node, node.path, node.path)?;
            Ok::<_, ArchiveError>(Next::Enter)
        })?;
        emitter.finish().map(drop)
    }

    /// Copies the content, owner and mode of the directory `path` into the
    /// directory `volume`: what a new volume gets from the image. Nothing is done
    /// where the volume is not empty; `NotFound` where the image has no such path.
    pub fn copy_up(&self, path: &str, volume: BorrowedFd<'_>) -> Result<(), ArchiveError> {
        let dir = format!("{}/.", path.trim_end_matches('/'));
        let asked = Asked::new(&dir);
        self.find(&asked)?;
        let target =
            open_child_dir(volume, OsStr::new(".")).map_err(ArchiveError::at(Path::new("/")))?;
        let in_volume = |source| ArchiveError::Io {
            path: "/".into(),
            source,
        };
        if !names(&target).map_err(in_volume)?.is_empty() {
            return Ok(());
        }
        let (reader, writer) = io::pipe().map_err(in_volume)?;
        std::thread::scope(|scope| {
            // The archive never lies anywhere: one side writes, the other makes files.
            let packing = scope.spawn(move || self.pack(&dir, writer));
            let unpacked = self.fill_volume(target.as_fd(), reader);
            let packed = packing
                .join()
                .unwrap_or(Err(ArchiveError::NotFound(asked.path.clone())));
            // A reader that gave up makes the writer fail: the first is the reason.
            unpacked.and(packed)
        })
    }

    fn fill_volume(&self, volume: BorrowedFd<'_>, archive: impl Read) -> Result<(), ArchiveError> {
        let limits = Limits {
            bytes: u64::MAX,
            entries: u64::MAX,
            ..Limits::default()
        };
        let mut source = Source::new(archive, limits)?;
        let extractor = Extractor::new(
            volume,
            PathBuf::new(),
            Purpose::Volume,
            self.ownership,
            limits,
        );
        extractor.run(&mut source)?;
        source.finish()?;
        Ok(())
    }

    fn reader(&self) -> Reader<'a> {
        Reader {
            ownership: self.ownership,
            owners: self.owners,
        }
    }

    /// A handle on what was asked for: the last component itself, unless it has
    /// to be a directory.
    fn find(&self, asked: &Asked) -> Result<(OwnedFd, FileStat), ArchiveError> {
        let failed = || ArchiveError::at(&asked.path);
        let handle = match asked.path.file_name() {
            Some(name) if !asked.directory => {
                let parent = asked.path.parent().unwrap_or(Path::new("/"));
                let parent = beneath::open_dir_in_root(self.root, parent).map_err(failed())?;
                open_child_handle(&parent, name).map_err(failed())?
            }
            _ => beneath::open_dir_in_root(self.root, &asked.path).map_err(failed())?,
        };
        let stat = fstat(&handle).map_err(failed())?;
        Ok((handle, stat))
    }

    /// Where a link leads, followed to the end by its letters, as Docker shows
    /// it. For show: nothing is opened by it.
    fn lead(&self, path: &Path, handle: &OwnedFd) -> PathBuf {
        let Ok(target) = readlinkat(handle, "") else {
            return path.to_owned();
        };
        let mut resolved = path.parent().unwrap_or(Path::new("/")).to_owned();
        let mut rest: Vec<_> = components_reversed(Path::new(&target), &mut resolved);
        let mut links = 0;
        while let Some(name) = rest.pop() {
            if name == ".." {
                resolved.pop();
                continue;
            }
            let parent = beneath::open_dir_in_root(self.root, &resolved);
            resolved.push(&name);
            let Ok(next) = parent.and_then(|parent| readlinkat(parent, name.as_os_str())) else {
                continue;
            };
            links += 1;
            if links > 40 {
                break;
            }
            resolved.pop();
            rest.extend(components_reversed(Path::new(&next), &mut resolved));
        }
        resolved
    }
}

/// The components of a link's target, last first; an absolute one starts anew.
fn components_reversed(target: &Path, resolved: &mut PathBuf) -> Vec<std::ffi::OsString> {
    if target.is_absolute() {
        *resolved = PathBuf::from("/");
    }
    let names = target
        .components()
        .filter(|c| matches!(c, Component::Normal(_) | Component::ParentDir));
    let mut names: Vec<_> = names.map(|c| c.as_os_str().to_owned()).collect();
    names.reverse();
    names
}

/// The name of something in an archived directory. Everything in `/` is named
/// from the slash, as Docker does.
fn beneath_base(base: &str, path: &Path) -> PathBuf {
    let mut name = base.as_bytes().to_vec();
    if base != "/" {
        name.push(b'/');
    }
    name.extend(path.as_os_str().as_bytes());
    OsStr::from_bytes(&name).into()
}

fn system_time(seconds: i64, nanoseconds: i64) -> SystemTime {
    let nanoseconds = Duration::from_nanos(nanoseconds.unsigned_abs());
    match u64::try_from(seconds) {
        Ok(seconds) => SystemTime::UNIX_EPOCH + Duration::from_secs(seconds) + nanoseconds,
        Err(_) => {
            SystemTime::UNIX_EPOCH - Duration::from_secs(seconds.unsigned_abs()) + nanoseconds
        }
    }
}

/// Type and permissions in the bits of Go's `os.FileMode`, which the API uses.
fn go_mode(stat: &FileStat) -> u32 {
    let kind = match file_type(stat) {
        SFlag::S_IFDIR => 1 << 31,
        SFlag::S_IFLNK => 1 << 27,
        SFlag::S_IFBLK => 1 << 26,
        SFlag::S_IFCHR => 1 << 26 | 1 << 21,
        SFlag::S_IFIFO => 1 << 25,
        SFlag::S_IFSOCK => 1 << 24,
        _ => 0,
    };
    let special = [(0o4000, 1 << 23), (0o2000, 1 << 22), (0o1000, 1 << 20)];
    let special = special.iter().filter(|(unix, _)| stat.st_mode & unix != 0);
    special.fold(kind | stat.st_mode & 0o777, |mode, (_, go)| mode | go)
}
