//! Reading what a submission left, from outside.
//!
//! Every name in there is a stranger's: it is resolved beneath the lab's own
//! root, through no symbolic link, and only a plain file of bounded size is read.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use rustix::fs::{Mode, OFlags, ResolveFlags, openat2};
use rustix::io::Errno;

use super::{Arena, HOME};

impl Arena {
    /// A plain file below the submission's home folder, at most `limit` bytes of
    /// it; `None` where there is none, or something else of that name.
    ///
    /// # Errors
    /// The kernel's (`openat2(2)`, Linux 5.6), where it is there and cannot be read.
    pub fn left_in_home(&self, relative: &Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
        let path = Path::new(HOME.trim_start_matches('/')).join(relative);
        // A FIFO must not keep the grader waiting.
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let resolve =
            ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS | ResolveFlags::NO_MAGICLINKS;
        let file = match openat2(&self.root, path, flags, Mode::empty(), resolve) {
            Ok(file) => File::from(file),
            // ELOOP is a link, EXDEV a way out, ENXIO a socket.
            Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP | Errno::XDEV | Errno::NXIO) => {
                return Ok(None);
            }
            Err(errno) => return Err(errno.into()),
        };
        if !file.metadata()?.is_file() {
            return Ok(None);
        }
        let mut content = Vec::new();
        file.take(limit).read_to_end(&mut content)?;
        Ok(Some(content))
    }
}
