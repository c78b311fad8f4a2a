//! Folders that only their user may enter, made or refused.
//!
//! The fallback beneath `/tmp` is where another user could have prepared a
//! folder or a symbolic link of our name: such a thing is refused, never used.

use std::io;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};

use plimsoll_text::{Language, spoken};

use crate::paths::LabPaths;
use crate::words;

/// What is in a folder's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Found {
    Link,
    File,
}

/// Why a folder cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    Make {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    NotAFolder {
        path: PathBuf,
        found: Found,
    },
    Foreign {
        path: PathBuf,
        owner: u32,
    },
    Open {
        path: PathBuf,
        mode: u32,
    },
}

plimsoll_text::speaks!(FolderError);

impl FolderError {
    /// What went wrong, in the reader's language.
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        match self {
            Self::Make { path, .. } => words::folder_make(language, shown(path)),
            Self::NotAFolder { path, found } => match found {
                Found::Link => words::folder_is_a_link(language, shown(path)),
                Found::File => words::folder_is_a_file(language, shown(path)),
            },
            Self::Foreign { path, owner } => {
                words::folder_foreign(language, owner.to_string(), shown(path))
            }
            Self::Open { path, mode } => {
                words::folder_open(language, format!("{mode:04o}"), shown(path))
            }
        }
    }
}

impl FolderError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        match self {
            Self::Make { path, .. } => {
                words::folder_make_hint(spoken(), shown(path.parent().unwrap_or(path)))
            }
            Self::NotAFolder { path, .. } | Self::Foreign { path, .. } => {
                words::folder_foreign_hint(spoken(), shown(path))
            }
            Self::Open { path, .. } => format!("chmod 700 '{}'", path.display()),
        }
    }
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

/// Makes every folder a lab needs.
///
/// # Errors
/// [`FolderError`] names the folder.
pub fn prepare(paths: &LabPaths) -> Result<(), FolderError> {
    prepare_state(paths)?;
    private_folder(paths.places().runtime())?;
    // The learner's own files: as open as their umask says.
    make(&paths.work(), 0o777)
}

/// Makes the folders of what is known of a lab outside it.
///
/// # Errors
/// [`FolderError`] names the folder.
pub(crate) fn prepare_state(paths: &LabPaths) -> Result<(), FolderError> {
    let private = [
        paths.places().data().to_path_buf(),
        paths.places().store().to_path_buf(),
        paths.places().labs(),
        paths.lab_dir(),
        paths.etc(),
    ];
    for folder in private {
        make(&folder, 0o700)?;
    }
    Ok(())
}

fn make(path: &Path, mode: u32) -> Result<(), FolderError> {
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(mode)
        .create(path)
        .map_err(|source| FolderError::Make {
            path: path.to_path_buf(),
            source,
        })
}

/// Makes `path`, whose parent exists, as a folder that only this user may enter;
/// one that is there already must be exactly that.
///
/// # Errors
/// [`FolderError`] says what is wrong with what is there.
pub fn private_folder(path: &Path) -> Result<(), FolderError> {
    match std::fs::DirBuilder::new().mode(0o700).create(path) {
        Ok(()) => {}
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
        Err(source) => {
            return Err(FolderError::Make {
                path: path.to_path_buf(),
                source,
            });
        }
    }
    verify(path, rustix::process::getuid().as_raw())
}

fn verify(path: &Path, uid: u32) -> Result<(), FolderError> {
    let found = std::fs::symlink_metadata(path).map_err(|source| FolderError::Make {
        path: path.to_path_buf(),
        source,
    })?;
    let path = path.to_path_buf();
    if found.is_symlink() {
        let found = Found::Link;
        return Err(FolderError::NotAFolder { path, found });
    }
    if !found.is_dir() {
        let found = Found::File;
        return Err(FolderError::NotAFolder { path, found });
    }
    if found.uid() != uid {
        let owner = found.uid();
        return Err(FolderError::Foreign { path, owner });
    }
    if found.mode() & 0o077 != 0 {
        let mode = found.mode() & 0o7777;
        return Err(FolderError::Open { path, mode });
    }
    Ok(())
}

/// Whether `path` is a folder that only this user may enter.
pub(crate) fn is_private(path: &Path) -> bool {
    verify(path, rustix::process::getuid().as_raw()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn scratch() -> tempfile::TempDir {
        tempfile::tempdir().expect("a scratch folder")
    }

    #[test]
    fn a_private_folder_is_made_and_found_again() {
        let scratch = scratch();
        let path = scratch.path().join("plimsoll");
        private_folder(&path).expect("made");
        private_folder(&path).expect("found again");
        assert!(is_private(&path));
    }

    #[test]
    fn a_planted_link_is_refused() {
        let scratch = scratch();
        let elsewhere = scratch.path().join("elsewhere");
        private_folder(&elsewhere).expect("made");
        let path = scratch.path().join("plimsoll");
        std::os::unix::fs::symlink(&elsewhere, &path).expect("a link");
        let error = private_folder(&path).expect_err("a link");
        assert!(matches!(error, FolderError::NotAFolder { .. }), "{error}");
    }

    #[test]
    fn a_planted_file_is_refused() {
        let scratch = scratch();
        let path = scratch.path().join("plimsoll");
        std::fs::write(&path, "").expect("a file");
        assert!(matches!(
            private_folder(&path),
            Err(FolderError::NotAFolder { .. })
        ));
    }

    #[test]
    fn a_folder_others_may_enter_is_refused() {
        let scratch = scratch();
        let path = scratch.path().join("plimsoll");
        private_folder(&path).expect("made");
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("opened");
        let error = private_folder(&path).expect_err("open");
        assert!(matches!(error, FolderError::Open { mode: 0o755, .. }));
    }

    #[test]
    fn a_folder_of_somebody_else_is_refused() {
        let scratch = scratch();
        let path = scratch.path().join("plimsoll");
        private_folder(&path).expect("made");
        let me = rustix::process::getuid().as_raw();
        let error = verify(&path, me + 1).expect_err("foreign");
        assert!(matches!(error, FolderError::Foreign { owner, .. } if owner == me));
    }
}
