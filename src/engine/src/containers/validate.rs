//! What dockerd refuses before it makes anything. Pure.

use std::collections::BTreeSet;

use plimsoll_api::host_config::RestartPolicy;
use plimsoll_api::{ContainerCreateRequest, EndpointSettings, HostConfig};

use crate::failure::{ApiFailure, ApiResult};
use crate::networks::{NetworkMode, wanted};
use crate::spec;

/// Checks a create request by itself.
///
/// # Errors
/// 400 (403 in grading) in dockerd's words.
pub fn validate(request: &ContainerCreateRequest, grading: bool) -> ApiResult<()> {
    let config = &request.config;
    let host = &request.host_config;
    if config.image.is_empty() {
        return Err(ApiFailure::invalid("invalid reference format"));
    }
    if !config.working_dir.is_empty() && !config.working_dir.starts_with('/') {
        return Err(ApiFailure::invalid(format!(
            "the working directory '{}' is invalid, it needs to be an absolute path",
            config.working_dir
        )));
    }
    for entry in config.env.iter().flatten() {
        if entry.is_empty() || entry.starts_with('=') {
            return Err(ApiFailure::invalid(format!(
                "invalid environment variable: {entry}"
            )));
        }
    }
    if !config.stop_signal.is_empty() {
        super::signal::parse(&config.stop_signal)?;
    }
    restart_policy(&host.restart_policy, host.auto_remove)?;
    limits(host)?;
    network(request)?;
    wanted(host, &config.exposed_ports)?;
    spec::capabilities(host)?;
    spec::seccomp(host)?;
    extra_hosts(host)?;
    modes(host)?;
    engine_parts(host)?;
    if grading {
        refuse_in_grading(host)?;
    }
    Ok(())
}

/// Checks `--restart`.
///
/// # Errors
/// 400 in dockerd's words.
pub fn restart_policy(policy: &RestartPolicy, auto_remove: bool) -> ApiResult<()> {
    let name = policy.name.as_str();
    if auto_remove && !matches!(name, "" | "no") {
        return Err(ApiFailure::invalid(
            "can't create 'AutoRemove' container with restart policy",
        ));
    }
    match name {
        "" | "no" | "always" | "unless-stopped" if policy.maximum_retry_count > 0 => {
            Err(ApiFailure::invalid(
                "invalid restart policy: maximum retry count can only be used with 'on-failure'",
            ))
        }
        _ if policy.maximum_retry_count < 0 => Err(ApiFailure::invalid(
            "invalid restart policy: maximum retry count cannot be negative",
        )),
        "" | "no" | "always" | "unless-stopped" | "on-failure" => Ok(()),
        other => Err(ApiFailure::invalid(format!(
            "invalid restart policy: unknown policy '{other}'; use one of 'no', 'always', \
             'on-failure', or 'unless-stopped'"
        ))),
    }
}

/// Checks limits by themselves and against each other.
///
/// # Errors
/// 400 in dockerd's words.
pub fn limits(host: &HostConfig) -> ApiResult<()> {
    if host.shm_size < 0 {
        return Err(ApiFailure::invalid("SHM size can not be less than 0"));
    }
    if host.memory != 0 && host.memory < 6 << 20 {
        return Err(ApiFailure::invalid("Minimum memory limit allowed is 6MB"));
    }
    if host.memory > 0 && host.memory_swap > 0 && host.memory_swap < host.memory {
        return Err(ApiFailure::invalid(
            "Minimum memoryswap limit should be larger than memory limit, see usage",
        ));
    }
    if host.memory == 0 && host.memory_swap > 0 {
        return Err(ApiFailure::invalid(
            "You should always set the Memory limit when using Memoryswap limit, see usage",
        ));
    }
    if host.memory_reservation != 0 && host.memory_reservation < 6 << 20 {
        return Err(ApiFailure::invalid(
            "Minimum memory reservation allowed is 6MB",
        ));
    }
    if host.memory > 0 && host.memory_reservation > host.memory {
        return Err(ApiFailure::invalid(
            "Minimum memory limit can not be less than memory reservation limit, see usage",
        ));
    }
    if host.cpu_period != 0 && !(1_000..=1_000_000).contains(&host.cpu_period) {
        return Err(ApiFailure::invalid(
            "CPU cfs period can not be less than 1ms (i.e. 1000) or larger than 1s (i.e. 1000000)",
        ));
    }
    if host.cpu_quota > 0 && host.cpu_quota < 1_000 {
        return Err(ApiFailure::invalid(
            "CPU cfs quota can not be less than 1ms (i.e. 1000)",
        ));
    }
    if host.nano_cpus > 0 && (host.cpu_period > 0 || host.cpu_quota > 0) {
        return Err(ApiFailure::invalid(
            "Conflicting options: Nano CPUs and CPU Period cannot both be set",
        ));
    }
    processors(host)?;
    if !(-1000..=1000).contains(&host.oom_score_adj) {
        return Err(ApiFailure::invalid(format!(
            "Invalid value {}, range for oom score adj is [-1000, 1000]",
            host.oom_score_adj
        )));
    }
    for ulimit in host.ulimits.iter().flatten() {
        if ulimit.hard != -1 && (ulimit.soft > ulimit.hard || ulimit.soft == -1) {
            return Err(ApiFailure::invalid(format!(
                "ulimit soft limit must be less than or equal to hard limit: {} > {}",
                ulimit.soft, ulimit.hard
            )));
        }
    }
    Ok(())
}

/// No more processors than there are, and only those. In dockerd's words.
fn processors(host: &HostConfig) -> ApiResult<()> {
    let online = listed("/sys/devices/system/cpu/online");
    let count = i64::try_from(online.1.len()).unwrap_or(i64::MAX);
    if count > 0 && !(0..=count.saturating_mul(1_000_000_000)).contains(&host.nano_cpus) {
        return Err(ApiFailure::invalid(format!(
            "range of CPUs is from 0.01 to {count}.00, as there are only {count} CPUs available"
        )));
    }
    let nodes = listed("/sys/devices/system/node/online");
    for (wanted, kind, what, (text, there)) in [
        (&host.cpuset_cpus, "cpus", "CPUs", online),
        (&host.cpuset_mems, "mems", "memory nodes", nodes),
    ] {
        let Some(numbers) = list(wanted) else {
            return Err(ApiFailure::invalid(format!(
                "Invalid value {wanted} for cpuset {kind}"
            )));
        };
        if !there.is_empty() && !numbers.is_subset(&there) {
            return Err(ApiFailure::invalid(format!(
                "Requested {what} are not available - requested {wanted}, available: {text}"
            )));
        }
    }
    Ok(())
}

/// What a file of sysfs lists, as it is and as numbers.
fn listed(file: &str) -> (String, BTreeSet<u32>) {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    let text = text.trim().to_owned();
    let numbers = list(&text).unwrap_or_default();
    (text, numbers)
}

/// A list such as `0-2,7` (cpuset(7)); `None` where it is none.
fn list(text: &str) -> Option<BTreeSet<u32>> {
    /// More than any machine has.
    const MOST: u32 = 8192;
    let mut numbers = BTreeSet::new();
    for part in text.split(',').filter(|_| !text.is_empty()) {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last): (u32, u32) = (first.parse().ok()?, last.parse().ok()?);
        if first > last || last > MOST {
            return None;
        }
        numbers.extend(first..=last);
    }
    Some(numbers)
}

fn network(request: &ContainerCreateRequest) -> ApiResult<()> {
    let mode = NetworkMode::parse(&request.host_config.network_mode);
    let (config, host) = (&request.config, &request.host_config);
    let published = host.port_bindings.as_ref().is_some_and(|p| !p.is_empty());
    if let Ok(NetworkMode::Container(_)) = mode {
        if !config.hostname.is_empty() {
            return Err(ApiFailure::invalid(
                "conflicting options: hostname and the network mode",
            ));
        }
        if published || host.publish_all_ports {
            return Err(ApiFailure::invalid(
                "conflicting options: port publishing and the container type network mode",
            ));
        }
    }
    if host.uts_mode == "host" && !config.hostname.is_empty() {
        return Err(ApiFailure::invalid(
            "conflicting options: hostname and the UTS mode",
        ));
    }
    if config.hostname.len() > 64 {
        return Err(ApiFailure::invalid(format!(
            "invalid hostname format: {}",
            config.hostname
        )));
    }
    let endpoints = request.networking_config.endpoints_config.keys();
    match mode {
        Ok(_) => {}
        // An unknown network is found out at start, as in dockerd.
        Err(failure) if failure.status == hyper::StatusCode::NOT_FOUND => {}
        Err(failure) => return Err(failure),
    }
    for endpoint in request.networking_config.endpoints_config.values() {
        endpoint_on_default_network(endpoint)?;
    }
    if endpoints.len() > 1 {
        return Err(ApiFailure::invalid(
            "Container cannot be connected to network endpoints: plimsoll attaches a container to \
             one network when it is created",
        ));
    }
    Ok(())
}

/// What only networks of one's own offer.
fn endpoint_on_default_network(endpoint: &EndpointSettings) -> ApiResult<()> {
    let address = endpoint.ipam_config.as_ref().map(|ipam| &ipam.ipv4_address);
    if address.is_some_and(|address| !address.is_empty()) {
        return Err(ApiFailure::invalid(
            "invalid config for network bridge: invalid endpoint settings:\nuser specified IP \
             address is supported on user defined networks only",
        ));
    }
    if endpoint
        .aliases
        .as_ref()
        .is_some_and(|aliases| !aliases.is_empty())
    {
        return Err(ApiFailure::invalid(
            "invalid config for network bridge: invalid endpoint settings:\nnetwork-scoped alias \
             is supported only for containers in user defined networks",
        ));
    }
    Ok(())
}

fn extra_hosts(host: &HostConfig) -> ApiResult<()> {
    for entry in host.extra_hosts.iter().flatten() {
        let valid = entry.split_once([':', '=']).is_some_and(|(name, address)| {
            let address = address.trim_matches(['[', ']']);
            let known = address == "host-gateway" || address.parse::<std::net::IpAddr>().is_ok();
            !name.is_empty() && known
        });
        if !valid {
            return Err(ApiFailure::invalid(format!(
                "bad format for add-host: {entry:?}"
            )));
        }
    }
    Ok(())
}

/// Which namespaces are shared, in words that dockerd has.
fn modes(host: &HostConfig) -> ApiResult<()> {
    let of_container = |mode: &str| mode.strip_prefix("container:").map(str::to_owned);
    let named = |mode: &str| of_container(mode).is_some_and(|name| !name.is_empty());
    let ipc = host.ipc_mode.as_str();
    let (pid, uts, cgroup) = (&host.pid_mode, &host.uts_mode, &host.cgroupns_mode);
    let checks = [
        (
            matches!(ipc, "" | "none" | "private" | "shareable" | "host")
                || of_container(ipc).is_some(),
            format!("invalid IPC mode: {ipc}"),
        ),
        (
            matches!(pid.as_str(), "" | "host") || named(pid),
            format!("invalid PID mode: {pid}"),
        ),
        (
            matches!(uts.as_str(), "" | "host"),
            format!("invalid UTS mode: {uts}"),
        ),
        (
            matches!(cgroup.as_str(), "" | "private" | "host"),
            format!("invalid cgroup namespace mode: {cgroup}"),
        ),
    ];
    match checks.into_iter().find(|(valid, _)| !valid) {
        Some((_, message)) => Err(ApiFailure::invalid(message)),
        None => Ok(()),
    }
}

/// Parts of an engine that can be chosen by name, and that we have one of.
fn engine_parts(host: &HostConfig) -> ApiResult<()> {
    match host.log_config.kind.as_str() {
        "" | "json-file" | "none" | "local" => {}
        other => {
            return Err(ApiFailure::invalid(format!(
                "logger: no log driver named '{other}' is registered"
            )));
        }
    }
    match host.runtime.as_str() {
        "" | "plimsoll" | "runc" | "io.containerd.runc.v2" => {}
        other => {
            return Err(ApiFailure::invalid(format!(
                "unknown or invalid runtime name: {other}"
            )));
        }
    }
    if host.links.as_ref().is_some_and(|links| !links.is_empty()) {
        return Err(ApiFailure::not_implemented(
            "plimsoll has no links (a legacy feature of Docker)",
        ));
    }
    if host
        .device_requests
        .as_ref()
        .is_some_and(|requests| !requests.is_empty())
    {
        return Err(ApiFailure::internal(
            "could not select device driver \"\" with capabilities: [[gpu]]",
        ));
    }
    match host.isolation.as_str() {
        "" | "default" => Ok(()),
        other => Err(ApiFailure::invalid(format!(
            "invalid isolation \"{other}\" on linux"
        ))),
    }
}

/// A stranger's script gets a container's defaults and nothing beyond.
fn refuse_in_grading(host: &HostConfig) -> ApiResult<()> {
    let beyond = spec::capabilities(host)?
        .iter()
        .any(|capability| !plimsoll_runtime::CapabilitySet::DOCKER.contains(capability));
    let what = if host.privileged {
        "--privileged"
    } else if !host.pid_mode.is_empty() {
        "--pid"
    } else if host.ipc_mode == "host" {
        "--ipc host"
    } else if host.userns_mode == "host" {
        "--userns host"
    } else if beyond {
        "--cap-add beyond Docker's default capabilities"
    } else if host
        .security_opt
        .iter()
        .flatten()
        .any(|o| o.contains("unconfined"))
    {
        "--security-opt ...=unconfined"
    } else if host
        .devices
        .as_ref()
        .is_some_and(|devices| !devices.is_empty())
    {
        "--device"
    } else {
        return Ok(());
    };
    Err(ApiFailure::forbidden(format!(
        "{what} is refused while a submission is graded"
    )))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(change: impl FnOnce(&mut ContainerCreateRequest)) -> String {
        let mut request = ContainerCreateRequest::default();
        request.config.image = "base".into();
        change(&mut request);
        match validate(&request, true) {
            Ok(()) => String::new(),
            Err(failure) => failure.message,
        }
    }

    #[test]
    fn each_refusal_in_dockers_words() {
        assert_eq!(refused(|_| {}), "");
        let many = refused(|r| r.host_config.nano_cpus = 9_000_000_000_000);
        assert!(many.starts_with("range of CPUs is from 0.01 to "), "{many}");
        assert_eq!(
            refused(|r| r.host_config.cpuset_cpus = "0,abc".into()),
            "Invalid value 0,abc for cpuset cpus"
        );
        let absent = refused(|r| r.host_config.cpuset_cpus = "0-8000".into());
        let words = "Requested CPUs are not available - requested 0-8000, available: 0";
        assert!(absent.starts_with(words), "{absent}");
        assert_eq!(refused(|r| r.host_config.cpuset_cpus = "0".into()), "");
        assert_eq!(
            refused(|r| r.config.working_dir = "x".into()),
            "the working directory 'x' is invalid, it needs to be an absolute path"
        );
        assert_eq!(
            refused(|r| r.config.env = Some(vec!["=1".into()])),
            "invalid environment variable: =1"
        );
        assert_eq!(
            refused(|r| r.config.stop_signal = "FROB".into()),
            "invalid signal: FROB"
        );
        assert_eq!(
            refused(|r| r.host_config.memory = 1024),
            "Minimum memory limit allowed is 6MB"
        );
        assert_eq!(
            refused(|r| r.host_config.extra_hosts = Some(vec!["a".into()])),
            "bad format for add-host: \"a\""
        );
        assert!(refused(|r| r.host_config.links = Some(vec!["db".into()])).contains("no links"));
        assert_eq!(
            refused(|r| r.host_config.runtime = "kata".into()),
            "unknown or invalid runtime name: kata"
        );
        assert_eq!(
            refused(|r| r.host_config.log_config.kind = "splunk".into()),
            "logger: no log driver named 'splunk' is registered"
        );
    }

    #[test]
    fn a_namespace_is_shared_by_a_known_word() {
        assert_eq!(
            refused(|r| r.host_config.ipc_mode = "foo".into()),
            "invalid IPC mode: foo"
        );
        assert_eq!(
            refused(|r| r.host_config.pid_mode = "container:".into()),
            "invalid PID mode: container:"
        );
        assert_eq!(
            refused(|r| r.host_config.uts_mode = "private".into()),
            "invalid UTS mode: private"
        );
        assert_eq!(
            refused(|r| r.host_config.cgroupns_mode = "foo".into()),
            "invalid cgroup namespace mode: foo"
        );
        for mode in ["none", "private", "shareable", "container:web"] {
            assert_eq!(refused(|r| r.host_config.ipc_mode = mode.into()), "");
        }
    }

    #[test]
    fn restart_policies_are_checked() {
        let policy = |name: &str, count| RestartPolicy {
            name: name.into(),
            maximum_retry_count: count,
        };
        assert!(restart_policy(&policy("on-failure", 3), false).is_ok());
        let refused = |name: &str, count, remove| {
            restart_policy(&policy(name, count), remove)
                .unwrap_err()
                .message
        };
        assert_eq!(
            refused("always", 0, true),
            "can't create 'AutoRemove' container with restart policy"
        );
        assert!(refused("always", 2, false).ends_with("can only be used with 'on-failure'"));
        assert!(refused("frob", 0, false).contains("unknown policy 'frob'"));
    }

    #[test]
    fn grading_refuses_what_reaches_beyond_a_container() {
        assert!(refused(|r| r.host_config.privileged = true).starts_with("--privileged"));
        assert!(refused(|r| r.host_config.pid_mode = "host".into()).starts_with("--pid"));
        assert!(
            refused(|r| r.host_config.cap_add = Some(vec!["SYS_ADMIN".into()]))
                .starts_with("--cap-add")
        );
        assert_eq!(
            refused(|r| r.host_config.cap_add = Some(vec!["CHOWN".into()])),
            ""
        );
    }
}
