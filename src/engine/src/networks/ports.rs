//! Published ports as they are wanted, and which host ports are taken. Pure.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use plimsoll_api::{Empty, HostConfig, Port, PortMap, Protocol};

use crate::failure::{ApiFailure, ApiResult};

/// First and last of the ports that are given where none was asked for: the
/// kernel's default `ip_local_port_range`, as dockerd uses it.
const EPHEMERAL: (u16, u16) = (32768, 60999);

/// One port to publish.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// In the container.
    pub port: Port,
    /// On the lab's host; `None` is every address.
    pub ip: Option<IpAddr>,
    /// The host's port is one of these.
    pub range: (u16, u16),
    /// A free one will do.
    pub any: bool,
    /// The one to try first.
    pub rather: Option<u16>,
}

/// What `-p` and `-P` ask for.
///
/// # Errors
/// 400 `invalid port specification: "x"`.
pub fn wanted(host: &HostConfig, exposed: &BTreeMap<Port, Empty>) -> ApiResult<Vec<Wanted>> {
    let mut all = Vec::new();
    let bindings = host.port_bindings.clone().unwrap_or_default();
    for (port, bindings) in &bindings {
        for binding in bindings.iter().flatten() {
            let (range, any) = host_range(&binding.host_port)?;
            let ip = host_ip(&binding.host_ip)?;
            all.push(Wanted {
                port: *port,
                ip,
                range,
                any,
                rather: None,
            });
        }
    }
    if host.publish_all_ports {
        let unbound = exposed.keys().filter(|port| !bindings.contains_key(port));
        all.extend(unbound.map(|port| Wanted {
            port: *port,
            ip: None,
            range: EPHEMERAL,
            any: true,
            rather: None,
        }));
    }
    // dockerd binds in the order of the ports' numbers.
    all.sort_by_key(|one| (one.port.number, one.port.protocol.as_str()));
    Ok(all)
}

/// Has each port try first the number that it had before.
pub fn prefer(wanted: &mut [Wanted], before: &PortMap) {
    let mut used = BTreeSet::new();
    for one in wanted {
        let bindings = before.get(&one.port).and_then(Option::as_ref);
        let mut numbers = bindings
            .into_iter()
            .flatten()
            .filter_map(|binding| binding.host_port.parse().ok())
            .filter(|number| (one.range.0..=one.range.1).contains(number));
        one.rather = numbers.find(|number| used.insert((one.port, *number)));
    }
}

fn host_range(text: &str) -> ApiResult<((u16, u16), bool)> {
    let invalid = || ApiFailure::invalid(format!("invalid port specification: {text:?}"));
    if text.is_empty() || text == "0" {
        return Ok((EPHEMERAL, true));
    }
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let first: u16 = first.parse().map_err(|_| invalid())?;
    let last: u16 = last.parse().map_err(|_| invalid())?;
    if first > last {
        return Err(invalid());
    }
    Ok(((first, last), false))
}

fn host_ip(text: &str) -> ApiResult<Option<IpAddr>> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse()
        .map(Some)
        .map_err(|_| ApiFailure::invalid(format!("invalid IP address in port binding: {text}")))
}

impl Wanted {
    /// The addresses to bind: both families where none was given.
    pub fn addresses(&self, has_ipv6: bool) -> Vec<IpAddr> {
        match self.ip {
            Some(ip) => vec![ip],
            None if has_ipv6 => vec![
                IpAddr::V4(Ipv4Addr::UNSPECIFIED),
                IpAddr::V6(Ipv6Addr::UNSPECIFIED),
            ],
            None => vec![IpAddr::V4(Ipv4Addr::UNSPECIFIED)],
        }
    }
}

/// Which host ports containers have.
#[derive(Debug, Default)]
pub struct PortTable {
    taken: BTreeMap<(u16, &'static str), Vec<IpAddr>>,
    /// The port given last where any would do.
    last: u16,
}

impl PortTable {
    /// Whether a container has this port already: the same address, or one of
    /// the two is every address of the family.
    pub fn is_taken(&self, ip: IpAddr, protocol: Protocol, port: u16) -> bool {
        let owners = self.taken.get(&(port, protocol.as_str()));
        owners.into_iter().flatten().any(|other| {
            other.is_ipv4() == ip.is_ipv4()
                && (*other == ip || other.is_unspecified() || ip.is_unspecified())
        })
    }

    /// Notes a port.
    pub fn take(&mut self, ip: IpAddr, protocol: Protocol, port: u16) {
        self.taken
            .entry((port, protocol.as_str()))
            .or_default()
            .push(ip);
    }

    /// Gives a port back.
    pub fn release(&mut self, ip: IpAddr, protocol: Protocol, port: u16) {
        let key = (port, protocol.as_str());
        if let Some(owners) = self.taken.get_mut(&key) {
            if let Some(at) = owners.iter().position(|owner| *owner == ip) {
                owners.swap_remove(at);
            }
            if owners.is_empty() {
                self.taken.remove(&key);
            }
        }
    }

    /// The ports of a range that no container has, in the order in which they
    /// should be tried.
    pub fn candidates(&self, wanted: &Wanted, addresses: &[IpAddr]) -> Vec<u16> {
        let (first, last) = wanted.range;
        let start = if wanted.any && (first..last).contains(&self.last) {
            self.last + 1
        } else {
            first
        };
        let free = |port: &u16| {
            !addresses
                .iter()
                .any(|ip| self.is_taken(*ip, wanted.port.protocol, *port))
        };
        let others = (start..=last)
            .chain(first..start)
            .filter(|port| Some(*port) != wanted.rather);
        let all = wanted.rather.into_iter().chain(others);
        all.filter(free).collect()
    }

    /// Remembers a port that was given where any would do.
    pub fn note_last(&mut self, port: u16) {
        self.last = port;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use plimsoll_api::PortBinding;

    fn host(ip: &str, port: &str) -> HostConfig {
        let binding = PortBinding {
            host_ip: ip.into(),
            host_port: port.into(),
        };
        HostConfig {
            port_bindings: Some([(Port::tcp(80), Some(vec![binding]))].into()),
            ..HostConfig::default()
        }
    }

    #[test]
    fn bindings_are_read() {
        let exposed = BTreeMap::new();
        let fixed = wanted(&host("", "80"), &exposed).unwrap();
        assert_eq!((fixed[0].range, fixed[0].any), ((80, 80), false));
        let local = wanted(&host("127.0.0.1", ""), &exposed).unwrap();
        assert!(local[0].any && local[0].ip.is_some());
        let range = wanted(&host("", "8000-8010"), &exposed).unwrap();
        assert_eq!(range[0].range, (8000, 8010));
        let bad = wanted(&host("", "x"), &exposed).unwrap_err();
        assert_eq!(bad.message, "invalid port specification: \"x\"");
    }

    #[test]
    fn publish_all_takes_what_is_exposed_and_not_bound() {
        let mut host = host("", "80");
        host.publish_all_ports = true;
        let exposed = [(Port::tcp(80), Empty {}), (Port::tcp(443), Empty {})].into();
        let all = wanted(&host, &exposed).unwrap();
        assert_eq!(all.len(), 2);
        assert!(all[1].any && all[1].port == Port::tcp(443));
    }

    #[test]
    fn a_port_that_was_had_before_is_tried_first() {
        let mut both = wanted(&host("", ""), &BTreeMap::new()).unwrap();
        both.extend(both.clone());
        let had = |number: &str| PortBinding {
            host_port: number.into(),
            ..PortBinding::default()
        };
        // The first number stands there once for each family.
        let before = [(
            Port::tcp(80),
            Some(vec![had("40000"), had("40000"), had("40001")]),
        )];
        prefer(&mut both, &before.into());
        assert_eq!([both[0].rather, both[1].rather], [Some(40000), Some(40001)]);
        let any = [IpAddr::V4(Ipv4Addr::UNSPECIFIED)];
        let mut table = PortTable::default();
        assert_eq!(table.candidates(&both[0], &any)[..2], [40000, 32768]);
        table.take(any[0], Protocol::Tcp, 40000);
        assert_eq!(table.candidates(&both[0], &any)[0], 32768);
    }

    #[test]
    fn every_address_stands_in_the_way_of_one() {
        let mut table = PortTable::default();
        let any = IpAddr::V4(Ipv4Addr::UNSPECIFIED);
        let local = IpAddr::V4(Ipv4Addr::LOCALHOST);
        table.take(local, Protocol::Tcp, 80);
        assert!(table.is_taken(any, Protocol::Tcp, 80));
        assert!(!table.is_taken(any, Protocol::Udp, 80));
        table.release(local, Protocol::Tcp, 80);
        assert!(!table.is_taken(any, Protocol::Tcp, 80));
    }

    #[test]
    fn free_ports_are_given_one_after_another() {
        let mut table = PortTable::default();
        let one = wanted(&host("", ""), &BTreeMap::new()).unwrap().remove(0);
        let any = [IpAddr::V4(Ipv4Addr::UNSPECIFIED)];
        assert_eq!(table.candidates(&one, &any)[0], 32768);
        table.note_last(32768);
        assert_eq!(table.candidates(&one, &any)[0], 32769);
    }
}
