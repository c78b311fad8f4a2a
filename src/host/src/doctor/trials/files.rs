//! Where labs keep their files: stacking, room, sockets.

use std::fs::Permissions;
use std::io;
use std::os::unix::fs::{DirBuilderExt, FileTypeExt, MetadataExt, PermissionsExt};
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};

use nix::libc;
use plimsoll_text::spoken;
use rustix::fs::XattrFlags;
use rustix::io::Errno;
use rustix::mount::{MountFlags, MountPropagationFlags};

use super::in_words;
use crate::doctor::facts::{Disk, LayersTrial, OverlayPlace, Sockets};
use crate::doctor::sandbox::in_child;
use crate::folders;
use crate::id_map::IdMap;
use crate::words;

/// Stacks two layers beneath `folder`, changes and deletes through the stack.
pub(super) fn overlay(folder: &Path, map: &IdMap) -> OverlayPlace {
    let trial = folder.join(format!(".plimsoll-doctor-{}-overlay", std::process::id()));
    let tried = match prepare(&trial) {
        Err(error) => no_files(&error),
        Ok(()) => {
            let namespaces = (libc::CLONE_NEWUSER | libc::CLONE_NEWNS) as u64;
            let tried = in_child(namespaces, map, || {
                stack(&trial).err().map(|error| in_words(&error))
            });
            match tried.unwrap_or_else(|error| Some(error.to_string())) {
                Some(said) => LayersTrial::NoOverlay { said },
                None => LayersTrial::Work,
            }
        }
    };
    // The kernel's own folder in there lets nobody in, not even to look whether
    // it is empty.
    let closed = trial.join("work/work");
    let _ = std::fs::set_permissions(closed, Permissions::from_mode(0o700));
    let _ = std::fs::remove_dir_all(&trial);
    OverlayPlace {
        folder: folder.to_path_buf(),
        file_system: file_system(folder),
        tried,
    }
}

/// Why not even plain files can be made: nothing was learnt about layers then.
fn no_files(error: &io::Error) -> LayersTrial {
    let said = in_words(error);
    match error.kind() {
        io::ErrorKind::PermissionDenied => LayersTrial::NotYours { said },
        io::ErrorKind::ReadOnlyFilesystem => LayersTrial::ReadOnly { said },
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => LayersTrial::Full { said },
        _ => LayersTrial::NoOverlay { said },
    }
}

fn prepare(trial: &Path) -> io::Result<()> {
    std::fs::DirBuilder::new().mode(0o700).create(trial)?;
    for name in ["lower", "upper", "work", "merged"] {
        std::fs::create_dir(trial.join(name))?;
    }
    std::fs::write(trial.join("lower/kept"), "lower")?;
    std::fs::write(trial.join("lower/deleted"), "lower")?;
    attribute(&trial.join("lower/kept"))
}

/// What images write down beside their files, owners for one, is an attribute
/// (xattr(7)); a tmpfs has had them for users since Linux 6.6 only.
fn attribute(file: &Path) -> io::Result<()> {
    let set = rustix::fs::setxattr(file, "user.plimsoll.doctor", b"1", XattrFlags::CREATE);
    set.map_err(|error| match error {
        Errno::OPNOTSUPP => io::Error::other(words::overlay_no_attributes(spoken())),
        other => other.into(),
    })
}

fn stack(trial: &Path) -> io::Result<()> {
    let slave = MountPropagationFlags::DOWNSTREAM | MountPropagationFlags::REC;
    rustix::mount::mount_change("/", slave)?;
    // Relative names: a comma or colon in the folder's own name says nothing.
    std::env::set_current_dir(trial)?;
    let options = c"lowerdir=lower,upperdir=upper,workdir=work,userxattr";
    rustix::mount::mount("overlay", "merged", "overlay", MountFlags::empty(), options)?;
    std::fs::write("merged/kept", "upper")?;
    std::fs::remove_file("merged/deleted")?;
    let whiteout = std::fs::symlink_metadata("upper/deleted")?;
    let is_whiteout = whiteout.file_type().is_char_device() && whiteout.rdev() == 0;
    let copied = std::fs::read_to_string("upper/kept")? == "upper";
    match is_whiteout && copied {
        true => Ok(()),
        false => Err(io::Error::other(words::overlay_lost_changes(spoken()))),
    }
}

/// The name `/proc/self/mountinfo` has for the file system beneath `folder`.
fn file_system(folder: &Path) -> String {
    let device = std::fs::metadata(folder).map(|folder| folder.dev());
    let table = std::fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    let Ok(device) = device else {
        return "unknown".to_owned();
    };
    let (major, minor) = (rustix::fs::major(device), rustix::fs::minor(device));
    file_system_in(&table, &format!("{major}:{minor}")).unwrap_or_else(|| "unknown".to_owned())
}

/// Field 3 is the device; the type follows a lone hyphen (proc_pid_mountinfo(5)).
fn file_system_in(table: &str, device: &str) -> Option<String> {
    table.lines().find_map(|line| {
        let (mount, source) = line.split_once(" - ")?;
        (mount.split(' ').nth(2)? == device).then(|| source.split(' ').next().map(str::to_owned))?
    })
}

/// Free room for this user where `folder` is.
pub(super) fn disk(folder: &Path) -> Disk {
    let room = rustix::fs::statvfs(folder).ok();
    Disk {
        folder: folder.to_path_buf(),
        free_mib: room
            .as_ref()
            .map_or(0, |room| room.f_bavail.saturating_mul(room.f_frsize) >> 20),
        // Some file systems count no files: then 0 of 0 are free.
        free_files: room
            .filter(|room| room.f_files > 0)
            .map(|room| room.f_favail),
    }
}

/// A socket in the folder of the sockets, bound and removed.
pub(super) fn sockets(folder: &Path) -> Sockets {
    let was_there = folder.exists();
    if let Err(error) = folders::private_folder(folder) {
        return Sockets::Refused {
            said: error.to_string(),
            mend: error.hint(),
        };
    }
    let socket: PathBuf = folder.join(format!(".doctor-{}.sock", std::process::id()));
    let bound = UnixListener::bind(&socket);
    let _ = std::fs::remove_file(&socket);
    if !was_there {
        let _ = std::fs::remove_dir(folder);
    }
    match bound {
        Ok(_) => Sockets::Work {
            folder: folder.to_path_buf(),
        },
        Err(error) => Sockets::Refused {
            said: words::socket_none(spoken(), folder.display().to_string(), in_words(&error)),
            mend: "export XDG_RUNTIME_DIR=/a/private/folder/on/a/local/disk".to_owned(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_without_files_says_nothing_of_layers() {
        let of = |errno: Errno| no_files(&io::Error::from(errno));
        assert!(matches!(of(Errno::ACCESS), LayersTrial::NotYours { .. }));
        assert!(matches!(of(Errno::PERM), LayersTrial::NotYours { .. }));
        assert!(matches!(of(Errno::ROFS), LayersTrial::ReadOnly { .. }));
        assert!(matches!(of(Errno::NOSPC), LayersTrial::Full { .. }));
        assert!(matches!(of(Errno::DQUOT), LayersTrial::Full { .. }));
        assert!(matches!(of(Errno::STALE), LayersTrial::NoOverlay { .. }));
    }

    #[test]
    fn the_file_system_is_found_by_device() {
        let table = "21 27 0:20 / /proc rw,relatime shared:5 - proc proc rw\n\
                     27 1 254:0 / / rw,relatime - ext4 /dev/vda rw\n";
        assert_eq!(file_system_in(table, "254:0").as_deref(), Some("ext4"));
        assert_eq!(file_system_in(table, "0:9"), None);
    }
}
