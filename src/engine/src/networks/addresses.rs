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

    /// Whether an address is one of these and nobody has it.
    pub fn is_free(&self, address: Ipv4Addr) -> bool {
        let mask = u32::MAX << (32 - u32::from(self.prefix));
        let inside = u32::from(address) & mask == u32::from(self.network);
        let host = u32::from(address) & !mask;
        let usable = host != 0 && host != !mask && address != self.gateway;
        inside && usable && !self.used.contains(&address)
    }

    /// Whether somebody has an address.
    pub fn is_taken(&self, address: Ipv4Addr) -> bool {
        self.used.contains(&address)
    }

    /// Takes this address if it is free, else the lowest that is.
    ///
    /// # Errors
    /// 500 when there is none.
    pub fn take_rather(&mut self, address: Option<Ipv4Addr>) -> ApiResult<Ipv4Addr> {
        match address.filter(|address| self.is_free(*address)) {
            Some(address) => {
                self.used.insert(address);
                Ok(address)
            }
            None => self.take(),
        }
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
    fn an_address_that_was_had_before_is_taken_where_it_is_free() {
        let mut pool = AddressPool::docker_default();
        let wanted = |text: &str| text.parse().ok();
        for (rather, given) in [
            ("172.17.0.9", "172.17.0.9"),
            ("172.17.0.9", "172.17.0.2"),
            ("172.17.0.1", "172.17.0.3"),
            ("172.17.0.0", "172.17.0.4"),
            ("172.17.255.255", "172.17.0.5"),
            ("10.0.0.7", "172.17.0.6"),
        ] {
            assert_eq!(pool.take_rather(wanted(rather)).unwrap().to_string(), given);
        }
    }

    #[test]
    fn the_hardware_address_follows_the_address() {
        let mac = mac_of(Ipv4Addr::new(172, 17, 0, 2));
        assert_eq!(mac_text(mac), "02:42:ac:11:00:02");
        assert_eq!(parse_mac("02:42:ac:11:00:02"), Some(mac));
        assert_eq!(parse_mac("02:42"), None);
    }
}
