//! How much a container's own layer holds.

use std::path::Path;

/// Bytes of all files below `upper`, hard links once. What cannot be read
/// counts nothing.
pub fn of_upper(upper: &Path) -> u64 {
    crate::usage::tree(upper)
}
