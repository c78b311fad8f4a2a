//! From a path to the group that answers it. One file per API group.

use std::future::Future;
use std::rc::Rc;

use hyper::header::{HeaderValue, SERVER};
use hyper::{Method, Request, body::Incoming};

use super::call::Call;
use super::operations as commands;
use super::reply::{self, Reply};
use super::{archive, containers, exec, images, networks, plimsoll, snapshots, system, volumes};
use crate::engine::Engine;
use crate::failure::{ApiFailure, ApiResult};
use crate::operations::{self, Trace, traced};

/// Answers one request. Never fails: a failure is a reply too.
pub async fn answer(engine: Rc<Engine>, request: Request<Incoming>) -> Reply {
    let result = match Call::new(request) {
        Ok(call) => {
            let trace = Trace::begin(&engine, &call);
            let rest = call.rest();
            let reads = *call.method() == Method::GET;
            let work = traced(trace, dispatched(engine, call));
            let done = if reads { work.await } else { whole(work).await };
            if done.is_err() {
                rest.drain().await;
            }
            done
        }
        Err(failure) => Err(failure),
    };
    let mut answer = result.unwrap_or_else(|failure| reply::failure(&failure));
    let headers = answer.headers_mut();
    headers.insert("api-version", HeaderValue::from_static("1.48"));
    headers.insert("docker-experimental", HeaderValue::from_static("false"));
    headers.insert("ostype", HeaderValue::from_static("linux"));
    headers.insert(
        SERVER,
        HeaderValue::from_static(concat!("Plimsoll/", env!("CARGO_PKG_VERSION"), " (linux)")),
    );
    answer
}

/// Carries a change out to its end even when the client breaks off in the
/// middle: the handler's future is dropped then, and half a start would be a
/// process that nobody watches.
async fn whole(work: impl Future<Output = ApiResult<Reply>> + 'static) -> ApiResult<Reply> {
    let carried = tokio::task::spawn_local(work);
    carried
        .await
        .unwrap_or_else(|error| Err(ApiFailure::internal(format!("the engine failed: {error}"))))
}

async fn dispatched(engine: Rc<Engine>, call: Call) -> ApiResult<Reply> {
    let _passed = match needs_the_gate(&call) {
        true => Some(engine.gate.pass().await),
        false => None,
    };
    let result = dispatch(&engine, call).await;
    if let Err(failure) = &result {
        operations::refuse(&failure.message);
    }
    result
}

/// Whether a request waits while the lab is copied or replaced, and is waited
/// for. A start, stop or removal is not among them: it holds its container.
fn needs_the_gate(call: &Call) -> bool {
    if matches!(*call.method(), Method::GET | Method::HEAD) {
        return false;
    }
    match call.segments().as_slice() {
        ["containers", "create" | "prune"]
        | [
            "containers",
            _,
            "pause" | "unpause" | "rename" | "update" | "exec" | "archive",
        ]
        | ["exec", _, "start"]
        | ["images", .., "tag" | "prune"]
        | ["volumes" | "networks", ..] => true,
        ["images", ..] => *call.method() == Method::DELETE,
        _ => false,
    }
}

async fn dispatch(engine: &Rc<Engine>, call: Call) -> ApiResult<Reply> {
    match call.segments().as_slice() {
        ["containers", _, "archive" | "export" | "changes"] => archive::route(engine, call).await,
        ["commit"] => archive::route(engine, call).await,
        ["containers", _, "exec"] | ["exec", ..] => exec::route(engine, call).await,
        ["containers", ..] => containers::route(engine, call).await,
        ["images", ..] | ["distribution", ..] => images::route(engine, call).await,
        ["volumes", ..] => volumes::route(engine, call).await,
        ["networks", ..] => networks::route(engine, call).await,
        ["plimsoll", "v1", "operations"] => commands::route(engine, &call),
        ["plimsoll", "v1", "journal"] => system::route(engine, call).await,
        ["plimsoll", "v1", "snapshots", ..] => snapshots::route(engine, call).await,
        ["plimsoll", ..] => plimsoll::route(engine, call).await,
        ["_ping" | "version" | "info" | "events" | "auth"] | ["system", ..] => {
            system::route(engine, call).await
        }
        // There is no cache to prune, and `docker system prune` asks.
        ["build", "prune"] => reply::json(
            hyper::StatusCode::OK,
            &serde_json::json!({"CachesDeleted": null, "SpaceReclaimed": 0}),
        ),
        ["build" | "session" | "grpc", ..] => Err(ApiFailure::not_implemented(
            "plimsoll does not build images yet",
        )),
        [
            "swarm" | "nodes" | "services" | "tasks" | "secrets" | "configs",
            ..,
        ] => Err(ApiFailure::new(
            hyper::StatusCode::SERVICE_UNAVAILABLE,
            "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm \
                 join\" to connect this node to swarm and try again.",
        )),
        ["plugins"] => reply::json(hyper::StatusCode::OK, &serde_json::json!([])),
        _ => Err(page_not_found()),
    }
}

/// What dockerd says to a path that it does not know.
pub fn page_not_found() -> ApiFailure {
    ApiFailure::not_found("page not found")
}
