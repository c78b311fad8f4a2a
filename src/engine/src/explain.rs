//! `POST /plimsoll/v1/explain`: the plan of a `docker run`, and nothing done.

use std::net::Ipv4Addr;
use std::path::Path;
use std::rc::Rc;

use plimsoll_api::ContainerCreateRequest;
use plimsoll_api::lab::ExplainResponse;

use crate::containers::{self, Record};
use crate::engine::Engine;
use crate::failure::ApiResult;
use crate::networks::{self, NetworkMode, Wanted};
use crate::spec::{self, Sharing, Surroundings};

/// The plan that a start would carry out, and what the engine itself would do around
/// it: make volumes and folders, publish ports. The address is the one the next
/// container would get; volumes that do not exist show where they would be.
///
/// # Errors
/// As create.
pub async fn explain(
    engine: &Rc<Engine>,
    request: ContainerCreateRequest,
) -> ApiResult<ExplainResponse> {
    let (mut record, mut warnings) = containers::draft(engine, request).await?;
    record.mounts = containers::sketch(engine, &record)?;
    let mode = NetworkMode::parse(&record.host_config.network_mode)?;
    let around = surroundings(engine, &record, &mode);
    let request = spec::request(&record, &around)?;
    let plan = plimsoll_runtime::plan(&request);
    for warning in &plan.warnings {
        if !warnings.contains(warning) {
            warnings.push(warning.clone());
        }
    }
    let ops = plan
        .ops
        .iter()
        .map(serde_json::to_value)
        .collect::<Result<_, _>>()?;
    let mut text = String::new();
    let wanted = networks::wanted(&record.host_config, &record.config.exposed_ports)?;
    let lines = made(engine, &record)
        .chain(plan.ops.iter().map(ToString::to_string))
        .chain(wanted.iter().map(|one| published(engine, one)));
    for line in lines {
        text.push_str(&line);
        text.push('\n');
    }
    Ok(ExplainResponse {
        ops,
        text,
        warnings,
    })
}

/// What is not there yet, and would be made for its mounts.
fn made<'a>(engine: &'a Rc<Engine>, record: &'a Record) -> impl Iterator<Item = String> + 'a {
    record.mounts.iter().flat_map(|mount| {
        let point = &mount.point;
        let place = &point.destination;
        let mut lines = Vec::new();
        if point.kind == "bind" && !Path::new(&point.source).exists() {
            lines.push(format!("make the host's folder {}", point.source));
        }
        if point.kind == "volume" && engine.volumes.get(&point.name).is_err() {
            let volume = if mount.anonymous {
                "a volume without a name".to_owned()
            } else {
                format!("the volume {}", point.name)
            };
            lines.push(format!("make {volume}"));
            if mount.copy_content {
                lines.push(format!("copy what the image has in {place} into it"));
            }
        }
        lines
    })
}

fn published(engine: &Engine, wanted: &Wanted) -> String {
    let (first, last) = wanted.range;
    let number = match first == last {
        true => format!("port {first}"),
        false => format!("a free port between {first} and {last}"),
    };
    let address = wanted.ip.map_or_else(String::new, |ip| format!(" at {ip}"));
    let outside = match engine.socket_vendor() {
        Some(_) => ", and on the real host's loopback",
        None => "",
    };
    let (port, protocol) = (wanted.port.number, wanted.port.protocol.as_str());
    format!("publish port {port}/{protocol} as {number} of the lab{address}{outside}")
}

fn surroundings(engine: &Rc<Engine>, record: &Record, mode: &NetworkMode) -> Surroundings {
    let address = engine.networks.next_address();
    let attachment = |address: Ipv4Addr| {
        let cable = format!("veth{}", &record.id[..7]);
        networks::attachment(&engine.networks, record, address, cable)
    };
    Surroundings {
        network: match mode {
            NetworkMode::Host => Sharing::Host,
            _ => Sharing::Private,
        },
        pid: if record.host_config.pid_mode == "host" {
            Sharing::Host
        } else {
            Sharing::Private
        },
        ipc: if record.host_config.ipc_mode == "host" {
            Sharing::Host
        } else {
            Sharing::Private
        },
        attachment: address
            .filter(|_| *mode == NetworkMode::Bridge)
            .map(attachment),
        ..engine.surroundings(&engine.config.container_dir(&record.id))
    }
}
