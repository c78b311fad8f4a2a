//! Finding a program the way a shell does.

use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};

/// Where administrators' programs lie, which an ordinary user's PATH may lack.
const SYSTEM: [&str; 4] = ["/usr/bin", "/usr/sbin", "/bin", "/sbin"];

/// The first executable file `program` on PATH or in the system's folders.
#[must_use]
pub fn on_path(program: &str) -> Option<PathBuf> {
    first_of(program, own_path().chain(SYSTEM.iter().map(PathBuf::from)))
}

/// Whether typing `program` finds it anywhere but in `folder`.
pub(crate) fn is_found_outside(folder: &Path, program: &str) -> bool {
    first_of(program, own_path().filter(|other| other != folder)).is_some()
}

fn own_path() -> impl Iterator<Item = PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).collect::<Vec<_>>().into_iter()
}

fn first_of(program: &str, folders: impl Iterator<Item = PathBuf>) -> Option<PathBuf> {
    folders
        .filter(|folder| folder.is_absolute())
        .map(|folder| folder.join(program))
        .find(|file| file.is_file() && access(file, Access::EXEC_OK).is_ok())
}
