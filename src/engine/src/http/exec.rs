//! `/exec` and `/containers/{id}/exec`.

use std::rc::Rc;

use bytes::Bytes;
use hyper::{Method, StatusCode};
use plimsoll_api::{ExecCreate, ExecCreateResponse, ExecStart};

use super::attach::{self, Attachment};
use super::call::Call;
use super::reply::{self, Reply};
use super::resize;
use super::router::page_not_found;
use crate::engine::Engine;
use crate::exec::{self, Exec};
use crate::failure::ApiResult;
use crate::logs::Stream;
use crate::operations::{refuse, subject};
use crate::streams::{DetachKeys, Wanted, frame};

/// Routes within the group.
///
/// # Errors
/// 404 for a path that is not served, and whatever the operation says.
pub async fn route(engine: &Rc<Engine>, call: Call) -> ApiResult<Reply> {
    let path = call.path.clone();
    let segments: Vec<&str> = path.iter().map(String::as_str).collect();
    match (call.method(), segments.as_slice()) {
        (&Method::POST, ["containers", id, "exec"]) => {
            let container = engine.containers.find(id)?;
            let config: ExecCreate = call.json().await?;
            let exec = exec::create(engine, &container, config)?;
            let id = exec.id.clone();
            reply::json(StatusCode::CREATED, &ExecCreateResponse { id })
        }
        (&Method::GET, ["exec", id, "json"]) => {
            reply::json(StatusCode::OK, &engine.execs.find(id)?.inspect()?)
        }
        (&Method::POST, ["exec", id, "resize"]) => {
            resize::exec(&engine.execs.find(id)?, &call.query)
        }
        (&Method::POST, ["exec", id, "start"]) => start(engine, id, call).await,
        _ => Err(page_not_found()),
    }
}

async fn start(engine: &Rc<Engine>, id: &str, mut call: Call) -> ApiResult<Reply> {
    let exec = engine.execs.find(id)?;
    let container = exec.container()?;
    subject(&container.name());
    let upgrade = call.upgrade();
    let client = attach::Reader::of(&call);
    let options: ExecStart = call.json_or_default().await?;
    if options.detach {
        exec::start(engine, &exec, options.console_size).await?;
        return Ok(reply::empty(StatusCode::OK));
    }
    let mut attachment = attachment(&exec)?;
    exec.may_start(&container)?;
    if let Err(failure) = exec::start(engine, &exec, options.console_size).await {
        // The client has the connection by then, as with dockerd: the reason
        // is what it prints, and the exit code says the rest.
        refuse(&failure.message);
        let said = format!("{}\r\n", failure.message);
        attachment.wanted.prelude = framed(&attachment, said.as_bytes());
    }
    Ok(attach::respond(
        attachment,
        upgrade,
        None,
        &container,
        client,
        |_, _| {},
    ))
}

fn framed(attachment: &Attachment, text: &[u8]) -> Bytes {
    let mut bytes = Vec::new();
    if attachment.wanted.multiplexed {
        bytes.extend_from_slice(&frame::header(Stream::Stdout, text.len()));
    }
    bytes.extend_from_slice(text);
    bytes.into()
}

fn attachment(exec: &Rc<Exec>) -> ApiResult<Attachment> {
    let config = &exec.config;
    let keys = DetachKeys::parse(&config.detach_keys)?;
    let outlet = exec
        .stdio
        .outlets
        .subscribe(config.attach_stdout, config.attach_stderr);
    Ok(Attachment {
        stdio: exec.stdio.clone(),
        outlet,
        wanted: Wanted {
            stdin: config.attach_stdin,
            multiplexed: !config.tty,
            detach: Some(keys).filter(|_| config.tty && config.attach_stdin),
            close_stdin: true,
            prelude: Bytes::new(),
        },
        tty: config.tty,
    })
}
