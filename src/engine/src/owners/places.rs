//! Where a container's changes of owners count, and writing them down.
//!
//! Invariant: nothing is written but to the container's own layer and to
//! volumes. What the learner gave it (bind mounts) and what is gone when it
//! ends (`/dev`, tmpfs) is left alone. Which is which is known by the mount,
//! looked up before the container's program runs, and never by a path that the
//! container says.

use std::fs;
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, OpenHow, ResolveFlag, openat2};
use nix::libc;
use nix::sys::stat::{FileStat, Mode, fstat};
use nix::unistd::fchownat;
use plimsoll_runtime::open_subpath;
use plimsoll_runtime::owners::Change;
use plimsoll_store::SideTable;
use plimsoll_store::record::{self, Device, Record};
use rustix::fs::{AtFlags as StatAt, StatxFlags, statx};

use crate::archive::view::root_of;
use crate::containers::{Container, Layers};

/// A mount, and the file system in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Mount {
    id: u64,
    device: (u32, u32),
}

impl Mount {
    fn of(file: impl AsFd) -> io::Result<Self> {
        let wanted = StatxFlags::MNT_ID | StatxFlags::BASIC_STATS;
        let found = statx(file, c"", StatAt::EMPTY_PATH, wanted)?;
        Ok(Self {
            id: found.stx_mnt_id,
            device: (found.stx_dev_major, found.stx_dev_minor),
        })
    }
}

/// What a file lies on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ground {
    /// The container's root: its path is that in the layer.
    Root,
    /// The container's layer by another mount, or a volume.
    Own,
    /// Nothing of the container's.
    Foreign,
}

/// The container's own places.
#[derive(Debug)]
pub struct Places {
    root: Mount,
    volumes: Vec<u64>,
    /// Owners of what takes no record itself.
    table: Mutex<SideTable>,
}

impl Places {
    /// Those of a container whose init is `init` and waits for its start.
    ///
    /// # Errors
    /// What the system says.
    pub fn of(container: &Container, init: i32) -> io::Result<Self> {
        let root = root_of(init)?;
        let record = container.record();
        let volumes = record.mounts.iter();
        let volumes = volumes.filter(|mount| mount.point.kind == "volume");
        let volumes = volumes.filter_map(|mount| {
            let source = Path::new(&mount.point.source);
            volume(
                &root,
                &mount.point.destination,
                source,
                Path::new(&mount.subpath),
            )
        });
        let Layers { mut lowers, upper } = container.layers();
        lowers.reverse();
        Ok(Self {
            volumes: volumes.collect(),
            root: Mount::of(&root)?,
            table: Mutex::new(SideTable::new(&lowers, &upper)),
        })
    }

    fn ground(&self, file: impl AsFd) -> nix::Result<Ground> {
        let mount = Mount::of(file).map_err(errno)?;
        Ok(match mount {
            mount if mount == self.root => Ground::Root,
            mount if mount.device == self.root.device => Ground::Own,
            mount if self.volumes.contains(&mount.id) => Ground::Own,
            _ => Ground::Foreign,
        })
    }

    /// Does what a container asked for, as far as one user can.
    ///
    /// # Errors
    /// What the kernel would say.
    pub fn carry_out(&self, change: &Change) -> nix::Result<()> {
        match change {
            Change::Own { file, uid, gid } => self.own(file, *uid, *gid),
            Change::Device {
                parent,
                name,
                mode,
                block,
                major,
                minor,
            } => {
                if self.ground(parent)? == Ground::Foreign {
                    return Ok(());
                }
                let device = match block {
                    true => Device::Block(*major, *minor),
                    false => Device::Char(*major, *minor),
                };
                let record = Record {
                    uid: 0,
                    gid: inherited_group(parent)?,
                    mode: *mode,
                    device: Some(device),
                };
                record::make_device(parent, name, record).map_err(errno)
            }
        }
    }

    fn own(&self, file: &OwnedFd, uid: Option<u32>, gid: Option<u32>) -> nix::Result<()> {
        let ground = self.ground(file)?;
        if ground == Ground::Foreign {
            return Ok(());
        }
        // The real call, for everything about it but the owner: set-id bits and
        // capabilities go, and a read-only or full file system says so.
        fchownat(file, "", None, None, AtFlags::AT_EMPTY_PATH)?;
        if uid.is_none() && gid.is_none() {
            return Ok(());
        }
        let stat = fstat(file)?;
        let recorded = match stat.st_mode & libc::S_IFMT {
            libc::S_IFREG | libc::S_IFDIR => record::change_owner(file, uid, gid),
            libc::S_IFLNK | libc::S_IFIFO if ground == Ground::Root => {
                self.own_by_path(file, &stat, uid, gid)
            }
            // Links in volumes have nowhere to keep it, and sockets are in no archive.
            _ => Ok(()),
        };
        match recorded.map_err(errno) {
            // A file system without attributes: it is forgotten.
            Err(Errno::EOPNOTSUPP) => Ok(()),
            result => result,
        }
    }

    fn own_by_path(
        &self,
        file: &OwnedFd,
        stat: &FileStat,
        uid: Option<u32>,
        gid: Option<u32>,
    ) -> io::Result<()> {
        // One without a name is in no archive either.
        if stat.st_nlink == 0 {
            return Ok(());
        }
        let path = fs::read_link(format!("/proc/self/fd/{}", file.as_raw_fd()))?;
        let Ok(path) = path.strip_prefix("/") else {
            return Ok(());
        };
        let mut table = self.table.lock().unwrap_or_else(PoisonError::into_inner);
        table.change(path, uid, gid)
    }
}

/// The mount of a volume, if it is really there.
fn volume(root: &OwnedFd, destination: &str, source: &Path, subpath: &Path) -> Option<u64> {
    let how = OpenHow::new()
        .flags(OFlag::O_PATH | OFlag::O_CLOEXEC)
        .resolve(ResolveFlag::RESOLVE_IN_ROOT | ResolveFlag::RESOLVE_NO_MAGICLINKS);
    let found = openat2(root, &PathBuf::from(destination), how).ok()?;
    let flags = OFlag::O_PATH | OFlag::O_CLOEXEC;
    let mut wanted = nix::fcntl::open(source, flags, Mode::empty()).ok()?;
    if !subpath.as_os_str().is_empty() {
        wanted = open_subpath(wanted.as_fd(), subpath).ok()?;
    }
    let (found_stat, source) = (fstat(&found).ok()?, fstat(&wanted).ok()?);
    let same = (found_stat.st_dev, found_stat.st_ino) == (source.st_dev, source.st_ino);
    same.then(|| Mount::of(&found).ok().map(|mount| mount.id))?
}

/// inode(7): in a directory with set-group-ID things get its group.
fn inherited_group(parent: &OwnedFd) -> nix::Result<u32> {
    if fstat(parent)?.st_mode & libc::S_ISGID == 0 {
        return Ok(0);
    }
    let record = record::get(parent).map_err(errno)?;
    Ok(record.map_or(0, |record| record.gid))
}

fn errno(error: impl Into<io::Error>) -> Errno {
    let error: io::Error = error.into();
    error.raw_os_error().map_or(Errno::EIO, Errno::from_raw)
}
