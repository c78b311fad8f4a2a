//! Addresses of one bridge: handed out lowest first, free again at once. Pure.

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use crate::failure::{ApiFailure, ApiResult};

/// The addresses of a subnet, without its own, the gateway's and broadcast.
#[derive(Debug)]
pub struct AddressPool {
    network: Ipv4Addr,
    prefix: u8,
    gateway: Ipv4Addr,
    used: BTreeSet<Ipv4Addr>,
}

impl AddressPool {
    /// Docker's default: 172.17.0.0/16, the gateway at its first address.
    pub fn docker_default() -> Self {
        Self {
            network: Ipv4Addr::new(172, 17, 0, 0),
            prefix: 16,
            gateway: Ipv4Addr::new(172, 17, 0, 1),
            used: BTreeSet::new(),
        }
    }

    /// The bridge's own address.
    pub fn gateway(&self) -> Ipv4Addr {
        self.gateway
    }

    /// Length of the prefix, in bits.
    pub fn prefix(&self) -> u8 {
        self.prefix
    }

    /// As in `172.17.0.0/16`.
    pub fn subnet(&self) -> String {
        format!("{}/{}", self.network, self.prefix)
    }

    /// Takes the lowest free address.
    ///
    /// # Errors
    /// 500 when there is none.
    pub fn take(&mut self) -> ApiResult<Ipv4Addr> {
        let first = u32::from(self.network) + 1;
        let last = u32::from(self.network) | (u32::MAX >> self.prefix);
        let free = (first..last)
            .map(Ipv4Addr::from)
            .find(|address| *address != self.gateway && !self.used.contains(address));
        let address = free.ok_or_else(|| {
            ApiFailure::internal(
                "no available IPv4 addresses on this network's address pools: bridge",
            )
        })?;
        self.used.insert(address);
        Ok(address)
    }

    /// Gives an address back.
    pub fn release(&mut self, address: Ipv4Addr) {
        self.used.remove(&address);
    }
}

/// Docker's classic hardware address of an IPv4 address: `02:42` and its bytes.
pub fn mac_of(address: Ipv4Addr) -> [u8; 6] {
    let [a, b, c, d] = address.octets();
    [0x02, 0x42, a, b, c, d]
}

/// Reads `02:42:ac:11:00:02`.
pub fn parse_mac(text: &str) -> Option<[u8; 6]> {
    let bytes: Vec<u8> = text
        .split([':', '-'])
        .map(|part| u8::from_str_radix(part, 16).ok())
        .collect::<Option<_>>()?;
    bytes.try_into().ok()
}

/// Writes `02:42:ac:11:00:02`.
pub fn mac_text(mac: [u8; 6]) -> String {
    mac.map(|byte| format!("{byte:02x}")).join(":")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lowest_free_address_is_next() {
        let mut pool = AddressPool::docker_default();
        let first = pool.take().unwrap();
        assert_eq!(first.to_string(), "172.17.0.2");
        assert_eq!(pool.take().unwrap().to_string(), "172.17.0.3");
        pool.release(first);
        assert_eq!(pool.take().unwrap(), first);
        assert_eq!(pool.subnet(), "172.17.0.0/16");
    }

    #[test]
    fn the_hardware_address_follows_the_address() {
        let mac = mac_of(Ipv4Addr::new(172, 17, 0, 2));
        assert_eq!(mac_text(mac), "02:42:ac:11:00:02");
        assert_eq!(parse_mac("02:42:ac:11:00:02"), Some(mac));
        assert_eq!(parse_mac("02:42"), None);
    }
}
