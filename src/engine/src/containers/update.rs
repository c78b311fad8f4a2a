//! `POST /containers/{id}/update`: restart policy and limits.

use std::rc::Rc;

use plimsoll_api::container::ContainerUpdateResponse;
use plimsoll_api::host_config::ContainerUpdateRequest;
use plimsoll_api::operation::Facts;

use super::container::Container;
use super::tell::tell;
use super::validate::restart_policy;
use crate::engine::Engine;
use crate::failure::ApiResult;
use crate::operations::note;

/// Changes what may be changed. Limits of a running container take effect at
/// its next start: there is no cgroup to change under it.
///
/// # Errors
/// 400 in dockerd's words.
pub fn update(
    engine: &Rc<Engine>,
    container: &Rc<Container>,
    request: &ContainerUpdateRequest,
) -> ApiResult<ContainerUpdateResponse> {
    let auto_remove = container.record().host_config.auto_remove;
    if !request.restart_policy.name.is_empty() {
        restart_policy(&request.restart_policy, auto_remove)?;
    }
    let limits = [request.memory, request.nano_cpus, request.cpu_quota];
    let limited = limits.iter().any(|limit| *limit != 0) || request.pids_limit.is_some();
    container.change(|record| {
        let host = &mut record.host_config;
        if !request.restart_policy.name.is_empty() {
            host.restart_policy = request.restart_policy.clone();
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
    });
    note(Facts::Change {
        action: "update".to_owned(),
        detail: String::new(),
    });
    tell(engine, container, "update", []);
    let warning = "Limits of a running container take effect at its next start";
    let warnings = (limited && container.is_running()).then(|| vec![warning.to_owned()]);
    Ok(ContainerUpdateResponse { warnings })
}
