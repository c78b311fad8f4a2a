//! How an image comes from the carried registry into store and list.
//!
//! Duty: verify, write and unpack what is missing, telling each step in
//! Docker's words. [`fetch`] blocks and knows only the store; [`pull`] runs it
//! beside the engine's thread and enters the result into the list. Limits: the
//! blobs are in the binary, so a download is a copy; every digest is checked
//! all the same.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::os::fd::AsFd;
use std::rc::Rc;
use std::time::{Duration, Instant};

use plimsoll_api::Progress;
use plimsoll_api::operation::Facts;
use plimsoll_images::{Blob, CarriedImage, MANIFEST_MEDIA_TYPE};
use plimsoll_store::image::LARGEST_DOCUMENT;
use plimsoll_store::{
    DiffId, Digest, DigestError, ImageError, ImageRecord, ImageRef, LayerRecord, Lease, Store,
    StoreError, disk_usage, import_image,
};
use serde_json::json;

use super::changes::image_event;
use super::collect;
use super::durable;
use super::list::{ImageEntry, LayerEntry};
use super::progress::{step, under_way};
use crate::engine::Engine;
use crate::failure::{ApiFailure, ApiResult};
use crate::http::reply::{StreamSender, json_line};
use crate::journal::kind;
use crate::operations;
use crate::timestamp;

/// A full disk, in Docker's words and with the way out.
const FULL: &str = "failed to register layer: no space left on device\n\
    hint: make room with docker container prune, docker image prune -a or docker volume prune";

/// A download is told in at most this many steps for each layer.
const STEPS: u64 = 8;

/// Why a pull ends without an image.
#[derive(Debug, thiserror::Error)]
pub enum PullError {
    /// The manifest or configuration is not what it should be.
    #[error(transparent)]
    Image(#[from] ImageError),
    /// The store could not keep it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// What is carried has a digest that is none.
    #[error("the carried image {0}: {1}")]
    Carried(&'static str, DigestError),
    /// The manifest names a blob that is not served.
    #[error("unknown blob {0}")]
    UnknownBlob(Digest),
    /// The unpacked layer could not be measured.
    #[error("measure layer {0}: {1}")]
    Measure(DiffId, io::Error),
}

/// A fetched image. What it needs is leased until it is in the list.
pub struct Fetched {
    /// The verified image.
    pub record: ImageRecord,
    /// Its layers, lowest first, with their sizes on disk.
    pub layers: Vec<LayerEntry>,
    /// What it took to get there.
    effort: Effort,
    lease: Lease,
}

/// What was copied and unpacked, and how long that took.
#[derive(Debug, Clone, Copy, Default)]
struct Effort {
    new_layers: u64,
    /// Compressed.
    fetched: u64,
    fetching: Duration,
    /// On disk.
    unpacked: u64,
    unpacking: Duration,
}

/// Brings an image into the store. `present` are the layers that the lab has
/// already: they are told as such.
///
/// # Errors
/// [`PullError`]; the store keeps what was whole by then.
pub fn fetch(
    store: &Store,
    carried: &CarriedImage,
    present: &BTreeSet<DiffId>,
    tell: &mut dyn FnMut(Progress),
) -> Result<Fetched, PullError> {
    let began = Instant::now();
    let lease = store.lease()?;
    let wrong = |error| PullError::Carried(carried.repository, error);
    let manifest = Digest::parse(carried.manifest_digest).map_err(wrong)?;
    store.write_blob(carried.manifest, Some(&manifest), LARGEST_DOCUMENT)?;
    let record = import_image(carried.manifest, Some(MANIFEST_MEDIA_TYPE), |_| {
        Ok::<_, StoreError>(carried.config.to_vec())
    })?;
    store.write_blob(carried.config, Some(&record.id), LARGEST_DOCUMENT)?;
    for layer in &record.layers {
        let status = match present.contains(&layer.diff_id) {
            true => "Already exists",
            false => "Pulling fs layer",
        };
        tell(step(&layer.digest.short(), status));
    }
    let missing = |layer: &&LayerRecord| !present.contains(&layer.diff_id);
    let mut effort = Effort::default();
    for layer in record.layers.iter().filter(missing) {
        download(store, carried, layer, tell)?;
        effort.new_layers += 1;
        effort.fetched += layer.size;
    }
    effort.fetching = began.elapsed();
    let began = Instant::now();
    let mut layers = Vec::with_capacity(record.layers.len());
    for layer in &record.layers {
        let entry = unpack(store, layer, missing(&layer), tell)?;
        if missing(&layer) {
            effort.unpacked += entry.size;
        }
        layers.push(entry);
    }
    effort.unpacking = began.elapsed();
    Ok(Fetched {
        record,
        layers,
        effort,
        lease,
    })
}

fn download(
    store: &Store,
    carried: &CarriedImage,
    layer: &LayerRecord,
    tell: &mut dyn FnMut(Progress),
) -> Result<(), PullError> {
    let name = layer.digest.to_string();
    let blob: &Blob = carried
        .layers
        .iter()
        .find(|blob| blob.digest == name)
        .ok_or(PullError::UnknownBlob(layer.digest))?;
    let short = layer.digest.short();
    let told = Told {
        bytes: blob.bytes,
        at: 0,
        every: (layer.size / STEPS).max(1),
        tell: &mut |current| tell(under_way(&short, "Downloading", current, layer.size)),
    };
    store.write_blob(told, Some(&layer.digest), layer.size)?;
    tell(step(&short, "Verifying Checksum"));
    tell(step(&short, "Download complete"));
    Ok(())
}

fn unpack(
    store: &Store,
    layer: &LayerRecord,
    missing: bool,
    tell: &mut dyn FnMut(Progress),
) -> Result<LayerEntry, PullError> {
    let short = layer.digest.short();
    if missing {
        tell(under_way(&short, "Extracting", layer.size, layer.size));
    }
    let path = store.ensure_layer(&layer.diff_id, &layer.digest, &layer.media_type)?;
    let usage = File::open(&path)
        .and_then(|dir| disk_usage(dir.as_fd()))
        .map_err(|error| PullError::Measure(layer.diff_id, error))?;
    if missing {
        tell(step(&short, "Pull complete"));
    }
    Ok(LayerEntry {
        diff_id: layer.diff_id,
        blob: layer.digest,
        media_type: layer.media_type.clone(),
        size: usage.bytes,
    })
}

/// A reader that tells how far it is, now and then.
struct Told<'a> {
    bytes: &'a [u8],
    at: u64,
    every: u64,
    tell: &'a mut dyn FnMut(u64),
}

impl Read for Told<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.bytes.read(buffer)?;
        let before = self.at / self.every;
        self.at += count as u64;
        if count > 0 && self.at / self.every > before {
            (self.tell)(self.at);
        }
        Ok(count)
    }
}

/// Pulls one reference, telling the client. The outcome's last line is told
/// by the caller, which knows whether more references follow.
///
/// # Errors
/// What [`fetch`] reports, and 500 where the list cannot be written.
pub async fn pull(
    engine: &Rc<Engine>,
    reference: &ImageRef,
    carried: &'static CarriedImage,
    client: &StreamSender,
) -> ApiResult<Outcome> {
    let asked = reference
        .digest()
        .map(ToString::to_string)
        .or_else(|| reference.tag().map(str::to_owned))
        .unwrap_or_default();
    let from = format!("Pulling from {}", reference.path());
    // A client that went away does not undo what it asked for.
    let _ = client.send_json(&Progress::about(asked, from)).await;
    let known = Digest::parse(carried.config_digest)
        .ok()
        .filter(|id| engine.images.is_whole(id));
    let outcome = match known {
        Some(id) => enter(engine, reference, carried, id, None)?,
        None => {
            let fetched = fetch_beside(engine, carried, client.clone()).await;
            if fetched.is_err() {
                // What came before the failure is nobody's.
                collect::in_background(engine);
            }
            let fetched = fetched?;
            note_fetched(reference, &fetched);
            let id = fetched.record.id;
            let outcome = enter(engine, reference, carried, id, Some(fetched))?;
            durable::sync_later(engine);
            outcome
        }
    };
    let digest = format!("Digest: {}", carried.manifest_digest);
    let _ = client.send_json(&Progress::status(digest)).await;
    Ok(outcome)
}

async fn fetch_beside(
    engine: &Engine,
    carried: &'static CarriedImage,
    client: StreamSender,
) -> ApiResult<Fetched> {
    let store = engine.store.clone();
    let present = engine.images.layers_at_hand();
    let fetching = tokio::task::spawn_blocking(move || {
        fetch(&store, carried, &present, &mut |line| {
            let _ = client.blocking_send(json_line(&line));
        })
    });
    fetching
        .await
        .map_err(|error| ApiFailure::internal(format!("the pull broke off: {error}")))?
        .map_err(|error| match error {
            PullError::Store(error) if error.is_full() => ApiFailure::internal(FULL),
            error => ApiFailure::internal(error.to_string()),
        })
}

/// What a pull changed, for its last line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// A name was put on an image.
    Newer,
    /// Everything was there.
    UpToDate,
}

impl Outcome {
    /// Docker's last line; `name` with its tag, or without for all tags.
    #[must_use]
    pub fn line(self, name: &str) -> Progress {
        Progress::status(match self {
            Self::Newer => format!("Status: Downloaded newer image for {name}"),
            Self::UpToDate => format!("Status: Image is up to date for {name}"),
        })
    }
}

fn note_fetched(reference: &ImageRef, fetched: &Fetched) {
    let effort = fetched.effort;
    let facts = Facts::Fetch {
        reference: reference.familiar(),
        layers: fetched.layers.len() as u64,
        new_layers: effort.new_layers,
        bytes: effort.fetched,
    };
    operations::note_timed(facts, effort.fetching);
    let facts = Facts::Unpack {
        new_layers: effort.new_layers,
        bytes: effort.unpacked,
    };
    operations::note_timed(facts, effort.unpacking);
}

/// Enters a pulled image and its names into the list, and tells of it.
fn enter(
    engine: &Engine,
    reference: &ImageRef,
    carried: &CarriedImage,
    id: Digest,
    fetched: Option<Fetched>,
) -> ApiResult<Outcome> {
    let manifest = Digest::parse(carried.manifest_digest)
        .map_err(|error| ApiFailure::internal(error.to_string()))?;
    let by_digest = reference.with_digest(manifest).to_string();
    let (fetched, lease) = match fetched {
        Some(fetched) => (Some(fetched.layers), Some(fetched.lease)),
        None => (None, None),
    };
    let fetched_anew = fetched.is_some();
    let changed = engine.images.change(|list| {
        let before = list.clone();
        if let Some(layers) = fetched {
            list.images.entry(id).or_insert(ImageEntry {
                manifest: Some(manifest),
                parent: None,
                layers,
                digests: BTreeSet::new(),
                last_tagged: String::new(),
            });
        }
        if let Some(entry) = list.images.get_mut(&id) {
            entry.digests.insert(by_digest);
        }
        if reference.digest().is_none() && list.tags.get(&reference.to_string()) != Some(&id) {
            list.tag(reference, id, &timestamp::now());
        }
        *list != before
    })?;
    // The list is on disk: from here on it protects what the image needs.
    drop(lease);
    image_event(
        engine,
        "pull",
        &id,
        &reference.familiar(),
        &reference.familiar_name(),
    );
    let data = json!({
        "reference": reference.to_string(),
        "digest": carried.manifest_digest,
        "source": "carried",
    });
    engine
        .journal
        .append(kind::IMAGE_PULL, &id.to_string(), data);
    operations::note(Facts::Name {
        reference: reference.familiar(),
        image: id.to_string(),
    });
    Ok(match changed || fetched_anew {
        true => Outcome::Newer,
        false => Outcome::UpToDate,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use plimsoll_store::Ownership;

    fn hello() -> &'static CarriedImage {
        let all = plimsoll_images::catalog();
        let found = all.iter().find(|i| i.repository == "library/hello-world");
        found.expect("hello-world is carried")
    }

    /// The lines of a fetch, with the layer's id and its sizes out of sight.
    fn told(store: &Store, present: &BTreeSet<DiffId>) -> (Fetched, String) {
        let layer = hello().layers[0];
        let short = &layer.digest["sha256:".len()..][..12];
        let mut lines = Vec::new();
        let fetched = fetch(store, hello(), present, &mut |line| {
            let text = serde_json::to_string(&line).expect("it serialises");
            lines.push(text.replace(short, "LAYER"));
        });
        let fetched = fetched.expect("it is fetched");
        let size = layer.bytes.len();
        let bar = format!("{:>8}", super::super::progress::human_size(size as u64));
        let text = lines.join("\n").replace(&bar, "SIZE");
        let text = text.replace(&format!(":{size}"), ":BYTES");
        (fetched, text.replace(bar.trim_start(), "SIZE"))
    }

    fn store() -> (tempfile::TempDir, Store) {
        let dir = tempfile::tempdir().expect("a directory");
        let store = Store::open(&dir.path().join("store"), Ownership::Single);
        (dir, store.expect("it opens"))
    }

    #[test]
    fn a_pull_tells_docker_s_story() {
        let (_dir, store) = store();
        let (fetched, lines) = told(&store, &BTreeSet::new());
        insta::assert_snapshot!(lines, @r#"
        {"status":"Pulling fs layer","progressDetail":{},"id":"LAYER"}
        {"status":"Downloading","progressDetail":{"current":BYTES,"total":BYTES},"progress":"[==================================================>] SIZE/SIZE","id":"LAYER"}
        {"status":"Verifying Checksum","progressDetail":{},"id":"LAYER"}
        {"status":"Download complete","progressDetail":{},"id":"LAYER"}
        {"status":"Extracting","progressDetail":{"current":BYTES,"total":BYTES},"progress":"[==================================================>] SIZE/SIZE","id":"LAYER"}
        {"status":"Pull complete","progressDetail":{},"id":"LAYER"}
        "#);
        assert_eq!(fetched.record.id.to_string(), hello().config_digest);
        assert!(fetched.layers.iter().all(|layer| layer.size > 0));
    }

    #[test]
    fn a_layer_that_the_lab_has_is_told_as_such() {
        let (_dir, store) = store();
        let (fetched, _) = told(&store, &BTreeSet::new());
        let present = fetched.layers.iter().map(|layer| layer.diff_id).collect();
        let (_, lines) = told(&store, &present);
        insta::assert_snapshot!(lines, @r#"{"status":"Already exists","progressDetail":{},"id":"LAYER"}"#);
    }

    #[test]
    fn a_blob_that_is_not_what_it_says_is_refused() {
        let (_dir, store) = store();
        let mut changed = *hello();
        changed.config = b"{}";
        let wrong = fetch(&store, &changed, &BTreeSet::new(), &mut |_| {});
        assert!(matches!(wrong, Err(PullError::Image(_))));
        let (_dir, store) = self::store();
        let mut changed = *hello();
        changed.manifest = b"{}";
        let wrong = fetch(&store, &changed, &BTreeSet::new(), &mut |_| {});
        assert!(matches!(
            wrong,
            Err(PullError::Store(StoreError::DigestMismatch { .. }))
        ));
    }
}
