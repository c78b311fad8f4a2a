//! The side table of a tree that is in use: owners of links and fifos change
//! while others read the table or add to it.
//!
//! A container decides how often it changes them, so the file is written anew
//! when it holds much that counts no more. All writers are threads of one
//! process.

use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::record::{OwnerTable, table_file, table_path};

/// A table is not written anew before it is this long (bytes).
const SHORT: u64 = 64 << 10;

/// Held while a table is written.
static WRITING: Mutex<()> = Mutex::new(());

/// The owners beside a writable tree and those beside the trees below it.
#[derive(Debug)]
pub struct SideTable {
    /// Bottom first; the last one is written.
    trees: Vec<PathBuf>,
    known: OwnerTable,
    /// Length of the file that `known` was read from.
    length: u64,
    /// At which length it is written anew.
    limit: u64,
}

impl SideTable {
    /// The table of `upper` over those of `lower`, bottom first. Nothing is
    /// read yet.
    pub fn new(lower: &[PathBuf], upper: &Path) -> Self {
        let mut trees = lower.to_vec();
        trees.push(upper.to_owned());
        Self {
            trees,
            known: OwnerTable::default(),
            length: u64::MAX,
            limit: SHORT,
        }
    }

    /// Records that `path` (relative to the root) has another owner; `None`
    /// keeps what was.
    ///
    /// # Errors
    /// What the system says of the table's file.
    pub fn change(&mut self, path: &Path, uid: Option<u32>, gid: Option<u32>) -> io::Result<()> {
        let Some(tree) = self.trees.last().cloned() else {
            return Ok(());
        };
        let _writing = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
        let length = fs::metadata(table_path(&tree)).map_or(0, |status| status.len());
        if length != self.length {
            self.known = OwnerTable::load(self.trees.iter().map(PathBuf::as_path))?;
        }
        let (old_uid, old_gid) = self.known.get(path).unwrap_or((0, 0));
        let owner = (uid.unwrap_or(old_uid), gid.unwrap_or(old_gid));
        if owner != (old_uid, old_gid) {
            table_file(&tree)?.write_all(&OwnerTable::line(path, owner))?;
            self.known.set(path.to_owned(), owner.0, owner.1);
        }
        self.length = fs::metadata(table_path(&tree)).map_or(0, |status| status.len());
        if self.length > self.limit {
            self.length = rewrite(&tree)?;
            self.limit = SHORT.max(2 * self.length);
        }
        Ok(())
    }
}

/// Leaves the last line for each path alone. Returns the file's length.
fn rewrite(tree: &Path) -> io::Result<u64> {
    let mut temporary = table_path(tree).into_os_string();
    temporary.push(".new");
    let bytes = OwnerTable::load([tree])?.bytes();
    fs::write(&temporary, &bytes)?;
    fs::rename(&temporary, table_path(tree))?;
    Ok(bytes.len() as u64)
}

impl OwnerTable {
    /// Adds the table to the one beside `tree`, unless it is empty.
    pub fn save(&self, tree: &Path) -> io::Result<()> {
        let bytes = self.bytes();
        if bytes.is_empty() {
            return Ok(());
        }
        let _writing = WRITING.lock().unwrap_or_else(PoisonError::into_inner);
        table_file(tree)?.write_all(&bytes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_named_stays_and_what_others_add_is_seen() {
        let dir = tempfile::tempdir().unwrap();
        let (lower, upper) = (dir.path().join("lower"), dir.path().join("upper"));
        let link = Path::new("l");
        crate::record::append(&lower, link, 1, 2).unwrap();
        let mut table = SideTable::new(std::slice::from_ref(&lower), &upper);
        let read = || OwnerTable::load([lower.as_path(), upper.as_path()]).unwrap();
        table.change(link, Some(7), None).unwrap();
        assert_eq!(read().get(link), Some((7, 2)));
        crate::record::append(&upper, link, 8, 9).unwrap();
        table.change(link, None, Some(3)).unwrap();
        assert_eq!(read().get(link), Some((8, 3)));
        // Nothing new, nothing written.
        let length = fs::metadata(table_path(&upper)).unwrap().len();
        table.change(link, Some(8), Some(3)).unwrap();
        assert_eq!(fs::metadata(table_path(&upper)).unwrap().len(), length);
    }

    #[test]
    fn a_link_that_changes_hands_all_the_time_does_not_fill_the_disk() {
        let dir = tempfile::tempdir().unwrap();
        let upper = dir.path().join("upper");
        let mut table = SideTable::new(&[], &upper);
        table.change(Path::new("other"), Some(5), Some(5)).unwrap();
        for round in 0..20_000 {
            table
                .change(Path::new("l"), Some(round % 2 + 1), None)
                .unwrap();
        }
        assert!(fs::metadata(table_path(&upper)).unwrap().len() <= SHORT);
        let read = OwnerTable::load([upper.as_path()]).unwrap();
        assert_eq!(read.get(Path::new("l")), Some((2, 0)));
        assert_eq!(read.get(Path::new("other")), Some((5, 5)));
    }
}
