//! Mount requests into placements: volumes are made, sources are looked up.

use std::rc::Rc;

use plimsoll_api::MountPoint;

use super::mounts::{
    MountRequest, Source, clean, parse_anonymous, parse_bind, parse_mount, parse_volumes_from,
    refuse_duplicates, tmpfs_options,
};
use super::record::{Placement, Record};
use crate::engine::Engine;
use crate::failure::{ApiFailure, ApiResult};
use crate::volumes::changes::{self as volumes, Missing};

/// The mounts of a new container.
#[derive(Debug, Default)]
pub struct Placed {
    pub mounts: Vec<Placement>,
    /// Volumes that were made for it alone.
    pub anonymous: Vec<String>,
    sketch: bool,
}

/// The same without making anything: volumes show where they would be.
///
/// # Errors
/// As [`place`].
pub fn sketch(engine: &Rc<Engine>, record: &Record) -> ApiResult<Vec<Placement>> {
    let mut placed = Placed {
        sketch: true,
        ..Placed::default()
    };
    place_all(engine, record, &mut placed).map(|()| placed.mounts)
}

/// Resolves everything that a request mounts. In dockerd's order:
/// `--volumes-from`, `-v`, `--mount`, then the image's volumes where nothing
/// else is.
///
/// # Errors
/// 400 in dockerd's words; what was made is removed again.
pub fn place(engine: &Rc<Engine>, record: &Record) -> ApiResult<Placed> {
    let mut placed = Placed::default();
    let result = place_all(engine, record, &mut placed);
    if result.is_err() {
        for volume in &placed.anonymous {
            let _ = volumes::remove(engine, volume, Missing::IsFine);
        }
    }
    result.map(|()| placed)
}

fn place_all(engine: &Rc<Engine>, record: &Record, placed: &mut Placed) -> ApiResult<()> {
    let host = &record.host_config;
    inherited(engine, record, placed)?;
    let mut requests = Vec::new();
    for spec in host.binds.iter().flatten() {
        requests.push(parse_bind(spec, &host.volume_driver)?);
    }
    for mount in &host.mounts {
        requests.push(parse_mount(mount)?);
    }
    let tmpfs: Vec<String> = host.tmpfs.keys().map(|path| clean(path)).collect();
    for options in host.tmpfs.values() {
        tmpfs_options(options)?;
    }
    let targets = requests.iter().map(|request| request.target.as_str());
    refuse_duplicates(targets.chain(tmpfs.iter().map(String::as_str)))?;
    for request in requests {
        // A mount of one's own takes the place of an inherited one.
        placed
            .mounts
            .retain(|mount| mount.point.destination != request.target);
        add(engine, request, placed)?;
    }
    for target in record.config.volumes.iter().flatten().map(|(path, _)| path) {
        let request = parse_anonymous(target, &host.volume_driver)?;
        let covered = |mount: &Placement| mount.point.destination == request.target;
        if !placed.mounts.iter().any(covered) && !tmpfs.contains(&request.target) {
            add(engine, request, placed)?;
        }
    }
    placed
        .mounts
        .sort_by(|one, other| one.point.destination.cmp(&other.point.destination));
    Ok(())
}

/// `--volumes-from`.
fn inherited(engine: &Rc<Engine>, record: &Record, placed: &mut Placed) -> ApiResult<()> {
    for spec in record.host_config.volumes_from.iter().flatten() {
        let (reference, read_only) = parse_volumes_from(spec)?;
        let container = engine.containers.find(&reference)?;
        for mount in &container.record().mounts {
            let mut mount = mount.clone();
            mount.anonymous = false;
            mount.copy_content = false;
            if read_only == Some(true) {
                mount.point.rw = false;
            }
            let target = mount.point.destination.clone();
            placed.mounts.retain(|one| one.point.destination != target);
            placed.mounts.push(mount);
        }
    }
    Ok(())
}

fn add(engine: &Rc<Engine>, request: MountRequest, placed: &mut Placed) -> ApiResult<()> {
    let mut placement = Placement {
        copy_content: request.copy_content,
        non_recursive: request.non_recursive,
        point: MountPoint {
            destination: request.target,
            mode: request.mode,
            rw: !request.read_only,
            ..MountPoint::default()
        },
        ..Placement::default()
    };
    match request.source {
        Source::Bind { path, create } => {
            if !create && !std::path::Path::new(&path).exists() {
                return Err(ApiFailure::invalid(format!(
                    "invalid mount config for type \"bind\": bind source path does not exist: {path}"
                )));
            }
            placement.point.kind = "bind".to_owned();
            placement.point.source = path;
            placement.point.propagation = request.propagation;
            placement.copy_content = false;
        }
        volume @ Source::Volume { .. } => place_volume(engine, volume, &mut placement, placed)?,
        Source::Tmpfs { options } => {
            placement.point.kind = "tmpfs".to_owned();
            placement.tmpfs_options = options;
            placement.copy_content = false;
        }
    }
    placed.mounts.push(placement);
    Ok(())
}

/// Finds or makes the volume of a placement.
fn place_volume(
    engine: &Rc<Engine>,
    source: Source,
    placement: &mut Placement,
    placed: &mut Placed,
) -> ApiResult<()> {
    let Source::Volume {
        name,
        driver,
        options,
        labels,
        subpath,
    } = source
    else {
        return Ok(());
    };
    let driver = if driver.is_empty() {
        "local".to_owned()
    } else {
        driver
    };
    let known = name
        .as_deref()
        .and_then(|name| engine.volumes.get(name).ok());
    let (volume, mountpoint) = match known {
        Some(volume) => (volume.name, volume.mountpoint),
        None if placed.sketch => {
            let name = name.clone().unwrap_or_else(|| "ANONYMOUS".to_owned());
            let place = engine.config.volumes_dir().join(&name);
            (name, place.join("_data"))
        }
        None => {
            let made = volumes::ensure(engine, name.as_deref(), &driver, &labels, &options)?;
            (made.name, made.mountpoint)
        }
    };
    if name.is_none() {
        placement.anonymous = true;
        placed.anonymous.push(volume.clone());
    } else if placement.point.mode.is_empty() {
        placement.point.mode = "z".to_owned();
    }
    placement.point.kind = "volume".to_owned();
    placement.point.source = mountpoint.to_string_lossy().into_owned();
    placement.point.name = volume;
    placement.point.driver = driver;
    placement.subpath = subpath;
    Ok(())
}
