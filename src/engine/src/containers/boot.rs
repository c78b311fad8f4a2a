//! The engine comes and goes: what it finds, what it restarts, what it ends.

use std::rc::Rc;

use plimsoll_api::ContainerStatus as Status;

use super::container::Container;
use super::durable;
use super::persist::{self, Found};
use super::remove::remove_anonymous;
use super::start;
use super::stop::{self, StopOptions};
use crate::engine::Engine;
use crate::failure::{ApiFailure, ApiResult};
use crate::snapshots::Comeback;
use crate::timestamp;

/// Seconds a container has to end when the lab does.
const LAST_WORDS: i64 = 3;

/// Removes at once what was to be removed behind a reply.
pub fn sweep_now(state_dir: &std::path::Path) {
    persist::sweep_now(&state_dir.join("containers"));
}

/// The label that graders give to the copies they probe.
const PROBE_LABEL: &str = "plimsoll.probe";

/// Reads all containers. Those that ran died with the last engine: they are
/// exited with 137 now, or gone with `--rm`. Half-done creates and removes are
/// cleared away. Those in `coming_back` are going to be started: they stay.
///
/// # Errors
/// 500 with one sentence when the state is of a newer version or unreadable.
pub fn load(engine: &Rc<Engine>, coming_back: &[Comeback]) -> ApiResult<()> {
    let directory = engine.config.state_dir.join("containers");
    let Found { records, leftovers } = persist::read_all(&directory).map_err(|error| {
        ApiFailure::internal(format!("cannot read {}: {error}", directory.display()))
    })?;
    let mut gone = Vec::new();
    for (directory, record) in records {
        let container = Rc::new(Container::new(directory, record)?);
        let ran = container.record().state.is_running() || container.record().network.is_some();
        let comes_back = coming_back.iter().any(|one| one.id == container.id);
        let promised = ran && !comes_back && container.record().host_config.auto_remove;
        if promised || is_probe(&container) {
            engine.sweep(persist::doom(&container.directory)?);
            gone.push(container);
            continue;
        }
        if ran || container.record().unsynced_since.is_some() {
            container.change(|record| {
                record.state.orphaned(timestamp::now());
                record.network = None;
                durable::report(record);
            });
            tokio::task::spawn_local(durable::sync(container.clone()));
        }
        engine.containers.insert(container);
    }
    // Only now is it known which volumes others have as well.
    for container in gone {
        remove_anonymous(engine, &container);
    }
    for leftover in leftovers {
        engine.sweep(leftover);
    }
    Ok(())
}

/// A grader's copy of a container, whose grader was killed before it removed it.
pub fn is_probe(container: &Container) -> bool {
    let record = container.record();
    let labels = record.config.labels.as_ref();
    labels.is_some_and(|labels| labels.contains_key(PROBE_LABEL))
}

/// Starts what its restart policy brings back after a boot, as dockerd does.
pub fn restart_after_boot(engine: &Rc<Engine>) {
    for container in engine.containers.all() {
        let wanted = {
            let record = container.record();
            let policy = record.host_config.restart_policy.name.as_str();
            let ended = record.state.status == Status::Exited;
            ended
                && match policy {
                    "always" => true,
                    "unless-stopped" => !record.stopped_by_hand,
                    "on-failure" => record.state.exit_code == 137 && !record.stopped_by_hand,
                    _ => false,
                }
        };
        if wanted {
            let engine = engine.clone();
            tokio::task::spawn_local(async move {
                // Its record says why it did not start.
                let _ = start::start(&engine, &container).await;
            });
        }
    }
}

/// Stops everything at once, before the lab ends.
pub async fn stop_all(engine: &Rc<Engine>) {
    let mut stops = tokio::task::JoinSet::new();
    for container in engine.containers.all() {
        if !container.record().state.is_running() {
            continue;
        }
        let engine = engine.clone();
        stops.spawn_local(async move {
            let by_hand = container.record().stopped_by_hand;
            let options = StopOptions {
                timeout: Some(LAST_WORDS),
                signal: None,
            };
            let _ = stop::stop(&engine, &container, &options).await;
            // The lab ended it, not a person: `unless-stopped` comes back.
            container.change(|record| record.stopped_by_hand = by_hand);
        });
    }
    while stops.join_next().await.is_some() {}
}
