//! Attaching a client to a container's or an exec's streams.

use std::rc::Rc;

use bytes::Bytes;
use hyper::upgrade::OnUpgrade;
use plimsoll_api::command_tag;

use super::call::Call;
use super::hijack;
use super::query::Query;
use super::reply::{self, Body, Reply, StreamSender};
use crate::containers::{self, Container};
use crate::engine::Engine;
use crate::failure::{ApiFailure, ApiResult};
use crate::logs::{self, Selection, Tail};
use crate::streams::{Client, DetachKeys, Ended, Outlet, Stdio, Wanted, frame, run_session};

/// The type of a stream: with headers for each chunk, or a terminal's as it is.
pub fn content_type(tty: bool) -> &'static str {
    if tty {
        "application/vnd.docker.raw-stream"
    } else {
        "application/vnd.docker.multiplexed-stream"
    }
}

/// What a client wants to be attached to.
pub struct Attachment {
    pub stdio: Rc<Stdio>,
    pub outlet: Outlet,
    pub wanted: Wanted,
    pub tty: bool,
}

/// `POST /containers/{id}/attach`. A container that has not started is
/// attached to as well: its stream begins with its start.
pub fn container(
    engine: &Rc<Engine>,
    container: &Rc<Container>,
    query: &Query,
    mut call: Call,
) -> ApiResult<Reply> {
    let record = container.record();
    let state = record.state.status;
    if state == plimsoll_api::ContainerStatus::Paused {
        return Err(ApiFailure::conflict(format!(
            "container {} is paused, unpause the container before attach",
            container.id
        )));
    }
    if state == plimsoll_api::ContainerStatus::Restarting {
        return Err(ApiFailure::conflict(format!(
            "container {} is restarting, wait until the container is running",
            container.id
        )));
    }
    let keys = DetachKeys::parse(query.get("detachKeys").unwrap_or_default())?;
    let (tty, config) = (record.config.tty, &record.config);
    let stream = query.flag("stream");
    let stdin = stream && query.flag("stdin") && config.open_stdin;
    let (stdout, stderr) = (query.flag("stdout"), query.flag("stderr"));
    let outlet = container
        .stdio
        .outlets
        .subscribe(stream && stdout, stream && stderr);
    let wanted = Wanted {
        stdin,
        multiplexed: !tty,
        detach: Some(keys).filter(|_| tty && stdin),
        close_stdin: config.stdin_once && !tty,
        prelude: Bytes::new(),
    };
    let attachment = Attachment {
        stdio: container.stdio.clone(),
        outlet,
        wanted,
        tty,
    };
    let history = query.flag("logs").then_some(Selection {
        stdout,
        stderr,
        since: None,
        until: None,
        tail: Tail::All,
        timestamps: false,
        follow: false,
        multiplexed: !tty,
    });
    containers::tell(engine, container, "attach", []);
    let upgrade = call.upgrade();
    let client = Reader::of(&call);
    let (engine, container) = (engine.clone(), container.clone());
    Ok(respond(
        attachment,
        upgrade,
        history,
        &container,
        client,
        move |container, ended| {
            if ended == Ended::Detached {
                containers::tell(&engine, container, "detach", []);
            }
        },
    ))
}

/// Who reads the answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Our own client, which loses nothing.
    Ours,
    /// Any other.
    Any,
}

impl Reader {
    /// Our client says which command it works for.
    pub fn of(call: &Call) -> Self {
        match call.head.headers.contains_key(command_tag::HEADER) {
            true => Self::Ours,
            false => Self::Any,
        }
    }
}

/// Sends the answer and serves the session behind it.
pub fn respond(
    attachment: Attachment,
    upgrade: Option<OnUpgrade>,
    history: Option<Selection>,
    container: &Rc<Container>,
    client: Reader,
    finished: impl FnOnce(&Rc<Container>, Ended) + 'static,
) -> Reply {
    let container = container.clone();
    let kind = content_type(attachment.tty);
    let Some(upgrade) = upgrade else {
        let (sender, reply) = reply::stream("application/vnd.docker.raw-stream");
        tokio::task::spawn_local(async move {
            output_only(attachment, history, &container, sender).await;
        });
        return reply;
    };
    tokio::task::spawn_local(async move {
        let connection = match client {
            Reader::Ours => hijack::raw(upgrade).await,
            Reader::Any => hijack::raw_by_itself(upgrade).await,
        };
        let Some(connection) = connection else {
            return;
        };
        let mut wanted = attachment.wanted;
        if let Some(selection) = history {
            wanted.prelude = collect(&container, selection).await;
        }
        let client = Client {
            connection,
            outlet: attachment.outlet,
        };
        let ended = run_session(client, wanted, attachment.stdio).await;
        finished(&container, ended);
    });
    hijack::switching(kind)
}

/// For clients that did not ask to take the connection over: output as the
/// body of a plain reply, no input.
async fn output_only(
    mut attachment: Attachment,
    history: Option<Selection>,
    container: &Rc<Container>,
    sender: StreamSender,
) {
    attachment.stdio.input_unattended();
    let prelude = std::mem::take(&mut attachment.wanted.prelude);
    if !prelude.is_empty() && sender.send(prelude).await.is_err() {
        return;
    }
    if let Some(selection) = history {
        let bytes = collect(container, selection).await;
        if !bytes.is_empty() && sender.send(bytes).await.is_err() {
            return;
        }
    }
    loop {
        let chunk = tokio::select! {
            chunk = attachment.outlet.chunks.recv() => chunk,
            () = sender.closed() => return,
        };
        let Some(chunk) = chunk else { return };
        let mut bytes = Vec::with_capacity(frame::LENGTH + chunk.bytes.len());
        if attachment.wanted.multiplexed {
            bytes.extend_from_slice(&frame::header(chunk.stream, chunk.bytes.len()));
        }
        bytes.extend_from_slice(&chunk.bytes);
        if sender.send(bytes).await.is_err() {
            return;
        }
    }
}

/// The log as it is now, in memory: it is bounded by rotation.
async fn collect(container: &Rc<Container>, selection: Selection) -> Bytes {
    let (sender, reply) = reply::stream(content_type(false));
    let reading = logs::follow(container.log.clone(), selection, sender);
    let Body::Stream(mut chunks) = reply.into_body() else {
        return Bytes::new();
    };
    let gathering = async {
        let mut all = Vec::new();
        while let Some(chunk) = chunks.recv().await {
            all.extend_from_slice(&chunk.expect("a chunk"));
        }
        Bytes::from(all)
    };
    tokio::join!(reading, gathering).1
}
