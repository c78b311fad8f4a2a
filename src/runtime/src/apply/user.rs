//! Taking on ids.

use crate::beneath;
use crate::fault::{During, Fault};
use crate::request::{FoundUser, User, UserFault, find_user};
use nix::errno::Errno;
use nix::sys::stat::{fstat, major, minor};
use nix::unistd::{Gid, Uid, fchown, setgroups, setresgid, setresuid};
use std::os::fd::{AsFd, BorrowedFd};
use std::path::Path;

/// The most that is read of an image's passwd or group file (CVE-2026-47262).
const MAX_FILE: u64 = 4 << 20;

/// User 0 of the user namespace, without the groups of the caller.
pub(super) fn become_root() -> Result<(), Fault> {
    let action = || "become user 0".to_owned();
    drop_groups().during(action)?;
    let (uid, gid) = (Uid::from_raw(0), Gid::from_raw(0));
    setresgid(gid, gid, gid).during(action)?;
    setresuid(uid, uid, uid).during(action)
}

/// Where setgroups(2) had to be given up for the map there is no way to drop
/// groups; they are not mapped and grant what they granted the caller.
fn drop_groups() -> nix::Result<()> {
    match setgroups(&[]) {
        Err(Errno::EPERM) => Ok(()),
        result => result,
    }
}

/// Looks a user up in the image's own files.
pub(super) fn find(root: BorrowedFd<'_>, user: &User) -> Result<FoundUser, Fault> {
    match user {
        User::Named { user, add_groups } => {
            let passwd = read(root, "/etc/passwd")?;
            let group = read(root, "/etc/group")?;
            Ok(find_user(user, add_groups, &passwd, &group)?)
        }
        User::Ids { uid, gid, groups } => {
            // Only for the home directory, which is a convenience: a file that
            // cannot be read is as good as none.
            let passwd = read(root, "/etc/passwd").unwrap_or_default();
            let entry = find_user(&uid.to_string(), &[], &passwd, "");
            let home = entry.map_or_else(|_| "/".to_owned(), |entry| entry.home);
            Ok(FoundUser {
                uid: *uid,
                gid: *gid,
                groups: groups.clone(),
                home,
            })
        }
    }
}

fn read(root: BorrowedFd<'_>, path: &str) -> Result<String, Fault> {
    match beneath::read_file(root, Path::new(path), MAX_FILE) {
        Ok(bytes) => Ok(String::from_utf8_lossy(&bytes).into_owned()),
        Err(Errno::ENOENT | Errno::ENOTDIR) => Ok(String::new()),
        Err(errno) => {
            let reason = match errno {
                Errno::EINVAL => "it is not a regular file".to_owned(),
                Errno::EFBIG => format!("it is longer than {} MiB", MAX_FILE >> 20),
                errno => errno.desc().to_owned(),
            };
            Err(UserFault::File(path.to_owned(), reason).into())
        }
    }
}

/// Takes on the user's ids, keeping capabilities for the next operation to
/// choose from.
pub(super) fn become_user(user: &FoundUser) -> Result<(), Fault> {
    let action = || format!("become user {}", user.uid);
    own_streams(user);
    let (uid, gid) = (Uid::from_raw(user.uid), Gid::from_raw(user.gid));
    let groups: Vec<_> = user.groups.iter().copied().map(Gid::from_raw).collect();
    match setgroups(&groups) {
        Ok(()) => {}
        // Where setgroups(2) was given up for the map there are no groups to
        // be in, nor any to leave; a single user has no other groups either.
        Err(Errno::EPERM) => {}
        Err(Errno::EINVAL) if user.uid == 0 => {}
        Err(Errno::EINVAL) => return Err(not_mapped(user)),
        Err(errno) => return Err(Fault::system(action(), errno)),
    }
    nix::sys::prctl::set_keepcaps(true).during(action)?;
    let ids = setresgid(gid, gid, gid).and_then(|()| setresuid(uid, uid, uid));
    ids.map_err(|errno| match errno {
        Errno::EINVAL => not_mapped(user),
        errno => Fault::system(action(), errno),
    })
}

fn not_mapped(user: &FoundUser) -> Fault {
    let map = std::fs::read_to_string("/proc/self/uid_map").unwrap_or_default();
    let count: u64 = map
        .lines()
        .filter_map(|line| line.split_whitespace().nth(2)?.parse::<u64>().ok())
        .sum();
    let available = match count {
        1 => "user 0".to_owned(),
        count => format!("{count} users"),
    };
    UserFault::NotMapped {
        uid: user.uid,
        gid: user.gid,
        available,
    }
    .into()
}

/// Programs that run as another user reopen their streams through
/// /dev/stdout; the pipes behind belong to whoever made them. The null device
/// is everybody's. Failure leaves things as usable as they were.
fn own_streams(user: &FoundUser) {
    let (stdin, stdout, stderr) = (std::io::stdin(), std::io::stdout(), std::io::stderr());
    for stream in [stdin.as_fd(), stdout.as_fd(), stderr.as_fd()] {
        let Ok(status) = fstat(stream) else { continue };
        let null = (major(status.st_rdev), minor(status.st_rdev)) == (1, 3);
        if !null && status.st_uid != user.uid {
            let _ = fchown(stream, Some(Uid::from_raw(user.uid)), None);
        }
    }
}
