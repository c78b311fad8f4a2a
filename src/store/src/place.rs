//! Whether a directory can hold a store: overlay has to accept what lies there.
//!
//! A file system that overlay refuses as an upper is named by its magic number
//! (statfs(2)); one that merely lacks extended attributes is found by trying.
//! `plimsoll doctor` asks the same question before there is a store.

use std::os::fd::BorrowedFd;

use nix::fcntl::{OFlag, openat};
use nix::sys::stat::Mode;
use nix::sys::statfs::fstatfs;
use nix::unistd::{UnlinkatFlags, unlinkat};

use crate::xattr;

/// Why containers cannot keep their files in a place.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlaceProblem {
    /// A kind of file system that overlay refuses for a writable layer.
    #[error(
        "it is on {0}, where the kernel's overlay file system cannot keep a container's files; \
         choose a directory on a local disk (--store DIR, or PLIMSOLL_HOME=DIR), for example under /var/tmp"
    )]
    Filesystem(&'static str),
    /// `user.*` extended attributes cannot be set.
    #[error(
        "its file system does not keep extended attributes (user.*), which a container's files need; \
         choose a directory on a local disk (--store DIR, or PLIMSOLL_HOME=DIR), for example under /var/tmp"
    )]
    NoAttributes,
}

/// File systems that overlay refuses for an upper, or where one would lose data.
/// Numbers: linux/magic.h and the file systems' own sources.
const REFUSED: &[(i64, &str)] = &[
    (0x6969, "NFS"),
    (0x794c_7630, "an overlay file system (inside a container?)"),
    (0xf15f, "eCryptfs (an encrypted home)"),
    (
        0x6573_5546,
        "FUSE (sshfs, an encrypted folder, a cloud drive)",
    ),
    (0x0102_1997, "9p (a folder shared with a virtual machine)"),
    (0x517b, "SMB"),
    (0xff53_4d42, "CIFS"),
    (0xfe53_4d42, "SMB"),
    (0x5346_414f, "AFS"),
    (0x6b41_4653, "AFS"),
    (0x00c3_6400, "Ceph"),
    (0x0bd0_0bd0, "Lustre"),
    (0x4750_4653, "GPFS"),
    (0x786f_4256, "a VirtualBox shared folder"),
    (0x4d44, "FAT"),
    (0x2011_bab0, "exFAT"),
    (0x5346_544e, "NTFS"),
    (0x7366_746e, "NTFS"),
];

/// The name of the file system, if it is one that overlay refuses for an upper.
fn refused(magic: i64) -> Option<&'static str> {
    // Some magic numbers are sign-extended by the kernel's signed type.
    let magic = magic & 0xffff_ffff;
    REFUSED
        .iter()
        .find(|(number, _)| *number == magic)
        .map(|(_, name)| *name)
}

/// Looks at the file system that `dir` is on, and tries an attribute on a
/// short-lived file in it. An error of the attempt itself (a full disk, a
/// read-only directory) is left for the caller's own writes to report.
pub fn check(dir: BorrowedFd<'_>) -> Result<(), PlaceProblem> {
    if let Ok(statfs) = fstatfs(dir)
        && let Some(name) = refused(statfs.filesystem_type().0)
    {
        return Err(PlaceProblem::Filesystem(name));
    }
    let name = format!(".attributes-{}", std::process::id());
    let flags = OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_CLOEXEC | OFlag::O_NOFOLLOW;
    let Ok(file) = openat(dir, name.as_str(), flags, Mode::from_bits_truncate(0o600)) else {
        return Ok(());
    };
    let outcome = xattr::set(&file, c"user.plimsoll.probe", b"y");
    let _ = unlinkat(dir, name.as_str(), UnlinkatFlags::NoRemoveDir);
    match outcome {
        Err(error) if xattr::is_unsupported(&error) => Err(PlaceProblem::NoAttributes),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_home_is_named_and_answered_with_what_to_do() {
        assert_eq!(refused(0x6969), Some("NFS"));
        assert_eq!(refused(0xff53_4d42_u32 as i32 as i64), Some("CIFS"));
        assert_eq!(refused(0xef53), None, "ext4");
        let text = PlaceProblem::Filesystem("NFS").to_string();
        assert!(
            text.contains("NFS") && text.contains("--store DIR"),
            "{text}"
        );
    }
}
