//! The process of a specification: command, environment, limits, capabilities.

use oci_spec::runtime::{
    LinuxCapabilities, LinuxCapabilitiesBuilder, PosixRlimit, PosixRlimitBuilder, PosixRlimitType,
    Process, ProcessBuilder,
};
use plimsoll_api::host_config::Ulimit;
use plimsoll_runtime::init;

use super::security::{capabilities, no_new_privileges};
use super::{Sharing, Surroundings, unbuilt};
use crate::containers::{DEFAULT_PATH, Record};
use crate::failure::{ApiFailure, ApiResult};

pub(super) fn process(record: &Record, around: &Surroundings) -> ApiResult<Process> {
    let host = &record.host_config;
    let (path, args) = record.command();
    let mut words = Vec::new();
    if has_init(record, around) {
        words.extend([init::PATH.to_owned(), "--".to_owned()]);
    }
    words.push(path);
    words.extend(args);
    let cwd = match record.config.working_dir.as_str() {
        "" => "/",
        given => given,
    };
    let mut process = ProcessBuilder::default()
        .terminal(record.config.tty)
        .args(words)
        .env(environment(record, around))
        .cwd(cwd)
        .capabilities(capability_sets(record)?)
        .rlimits(limits(host.ulimits.as_deref().unwrap_or_default())?)
        .no_new_privileges(no_new_privileges(host));
    if host.oom_score_adj != 0 {
        process = process.oom_score_adj(host.oom_score_adj);
    }
    let [rows, columns] = host.console_size;
    if record.config.tty && rows > 0 && columns > 0 {
        let size = oci_spec::runtime::BoxBuilder::default()
            .height(u64::from(rows))
            .width(u64::from(columns))
            .build()
            .map_err(unbuilt)?;
        process = process.console_size(size);
    }
    process.build().map_err(unbuilt)
}

/// Whether another process comes before the command: not where its processes
/// are somebody else's too, as in dockerd.
pub(super) fn has_init(record: &Record, around: &Surroundings) -> bool {
    record.host_config.init == Some(true) && around.pid == Sharing::Private
}

/// `PATH`, `HOSTNAME` and, with a terminal, `TERM`; the container's own
/// variables replace them. `HOME` is added by the runtime from the image's
/// passwd file.
fn environment(record: &Record, around: &Surroundings) -> Vec<String> {
    let hostname = match record.config.hostname.as_str() {
        "" => around.lab_hostname.as_str(),
        own => own,
    };
    let mut env = vec![
        format!("PATH={DEFAULT_PATH}"),
        format!("HOSTNAME={hostname}"),
    ];
    if record.config.tty {
        env.push("TERM=xterm".to_owned());
    }
    overlay_env(&mut env, record.config.env.as_deref().unwrap_or_default());
    env
}

/// Replaces or appends; a name without `=` takes the variable away.
pub fn overlay_env(env: &mut Vec<String>, own: &[String]) {
    let name = |entry: &str| entry.split('=').next().unwrap_or_default().to_owned();
    for entry in own {
        let place = env.iter().position(|known| name(known) == name(entry));
        match (place, entry.contains('=')) {
            (Some(at), true) => env[at].clone_from(entry),
            (Some(at), false) => {
                env.remove(at);
            }
            (None, true) => env.push(entry.clone()),
            (None, false) => {}
        }
    }
}

/// Adds a variable unless it is there.
pub fn default_env(env: &mut Vec<String>, entry: &str) {
    let name = entry.split('=').next().unwrap_or_default();
    let known = |known: &String| known.split('=').next() == Some(name);
    if !env.iter().any(known) {
        env.push(entry.to_owned());
    }
}

fn capability_sets(record: &Record) -> ApiResult<LinuxCapabilities> {
    let names: oci_spec::runtime::Capabilities = capabilities(&record.host_config)?
        .iter()
        .filter_map(|capability| capability.name().parse().ok())
        .collect();
    // Inheritable and ambient stay empty (CVE-2022-24769).
    LinuxCapabilitiesBuilder::default()
        .bounding(names.clone())
        .permitted(names.clone())
        .effective(names)
        .inheritable(oci_spec::runtime::Capabilities::new())
        .ambient(oci_spec::runtime::Capabilities::new())
        .build()
        .map_err(unbuilt)
}

fn limits(ulimits: &[Ulimit]) -> ApiResult<Vec<PosixRlimit>> {
    let unsigned = |value: i64| u64::try_from(value).unwrap_or(u64::MAX);
    ulimits
        .iter()
        .map(|ulimit| {
            let name = format!("RLIMIT_{}", ulimit.name.to_ascii_uppercase());
            let kind: PosixRlimitType = serde_json::from_value(name.into()).map_err(|_| {
                ApiFailure::invalid(format!("invalid ulimit type: {}", ulimit.name))
            })?;
            PosixRlimitBuilder::default()
                .typ(kind)
                .soft(unsigned(ulimit.soft))
                .hard(unsigned(ulimit.hard))
                .build()
                .map_err(unbuilt)
        })
        .collect()
}
