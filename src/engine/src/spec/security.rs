//! Capabilities, system calls, masked paths and kernel parameters.

use std::collections::HashMap;

use plimsoll_api::HostConfig;
use plimsoll_runtime::{Capability, CapabilitySet, Seccomp};

use super::{Sharing, Surroundings};
use crate::failure::{ApiFailure, ApiResult};

/// moby `oci/defaults.go`, with the masks of GHSA-jq35-85cj-fj4p and
/// GHSA-6fw5-f8r9-fgfm.
const MASKED: [&str; 12] = [
    "/proc/acpi",
    "/proc/asound",
    "/proc/interrupts",
    "/proc/kcore",
    "/proc/keys",
    "/proc/latency_stats",
    "/proc/sched_debug",
    "/proc/scsi",
    "/proc/timer_list",
    "/proc/timer_stats",
    "/sys/devices/virtual/powercap",
    "/sys/firmware",
];

const READ_ONLY: [&str; 5] = [
    "/proc/bus",
    "/proc/fs",
    "/proc/irq",
    "/proc/sys",
    "/proc/sysrq-trigger",
];

/// What inspect shows for a container that asked for the defaults.
pub fn default_masked_paths() -> Vec<String> {
    MASKED.map(str::to_owned).to_vec()
}

/// What inspect shows for a container that asked for the defaults.
pub fn default_readonly_paths() -> Vec<String> {
    READ_ONLY.map(str::to_owned).to_vec()
}

pub(super) fn masked_paths(host: &HostConfig) -> Vec<String> {
    match (&host.masked_paths, host.privileged) {
        (_, true) => Vec::new(),
        (Some(own), false) => own.clone(),
        (None, false) => default_masked_paths(),
    }
}

pub(super) fn readonly_paths(host: &HostConfig) -> Vec<String> {
    match (&host.readonly_paths, host.privileged) {
        (_, true) => Vec::new(),
        (Some(own), false) => own.clone(),
        (None, false) => default_readonly_paths(),
    }
}

/// The capabilities in force: Docker's fourteen, changed by `--cap-add` and
/// `--cap-drop`, or all with `--privileged`. They count in the container's own
/// user namespace only.
///
/// # Errors
/// 400 `invalid CapAdd: unknown capability: "CAP_X"`.
pub fn capabilities(host: &HostConfig) -> ApiResult<CapabilitySet> {
    let add = names("CapAdd", host.cap_add.as_deref())?;
    let drop = names("CapDrop", host.cap_drop.as_deref())?;
    if host.privileged {
        return Ok(CapabilitySet::ALL);
    }
    let base = match (add.all, drop.all) {
        (true, _) => CapabilitySet::ALL,
        (false, true) => return Ok(add.set),
        (false, false) => CapabilitySet::DOCKER,
    };
    let with = add.set.iter().fold(base, CapabilitySet::with);
    Ok(drop.set.iter().fold(with, CapabilitySet::without))
}

struct Names {
    all: bool,
    set: CapabilitySet,
}

fn names(field: &str, list: Option<&[String]>) -> ApiResult<Names> {
    let mut names = Names {
        all: false,
        set: CapabilitySet::EMPTY,
    };
    for text in list.unwrap_or_default() {
        let upper = text.to_ascii_uppercase();
        if upper == "ALL" {
            names.all = true;
            continue;
        }
        let capability: Capability = upper.parse().map_err(|_| {
            let full = format!("CAP_{}", upper.trim_start_matches("CAP_"));
            ApiFailure::invalid(format!("invalid {field}: unknown capability: \"{full}\""))
        })?;
        names.set = names.set.with(capability);
    }
    Ok(names)
}

/// The filter: Docker's profile unless it is switched off.
///
/// # Errors
/// 400 for a security option that dockerd does not know, 501 for a profile of
/// the learner's own.
pub fn seccomp(host: &HostConfig) -> ApiResult<Seccomp> {
    let mut chosen = if host.privileged {
        Seccomp::Unconfined
    } else {
        Seccomp::Default
    };
    for option in host.security_opt.iter().flatten() {
        let (name, value) = split_option(option);
        match (name, value) {
            ("seccomp", Some("unconfined")) => chosen = Seccomp::Unconfined,
            ("seccomp", Some("builtin" | "default")) => chosen = Seccomp::Default,
            ("seccomp", Some(_)) => {
                return Err(ApiFailure::not_implemented(
                    "plimsoll has Docker's default seccomp profile and none (seccomp=unconfined); \
                     profiles of one's own are not supported",
                ));
            }
            (
                "no-new-privileges" | "label" | "apparmor" | "systempaths" | "writable-cgroups",
                _,
            ) => {}
            _ => {
                return Err(ApiFailure::invalid(format!(
                    "invalid --security-opt 2: \"{option}\""
                )));
            }
        }
    }
    Ok(chosen)
}

/// `--security-opt no-new-privileges[:true|=true]`.
pub(super) fn no_new_privileges(host: &HostConfig) -> bool {
    host.security_opt.iter().flatten().any(|option| {
        let (name, value) = split_option(option);
        name == "no-new-privileges" && matches!(value, None | Some("true"))
    })
}

/// Both `name=value` and the old `name:value` are in use.
fn split_option(option: &str) -> (&str, Option<&str>) {
    match option.split_once(['=', ':']) {
        Some((name, value)) => (name, Some(value)),
        None => (option, None),
    }
}

/// dockerd opens low ports and ping to everybody in a network of one's own. The
/// runtime writes parameters through a `/proc` of the container's own, which
/// comes with a PID namespace of its own.
pub(super) fn sysctls(host: &HostConfig, around: &Surroundings) -> HashMap<String, String> {
    let mut sysctls = HashMap::new();
    let own = around.network == Sharing::Private && around.pid == Sharing::Private;
    if own && !host.privileged {
        // The range must lie within the groups that are mapped.
        let last = if around.single_user { 0 } else { 65535 };
        sysctls.insert(
            "net.ipv4.ip_unprivileged_port_start".to_owned(),
            "0".to_owned(),
        );
        sysctls.insert("net.ipv4.ping_group_range".to_owned(), format!("0 {last}"));
    }
    sysctls.extend(
        host.sysctls
            .iter()
            .map(|(name, value)| (name.clone(), value.clone())),
    );
    sysctls
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(add: &[&str], drop: &[&str]) -> ApiResult<CapabilitySet> {
        let list = |words: &[&str]| Some(words.iter().map(|word| (*word).to_owned()).collect());
        capabilities(&HostConfig {
            cap_add: list(add),
            cap_drop: list(drop),
            ..HostConfig::default()
        })
    }

    #[test]
    fn capabilities_are_added_and_dropped_as_in_docker() {
        assert_eq!(with(&[], &[]).unwrap(), CapabilitySet::DOCKER);
        let net_admin: Capability = "NET_ADMIN".parse().unwrap();
        let chown: Capability = "CHOWN".parse().unwrap();
        assert!(with(&["net_admin"], &[]).unwrap().contains(net_admin));
        assert!(!with(&[], &["CAP_CHOWN"]).unwrap().contains(chown));
        assert_eq!(
            with(&["CHOWN"], &["ALL"]).unwrap(),
            CapabilitySet::EMPTY.with(chown)
        );
        assert!(!with(&["ALL"], &["CHOWN"]).unwrap().contains(chown));
        assert_eq!(
            with(&["FROB"], &[]).unwrap_err().message,
            "invalid CapAdd: unknown capability: \"CAP_FROB\""
        );
    }
}
