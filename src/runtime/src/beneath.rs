//! Paths of a container, resolved beneath a directory descriptor.
//!
//! Every lookup is one openat2(2) with `RESOLVE_IN_ROOT`, so that links and
//! `..` stay beneath the root, and `RESOLVE_NO_MAGICLINKS`, so that
//! `/proc/self/fd/7` leads nowhere (CVE-2024-21626, CVE-2021-30465,
//! CVE-2024-45310). What is missing is made one component at a time, each in a
//! directory that was opened in this way.

use nix::errno::Errno;
use nix::fcntl::{OFlag, OpenHow, ResolveFlag, openat2};
use nix::sys::stat::{Mode, SFlag, fstat, mkdirat, mknodat};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};

const IN_ROOT: ResolveFlag = ResolveFlag::RESOLVE_IN_ROOT.union(ResolveFlag::RESOLVE_NO_MAGICLINKS);

/// How many links a lookup may race with before it is given up: openat2 says
/// EAGAIN when the tree changes under it.
const ATTEMPTS: usize = 128;

fn resolve(
    root: BorrowedFd<'_>,
    path: &Path,
    flags: OFlag,
    resolve: ResolveFlag,
) -> nix::Result<OwnedFd> {
    // IN_ROOT treats an absolute path as relative to the root; an empty one
    // means the root itself.
    let path = if path.as_os_str().is_empty() {
        Path::new(".")
    } else {
        path
    };
    let how = OpenHow::new()
        .flags(flags | OFlag::O_CLOEXEC)
        .resolve(resolve);
    let mut last = Errno::EAGAIN;
    for _ in 0..ATTEMPTS {
        match openat2(root, path, how) {
            Err(errno @ (Errno::EAGAIN | Errno::EINTR)) => last = errno,
            result => return result,
        }
    }
    Err(last)
}

/// Opens `path` beneath `root`.
pub(crate) fn open(root: BorrowedFd<'_>, path: &Path, flags: OFlag) -> nix::Result<OwnedFd> {
    resolve(root, path, flags, IN_ROOT)
}

/// Opens `path` beneath `root` for reference only.
pub(crate) fn locate(root: BorrowedFd<'_>, path: &Path) -> nix::Result<OwnedFd> {
    open(root, path, OFlag::O_PATH)
}

/// Opens what is at `path` in the directory `source`, for reference only. Links are
/// followed as long as they stay in it; what leads out is refused, not bent.
///
/// # Errors
/// `EXDEV`: it leads out. Else what openat2(2) says.
pub fn open_subpath(source: BorrowedFd<'_>, path: &Path) -> nix::Result<OwnedFd> {
    let beneath = ResolveFlag::RESOLVE_BENEATH | ResolveFlag::RESOLVE_NO_MAGICLINKS;
    resolve(source, path, OFlag::O_PATH, beneath)
}

/// Opens `path` beneath `root`, where no component may be a link and no mount
/// may be crossed: for a procfs or sysfs that must be the real one
/// (CVE-2025-52881).
pub(crate) fn open_plain(root: BorrowedFd<'_>, path: &Path, flags: OFlag) -> nix::Result<OwnedFd> {
    let strict = ResolveFlag::RESOLVE_BENEATH
        | ResolveFlag::RESOLVE_NO_SYMLINKS
        | ResolveFlag::RESOLVE_NO_MAGICLINKS
        | ResolveFlag::RESOLVE_NO_XDEV;
    resolve(root, path, flags, strict)
}

/// As [`locate`], where no component may be a link (CVE-2019-19921,
/// CVE-2023-27561, CVE-2026-41579: `/proc` or `/dev` as a link in an image).
pub(crate) fn locate_without_links(root: BorrowedFd<'_>, path: &Path) -> nix::Result<OwnedFd> {
    resolve(
        root,
        path,
        OFlag::O_PATH,
        IN_ROOT | ResolveFlag::RESOLVE_NO_SYMLINKS,
    )
}

/// What to make where a path is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Missing {
    /// A directory.
    Directory,
    /// An empty file.
    File,
}

/// Locates `path` beneath `root` and makes it, and the directories that lead
/// to it, where missing.
pub(crate) fn locate_or_make(
    root: BorrowedFd<'_>,
    path: &Path,
    missing: Missing,
) -> nix::Result<OwnedFd> {
    match locate(root, path) {
        Err(Errno::ENOENT) => {}
        result => return result,
    }
    let name = path.file_name().ok_or(Errno::ENOENT)?;
    let parent: PathBuf = path.parent().map(Path::to_owned).unwrap_or_default();
    let directory = match locate(root, &parent) {
        Err(Errno::ENOENT) => locate_or_make(root, &parent, Missing::Directory)?,
        result => result?,
    };
    let made = match missing {
        Missing::Directory => mkdirat(&directory, name, Mode::from_bits_truncate(0o755)),
        Missing::File => mknodat(
            &directory,
            name,
            SFlag::S_IFREG,
            Mode::from_bits_truncate(0o644),
            0,
        ),
    };
    match made {
        // Someone was faster, or it is a link to nothing; the next line tells.
        Ok(()) | Err(Errno::EEXIST) => locate(directory.as_fd(), Path::new(name)),
        Err(errno) => Err(errno),
    }
}

/// Reads a regular file beneath `root` of at most `limit` bytes. A pipe or a
/// device is refused rather than waited for.
pub(crate) fn read_file(root: BorrowedFd<'_>, path: &Path, limit: u64) -> nix::Result<Vec<u8>> {
    use std::io::Read;
    let flags = OFlag::O_RDONLY | OFlag::O_NONBLOCK | OFlag::O_NOCTTY;
    let file = open(root, path, flags)?;
    let status = fstat(&file)?;
    if SFlag::from_bits_truncate(status.st_mode) & SFlag::S_IFMT != SFlag::S_IFREG {
        return Err(Errno::EINVAL);
    }
    if u64::try_from(status.st_size).unwrap_or(0) > limit {
        return Err(Errno::EFBIG);
    }
    let mut bytes = Vec::new();
    let mut file = std::fs::File::from(file).take(limit + 1);
    file.read_to_end(&mut bytes)
        .map_err(|error| error.raw_os_error().map_or(Errno::EIO, Errno::from_raw))?;
    if bytes.len() as u64 > limit {
        Err(Errno::EFBIG)
    } else {
        Ok(bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;
    use std::os::unix::fs::symlink;

    fn tree() -> (tempfile::TempDir, OwnedFd) {
        let outer = tempfile::tempdir().expect("a directory");
        fs::create_dir(outer.path().join("root")).expect("the root");
        let flags = OFlag::O_PATH | OFlag::O_DIRECTORY;
        let root = nix::fcntl::open(&outer.path().join("root"), flags, Mode::empty());
        (outer, root.expect("the root opens"))
    }

    #[test]
    fn links_and_dots_stay_beneath_the_root() {
        let (outer, root) = tree();
        let inside = outer.path().join("root");
        symlink("../../../../..", inside.join("up")).expect("a link");
        symlink("/", inside.join("top")).expect("a link");
        for path in ["/up/made/one", "top/made/two", "/../../made/three"] {
            locate_or_make(root.as_fd(), Path::new(path), Missing::File).expect(path);
        }
        for name in ["one", "two", "three"] {
            assert!(inside.join("made").join(name).is_file(), "{name}");
        }
        assert_eq!(fs::read_dir(outer.path()).expect("outer").count(), 1);
    }

    #[test]
    fn a_link_to_nothing_makes_nothing() {
        let (outer, root) = tree();
        symlink("/nowhere/at/all", outer.path().join("root/dangling")).expect("a link");
        let path = Path::new("/dangling");
        let result = locate_or_make(root.as_fd(), path, Missing::Directory);
        assert_eq!(result.map(drop), Err(Errno::ENOENT));
    }

    /// CVE-2024-21626: a working directory through a leaked descriptor.
    #[test]
    fn magic_links_lead_nowhere() {
        let flags = OFlag::O_PATH | OFlag::O_DIRECTORY;
        let slash = nix::fcntl::open("/", flags, Mode::empty()).expect("/");
        for path in ["/proc/self/fd/0", "/proc/self/cwd", "/proc/self/root/etc"] {
            assert_eq!(
                locate(slash.as_fd(), Path::new(path)).map(drop),
                Err(Errno::ELOOP)
            );
        }
    }

    /// CVE-2026-47262 and the like: passwd as a pipe, as a link, as a giant.
    #[test]
    fn only_regular_files_of_bounded_size_are_read() {
        let (outer, root) = tree();
        let inside = outer.path().join("root");
        nix::unistd::mkfifo(&inside.join("pipe"), Mode::S_IRWXU).expect("a pipe");
        fs::File::create(inside.join("giant"))
            .and_then(|file| file.set_len(1 << 31))
            .expect("giant");
        fs::write(outer.path().join("secret"), "secret").expect("a file");
        symlink("../secret", inside.join("link")).expect("a link");
        fs::write(inside.join("plain"), "plain").expect("a file");
        let read = |path: &str| read_file(root.as_fd(), Path::new(path), 1 << 20);
        assert_eq!(read("/pipe"), Err(Errno::EINVAL));
        assert_eq!(read("/giant"), Err(Errno::EFBIG));
        assert_eq!(read("/link"), Err(Errno::ENOENT));
        assert_eq!(read("/plain"), Ok(b"plain".to_vec()));
    }
}
