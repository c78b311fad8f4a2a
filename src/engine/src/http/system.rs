//! `/_ping`, `/version`, `/info`, `/events`, `/system/df`, `/auth` and the
//! journal.

use std::rc::Rc;
use std::time::Duration;

use hyper::header::{CACHE_CONTROL, HeaderValue, PRAGMA};
use hyper::{Method, StatusCode};

use super::call::{Call, MAX_API_VERSION, MIN_API_VERSION};
use super::reply::{self, Reply, StreamSender};
use super::router::page_not_found;
use crate::engine::Engine;
use crate::events::{Cursor, Query, QueryError, now_nanos, passes};
use crate::failure::{ApiFailure, ApiResult};
use crate::usage::disk::{self, Kinds};
use crate::usage::info;

impl From<QueryError> for ApiFailure {
    fn from(error: QueryError) -> Self {
        Self::invalid(error.to_string())
    }
}

/// Routes within the group.
///
/// # Errors
/// 404 for a path that is not served, and what the operations report.
pub async fn route(engine: &Rc<Engine>, call: Call) -> ApiResult<Reply> {
    let method = call.method().clone();
    match (&method, &call.segments()[..]) {
        (&Method::GET | &Method::HEAD, ["_ping"]) => Ok(ping()),
        (&Method::GET, ["version"]) => {
            let (newest, oldest) = (written(MAX_API_VERSION), written(MIN_API_VERSION));
            reply::json(StatusCode::OK, &info::version(&newest, &oldest))
        }
        (&Method::GET, ["info"]) => reply::json(StatusCode::OK, &info::info(engine)),
        (&Method::GET, ["events"]) => events(engine, &call),
        (&Method::GET, ["system", "df"]) => {
            let kinds = Kinds::read(call.query.all("type"))?;
            reply::json(StatusCode::OK, &disk::usage(engine, kinds).await?)
        }
        (&Method::POST, ["auth"]) => Err(ApiFailure::not_implemented(
            "plimsoll has no registry to log in to yet: the images it carries need no account (docker search)",
        )),
        (&Method::GET, ["plimsoll", "v1", "journal"]) => journal(engine, &call),
        _ => Err(page_not_found()),
    }
}

fn written((major, minor): (u32, u32)) -> String {
    format!("{major}.{minor}")
}

fn ping() -> Reply {
    let mut reply = reply::whole(StatusCode::OK, "text/plain; charset=utf-8", "OK");
    let headers = reply.headers_mut();
    let fresh = HeaderValue::from_static("no-cache, no-store, must-revalidate");
    headers.insert(CACHE_CONTROL, fresh);
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
    headers.insert("builder-version", HeaderValue::from_static("1"));
    headers.insert("swarm", HeaderValue::from_static("inactive"));
    reply
}

fn journal(engine: &Engine, call: &Call) -> ApiResult<Reply> {
    let since = call.query.number("since")?.unwrap_or(0);
    let since = u64::try_from(since)
        .map_err(|_| ApiFailure::invalid(format!("since must not be negative: {since}")))?;
    let lines = engine.journal.since(since)?;
    Ok(reply::whole(StatusCode::OK, "application/x-ndjson", lines))
}

fn events(engine: &Rc<Engine>, call: &Call) -> ApiResult<Reply> {
    let query = Query::parse(
        call.query.text("since"),
        call.query.text("until"),
        call.query.get("filters"),
    )?;
    // The place is taken before the reply's head leaves, so that what happens
    // right after the client has read it is not missed.
    let cursor = match (query.since, query.until) {
        (Some(since), _) => engine.events.since(since),
        (None, Some(_)) => engine.events.since(0),
        (None, None) => engine.events.live(),
    };
    let (client, reply) = reply::stream("application/json");
    let engine = engine.clone();
    tokio::task::spawn_local(async move { follow(&engine, &query, cursor, &client).await });
    Ok(reply)
}

async fn follow(engine: &Engine, query: &Query, mut cursor: Cursor, client: &StreamSender) {
    let end = async {
        match query.until {
            None => std::future::pending().await,
            Some(until) => {
                let left = u64::try_from(until - now_nanos()).unwrap_or(0);
                tokio::time::sleep(Duration::from_nanos(left)).await;
            }
        }
    };
    tokio::pin!(end);
    loop {
        let event = tokio::select! {
            // What has happened already comes before the end.
            biased;
            () = client.closed() => return,
            () = engine.shutdown.finished() => return,
            event = engine.events.next(&mut cursor) => event,
            () = &mut end => return,
        };
        if query.until.is_some_and(|until| event.time_nano > until) {
            return;
        }
        if passes(&event, &query.filters) && client.send_json(&*event).await.is_err() {
            return;
        }
    }
}
