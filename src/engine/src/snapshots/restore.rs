//! Going back to a snapshot.
//!
//! In order: copy what the lab is to become beside it (a full disk is found
//! here, and nothing has happened); end what runs; put the copy on the disk and
//! promise; exchange; read the new state; tell; start what ran; take the promise
//! away. The snapshot itself stays as it is.

use std::collections::{BTreeMap, BTreeSet};
use std::net::Ipv4Addr;
use std::path::Path;
use std::rc::Rc;
use std::time::Duration;

use plimsoll_api::ContainerStatus as Status;
use plimsoll_api::lab::{NotStarted, Restored};
use plimsoll_store::Digest;
use tokio::sync::MutexGuard;

use super::index::Entry;
use super::make::{copy_volumes, make_directory, subdirectories};
use super::swap::{self, Comeback, Intent};
use super::{SnapshotError, quiet, tell_once};
use crate::containers::{self, Container, bring_back};
use crate::engine::Engine;
use crate::failure::{ApiFailure, ApiResult};
use crate::images::changes::image_event;
use crate::images::{self, list::ImageList};
use crate::volumes::Volume;

/// How long a container's address is waited for: another does as well.
const ADDRESS: Duration = Duration::from_secs(2);

/// Makes the lab what it was when the snapshot `name` was made.
///
/// # Errors
/// 404 for no such snapshot; 409 while the lab is being changed; 500 where
/// something cannot be copied. The lab is then as it was, and what ran runs
/// again. Only where the exchange itself fails half way does this engine end,
/// saying so: the next one makes the lab what was asked for.
pub async fn restore(engine: &Rc<Engine>, name: &str) -> ApiResult<Restored> {
    let snapshots = &engine.snapshots;
    let _turn = snapshots.turn.lock().await;
    let entry = snapshots.get(name)?;
    let staging = snapshots.unborn()?;
    let start = match stage(engine, &entry, &staging).await {
        Ok(start) => start,
        Err(failure) => {
            engine.sweep(staging);
            return Err(failure);
        }
    };
    let staged = staging.file_name().unwrap_or_default().to_string_lossy();
    let intent = Intent::new(name, &staged, entry.seq, start);

    let _closed = match engine.gate.close().await {
        Ok(closed) => closed,
        Err(failure) => {
            engine.sweep(staging);
            return Err(failure);
        }
    };
    let before = Before::of(engine);
    let mut held = Vec::new();
    let exchanged = match end_all(&before.containers, &mut held).await {
        Ok(()) => exchange(engine, &intent).await,
        Err(failure) => Err(Broken::Before(failure)),
    };
    match exchanged {
        Ok(forgotten) => {
            before.announce(engine);
            let not_started = finish(engine, &intent).await;
            Ok(Restored {
                name: intent.name,
                not_started,
                forgotten,
            })
        }
        Err(Broken::Before(failure)) => {
            drop(held);
            engine.sweep(staging);
            before.go_on(engine).await;
            Err(failure)
        }
        Err(Broken::Within(mut failure)) => {
            engine.shutdown.ask();
            failure.message += "\nhint: the lab stops here; its next start goes on with it";
            Err(failure)
        }
    }
}

/// Where a restore failed.
enum Broken {
    /// The lab is as it was, except that what ran has ended.
    Before(ApiFailure),
    /// It is promised and half done.
    Within(ApiFailure),
}

/// The lab as it is before a restore.
struct Before {
    containers: Vec<Rc<Container>>,
    /// Those of them that run.
    ran: Vec<Rc<Container>>,
    images: ImageList,
    volumes: Vec<Volume>,
}

impl Before {
    fn of(engine: &Engine) -> Self {
        let containers = engine.containers.all();
        let runs = |one: &&Rc<Container>| one.record().state.is_running();
        Self {
            ran: containers.iter().filter(runs).cloned().collect(),
            containers,
            images: engine.images.list().clone(),
            volumes: engine.volumes.all(),
        }
    }

    /// The lab is not replaced after all: what was ended goes on.
    async fn go_on(&self, engine: &Rc<Engine>) {
        for container in &self.containers {
            if engine.containers.has(container) {
                container.removing.set(false);
                container.change(|_| ());
            }
        }
        for container in &self.ran {
            // Its record says why it could not.
            let _ = containers::start(engine, container).await;
        }
    }

    /// Tells whoever listens what went and what came. The journal is not told:
    /// nobody did these things.
    fn announce(&self, engine: &Engine) {
        let now = engine.containers.all();
        let ids = |all: &[Rc<Container>]| -> BTreeSet<String> {
            all.iter().map(|container| container.id.clone()).collect()
        };
        let (old, new) = (ids(&self.containers), ids(&now));
        for gone in self.containers.iter().filter(|one| !new.contains(&one.id)) {
            containers::announce(engine, gone, "destroy");
        }
        for come in now.iter().filter(|one| !old.contains(&one.id)) {
            containers::announce(engine, come, "create");
        }
        self.announce_images(engine);
        self.announce_volumes(engine);
    }

    fn announce_images(&self, engine: &Engine) {
        let (old, new) = (&self.images, engine.images.list().clone());
        let tell = |action: &str, id: &Digest, name: &str| {
            image_event(engine, action, id, &id.to_string(), name);
        };
        for (name, id) in old
            .tags
            .iter()
            .filter(|(name, id)| new.tags.get(*name) != Some(id))
        {
            tell("untag", id, name);
        }
        for id in old.images.keys().filter(|id| !new.images.contains_key(id)) {
            tell("delete", id, &id.to_string());
        }
        for (name, id) in new
            .tags
            .iter()
            .filter(|(name, id)| old.tags.get(*name) != Some(id))
        {
            tell("tag", id, name);
        }
    }

    fn announce_volumes(&self, engine: &Engine) {
        let now = engine.volumes.all();
        let tell = |action: &str, volume: &Volume| {
            let attributes = BTreeMap::from([("driver".to_owned(), volume.driver.clone())]);
            engine
                .events
                .emit("volume", action, &volume.name, attributes);
        };
        let lacks = |all: &[Volume], name: &str| !all.iter().any(|volume| volume.name == name);
        for gone in self.volumes.iter().filter(|one| lacks(&now, &one.name)) {
            tell("destroy", gone);
        }
        for come in now.iter().filter(|one| lacks(&self.volumes, &one.name)) {
            tell("create", come);
        }
    }
}

/// Copies what the lab is to become; returns what is to run.
async fn stage(engine: &Engine, entry: &Entry, staging: &Path) -> ApiResult<Vec<Comeback>> {
    let kept = engine.snapshots.directory().join(&entry.directory);
    let (entry, staging, root) = (entry.clone(), staging.to_owned(), engine.container_root());
    let copying = tokio::task::spawn_blocking(move || copy(&kept, &entry, &staging, root));
    let copied = copying.await;
    Ok(copied.map_err(|error| ApiFailure::internal(error.to_string()))??)
}

fn copy(
    kept: &Path,
    entry: &Entry,
    staging: &Path,
    root: (u32, u32),
) -> Result<Vec<Comeback>, SnapshotError> {
    let mut start = Vec::new();
    let containers = make_directory(&staging.join("containers"))?;
    for container in &entry.containers {
        let from = kept.join("containers").join(&container.id);
        let into = make_directory(&containers.join(&container.id))?;
        let record = bring_back(&from, &into, root).map_err(|source| SnapshotError::Copy {
            what: format!("container {}", container.name),
            source,
        })?;
        if container.had_process() {
            let comeback = Comeback {
                id: record.id,
                status: container.status,
                network: record.network,
            };
            start.push((record.state.started_at, comeback));
        }
    }
    copy_volumes(
        &subdirectories(&kept.join("volumes"))?,
        &staging.join("volumes"),
    )?;
    let list = images::FILE_NAME;
    std::fs::copy(kept.join(list), staging.join(list)).map_err(SnapshotError::io(staging))?;
    // In the order in which they were started then: who joins another's
    // namespaces came after it.
    start.sort_by(|(one, _), (other, _)| one.cmp(other));
    Ok(start.into_iter().map(|(_, comeback)| comeback).collect())
}

/// Ends every container for good: nothing starts it again and its record is
/// not written any more. Each is held when this returns.
async fn end_all<'c>(
    all: &'c [Rc<Container>],
    held: &mut Vec<MutexGuard<'c, ()>>,
) -> ApiResult<()> {
    for container in all {
        let guard = match container.operation.try_lock() {
            Ok(guard) => guard,
            // A stop that waits for its container waits no longer.
            Err(_) => {
                containers::end(container)?;
                quiet::hold_one(container).await?
            }
        };
        held.push(guard);
        container.removing.set(true);
        container.restart_cancelled.notify_waiters();
        let mut exits = container.watch_exits();
        let before = exits.borrow_and_update().count;
        if container.is_running() {
            containers::end(container)?;
            let _ = exits.wait_for(|exits| exits.count != before).await;
        }
    }
    Ok(())
}

/// Promises, exchanges the files, and reads them.
async fn exchange(engine: &Rc<Engine>, intent: &Intent) -> Result<Vec<String>, Broken> {
    let (lab, store) = (engine.snapshots.lab.clone(), engine.store.clone());
    let order = intent.clone();
    let work = move || {
        swap::promise(&lab, &order, &swap::to_disk)
            .map_err(|error| Broken::Before(error.into()))?;
        // Seen by a collection at the old place or at the new.
        store
            .without_collection(|| swap::carry_out(&lab, &order, &swap::to_disk))
            .map_err(SnapshotError::from)
            .and_then(|done| done)
            .map_err(|error| Broken::Within(error.into()))
    };
    let done = tokio::task::spawn_blocking(work).await;
    done.map_err(|error| Broken::Within(ApiFailure::internal(error.to_string())))??;
    read(engine, intent).map_err(Broken::Within)
}

/// Reads the lab's new state; returns the names of snapshots that are no more.
fn read(engine: &Rc<Engine>, intent: &Intent) -> ApiResult<Vec<String>> {
    engine.images.reload()?;
    engine.volumes.reload()?;
    for gone in engine.containers.take_all() {
        gone.stdio.reset();
        gone.log.close();
        gone.tell_removed();
    }
    containers::load(engine, &intent.start)?;
    let snapshots = &engine.snapshots;
    let forgotten = snapshots.index.borrow_mut().forget_after(intent.seq);
    for entry in &forgotten {
        engine.sweep(snapshots.directory().join(&entry.directory));
    }
    Ok(forgotten.into_iter().map(|entry| entry.name).collect())
}

/// Tells what has happened and starts what ran.
async fn finish(engine: &Rc<Engine>, intent: &Intent) -> Vec<NotStarted> {
    tell_once(engine, intent);
    engine.sweep(engine.snapshots.directory().join(&intent.staging));
    let not_started = fulfil(engine, intent).await;
    // Whoever shows the lab has to look at all of it.
    let attributes = BTreeMap::from([
        ("name".to_owned(), engine.config.lab.clone()),
        ("snapshot".to_owned(), intent.name.clone()),
    ]);
    engine
        .events
        .emit("daemon", "reload", &engine.config.lab, attributes);
    not_started
}

/// Starts what ran. Only then is the promise kept: a kill before that leaves it
/// to the next engine, for which what runs is started and nothing else.
pub async fn fulfil(engine: &Rc<Engine>, intent: &Intent) -> Vec<NotStarted> {
    let not_started = start_again(engine, &intent.start).await;
    swap::keep_promise(&engine.snapshots.lab);
    not_started
}

/// Starts what ran, at the addresses and ports that it had.
async fn start_again(engine: &Rc<Engine>, start: &[Comeback]) -> Vec<NotStarted> {
    let mut not_started = Vec::new();
    for comeback in start {
        let Ok(container) = engine.containers.find(&comeback.id) else {
            continue;
        };
        wait_for_address(engine, comeback).await;
        let former = comeback.network.clone();
        container.change_unwritten(|record| record.former = former);
        let started = containers::start(engine, &container).await;
        let paused = match (started, comeback.status) {
            (Ok(_), Status::Paused) => containers::pause(engine, &container).await,
            (started, _) => started.map(drop),
        };
        container.change_unwritten(|record| record.former = None);
        if let Err(failure) = paused {
            not_started.push(NotStarted {
                container: container.name(),
                reason: failure.message,
            });
        }
    }
    not_started
}

async fn wait_for_address(engine: &Engine, comeback: &Comeback) {
    let network = comeback.network.as_ref();
    let address = network.and_then(|network| network.address.parse::<Ipv4Addr>().ok());
    if let Some(address) = address {
        // In vain, it gets another one.
        let _ = tokio::time::timeout(ADDRESS, engine.networks.is_released(address)).await;
    }
}
