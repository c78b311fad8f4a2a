//! Owners and devices that the file system cannot hold, kept beside the file.

use std::collections::BTreeMap;
use std::path::PathBuf;

/// Recorded owners by path: for symbolic links, fifos and sockets, which take
/// no `user.*` attributes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OwnerTable {
    pub(crate) owners: BTreeMap<PathBuf, (u32, u32)>,
}
