//! What a layer of one of the lab's images added: for who looks at layers.

use std::path::PathBuf;
use std::rc::Rc;

use plimsoll_api::lab::{LayerContents, LayerFile};
use plimsoll_store::{Contents, Digest, contents};

use super::Images;
use crate::engine::Engine;
use crate::failure::{ApiFailure, ApiResult};

/// Paths of each kind in an answer.
const MOST_PATHS: usize = 12;

/// Layers that are remembered; more are forgotten all at once.
const MOST_REMEMBERED: usize = 512;

/// What the layer with this digest (of the uncompressed tar) added.
///
/// # Errors
/// 400 for what is no digest, 404 for a layer that no image of the lab has, 500
/// where it cannot be read.
pub async fn of_layer(engine: &Rc<Engine>, digest: &str) -> ApiResult<LayerContents> {
    let digest: Digest = digest
        .parse()
        .map_err(|_| ApiFailure::invalid(format!("{digest:?} is not a digest")))?;
    let tree = engine
        .images
        .tree_of(&digest)
        .ok_or_else(|| ApiFailure::not_found(format!("No such layer: {digest}")))?;
    if let Some(known) = engine.images.contents.borrow().get(&digest) {
        return Ok(known.clone());
    }
    let looking = move || contents(&tree, MOST_PATHS);
    let found = tokio::task::spawn_blocking(looking)
        .await
        .map_err(|error| ApiFailure::internal(error.to_string()))?
        .map_err(|error| ApiFailure::internal(format!("layer {digest}: {error}")))?;
    let answer = on_wire(&found);
    let mut remembered = engine.images.contents.borrow_mut();
    if remembered.len() >= MOST_REMEMBERED {
        remembered.clear();
    }
    remembered.insert(digest, answer.clone());
    Ok(answer)
}

fn on_wire(found: &Contents) -> LayerContents {
    let text = |path: &PathBuf| path.to_string_lossy().into_owned();
    let file = |(path, size): &(PathBuf, u64)| LayerFile {
        path: text(path),
        size: *size,
    };
    LayerContents {
        files: found.files,
        largest: found.largest.iter().map(file).collect(),
        deleted: found.deleted,
        first_deleted: found.first_deleted.iter().map(text).collect(),
        complete: found.complete,
    }
}

impl Images {
    /// Where the layer is unpacked, if an image of the lab has it.
    fn tree_of(&self, digest: &Digest) -> Option<PathBuf> {
        let list = self.list.borrow();
        let mut layers = list.images.values().flat_map(|entry| &entry.layers);
        let layer = layers.find(|layer| layer.diff_id.0 == *digest)?;
        Some(self.store.layer_path(&layer.diff_id))
    }
}
