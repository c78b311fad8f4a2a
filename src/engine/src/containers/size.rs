//! How much a container's own layer holds.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

/// Bytes of all files below `upper`, without following links. What cannot be
/// read counts nothing.
pub fn of_upper(upper: &Path) -> u64 {
    let Ok(entries) = fs::read_dir(upper) else {
        return 0;
    };
    entries
        .flatten()
        .map(|entry| match entry.metadata() {
            Ok(data) if data.is_dir() => of_upper(&entry.path()),
            Ok(data) if data.is_file() => data.size(),
            _ => 0,
        })
        .sum()
}
