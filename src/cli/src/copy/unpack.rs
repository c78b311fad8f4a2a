//! A tar stream of a container, unpacked in a directory of ours.
//!
//! The stream is the container's to write, so it is not trusted: every path is
//! walked by descriptor beneath the directory, no link is followed on the way,
//! and nothing is opened that was there before. Owners are not taken over:
//! what is copied out belongs to whoever copies it.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::OwnedFd;
use std::path::{Component, Path, PathBuf};

use nix::dir::Dir;
use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, open, openat};
use nix::sys::stat::{FileStat, Mode, SFlag, fchmod, fstatat, futimens, mkdirat};
use nix::sys::time::TimeSpec;
use nix::unistd::{LinkatFlags, UnlinkatFlags, linkat, symlinkat, unlinkat};
use tar::{Archive, Entry, EntryType};

#[derive(Debug, thiserror::Error)]
pub enum UnpackError {
    #[error("{0}")]
    Stream(#[from] io::Error),
    #[error("invalid path in the archive: {0:?}")]
    Path(PathBuf),
    #[error("cannot overwrite directory {0:?} with non-directory")]
    OverDirectory(PathBuf),
    #[error("cannot overwrite non-directory {0:?} with directory")]
    OverFile(PathBuf),
    #[error("{path:?}: {}", error.desc())]
    System { path: PathBuf, error: Errno },
}

/// Unpacks `archive` in `directory`, its first name replaced by `name`.
pub fn unpack(archive: impl Read, directory: &Path, name: &str) -> Result<(), UnpackError> {
    let flags = OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
    let root = open(directory, flags, Mode::empty()).map_err(|error| UnpackError::System {
        path: directory.to_owned(),
        error,
    })?;
    let mut unpacking = Unpacking {
        root,
        name: name.to_owned(),
        directories: Vec::new(),
    };
    let mut archive = Archive::new(archive);
    for entry in archive.entries()? {
        unpacking.entry(&mut entry?)?;
    }
    unpacking.finish_directories()
}

struct Unpacking {
    root: OwnedFd,
    name: String,
    /// Modes and times of directories, set when nothing is put into them any
    /// more.
    directories: Vec<(PathBuf, Mode, i64)>,
}

impl Unpacking {
    fn entry(&mut self, entry: &mut Entry<'_, impl Read>) -> Result<(), UnpackError> {
        let path = self.renamed(&entry.path()?)?;
        let mode = Mode::from_bits_truncate(entry.header().mode()? & 0o7777);
        let time = i64::try_from(entry.header().mtime()?).unwrap_or(0);
        let kind = entry.header().entry_type();
        if kind == EntryType::Directory {
            self.directory(&path)?;
            self.directories.push((path, mode, time));
            return Ok(());
        }
        let (parent, file) = self.parent_of(&path)?;
        let failed = |error| UnpackError::System {
            path: path.clone(),
            error,
        };
        self.make_room(&parent, &file, &path)?;
        match kind {
            EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse => {
                let flags = OFlag::O_WRONLY
                    | OFlag::O_CREAT
                    | OFlag::O_EXCL
                    | OFlag::O_NOFOLLOW
                    | OFlag::O_CLOEXEC;
                let created = openat(
                    &parent,
                    file.as_path(),
                    flags,
                    Mode::S_IRUSR | Mode::S_IWUSR,
                )
                .map_err(failed)?;
                let mut created = File::from(created);
                io::copy(entry, &mut created)?;
                fchmod(&created, mode).map_err(failed)?;
                let time = TimeSpec::new(time, 0);
                futimens(&created, &time, &time).map_err(failed)
            }
            EntryType::Symlink => {
                let target = entry.link_name()?.unwrap_or_default();
                symlinkat(target.as_ref(), &parent, file.as_path()).map_err(failed)
            }
            EntryType::Link => {
                let target = self.renamed(&entry.link_name()?.unwrap_or_default())?;
                let (from, old) = self.parent_of(&target)?;
                let flags = LinkatFlags::empty();
                linkat(&from, old.as_path(), &parent, file.as_path(), flags).map_err(failed)
            }
            EntryType::Fifo => nix::unistd::mkfifoat(&parent, file.as_path(), mode).map_err(failed),
            EntryType::Char | EntryType::Block => Err(failed(Errno::EPERM)),
            // Notes of the format itself.
            _ => Ok(()),
        }
    }

    /// The entry's path beneath our directory, with the first name replaced.
    fn renamed(&self, path: &Path) -> Result<PathBuf, UnpackError> {
        let mut parts = Vec::new();
        for component in path.components() {
            match component {
                Component::Normal(part) => parts.push(part),
                Component::CurDir | Component::RootDir => {}
                Component::ParentDir | Component::Prefix(_) => {
                    return Err(UnpackError::Path(path.to_owned()));
                }
            }
        }
        // The archive of `DIR/.` begins with a dot that has gone by now.
        let nameless = path.starts_with(".") || path.as_os_str().is_empty();
        let rest = if nameless || parts.is_empty() {
            &parts[..]
        } else {
            &parts[1..]
        };
        let mut renamed = PathBuf::new();
        if self.name != "." && self.name != "/" {
            renamed.push(&self.name);
        }
        renamed.extend(rest);
        Ok(renamed)
    }

    /// Opens the directory that holds `path`, and its last name.
    fn parent_of(&self, path: &Path) -> Result<(OwnedFd, PathBuf), UnpackError> {
        let name = path
            .file_name()
            .ok_or_else(|| UnpackError::Path(path.to_owned()))?;
        let parent = path.parent().unwrap_or(Path::new(""));
        Ok((self.directory(parent)?, PathBuf::from(name)))
    }

    /// Opens a directory beneath the root, making what is missing on the way.
    fn directory(&self, path: &Path) -> Result<OwnedFd, UnpackError> {
        let failed = |error| UnpackError::System {
            path: path.to_owned(),
            error,
        };
        let mut current = self.root.try_clone()?;
        for part in path {
            match mkdirat(&current, part, Mode::S_IRWXU) {
                Ok(()) | Err(Errno::EEXIST) => {}
                Err(error) => return Err(failed(error)),
            }
            let flags = OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
            current =
                openat(&current, part, flags, Mode::empty()).map_err(|error| match error {
                    Errno::ENOTDIR => UnpackError::OverFile(path.to_owned()),
                    error => failed(error),
                })?;
        }
        Ok(current)
    }

    /// Removes a file that is to be replaced; a directory is not.
    fn make_room(&self, parent: &OwnedFd, name: &Path, path: &Path) -> Result<(), UnpackError> {
        let failed = |error| UnpackError::System {
            path: path.to_owned(),
            error,
        };
        match fstatat(parent, name, AtFlags::AT_SYMLINK_NOFOLLOW) {
            Err(Errno::ENOENT) => Ok(()),
            Err(error) => Err(failed(error)),
            Ok(found) if is_directory(&found) => Err(UnpackError::OverDirectory(path.to_owned())),
            Ok(_) => unlinkat(parent, name, UnlinkatFlags::NoRemoveDir).map_err(failed),
        }
    }

    fn finish_directories(self) -> Result<(), UnpackError> {
        // The innermost first: an outer one may then not be entered any more.
        for (path, mode, time) in self.directories.iter().rev() {
            let directory =
                Dir::from_fd(self.directory(path)?).map_err(|error| UnpackError::System {
                    path: path.clone(),
                    error,
                })?;
            let time = TimeSpec::new(*time, 0);
            let set = fchmod(&directory, *mode).and_then(|()| futimens(&directory, &time, &time));
            // One that was there before may be another's.
            match set {
                Ok(()) | Err(Errno::EPERM) => {}
                Err(error) => {
                    return Err(UnpackError::System {
                        path: path.clone(),
                        error,
                    });
                }
            }
        }
        Ok(())
    }
}

fn is_directory(found: &FileStat) -> bool {
    SFlag::from_bits_truncate(found.st_mode) & SFlag::S_IFMT == SFlag::S_IFDIR
}

#[cfg(test)]
mod tests {
    use super::super::pack::pack;
    use super::*;
    use std::fs;
    use std::os::unix::fs::{PermissionsExt, symlink};
    use tar::{Builder, Header};

    fn archive(entries: &[(&str, EntryType, &str)]) -> Vec<u8> {
        let mut builder = Builder::new(Vec::new());
        for (name, kind, content) in entries {
            let mut header = Header::new_gnu();
            header.set_entry_type(*kind);
            header.set_mode(0o755);
            // Written as bytes: the crate's own way refuses what we test.
            header.as_mut_bytes()[..name.len()].copy_from_slice(name.as_bytes());
            let is_file = *kind == EntryType::Regular;
            header.set_size(if is_file { content.len() as u64 } else { 0 });
            if !is_file && !content.is_empty() {
                header.as_mut_bytes()[157..157 + content.len()].copy_from_slice(content.as_bytes());
            }
            header.set_cksum();
            let body = if is_file { content.as_bytes() } else { b"" };
            builder.append(&header, body).unwrap();
        }
        builder.into_inner().unwrap()
    }

    #[test]
    fn a_tree_comes_back_as_it_went_in() {
        let directory = tempfile::tempdir().unwrap();
        let source = directory.path().join("tree");
        fs::create_dir_all(source.join("a/b")).unwrap();
        fs::write(source.join("a/b/file"), "content").unwrap();
        fs::set_permissions(source.join("a/b/file"), fs::Permissions::from_mode(0o640)).unwrap();
        fs::set_permissions(source.join("a"), fs::Permissions::from_mode(0o500)).unwrap();
        symlink("/nowhere", source.join("link")).unwrap();
        let mut bytes = Vec::new();
        pack(&source, "tree", &mut bytes).unwrap();
        unpack(bytes.as_slice(), directory.path(), "copy").unwrap();
        let copy = directory.path().join("copy");
        let file = copy.join("a/b/file");
        assert_eq!(fs::read_to_string(&file).unwrap(), "content");
        assert_eq!(
            fs::metadata(&file).unwrap().permissions().mode() & 0o777,
            0o640
        );
        assert_eq!(
            fs::metadata(copy.join("a")).unwrap().permissions().mode() & 0o777,
            0o500
        );
        assert_eq!(
            fs::read_link(copy.join("link")).unwrap(),
            Path::new("/nowhere")
        );
        for tree in [&source, &copy] {
            fs::set_permissions(tree.join("a"), fs::Permissions::from_mode(0o700)).unwrap();
        }
    }

    #[test]
    fn content_alone_goes_into_a_directory() {
        let directory = tempfile::tempdir().unwrap();
        let bytes = archive(&[
            ("./", EntryType::Directory, ""),
            ("./file", EntryType::Regular, "x"),
        ]);
        unpack(bytes.as_slice(), directory.path(), ".").unwrap();
        assert_eq!(
            fs::read_to_string(directory.path().join("file")).unwrap(),
            "x"
        );
    }

    #[test]
    fn nothing_outside_is_touched() {
        for entries in [
            vec![("x/../../evil", EntryType::Regular, "x")],
            vec![
                ("x", EntryType::Symlink, "../outside"),
                ("x/evil", EntryType::Regular, "x"),
            ],
            vec![
                ("x/d", EntryType::Symlink, "../../outside"),
                ("x/d/evil", EntryType::Regular, "x"),
            ],
            vec![
                ("x/l", EntryType::Symlink, "../../outside/canary"),
                ("x/l", EntryType::Regular, "overwritten"),
            ],
            vec![("x/h", EntryType::Link, "../outside/canary")],
            vec![("x/dev", EntryType::Char, "")],
        ] {
            let directory = tempfile::tempdir().unwrap();
            let outside = directory.path().join("outside");
            let inside = directory.path().join("inside");
            fs::create_dir(&outside).unwrap();
            fs::create_dir(&inside).unwrap();
            fs::write(outside.join("canary"), "alive").unwrap();
            let _ = unpack(archive(&entries).as_slice(), &inside, "x");
            assert_eq!(fs::read_to_string(outside.join("canary")).unwrap(), "alive");
            assert_eq!(fs::read_dir(&outside).unwrap().count(), 1, "{entries:?}");
            assert!(!directory.path().join("evil").exists());
        }
    }

    #[test]
    fn a_directory_is_not_replaced_by_a_file() {
        let directory = tempfile::tempdir().unwrap();
        fs::create_dir(directory.path().join("x")).unwrap();
        let error = unpack(
            archive(&[("x", EntryType::Regular, "y")]).as_slice(),
            directory.path(),
            "x",
        );
        assert!(matches!(error, Err(UnpackError::OverDirectory(_))));
    }
}
