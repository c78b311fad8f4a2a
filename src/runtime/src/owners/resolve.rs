//! A path as another process sees it, followed to a descriptor.
//!
//! The kernel resolves from one root at a time: openat2(2) would take the
//! working directory for the root. So each component is opened by itself, from
//! the descriptor of the one before, and never follows a link; links are read
//! and followed here, as path_resolution(7) says, within the root that the
//! process has. The links of `/proc` that lead to a file rather than a path
//! are followed only in the process' own directory there.

use super::tracee::{Tracee, name_of};
use nix::errno::Errno;
use nix::fcntl::{OFlag, openat, readlinkat};
use nix::sys::stat::{FileStat, Mode, SFlag, fstat};
use nix::sys::statfs::{PROC_SUPER_MAGIC, fstatfs};
use std::ffi::{OsStr, OsString};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::{OsStrExt, OsStringExt};

/// As many links as the kernel follows (path_resolution(7)).
const MOST_LINKS: u32 = 40;
/// The inode of a proc's root (linux/proc_ns.h).
const PROC_ROOT: u64 = 1;

/// Whether a link at the end of a path is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Last {
    Follow,
    Keep,
}

/// Where a walk has come to.
struct Place {
    handle: OwnedFd,
    /// Within the process' own directory of a proc.
    own: Own,
}

/// How the links of a directory may be followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Own {
    /// Those with a text.
    No,
    /// The process' directory in a proc.
    Process,
    /// The list of its descriptors.
    Descriptors,
}

pub(super) struct Walk<'a> {
    tracee: &'a Tracee,
    root: (u64, u64),
    links: u32,
}

/// Components that are still to be walked, the next one last.
struct Rest {
    components: Vec<Vec<u8>>,
    /// What is found must be a directory: the path ended in a slash.
    directory: bool,
}

impl Rest {
    fn new(path: &[u8]) -> Self {
        let mut rest = Self {
            components: Vec::new(),
            directory: path.ends_with(b"/"),
        };
        rest.push(path);
        rest
    }

    fn push(&mut self, path: &[u8]) {
        let names = path.split(|byte| *byte == b'/').rev();
        let names = names.filter(|name| !name.is_empty());
        self.components.extend(names.map(<[u8]>::to_vec));
    }
}

impl<'a> Walk<'a> {
    pub(super) fn new(tracee: &'a Tracee) -> nix::Result<Self> {
        let root = id(&fstat(tracee.root()?)?);
        Ok(Self {
            tracee,
            root,
            links: 0,
        })
    }

    /// What `path` names, as seen from `start`.
    pub(super) fn locate(
        mut self,
        start: OwnedFd,
        path: &[u8],
        last: Last,
    ) -> nix::Result<OwnedFd> {
        self.walk(start, Rest::new(path), last)
    }

    /// The directory in which `path` names something that is not there yet.
    pub(super) fn locate_parent(
        mut self,
        start: OwnedFd,
        path: &[u8],
    ) -> nix::Result<(OwnedFd, OsString)> {
        let mut rest = Rest::new(path);
        let trailing = std::mem::replace(&mut rest.directory, true);
        let name = match rest.components.first() {
            None => return Err(Errno::EEXIST),
            Some(_) => rest.components.remove(0),
        };
        let parent = self.walk(start, rest, Last::Follow)?;
        if name == b"." || name == b".." {
            return Err(Errno::EEXIST);
        }
        let name = OsString::from_vec(name);
        match open(&parent, &name) {
            Ok(_) => Err(Errno::EEXIST),
            // A name with a slash behind it would be a directory's.
            Err(Errno::ENOENT) if trailing => Err(Errno::ENOENT),
            Err(Errno::ENOENT) => Ok((parent, name)),
            Err(errno) => Err(errno),
        }
    }

    fn walk(&mut self, start: OwnedFd, mut rest: Rest, last: Last) -> nix::Result<OwnedFd> {
        let mut at = Place {
            handle: start,
            own: Own::No,
        };
        while let Some(name) = rest.components.pop() {
            match name.as_slice() {
                b"." if is(&fstat(&at.handle)?, SFlag::S_IFDIR) => {}
                b"." => return Err(Errno::ENOTDIR),
                b".." => at = self.up(&at)?,
                name => {
                    let final_link = rest.components.is_empty() && !rest.directory;
                    let keep = final_link && last == Last::Keep;
                    at = self.step(at, OsStr::from_bytes(name), keep, &mut rest)?;
                }
            }
        }
        if rest.directory && !is(&fstat(&at.handle)?, SFlag::S_IFDIR) {
            return Err(Errno::ENOTDIR);
        }
        Ok(at.handle)
    }

    /// The directory above; the root is above itself.
    fn up(&self, at: &Place) -> nix::Result<Place> {
        let here = id(&fstat(&at.handle)?);
        let name = if here == self.root { "." } else { ".." };
        let flags = OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
        Ok(Place {
            handle: openat(&at.handle, name, flags, Mode::empty())?,
            own: Own::No,
        })
    }

    /// One name further.
    fn step(&mut self, at: Place, name: &OsStr, keep: bool, rest: &mut Rest) -> nix::Result<Place> {
        let handle = open(&at.handle, name)?;
        let stat = fstat(&handle)?;
        if !is(&stat, SFlag::S_IFLNK) {
            let own = self.own(&at, &handle, name)?;
            return Ok(Place { handle, own });
        }
        if keep {
            return Ok(Place {
                handle,
                own: Own::No,
            });
        }
        self.links += 1;
        if self.links > MOST_LINKS {
            return Err(Errno::ELOOP);
        }
        if in_proc(&handle)? {
            return self.through_proc(at, name, &handle, rest);
        }
        self.follow(at, &handle, rest)
    }

    /// Goes on with the text of a link.
    fn follow(&self, at: Place, link: &OwnedFd, rest: &mut Rest) -> nix::Result<Place> {
        let target = readlinkat(link, "")?.into_vec();
        if target.is_empty() {
            return Err(Errno::ENOENT);
        }
        rest.directory |= rest.components.is_empty() && target.ends_with(b"/");
        rest.push(&target);
        if target.starts_with(b"/") {
            return Ok(Place {
                handle: self.tracee.root()?,
                own: Own::No,
            });
        }
        Ok(at)
    }

    /// A link in a proc. `self` is whoever looks, and that is not us.
    fn through_proc(
        &mut self,
        at: Place,
        name: &OsStr,
        link: &OwnedFd,
        rest: &mut Rest,
    ) -> nix::Result<Place> {
        let flags = OFlag::O_PATH | OFlag::O_CLOEXEC;
        match (at.own, name.as_bytes()) {
            (Own::Process, b"root" | b"cwd" | b"exe") | (Own::Descriptors, _) => Ok(Place {
                handle: openat(&at.handle, name, flags, Mode::empty())?,
                own: Own::No,
            }),
            (Own::No, b"self") if is_proc_root(&at.handle)? => {
                let number = self.tracee.number().ok_or(Errno::ENOENT)?;
                let handle = open(&at.handle, &name_of(number))?;
                match self.tracee.is(&handle) {
                    true => Ok(Place {
                        handle,
                        own: Own::Process,
                    }),
                    false => Err(Errno::ENOENT),
                }
            }
            // `mounts` and `net`, whose text begins with `self`.
            (Own::No, b"mounts" | b"net") if is_proc_root(&at.handle)? => {
                self.follow(at, link, rest)
            }
            // Files of other processes, which they may not show.
            _ => Err(Errno::EACCES),
        }
    }

    fn own(&self, at: &Place, handle: &OwnedFd, name: &OsStr) -> nix::Result<Own> {
        match (at.own, name.as_bytes()) {
            (Own::Process, b"fd") => Ok(Own::Descriptors),
            (Own::No, digits) if digits.iter().all(u8::is_ascii_digit) => {
                let process = in_proc(handle)? && is_proc_root(&at.handle)?;
                Ok(match process && self.tracee.is(handle) {
                    true => Own::Process,
                    false => Own::No,
                })
            }
            _ => Ok(Own::No),
        }
    }
}

/// A handle on `name` itself, whatever it is.
fn open(parent: &OwnedFd, name: &OsStr) -> nix::Result<OwnedFd> {
    let flags = OFlag::O_PATH | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    openat(parent, name, flags, Mode::empty())
}

fn id(stat: &FileStat) -> (u64, u64) {
    (stat.st_dev, stat.st_ino)
}

fn is(stat: &FileStat, kind: SFlag) -> bool {
    SFlag::from_bits_truncate(stat.st_mode & SFlag::S_IFMT.bits()) == kind
}

fn in_proc(handle: &OwnedFd) -> nix::Result<bool> {
    Ok(fstatfs(handle)?.filesystem_type() == PROC_SUPER_MAGIC)
}

fn is_proc_root(handle: &OwnedFd) -> nix::Result<bool> {
    Ok(fstat(handle)?.st_ino == PROC_ROOT && in_proc(handle)?)
}
