//! `POST /containers/{id}/update`: restart policy and limits.

use std::rc::Rc;

use plimsoll_api::HostConfig;
use plimsoll_api::container::ContainerUpdateResponse;
use plimsoll_api::host_config::ContainerUpdateRequest;
use plimsoll_api::operation::Facts;
use plimsoll_host::Controller;

use super::container::Container;
use super::processes;
use super::tell::tell;
use super::validate::{limits, restart_policy};
use crate::cgroups::{self, Limits};
use crate::engine::Engine;
use crate::failure::{ApiFailure, ApiResult, reason};
use crate::operations::note;

/// Changes what may be changed. A running container's cgroup is written at once;
/// limits that only have a stand-in here take effect at its next start.
///
/// # Errors
/// 400 in dockerd's words; 500 for a limit that the kernel refuses. Then nothing
/// is changed.
pub fn update(
    engine: &Rc<Engine>,
    container: &Rc<Container>,
    request: &ContainerUpdateRequest,
) -> ApiResult<ContainerUpdateResponse> {
    let mut host = container.record().host_config.clone();
    if !request.restart_policy.name.is_empty() {
        restart_policy(&request.restart_policy, host.auto_remove)?;
        host.restart_policy = request.restart_policy.clone();
    }
    change(&mut host, request)?;
    limits(&host)?;
    let mut warnings = cgroups::discard(&mut host, engine.cgroups.layout());
    if container.is_running() {
        write(engine, container, &host, request)?;
        if has_stand_in(engine, request) {
            warnings.push("Limits of a running container take effect at its next start".to_owned());
        }
    }
    container.change(|record| record.host_config = host);
    note(Facts::Change {
        action: "update".to_owned(),
        detail: String::new(),
    });
    tell(engine, container, "update", []);
    let warnings = Some(warnings).filter(|warnings| !warnings.is_empty());
    Ok(ContainerUpdateResponse { warnings })
}

fn change(host: &mut HostConfig, request: &ContainerUpdateRequest) -> ApiResult<()> {
    // moby's order: which of two is meant cannot be told later.
    if request.nano_cpus != 0 && (host.cpu_quota != 0 || host.cpu_period != 0) {
        return Err(ApiFailure::invalid(
            "Conflicting options: Nano CPUs cannot be updated as CPU Quota has already been set",
        ));
    }
    if host.nano_cpus != 0 && (request.cpu_quota != 0 || request.cpu_period != 0) {
        return Err(ApiFailure::invalid(
            "Conflicting options: CPU Quota cannot be updated as NanoCPUs has already been set",
        ));
    }
    let both = match request.memory_swap {
        0 => host.memory_swap,
        given => given,
    };
    if request.memory > 0 && both > 0 && request.memory > both {
        return Err(ApiFailure::invalid(
            "Memory limit should be smaller than already set memoryswap limit, update the \
             memoryswap at the same time",
        ));
    }
    let set = |field: &mut i64, value: i64| {
        if value != 0 {
            *field = value;
        }
    };
    set(&mut host.memory, request.memory);
    set(&mut host.memory_swap, request.memory_swap);
    set(&mut host.memory_reservation, request.memory_reservation);
    set(&mut host.nano_cpus, request.nano_cpus);
    set(&mut host.cpu_shares, request.cpu_shares);
    set(&mut host.cpu_period, request.cpu_period);
    set(&mut host.cpu_quota, request.cpu_quota);
    if request.pids_limit.is_some() {
        host.pids_limit = request.pids_limit;
    }
    for (field, value) in [
        (&mut host.cpuset_cpus, &request.cpuset_cpus),
        (&mut host.cpuset_mems, &request.cpuset_mems),
    ] {
        if !value.is_empty() {
            field.clone_from(value);
        }
    }
    Ok(())
}

/// Writes the limits into the running container's cgroup, which with cgroup v1 it
/// may get only now.
fn write(
    engine: &Rc<Engine>,
    container: &Rc<Container>,
    host: &HostConfig,
    request: &ContainerUpdateRequest,
) -> ApiResult<()> {
    let (Some(init), true) = (container.pid(), engine.cgroups.layout().version.is_some()) else {
        return Ok(());
    };
    let mut limits = Limits::of(host);
    // Taking a limit away is something to write; where there was none it is not.
    limits.pids = limits.pids.or(request.pids_limit.map(|_| -1));
    if limits == Limits::default() {
        return Ok(());
    }
    let refused = |what: String| {
        let id = &container.id;
        ApiFailure::internal(format!("Cannot update container {id}: {what}"))
    };
    let members = || processes::of_namespace(init);
    let group = engine
        .cgroups
        .join(&container.id, Some(&limits), &members)
        .map_err(|errno| refused(reason(&errno.into())))?;
    let group = Rc::new(group);
    *container.cgroup.borrow_mut() = Some(group.clone());
    // The kernel would end processes to make it so.
    let used = group.memory().map_or(0, |memory| memory.usage);
    let wanted = limits.memory.and_then(|memory| u64::try_from(memory).ok());
    if request.memory > 0 && wanted.is_some_and(|wanted| used > wanted) {
        return Err(refused(format!(
            "unable to set memory limit to {} (current usage: {used})",
            wanted.unwrap_or(0)
        )));
    }
    group
        .set(&limits)
        .map_err(|(file, error)| refused(format!("{file}: {}", reason(&error))))
}

/// Whether something was asked for that no cgroup holds.
fn has_stand_in(engine: &Engine, request: &ContainerUpdateRequest) -> bool {
    let layout = engine.cgroups.layout();
    let cpu = request.nano_cpus != 0 || request.cpu_quota != 0 || request.cpu_period != 0;
    [
        (request.memory != 0, Controller::Memory),
        (request.pids_limit.is_some(), Controller::Pids),
        (cpu, Controller::Cpu),
    ]
    .into_iter()
    .any(|(asked, controller)| asked && !layout.has(controller))
}
