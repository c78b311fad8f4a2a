//! The changes that `ip` makes.

use std::net::IpAddr;

use super::Failure;
use super::netlink::{INET, INET6, Netlink, address_bytes, attribute};
use super::show::find_link;

const NEW_LINK: u16 = 16;
const NEW_ADDRESS: u16 = 20;
const DELETE_ADDRESS: u16 = 21;
const NEW_ROUTE: u16 = 24;
const DELETE_ROUTE: u16 = 25;
const EXCLUSIVE: u16 = 0x200;
const CREATE: u16 = 0x400;
const REPLACE: u16 = 0x100;
const UP: u32 = 1;
const MAIN_TABLE: u8 = 254;
const BOOT_PROTOCOL: u8 = 3;
const SCOPE_LINK: u8 = 253;
const UNICAST: u8 = 1;

fn usage(message: &str) -> Failure {
    Failure::Usage(message.to_owned())
}

/// `ADDRESS[/LENGTH]`; a missing length means the one host.
fn prefix(text: &str) -> Result<(IpAddr, u8), Failure> {
    let wrong = || {
        Failure::Usage(format!(
            "Error: any valid prefix is expected rather than \"{text}\"."
        ))
    };
    let (address, length) = text
        .split_once('/')
        .map_or((text, None), |(a, b)| (a, Some(b)));
    let address: IpAddr = address.parse().map_err(|_| wrong())?;
    let full = if address.is_ipv4() { 32 } else { 128 };
    let length = match length {
        Some(length) => length
            .parse()
            .ok()
            .filter(|length| *length <= full)
            .ok_or_else(wrong)?,
        None => full,
    };
    Ok((address, length))
}

fn family(address: IpAddr) -> u8 {
    if address.is_ipv4() { INET } else { INET6 }
}

/// `name VALUE` pairs behind the first word.
fn value<'a>(words: &[&'a str], name: &str) -> Option<&'a str> {
    let at = words.iter().position(|word| *word == name)?;
    words.get(at + 1).copied()
}

pub fn address(netlink: &mut Netlink, verb: &str, words: &[&str]) -> Result<(), Failure> {
    let (kind, flags) = match verb {
        "add" | "a" => (NEW_ADDRESS, CREATE | EXCLUSIVE),
        "replace" | "change" => (NEW_ADDRESS, CREATE | REPLACE),
        "del" | "delete" => (DELETE_ADDRESS, 0),
        _ => {
            return Err(Failure::Usage(format!(
                "Command \"{verb}\" is unknown, try \"ip address help\"."
            )));
        }
    };
    let text = words
        .first()
        .ok_or_else(|| usage("\"local\" is required."))?;
    let name = value(words, "dev")
        .ok_or_else(|| usage("Not enough information: \"dev\" argument is required."))?;
    let (address, length) = prefix(text)?;
    let link = find_link(netlink, name)?;
    let scope = if address.is_loopback() { 254 } else { 0 };
    let mut body = vec![family(address), length, 0, scope];
    body.extend(link.index.to_ne_bytes());
    body.extend(attribute(2, &address_bytes(address)));
    body.extend(attribute(1, &address_bytes(address)));
    netlink.change(kind, flags, &body)
}

pub fn link(netlink: &mut Netlink, words: &[&str]) -> Result<(), Failure> {
    let words = words.strip_prefix(&["dev"]).unwrap_or(words);
    let (name, words) = words
        .split_first()
        .ok_or_else(|| usage("Not enough information: \"dev\" argument is required."))?;
    let link = find_link(netlink, name)?;
    let (mut flags, mut changed) = (0_u32, 0_u32);
    let mut attributes = Vec::new();
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        match *word {
            "up" => (flags, changed) = (UP, UP),
            "down" => (flags, changed) = (0, UP),
            "mtu" => {
                let bytes = rest.next().and_then(|text| text.parse::<u32>().ok());
                let bytes = bytes.ok_or_else(|| {
                    usage("Error: argument \"mtu\" is wrong: Invalid \"mtu\" value")
                })?;
                attributes.extend(attribute(4, &bytes.to_ne_bytes()));
            }
            _ => {
                return Err(Failure::Usage(format!(
                    "Error: either \"dev\" is duplicate, or \"{word}\" is a garbage."
                )));
            }
        }
    }
    let mut body = vec![0, 0, 0, 0];
    body.extend(link.index.to_ne_bytes());
    body.extend(flags.to_ne_bytes());
    body.extend(changed.to_ne_bytes());
    body.extend(attributes);
    netlink.change(NEW_LINK, 0, &body)
}

pub fn route(netlink: &mut Netlink, verb: &str, words: &[&str]) -> Result<(), Failure> {
    let (kind, flags) = match verb {
        "add" | "a" => (NEW_ROUTE, CREATE | EXCLUSIVE),
        "replace" | "change" => (NEW_ROUTE, CREATE | REPLACE),
        "del" | "delete" => (DELETE_ROUTE, 0),
        _ => {
            return Err(Failure::Usage(format!(
                "Command \"{verb}\" is unknown, try \"ip route help\"."
            )));
        }
    };
    let text = words
        .first()
        .ok_or_else(|| usage("Error: a destination is required."))?;
    let gateway = value(words, "via");
    let gateway = gateway
        .map(|text| prefix(text).map(|(address, _)| address))
        .transpose()?;
    let destination = match *text {
        "default" => None,
        text => Some(prefix(text)?),
    };
    let kin = gateway.or(destination.map(|(address, _)| address));
    let length = destination.map_or(0, |(_, length)| length);
    let scope = if gateway.is_none() && verb != "del" {
        SCOPE_LINK
    } else {
        0
    };
    let mut body = vec![
        kin.map_or(INET, family),
        length,
        0,
        0,
        MAIN_TABLE,
        BOOT_PROTOCOL,
        scope,
        UNICAST,
    ];
    body.extend([0; 4]);
    if let Some((address, _)) = destination {
        body.extend(attribute(1, &address_bytes(address)));
    }
    if let Some(gateway) = gateway {
        body.extend(attribute(5, &address_bytes(gateway)));
    }
    if let Some(name) = value(words, "dev") {
        let link = find_link(netlink, name)?;
        body.extend(attribute(4, &link.index.to_ne_bytes()));
    }
    netlink.change(kind, flags, &body)
}
