//! `POST /plimsoll/v1/explain`: the plan of a `docker run`, and nothing done.

use std::net::Ipv4Addr;
use std::rc::Rc;

use plimsoll_api::ContainerCreateRequest;
use plimsoll_api::lab::ExplainResponse;

use crate::containers::{self, Record};
use crate::engine::Engine;
use crate::failure::ApiResult;
use crate::networks::{self, NetworkMode};
use crate::spec::{self, Sharing, Surroundings};

/// The plan that a start would carry out. The address is the one the next
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
    Ok(ExplainResponse {
        ops,
        text: plan.to_string(),
        warnings,
    })
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
