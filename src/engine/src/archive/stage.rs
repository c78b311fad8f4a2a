//! A stopped container's root put together, mounts and all, where nobody else
//! sees it.
//!
//! Duty: in a mount namespace of the calling thread, attach the container's
//! overlay and mount its volumes and binds into it by descriptor. The
//! namespace, and every mount in it, ends with the thread. Limits: the caller
//! must be a thread of its own that ends afterwards; a mount whose place is not
//! there is left out where the overlay is read-only.
//! Paths that come from the image or the container (a destination under a
//! swapped link) are resolved by the kernel inside the root: CVE-2026-41568,
//! CVE-2026-42306.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{OFlag, OpenHow, ResolveFlag, openat2};
use nix::mount::{MsFlags, mount};
use nix::sched::{CloneFlags, unshare};
use nix::sys::stat::{Mode, mkdirat};
use plimsoll_runtime::open_subpath;
use plimsoll_runtime::sys::{self, MountChange};

/// `MOUNT_ATTR_RDONLY` of mount_setattr(2).
const READ_ONLY: u64 = 1;

/// What is mounted into the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mounted {
    /// The directory or file in the lab.
    pub source: PathBuf,
    /// What of it: as [`plimsoll_runtime::request::Bind`] has it.
    pub subpath: PathBuf,
    /// Where the container has it.
    pub destination: String,
    /// Whether the container may not write to it.
    pub read_only: bool,
}

/// Attaches `root` (a detached mount) at `place` in a mount namespace of this
/// thread and mounts everything into it.
///
/// # Errors
/// What the system says, with what was done.
pub fn set(
    root: &OwnedFd,
    place: &Path,
    mounts: &[Mounted],
    root_is_read_only: bool,
) -> io::Result<()> {
    let nothing: Option<&str> = None;
    unshare(CloneFlags::CLONE_NEWNS)?;
    mount(
        nothing,
        "/",
        nothing,
        MsFlags::MS_REC | MsFlags::MS_PRIVATE,
        nothing,
    )?;
    let at = open_path(place)?;
    sys::move_mount(root.as_fd(), at.as_fd())?;
    for mounted in mounts {
        add(root, mounted).map_err(|error| {
            let Mounted {
                source,
                destination,
                ..
            } = mounted;
            let what = format!("mount {} at {destination}: {error}", source.display());
            io::Error::new(error.kind(), what)
        })?;
    }
    if root_is_read_only {
        make_read_only(root)?;
    }
    Ok(())
}

fn open_path(path: &Path) -> io::Result<OwnedFd> {
    let flags = OFlag::O_PATH | OFlag::O_CLOEXEC;
    Ok(nix::fcntl::open(path, flags, Mode::empty())?)
}

fn open_source(mounted: &Mounted) -> io::Result<OwnedFd> {
    let source = open_path(&mounted.source)?;
    match mounted.subpath.as_os_str().is_empty() {
        true => Ok(source),
        false => Ok(open_subpath(source.as_fd(), &mounted.subpath)?),
    }
}

fn make_read_only(mount: &OwnedFd) -> io::Result<()> {
    let change = MountChange {
        set: READ_ONLY,
        ..MountChange::default()
    };
    match sys::mount_setattr(mount.as_fd(), change) {
        // Linux 5.11 alone: nothing but our own checks keeps it.
        Err(Errno::ENOSYS) => Ok(()),
        result => Ok(result?),
    }
}

fn add(root: &OwnedFd, mounted: &Mounted) -> io::Result<()> {
    let source = match open_source(mounted) {
        Ok(source) => source,
        // A bind source that is gone shows when the container starts.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    let Some(at) = destination(root, &mounted.destination, source_kind(&source)?)? else {
        return Ok(());
    };
    let tree = sys::clone_tree(source.as_fd(), c"", true)?;
    if mounted.read_only {
        make_read_only(&tree)?;
    }
    Ok(sys::move_mount(tree.as_fd(), at.as_fd())?)
}

/// A directory is mounted on a directory, anything else on a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Directory,
    File,
}

fn source_kind(source: &OwnedFd) -> io::Result<Kind> {
    let mode = nix::sys::stat::fstat(source)?.st_mode & nix::libc::S_IFMT;
    Ok(match mode == nix::libc::S_IFDIR {
        true => Kind::Directory,
        false => Kind::File,
    })
}

fn resolve(root: impl AsFd, path: &Path, flags: OFlag) -> Result<OwnedFd, Errno> {
    let how = OpenHow::new()
        .flags(flags | OFlag::O_CLOEXEC)
        .resolve(ResolveFlag::RESOLVE_IN_ROOT | ResolveFlag::RESOLVE_NO_MAGICLINKS);
    openat2(root, path, how)
}

/// The place of a mount, made if it is not there and can be made.
fn destination(root: &OwnedFd, path: &str, kind: Kind) -> io::Result<Option<OwnedFd>> {
    let path = Path::new(path);
    match resolve(root, path, OFlag::O_PATH) {
        Ok(found) => return Ok(Some(found)),
        Err(Errno::ENOENT) => {}
        Err(errno) => return Err(errno.into()),
    }
    match make(root, path, kind) {
        Err(Errno::EROFS) => return Ok(None),
        made => made?,
    }
    Ok(Some(resolve(root, path, OFlag::O_PATH)?))
}

/// Makes a directory or an empty file with the directories that lead to it,
/// one name at a time beneath the root.
fn make(root: &OwnedFd, path: &Path, kind: Kind) -> Result<(), Errno> {
    let mut so_far = PathBuf::from("/");
    let names: Vec<_> = path.components().collect();
    for (index, component) in names.iter().enumerate() {
        let std::path::Component::Normal(name) = component else {
            continue;
        };
        let parent = resolve(root, &so_far, OFlag::O_PATH | OFlag::O_DIRECTORY)?;
        so_far.push(name);
        let last = index + 1 == names.len();
        let made = if last && kind == Kind::File {
            let flags = OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
            nix::fcntl::openat(&parent, *name, flags, Mode::from_bits_truncate(0o644)).map(drop)
        } else {
            mkdirat(&parent, *name, Mode::from_bits_truncate(0o755))
        };
        match made {
            Ok(()) | Err(Errno::EEXIST) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    fn root() -> (tempfile::TempDir, OwnedFd) {
        let dir = tempfile::tempdir().expect("a directory");
        fs::create_dir(dir.path().join("root")).expect("a directory");
        let root = open_path(&dir.path().join("root")).expect("it opens");
        (dir, root)
    }

    #[test]
    fn a_place_is_made_beneath_the_root_and_never_outside() {
        let (dir, root) = root();
        let outside = dir.path().join("outside");
        fs::create_dir(&outside).expect("a directory");
        symlink(&outside, dir.path().join("root/absolute")).expect("a link");
        symlink("../outside", dir.path().join("root/up")).expect("a link");
        for (path, kind) in [
            ("/deep/er/place", Kind::Directory),
            ("/deep/file", Kind::File),
            ("/absolute/evil", Kind::Directory),
            ("/up/evil", Kind::File),
            ("/../../outside/evil", Kind::Directory),
        ] {
            // What does not resolve inside is refused; what does is made there.
            let _ = destination(&root, path, kind);
        }
        assert!(dir.path().join("root/deep/er/place").is_dir());
        assert!(dir.path().join("root/deep/file").is_file());
        assert_eq!(fs::read_dir(&outside).expect("it lists").count(), 0);
    }

    #[test]
    fn mounts_are_seen_in_the_stage_and_nowhere_else() {
        let (dir, _) = root();
        let volume = dir.path().join("volume");
        fs::create_dir(&volume).expect("a directory");
        fs::write(volume.join("page"), "hello").expect("it writes");
        fs::create_dir(dir.path().join("place")).expect("a directory");
        let (base, place) = (dir.path().join("root"), dir.path().join("place"));
        let mounts = [Mounted {
            source: volume,
            subpath: PathBuf::new(),
            destination: "/data/in".into(),
            read_only: true,
        }];
        let staged = std::thread::spawn(move || -> io::Result<(String, bool)> {
            let base = open_path(&base)?;
            let root = sys::clone_tree(base.as_fd(), c"", false)?;
            set(&root, &place, &mounts, false)?;
            let page = place.join("data/in/page");
            let refused = fs::write(&page, "changed").is_err();
            Ok((fs::read_to_string(page)?, refused))
        });
        match staged.join().expect("the thread ends") {
            Ok((page, refused)) => {
                assert_eq!(page, "hello");
                assert!(refused, "the mount is read-only");
            }
            Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
                return plimsoll_testkit::skipped("no mount namespace without privileges");
            }
            Err(error) => panic!("{error}"),
        }
        let mounts = fs::read_to_string("/proc/self/mountinfo").expect("it reads");
        let place = dir.path().join("place");
        assert!(!mounts.contains(&*place.to_string_lossy()));
    }
}
