//! `/volumes`.

use std::rc::Rc;

use hyper::{Method, StatusCode};
use plimsoll_api::VolumeList;

use super::call::Call;
use super::reply::{self, Reply};
use super::router::page_not_found;
use crate::engine::Engine;
use crate::failure::{ApiFailure, ApiResult};
use crate::filters::Filters;
use crate::volumes::changes::{self, Missing};
use crate::volumes::{LIST_FILTERS, PRUNE_FILTERS};

/// Before this version a prune took named volumes as well.
const PRUNE_IS_FOR_ANONYMOUS: (u32, u32) = (1, 42);

/// Routes within the group.
///
/// # Errors
/// 404 for a path that is not served, and what the operations report.
pub async fn route(engine: &Rc<Engine>, call: Call) -> ApiResult<Reply> {
    let method = call.method().clone();
    let path = call.path.clone();
    let path: Vec<&str> = path.iter().map(String::as_str).collect();
    match (&method, &path[..]) {
        (&Method::GET, ["volumes"]) => list(engine, &call),
        (&Method::POST, ["volumes", "create"]) => {
            let volume = changes::create(engine, &call.json_or_default().await?)?;
            reply::json(StatusCode::CREATED, &volume.wire())
        }
        (&Method::POST, ["volumes", "prune"]) => prune(engine, &call),
        (&Method::GET, ["volumes", name]) => {
            reply::json(StatusCode::OK, &engine.volumes.get(name)?.wire())
        }
        (&Method::DELETE, ["volumes", name]) => {
            let missing = match call.query.flag("force") {
                true => Missing::IsFine,
                false => Missing::IsAnError,
            };
            changes::remove(engine, name, missing)?;
            Ok(reply::no_content())
        }
        (&Method::PUT, ["volumes", _]) => Err(ApiFailure::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "volume update is only valid for cluster volumes, but swarm is unavailable",
        )),
        _ => Err(page_not_found()),
    }
}

fn list(engine: &Engine, call: &Call) -> ApiResult<Reply> {
    let filters = Filters::parse(call.query.get("filters"), LIST_FILTERS)?;
    let used = |name: &str| !engine.containers.using_volume(name).is_empty();
    let found = engine.volumes.select(&filters, used)?;
    let body = VolumeList {
        volumes: found.iter().map(crate::volumes::Volume::wire).collect(),
        warnings: None,
    };
    reply::json(StatusCode::OK, &body)
}

fn prune(engine: &Engine, call: &Call) -> ApiResult<Reply> {
    let filters = Filters::parse(call.query.get("filters"), PRUNE_FILTERS)?;
    let named_too = call.version < PRUNE_IS_FOR_ANONYMOUS;
    reply::json(
        StatusCode::OK,
        &changes::prune(engine, &filters, named_too)?,
    )
}
