//! Making a snapshot.

use std::fs::{self, DirBuilder, File};
use std::os::fd::AsFd;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use plimsoll_store::{Usage, duplicate};
use serde_json::json;

use super::index::{Entry, KeptContainer, KeptImage, check_name};
use super::{SnapshotError, quiet, sync};
use crate::containers::{self, Container, Record, freeze, keep};
use crate::engine::Engine;
use crate::failure::{ApiFailure, ApiResult};
use crate::images::list::ImageList;
use crate::journal::kind;
use crate::state_file::{self, Durability};
use crate::{images, machine, timestamp};

/// Keeps the lab as it is now under `name`, in the place of what was kept under
/// it. What runs stands still while it is copied.
///
/// # Errors
/// 400 for what is no name, 409 while the lab is being changed, 500 where
/// something cannot be copied; then what was kept before is still there.
pub async fn make(engine: &Rc<Engine>, name: &str) -> ApiResult<Entry> {
    check_name(name)?;
    let snapshots = &engine.snapshots;
    let _turn = snapshots.turn.lock().await;
    let _closed = engine.gate.close().await?;
    let all = engine.containers.all();
    let _held = quiet::hold(&all).await?;
    let kept: Vec<Rc<Container>> = all.iter().filter(|one| is_kept(one)).cloned().collect();

    let frozen = freeze(engine, &kept).await;
    let (mut entry, parts) = look(engine, name, &kept);
    let directory = snapshots.unborn()?;
    let building = directory.clone();
    let built = tokio::task::spawn_blocking(move || parts.build(&building)).await;
    drop(frozen);

    let entered = built
        .map_err(|error| ApiFailure::internal(error.to_string()))
        .and_then(|built| Ok(built?))
        .and_then(|size| {
            let name = directory.file_name().unwrap_or_default();
            entry.directory = name.to_string_lossy().into_owned();
            entry.size = size;
            Ok(snapshots.change(|index| index.enter(entry.clone()))?)
        });
    match entered {
        Ok(before) => {
            let before = before.map(|before| snapshots.directory().join(before.directory));
            before.into_iter().for_each(|path| engine.sweep(path));
        }
        Err(failure) => {
            engine.sweep(directory);
            return Err(failure);
        }
    }
    tell(engine, &entry);
    tokio::task::spawn_local(sync(engine.clone(), entry.directory.clone()));
    Ok(entry)
}

/// A grader's own copies are none of the learner's, and what is being removed
/// is as good as gone.
fn is_kept(container: &Container) -> bool {
    !container.removing.get() && !containers::is_probe(container)
}

/// What is to be copied: everything that a thread needs to know.
struct Parts {
    /// Directory and record.
    containers: Vec<(PathBuf, Record)>,
    /// Name and directory.
    volumes: Vec<(String, PathBuf)>,
    images: ImageList,
}

/// The lab in one moment.
fn look(engine: &Engine, name: &str, kept: &[Rc<Container>]) -> (Entry, Parts) {
    let list = engine.images.list().clone();
    let volumes = engine.volumes.all();
    let entry = Entry {
        name: name.to_owned(),
        directory: String::new(),
        created: timestamp::now(),
        seq: engine.journal.head().seq,
        containers: kept.iter().map(|one| shown(one)).collect(),
        images: list
            .images
            .keys()
            .map(|id| KeptImage {
                id: id.to_string(),
                names: list.tags_of(id).map(str::to_owned).collect(),
            })
            .collect(),
        volumes: volumes.iter().map(|volume| volume.name.clone()).collect(),
        size: 0,
        unsynced_since: Some(machine::boot_id()),
    };
    let parts = Parts {
        containers: kept
            .iter()
            .map(|one| (one.directory.clone(), one.record().clone()))
            .collect(),
        volumes: volumes
            .iter()
            .map(|volume| (volume.name.clone(), engine.volumes.directory(&volume.name)))
            .collect(),
        images: list,
    };
    (entry, parts)
}

fn shown(container: &Container) -> KeptContainer {
    let record = container.record();
    KeptContainer {
        id: record.id.clone(),
        name: record.name.clone(),
        status: record.state.status,
    }
}

impl Parts {
    /// Copies everything into `directory`; how many bytes that is.
    fn build(self, directory: &Path) -> Result<u64, SnapshotError> {
        let mut size = 0;
        let containers = make_directory(&directory.join("containers"))?;
        for (from, record) in self.containers {
            let into = make_directory(&containers.join(&record.id))?;
            let what = format!("container {}", record.name);
            size += keep(&from, record, &into)
                .map_err(|source| SnapshotError::Copy { what, source })?
                .bytes;
        }
        size += copy_volumes(&self.volumes, &directory.join("volumes"))?;
        let file = directory.join(images::FILE_NAME);
        state_file::save(&file, &self.images, Durability::Process)?;
        Ok(size)
    }
}

/// Copies volumes into a new directory `into`.
pub fn copy_volumes(volumes: &[(String, PathBuf)], into: &Path) -> Result<u64, SnapshotError> {
    make_directory(into)?;
    let mut size = 0;
    for (name, from) in volumes {
        let to = make_directory(&into.join(name))?;
        let open = |path: &Path| File::open(path).map_err(SnapshotError::io(path));
        let Usage { bytes, .. } =
            duplicate(open(from)?.as_fd(), open(&to)?.as_fd(), &[]).map_err(|source| {
                SnapshotError::Copy {
                    what: format!("volume {name}"),
                    source,
                }
            })?;
        size += bytes;
    }
    Ok(size)
}

/// Makes a directory (0700) and returns it.
pub fn make_directory(path: &Path) -> Result<PathBuf, SnapshotError> {
    let made = DirBuilder::new().mode(0o700).create(path);
    made.map_err(SnapshotError::io(path))?;
    Ok(path.to_owned())
}

fn tell(engine: &Engine, entry: &Entry) {
    let data = json!({
        "containers": entry.containers.len(),
        "images": entry.images.len(),
        "volumes": entry.volumes.len(),
    });
    engine.journal.append(kind::LAB_SNAPSHOT, &entry.name, data);
}

/// The directories directly in a directory, by name.
pub fn subdirectories(directory: &Path) -> Result<Vec<(String, PathBuf)>, SnapshotError> {
    let failed = || SnapshotError::io(directory);
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).map_err(failed())? {
        let entry = entry.map_err(failed())?;
        if let Ok(name) = entry.file_name().into_string() {
            found.push((name, entry.path()));
        }
    }
    found.sort();
    Ok(found)
}
