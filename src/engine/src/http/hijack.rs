//! Connections that a handler takes over: attach, exec, dial.
//!
//! Docker's clients ask with `Connection: Upgrade, Upgrade: tcp` and get
//! `101 UPGRADED`; after it both sides speak raw bytes on the socket, and the
//! client may close its writing half to say that stdin has ended.

use std::os::fd::AsFd;
use std::time::{Duration, Instant};

use hyper::header::{CONNECTION, CONTENT_TYPE, HeaderValue, UPGRADE};
use hyper::upgrade::OnUpgrade;
use hyper::{Response, StatusCode};
use hyper_util::rt::TokioIo;
use plimsoll_runtime::sys;
use tokio::net::UnixStream;

use super::reply::{Body, Reply};

/// A raw connection and the bytes the client sent before it became raw.
#[derive(Debug)]
pub struct RawConnection {
    /// The client's socket.
    pub stream: UnixStream,
    /// What hyper had read already: the first bytes of stdin.
    pub early: bytes::Bytes,
}

/// How long a client is given to read the reply's head before more is written.
const HEAD_IS_READ: Duration = Duration::from_millis(200);
/// How often it is looked whether it has.
const BETWEEN: Duration = Duration::from_millis(1);

/// The `101 UPGRADED` that makes the connection raw.
pub fn switching(content_type: &'static str) -> Reply {
    let mut reply = Response::new(Body::Whole(None));
    *reply.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    let headers = reply.headers_mut();
    headers.insert(CONNECTION, HeaderValue::from_static("Upgrade"));
    headers.insert(UPGRADE, HeaderValue::from_static("tcp"));
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    reply
}

/// Waits until the reply has been written and returns the raw connection;
/// `None` when the client went away first.
pub async fn raw(upgrade: OnUpgrade) -> Option<RawConnection> {
    let upgraded = upgrade.await.ok()?;
    let parts = upgraded.downcast::<TokioIo<UnixStream>>().ok()?;
    Some(RawConnection {
        stream: parts.io.into_inner(),
        early: parts.read_buf,
    })
}

/// As [`raw`], once the client has read the reply's head. Some clients (docker-py) read
/// it through a buffer, and lose what came along with it.
pub async fn raw_by_itself(upgrade: OnUpgrade) -> Option<RawConnection> {
    let connection = raw(upgrade).await?;
    let begun = Instant::now();
    while begun.elapsed() < HEAD_IS_READ
        && sys::unread_by_peer(connection.stream.as_fd()).is_ok_and(|bytes| bytes > 0)
    {
        tokio::time::sleep(BETWEEN).await;
    }
    Some(connection)
}
