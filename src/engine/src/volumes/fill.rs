//! An image's content in a new volume.
//!
//! Docker's rule: a volume that is empty when a container first has it gets
//! what the image has at that place, with owners and modes. Invariant: a copy
//! that a killed engine did not finish is done again, because a marker lies
//! beside the files until the copy is whole.

use std::fs::{self, File};
use std::io;
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::time::Instant;

use plimsoll_api::operation::Facts;
use plimsoll_store::{ArchiveError, Ownership, remove_tree};

use super::Volume;
use crate::archive::view::View;
use crate::failure::{ApiFailure, ApiResult};
use crate::operations::note_timed;

/// Lies beside `_data` while a copy is under way.
const MARKER: &str = "filling";

/// Why a volume did not get the image's content.
#[derive(Debug, thiserror::Error)]
enum FillError {
    #[error("{0}")]
    Io(#[from] io::Error),
    #[error("{0}")]
    Archive(#[from] ArchiveError),
}

/// Fills `volume` with what the layers have at `path`, if it is empty.
pub(super) async fn fill(
    volume: &Volume,
    lowers: &[PathBuf],
    path: &str,
    ownership: &Ownership,
) -> ApiResult<()> {
    if !wants_content(&volume.mountpoint) {
        return Ok(());
    }
    let began = Instant::now();
    let (data, lowers) = (volume.mountpoint.clone(), lowers.to_vec());
    let (place, ownership) = (path.to_owned(), ownership.clone());
    let copying = tokio::task::spawn_blocking(move || {
        let view = View::of_image(&lowers, &ownership)?;
        copy(&data, |into| {
            view.tree().copy_up(&place, into.as_fd()).map(drop)
        })
    });
    let content = copying
        .await
        .map_err(|error| ApiFailure::internal(error.to_string()))?
        .map_err(|error| {
            ApiFailure::internal(format!(
                "failed to populate volume {} with {path}: {error}",
                volume.name
            ))
        })?;
    if content == Content::Some {
        let facts = Facts::Fill {
            name: volume.name.clone(),
            destination: path.to_owned(),
        };
        note_timed(facts, began.elapsed());
    }
    Ok(())
}

/// What the image has at the volume's place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Content {
    Some,
    Nothing,
}

fn marker(data: &Path) -> PathBuf {
    data.with_file_name(MARKER)
}

/// Whether the volume is empty, or a copy into it was cut short.
fn wants_content(data: &Path) -> bool {
    let is_empty = fs::read_dir(data).is_ok_and(|mut entries| entries.next().is_none());
    is_empty || marker(data).exists()
}

fn copy(
    data: &Path,
    content: impl FnOnce(&File) -> Result<(), ArchiveError>,
) -> Result<Content, FillError> {
    let into = File::open(data)?;
    if marker(data).exists() {
        for entry in fs::read_dir(data)? {
            remove_tree(into.as_fd(), &entry?.file_name())?;
        }
    }
    File::create(marker(data))?;
    let content = match content(&into) {
        Ok(()) => Content::Some,
        // The volume stays empty.
        Err(ArchiveError::NotFound(_)) => Content::Nothing,
        Err(error) => return Err(error.into()),
    };
    fs::remove_file(marker(data))?;
    Ok(content)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn data() -> (tempfile::TempDir, PathBuf) {
        let dir = tempfile::tempdir().expect("a directory");
        let data = dir.path().join("_data");
        fs::create_dir(&data).expect("a directory");
        (dir, data)
    }

    #[test]
    fn an_empty_volume_is_filled_and_a_used_one_left_alone() {
        let (_dir, data) = data();
        assert!(wants_content(&data));
        copy(&data, |_| {
            fs::write(data.join("page"), "image").expect("it writes");
            Ok(())
        })
        .expect("it copies");
        assert!(!wants_content(&data));
        assert!(!marker(&data).exists());
    }

    #[test]
    fn a_copy_that_was_cut_short_is_done_again_from_nothing() {
        let (_dir, data) = data();
        let full = || io::Error::from(io::ErrorKind::StorageFull);
        let cut = copy(&data, |_| {
            fs::write(data.join("half"), "x").expect("it writes");
            Err(ArchiveError::Output(full()))
        });
        assert!(cut.is_err());
        assert!(wants_content(&data), "the marker is there");
        copy(&data, |_| {
            assert!(!data.join("half").exists(), "the half copy is gone");
            Ok(())
        })
        .expect("it copies");
        assert!(!marker(&data).exists());
    }

    #[test]
    fn nothing_in_the_image_is_nothing_in_the_volume() {
        let (_dir, data) = data();
        copy(&data, |_| Err(ArchiveError::NotFound("/nowhere".into()))).expect("that is fine");
        assert!(!marker(&data).exists());
    }
}
