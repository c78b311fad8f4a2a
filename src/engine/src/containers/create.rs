//! `POST /containers/create`.

use std::fs;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Instant;

use hyper::StatusCode;
use plimsoll_api::operation::Facts;
use plimsoll_api::{ContainerCreateRequest, ContainerCreateResponse, HostConfig};

use super::container::Container;
use super::merge::{merge, merge_health};
use super::names;
use super::persist;
use super::place::{Placed, place};
use super::record::{Placement, Record, VERSION};
use super::tell::tell;
use super::upper;
use super::validate::validate;
use crate::cgroups;
use crate::engine::Engine;
use crate::failure::{ApiFailure, ApiResult};
use crate::identity;
use crate::images::{Image, carried};
use crate::networks::NetworkMode;
use crate::operations;
use crate::spec;
use crate::timestamp;
use crate::volumes::changes::{self as volumes, Missing};

/// Makes a container; nothing runs yet.
///
/// # Errors
/// 400 for a request that cannot be carried out, 404 for an unknown image, 409
/// for a name in use, 403 for what grading refuses.
pub async fn create(
    engine: &Rc<Engine>,
    name: Option<&str>,
    request: ContainerCreateRequest,
) -> ApiResult<ContainerCreateResponse> {
    let name = name.map(names::checked).transpose()?;
    let (mut record, warnings) = draft(engine, request).await?;
    record.name = match name {
        Some(name) => name,
        None => names::made_up(|name| engine.containers.knows_name(name))?,
    };
    operations::subject(&record.name);
    engine.containers.reserve(&record.name)?;
    let reserved = record.name.clone();
    let made = make(engine, record).await;
    engine.containers.release(&reserved);
    let container = made?;
    tell(engine, &container, "create", []);
    operations::note(Facts::Container {
        name: container.name(),
        id: container.id.clone(),
    });
    Ok(ContainerCreateResponse {
        id: container.id.clone(),
        warnings,
    })
}

/// Everything about a container that can be known without making anything:
/// `docker run --explain` stops here.
///
/// # Errors
/// As [`create`].
pub async fn draft(
    engine: &Rc<Engine>,
    request: ContainerCreateRequest,
) -> ApiResult<(Record, Vec<String>)> {
    validate(&request, engine.config.grading)?;
    let image = find_image(engine, &request.config.image)?;
    let mut record = Record {
        version: VERSION,
        id: identity::random_id()?,
        created: timestamp::now(),
        image_id: image.id.clone(),
        lowers: image.lowers.clone(),
        config: request.config,
        host_config: request.host_config,
        endpoints: request.networking_config.endpoints_config,
        ..Record::default()
    };
    let image_config = image.configuration.config().clone().unwrap_or_default();
    merge(&mut record.config, &image_config)?;
    merge_health(
        &mut record.config,
        image.document.config.healthcheck.as_ref(),
    );
    let mut warnings = warnings(&record);
    fill_host_config(&mut record.host_config);
    let mode = NetworkMode::parse(&record.host_config.network_mode);
    if record.config.hostname.is_empty() && !matches!(mode, Ok(NetworkMode::Container(_))) {
        record.config.hostname = match mode {
            Ok(NetworkMode::Host) => engine.lab_hostname(),
            _ => identity::short(&record.id).to_owned(),
        };
    }
    warnings.extend(cgroups::discard(
        &mut record.host_config,
        engine.cgroups.layout(),
    ));
    warnings.extend(limit_warnings(engine, &record));
    Ok((record, warnings))
}

/// Checks that the image, where it is there, is one for `platform`.
///
/// # Errors
/// 404 in dockerd's words, whereupon a client pulls; what an absent image is
/// answered with comes with its creation.
pub fn check_platform(engine: &Engine, reference: &str, platform: &str) -> ApiResult<()> {
    let there = engine.images.find(reference).is_ok();
    if there && carried::check_platform(platform).is_err() {
        return Err(ApiFailure::not_found(format!(
            "image with reference {reference} was found but does not provide the specified \
             platform ({platform})"
        )));
    }
    Ok(())
}

fn find_image(engine: &Rc<Engine>, reference: &str) -> ApiResult<Rc<Image>> {
    let began = Instant::now();
    let found = engine.images.resolve(reference);
    let reference = reference.to_owned();
    match &found {
        Ok(image) => operations::note_timed(
            Facts::Image {
                reference,
                layers: image.lowers.len() as u64,
            },
            began.elapsed(),
        ),
        Err(failure) if failure.status == StatusCode::NOT_FOUND => {
            operations::note_failed(Facts::Missing { reference });
        }
        Err(_) => {}
    }
    found
}

/// dockerd's defaults, so that inspect shows them.
fn fill_host_config(host: &mut HostConfig) {
    let or = |field: &mut String, value: &str| {
        if field.is_empty() {
            value.clone_into(field);
        }
    };
    if host.network_mode.is_empty() || host.network_mode == "default" {
        host.network_mode = "bridge".to_owned();
    }
    or(&mut host.ipc_mode, "private");
    or(&mut host.cgroupns_mode, "private");
    or(&mut host.log_config.kind, "json-file");
    or(&mut host.restart_policy.name, "no");
    or(&mut host.runtime, "runc");
    host.log_config.config.get_or_insert_default();
    host.port_bindings.get_or_insert_default();
    if host.shm_size == 0 {
        host.shm_size = 64 << 20;
    }
    if host.memory > 0 && host.memory_swap == 0 {
        host.memory_swap = host.memory * 2;
    }
    if !host.privileged {
        host.masked_paths
            .get_or_insert_with(spec::default_masked_paths);
        host.readonly_paths
            .get_or_insert_with(spec::default_readonly_paths);
    }
}

fn warnings(record: &Record) -> Vec<String> {
    let host = &record.host_config;
    let mut warnings = Vec::new();
    let published = host.port_bindings.as_ref().is_some_and(|p| !p.is_empty());
    if host.network_mode == "host" && published {
        warnings.push("Published ports are discarded when using host network mode".to_owned());
    }
    if host.userns_mode == "host" {
        warnings.push(
            "plimsoll gives every container a user namespace of its own; --userns host is discarded"
                .to_owned(),
        );
    }
    warnings
}

/// What the runtime says about limits that only have a stand-in here.
fn limit_warnings(engine: &Rc<Engine>, record: &Record) -> Vec<String> {
    let host = &record.host_config;
    let limited = host.memory > 0 || host.nano_cpus > 0 || host.cpu_quota > 0;
    if !limited && host.pids_limit.unwrap_or(0) <= 0 {
        return Vec::new();
    }
    let around = engine.surroundings(Path::new("/"));
    spec::request(record, &around)
        .map(|request| plimsoll_runtime::plan(&request).warnings)
        .unwrap_or_default()
}

async fn make(engine: &Rc<Engine>, mut record: Record) -> ApiResult<Rc<Container>> {
    let Placed {
        mounts, anonymous, ..
    } = place(engine, &record)?;
    record.mounts = mounts;
    let directory = engine.config.container_dir(&record.id);
    let filled = fill_volumes(engine, &record).await;
    let made = filled
        .and_then(|()| directories(engine, &directory, record.lowers.first()))
        .and_then(|()| Ok(persist::write(&directory, &record)?))
        .and_then(|()| Container::new(directory.clone(), record));
    match made {
        Ok(container) => {
            let container = Rc::new(container);
            engine.containers.insert(container.clone());
            Ok(container)
        }
        Err(failure) => {
            // Nothing of a failed create stays; a leftover that cannot be
            // removed now is removed at the engine's next start.
            let _ = persist::remove_tree(&directory);
            for volume in anonymous {
                let _ = volumes::remove(engine, &volume, Missing::IsFine);
            }
            Err(failure)
        }
    }
}

/// Empty volumes get what the image has at their place, once: emptied later,
/// they stay empty.
async fn fill_volumes(engine: &Rc<Engine>, record: &Record) -> ApiResult<()> {
    let wants = |mount: &&Placement| mount.copy_content && mount.subpath.is_empty();
    for mount in record.mounts.iter().filter(wants) {
        let volume = engine.volumes.get(&mount.point.name)?;
        engine
            .volumes
            .fill(&volume, &record.lowers, &mount.point.destination)
            .await?;
    }
    Ok(())
}

/// `containers/ID` with the overlay's two directories. The upper one becomes
/// the container's `/`: without layers it belongs to the container's root.
fn directories(engine: &Rc<Engine>, directory: &Path, top: Option<&PathBuf>) -> ApiResult<()> {
    let told = |error: std::io::Error| {
        ApiFailure::internal(format!("cannot make {}: {error}", directory.display()))
    };
    let mut builder = fs::DirBuilder::new();
    builder.mode(0o700).create(directory).map_err(told)?;
    for name in ["upper", "work"] {
        let path = directory.join(name);
        builder.create(&path).map_err(told)?;
        engine.give_to_container_root(&path).map_err(told)?;
    }
    let upper = directory.join("upper");
    match top {
        Some(top) => upper::begin_like(&upper, top).map_err(told),
        None => fs::set_permissions(upper, fs::Permissions::from_mode(0o755)).map_err(told),
    }
}

impl Engine {
    /// Makes a file or directory of ours the container root's. Where the
    /// container's root is who we are, it is already.
    ///
    /// # Errors
    /// What `chown(2)` says.
    pub fn give_to_container_root(&self, path: &Path) -> std::io::Result<()> {
        let (uid, gid) = self.container_root();
        if uid == nix::unistd::geteuid().as_raw() && gid == nix::unistd::getegid().as_raw() {
            return Ok(());
        }
        chown(path, Some(uid), Some(gid))
    }
}
