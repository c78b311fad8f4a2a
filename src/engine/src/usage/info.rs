//! The replies of `/version` and `/info`.

use std::collections::BTreeMap;
use std::path::Path;

use plimsoll_api::system::{
    Commit, ComponentVersion, IndexInfo, Info, PlatformName, PluginsInfo, RegistryConfig, Runtime,
    SwarmInfo, Version,
};
use plimsoll_host::{CgroupVersion, Controller};
use plimsoll_store::Digest;

use crate::engine::Engine;
use crate::images::carried::architecture;
use crate::machine::Machine;
use crate::timestamp;

/// The reply of `/version`.
#[must_use]
pub fn version(newest_api: &str, oldest_api: &str) -> Version {
    let own = env!("CARGO_PKG_VERSION").to_owned();
    let kernel = Machine::read().kernel;
    let details = [
        ("ApiVersion", newest_api),
        ("Arch", architecture()),
        ("BuildTime", ""),
        ("Experimental", "false"),
        ("GitCommit", ""),
        ("GoVersion", ""),
        ("KernelVersion", &kernel),
        ("MinAPIVersion", oldest_api),
        ("Os", "linux"),
    ];
    let details = details.map(|(name, value)| (name.to_owned(), value.to_owned()));
    Version {
        platform: PlatformName {
            name: "Plimsoll, a lab's engine".to_owned(),
        },
        components: vec![ComponentVersion {
            name: "Engine".to_owned(),
            version: own.clone(),
            details: BTreeMap::from(details),
        }],
        version: own,
        api_version: newest_api.to_owned(),
        min_api_version: oldest_api.to_owned(),
        os: "linux".to_owned(),
        arch: architecture().to_owned(),
        kernel_version: kernel,
        ..Version::default()
    }
}

/// The reply of `/info`.
#[must_use]
pub fn info(engine: &Engine) -> Info {
    let machine = Machine::read();
    let counts = Counts::of(engine);
    let layout = engine.cgroups.layout();
    let words = |words: &[&str]| Some(words.iter().map(|word| (*word).to_owned()).collect());
    Info {
        id: lab_id(engine),
        containers: counts.all,
        containers_running: counts.running,
        containers_paused: counts.paused,
        containers_stopped: counts.all - counts.running - counts.paused,
        images: i64::try_from(engine.images.list().images.len()).unwrap_or(0),
        driver: "overlay2".to_owned(),
        driver_status: driver_status(engine),
        plugins: PluginsInfo {
            volume: words(&["local"]),
            network: words(&["bridge", "host", "null"]),
            authorization: None,
            log: words(&["json-file"]),
        },
        memory_limit: layout.has(Controller::Memory),
        swap_limit: layout.swap,
        cpu_cfs_period: layout.has(Controller::Cpu),
        cpu_cfs_quota: layout.has(Controller::Cpu),
        cpu_shares: layout.has(Controller::Cpu),
        cpu_set: layout.has(Controller::Cpuset),
        // Without a cgroup by a limit of the container's user namespace.
        pids_limit: true,
        ipv4_forwarding: true,
        nfd: open_descriptors(),
        system_time: timestamp::now(),
        logging_driver: "json-file".to_owned(),
        cgroup_driver: if layout.version.is_some() {
            "cgroupfs".to_owned()
        } else {
            "none".to_owned()
        },
        cgroup_version: cgroup_version(layout.version).to_owned(),
        nevents_listener: engine.events.listeners(),
        kernel_version: machine.kernel,
        operating_system: format!("{} (Plimsoll lab {})", machine.system, engine.config.lab),
        os_version: machine.system_version,
        os_type: "linux".to_owned(),
        architecture: machine.architecture,
        registry_config: Some(registry()),
        ncpu: machine.processors,
        mem_total: machine.memory,
        docker_root_dir: engine.config.state_dir.to_string_lossy().into_owned(),
        name: machine.host_name,
        server_version: env!("CARGO_PKG_VERSION").to_owned(),
        runtimes: BTreeMap::from([("plimsoll".to_owned(), Runtime::default())]),
        default_runtime: "plimsoll".to_owned(),
        swarm: SwarmInfo {
            local_node_state: "inactive".to_owned(),
            ..SwarmInfo::default()
        },
        containerd_commit: not_here(),
        runc_commit: not_here(),
        init_binary: plimsoll_runtime::init::NAME.to_owned(),
        init_commit: not_here(),
        security_options: security_options(),
        cdi_spec_dirs: Some(Vec::new()),
        warnings: Some(warnings(engine)),
        ..Info::default()
    }
}

/// The lab's, or the machine's where the lab has none, as a rootless dockerd says it.
fn cgroup_version(version: Option<CgroupVersion>) -> &'static str {
    let unified = || Path::new("/sys/fs/cgroup/cgroup.controllers").exists();
    match version {
        Some(CgroupVersion::V1) => "1",
        Some(CgroupVersion::V2) => "2",
        None if unified() => "2",
        None => "1",
    }
}

/// Programs that Docker runs and this engine is itself.
fn not_here() -> Commit {
    Commit {
        id: "N/A".to_owned(),
        ..Commit::default()
    }
}

/// The registry whose part the carried images play.
fn registry() -> RegistryConfig {
    let name = "docker.io".to_owned();
    let index = IndexInfo {
        name: name.clone(),
        mirrors: Some(Vec::new()),
        secure: true,
        official: true,
    };
    RegistryConfig {
        insecure_registry_cidrs: Some(Vec::new()),
        index_configs: BTreeMap::from([(name, index)]),
        mirrors: Some(Vec::new()),
    }
}

struct Counts {
    all: i64,
    running: i64,
    paused: i64,
}

impl Counts {
    fn of(engine: &Engine) -> Self {
        let mut counts = Self {
            all: 0,
            running: 0,
            paused: 0,
        };
        for container in engine.containers.all() {
            counts.all += 1;
            match container.record().state.status.as_str() {
                "running" | "restarting" => counts.running += 1,
                "paused" => counts.paused += 1,
                _ => {}
            }
        }
        counts
    }
}

/// The same for a lab as long as it stays where it is.
fn lab_id(engine: &Engine) -> String {
    let place = engine.config.state_dir.to_string_lossy();
    let hex = Digest::of(place.as_bytes()).hex();
    let parts = [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..32],
    ];
    parts.join("-")
}

fn driver_status(engine: &Engine) -> Vec<[String; 2]> {
    let ids = match engine.config.id_map.is_single() {
        true => "one id, owners recorded",
        false => "a range of ids",
    };
    let store = engine.store.root().to_string_lossy();
    [
        ("Store", store.as_ref()),
        ("userxattr", "true"),
        ("Container ids", ids),
    ]
    .map(|(name, value)| [name.to_owned(), value.to_owned()])
    .to_vec()
}

fn security_options() -> Vec<String> {
    [
        "name=seccomp,profile=builtin",
        "name=rootless",
        "name=cgroupns",
    ]
    .map(str::to_owned)
    .to_vec()
}

/// What a learner should know before they rely on it. `docker info` prints
/// these as they are.
fn warnings(engine: &Engine) -> Vec<String> {
    let layout = engine.cgroups.layout();
    let missing = |held: bool, words: &str| (!held).then(|| format!("WARNING: {words}"));
    let mut warnings: Vec<String> = [
        missing(
            layout.has(Controller::Memory),
            "No memory limit support: --memory holds for each process by itself",
        ),
        missing(layout.swap, "No swap limit support"),
        missing(layout.has(Controller::Cpu), "No cpu cfs quota support"),
        missing(layout.has(Controller::Cpu), "No cpu cfs period support"),
        missing(layout.has(Controller::Cpu), "No cpu shares support"),
        missing(layout.has(Controller::Cpuset), "No cpuset support"),
    ]
    .into_iter()
    .flatten()
    .collect();
    if let Some(trouble) = engine.journal.trouble() {
        warnings.push(format!("WARNING: The journal cannot be written: {trouble}"));
    }
    warnings
}

fn open_descriptors() -> i64 {
    let entries = std::fs::read_dir("/proc/self/fd");
    entries.map_or(0, |entries| i64::try_from(entries.count()).unwrap_or(0))
}
