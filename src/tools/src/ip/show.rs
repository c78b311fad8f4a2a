//! What `ip` prints, in the layout of iproute2.

use std::net::IpAddr;

use super::netlink::{INET, INET6, Message, Netlink, read_u32};
use super::{Failure, Style};

const GET_LINK: u16 = 18;
const GET_ADDRESS: u16 = 22;
const GET_ROUTE: u16 = 26;
const GET_NEIGHBOUR: u16 = 30;
const LINK_PART: usize = 16;
const ADDRESS_PART: usize = 8;
const ROUTE_PART: usize = 12;
const NEIGHBOUR_PART: usize = 12;
const MAIN_TABLE: u32 = 254;
const FOREVER: u32 = u32::MAX;

pub struct Link {
    pub index: u32,
    pub name: String,
    flags: u32,
    kind: u16,
    message: Message,
}

/// Every link, in the kernel's order.
pub fn all_links(netlink: &mut Netlink) -> Result<Vec<Link>, Failure> {
    let messages = netlink.dump(GET_LINK, LINK_PART, 0)?;
    let links = messages.into_iter().map(|message| Link {
        index: read_u32(&message.fixed, 4),
        name: message.text(3).unwrap_or_default(),
        flags: read_u32(&message.fixed, 8),
        kind: u16::from_ne_bytes([message.fixed[2], message.fixed[3]]),
        message,
    });
    Ok(links.collect())
}

pub fn find_link(netlink: &mut Netlink, name: &str) -> Result<Link, Failure> {
    let mut links = all_links(netlink)?.into_iter();
    links
        .find(|link| link.name == name)
        .ok_or_else(|| Failure::Device(name.to_owned()))
}

fn chosen(netlink: &mut Netlink, name: Option<&str>) -> Result<Vec<Link>, Failure> {
    match name {
        Some(name) => Ok(vec![find_link(netlink, name)?]),
        None => all_links(netlink),
    }
}

impl Link {
    fn shown_name(&self, links: &[(u32, String)]) -> String {
        let Some(peer) = self.message.number(5).filter(|peer| *peer != self.index) else {
            return self.name.clone();
        };
        let elsewhere = self.message.number(37).is_some();
        match links.iter().find(|(index, _)| *index == peer && !elsewhere) {
            Some((_, name)) => format!("{}@{name}", self.name),
            None => format!("{}@if{peer}", self.name),
        }
    }

    fn flags(&self) -> String {
        const NAMES: [(u32, &str); 8] = [
            (0x8, "LOOPBACK"),
            (0x2, "BROADCAST"),
            (0x10, "POINTOPOINT"),
            (0x1000, "MULTICAST"),
            (0x80, "NOARP"),
            (0x100, "PROMISC"),
            (0x1, "UP"),
            (0x1_0000, "LOWER_UP"),
        ];
        let set = NAMES.iter().filter(|(bit, _)| self.flags & bit != 0);
        let mut names: Vec<&str> = set.map(|(_, name)| *name).collect();
        if self.flags & 0x1 != 0 && self.flags & 0x1_0000 == 0 {
            names.insert(0, "NO-CARRIER");
        }
        names.join(",")
    }

    fn state(&self) -> &'static str {
        let state = self
            .message
            .attribute(16)
            .and_then(|bytes| bytes.first().copied());
        match state {
            Some(2) => "DOWN",
            Some(3) => "LOWERLAYERDOWN",
            Some(5) => "DORMANT",
            Some(6) => "UP",
            _ => "UNKNOWN",
        }
    }

    fn kind_name(&self) -> &'static str {
        match self.kind {
            1 => "ether",
            772 => "loopback",
            768 => "ipip",
            776 => "sit",
            778 => "gre",
            65534 => "none",
            _ => "generic",
        }
    }

    fn hardware(&self, kind: u16) -> String {
        let bytes = self.message.attribute(kind).unwrap_or_default();
        let pairs: Vec<String> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        pairs.join(":")
    }

    fn print(&self, links: &[(u32, String)]) {
        let mtu = self.message.number(4).unwrap_or(0);
        let queue = self.message.text(6).unwrap_or_else(|| "noqueue".to_owned());
        let length = match self.message.number(13) {
            Some(length) if length > 0 => format!(" qlen {length}"),
            _ => String::new(),
        };
        println!(
            "{}: {}: <{}> mtu {mtu} qdisc {queue} state {} group default{length}",
            self.index,
            self.shown_name(links),
            self.flags(),
            self.state(),
        );
        let brd = self.hardware(2);
        let brd = if brd.is_empty() {
            brd
        } else {
            format!(" brd {brd}")
        };
        let away = match self.message.number(37) {
            Some(number) => format!(" link-netnsid {number}"),
            None => String::new(),
        };
        println!(
            "    link/{} {}{brd}{away}",
            self.kind_name(),
            self.hardware(1)
        );
    }
}

fn names(netlink: &mut Netlink) -> Result<Vec<(u32, String)>, Failure> {
    let links = all_links(netlink)?.into_iter();
    Ok(links.map(|link| (link.index, link.name)).collect())
}

pub fn links(netlink: &mut Netlink, name: Option<&str>, style: Style) -> Result<(), Failure> {
    let names = names(netlink)?;
    for link in chosen(netlink, name)? {
        if style.brief {
            let shown = link.shown_name(&names);
            let (state, flags) = (link.state(), link.flags());
            println!("{shown:<16} {state:<14} {} <{flags}> ", link.hardware(1));
        } else {
            link.print(&names);
        }
    }
    Ok(())
}

pub fn addresses(netlink: &mut Netlink, name: Option<&str>, style: Style) -> Result<(), Failure> {
    let names = names(netlink)?;
    let addresses = netlink.dump(GET_ADDRESS, ADDRESS_PART, style.family)?;
    for link in chosen(netlink, name)? {
        let own: Vec<&Message> = addresses
            .iter()
            .filter(|address| read_u32(&address.fixed, 4) == link.index)
            .filter(|address| style.family == 0 || address.fixed[0] == style.family)
            .collect();
        if style.family != 0 && own.is_empty() {
            continue;
        }
        if style.brief {
            let shown: Vec<String> = own.iter().map(|address| prefix(address)).collect();
            let name = link.shown_name(&names);
            println!("{name:<16} {:<14} {} ", link.state(), shown.join(" "));
            continue;
        }
        link.print(&names);
        for address in own {
            print_address(address, &link.name);
        }
    }
    Ok(())
}

/// The address itself; on a point-to-point link the far end is the other one.
fn local(address: &Message) -> Option<IpAddr> {
    address.address(2).or_else(|| address.address(1))
}

fn prefix(address: &Message) -> String {
    match local(address) {
        Some(local) => format!("{local}/{}", address.fixed[1]),
        None => String::new(),
    }
}

fn print_address(address: &Message, link: &str) {
    let family = if address.fixed[0] == INET6 {
        "inet6"
    } else {
        "inet"
    };
    let brd = match address.address(4) {
        Some(brd) if address.fixed[0] == INET => format!(" brd {brd}"),
        _ => String::new(),
    };
    let label = match address.text(3) {
        Some(label) => format!(" {label}"),
        None if address.fixed[0] == INET => format!(" {link}"),
        None => String::new(),
    };
    let scope = scope(address.fixed[3]);
    println!("    {family} {}{brd} scope {scope}{label}", prefix(address));
    let lifetimes = address.attribute(6).unwrap_or_default();
    let lifetime = |at| match read_u32(lifetimes, at) {
        FOREVER => "forever".to_owned(),
        seconds => format!("{seconds}sec"),
    };
    println!(
        "       valid_lft {} preferred_lft {}",
        lifetime(4),
        lifetime(0)
    );
}

fn scope(number: u8) -> &'static str {
    match number {
        0 => "global",
        200 => "site",
        253 => "link",
        254 => "host",
        _ => "nowhere",
    }
}

pub fn routes(netlink: &mut Netlink, style: Style) -> Result<(), Failure> {
    let names = names(netlink)?;
    let family = if style.family == 0 {
        INET
    } else {
        style.family
    };
    for route in netlink.dump(GET_ROUTE, ROUTE_PART, family)? {
        let table = route.number(15).unwrap_or(u32::from(route.fixed[4]));
        if route.fixed[0] != family || table != MAIN_TABLE {
            continue;
        }
        let mut line = match route.address(1) {
            Some(network) if is_host(network, route.fixed[1]) => network.to_string(),
            Some(network) => format!("{network}/{}", route.fixed[1]),
            None => "default".to_owned(),
        };
        if let Some(gateway) = route.address(5) {
            line.push_str(&format!(" via {gateway}"));
        }
        if let Some(index) = route.number(4) {
            let name = names.iter().find(|(other, _)| *other == index);
            let name = name.map_or_else(|| format!("if{index}"), |(_, name)| name.clone());
            line.push_str(&format!(" dev {name}"));
        }
        line.push_str(match route.fixed[5] {
            2 => " proto kernel",
            4 => " proto static",
            16 => " proto dhcp",
            _ => "",
        });
        if route.fixed[6] != 0 {
            line.push_str(&format!(" scope {}", scope(route.fixed[6])));
        }
        if let Some(source) = route.address(7) {
            line.push_str(&format!(" src {source}"));
        }
        if let Some(metric) = route.number(6) {
            line.push_str(&format!(" metric {metric}"));
        }
        println!("{line} ");
    }
    Ok(())
}

fn is_host(network: IpAddr, length: u8) -> bool {
    length == if network.is_ipv4() { 32 } else { 128 }
}

pub fn neighbours(netlink: &mut Netlink, style: Style) -> Result<(), Failure> {
    let names = names(netlink)?;
    for neighbour in netlink.dump(GET_NEIGHBOUR, NEIGHBOUR_PART, style.family)? {
        let Some(address) = neighbour.address(1) else {
            continue;
        };
        let state = u16::from_ne_bytes([neighbour.fixed[8], neighbour.fixed[9]]);
        let state = match state {
            1 => "INCOMPLETE",
            2 => "REACHABLE",
            4 => "STALE",
            8 => "DELAY",
            16 => "PROBE",
            32 => "FAILED",
            128 => "PERMANENT",
            _ => continue,
        };
        let index = read_u32(&neighbour.fixed, 4);
        let name = names.iter().find(|(other, _)| *other == index);
        let name = name.map_or("?", |(_, name)| name.as_str());
        let hardware = neighbour.attribute(2).unwrap_or_default();
        let pairs: Vec<String> = hardware.iter().map(|byte| format!("{byte:02x}")).collect();
        let hardware = if pairs.is_empty() {
            String::new()
        } else {
            format!(" lladdr {}", pairs.join(":"))
        };
        println!("{address} dev {name}{hardware} {state} ");
    }
    Ok(())
}
