//! `/plimsoll/v1`: what Docker's API has no word for.

use std::rc::Rc;

use hyper::{Method, StatusCode};
use plimsoll_api::ContainerCreateRequest;
use plimsoll_api::lab::{LabInfo, PublishedPort};
use tokio::net::TcpStream;

use super::archive;
use super::call::Call;
use super::hijack;
use super::reply::{self, Reply};
use super::router::page_not_found;
use crate::archive::changes::as_we_tell;
use crate::engine::Engine;
use crate::explain;
use crate::failure::{ApiFailure, ApiResult};
use crate::images;
use crate::networks::listener;

/// Routes within the group.
///
/// # Errors
/// 404 for a path that is not served, and whatever the operation says.
pub async fn route(engine: &Rc<Engine>, call: Call) -> ApiResult<Reply> {
    let path = call.path.clone();
    let segments: Vec<&str> = path.iter().map(String::as_str).collect();
    match (call.method(), segments.as_slice()) {
        (&Method::GET, ["plimsoll", "v1", "lab"]) => reply::json(StatusCode::OK, &lab(engine)),
        (&Method::GET, ["plimsoll", "v1", "ports"]) => reply::json(StatusCode::OK, &ports(engine)),
        (&Method::GET, ["plimsoll", "v1", "layers", digest]) => {
            let contents = images::contents::of_layer(engine, digest).await?;
            reply::json(StatusCode::OK, &contents)
        }
        (&Method::GET, ["plimsoll", "v1", "containers", id, "changes"]) => {
            let changes = archive::changes_of(engine, id).await?;
            reply::json(StatusCode::OK, &as_we_tell(&changes))
        }
        (&Method::POST, ["plimsoll", "v1", "explain"]) => {
            let request: ContainerCreateRequest = call.json().await?;
            reply::json(StatusCode::OK, &explain::explain(engine, request).await?)
        }
        (&Method::GET, ["plimsoll", "v1", "listener"]) => {
            let port = call.query.number("port")?;
            let port = port
                .and_then(|port| u16::try_from(port).ok())
                .ok_or_else(|| {
                    ApiFailure::invalid("listener needs ?port=PORT, a number from 1 to 65535")
                })?;
            reply::json(StatusCode::OK, &listener::who_listens(engine, port))
        }
        (&Method::POST, ["plimsoll", "v1", "dial"]) => dial(call).await,
        // A submission has this socket too; the engine has to outlive it.
        (&Method::POST, ["plimsoll", "v1", "shutdown"]) if engine.config.grading => Err(
            ApiFailure::forbidden("shutdown is refused while a submission is graded"),
        ),
        (&Method::POST, ["plimsoll", "v1", "shutdown"]) => {
            engine.shutdown.ask();
            Ok(reply::no_content())
        }
        _ => Err(page_not_found()),
    }
}

fn lab(engine: &Rc<Engine>) -> LabInfo {
    let config = &engine.config;
    let id_mode = if config.id_map.is_single() {
        "single"
    } else {
        "range"
    };
    let uplink = if config.grading || engine.socket_vendor().is_none() {
        "off"
    } else {
        "on"
    };
    let kernel = std::fs::read_to_string("/proc/sys/kernel/osrelease").unwrap_or_default();
    LabInfo {
        lab: config.lab.clone(),
        id_mode: id_mode.to_owned(),
        owners: engine.owners.keeping().word().to_owned(),
        uplink: uplink.to_owned(),
        cgroup: engine.cgroups.layout().word().to_owned(),
        version: env!("CARGO_PKG_VERSION").to_owned(),
        kernel: kernel.trim().to_owned(),
        state_dir: config.state_dir.to_string_lossy().into_owned(),
        pid: config.pid_on_host,
        started_at: engine.started_at.clone(),
    }
}

fn ports(engine: &Rc<Engine>) -> Vec<PublishedPort> {
    let mut all = Vec::new();
    for container in engine.containers.all() {
        let published = container.published.borrow();
        for one in published.iter().flat_map(|published| &published.ports) {
            all.push(PublishedPort {
                container: container.name(),
                container_id: container.id.clone(),
                container_port: one.port.number,
                protocol: one.port.protocol.to_string(),
                lab_ip: one.ip.to_string(),
                lab_port: one.host_port,
                host_address: one.outside.map(|address| address.to_string()),
            });
        }
    }
    all
}

/// A raw connection out of the lab's own network.
async fn dial(mut call: Call) -> ApiResult<Reply> {
    let address = call.query.text("address").unwrap_or_default().to_owned();
    let upgrade = call.upgrade().ok_or_else(|| {
        ApiFailure::invalid("dial needs the headers `Connection: Upgrade` and `Upgrade: tcp`")
    })?;
    let target = resolve(&address)?;
    let connecting = TcpStream::connect(target);
    let patience = std::time::Duration::from_secs(10);
    let mut server = match tokio::time::timeout(patience, connecting).await {
        Ok(Ok(server)) => server,
        Ok(Err(error)) => return Err(bad_gateway(&address, &error.to_string())),
        Err(_) => return Err(bad_gateway(&address, "no answer within 10 s")),
    };
    tokio::task::spawn_local(async move {
        let Some(mut client) = hijack::raw(upgrade).await else {
            return;
        };
        use tokio::io::AsyncWriteExt;
        if server.write_all(&client.early).await.is_ok() {
            let _ = tokio::io::copy_bidirectional(&mut client.stream, &mut server).await;
        }
    });
    Ok(hijack::switching("application/octet-stream"))
}

fn bad_gateway(address: &str, why: &str) -> ApiFailure {
    ApiFailure::new(
        StatusCode::BAD_GATEWAY,
        format!("cannot reach {address} from the lab: {why}"),
    )
}

/// Addresses and `localhost`; there are no other names in a lab.
fn resolve(address: &str) -> ApiResult<std::net::SocketAddr> {
    let numeric = match address.strip_prefix("localhost:") {
        Some(port) => format!("127.0.0.1:{port}"),
        None => address.to_owned(),
    };
    numeric.parse().map_err(|_| {
        ApiFailure::invalid(format!("{address:?} is not ADDRESS:PORT or localhost:PORT"))
    })
}
