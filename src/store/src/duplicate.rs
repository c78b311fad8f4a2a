//! A tree once more, exactly as it lies on the disk.
//!
//! Duty: copy a container's writable layer or a volume with everything that
//! gives it its meaning: owners, modes, times, hard links, holes, whiteouts,
//! and every attribute, also those that are ours or overlay's. It is the
//! opposite of an archive, which holds what a container *sees*.
//!
//! Where the file system can, a file's blocks are shared (`FICLONE`,
//! ioctl_ficlonerange(2)); else its data is copied in the kernel, holes left
//! out. Limits: nobody else writes to the copy, and whoever writes to the
//! original is stopped; what disappears all the same is left out. Nothing is
//! synced.

use std::collections::HashMap;
use std::ffi::{CString, OsStr};
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd as _, BorrowedFd, OwnedFd};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, AtFlags, OFlag, openat, readlinkat};
use nix::sys::stat::{
    FchmodatFlags, FileStat, Mode, SFlag, UtimensatFlags, fchmod, fchmodat, fstat, fstatat,
    futimens, mkdirat, mknodat, utimensat,
};
use nix::sys::time::TimeSpec;
use nix::unistd::{Gid, Uid, fchownat, linkat, symlinkat};
use rustix::fs::SeekFrom;

use crate::attributes::without_root;
use crate::beneath::{file_type, is_dir, open_child_dir, open_child_handle};
use crate::usage::Usage;
use crate::walk::{Mounts, Next, Node, WalkError, walk};
use crate::xattr;

/// Attributes that the kernel interprets and a copy needs; beside these every
/// `user.*` is copied.
const KERNELS: [&[u8]; 3] = [
    b"security.capability",
    b"system.posix_acl_access",
    b"system.posix_acl_default",
];

/// What a copy by hand reads at once (bytes).
const CHUNK: usize = 256 << 10;

/// Why a tree could not be copied.
#[derive(Debug, thiserror::Error)]
#[error("copy {}: {source}", path.display())]
pub struct DuplicateError {
    /// Relative to the tree's root.
    pub path: PathBuf,
    /// What the system said.
    pub source: io::Error,
}

impl From<WalkError> for DuplicateError {
    fn from(error: WalkError) -> Self {
        let WalkError { path, source } = error;
        Self { path, source }
    }
}

/// Copies what is in the directory `from`, and what the directory itself is,
/// into the empty directory `into`. Names directly in `from` that `leave_out`
/// has are not copied. Returns what the copy holds, hard links once.
///
/// # Errors
/// [`DuplicateError`]; what was copied by then stays.
pub fn duplicate(
    from: BorrowedFd<'_>,
    into: BorrowedFd<'_>,
    leave_out: &[&str],
) -> Result<Usage, DuplicateError> {
    let at_root = |source: io::Error| DuplicateError {
        path: PathBuf::new(),
        source,
    };
    let open = |dir| open_child_dir(dir, OsStr::new(".")).map_err(|errno| at_root(errno.into()));
    let (top, root) = (open(from)?, Rc::new(open(into)?));
    let mut copy = Copy {
        parent: (PathBuf::new(), root.clone()),
        root,
        links: HashMap::new(),
        directories: Vec::new(),
        usage: Usage::default(),
        sharing: Sharing::Untried,
    };
    let stat = fstat(&top).map_err(|errno| at_root(errno.into()))?;
    copy.directories
        .push((PathBuf::new(), Kept::of(&top, &stat).map_err(at_root)?));
    walk(top, Mounts::Stay, &mut |node: &Node<'_>| {
        let left_out = node.path.parent() == Some(Path::new(""))
            && leave_out.iter().any(|name| OsStr::new(name) == node.name);
        if left_out {
            return Ok(Next::Skip);
        }
        copy.node(node).map_err(|source| DuplicateError {
            path: node.path.to_owned(),
            source,
        })
    })?;
    copy.finish_directories()?;
    Ok(copy.usage)
}

/// Whether the file system shares blocks between files.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sharing {
    Untried,
    Refused,
}

struct Copy {
    root: Rc<OwnedFd>,
    /// The directory that the last entry was made in: most share it.
    parent: (PathBuf, Rc<OwnedFd>),
    /// Where a file with several names was first made, by device and inode.
    links: HashMap<(u64, u64), PathBuf>,
    /// What directories are given last: making something in one changes its
    /// time, and may need a permission that its mode takes away.
    directories: Vec<(PathBuf, Kept)>,
    usage: Usage,
    sharing: Sharing,
}

impl Copy {
    fn node(&mut self, node: &Node<'_>) -> io::Result<Next> {
        let Some((handle, stat)) = look(node)? else {
            return Ok(Next::Skip);
        };
        let parent = self.directory(node.path.parent().unwrap_or(Path::new("")))?;
        if is_dir(&stat) {
            mkdirat(&parent, node.name, Mode::S_IRWXU)?;
            self.directories
                .push((node.path.to_owned(), Kept::of(&handle, &stat)?));
            self.usage.inodes += 1;
            return Ok(Next::Enter);
        }
        let inode = (stat.st_dev, stat.st_ino);
        if stat.st_nlink > 1 {
            if let Some(first) = self.links.get(&inode).cloned() {
                self.link(&first, &parent, node.name)?;
                return Ok(Next::Skip);
            }
            self.links.insert(inode, node.path.to_owned());
        }
        self.usage.inodes += 1;
        match file_type(&stat) {
            SFlag::S_IFREG => self.file(&handle, &parent, node.name)?,
            SFlag::S_IFLNK => {
                let target = readlinkat(&handle, "")?;
                symlinkat(target.as_os_str(), &parent, node.name)?;
                give_named(&parent, node.name, &stat)?;
            }
            kind => {
                // Whiteouts, fifos and sockets; no user namespace can have made
                // another device, and none can copy it.
                let mode = Mode::from_bits_truncate(stat.st_mode & 0o7777);
                mknodat(&parent, node.name, kind, mode, stat.st_rdev)?;
                give_named(&parent, node.name, &stat)?;
                set_named_mode(&parent, node.name, mode)?;
            }
        }
        Ok(Next::Skip)
    }

    /// A directory of the copy, opened name by name: a path may be longer than
    /// the kernel takes at once.
    fn directory(&mut self, path: &Path) -> io::Result<Rc<OwnedFd>> {
        let (known, rest) = match path.strip_prefix(&self.parent.0) {
            Ok(rest) => (self.parent.1.clone(), rest),
            Err(_) => (self.root.clone(), path),
        };
        let mut found = known;
        for name in rest {
            found = Rc::new(open_child_dir(&found, name)?);
        }
        self.parent = (path.to_owned(), found.clone());
        Ok(found)
    }

    fn link(&mut self, first: &Path, parent: &OwnedFd, name: &OsStr) -> io::Result<()> {
        let above = first.parent().unwrap_or(Path::new(""));
        let above = self.directory(above)?;
        let first = first.file_name().unwrap_or_default();
        Ok(linkat(&above, first, parent, name, AtFlags::empty())?)
    }

    fn file(&mut self, handle: &OwnedFd, parent: &OwnedFd, name: &OsStr) -> io::Result<()> {
        let from = reopen(handle)?;
        // Once more: it may have grown since it was looked at.
        let stat = fstat(&from)?;
        let flags = OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_CLOEXEC;
        let to: File = openat(parent, name, flags, Mode::S_IRUSR | Mode::S_IWUSR)?.into();
        let length = u64::try_from(stat.st_size).unwrap_or(0);
        self.usage.bytes += length;
        if length > 0 {
            self.content(&from, &to, length)?;
        }
        let kept = Kept::of(handle, &stat)?;
        kept.give(to.as_fd())
    }

    fn content(&mut self, from: &File, to: &File, length: u64) -> io::Result<()> {
        if self.sharing == Sharing::Untried {
            match rustix::fs::ioctl_ficlone(to, from) {
                Ok(()) => return Ok(()),
                Err(_) => self.sharing = Sharing::Refused,
            }
        }
        copy_data(from, to, length)
    }

    /// Children first: a directory's own mode may keep us from them.
    fn finish_directories(&mut self) -> Result<(), DuplicateError> {
        for (path, kept) in std::mem::take(&mut self.directories).into_iter().rev() {
            let given = self
                .directory(&path)
                .and_then(|directory| kept.give(directory.as_fd()));
            given.map_err(|source| DuplicateError { path, source })?;
        }
        Ok(())
    }
}

/// A handle on the node and what it is; `None` once it is gone.
fn look(node: &Node<'_>) -> io::Result<Option<(OwnedFd, FileStat)>> {
    match open_child_handle(node.parent, node.name) {
        Ok(handle) => {
            let stat = fstat(&handle)?;
            Ok(Some((handle, stat)))
        }
        Err(Errno::ENOENT) => Ok(None),
        Err(errno) => Err(errno.into()),
    }
}

fn proc_path(file: &OwnedFd) -> String {
    format!("/proc/self/fd/{}", file.as_raw_fd())
}

/// Opens the very file that a handle is on (open(2), `O_PATH`).
fn reopen(handle: &OwnedFd) -> io::Result<File> {
    let flags = OFlag::O_RDONLY | OFlag::O_NONBLOCK | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
    let path = proc_path(handle);
    Ok(openat(AT_FDCWD, path.as_str(), flags, Mode::empty())?.into())
}

/// What a regular file or directory is besides its content.
struct Kept {
    owner: (u32, u32),
    mode: u32,
    accessed: TimeSpec,
    modified: TimeSpec,
    attributes: Vec<(CString, Vec<u8>)>,
}

impl Kept {
    fn of(file: &OwnedFd, stat: &FileStat) -> io::Result<Self> {
        let mut attributes = Vec::new();
        for name in xattr::names(file)? {
            let bytes = name.to_bytes();
            let wanted = bytes.starts_with(b"user.") || KERNELS.contains(&bytes);
            if wanted && let Some(value) = xattr::get(file, &name)? {
                attributes.push((name, value));
            }
        }
        Ok(Self {
            owner: (stat.st_uid, stat.st_gid),
            mode: stat.st_mode & 0o7777,
            accessed: accessed(stat),
            modified: modified(stat),
            attributes,
        })
    }

    /// The order matters: chown(2) clears set-user-ID and capabilities, and a
    /// file without write permission takes no `user.*` attributes.
    fn give(&self, file: BorrowedFd<'_>) -> io::Result<()> {
        own(file, "", self.owner, AtFlags::AT_EMPTY_PATH)?;
        for (name, value) in &self.attributes {
            match xattr::set(file, name, value) {
                Err(_) if name.as_c_str() == xattr::CAPABILITY => keep_aside(file, value)?,
                outcome => outcome?,
            }
        }
        fchmod(file, Mode::from_bits_truncate(self.mode))?;
        Ok(futimens(file, &self.accessed, &self.modified)?)
    }
}

/// Where the kernel refuses a file's capabilities, they are kept as a layer's
/// are.
fn keep_aside(file: BorrowedFd<'_>, value: &[u8]) -> io::Result<()> {
    match without_root(value) {
        Some(plain) => xattr::set(file, xattr::KEPT_CAPABILITY, &plain),
        None => Ok(()),
    }
}

fn accessed(stat: &FileStat) -> TimeSpec {
    TimeSpec::new(stat.st_atime, stat.st_atime_nsec)
}

fn modified(stat: &FileStat) -> TimeSpec {
    TimeSpec::new(stat.st_mtime, stat.st_mtime_nsec)
}

/// Gives a file to its owner, unless it has that one already: without
/// privileges even that would be refused for a foreign group.
fn own(at: impl AsFd, name: &str, owner: (u32, u32), flags: AtFlags) -> io::Result<()> {
    let is = fstatat(at.as_fd(), name, flags)?;
    if (is.st_uid, is.st_gid) == owner {
        return Ok(());
    }
    let (uid, gid) = (Uid::from_raw(owner.0), Gid::from_raw(owner.1));
    Ok(fchownat(at, name, Some(uid), Some(gid), flags)?)
}

/// Owner and times of what cannot be opened.
fn give_named(parent: &OwnedFd, name: &OsStr, stat: &FileStat) -> io::Result<()> {
    let handle = open_child_handle(parent, name)?;
    let owner = (stat.st_uid, stat.st_gid);
    own(&handle, "", owner, AtFlags::AT_EMPTY_PATH)?;
    let follow = UtimensatFlags::NoFollowSymlink;
    Ok(utimensat(
        parent,
        name,
        &accessed(stat),
        &modified(stat),
        follow,
    )?)
}

/// What mknod(2) was told went through the umask.
fn set_named_mode(parent: &OwnedFd, name: &OsStr, mode: Mode) -> io::Result<()> {
    let handle = open_child_handle(parent, name)?;
    let path = proc_path(&handle);
    let follow = FchmodatFlags::FollowSymlink;
    Ok(fchmodat(AT_FDCWD, path.as_str(), mode, follow)?)
}

/// Copies the parts of a file that hold data (lseek(2), `SEEK_DATA`).
fn copy_data(from: &File, to: &File, length: u64) -> io::Result<()> {
    to.set_len(length)?;
    let mut at = 0;
    while at < length {
        let start = match rustix::fs::seek(from, SeekFrom::Data(at)) {
            Ok(start) => start,
            // Nothing but a hole is left.
            Err(rustix::io::Errno::NXIO) => return Ok(()),
            Err(_) => return copy_range(from, to, at, length),
        };
        let end = rustix::fs::seek(from, SeekFrom::Hole(start))?.min(length);
        copy_range(from, to, start, end)?;
        at = end;
    }
    Ok(())
}

fn copy_range(from: &File, to: &File, mut at: u64, end: u64) -> io::Result<()> {
    while at < end {
        let (mut source, mut target) = (at, at);
        let wanted = usize::try_from(end - at).unwrap_or(usize::MAX);
        let copied =
            rustix::fs::copy_file_range(from, Some(&mut source), to, Some(&mut target), wanted);
        match copied {
            // It has become shorter.
            Ok(0) => return Ok(()),
            Ok(count) => at += count as u64,
            Err(rustix::io::Errno::INTR) => {}
            Err(rustix::io::Errno::NOSPC) => return Err(Errno::ENOSPC.into()),
            Err(rustix::io::Errno::DQUOT) => return Err(Errno::EDQUOT.into()),
            // Not between these files, or not with this kernel.
            Err(_) => return copy_by_hand(from, to, at, end),
        }
    }
    Ok(())
}

fn copy_by_hand(from: &File, to: &File, mut at: u64, end: u64) -> io::Result<()> {
    let mut buffer = vec![0; CHUNK];
    while at < end {
        let wanted = usize::try_from(end - at).unwrap_or(CHUNK).min(CHUNK);
        let count = match from.read_at(&mut buffer[..wanted], at) {
            Ok(0) => return Ok(()),
            Ok(count) => count,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        to.write_all_at(&buffer[..count], at)?;
        at += count as u64;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{record, whiteout};
    use std::fs;
    use std::os::unix::fs::{MetadataExt as _, PermissionsExt as _};

    /// Everything that a copy has to keep, a line for each file.
    fn described(tree: &Path) -> Vec<String> {
        let top = openat(AT_FDCWD, tree, OFlag::O_DIRECTORY, Mode::empty()).unwrap();
        let mut lines = Vec::new();
        let mut inodes = HashMap::new();
        walk(top, Mounts::Stay, &mut |node: &Node<'_>| {
            let stat = &node.stat;
            let path = tree.join(node.path);
            let next = inodes.len();
            let inode = *inodes.entry(stat.st_ino).or_insert(next);
            let handle = open_child_handle(node.parent, node.name).unwrap();
            let names = match file_type(stat) {
                SFlag::S_IFREG | SFlag::S_IFDIR => xattr::names(&handle).unwrap(),
                _ => Vec::new(),
            };
            let values: Vec<_> = names
                .iter()
                .map(|n| xattr::get(&handle, n).unwrap())
                .collect();
            lines.push(format!(
                "{} {:o} {}:{} {} {inode} {} {}.{} {names:?} {values:?} {:?} {:?}",
                node.path.display(),
                stat.st_mode,
                stat.st_uid,
                stat.st_gid,
                if is_dir(stat) { 0 } else { stat.st_size },
                stat.st_rdev,
                stat.st_mtime,
                stat.st_mtime_nsec,
                fs::read_link(&path).ok(),
                (file_type(stat) == SFlag::S_IFREG).then(|| fs::read(&path).ok()),
            ));
            Ok::<_, WalkError>(Next::Enter)
        })
        .unwrap();
        lines
    }

    fn copied(from: &Path, leave_out: &[&str]) -> (tempfile::TempDir, Usage) {
        let into = tempfile::tempdir().unwrap();
        let open = |path: &Path| File::open(path).unwrap();
        let usage = duplicate(open(from).as_fd(), open(into.path()).as_fd(), leave_out).unwrap();
        (into, usage)
    }

    #[test]
    fn a_layer_is_the_same_once_more() {
        let dir = tempfile::tempdir().unwrap();
        let tree = dir.path().join("upper");
        fs::create_dir_all(tree.join("a/closed")).unwrap();
        fs::write(tree.join("a/file"), "content").unwrap();
        fs::hard_link(tree.join("a/file"), tree.join("a/other-name")).unwrap();
        fs::hard_link(tree.join("a/file"), tree.join("elsewhere")).unwrap();
        fs::write(tree.join("a/closed/inner"), "x").unwrap();
        std::os::unix::fs::symlink("/nowhere", tree.join("link")).unwrap();
        let top = openat(AT_FDCWD, &tree, OFlag::O_DIRECTORY, Mode::empty()).unwrap();
        whiteout::make(&top, OsStr::new("gone")).unwrap();
        whiteout::set_opaque(&open_child_dir(&top, OsStr::new("a")).unwrap()).unwrap();
        mknodat(
            &top,
            "pipe",
            SFlag::S_IFIFO,
            Mode::from_bits_truncate(0o622),
            0,
        )
        .unwrap();
        let _socket = std::os::unix::net::UnixListener::bind(tree.join("socket")).unwrap();
        let owned = record::Record {
            uid: 33,
            gid: 44,
            mode: 0o640,
            device: Some(record::Device::Char(1, 3)),
        };
        fs::write(tree.join("null"), "").unwrap();
        record::set(File::open(tree.join("null")).unwrap(), owned).unwrap();
        let mode = |name: &str, bits| {
            fs::set_permissions(tree.join(name), fs::Permissions::from_mode(bits)).unwrap();
        };
        mode("a/file", 0o4755);
        mode("a", 0o1777);
        mode("a/closed", 0o500);
        let past = TimeSpec::new(1_000_000_000, 123_456_789);
        futimens(open_child_dir(&top, OsStr::new("a")).unwrap(), &past, &past).unwrap();

        let (copy, usage) = copied(&tree, &[]);
        assert_eq!(described(copy.path()), described(&tree));
        assert_eq!(
            usage,
            crate::disk_usage(File::open(&tree).unwrap().as_fd()).unwrap()
        );
        mode("a/closed", 0o700);
        fs::set_permissions(
            copy.path().join("a/closed"),
            fs::Permissions::from_mode(0o700),
        )
        .unwrap();
    }

    #[test]
    fn the_directory_itself_is_copied_and_names_are_left_out_at_the_top_alone() {
        let dir = tempfile::tempdir().unwrap();
        for name in ["work/in", "deep/work"] {
            fs::create_dir_all(dir.path().join(name)).unwrap();
        }
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o751)).unwrap();
        let (copy, _) = copied(dir.path(), &["work"]);
        assert!(!copy.path().join("work").exists());
        assert!(copy.path().join("deep/work").exists());
        assert_eq!(fs::metadata(copy.path()).unwrap().mode() & 0o777, 0o751);
    }

    #[test]
    fn holes_stay_holes() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("sparse");
        let file = File::create(&path).unwrap();
        file.set_len(64 << 20).unwrap();
        file.write_all_at(b"middle", 32 << 20).unwrap();
        file.write_all_at(b"end", (64 << 20) - 3).unwrap();
        let (copy, usage) = copied(dir.path(), &[]);
        let twin = copy.path().join("sparse");
        assert!(fs::read(&twin).unwrap() == fs::read(&path).unwrap());
        assert_eq!(usage.bytes, 64 << 20);
        let blocks = |path: &Path| fs::metadata(path).unwrap().blocks();
        assert!(blocks(&twin) <= blocks(&path).max(64), "{}", blocks(&twin));
    }

    #[test]
    fn a_copy_by_hand_is_the_same() {
        let dir = tempfile::tempdir().unwrap();
        let bytes: Vec<u8> = (0..CHUNK * 2 + 77).map(|n| (n % 251) as u8).collect();
        fs::write(dir.path().join("from"), &bytes).unwrap();
        let from = File::open(dir.path().join("from")).unwrap();
        let to = File::create(dir.path().join("to")).unwrap();
        copy_by_hand(&from, &to, 0, bytes.len() as u64).unwrap();
        assert!(fs::read(dir.path().join("to")).unwrap() == bytes);
    }

    #[test]
    fn a_tree_deeper_than_a_path_can_be_long_is_copied() {
        let dir = tempfile::tempdir().unwrap();
        let top = openat(AT_FDCWD, dir.path(), OFlag::O_DIRECTORY, Mode::empty()).unwrap();
        let name = "d".repeat(200);
        let mut deepest = top;
        for _ in 0..30 {
            mkdirat(&deepest, name.as_str(), Mode::S_IRWXU).unwrap();
            deepest = open_child_dir(&deepest, OsStr::new(&name)).unwrap();
        }
        openat(&deepest, "leaf", OFlag::O_CREAT, Mode::S_IRWXU).unwrap();
        let (copy, usage) = copied(dir.path(), &[]);
        assert_eq!(usage.inodes, 31);
        for tree in [dir.path(), copy.path()] {
            crate::remove::remove_path(&tree.join(&name)).unwrap();
        }
    }
}
