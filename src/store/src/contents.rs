//! What a layer added, in a few lines.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::AsFd as _;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use crate::beneath::{is_dir, open_child_dir};
use crate::walk::{Mounts, Next, Node, WalkError, walk};
use crate::whiteout;

/// How many entries of a tree are looked at.
const MOST_LOOKED_AT: u64 = 50_000;

/// A layer's files.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Contents {
    /// How many there are, directories not counted.
    pub files: u64,
    /// The largest of them with their bytes, the largest first.
    pub largest: Vec<(PathBuf, u64)>,
    /// How many paths of the layers below it takes away.
    pub deleted: u64,
    /// The first of them.
    pub first_deleted: Vec<PathBuf>,
    /// False where the tree was too large to be looked at to its end.
    pub complete: bool,
}

enum Stop {
    Enough,
    Failed(io::Error),
}

impl From<WalkError> for Stop {
    fn from(error: WalkError) -> Self {
        Stop::Failed(error.into())
    }
}

/// Looks at an unpacked layer and keeps `most` paths of each kind. Paths are
/// absolute, as a container sees them.
///
/// # Errors
/// The tree cannot be read.
pub fn contents(tree: &Path, most: usize) -> io::Result<Contents> {
    let mut contents = Contents {
        complete: true,
        ..Contents::default()
    };
    let mut seen = 0;
    let top = open_child_dir(File::open(tree)?.as_fd(), OsStr::new("."))?;
    let walked = walk(top, Mounts::Stay, &mut |node: &Node<'_>| {
        seen += 1;
        if seen > MOST_LOOKED_AT {
            return Err(Stop::Enough);
        }
        let is_whiteout = whiteout::is_at(node.parent, node.name, &node.stat);
        contents.take(node, is_whiteout, most);
        Ok(Next::Enter)
    });
    match walked {
        Ok(()) => {}
        Err(Stop::Enough) => contents.complete = false,
        Err(Stop::Failed(error)) => return Err(error),
    }
    contents.shorten(most);
    Ok(contents)
}

impl Contents {
    fn take(&mut self, node: &Node<'_>, is_whiteout: bool, most: usize) {
        let path = || Path::new("/").join(node.path);
        if is_whiteout {
            self.deleted += 1;
            if self.first_deleted.len() < most {
                self.first_deleted.push(path());
            }
        } else if !is_dir(&node.stat) {
            self.files += 1;
            let bytes = u64::try_from(node.stat.st_size).unwrap_or(0);
            self.largest.push((path(), bytes));
            // Sorting seldom, and keeping little.
            if self.largest.len() > most * 2 + 64 {
                self.shorten(most);
            }
        }
    }

    fn shorten(&mut self, most: usize) {
        let order = |(path, bytes): &(PathBuf, u64)| {
            (
                std::cmp::Reverse(*bytes),
                path.as_os_str().as_bytes().to_vec(),
            )
        };
        self.largest.sort_by_cached_key(order);
        self.largest.truncate(most);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_largest_files_and_what_is_taken_away() {
        let dir = tempfile::tempdir().unwrap();
        let tree = dir.path();
        fs::create_dir_all(tree.join("usr/sbin")).unwrap();
        fs::write(tree.join("usr/sbin/nginx"), [0; 100]).unwrap();
        for name in 0..300 {
            fs::write(tree.join(format!("usr/{name:03}")), [0; 10]).unwrap();
        }
        let parent = open_child_dir(File::open(tree).unwrap().as_fd(), OsStr::new("usr")).unwrap();
        whiteout::make(&parent, OsStr::new("gone")).unwrap();
        let found = contents(tree, 2).unwrap();
        assert_eq!(
            found,
            Contents {
                files: 301,
                largest: vec![("/usr/sbin/nginx".into(), 100), ("/usr/000".into(), 10)],
                deleted: 1,
                first_deleted: vec!["/usr/gone".into()],
                complete: true,
            }
        );
    }

    #[test]
    fn a_tree_that_is_not_there_is_an_error() {
        assert!(contents(Path::new("/nowhere/at/all"), 3).is_err());
    }
}
