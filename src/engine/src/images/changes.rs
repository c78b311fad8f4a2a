//! Changes to the lab's images: tag, remove, prune; told as events and written
//! to the journal.
//!
//! Order: decide (`remove.rs`), write the list, tell, and only then let the
//! store forget.

use std::collections::BTreeMap;
use std::rc::Rc;

use plimsoll_api::ImageDelete;
use plimsoll_api::image::ImagePruneReport;
use plimsoll_api::operation::Facts;
use plimsoll_store::{ChainId, Digest, ImageRef};
use serde_json::json;

use super::list::Named;
use super::remove::{Conflict, Force, Step, Use, plan};
use super::select::until;
use super::{collect, document::seconds};
use crate::engine::Engine;
use crate::failure::{ApiFailure, ApiResult};
use crate::filters::Filters;
use crate::journal::kind;
use crate::operations::note;
use crate::timestamp;

impl From<Conflict> for ApiFailure {
    fn from(error: Conflict) -> Self {
        Self::conflict(error.to_string())
    }
}

/// Tells an event about an image: its labels are attributes, as in Docker.
pub fn image_event(engine: &Engine, action: &str, image: &Digest, actor: &str, name: &str) {
    let mut attributes: BTreeMap<String, String> = engine
        .images
        .image(image)
        .ok()
        .and_then(|image| image.document.config.labels.clone())
        .unwrap_or_default();
    attributes.insert("name".to_owned(), name.to_owned());
    engine.events.emit("image", action, actor, attributes);
}

/// Puts a name on an image (`docker tag`).
///
/// # Errors
/// 404 for no such image, 400 for what is no name.
pub fn tag(engine: &Engine, source: &str, repository: &str, tag: &str) -> ApiResult<()> {
    let (id, _) = engine.images.find(source)?;
    let invalid = |error: plimsoll_store::ReferenceError| ApiFailure::invalid(error.to_string());
    let mut reference = ImageRef::parse(repository).map_err(invalid)?;
    if reference.digest().is_some() {
        return Err(ApiFailure::invalid(
            "refusing to create a tag with a digest reference",
        ));
    }
    if !tag.is_empty() {
        reference = with_tag(&reference, tag)?;
    }
    let reference = reference.with_default_tag();
    let previous = engine
        .images
        .change(|list| list.tag(&reference, id, &timestamp::now()))?;
    image_event(engine, "tag", &id, &id.to_string(), &reference.familiar());
    let data = json!({
        "reference": reference.to_string(),
        "previous": previous.map(|id| id.to_string()),
    });
    engine
        .journal
        .append(kind::IMAGE_TAG, &id.to_string(), data);
    note(Facts::Name {
        reference: reference.familiar(),
        image: id.to_string(),
    });
    Ok(())
}

/// The reference with another tag.
///
/// # Errors
/// 400 in Docker's words for what is no tag.
pub fn with_tag(reference: &ImageRef, tag: &str) -> ApiResult<ImageRef> {
    reference
        .with_tag(tag)
        .map_err(|_| ApiFailure::invalid("invalid tag format"))
}

fn uses(engine: &Engine, id: &Digest) -> Vec<Use> {
    let containers = engine.containers.using_image(&id.to_string());
    let uses = containers.iter().map(|container| Use {
        container: container.id.clone(),
        running: container.is_running(),
    });
    uses.collect()
}

/// Removes what `given` names (`docker rmi`).
///
/// # Errors
/// 404 for no such image, 409 for what holds it.
pub fn remove(engine: &Rc<Engine>, given: &str, force: Force) -> ApiResult<Vec<ImageDelete>> {
    let (id, named) = engine.images.find(given)?;
    let steps = plan(
        &engine.images.list(),
        id,
        &named,
        given,
        &uses(engine, &id),
        force,
    )?;
    let removed = apply(engine, id, &steps)?;
    collect::in_background(engine);
    Ok(removed.lines)
}

/// What applying the steps came to.
#[derive(Debug, Default)]
struct Removed {
    lines: Vec<ImageDelete>,
    /// Bytes of layers that no image of the lab has any more.
    bytes: u64,
}

fn apply(engine: &Engine, id: Digest, steps: &[Step]) -> ApiResult<Removed> {
    let own = engine.images.list().own_chains(&id);
    // Read before the list is written: afterwards its labels are gone.
    let image = engine.images.image(&id).ok();
    engine.images.change(|list| {
        for step in steps {
            match step {
                Step::Untag(reference) => list.untag(reference, &id),
                Step::Delete(id) => list.remove(id),
            }
        }
    })?;
    let mut attributes = image
        .and_then(|image| image.document.config.labels.clone())
        .unwrap_or_default();
    attributes.insert("name".to_owned(), id.to_string());
    let mut removed = Removed::default();
    for step in steps {
        let subject = id.to_string();
        let (action, entry) = event_of(step);
        engine
            .events
            .emit("image", action, &subject, attributes.clone());
        let data = match step {
            Step::Untag(reference) => {
                removed.lines.push(untagged(reference));
                json!({"reference": reference.to_string()})
            }
            Step::Delete(_) => {
                removed.lines.push(deleted(&subject));
                removed.lines.extend(own.iter().map(deleted_chain));
                removed.bytes += own.iter().map(|(_, size)| size).sum::<u64>();
                json!({})
            }
        };
        engine.journal.append(entry, &subject, data);
        note(told(step, &own));
    }
    Ok(removed)
}

/// The event's action and the journal's kind of a step.
fn event_of(step: &Step) -> (&'static str, &'static str) {
    match step {
        Step::Untag(_) => ("untag", kind::IMAGE_UNTAG),
        Step::Delete(_) => ("delete", kind::IMAGE_REMOVE),
    }
}

fn told(step: &Step, own: &[(ChainId, u64)]) -> Facts {
    let (what, name, bytes) = match step {
        Step::Untag(reference) => ("name", reference.familiar(), None),
        Step::Delete(id) => {
            let bytes = own.iter().map(|(_, size)| size).sum();
            ("image", id.to_string(), Some(bytes))
        }
    };
    Facts::Remove {
        what: what.to_owned(),
        name,
        bytes,
    }
}

fn untagged(reference: &ImageRef) -> ImageDelete {
    ImageDelete {
        untagged: reference.familiar(),
        ..ImageDelete::default()
    }
}

fn deleted(id: &str) -> ImageDelete {
    ImageDelete {
        deleted: id.to_owned(),
        ..ImageDelete::default()
    }
}

fn deleted_chain((chain, _): &(ChainId, u64)) -> ImageDelete {
    deleted(&chain.to_string())
}

/// Removes images that nothing uses (`docker image prune`): those without a
/// name, and with `dangling=false` all that no container was made from.
///
/// # Errors
/// 400 for a bad filter.
pub fn prune(engine: &Rc<Engine>, filters: &Filters, now: i64) -> ApiResult<ImagePruneReport> {
    let only_dangling = filters.switch("dangling", true)?;
    let mut before = None;
    for text in filters.values("until") {
        let bound = until(text, now)?;
        before = Some(before.map_or(bound, |other: i64| other.min(bound)));
    }
    let ids: Vec<Digest> = engine.images.list().images.keys().copied().collect();
    let mut deleted = Vec::new();
    let mut bytes = 0;
    for id in ids {
        // One that the store has lost keeps no other from being pruned.
        let image = engine.images.image(&id);
        let document = image
            .map(|image| image.document.clone())
            .unwrap_or_default();
        let labels = document.config.labels.clone().unwrap_or_default();
        let too_young = before.is_some_and(|bound| seconds(&document.created) >= bound);
        if (only_dangling && !engine.images.list().is_dangling(&id))
            || too_young
            || !filters.prune_labels(&labels)
            || !uses(engine, &id).is_empty()
        {
            continue;
        }
        let all = plan(&engine.images.list(), id, &Named::Id, "", &[], Force::Yes);
        // An image that others were made from stays.
        if let Ok(steps) = all {
            let removed = apply(engine, id, &steps)?;
            deleted.extend(removed.lines);
            bytes += removed.bytes;
        }
    }
    let reclaimed = BTreeMap::from([("reclaimed".to_owned(), bytes.to_string())]);
    engine.events.emit("image", "prune", "", reclaimed);
    collect::in_background(engine);
    Ok(ImagePruneReport {
        images_deleted: Some(deleted),
        space_reclaimed: bytes,
    })
}
