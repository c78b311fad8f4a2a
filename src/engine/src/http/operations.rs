//! `GET /plimsoll/v1/operations`: what was done for the last commands.

use std::rc::Rc;

use hyper::{Method, StatusCode};

use super::call::Call;
use super::reply::{self, Reply, StreamSender};
use super::router::page_not_found;
use crate::engine::Engine;
use crate::failure::{ApiFailure, ApiResult};
use crate::operations::Follower;

/// Routes within the group.
///
/// # Errors
/// 404 for another method, 400 for a `since` that is no number.
pub fn route(engine: &Rc<Engine>, call: &Call) -> ApiResult<Reply> {
    if *call.method() != Method::GET {
        return Err(page_not_found());
    }
    let since = call.query.number("since")?.unwrap_or(0);
    let since = u64::try_from(since)
        .map_err(|_| ApiFailure::invalid(format!("since must not be negative: {since}")))?;
    if !call.query.flag("follow") {
        return reply::json(StatusCode::OK, &engine.operations.since(since));
    }
    let follower = engine.operations.follow(since);
    let (client, reply) = reply::stream("application/x-ndjson");
    let engine = engine.clone();
    tokio::task::spawn_local(async move { follow(&engine, follower, &client).await });
    Ok(reply)
}

async fn follow(engine: &Engine, mut follower: Follower, client: &StreamSender) {
    loop {
        let changed = tokio::select! {
            biased;
            () = client.closed() => return,
            () = engine.shutdown.finished() => return,
            changed = engine.operations.next(&mut follower) => changed,
        };
        for command in changed {
            if client.send_json(&command).await.is_err() {
                return;
            }
        }
    }
}
