//! A container's files as a tree beneath a descriptor.
//!
//! Duty: a root descriptor for a running container (what its init sees, mounts
//! and all) or for a stopped one and an image (an overlay mount that is
//! attached nowhere and goes with its descriptor). Invariant: no path of a
//! container is resolved by string, here or by who uses the view; the tree
//! resolves beneath the descriptor.

use std::fs::File;
use std::io::{self, Read};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{OFlag, OpenHow, ResolveFlag, openat2};
use plimsoll_runtime::sys;
use plimsoll_store::record::OwnerTable;
use plimsoll_store::{Ownership, Tree};

use super::stage::{self, Mounted};

/// The longest value that fsconfig(2) takes (bytes).
const LONGEST_VALUE: usize = 255;

/// What a change of a stopped container's files needs beside its layers.
#[derive(Debug, Clone)]
pub struct Writable {
    /// Overlay's upper directory.
    pub upper: PathBuf,
    /// Overlay's work directory.
    pub work: PathBuf,
}

/// A tree to look at or to change, with the owners that its file system cannot
/// hold.
#[derive(Debug)]
pub struct View {
    root: OwnedFd,
    ownership: Ownership,
    owners: OwnerTable,
}

impl View {
    /// What an image has: its layers, the uppermost first.
    ///
    /// # Errors
    /// What the system says.
    pub fn of_image(layers: &[PathBuf], ownership: &Ownership) -> io::Result<Self> {
        Ok(Self {
            root: read_only(layers)?,
            ownership: ownership.clone(),
            owners: owners(layers)?,
        })
    }

    /// What a stopped container has, to be read: its own layer lies on top of
    /// the image's, and nothing is written to either.
    ///
    /// # Errors
    /// What the system says.
    pub fn of_stopped(lowers: &[PathBuf], upper: &Path, ownership: &Ownership) -> io::Result<Self> {
        let mut layers = vec![upper.to_owned()];
        layers.extend_from_slice(lowers);
        Self::of_image(&layers, ownership)
    }

    /// What a stopped container has, to be changed. The caller sees to it that
    /// it is not started meanwhile: two overlays must not share an upper layer.
    ///
    /// # Errors
    /// What the system says.
    pub fn to_change(
        lowers: &[PathBuf],
        writable: &Writable,
        ownership: &Ownership,
    ) -> io::Result<Self> {
        let mut layers = vec![writable.upper.clone()];
        layers.extend_from_slice(lowers);
        Ok(Self {
            root: overlay(lowers, Some(writable))?,
            ownership: ownership.clone(),
            owners: owners(&layers)?,
        })
    }

    /// What a running container sees: `root` is its init's root directory.
    ///
    /// # Errors
    /// What the system says.
    pub fn of_running(
        root: OwnedFd,
        lowers: &[PathBuf],
        upper: &Path,
        ownership: &Ownership,
    ) -> io::Result<Self> {
        let mut layers = vec![upper.to_owned()];
        layers.extend_from_slice(lowers);
        Ok(Self {
            root,
            ownership: ownership.clone(),
            owners: owners(&layers)?,
        })
    }

    /// Attaches the tree at `place`, in a mount namespace of this thread, and
    /// mounts what the container has into it. See [`stage`].
    ///
    /// # Errors
    /// What the system says.
    pub fn stage(&self, place: &Path, mounts: &[Mounted], read_only: bool) -> io::Result<()> {
        stage::set(&self.root, place, mounts, read_only)
    }

    /// The text of a file that may be anything: empty where it is missing, no
    /// regular file (a FIFO would wait for ever), or longer than `limit` bytes.
    #[must_use]
    pub fn text_of(&self, path: &str, limit: u64) -> String {
        self.read_text(path, limit).unwrap_or_default()
    }

    fn read_text(&self, path: &str, limit: u64) -> io::Result<String> {
        let how = OpenHow::new()
            .flags(OFlag::O_RDONLY | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC)
            .resolve(ResolveFlag::RESOLVE_IN_ROOT | ResolveFlag::RESOLVE_NO_MAGICLINKS);
        let file = File::from(openat2(&self.root, path, how)?);
        let metadata = file.metadata()?;
        if !metadata.is_file() || metadata.len() > limit {
            return Ok(String::new());
        }
        let mut text = String::new();
        file.take(limit).read_to_string(&mut text)?;
        Ok(text)
    }

    /// The tree.
    #[must_use]
    pub fn tree(&self) -> Tree<'_> {
        Tree::new(self.root.as_fd(), &self.ownership).with_owners(&self.owners)
    }
}

/// The root directory of a process, as a descriptor.
///
/// The engine reaps, so as long as it has not reaped `pid`, the number is that
/// process's; a zombie has no root any more and gives an error.
///
/// # Errors
/// What the system says.
pub fn root_of(pid: i32) -> io::Result<OwnedFd> {
    open_dir(Path::new(&format!("/proc/{pid}/root")))
}

fn open_dir(path: &Path) -> io::Result<OwnedFd> {
    let file = File::options()
        .read(true)
        .custom_flags((OFlag::O_DIRECTORY | OFlag::O_CLOEXEC).bits())
        .open(path)
        .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", path.display())))?;
    Ok(file.into())
}

fn owners(uppermost_first: &[PathBuf]) -> io::Result<OwnerTable> {
    OwnerTable::load(uppermost_first.iter().rev().map(PathBuf::as_path))
}

fn read_only(layers: &[PathBuf]) -> io::Result<OwnedFd> {
    match layers {
        // An overlay of one layer alone is refused by the kernel.
        [only] => open_dir(only),
        _ => overlay(layers, None),
    }
}

/// An overlay that is attached nowhere. Layers are named to the kernel by
/// descriptor: short, and without characters that overlay would take apart.
fn overlay(layers: &[PathBuf], writable: Option<&Writable>) -> io::Result<OwnedFd> {
    let layers: Vec<OwnedFd> = layers
        .iter()
        .map(|layer| open_dir(layer))
        .collect::<io::Result<_>>()?;
    let writable = match writable {
        Some(Writable { upper, work }) => Some((open_dir(upper)?, open_dir(work)?)),
        None => None,
    };
    // `lowerdir+` came with Linux 6.7; an older kernel notes each try in its log,
    // so it is asked for only where the layers do not fit into one value.
    let mounted = match mount(&layers, writable.as_ref(), Lower::Joined) {
        Err(Errno::E2BIG) => mount(&layers, writable.as_ref(), Lower::OneByOne),
        result => result,
    };
    mounted
        .map_err(|errno| io::Error::new(io::Error::from(errno).kind(), format!("overlay: {errno}")))
}

/// How the layers are named to the kernel.
#[derive(Debug, Clone, Copy)]
enum Lower {
    OneByOne,
    Joined,
}

fn name(descriptor: &OwnedFd) -> String {
    format!("/proc/self/fd/{}", descriptor.as_raw_fd())
}

fn text(value: &str) -> Result<std::ffi::CString, Errno> {
    std::ffi::CString::new(value).map_err(|_| Errno::EINVAL)
}

fn mount(
    layers: &[OwnedFd],
    writable: Option<&(OwnedFd, OwnedFd)>,
    lower: Lower,
) -> Result<OwnedFd, Errno> {
    let context = sys::fsopen(c"overlay")?;
    sys::fsconfig_string(&context, c"source", c"overlay")?;
    sys::fsconfig_flag(&context, c"userxattr")?;
    let names: Vec<String> = layers.iter().map(name).collect();
    match lower {
        Lower::OneByOne => {
            for layer in &names {
                sys::fsconfig_string(&context, c"lowerdir+", &text(layer)?)?;
            }
        }
        Lower::Joined => {
            let joined = names.join(":");
            if joined.len() > LONGEST_VALUE {
                return Err(Errno::E2BIG);
            }
            sys::fsconfig_string(&context, c"lowerdir", &text(&joined)?)?;
        }
    }
    if let Some((upper, work)) = writable {
        sys::fsconfig_string(&context, c"upperdir", &text(&name(upper))?)?;
        sys::fsconfig_string(&context, c"workdir", &text(&name(work))?)?;
    }
    sys::fsconfig_create(&context)?;
    sys::fsmount(&context, 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    fn layer(dir: &Path, name: &str, files: &[(&str, &str)]) -> PathBuf {
        let layer = dir.join(name);
        fs::create_dir(&layer).expect("a directory");
        for (file, content) in files {
            fs::write(layer.join(file), content).expect("it writes");
        }
        layer
    }

    fn read(view: &View, path: &str) -> Option<String> {
        let place = format!("/proc/self/fd/{}/{path}", view.root.as_raw_fd());
        fs::read_to_string(place).ok()
    }

    #[test]
    fn layers_cover_each_other_and_only_the_upper_one_changes() {
        let dir = tempfile::tempdir().expect("a directory");
        let low = layer(dir.path(), "low", &[("a", "low"), ("b", "low")]);
        let top = layer(dir.path(), "top", &[("b", "top")]);
        let upper = layer(dir.path(), "upper", &[("c", "upper")]);
        let work = layer(dir.path(), "work", &[]);
        let ownership = Ownership::Single;
        let single = View::of_image(std::slice::from_ref(&low), &ownership).expect("one layer");
        assert_eq!(read(&single, "b").as_deref(), Some("low"));
        let lowers = [top, low.clone()];
        let image = match View::of_image(&lowers, &ownership) {
            Ok(image) => image,
            Err(error) => return plimsoll_testkit::skipped(&format!("no overlay here: {error}")),
        };
        assert_eq!(read(&image, "a").as_deref(), Some("low"));
        assert_eq!(read(&image, "b").as_deref(), Some("top"));
        drop(image);
        let mut many: Vec<PathBuf> = (0..40)
            .map(|number| layer(dir.path(), &format!("layer-{number}"), &[("c", "many")]))
            .collect();
        many.push(low.clone());
        let image = View::of_image(&many, &ownership).expect("many layers");
        assert_eq!(read(&image, "a").as_deref(), Some("low"));
        drop(image);
        let stopped = View::of_stopped(&lowers, &upper, &ownership).expect("it mounts");
        assert_eq!(read(&stopped, "c").as_deref(), Some("upper"));
        drop(stopped);
        let writable = Writable {
            upper: upper.clone(),
            work,
        };
        let changing = View::to_change(&lowers, &writable, &ownership).expect("it mounts");
        let place = format!("/proc/self/fd/{}/a", changing.root.as_raw_fd());
        fs::write(place, "changed").expect("it writes");
        drop(changing);
        assert_eq!(
            fs::read_to_string(upper.join("a")).expect("copied up"),
            "changed"
        );
        assert_eq!(fs::read_to_string(low.join("a")).expect("as before"), "low");
    }
}
