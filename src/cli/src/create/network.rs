//! `--network` in both its forms, names and addresses.

use std::collections::BTreeMap;
use std::net::IpAddr;

use plimsoll_api::network::{EndpointIpam, EndpointSettings};

use super::mount::split_csv;
use crate::error::Invalid;
use crate::flags::Given;
use crate::quantity::parse_int;
use crate::quote::quoted;

/// One `--network`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attachment {
    pub target: String,
    aliases: Vec<String>,
    driver_opts: BTreeMap<String, String>,
    ipv4: String,
    ipv6: String,
    link_local: Vec<String>,
    mac: String,
    gw_priority: i64,
    links: Vec<String>,
}

pub fn check_attachment(text: &str) -> Result<(), Invalid> {
    parse(text).map(drop)
}

/// Reads a name, or `name=NET,alias=A,ip=...`.
pub fn parse(text: &str) -> Result<Attachment, Invalid> {
    let mut attachment = Attachment::default();
    if !is_long_form(text) {
        text.clone_into(&mut attachment.target);
        return Ok(attachment);
    }
    for field in split_csv(text)? {
        let field = field.to_lowercase();
        let (key, value) = field
            .split_once('=')
            .filter(|(key, _)| !key.is_empty())
            .ok_or_else(|| Invalid(format!("invalid field {field}")))?;
        let value = value.trim();
        match key.trim() {
            "name" => value.clone_into(&mut attachment.target),
            "alias" => attachment.aliases.push(value.to_owned()),
            "ip" => value.clone_into(&mut attachment.ipv4),
            "ip6" => value.clone_into(&mut attachment.ipv6),
            "mac-address" => value.clone_into(&mut attachment.mac),
            "link-local-ip" => attachment.link_local.push(value.to_owned()),
            "driver-opt" => {
                let (key, value) = value
                    .split_once('=')
                    .filter(|(key, _)| !key.is_empty())
                    .ok_or_else(|| {
                        Invalid::new("invalid key value pair format in driver options")
                    })?;
                let (key, value) = (key.trim(), value.trim());
                attachment
                    .driver_opts
                    .insert(key.to_owned(), value.to_owned());
            }
            "gw-priority" => {
                attachment.gw_priority = parse_int(value).map_err(|_| {
                    Invalid(format!("invalid gw-priority ({value}): invalid syntax"))
                })?;
            }
            key => return Err(Invalid(format!("invalid field key {key}"))),
        }
    }
    if attachment.target.is_empty() {
        return Err(Invalid::new("network name/id is not specified"));
    }
    Ok(attachment)
}

/// `word=word` anywhere makes it the long form.
fn is_long_form(text: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.match_indices('=')
        .any(|(at, _)| text[..at].ends_with(word) && text[at + 1..].starts_with(word))
}

/// A network of the user's own, as opposed to the predefined ones.
pub fn is_user_defined(name: &str) -> bool {
    !matches!(name, "default" | "bridge" | "host" | "none") && !name.starts_with("container:")
}

/// The endpoints of the create call, and the network mode.
pub fn endpoints(given: &Given) -> Result<(String, BTreeMap<String, EndpointSettings>), Invalid> {
    let mut attachments: Vec<Attachment> =
        given.all("network").map(parse).collect::<Result<_, _>>()?;
    let named = attachments.len();
    if named == 0 {
        attachments.push(Attachment {
            target: "default".to_owned(),
            ..Attachment::default()
        });
    }
    apply_plain_flags(&mut attachments[0], given)?;
    let mode = attachments[0].target.clone();
    let mut endpoints = BTreeMap::new();
    for attachment in &attachments {
        let endpoint = endpoint(attachment)?;
        if endpoints.contains_key(&attachment.target) {
            return Err(Invalid(format!(
                "network {} is specified multiple times",
                quoted(&attachment.target)
            )));
        }
        // A single network without wishes is the engine's to make.
        if named == 1 && endpoint == EndpointSettings::default() {
            continue;
        }
        endpoints.insert(attachment.target.clone(), endpoint);
    }
    let own = attachments
        .iter()
        .filter(|one| is_user_defined(&one.target));
    if named > 0
        && !matches!(own.count(), 0)
        && attachments.iter().any(|one| !is_user_defined(&one.target))
    {
        return Err(Invalid::new(
            "conflicting options: cannot attach both user-defined and non-user-defined network-modes",
        ));
    }
    Ok((mode, endpoints))
}

/// The flags that stand beside `--network` concern the first network.
fn apply_plain_flags(first: &mut Attachment, given: &Given) -> Result<(), Invalid> {
    let conflict = |flag: &str, what: &str| {
        Err(Invalid(format!(
            "conflicting options: cannot specify both {flag} and per-network {what}"
        )))
    };
    if given.has("network-alias") {
        if !first.aliases.is_empty() {
            return conflict("--network-alias", "alias");
        }
        first.aliases = given.list("network-alias");
    }
    for (flag, field, what) in [
        ("ip", &mut first.ipv4, "IPv4 address"),
        ("ip6", &mut first.ipv6, "IPv6 address"),
        ("mac-address", &mut first.mac, "MAC address"),
    ] {
        let value = given.text(flag);
        if value.is_empty() {
            continue;
        }
        if !field.is_empty() {
            return conflict(&format!("--{flag}"), what);
        }
        value.clone_into(field);
    }
    if given.has("link-local-ip") {
        if !first.link_local.is_empty() {
            return conflict("--link-local-ip", "link-local IP addresses");
        }
        first.link_local = given.list("link-local-ip");
    }
    // In the default bridge a link is the container's, not the endpoint's.
    if is_user_defined(&first.target) {
        first.links = given.list("link");
    }
    Ok(())
}

fn endpoint(attachment: &Attachment) -> Result<EndpointSettings, Invalid> {
    if attachment.target.trim().is_empty() {
        return Err(Invalid::new("no name set for network"));
    }
    if !is_user_defined(&attachment.target) && !attachment.aliases.is_empty() {
        return Err(Invalid::new(
            "network-scoped aliases are only supported for user-defined networks",
        ));
    }
    if !attachment.mac.is_empty() {
        check_mac(&attachment.mac)?;
    }
    let list = |values: &[String]| (!values.is_empty()).then(|| values.to_vec());
    let addressed = !attachment.ipv4.is_empty()
        || !attachment.ipv6.is_empty()
        || !attachment.link_local.is_empty();
    Ok(EndpointSettings {
        ipam_config: addressed.then(|| EndpointIpam {
            ipv4_address: attachment.ipv4.clone(),
            ipv6_address: attachment.ipv6.clone(),
            link_local_ips: attachment.link_local.clone(),
        }),
        links: list(&attachment.links),
        aliases: list(&attachment.aliases),
        mac_address: attachment.mac.clone(),
        driver_opts: (!attachment.driver_opts.is_empty()).then(|| attachment.driver_opts.clone()),
        gw_priority: attachment.gw_priority,
        ..EndpointSettings::default()
    })
}

pub fn check_mac(text: &str) -> Result<(), Invalid> {
    let separator = if text.contains('-') { '-' } else { ':' };
    let bytes: Vec<&str> = text.trim().split(separator).collect();
    let valid = bytes.len() == 6
        && bytes
            .iter()
            .all(|byte| byte.len() == 2 && byte.chars().all(|c| c.is_ascii_hexdigit()));
    if valid {
        Ok(())
    } else {
        Err(Invalid(format!("{text} is not a valid mac address")))
    }
}

pub fn check_address(text: &str) -> Result<(), Invalid> {
    text.trim()
        .parse::<IpAddr>()
        .map(drop)
        .map_err(|_| Invalid(format!("IP address is not correctly formatted: {text}")))
}

pub fn check_domain(text: &str) -> Result<(), Invalid> {
    let name = text.trim_matches(' ');
    let label = |label: &str| {
        !label.is_empty()
            && label.len() <= 63
            && label
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
            && !label.starts_with('-')
            && !label.ends_with('-')
    };
    let valid = name == "."
        || (name.len() < 255
            && name.chars().any(|c| c.is_ascii_alphabetic())
            && name.trim_end_matches('.').split('.').all(label));
    if valid {
        Ok(())
    } else {
        Err(Invalid(format!("{name} is not a valid domain")))
    }
}

pub fn check_extra_host(text: &str) -> Result<(), Invalid> {
    extra_host(text).map(drop)
}

/// `name:address` or `name=address`, in the form that the engine takes.
pub fn extra_host(text: &str) -> Result<String, Invalid> {
    let (name, address) = text
        .split_once('=')
        .or_else(|| text.split_once(':'))
        .filter(|(name, _)| !name.is_empty() && !name.contains(':'))
        .ok_or_else(|| Invalid(format!("bad format for add-host: {}", quoted(text))))?;
    let bare = address
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(address);
    if bare != "host-gateway" && check_address(bare).is_err() {
        return Err(Invalid(format!(
            "invalid IP address in add-host: {}",
            quoted(bare)
        )));
    }
    Ok(format!("{name}:{bare}"))
}

pub fn check_link(text: &str) -> Result<(), Invalid> {
    if text.is_empty() {
        return Err(Invalid::new("empty string specified for links"));
    }
    if text.matches(':').count() > 1 {
        return Err(Invalid(format!("bad format for links: {text}")));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::create::flags::CONTAINER;
    use crate::flags::Order;

    fn read(words: &[&str]) -> Result<(String, BTreeMap<String, EndpointSettings>), String> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        let given = Given::parse(&[CONTAINER], Order::FlagsFirst, &words).map_err(|e| e.0)?;
        endpoints(&given).map_err(|error| error.0)
    }

    #[test]
    fn both_forms_are_read() {
        let (mode, endpoints) = read(&[]).unwrap();
        assert_eq!(mode, "default");
        assert!(endpoints.contains_key("default"));
        let (mode, endpoints) = read(&["--network", "host"]).unwrap();
        assert_eq!((mode.as_str(), endpoints.len()), ("host", 0));
        let (mode, endpoints) = read(&["--net=name=lan,ip=10.0.0.5,alias=web"]).unwrap();
        assert_eq!(mode, "lan");
        let endpoint = &endpoints["lan"];
        assert_eq!(endpoint.aliases.as_deref(), Some(&["web".to_owned()][..]));
        assert_eq!(
            endpoint.ipam_config.as_ref().unwrap().ipv4_address,
            "10.0.0.5"
        );
    }

    #[test]
    fn mistakes_are_told_in_dockers_words() {
        for (words, message) in [
            (
                vec!["--network-alias", "x"],
                "network-scoped aliases are only supported for user-defined networks",
            ),
            (
                vec!["--network", "a", "--network", "host"],
                "conflicting options: cannot attach both user-defined and non-user-defined network-modes",
            ),
            (
                vec!["--network", "a", "--network", "a"],
                "network \"a\" is specified multiple times",
            ),
            (
                vec!["--network", "a=b"],
                "invalid argument \"a=b\" for \"--network\" flag: invalid field key a",
            ),
            (vec!["--mac-address", "zz"], "zz is not a valid mac address"),
            (
                vec!["--add-host", "x"],
                "invalid argument \"x\" for \"--add-host\" flag: bad format for add-host: \"x\"",
            ),
        ] {
            assert_eq!(read(&words).unwrap_err(), message);
        }
        assert_eq!(extra_host("db=[::1]").unwrap(), "db:::1");
    }
}
