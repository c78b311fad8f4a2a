//! `DELETE /containers/{id}`, `--rm` and prune.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::rc::Rc;

use nix::sys::signal::Signal;
use plimsoll_api::ContainerStatus as Status;
use plimsoll_api::container::ContainerPruneReport;
use plimsoll_api::operation::Facts;

use super::container::Container;
use super::persist;
use super::tell::tell;
use crate::engine::Engine;
use crate::failure::{ApiFailure, ApiResult};
use crate::filters::Filters;
use crate::operations::note;
use crate::volumes::changes::{self as volumes, Missing};

/// How a container is removed.
#[derive(Debug, Clone, Copy, Default)]
pub struct Options {
    /// Kill it if it runs.
    pub force: bool,
    /// Remove its anonymous volumes as well.
    pub volumes: bool,
}

impl Options {
    /// What `--rm` does.
    pub fn auto() -> Self {
        Self {
            force: false,
            volumes: true,
        }
    }
}

/// Removes a container: its name and id are free when this returns, its files
/// are removed behind it.
///
/// # Errors
/// 409 while it runs (without `force`) or when a remove is under way.
pub async fn remove(
    engine: &Rc<Engine>,
    container: &Rc<Container>,
    options: Options,
) -> ApiResult<()> {
    if container.removing.get() {
        return Err(ApiFailure::conflict(format!(
            "removal of container {} is already in progress",
            container.id
        )));
    }
    refuse_running(container, options)?;
    container.removing.set(true);
    if let Err(failure) = take_down(engine, container, options).await {
        container.removing.set(false);
        return Err(failure);
    }
    Ok(())
}

fn refuse_running(container: &Container, options: Options) -> ApiResult<()> {
    let record = container.record();
    if !record.state.is_running() || options.force {
        return Ok(());
    }
    let status = record.state.status;
    let advice = if status == Status::Paused {
        "and must be unpaused first"
    } else {
        ": stop the container before removing or force remove"
    };
    let space = if status == Status::Paused { " " } else { "" };
    Err(ApiFailure::conflict(format!(
        "cannot remove container \"/{}\": container is {status}{space}{advice}",
        record.name
    )))
}

async fn take_down(
    engine: &Rc<Engine>,
    container: &Rc<Container>,
    options: Options,
) -> ApiResult<()> {
    container.restart_cancelled.notify_waiters();
    let _operation = container.operation.lock().await;
    if !engine.containers.has(container) {
        // A restore was first: what has its name now was not meant.
        return Ok(());
    }
    let mut exits = container.watch_exits();
    let before = exits.borrow_and_update().count;
    if container.is_running() {
        super::stop::end(container)?;
        tell(
            engine,
            container,
            "kill",
            [("signal", (Signal::SIGKILL as i32).to_string())],
        );
        let _ = exits.wait_for(|exits| exits.count != before).await;
    }
    let doomed = persist::doom(&container.directory)?;
    engine.containers.forget(&container.id);
    container.stdio.reset();
    container.log.close();
    note(Facts::Remove {
        what: "container".to_owned(),
        name: container.name(),
        bytes: None,
    });
    tell(engine, container, "destroy", []);
    container.tell_removed();
    if options.volumes {
        remove_anonymous(engine, container);
    }
    engine.sweep(doomed);
    Ok(())
}

/// Removes the volumes that were made for this container alone.
pub(super) fn remove_anonymous(engine: &Rc<Engine>, container: &Container) {
    let record = container.record();
    let anonymous = record.mounts.iter().filter(|mount| mount.anonymous);
    for mount in anonymous {
        // Another container may have it through --volumes-from.
        if engine.containers.using_volume(&mount.point.name).is_empty() {
            let _ = volumes::remove(engine, &mount.point.name, Missing::IsFine);
        }
    }
}

impl Engine {
    /// Removes a directory that nobody refers to any more, behind the reply.
    /// What cannot be removed now is removed at the engine's next start.
    pub fn sweep(&self, doomed: PathBuf) {
        tokio::task::spawn_blocking(move || persist::remove_tree(&doomed));
    }
}

/// `POST /containers/prune`.
///
/// # Errors
/// 400 for an unknown filter.
pub async fn prune(engine: &Rc<Engine>, filters: Option<&str>) -> ApiResult<ContainerPruneReport> {
    let filters = Filters::parse(filters, &["until", "label", "label!"])?;
    let until = filters
        .values("until")
        .next()
        .map(super::list::point_in_time)
        .transpose()?;
    let mut report = ContainerPruneReport::default();
    let mut deleted = BTreeSet::new();
    for container in engine.containers.all() {
        let prunable = {
            let record = container.record();
            let old = until.is_none_or(|until| {
                crate::timestamp::parse(&record.created).is_some_and(|created| created < until)
            });
            let idle = !record.state.is_running() && record.state.status != Status::Removing;
            idle && old && filters.prune_labels(&record.labels())
        };
        if !prunable {
            continue;
        }
        let size = super::size::of_upper(&container.upper());
        if remove(engine, &container, Options::default()).await.is_ok() {
            report.space_reclaimed += size;
            deleted.insert(container.id.clone());
        }
    }
    engine.events.emit(
        "container",
        "prune",
        "",
        [("reclaimed".to_owned(), report.space_reclaimed.to_string())].into(),
    );
    report.containers_deleted =
        Some(deleted.into_iter().collect()).filter(|d: &Vec<_>| !d.is_empty());
    Ok(report)
}
