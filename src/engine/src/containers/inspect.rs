//! `GET /containers/{id}/json`.

use std::collections::BTreeMap;
use std::rc::Rc;

use plimsoll_api::container::GraphDriver;
use plimsoll_api::{
    ContainerInspect, ContainerState, ContainerStatus as Status, EndpointSettings, NetworkSettings,
    PortMap,
};

use super::container::Container;
use super::record::Record;
use super::size;
use super::state::State;
use crate::engine::Engine;
use crate::identity;
use crate::networks::NetworkMode;

/// Everything about a container, as dockerd shows it.
pub fn inspect(
    engine: &Rc<Engine>,
    container: &Rc<Container>,
    with_size: bool,
) -> ContainerInspect {
    let record = container.record();
    let (path, args) = record.command();
    let file = |name: &str| container.file(name).to_string_lossy().into_owned();
    let own = with_size.then(|| i64::try_from(size::of_upper(&container.upper())).unwrap_or(0));
    let image_size = i64::try_from(engine.images.size_of(&record.image_id)).unwrap_or(0);
    let execs: Vec<String> = container
        .execs
        .borrow()
        .iter()
        .map(|exec| exec.id.clone())
        .collect();
    ContainerInspect {
        id: record.id.clone(),
        created: record.created.clone(),
        path,
        args,
        state: ContainerState {
            health: container
                .health
                .borrow()
                .as_ref()
                .map(|monitor| monitor.health.clone()),
            ..state(&record.state)
        },
        image: record.image_id.clone(),
        resolv_conf_path: file("resolv.conf"),
        hostname_path: file("hostname"),
        hosts_path: file("hosts"),
        log_path: container.log.path().to_string_lossy().into_owned(),
        name: format!("/{}", record.name),
        restart_count: record.restart_count,
        driver: "overlay2".to_owned(),
        platform: "linux".to_owned(),
        exec_ids: Some(execs).filter(|execs| !execs.is_empty()),
        host_config: record.host_config.clone(),
        graph_driver: graph_driver(container, &record),
        size_rw: own,
        size_root_fs: own.map(|own| own + image_size),
        mounts: record
            .mounts
            .iter()
            .map(|mount| mount.point.clone())
            .collect(),
        config: record.config.clone(),
        network_settings: network_settings(engine, &record),
        ..ContainerInspect::default()
    }
}

fn state(state: &State) -> ContainerState {
    ContainerState {
        status: state.status,
        running: state.is_running(),
        paused: state.status == Status::Paused,
        restarting: state.status == Status::Restarting,
        oom_killed: state.oom_killed,
        dead: state.status == Status::Dead,
        pid: state.pid,
        exit_code: state.exit_code,
        error: state.error.clone(),
        started_at: state.started_at.clone(),
        finished_at: state.finished_at.clone(),
        health: None,
    }
}

fn graph_driver(container: &Container, record: &Record) -> GraphDriver {
    let text = |path: &std::path::Path| path.to_string_lossy().into_owned();
    let lowers: Vec<String> = record.lowers.iter().map(|lower| text(lower)).collect();
    let data = [
        ("ID".to_owned(), record.id.clone()),
        ("LowerDir".to_owned(), lowers.join(":")),
        ("MergedDir".to_owned(), text(&container.file("merged"))),
        ("UpperDir".to_owned(), text(&container.upper())),
        ("WorkDir".to_owned(), text(&container.work())),
    ];
    GraphDriver {
        name: "overlay2".to_owned(),
        data: Some(data.into()),
    }
}

/// The network of a container with the deprecated members beside it.
pub fn network_settings(engine: &Rc<Engine>, record: &Record) -> NetworkSettings {
    let allocation = record.network.clone().unwrap_or_default();
    let networks = endpoints(engine, record);
    let bridge = networks.get("bridge").cloned().unwrap_or_default();
    let running = record.network.is_some();
    let sandbox = identity::short(&allocation.sandbox_id).to_owned();
    NetworkSettings {
        sandbox_key: if running && !sandbox.is_empty() {
            format!("/var/run/docker/netns/{sandbox}")
        } else {
            String::new()
        },
        sandbox_id: allocation.sandbox_id,
        ports: ports(record, &allocation.ports),
        endpoint_id: bridge.endpoint_id,
        gateway: bridge.gateway,
        ip_address: bridge.ip_address,
        ip_prefix_len: bridge.ip_prefix_len,
        mac_address: bridge.mac_address,
        networks,
        ..NetworkSettings::default()
    }
}

/// Endpoints by network name; addresses only while it runs.
pub fn endpoints(engine: &Rc<Engine>, record: &Record) -> BTreeMap<String, EndpointSettings> {
    let Ok(mode) = NetworkMode::parse(&record.host_config.network_mode) else {
        return BTreeMap::new();
    };
    let Some(name) = mode.network_name() else {
        return BTreeMap::new();
    };
    let mut endpoint = record.endpoints.get(name).cloned().unwrap_or_default();
    if let Some(allocation) = &record.network {
        endpoint.endpoint_id.clone_from(&allocation.endpoint_id);
        endpoint.mac_address.clone_from(&allocation.mac);
        endpoint.network_id = match mode {
            NetworkMode::Host => engine.networks.host_id.clone(),
            NetworkMode::None => engine.networks.none_id.clone(),
            _ => engine.networks.bridge_id.clone(),
        };
        if !allocation.address.is_empty() {
            endpoint.ip_address.clone_from(&allocation.address);
            endpoint.ip_prefix_len = i32::from(engine.networks.prefix());
            endpoint.gateway = engine.networks.gateway().to_string();
        }
    }
    [(name.to_owned(), endpoint)].into()
}

/// Published ports, and `null` for what is only exposed; nothing at all while
/// it does not run.
fn ports(record: &Record, published: &PortMap) -> PortMap {
    if record.network.is_none() {
        return PortMap::new();
    }
    let mut ports: PortMap = record
        .config
        .exposed_ports
        .keys()
        .map(|port| (*port, None))
        .collect();
    ports.extend(published.clone());
    ports
}
