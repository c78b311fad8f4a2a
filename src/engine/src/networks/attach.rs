//! Giving a starting container its network, and taking it back.

use std::net::Ipv4Addr;
use std::rc::Rc;

use plimsoll_api::PortMap;
use plimsoll_runtime::Attachment;

use super::mode::NetworkMode;
use super::ports::prefer;
use super::publish::{PublishedPorts, publish};
use super::{BRIDGE, Networks, mac_of, mac_text, parse_mac, wanted};
use crate::containers::{Allocation, Record};
use crate::engine::Engine;
use crate::failure::{ApiFailure, ApiResult};
use crate::identity;

/// A container's place on the bridge. Dropping it gives the address and the
/// ports back.
#[derive(Debug)]
pub struct Attached {
    /// What the runtime is asked for; `None` without the bridge.
    pub attachment: Option<Attachment>,
    /// What inspect shows.
    pub allocation: Allocation,
    /// Its listeners.
    pub published: Option<PublishedPorts>,
    lease: Option<Lease>,
}

/// An address that goes back when this is dropped.
#[derive(Debug)]
struct Lease {
    address: Ipv4Addr,
    cable: String,
    engine: Rc<Engine>,
}

impl Drop for Lease {
    fn drop(&mut self) {
        let networks = &self.engine.networks;
        networks.pool.borrow_mut().release(self.address);
        networks.released.notify_waiters();
    }
}

/// Allocates address and ports for a start.
///
/// # Errors
/// 500 `failed to set up container networking: driver failed programming
/// external connectivity on endpoint NAME (ID): Bind for ... failed: ...`.
pub fn attach(engine: &Rc<Engine>, record: &Record, mode: &NetworkMode) -> ApiResult<Attached> {
    let mut allocation = Allocation {
        sandbox_id: identity::random_id()?,
        endpoint_id: identity::random_id()?,
        ..Allocation::default()
    };
    if *mode != NetworkMode::Bridge {
        return Ok(Attached {
            attachment: None,
            allocation,
            published: None,
            lease: None,
        });
    }
    let networks = &engine.networks;
    let former = record.former.as_ref();
    let former_address = former.and_then(|former| former.address.parse().ok());
    let address = networks.pool.borrow_mut().take_rather(former_address)?;
    let cable = format!("veth{}", &allocation.endpoint_id[..7]);
    let lease = Lease {
        address,
        cable: cable.clone(),
        engine: engine.clone(),
    };
    let attachment = attachment(networks, record, address, cable);
    allocation.address = address.to_string();
    allocation.mac = mac_text(attachment.mac);
    let published = publish_ports(engine, record, address, &allocation.endpoint_id)?;
    allocation.ports = published
        .as_ref()
        .map_or_else(PortMap::new, PublishedPorts::port_map);
    Ok(Attached {
        attachment: Some(attachment),
        allocation,
        published,
        lease: Some(lease),
    })
}

impl Attached {
    /// Parts with the listeners, which the container keeps while it runs; the
    /// address stays leased with what is left.
    pub fn split(self) -> (Allocation, Option<PublishedPorts>, AddressLease) {
        (self.allocation, self.published, AddressLease(self.lease))
    }
}

/// The address of a running container, and its cable.
#[derive(Debug)]
pub struct AddressLease(Option<Lease>);

impl AddressLease {
    /// Unplugs the cable, then gives the address back.
    pub async fn release(self) {
        if let Some(lease) = self.0
            && let Ok(runtime) = lease.engine.runtime()
        {
            runtime.unplug(lease.cable.clone()).await;
        }
    }
}

/// The cable from the bridge to the container.
pub fn attachment(
    networks: &Networks,
    record: &Record,
    address: Ipv4Addr,
    cable: String,
) -> Attachment {
    let pool = networks.pool.borrow();
    Attachment {
        bridge: BRIDGE.to_owned(),
        host_name: cable,
        container_name: "eth0".to_owned(),
        mac: asked_mac(record).unwrap_or_else(|| mac_of(address)),
        address,
        prefix: pool.prefix(),
        gateway: Some(pool.gateway()),
    }
}

fn asked_mac(record: &Record) -> Option<[u8; 6]> {
    let endpoint = record.endpoints.values().map(|e| e.mac_address.as_str());
    endpoint
        .chain([record.config.mac_address.as_str()])
        .find_map(parse_mac)
}

fn publish_ports(
    engine: &Rc<Engine>,
    record: &Record,
    address: Ipv4Addr,
    endpoint: &str,
) -> ApiResult<Option<PublishedPorts>> {
    let mut wanted = wanted(&record.host_config, &record.config.exposed_ports)?;
    if wanted.is_empty() {
        return Ok(None);
    }
    if let Some(former) = &record.former {
        prefer(&mut wanted, &former.ports);
    }
    let vendor = engine.socket_vendor();
    let published = publish(&wanted, address, &engine.networks.ports, vendor);
    published.map(Some).map_err(|error| {
        ApiFailure::internal(format!(
            "failed to set up container networking: driver failed programming external \
             connectivity on endpoint {} ({endpoint}): {error}",
            record.name
        ))
    })
}
