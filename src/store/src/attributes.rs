//! What a file is besides its bytes: owner, mode, times, extended attributes.
//!
//! One place sets them and one reads them, for every way in and out, so that a
//! round trip cannot lose what only one of them knows.

use std::ffi::CString;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;

use nix::errno::Errno;
use nix::sys::stat::{FileStat, Mode, SFlag, UtimensatFlags, fchmod, futimens, utimensat};
use nix::sys::time::TimeSpec;
use nix::unistd::{Gid, Uid, fchown};

use crate::beneath::file_type;
use crate::ownership::Ownership;
use crate::record::{self, Device, OwnerTable, Record};
use crate::xattr;

/// What a file is to the container.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Attributes {
    /// Permission bits, with set-user-ID and the like.
    pub(crate) mode: u32,
    /// User id inside.
    pub(crate) uid: u32,
    /// Group id inside.
    pub(crate) gid: u32,
    /// Seconds and nanoseconds since 1970.
    pub(crate) mtime: (i64, u32),
    /// Extended attributes, as an archive names them.
    pub(crate) xattrs: Vec<(CString, Vec<u8>)>,
    /// For an empty file that stands for a device.
    pub(crate) device: Option<Device>,
}

/// Sets everything on a regular file or directory that is open for reading or
/// writing. The order matters: chown(2) clears set-user-ID and capabilities,
/// and a file without write permission takes no `user.*` attributes.
pub(crate) fn apply(
    file: BorrowedFd<'_>,
    attributes: &Attributes,
    ownership: &Ownership,
) -> io::Result<()> {
    apply_owner(file, attributes, ownership)?;
    apply_xattrs(file, attributes, ownership)?;
    apply_mode(file, attributes.mode)?;
    set_open_time(file, attributes.mtime)
}

/// Sets the time of an open file or directory.
pub(crate) fn set_open_time(file: BorrowedFd<'_>, mtime: (i64, u32)) -> io::Result<()> {
    let time = TimeSpec::new(mtime.0, mtime.1.into());
    Ok(futimens(file, &time, &time)?)
}

/// Gives a regular file or directory to its owner, or records who that is.
/// The ids have a mapping: whoever read them from outside has looked.
pub(crate) fn apply_owner(
    file: BorrowedFd<'_>,
    attributes: &Attributes,
    ownership: &Ownership,
) -> io::Result<()> {
    let Attributes {
        uid,
        gid,
        mode,
        device,
        ..
    } = *attributes;
    match ownership.outside(uid, gid) {
        Ok(Some((uid, gid))) => fchown(file, Some(Uid::from_raw(uid)), Some(Gid::from_raw(gid)))?,
        Ok(None) if (uid, gid) != (0, 0) => {
            record::set(
                file,
                Record {
                    uid,
                    gid,
                    mode,
                    device,
                },
            )?;
        }
        Ok(None) => {}
        Err(_) => return Err(Errno::EINVAL.into()),
    }
    if device.is_some() {
        record::set(
            file,
            Record {
                uid,
                gid,
                mode,
                device,
            },
        )?;
    }
    Ok(())
}

/// Sets the attributes that may pass; the others are dropped.
pub(crate) fn apply_xattrs(
    file: BorrowedFd<'_>,
    attributes: &Attributes,
    ownership: &Ownership,
) -> io::Result<()> {
    for (name, value) in &attributes.xattrs {
        if name.as_c_str() == xattr::CAPABILITY {
            set_capability(file, value, ownership)?;
        } else if xattr::may_pass(name.to_bytes()) {
            match xattr::set(file, name, value) {
                Err(error) if xattr::is_unsupported(&error) => {}
                outcome => outcome?,
            }
        }
    }
    Ok(())
}

pub(crate) fn apply_mode(file: BorrowedFd<'_>, mode: u32) -> io::Result<()> {
    Ok(fchmod(file, Mode::from_bits_truncate(mode & 0o7777))?)
}

/// Sets the time of `name` in `parent` itself, a link too.
pub(crate) fn set_time(parent: impl AsFd, name: &Path, mtime: (i64, u32)) -> io::Result<()> {
    let time = TimeSpec::new(mtime.0, mtime.1.into());
    Ok(utimensat(
        parent,
        name,
        &time,
        &time,
        UtimensatFlags::NoFollowSymlink,
    )?)
}

/// Revision 2 of `struct vfs_cap_data`: no root id (linux/capability.h).
const CAPABILITY_V2: u32 = 0x0200_0000;
/// Revision 3: for the user namespace whose root is the id at its end.
const CAPABILITY_V3: u32 = 0x0300_0000;
const CAPABILITY_REVISION: u32 = 0xff00_0000;
const CAPABILITY_V2_LENGTH: usize = 20;

/// File capabilities count in the user namespace whose root they name
/// (capabilities(7), "Namespaced file capabilities"): they are rewritten for
/// the container's root. Where the kernel refuses, they are kept aside.
fn set_capability(file: BorrowedFd<'_>, value: &[u8], ownership: &Ownership) -> io::Result<()> {
    let Some(plain) = without_root(value) else {
        return Ok(());
    };
    let root = ownership.outside_root();
    let tried = match root {
        Some(0) => xattr::set(file, xattr::CAPABILITY, &plain),
        Some(root) => xattr::set(file, xattr::CAPABILITY, &with_root(&plain, root)),
        None => Err(Errno::EPERM.into()),
    };
    match tried {
        Ok(()) => Ok(()),
        Err(_) => xattr::set(file, xattr::KEPT_CAPABILITY, &plain),
    }
}

/// The same capabilities without a root id, as archives hold them.
pub(crate) fn without_root(value: &[u8]) -> Option<Vec<u8>> {
    let magic = u32::from_le_bytes(value.get(..4)?.try_into().ok()?);
    if !matches!(magic & CAPABILITY_REVISION, CAPABILITY_V2 | CAPABILITY_V3) {
        return None;
    }
    let mut plain = value.get(..CAPABILITY_V2_LENGTH)?.to_vec();
    plain[..4].copy_from_slice(&(magic & !CAPABILITY_REVISION | CAPABILITY_V2).to_le_bytes());
    Some(plain)
}

fn with_root(plain: &[u8], root: u32) -> Vec<u8> {
    let mut value = plain.to_vec();
    value[3] = (CAPABILITY_V3 >> 24) as u8;
    value.extend(root.to_le_bytes());
    value
}

/// Who a tree's files belong to, for reading.
#[derive(Clone, Copy)]
pub(crate) struct Reader<'a> {
    pub(crate) ownership: &'a Ownership,
    pub(crate) owners: Option<&'a OwnerTable>,
}

impl Reader<'_> {
    /// What the file at `path` (relative to the root) is to the container.
    /// `file` is a handle on it, perhaps with `O_PATH`.
    pub(crate) fn read(
        &self,
        file: BorrowedFd<'_>,
        stat: &FileStat,
        path: &Path,
    ) -> io::Result<Attributes> {
        let (uid, gid) = self.ownership.inside(stat.st_uid, stat.st_gid);
        let mut attributes = Attributes {
            mode: stat.st_mode & 0o7777,
            uid,
            gid,
            mtime: (
                stat.st_mtime,
                u32::try_from(stat.st_mtime_nsec).unwrap_or(0),
            ),
            xattrs: Vec::new(),
            device: None,
        };
        if matches!(file_type(stat), SFlag::S_IFREG | SFlag::S_IFDIR) {
            self.read_xattrs(file, stat, &mut attributes)?;
        } else if *self.ownership == Ownership::Single
            && let Some((uid, gid)) = self.owners.and_then(|owners| owners.get(path))
        {
            (attributes.uid, attributes.gid) = (uid, gid);
        }
        Ok(attributes)
    }

    fn read_xattrs(
        &self,
        file: BorrowedFd<'_>,
        stat: &FileStat,
        attributes: &mut Attributes,
    ) -> io::Result<()> {
        let names = xattr::names(file)?;
        if names.is_empty() {
            return Ok(());
        }
        if let Some(record) = record::get(file)? {
            // Only an empty file can stand for a device.
            if record.device.is_some() && file_type(stat) == SFlag::S_IFREG && stat.st_size == 0 {
                attributes.device = record.device;
            }
            if *self.ownership == Ownership::Single {
                (attributes.uid, attributes.gid) = (record.uid, record.gid);
            }
        }
        for name in names {
            let kept =
                name.as_c_str() == xattr::CAPABILITY || name.as_c_str() == xattr::KEPT_CAPABILITY;
            if !kept && !xattr::may_pass(name.to_bytes()) {
                continue;
            }
            let Some(value) = xattr::get(file, &name)? else {
                continue;
            };
            if !kept {
                attributes.xattrs.push((name, value));
            } else if let Some(plain) = without_root(&value) {
                attributes
                    .xattrs
                    .retain(|(name, _)| name.as_c_str() != xattr::CAPABILITY);
                attributes
                    .xattrs
                    .push((xattr::CAPABILITY.to_owned(), plain));
            }
        }
        attributes.xattrs.sort();
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn capabilities_lose_and_gain_their_root() {
        let mut plain = vec![1, 0, 0, 2];
        plain.extend([0; 16]);
        let named = with_root(&plain, 1001);
        assert_eq!(named.len(), 24);
        assert_eq!(without_root(&named).unwrap(), plain);
        assert_eq!(without_root(&plain).unwrap(), plain);
        assert_eq!(without_root(&[1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0]), None);
        assert_eq!(without_root(&[1, 0, 0, 2]), None);
    }
}
