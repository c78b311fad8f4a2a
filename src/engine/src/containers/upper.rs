//! A container's own layer before anything is written to it.
//!
//! Overlay shows the uppermost folder's owner and mode as those of `/`: so it
//! begins with what the image's top layer says of it.

use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;

use plimsoll_store::record;

/// Gives `upper` what `lower`, the uppermost layer, has.
///
/// # Errors
/// What the kernel says; `lower` may be gone by then.
pub fn begin_like(upper: &Path, lower: &Path) -> io::Result<()> {
    let wanted = fs::metadata(lower)?;
    let made = fs::metadata(upper)?;
    if (made.uid(), made.gid()) != (wanted.uid(), wanted.gid()) {
        chown(upper, Some(wanted.uid()), Some(wanted.gid()))?;
    }
    // Where one user has to do, the owner is a note.
    if let Some(owner) = record::get(File::open(lower)?)? {
        record::set(File::open(upper)?, owner)?;
    }
    // After the owner, whose change takes set-id bits away.
    let mode = fs::Permissions::from_mode(wanted.mode() & 0o7777);
    fs::set_permissions(upper, mode)
}

#[cfg(test)]
mod tests {
    use super::*;
    use plimsoll_store::record::Record;

    #[test]
    fn the_top_layers_root_is_the_containers() {
        let dir = tempfile::tempdir().expect("a directory");
        let (upper, lower) = (dir.path().join("upper"), dir.path().join("lower"));
        for path in [&upper, &lower] {
            fs::create_dir(path).expect("a directory");
        }
        let owner = Record {
            uid: 33,
            gid: 34,
            mode: 0o711,
            device: None,
        };
        record::set(File::open(&lower).expect("it is there"), owner).expect("recorded");
        let root = nix::unistd::geteuid().is_root();
        if root {
            chown(&lower, Some(4242), Some(4343)).expect("given away");
        }
        fs::set_permissions(&lower, fs::Permissions::from_mode(0o1711)).expect("a mode");
        begin_like(&upper, &lower).expect("it is like it");
        let made = fs::metadata(&upper).expect("it is there");
        let wanted = fs::metadata(&lower).expect("it is there");
        assert_eq!(made.mode(), 0o41711);
        assert_eq!((made.uid(), made.gid()), (wanted.uid(), wanted.gid()));
        assert!(!root || made.uid() == 4242);
        let noted = record::get(File::open(&upper).expect("it is there")).expect("readable");
        assert_eq!(noted, Some(owner));
    }
}
