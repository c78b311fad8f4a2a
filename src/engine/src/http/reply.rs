//! Replies: JSON, empty, and bodies that stream with back-pressure.

use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::{Response, StatusCode};
use serde::Serialize;
use tokio::sync::mpsc;

use crate::failure::{ApiFailure, ApiResult};

/// A finished reply or one that is still being produced.
pub type Reply = Response<Body>;

/// How many chunks a streaming reply holds before its producer waits.
const STREAM_DEPTH: usize = 8;

/// The body of a reply.
#[derive(Debug)]
pub enum Body {
    /// Known whole.
    Whole(Option<Bytes>),
    /// Chunks from a [`StreamSender`].
    Stream(mpsc::Receiver<io::Result<Bytes>>),
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<io::Result<Frame<Bytes>>>> {
        match self.get_mut() {
            Self::Whole(bytes) => Poll::Ready(bytes.take().map(|b| Ok(Frame::data(b)))),
            Self::Stream(receiver) => receiver
                .poll_recv(cx)
                .map(|chunk| chunk.map(|bytes| bytes.map(Frame::data))),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(None))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, Bytes::len) as u64),
            Self::Stream(_) => SizeHint::default(),
        }
    }
}

/// The producing end of a streaming reply.
#[derive(Debug, Clone)]
pub struct StreamSender {
    chunks: mpsc::Sender<io::Result<Bytes>>,
}

/// The client went away: whoever produces for it stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ClientGone;

impl StreamSender {
    /// Sends one chunk; waits while the client is slow.
    ///
    /// # Errors
    /// [`ClientGone`] once nobody reads any more.
    pub async fn send(&self, chunk: impl Into<Bytes>) -> Result<(), ClientGone> {
        self.chunks
            .send(Ok(chunk.into()))
            .await
            .map_err(|_| ClientGone)
    }

    /// As [`StreamSender::send`], from a thread that may block.
    ///
    /// # Errors
    /// [`ClientGone`] once nobody reads any more.
    pub fn blocking_send(&self, chunk: impl Into<Bytes>) -> Result<(), ClientGone> {
        self.chunks
            .blocking_send(Ok(chunk.into()))
            .map_err(|_| ClientGone)
    }

    /// Sends a value as one line of JSON.
    ///
    /// # Errors
    /// [`ClientGone`] once nobody reads any more.
    pub async fn send_json(&self, value: &impl Serialize) -> Result<(), ClientGone> {
        self.send(json_line(value)).await
    }

    /// Breaks the reply off, so that the client does not take what it has for
    /// the whole.
    pub async fn abort(&self) {
        let broken = io::Error::other("the reply could not be finished");
        let _ = self.chunks.send(Err(broken)).await;
    }

    /// Resolves when the client is gone.
    pub async fn closed(&self) {
        self.chunks.closed().await;
    }
}

/// A value as one line of JSON, as Docker's progress streams want it.
pub fn json_line(value: &impl Serialize) -> Vec<u8> {
    let mut line = serde_json::to_vec(value).unwrap_or_default();
    line.push(b'\n');
    line
}

/// 200 (or another status) with a JSON body and Docker's trailing newline.
///
/// # Errors
/// 500 when the value cannot be serialised.
pub fn json(status: StatusCode, value: &impl Serialize) -> ApiResult<Reply> {
    let mut bytes = serde_json::to_vec(value)?;
    bytes.push(b'\n');
    Ok(whole(status, "application/json", bytes))
}

/// A reply whose body is known.
pub fn whole(status: StatusCode, content_type: &'static str, body: impl Into<Bytes>) -> Reply {
    let mut reply = Response::new(Body::Whole(Some(body.into())));
    *reply.status_mut() = status;
    reply
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    reply
}

/// A reply without a body (204, 304, 200 of `resize`).
pub fn empty(status: StatusCode) -> Reply {
    let mut reply = Response::new(Body::Whole(None));
    *reply.status_mut() = status;
    reply
}

/// 204.
pub fn no_content() -> Reply {
    empty(StatusCode::NO_CONTENT)
}

/// A 200 whose headers leave at once and whose body follows.
pub fn stream(content_type: &'static str) -> (StreamSender, Reply) {
    let (sender, receiver) = mpsc::channel(STREAM_DEPTH);
    let mut reply = Response::new(Body::Stream(receiver));
    reply
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
    (StreamSender { chunks: sender }, reply)
}

/// Docker's error body.
pub fn failure(failure: &ApiFailure) -> Reply {
    if failure.status == StatusCode::NOT_MODIFIED {
        return empty(failure.status);
    }
    let body = serde_json::json!({ "message": failure.message });
    whole(failure.status, "application/json", format!("{body}\n"))
}
