//! The bodies of `GET /networks` and `GET /networks/{id}`.

use std::collections::BTreeMap;
use std::rc::Rc;

use plimsoll_api::Network;
use plimsoll_api::network::{ConfigReference, EndpointResource, Ipam, IpamConfig};

use super::{BRIDGE, NetworkMode};
use crate::engine::Engine;
use crate::failure::{ApiFailure, ApiResult};
use crate::filters::Filters;

/// All networks, by name, without their containers.
///
/// # Errors
/// 400 for a filter that Docker does not know.
pub fn list(engine: &Rc<Engine>, filters: Option<&str>) -> ApiResult<Vec<Network>> {
    let known = ["dangling", "driver", "id", "label", "name", "scope", "type"];
    let filters = Filters::parse(filters, &known)?;
    let dangling = filters.switch("dangling", false)?;
    let all = ["bridge", "host", "none"].map(|name| body(engine, name));
    let wanted = |network: &Network| {
        filters.exact("driver", &network.driver)
            && filters.exact("scope", &network.scope)
            && filters.prefix("id", &network.id)
            && filters.pattern("name", &network.name)
            && filters.labels("label", &network.labels)
            && filters.exact("type", "builtin")
            && !dangling
    };
    Ok(all.into_iter().filter(wanted).collect())
}

/// One network by name, id or id prefix, with its containers.
///
/// # Errors
/// 404 `network x not found`.
pub fn inspect(engine: &Rc<Engine>, reference: &str) -> ApiResult<Network> {
    let networks = &engine.networks;
    let known = [
        ("bridge", &networks.bridge_id),
        ("host", &networks.host_id),
        ("none", &networks.none_id),
    ];
    let by_name = known
        .iter()
        .find(|(name, id)| *name == reference || id.as_str() == reference);
    let by_prefix = || {
        let mut matches = known
            .iter()
            .filter(|(_, id)| !reference.is_empty() && id.starts_with(reference));
        matches.next().filter(|_| matches.next().is_none())
    };
    let (name, _) = by_name
        .or_else(by_prefix)
        .ok_or_else(|| ApiFailure::not_found(format!("network {reference} not found")))?;
    let mut network = body(engine, name);
    network.containers = members(engine, name);
    Ok(network)
}

fn members(engine: &Rc<Engine>, name: &str) -> BTreeMap<String, EndpointResource> {
    let prefix = engine.networks.pool.borrow().prefix();
    let mut members = BTreeMap::new();
    for container in engine.containers.all() {
        let record = container.record();
        let mode = NetworkMode::parse(&record.host_config.network_mode);
        let inside = mode.is_ok_and(|mode| mode.network_name() == Some(name));
        let Some(allocation) = record.network.as_ref().filter(|_| inside) else {
            continue;
        };
        let address = match allocation.address.as_str() {
            "" => String::new(),
            address => format!("{address}/{prefix}"),
        };
        members.insert(
            container.id.clone(),
            EndpointResource {
                name: record.name.clone(),
                endpoint_id: allocation.endpoint_id.clone(),
                mac_address: allocation.mac.clone(),
                ipv4_address: address,
                ipv6_address: String::new(),
            },
        );
    }
    members
}

fn body(engine: &Rc<Engine>, name: &str) -> Network {
    let networks = &engine.networks;
    let (id, driver, config, options) = match name {
        "bridge" => (
            &networks.bridge_id,
            "bridge",
            Some(vec![subnet(engine)]),
            bridge_options(),
        ),
        "host" => (&networks.host_id, "host", None, BTreeMap::new()),
        _ => (&networks.none_id, "null", None, BTreeMap::new()),
    };
    Network {
        name: name.to_owned(),
        id: id.clone(),
        created: networks.created.clone(),
        scope: "local".to_owned(),
        driver: driver.to_owned(),
        enable_ipv4: true,
        ipam: Ipam {
            driver: "default".to_owned(),
            options: None,
            config,
        },
        config_from: ConfigReference::default(),
        options,
        ..Network::default()
    }
}

fn subnet(engine: &Rc<Engine>) -> IpamConfig {
    let pool = engine.networks.pool.borrow();
    IpamConfig {
        subnet: pool.subnet(),
        gateway: pool.gateway().to_string(),
        ..IpamConfig::default()
    }
}

fn bridge_options() -> BTreeMap<String, String> {
    let option = |name: &str, value: &str| (format!("com.docker.network.{name}"), value.to_owned());
    [
        option("bridge.default_bridge", "true"),
        option("bridge.enable_icc", "true"),
        option("bridge.enable_ip_masquerade", "true"),
        option("bridge.host_binding_ipv4", "0.0.0.0"),
        option("bridge.name", BRIDGE),
        option("driver.mtu", "1500"),
    ]
    .into()
}
