//! `docker system df`: what images, containers and volumes hold.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::rc::Rc;

use plimsoll_api::system::DiskUsage;
use plimsoll_api::volume::VolumeUsage;
use plimsoll_api::{ContainerSummary, ImageSummary, Volume};
use plimsoll_store::DiffId;

use crate::engine::Engine;
use crate::failure::{ApiFailure, ApiResult};
use crate::images::select::{self, Wanted};
use crate::usage::tree;

/// Which objects are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kinds {
    containers: bool,
    images: bool,
    volumes: bool,
    build_cache: bool,
}

impl Kinds {
    /// Reads the `type` parameters; none stands for all.
    ///
    /// # Errors
    /// 400 for an unknown one.
    pub fn read<'a>(types: impl Iterator<Item = &'a str>) -> ApiResult<Self> {
        let nothing = Self {
            containers: false,
            images: false,
            volumes: false,
            build_cache: false,
        };
        let mut kinds = nothing;
        for kind in types {
            match kind {
                "container" => kinds.containers = true,
                "image" => kinds.images = true,
                "volume" => kinds.volumes = true,
                "build-cache" => kinds.build_cache = true,
                _ => return Err(ApiFailure::invalid(format!("unknown object type: {kind}"))),
            }
        }
        if kinds == nothing {
            return Ok(Self {
                containers: true,
                images: true,
                volumes: true,
                build_cache: true,
            });
        }
        Ok(kinds)
    }
}

/// The reply of `/system/df`.
///
/// # Errors
/// 500 where an image cannot be read.
pub async fn usage(engine: &Rc<Engine>, kinds: Kinds) -> ApiResult<DiskUsage> {
    let mut usage = DiskUsage::default();
    if kinds.images {
        usage.layers_size = layers_size(engine);
        usage.images = Some(images(engine)?);
    }
    if kinds.containers {
        usage.containers = Some(containers(engine).await?);
    }
    if kinds.volumes {
        usage.volumes = Some(volumes(engine).await?);
    }
    if kinds.build_cache {
        usage.build_cache = Some(Vec::new());
    }
    Ok(usage)
}

/// Bytes of the lab's layers, each counted once.
fn layers_size(engine: &Engine) -> i64 {
    let list = engine.images.list();
    let sizes: BTreeMap<DiffId, u64> = list.layers().map(|l| (l.diff_id, l.size)).collect();
    i64::try_from(sizes.values().sum::<u64>()).unwrap_or(i64::MAX)
}

fn images(engine: &Engine) -> ApiResult<Vec<ImageSummary>> {
    let wanted = Wanted {
        all: true,
        shared_size: true,
        ..Wanted::default()
    };
    let mut images = select::list(&engine.images, &wanted, 0)?;
    for image in &mut images {
        let users = engine.containers.using_image(&image.id).len();
        image.containers = i64::try_from(users).unwrap_or(i64::MAX);
    }
    Ok(images)
}

async fn containers(engine: &Rc<Engine>) -> ApiResult<Vec<ContainerSummary>> {
    let all = engine.containers.all();
    let uppers: Vec<PathBuf> = all.iter().map(|container| container.upper()).collect();
    let sizes = measure(uppers).await?;
    let mut summaries = Vec::new();
    for (container, size) in all.iter().zip(sizes) {
        let record = container.record();
        let mut summary = crate::containers::summary(engine, container, &record, false);
        let image = engine.images.size_of(&record.image_id);
        summary.size_rw = i64::try_from(size).unwrap_or(i64::MAX);
        summary.size_root_fs = i64::try_from(size + image).unwrap_or(i64::MAX);
        summaries.push(summary);
    }
    Ok(summaries)
}

async fn volumes(engine: &Rc<Engine>) -> ApiResult<Vec<Volume>> {
    let all = engine.volumes.all();
    let places: Vec<PathBuf> = all.iter().map(|volume| volume.mountpoint.clone()).collect();
    let sizes = measure(places).await?;
    let with_usage = all.iter().zip(sizes).map(|(volume, size)| {
        let users = engine.containers.using_volume(&volume.name).len();
        Volume {
            usage_data: Some(VolumeUsage {
                ref_count: i64::try_from(users).unwrap_or(i64::MAX),
                size: i64::try_from(size).unwrap_or(i64::MAX),
            }),
            ..volume.wire()
        }
    });
    Ok(with_usage.collect())
}

/// Walks trees beside the engine's thread.
async fn measure(places: Vec<PathBuf>) -> ApiResult<Vec<u64>> {
    let walking = move || places.iter().map(|place| tree(place)).collect();
    tokio::task::spawn_blocking(walking)
        .await
        .map_err(|error| ApiFailure::internal(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_are_read() {
        let read = |types: &[&str]| Kinds::read(types.iter().copied());
        let all = read(&[]).expect("none is all");
        assert_eq!(
            read(&["container", "image", "volume", "build-cache"]).expect("all four"),
            all
        );
        let some = read(&["volume"]).expect("one");
        assert!(some.volumes && !some.images && !some.containers && !some.build_cache);
        let unknown = read(&["network"]).expect_err("not one of them");
        assert_eq!(unknown.message, "unknown object type: network");
    }
}
