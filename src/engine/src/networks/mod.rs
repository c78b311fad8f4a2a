//! Networks: the default bridge, the lab's own network, and none.
//!
//! `addresses.rs` and `ports.rs` decide, `publish.rs` listens, `proxy.rs`
//! forwards. Limits: IPv4 on the bridge, no networks of the learner's own yet.

mod addresses;
mod attach;
pub mod listener;
mod mode;
mod ports;
mod proxy;
mod publish;
mod show;

use std::cell::RefCell;
use std::rc::Rc;

use sha2::{Digest, Sha256};
use tokio::sync::Notify;

pub use addresses::{mac_of, mac_text, parse_mac};
pub use attach::{AddressLease, Attached, attach, attachment};
pub use mode::NetworkMode;
pub use ports::{Wanted, wanted};
pub use publish::{Published, PublishedPorts};
pub use show::{inspect, list};

use addresses::AddressPool;
use ports::PortTable;

use std::net::Ipv4Addr;

use plimsoll_runtime::net::Netlink;

use crate::identity;
use crate::timestamp;

/// The name of the default bridge's interface in the lab.
pub const BRIDGE: &str = "docker0";

/// The three networks that every Docker has.
#[derive(Debug)]
pub struct Networks {
    /// IDs of bridge, host and none.
    pub bridge_id: String,
    pub host_id: String,
    pub none_id: String,
    /// When the engine made them.
    pub created: String,
    pool: RefCell<AddressPool>,
    ports: Rc<RefCell<PortTable>>,
    /// An address was given back.
    released: Notify,
}

impl Networks {
    /// The networks of a lab. IDs are derived from its name, so that they stay
    /// over restarts.
    pub fn new(lab: &str) -> Self {
        let id = |name: &str| identity::hex(&Sha256::digest(format!("plimsoll/{lab}/{name}")));
        Self {
            bridge_id: id("bridge"),
            host_id: id("host"),
            none_id: id("none"),
            created: timestamp::now(),
            pool: RefCell::new(AddressPool::docker_default()),
            ports: Rc::default(),
            released: Notify::new(),
        }
    }
}

impl Networks {
    /// ID, name and driver of the network that a mode stands for.
    pub fn of_mode(&self, mode: &str) -> Option<(&str, &'static str, &'static str)> {
        match NetworkMode::parse(mode).ok()? {
            NetworkMode::Bridge => Some((&self.bridge_id, "bridge", "bridge")),
            NetworkMode::Host => Some((&self.host_id, "host", "host")),
            NetworkMode::None => Some((&self.none_id, "none", "null")),
            NetworkMode::Container(_) => None,
        }
    }

    /// The bridge's own address.
    pub fn gateway(&self) -> Ipv4Addr {
        self.pool.borrow().gateway()
    }

    /// The address that the next container would get.
    pub fn next_address(&self) -> Option<Ipv4Addr> {
        let mut pool = self.pool.borrow_mut();
        let address = pool.take().ok()?;
        pool.release(address);
        Some(address)
    }

    /// Resolves when nobody has this address any more: it is given back a
    /// moment after its container has ended.
    pub async fn is_released(&self, address: Ipv4Addr) {
        loop {
            let released = self.released.notified();
            if !self.pool.borrow().is_taken(address) {
                return;
            }
            released.await;
        }
    }

    /// Length of the bridge's prefix, in bits.
    pub fn prefix(&self) -> u8 {
        self.pool.borrow().prefix()
    }
}

/// Makes `docker0` in the lab's network and gives it its address.
///
/// # Errors
/// What rtnetlink(7) says.
pub fn make_bridge(networks: &Networks) -> nix::Result<()> {
    let netlink = Netlink::open()?;
    let (gateway, prefix) = {
        let pool = networks.pool.borrow();
        (pool.gateway(), pool.prefix())
    };
    netlink.create_bridge(BRIDGE, Some(mac_of(gateway)))?;
    let index = netlink.index(BRIDGE)?;
    netlink.add_address(index, gateway, prefix)
}
