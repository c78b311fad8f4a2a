//! `/containers`, apart from archives and exec.

use std::rc::Rc;

use hyper::{Method, StatusCode};
use plimsoll_api::ContainerCreateRequest;
use plimsoll_api::host_config::ContainerUpdateRequest;

use super::attach;
use super::call::Call;
use super::query::Query;
use super::reply::{self, Reply};
use super::resize;
use super::router::page_not_found;
use crate::containers::{self, Condition, Container, RemoveOptions, Sampler, Step, StopOptions};
use crate::engine::Engine;
use crate::failure::{ApiFailure, ApiResult};
use crate::logs::{self, Selection, Tail};
use crate::timestamp;

/// Routes within the group.
///
/// # Errors
/// 404 for a path that is not served, and whatever the operation says.
pub async fn route(engine: &Rc<Engine>, call: Call) -> ApiResult<Reply> {
    let path = call.path.clone();
    let segments: Vec<&str> = path.iter().map(String::as_str).collect();
    let query = call.query.clone();
    match (call.method(), segments.as_slice()) {
        (&Method::GET, ["containers", "json"]) => {
            reply::json(StatusCode::OK, &containers::list(engine, &query)?)
        }
        (&Method::POST, ["containers", "create"]) => create(engine, &query, call).await,
        (&Method::POST, ["containers", "prune"]) => {
            let report = containers::prune(engine, query.get("filters")).await?;
            reply::json(StatusCode::OK, &report)
        }
        (&Method::DELETE, ["containers", id]) => remove(engine, id, &query).await,
        (&Method::GET | &Method::HEAD, ["containers", id, what]) => {
            let container = engine.containers.find(id)?;
            read(engine, &container, what, &query)
        }
        (&Method::POST, ["containers", id, what]) => {
            let container = engine.containers.find(id)?;
            act(engine, &container, what, &query, call).await
        }
        (&Method::GET, ["containers", _, "attach", "ws"]) => Err(ApiFailure::not_implemented(
            "plimsoll does not attach over a web socket",
        )),
        _ => Err(page_not_found()),
    }
}

async fn create(engine: &Rc<Engine>, query: &Query, call: Call) -> ApiResult<Reply> {
    let request: ContainerCreateRequest = call.json().await?;
    if let Some(platform) = query.text("platform") {
        containers::check_platform(engine, &request.config.image, platform)?;
    }
    let made = containers::create(engine, query.text("name"), request).await?;
    reply::json(StatusCode::CREATED, &made)
}

async fn remove(engine: &Rc<Engine>, id: &str, query: &Query) -> ApiResult<Reply> {
    if query.flag("link") {
        return Err(ApiFailure::not_implemented("plimsoll has no links"));
    }
    let container = engine.containers.find(id)?;
    let options = RemoveOptions {
        force: query.flag("force"),
        volumes: query.flag("v"),
    };
    containers::remove(engine, &container, options).await?;
    Ok(reply::no_content())
}

fn read(
    engine: &Rc<Engine>,
    container: &Rc<Container>,
    what: &str,
    query: &Query,
) -> ApiResult<Reply> {
    match what {
        "json" => {
            let found = containers::inspect(engine, container, query.flag("size"));
            reply::json(StatusCode::OK, &found)
        }
        "logs" => read_logs(container, query),
        "top" => {
            let found = containers::top(container, query.text("ps_args"))?;
            reply::json(StatusCode::OK, &found)
        }
        "stats" => stats(container, query),
        _ => Err(page_not_found()),
    }
}

async fn act(
    engine: &Rc<Engine>,
    container: &Rc<Container>,
    what: &str,
    query: &Query,
    call: Call,
) -> ApiResult<Reply> {
    match what {
        "start" => {
            crate::streams::DetachKeys::parse(query.get("detachKeys").unwrap_or_default())?;
            Ok(stepped(containers::start(engine, container).await?))
        }
        "stop" => {
            let options = stop_options(query)?;
            Ok(stepped(
                containers::stop(engine, container, &options).await?,
            ))
        }
        "restart" => {
            containers::restart(engine, container, &stop_options(query)?).await?;
            Ok(reply::no_content())
        }
        "kill" => {
            containers::kill(engine, container, query.text("signal"))?;
            Ok(reply::no_content())
        }
        "pause" => containers::pause(engine, container)
            .await
            .map(|()| reply::no_content()),
        "unpause" => containers::unpause(engine, container).map(|()| reply::no_content()),
        "rename" => {
            let name = query.get("name").unwrap_or_default();
            containers::rename(engine, container, name).map(|()| reply::no_content())
        }
        "wait" => wait(container, query),
        "resize" => resize::container(container, query),
        "attach" => attach::container(engine, container, query, call),
        "update" => {
            let request: ContainerUpdateRequest = call.json().await?;
            let response = containers::update(engine, container, &request)?;
            reply::json(StatusCode::OK, &response)
        }
        _ => Err(page_not_found()),
    }
}

/// 204, or 304 where nothing was to be done.
fn stepped(step: Step) -> Reply {
    reply::empty(match step {
        Step::Go => StatusCode::NO_CONTENT,
        Step::Already => StatusCode::NOT_MODIFIED,
    })
}

fn stop_options(query: &Query) -> ApiResult<StopOptions> {
    Ok(StopOptions {
        timeout: query.number("t")?,
        signal: query.text("signal").map(str::to_owned),
    })
}

/// The headers leave at once: a client waits before it starts.
fn wait(container: &Rc<Container>, query: &Query) -> ApiResult<Reply> {
    let condition = Condition::parse(query.get("condition"))?;
    let waiting = containers::wait(container, condition);
    let (sender, reply) = reply::stream("application/json");
    tokio::task::spawn_local(async move {
        tokio::select! {
            response = waiting => {
                let _ = sender.send_json(&response).await;
            }
            () = sender.closed() => {}
        }
    });
    Ok(reply)
}

fn read_logs(container: &Rc<Container>, query: &Query) -> ApiResult<Reply> {
    let (stdout, stderr) = (query.flag("stdout"), query.flag("stderr"));
    if !stdout && !stderr {
        return Err(ApiFailure::invalid(
            "Bad parameters: you must choose at least one stream",
        ));
    }
    let record = container.record();
    if record.host_config.log_config.kind == "none" {
        return Err(ApiFailure::not_implemented(
            "configured logging driver does not support reading",
        ));
    }
    let tty = record.config.tty;
    let selection = Selection {
        stdout,
        stderr,
        since: stamp(query, "since")?,
        until: stamp(query, "until")?,
        tail: Tail::parse(query.text("tail")),
        timestamps: query.flag("timestamps"),
        follow: query.flag("follow"),
        multiplexed: !tty,
    };
    let (sender, reply) = reply::stream(attach::content_type(tty));
    tokio::task::spawn_local(logs::follow(container.log.clone(), selection, sender));
    Ok(reply)
}

/// A time in seconds (with a fraction) or RFC 3339; 0 is none.
fn stamp(query: &Query, name: &str) -> ApiResult<Option<jiff::Timestamp>> {
    let Some(text) = query.text(name).filter(|text| *text != "0") else {
        return Ok(None);
    };
    let nanos = crate::events::parse_stamp(text)?;
    timestamp::from_nanos(nanos).map(Some)
}

fn stats(container: &Rc<Container>, query: &Query) -> ApiResult<Reply> {
    let stream = query.flag_or("stream", true);
    let mut sampler = Sampler::default();
    if !stream && query.flag("one-shot") {
        return reply::json(StatusCode::OK, &sampler.next(container));
    }
    let container = container.clone();
    let (sender, reply) = reply::stream("application/json");
    tokio::task::spawn_local(async move {
        let second = std::time::Duration::from_secs(1);
        let first = sampler.next(&container);
        if stream && sender.send_json(&first).await.is_err() {
            return;
        }
        loop {
            tokio::select! {
                () = tokio::time::sleep(second) => {}
                () = sender.closed() => return,
            }
            let next = sampler.next(&container);
            if sender.send_json(&next).await.is_err() || !stream {
                return;
            }
        }
    });
    Ok(reply)
}
