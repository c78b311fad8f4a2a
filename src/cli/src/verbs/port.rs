//! `docker port`.

use plimsoll_api::{Port, PortBinding};

use crate::command::{Arity, Command, Context};
use crate::error::{Failure, Invalid};
use crate::flags::{Given, Order};
use crate::output::list::natural_order;
use crate::output::say;
use crate::quote::quoted;

pub const COMMAND: Command = Command {
    name: "port",
    usage: &["CONTAINER [PRIVATE_PORT[/PROTO]]"],
    about: "List port mappings or a specific mapping for the container",
    aliases: "docker container port, docker port",
    flags: &[],
    arity: Arity::Between(1, 2),
    order: Order::Free,
    run,
};

fn run(context: &Context, given: &Given) -> Result<(), Failure> {
    let name = &given.operands[0];
    let ports = context
        .client
        .container_inspect(name)?
        .network_settings
        .ports;
    let mut lines: Vec<String> = match given.operands.get(1) {
        Some(wanted) => {
            let bindings = read_port(wanted)?
                .and_then(|port| ports.get(&port))
                .and_then(Option::as_ref)
                .filter(|bindings| !bindings.is_empty())
                .ok_or_else(|| {
                    Failure::new(format!(
                        "Error: No public port '{wanted}' published for {name}"
                    ))
                })?;
            bindings.iter().map(address).collect()
        }
        None => ports
            .iter()
            .flat_map(|(port, bindings)| {
                bindings
                    .iter()
                    .flatten()
                    .map(move |binding| format!("{port} -> {}", address(binding)))
            })
            .collect(),
    };
    lines.sort_by(|a, b| natural_order(a, b));
    for line in lines {
        say!("{line}");
    }
    Ok(())
}

fn read_port(text: &str) -> Result<Option<Port>, Invalid> {
    let (number, protocol) = text.split_once('/').unwrap_or((text, "tcp"));
    let protocol = if protocol.is_empty() { "tcp" } else { protocol };
    let number: u16 = number.parse().map_err(|_| {
        Invalid(format!(
            "Error: invalid port ({number}): strconv.ParseUint: parsing {}: invalid syntax",
            quoted(number)
        ))
    })?;
    Ok(protocol
        .parse()
        .ok()
        .map(|protocol| Port { number, protocol }))
}

/// `0.0.0.0:80`, `[::]:80`.
fn address(binding: &PortBinding) -> String {
    if binding.host_ip.contains(':') {
        format!("[{}]:{}", binding.host_ip, binding.host_port)
    } else {
        format!("{}:{}", binding.host_ip, binding.host_port)
    }
}
