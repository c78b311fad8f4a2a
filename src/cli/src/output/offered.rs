//! Where the real machine's browser finds a port that was just published.
//!
//! A lab's port 80 is seldom the real machine's, and which one it is instead is
//! known only when the container has started. So it is told then, to a person
//! in a lab; a program, or any other engine, sees what Docker prints.

use std::io::{self, IsTerminal};

use plimsoll_api::client::Client;
use plimsoll_api::lab::PublishedPort;

use super::hint;

/// Set in a lab's shell.
const LAB_VARIABLE: &str = "PLIMSOLL_LAB";
/// Set in a lab's shell that was entered over ssh: `USER@HOST`.
const AFAR_VARIABLE: &str = "PLIMSOLL_SSH";

/// Tells on stderr about the container with this ID, or this name.
pub fn tell(client: &Client, container: &str) {
    if !io::stderr().is_terminal() || std::env::var_os(LAB_VARIABLE).is_none() {
        return;
    }
    // Only a convenience: the container runs whether this is known or not.
    let ports = client.published_ports().unwrap_or_default();
    let ssh = std::env::var(AFAR_VARIABLE).ok();
    for line in lines(&ports, container, ssh.as_deref()) {
        eprintln!("{}", hint::folded(&line));
    }
}

fn lines(ports: &[PublishedPort], container: &str, ssh: Option<&str>) -> Vec<String> {
    let wanted = container.trim_start_matches('/');
    let of_container = |port: &&PublishedPort| {
        port.container == wanted || (wanted.len() >= 12 && port.container_id.starts_with(wanted))
    };
    ports
        .iter()
        .filter(of_container)
        .flat_map(|port| ways(port, ssh))
        .collect()
}

/// Where a browser on this machine finds the port, and one on the learner's own.
fn ways(port: &PublishedPort, ssh: Option<&str>) -> Vec<String> {
    let (lab_port, Some(address)) = (port.lab_port, port.host_address.as_deref()) else {
        return Vec::new();
    };
    let mut told = vec![format!(
        "hint: localhost:{lab_port} of this lab is http://{address} in this machine's browser"
    )];
    if let (Some(target), Some((_, number))) = (ssh, address.rsplit_once(':')) {
        told.push(format!(
            "hint: from your own computer: ssh -L {number}:{address} {target}, then http://localhost:{number}"
        ));
    }
    told
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(container: &str, host_address: Option<&str>) -> PublishedPort {
        PublishedPort {
            container: container.to_owned(),
            container_id: format!("{container}0123456789abcdef"),
            lab_port: 80,
            host_address: host_address.map(str::to_owned),
            ..PublishedPort::default()
        }
    }

    #[test]
    fn only_what_is_offered_of_this_container_is_told() {
        let ports = [
            port("web", Some("127.0.0.1:32768")),
            port("hidden", None),
            port("other", Some("127.0.0.1:32769")),
        ];
        let told =
            "hint: localhost:80 of this lab is http://127.0.0.1:32768 in this machine's browser";
        assert_eq!(lines(&ports, "web", None), [told]);
        assert_eq!(lines(&ports, "web0123456789abcdef", None), [told]);
        assert_eq!(lines(&ports, "hidden", None), [""; 0]);
        assert_eq!(lines(&ports, "we", None), [""; 0]);
        let afar = "hint: from your own computer: ssh -L 32768:127.0.0.1:32768 ada@10.0.0.5, \
             then http://localhost:32768";
        assert_eq!(lines(&ports, "web", Some("ada@10.0.0.5")), [told, afar]);
        assert_eq!(lines(&ports, "hidden", Some("ada@10.0.0.5")), [""; 0]);
    }
}
