//! Volumes created and removed on request, told as events and written to the
//! journal.

use std::collections::BTreeMap;

use plimsoll_api::VolumeCreate;
use plimsoll_api::operation::Facts;
use plimsoll_api::volume::VolumePruneReport;
use serde_json::json;

use super::Volume;
use crate::engine::Engine;
use crate::failure::{ApiFailure, ApiResult};
use crate::filters::Filters;
use crate::journal::kind;
use crate::operations::{note, subject};
use crate::usage;

/// Whether a missing volume is an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// 404.
    IsAnError,
    /// `docker volume rm --force`.
    IsFine,
}

/// Creates a volume, or finds the one of that name.
///
/// # Errors
/// As `Volumes::ensure`.
pub fn create(engine: &Engine, wanted: &VolumeCreate) -> ApiResult<Volume> {
    let name = Some(wanted.name.as_str()).filter(|name| !name.is_empty());
    let volume = ensure(
        engine,
        name,
        &wanted.driver,
        &wanted.labels,
        &wanted.driver_opts,
    )?;
    subject(&volume.name);
    Ok(volume)
}

/// As `Volumes::ensure`, telling of a volume that is new.
///
/// # Errors
/// As `Volumes::ensure`.
pub fn ensure(
    engine: &Engine,
    name: Option<&str>,
    driver: &str,
    labels: &BTreeMap<String, String>,
    options: &BTreeMap<String, String>,
) -> ApiResult<Volume> {
    if let Some(volume) = name.and_then(|name| engine.volumes.get(name).ok()) {
        return Ok(volume);
    }
    let volume = engine.volumes.ensure(name, driver, labels, options)?;
    let attributes = BTreeMap::from([("driver".to_owned(), volume.driver.clone())]);
    engine
        .events
        .emit("volume", "create", &volume.name, attributes);
    let data = json!({
        "driver": volume.driver,
        "labels": volume.labels,
        "anonymous": volume.is_anonymous(),
    });
    engine
        .journal
        .append(kind::VOLUME_CREATE, &volume.name, data);
    note(Facts::Volume {
        name: volume.name.clone(),
        anonymous: volume.is_anonymous(),
    });
    Ok(volume)
}

/// Removes a volume that no container has.
///
/// # Errors
/// 404 for no such volume, 409 while containers have it.
pub fn remove(engine: &Engine, name: &str, missing: Missing) -> ApiResult<()> {
    if missing == Missing::IsFine && engine.volumes.get(name).is_err() {
        return Ok(());
    }
    let volume = engine.volumes.get(name)?;
    let users = engine.containers.using_volume(name);
    if !users.is_empty() {
        let ids: Vec<&str> = users.iter().map(|user| user.id.as_str()).collect();
        return Err(ApiFailure::conflict(format!(
            "remove {name}: volume is in use - [{}]",
            ids.join(", ")
        )));
    }
    engine.volumes.remove(name)?;
    let attributes = BTreeMap::from([("driver".to_owned(), volume.driver)]);
    engine.events.emit("volume", "destroy", name, attributes);
    engine.journal.append(kind::VOLUME_REMOVE, name, json!({}));
    note(Facts::Remove {
        what: "volume".to_owned(),
        name: name.to_owned(),
        bytes: None,
    });
    Ok(())
}

/// Removes the volumes that no container has (`docker volume prune`): those
/// without a name, and with `all=true` the named ones too.
///
/// # Errors
/// 400 for a bad filter.
pub fn prune(
    engine: &Engine,
    filters: &Filters,
    all_by_default: bool,
) -> ApiResult<VolumePruneReport> {
    let all = filters.switch("all", all_by_default)?;
    let mut deleted = Vec::new();
    let mut bytes = 0;
    for volume in engine.volumes.all() {
        if !(all || volume.is_anonymous())
            || !filters.prune_labels(&volume.labels)
            || !engine.containers.using_volume(&volume.name).is_empty()
        {
            continue;
        }
        let size = usage::tree(&volume.mountpoint);
        remove(engine, &volume.name, Missing::IsFine)?;
        bytes += size;
        deleted.push(volume.name);
    }
    let reclaimed = BTreeMap::from([("reclaimed".to_owned(), bytes.to_string())]);
    engine.events.emit("volume", "prune", "", reclaimed);
    Ok(VolumePruneReport {
        volumes_deleted: Some(deleted),
        space_reclaimed: bytes,
    })
}
