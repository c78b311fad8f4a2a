//! The root file system: made as a mount that is attached nowhere, then put in
//! the place of the host's.

use crate::fault::{During, Fault};
use crate::request::Rootfs;
use crate::sys::{self, MountChange};
use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, OFlag, open};
use nix::libc;
use nix::mount::{MntFlags, MsFlags, mount, umount2};
use nix::sys::stat::Mode;
use nix::unistd::{chdir, fchdir, pivot_root};
use std::ffi::{CStr, CString};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::path::{Path, PathBuf};

/// The longest value that fsconfig(2) takes.
const MAX_VALUE: usize = 255;

/// Makes the root file system.
pub(super) fn open_root(rootfs: &Rootfs) -> Result<OwnedFd, Fault> {
    match rootfs {
        Rootfs::Directory(path) => {
            let directory = open_directory(path)?;
            sys::clone_tree(directory.as_fd(), c"", true)
                .during(|| format!("take {} as root file system", path.display()))
        }
        Rootfs::Overlay { lower, upper, work } => Overlay::open(lower, upper, work)?
            .make()
            .during(|| "mount the overlay".to_owned()),
    }
}

fn open_directory(path: &Path) -> Result<OwnedFd, Fault> {
    open(
        path,
        OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC,
        Mode::empty(),
    )
    .during(|| format!("open {}", path.display()))
}

/// The directories of an overlay, opened. Their names go to the kernel as
/// `/proc/self/fd/N`: short enough for fsconfig(2) however long the paths are,
/// and without the characters that overlayfs would have escaped.
struct Overlay {
    lower: Vec<OwnedFd>,
    upper: OwnedFd,
    work: OwnedFd,
}

impl Overlay {
    fn open(lower: &[PathBuf], upper: &Path, work: &Path) -> Result<Self, Fault> {
        Ok(Self {
            lower: lower
                .iter()
                .map(|path| open_directory(path))
                .collect::<Result<_, _>>()?,
            upper: open_directory(upper)?,
            work: open_directory(work)?,
        })
    }

    fn make(&self) -> nix::Result<OwnedFd> {
        if self.joined().to_bytes().len() <= MAX_VALUE {
            return self.make_with(Lower::Joined);
        }
        match self.make_with(Lower::OneByOne) {
            // `lowerdir+` came with Linux 6.7; an older kernel also notes each
            // try in its log, so it is asked for only where it is needed.
            Err(Errno::EINVAL) => self.make_by_mount(),
            result => result,
        }
    }

    fn joined(&self) -> CString {
        let names: Vec<_> = self.lower.iter().map(name_text).collect();
        text(&names.join(":"))
    }

    fn make_with(&self, lower: Lower) -> nix::Result<OwnedFd> {
        let context = sys::fsopen(c"overlay")?;
        sys::fsconfig_string(&context, c"source", c"overlay")?;
        // A user namespace may not set trusted.* attributes.
        sys::fsconfig_flag(&context, c"userxattr")?;
        // Without it, taking the mount down waits for the disk.
        sys::fsconfig_flag(&context, c"volatile")?;
        match lower {
            Lower::Joined => sys::fsconfig_string(&context, c"lowerdir", &self.joined())?,
            Lower::OneByOne => {
                for layer in &self.lower {
                    sys::fsconfig_string(&context, c"lowerdir+", &text(&name_text(layer)))?;
                }
            }
        }
        sys::fsconfig_string(&context, c"upperdir", &text(&name_text(&self.upper)))?;
        sys::fsconfig_string(&context, c"workdir", &text(&name_text(&self.work)))?;
        sys::fsconfig_create(&context)?;
        sys::fsmount(&context, 0)
    }

    /// Before Linux 6.7, with more layers than fit into one value: mount(2)
    /// takes a page of options, and the mount is taken from where it was put.
    fn make_by_mount(&self) -> nix::Result<OwnedFd> {
        let options = format!(
            "userxattr,volatile,lowerdir={},upperdir={},workdir={}",
            self.joined().to_string_lossy(),
            name_text(&self.upper),
            name_text(&self.work),
        );
        let place = name_text(&self.work);
        let nothing = MsFlags::empty();
        mount(
            Some("overlay"),
            place.as_str(),
            Some("overlay"),
            nothing,
            Some(options.as_str()),
        )?;
        let taken = sys::clone_tree(AT_FDCWD, &text(&place), false);
        umount2(place.as_str(), MntFlags::MNT_DETACH)?;
        taken
    }
}

/// How the layers are named to the kernel.
#[derive(Clone, Copy)]
enum Lower {
    OneByOne,
    Joined,
}

fn name_text(descriptor: &OwnedFd) -> String {
    format!("/proc/self/fd/{}", descriptor.as_raw_fd())
}

fn text(words: &str) -> CString {
    CString::new(words).unwrap_or_default()
}

/// Puts `root` in the place of everything that is in view, and returns a
/// descriptor of it. pivot_root(2) explains the form with two dots.
pub(super) fn pivot(root: &OwnedFd) -> Result<OwnedFd, Fault> {
    let action = || "make the root file system the only one in view".to_owned();
    let slash: &CStr = c"/";
    let nothing: Option<&CStr> = None;
    // What is mounted from here on stays here.
    mount(
        nothing,
        slash,
        nothing,
        MsFlags::MS_REC | MsFlags::MS_PRIVATE,
        nothing,
    )
    .during(action)?;
    let here = open(
        slash,
        OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC,
        Mode::empty(),
    )
    .during(action)?;
    sys::move_mount(root.as_fd(), here.as_fd()).during(action)?;
    fchdir(root).during(action)?;
    // The copied root may have come with propagation to the host's copy.
    let private = MountChange {
        propagation: libc::MS_PRIVATE,
        recursive: true,
        ..MountChange::default()
    };
    match sys::mount_setattr(root.as_fd(), private) {
        Err(Errno::ENOSYS) => mount(
            nothing,
            c".",
            nothing,
            MsFlags::MS_REC | MsFlags::MS_PRIVATE,
            nothing,
        ),
        result => result,
    }
    .during(action)?;
    pivot_root(c".", c".").during(action)?;
    umount2(c".", MntFlags::MNT_DETACH).during(action)?;
    chdir(slash).during(action)?;
    open(
        slash,
        OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC,
        Mode::empty(),
    )
    .during(action)
}
