//! Extended attributes by descriptor, and which of them may pass.

use std::ffi::{CStr, CString};
use std::io;
use std::os::fd::{AsFd, AsRawFd};

use rustix::fs::XattrFlags;

/// Marks a directory that hides what lies below it (overlay, mount option `userxattr`).
pub(crate) const OPAQUE: &CStr = c"user.overlay.opaque";
/// Marks an empty file as a whiteout, where a 0/0 device cannot be made (Linux 6.7).
pub(crate) const WHITEOUT: &CStr = c"user.overlay.whiteout";
/// Holds file capabilities (capabilities(7)).
pub(crate) const CAPABILITY: &CStr = c"security.capability";
/// Where a file's capabilities are kept when the kernel refuses the real attribute.
pub(crate) const KEPT_CAPABILITY: &CStr = c"user.plimsoll.capability";

/// Largest value the kernel takes (XATTR_SIZE_MAX, linux/limits.h).
const LARGEST: usize = 65_536;

/// `user.*` names that are ours or overlay's: never taken from an archive,
/// never written into one. A layer that could set them would forge whiteouts,
/// owners or devices.
const RESERVED: [&[u8]; 3] = [b"user.overlay.", b"user.containers.", b"user.plimsoll."];

/// Whether an archive may carry this attribute as it is.
pub(crate) fn may_pass(name: &[u8]) -> bool {
    name.starts_with(b"user.") && !RESERVED.iter().any(|prefix| name.starts_with(prefix))
}

/// Whether the error says that the file (system) has no such attributes.
pub(crate) fn is_unsupported(error: &io::Error) -> bool {
    matches!(
        rustix::io::Errno::from_io_error(error),
        Some(rustix::io::Errno::OPNOTSUPP | rustix::io::Errno::PERM | rustix::io::Errno::NOSYS)
    )
}

/// Sets an attribute. `file` may be opened with `O_PATH`.
pub(crate) fn set(file: impl AsFd, name: &CStr, value: &[u8]) -> io::Result<()> {
    match rustix::fs::fsetxattr(&file, name, value, XattrFlags::empty()) {
        Err(rustix::io::Errno::BADF) => {
            let path = proc_path(&file);
            Ok(rustix::fs::setxattr(
                path.as_c_str(),
                name,
                value,
                XattrFlags::empty(),
            )?)
        }
        outcome => Ok(outcome?),
    }
}

/// Reads an attribute; `None` where there is none or the file cannot have any.
pub(crate) fn get(file: impl AsFd, name: &CStr) -> io::Result<Option<Vec<u8>>> {
    // Nearly all values are short; only a long one pays for a large buffer.
    for capacity in [256, LARGEST] {
        let mut buffer = vec![0; capacity];
        let outcome = match rustix::fs::fgetxattr(&file, name, &mut buffer[..]) {
            Err(rustix::io::Errno::BADF) => {
                rustix::fs::getxattr(proc_path(&file).as_c_str(), name, &mut buffer[..])
            }
            outcome => outcome,
        };
        match outcome {
            Ok(length) => {
                buffer.truncate(length);
                return Ok(Some(buffer));
            }
            Err(rustix::io::Errno::RANGE) => {}
            Err(rustix::io::Errno::NODATA | rustix::io::Errno::OPNOTSUPP) => return Ok(None),
            Err(errno) => return Err(errno.into()),
        }
    }
    Ok(None)
}

/// The names of a file's attributes, sorted. `file` may be opened with `O_PATH`.
pub(crate) fn names(file: impl AsFd) -> io::Result<Vec<CString>> {
    for capacity in [1024, LARGEST] {
        let mut buffer = vec![0; capacity];
        let outcome = match rustix::fs::flistxattr(&file, &mut buffer[..]) {
            Err(rustix::io::Errno::BADF) => {
                rustix::fs::listxattr(proc_path(&file).as_c_str(), &mut buffer[..])
            }
            outcome => outcome,
        };
        match outcome {
            Ok(length) => {
                buffer.truncate(length);
                let mut names: Vec<CString> = buffer
                    .split(|byte| *byte == 0)
                    .filter(|name| !name.is_empty())
                    .filter_map(|name| CString::new(name).ok())
                    .collect();
                names.sort();
                return Ok(names);
            }
            Err(rustix::io::Errno::RANGE) => {}
            Err(rustix::io::Errno::OPNOTSUPP) => return Ok(Vec::new()),
            Err(errno) => return Err(errno.into()),
        }
    }
    Ok(Vec::new())
}

/// The path by which a call that takes no descriptor reaches one (open(2), `O_PATH`).
fn proc_path(file: impl AsFd) -> CString {
    let path = format!("/proc/self/fd/{}", file.as_fd().as_raw_fd());
    CString::new(path).unwrap_or_default()
}
