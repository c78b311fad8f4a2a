//! `/networks`.

use std::rc::Rc;

use hyper::{Method, StatusCode};
use plimsoll_api::network::{NetworkCreateRequest, NetworkPruneReport};

use super::call::Call;
use super::reply::{self, Reply};
use super::router::page_not_found;
use crate::engine::Engine;
use crate::failure::{ApiFailure, ApiResult};
use crate::networks;

/// Routes within the group.
///
/// # Errors
/// 404 for a path that is not served, and whatever the operation says.
pub async fn route(engine: &Rc<Engine>, call: Call) -> ApiResult<Reply> {
    let path = call.path.clone();
    let segments: Vec<&str> = path.iter().map(String::as_str).collect();
    match (call.method(), segments.as_slice()) {
        (&Method::GET, ["networks"]) => {
            let list = networks::list(engine, call.query.get("filters"))?;
            reply::json(StatusCode::OK, &list)
        }
        (&Method::POST, ["networks", "create"]) => {
            let request: NetworkCreateRequest = call.json().await?;
            refuse_create(&request)
        }
        (&Method::POST, ["networks", "prune"]) => {
            reply::json(StatusCode::OK, &NetworkPruneReport::default())
        }
        (&Method::GET, ["networks", id]) => {
            reply::json(StatusCode::OK, &networks::inspect(engine, id)?)
        }
        (&Method::DELETE, ["networks", id]) => {
            let network = networks::inspect(engine, id)?;
            Err(ApiFailure::forbidden(format!(
                "{} is a pre-defined network and cannot be removed",
                network.name
            )))
        }
        (&Method::POST, ["networks", id, "connect" | "disconnect"]) => {
            networks::inspect(engine, id)?;
            Err(not_yet())
        }
        _ => Err(page_not_found()),
    }
}

fn refuse_create(request: &NetworkCreateRequest) -> ApiResult<Reply> {
    if ["bridge", "host", "none"].contains(&request.name.as_str()) {
        return Err(ApiFailure::forbidden(format!(
            "operation is not permitted on predefined {} network",
            request.name
        )));
    }
    Err(not_yet())
}

fn not_yet() -> ApiFailure {
    ApiFailure::not_implemented(
        "plimsoll has the networks bridge, host and none; networks of your own are not there yet",
    )
}
