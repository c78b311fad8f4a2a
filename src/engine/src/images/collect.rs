//! What the store may forget: whatever no lab of the user refers to.
//!
//! Duty: read, under the store's lock, the image lists and containers of every
//! lab, and keep what they name. Invariant: when in doubt, keep; a lab whose
//! files cannot be read stops the collection. Labs of another data directory
//! that share the store (`--store`) are found through `STORE/labs.d`, where
//! every engine enters the directory of its labs.

use std::collections::HashSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::rc::Rc;

use plimsoll_store::{Collected, DiffId, Digest, Keep, Store, StoreError};
use serde_json::Value;

use super::list::{self, ImageList};
use crate::engine::Engine;
use crate::snapshots;
use crate::state_file::{self, Durability, StateError};

/// Where a store says which directories hold labs that use it.
const USERS: &str = "labs.d";

/// Why nothing was collected.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// The store's own.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// A lab's list cannot be read.
    #[error(transparent)]
    State(#[from] StateError),
    /// A directory cannot be read.
    #[error("{}: {source}", path.display())]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
}

impl CollectError {
    fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }
}

/// Enters the directory that holds this lab among those that use the store.
///
/// # Errors
/// [`StateError`]; a store that is read-only for us is nobody's to collect
/// from here, so the caller may go on.
pub fn register(store: &Store, labs: &Path) -> Result<(), StateError> {
    let users = store.root().join(USERS);
    let text = labs.to_string_lossy().into_owned();
    let file = users.join(format!("{}.json", Digest::of(text.as_bytes()).short()));
    if file.exists() {
        return Ok(());
    }
    fs::create_dir_all(&users).map_err(|source| StateError::Io {
        path: users,
        source,
    })?;
    let value = serde_json::json!({"version": 1, "labs": text});
    state_file::save(&file, &value, Durability::Machine)
}

/// Collects beside the engine's thread. Nobody waits for it; what it cannot
/// do now is done by the next one.
pub fn in_background(engine: &Rc<Engine>) {
    let store = engine.store.clone();
    let labs = engine.config.state_dir.parent().map(Path::to_owned);
    tokio::task::spawn_blocking(move || labs.map(|labs| collect(&store, &labs)));
}

/// Removes from the store what no lab refers to.
///
/// # Errors
/// [`CollectError`]; then nothing was removed.
pub fn collect(store: &Store, own_labs: &Path) -> Result<Collected, CollectError> {
    store.collect(|| {
        let mut keep = Keep::default();
        let mut places = users_of(store)?;
        places.insert(own_labs.to_owned());
        for labs in places {
            for lab in entries(&labs)? {
                if !is_set_aside(&lab) {
                    keep_lab(&lab, &mut keep)?;
                }
            }
        }
        Ok(keep)
    })
}

/// Of a lab that was reset, and is on its way out: it needs nothing any more. No
/// lab's name begins so.
fn is_set_aside(lab: &Path) -> bool {
    let name = lab.file_name().unwrap_or_default();
    name.as_encoded_bytes().starts_with(b".")
}

fn users_of(store: &Store) -> Result<HashSet<PathBuf>, CollectError> {
    let mut places = HashSet::new();
    for file in entries(&store.root().join(USERS))? {
        let value: Option<Value> = state_file::load(&file, 1)?;
        let labs = value.as_ref().and_then(|value| value["labs"].as_str());
        places.extend(labs.map(PathBuf::from));
    }
    Ok(places)
}

/// The entries of a directory; none where there is no directory.
fn entries(dir: &Path) -> Result<Vec<PathBuf>, CollectError> {
    match fs::read_dir(dir) {
        Ok(entries) => entries
            .map(|entry| Ok(entry.map_err(CollectError::io(dir))?.path()))
            .collect(),
        Err(error)
            if matches!(
                error.kind(),
                io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
            ) =>
        {
            Ok(Vec::new())
        }
        Err(error) => Err(CollectError::io(dir)(error)),
    }
}

/// A lab, and then its snapshots: an image that is taken out of the lab after
/// one of them was made is met there.
fn keep_lab(lab: &Path, keep: &mut Keep) -> Result<(), CollectError> {
    keep_state(lab, keep)?;
    let all = entries(&lab.join(snapshots::DIRECTORY))?;
    // Their index lies among them.
    for snapshot in all.iter().filter(|path| !path.is_file()) {
        keep_state(snapshot, keep)?;
    }
    Ok(())
}

/// What an image list and containers need, in a lab or in a snapshot of it.
fn keep_state(lab: &Path, keep: &mut Keep) -> Result<(), CollectError> {
    let list: Option<ImageList> = state_file::load(&lab.join(super::FILE_NAME), list::VERSION)?;
    for (id, entry) in list.iter().flat_map(|list| &list.images) {
        keep.blobs.insert(*id);
        keep.blobs.extend(entry.manifest);
        for layer in &entry.layers {
            keep.blobs.insert(layer.blob);
            keep.layers.insert(layer.diff_id);
        }
    }
    for container in entries(&lab.join("containers"))? {
        for file in entries(&container)? {
            if file.extension().is_some_and(|kind| kind == "json") {
                keep_container(&file, keep)?;
            }
        }
    }
    Ok(())
}

/// A container keeps its layers though its image may be gone. Its files name
/// them as paths; every text in them that leads to a layer counts.
fn keep_container(file: &Path, keep: &mut Keep) -> Result<(), CollectError> {
    let text = match fs::read(file) {
        Ok(text) => text,
        // Removed while we looked.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(CollectError::io(file)(error)),
    };
    let value: Value = serde_json::from_slice(&text).map_err(|error| StateError::Damaged {
        path: file.to_owned(),
        reason: error.to_string(),
    })?;
    keep_texts(&value, keep);
    Ok(())
}

fn keep_texts(value: &Value, keep: &mut Keep) {
    match value {
        Value::String(text) => keep.layers.extend(layers_in(text)),
        Value::Array(items) => items.iter().for_each(|item| keep_texts(item, keep)),
        Value::Object(fields) => fields.values().for_each(|item| keep_texts(item, keep)),
        _ => {}
    }
}

/// The layers that `.../layers/MODE/HEX/...` names in a text.
fn layers_in(text: &str) -> impl Iterator<Item = DiffId> {
    text.split('/')
        .filter_map(|part| Digest::from_hex(part).ok())
        .map(DiffId)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::images::list::{LayerEntry, tests::entry, tests::id};

    fn write(path: &Path, text: &str) {
        fs::create_dir_all(path.parent().expect("a parent")).expect("directories");
        fs::write(path, text).expect("it writes");
    }

    #[test]
    fn images_and_containers_keep_what_they_need() {
        let dir = tempfile::tempdir().expect("a directory");
        let lab = dir.path().join("nginx-volumes");
        let mut list = ImageList::default();
        let mut image = entry(&[]);
        image.manifest = Some(id("aa"));
        image.layers.push(LayerEntry {
            diff_id: DiffId(id("1a")),
            blob: id("b1"),
            media_type: String::new(),
            size: 1,
        });
        list.images.insert(id("cc"), image);
        write(
            &lab.join("images.json"),
            &serde_json::to_string(&list).expect("it serialises"),
        );
        let lowers = format!(r#"{{"lowers":["/s/layers/single/{}/fs"]}}"#, id("2a").hex());
        write(&lab.join("containers/c1/config.json"), &lowers);
        // An image that only a snapshot has.
        let mut kept = ImageList::default();
        kept.images.insert(id("dd"), entry(&[]));
        write(
            &lab.join("snapshots/0123/images.json"),
            &serde_json::to_string(&kept).expect("it serialises"),
        );
        let lowers = format!(r#"{{"lowers":["/s/layers/single/{}/fs"]}}"#, id("3a").hex());
        write(
            &lab.join("snapshots/0123/containers/c2/config.json"),
            &lowers,
        );
        write(
            &lab.join("snapshots/index.json"),
            r#"{"version":1,"snapshots":[]}"#,
        );
        let mut keep = Keep::default();
        keep_lab(&lab, &mut keep).expect("it is readable");
        assert_eq!(
            keep.blobs,
            HashSet::from([id("aa"), id("b1"), id("cc"), id("dd")])
        );
        assert_eq!(
            keep.layers,
            HashSet::from([DiffId(id("1a")), DiffId(id("2a")), DiffId(id("3a"))])
        );
    }

    #[test]
    fn an_unreadable_lab_stops_the_collection() {
        let dir = tempfile::tempdir().expect("a directory");
        let lab = dir.path().join("lab");
        write(&lab.join("images.json"), "{\"version\":9}");
        let newer = keep_lab(&lab, &mut Keep::default());
        assert!(matches!(
            newer,
            Err(CollectError::State(StateError::Newer { .. }))
        ));
        write(
            &lab.join("images.json"),
            "{\"version\":1,\"images\":{},\"tags\":{}}",
        );
        write(&lab.join("containers/c/config.json"), "{");
        assert!(keep_lab(&lab, &mut Keep::default()).is_err());
    }

    #[test]
    fn a_lab_that_was_reset_neither_keeps_nor_stops_anything() {
        let dir = tempfile::tempdir().expect("a directory");
        let store = Store::open(&dir.path().join("store"), plimsoll_store::Ownership::Single)
            .expect("a store");
        let labs = dir.path().join("labs");
        write(&labs.join(".lab.1/images.json"), "{");
        collect(&store, &labs).expect("it is on its way out");
        write(&labs.join("lab/images.json"), "{");
        assert!(collect(&store, &labs).is_err());
    }

    #[test]
    fn a_lab_that_is_not_there_keeps_nothing() {
        let dir = tempfile::tempdir().expect("a directory");
        let mut keep = Keep::default();
        keep_lab(&dir.path().join("nothing"), &mut keep).expect("nothing is fine");
        assert!(keep.blobs.is_empty() && keep.layers.is_empty());
    }
}
