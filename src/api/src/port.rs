//! Ports: the `80/tcp` of the wire, bindings, and the `-p` notation of people.
//!
//! Limits: numbers only, no service names, as Docker. The wording of the
//! errors of `-p` is Docker's, because the command prints it as it is.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::nulls::wire;

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum Protocol {
    #[default]
    Tcp,
    Udp,
    Sctp,
}

impl Protocol {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Sctp => "sctp",
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl FromStr for Protocol {
    type Err = PortError;

    /// In any case, as in `-p 53:53/UDP`.
    fn from_str(text: &str) -> Result<Self, PortError> {
        [Self::Tcp, Self::Udp, Self::Sctp]
            .into_iter()
            .find(|protocol| text.eq_ignore_ascii_case(protocol.as_str()))
            .ok_or_else(|| PortError::Protocol(text.to_owned()))
    }
}

/// A container's port: `80/tcp`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Port {
    pub number: u16,
    pub protocol: Protocol,
}

impl Port {
    pub fn tcp(number: u16) -> Self {
        Self {
            number,
            protocol: Protocol::Tcp,
        }
    }
}

impl fmt::Display for Port {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.number, self.protocol)
    }
}

/// Ordered as text, because Docker writes map keys in that order: `443/tcp`
/// before `80/tcp`.
impl Ord for Port {
    fn cmp(&self, other: &Self) -> Ordering {
        self.to_string().cmp(&other.to_string())
    }
}

impl PartialOrd for Port {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl FromStr for Port {
    type Err = PortError;

    /// `80` or `80/tcp`.
    fn from_str(text: &str) -> Result<Self, PortError> {
        let (number, protocol) = split_protocol(text);
        Ok(Self {
            number: number
                .parse()
                .map_err(|_| PortError::Container(number.to_owned()))?,
            protocol: protocol.parse()?,
        })
    }
}

impl Serialize for Port {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Port {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?
            .parse()
            .map_err(serde::de::Error::custom)
    }
}

wire! {
    /// Where a published port is reached. An empty IP is every address, an
    /// empty port a free one; the port may be a range (`8000-8010`) to choose
    /// from.
    #[derive(Eq)]
    pub struct PortBinding {
        #[serde(rename = "HostIp")]
        pub host_ip: String,
        #[serde(rename = "HostPort")]
        pub host_port: String,
    }
}

/// Container port to bindings; `None` is exposed and not published.
pub type PortMap = BTreeMap<Port, Option<Vec<PortBinding>>>;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PortError {
    #[error("invalid IP address: {0}")]
    Address(String),
    #[error("no port specified: {0}<empty>")]
    Missing(String),
    #[error("invalid containerPort: {0}")]
    Container(String),
    #[error("invalid hostPort: {0}")]
    Host(String),
    #[error("invalid ranges specified for container and host Ports: {container} and {host}")]
    Ranges { container: String, host: String },
    #[error("invalid proto: {0}")]
    Protocol(String),
    #[error("invalid range format for --expose: {text}, error: {reason}")]
    Expose { text: String, reason: String },
}

/// Reads one `-p` value: `[[IP:][HOST]:]CONTAINER[/PROTO]`, where HOST and
/// CONTAINER may be ranges. An IPv6 address stands in brackets.
pub fn parse_publish(spec: &str) -> Result<Vec<(Port, PortBinding)>, PortError> {
    let mut parts = spec.rsplitn(3, ':');
    let container = parts.next().unwrap_or_default();
    let host = parts.next().unwrap_or_default();
    let ip = parts.next().unwrap_or_default();

    let (container, protocol) = split_protocol(container);
    let ip = parse_address(ip)?;
    if container.is_empty() {
        return Err(PortError::Missing(spec.to_owned()));
    }
    let inside = parse_range(container).map_err(|_| PortError::Container(container.to_owned()))?;
    let outside = match host {
        "" => None,
        text => Some(parse_range(text).map_err(|_| PortError::Host(text.to_owned()))?),
    };
    let width = inside.1 - inside.0;
    if let Some((start, end)) = outside
        && end - start != width
        && width != 0
    {
        return Err(PortError::Ranges {
            container: container.to_owned(),
            host: host.to_owned(),
        });
    }
    let protocol = protocol.parse()?;
    let host_port = |offset: u16| match outside {
        None => String::new(),
        Some((start, end)) if width == 0 && start != end => format!("{start}-{end}"),
        Some((start, _)) => (start + offset).to_string(),
    };
    Ok((0..=width)
        .map(|offset| {
            let port = Port {
                number: inside.0 + offset,
                protocol,
            };
            let binding = PortBinding {
                host_ip: ip.clone(),
                host_port: host_port(offset),
            };
            (port, binding)
        })
        .collect())
}

/// Reads one `--expose` value: a port or a range, with an optional protocol.
pub fn parse_expose(spec: &str) -> Result<Vec<Port>, PortError> {
    let (range, protocol) = split_protocol(spec);
    let (start, end) = parse_range(range).map_err(|reason| PortError::Expose {
        text: spec.to_owned(),
        reason,
    })?;
    let protocol = protocol.parse()?;
    Ok((start..=end)
        .map(|number| Port { number, protocol })
        .collect())
}

/// Splits `80/udp`; without a protocol it is TCP.
fn split_protocol(text: &str) -> (&str, &str) {
    match text.split_once('/') {
        Some(("", _)) => ("", ""),
        Some((port, "")) => (port, "tcp"),
        Some((port, protocol)) => (port, protocol.split('/').next().unwrap_or(protocol)),
        None if text.is_empty() => ("", ""),
        None => (text, "tcp"),
    }
}

fn parse_address(text: &str) -> Result<String, PortError> {
    if text.is_empty() {
        return Ok(String::new());
    }
    let bare = text
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'))
        .unwrap_or(text);
    bare.parse::<IpAddr>()
        .map(|_| bare.to_owned())
        .map_err(|_| PortError::Address(bare.to_owned()))
}

/// Reads `80` or `8000-8010`. The error is Go's, because `--expose` prints it.
fn parse_range(text: &str) -> Result<(u16, u16), String> {
    if text.is_empty() {
        return Err("empty string specified for ports".to_owned());
    }
    let number = |part: &str| match part.parse::<u16>() {
        Ok(_) if part.starts_with('+') => Err(syntax_error(part)),
        Ok(value) => Ok(value),
        Err(error) if *error.kind() == std::num::IntErrorKind::PosOverflow => Err(format!(
            "strconv.ParseUint: parsing {part:?}: value out of range"
        )),
        Err(_) => Err(syntax_error(part)),
    };
    let mut parts = text.split('-');
    let start = number(parts.next().unwrap_or_default())?;
    let end = parts.next().map_or(Ok(start), number)?;
    if end < start {
        return Err(format!("invalid range specified for port: {text}"));
    }
    Ok((start, end))
}

fn syntax_error(part: &str) -> String {
    format!("strconv.ParseUint: parsing {part:?}: invalid syntax")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn published(spec: &str) -> Vec<String> {
        match parse_publish(spec) {
            Ok(ports) => ports
                .into_iter()
                .map(|(port, at)| format!("{}:{}->{port}", at.host_ip, at.host_port))
                .collect(),
            Err(error) => vec![error.to_string()],
        }
    }

    #[test]
    fn every_form_of_publish_is_read() {
        assert_eq!(published("80"), [":->80/tcp"]);
        assert_eq!(published("8080:80"), [":8080->80/tcp"]);
        assert_eq!(published("127.0.0.1:8080:80"), ["127.0.0.1:8080->80/tcp"]);
        assert_eq!(published("127.0.0.1::80/udp"), ["127.0.0.1:->80/udp"]);
        assert_eq!(published("[::1]:8080:80/TCP"), ["::1:8080->80/tcp"]);
        assert_eq!(
            published("8000-8001:80-81"),
            [":8000->80/tcp", ":8001->81/tcp"]
        );
        assert_eq!(published("8000-8010:80"), [":8000-8010->80/tcp"]);
        assert_eq!(published("1000-1001"), [":->1000/tcp", ":->1001/tcp"]);
    }

    #[test]
    fn bad_publish_is_told_in_dockers_words() {
        for (spec, message) in [
            ("abc:80", "invalid hostPort: abc"),
            ("80:", "no port specified: 80:<empty>"),
            ("", "no port specified: <empty>"),
            ("8080:80x", "invalid containerPort: 80x"),
            ("99999:80", "invalid hostPort: 99999"),
            ("300.1.1.1:80:80", "invalid IP address: 300.1.1.1"),
            ("8080:80/xyz", "invalid proto: xyz"),
            (
                "8000-8002:80-81",
                "invalid ranges specified for container and host Ports: 80-81 and 8000-8002",
            ),
            ("81-80", "invalid containerPort: 81-80"),
        ] {
            assert_eq!(published(spec), [message], "for {spec:?}");
        }
    }

    #[test]
    fn ports_are_ordered_as_text() {
        let ports: std::collections::BTreeSet<Port> = [Port::tcp(80), Port::tcp(443)].into();
        assert_eq!(ports.first(), Some(&Port::tcp(443)));
    }

    #[test]
    fn expose_takes_ranges() {
        let ports = parse_expose("53-54/udp").unwrap();
        assert_eq!(ports.len(), 2);
        assert_eq!(ports[1].to_string(), "54/udp");
        assert_eq!(
            parse_expose("x").unwrap_err().to_string(),
            "invalid range format for --expose: x, error: strconv.ParseUint: parsing \"x\": invalid syntax"
        );
    }
}
