//! One request: method, path, query, headers, body.

use std::fmt::Write;
use std::io::{self, Read};

use serde::Serialize;

use super::http::Connection;
use super::query::{Query, encode_path};

enum RequestBody<'body> {
    None,
    Json(Vec<u8>),
    Stream(&'body mut dyn Read),
}

/// What a client says with every request.
#[derive(Clone, Copy)]
pub(super) struct Told<'client> {
    /// The value of `Host`.
    pub(super) host: &'client str,
    /// A whole header line, or nothing.
    pub(super) command: &'client str,
}

/// A request in the making. Paths are without the version prefix.
pub struct Request<'body> {
    pub(super) method: &'static str,
    path: String,
    query: Query,
    headers: String,
    body: RequestBody<'body>,
    versioned: bool,
}

impl<'body> Request<'body> {
    fn new(method: &'static str, path: String) -> Self {
        let versioned = !path.starts_with("/plimsoll/") && path != "/_ping";
        Self {
            method,
            path,
            query: Query::new(),
            headers: String::new(),
            body: RequestBody::None,
            versioned,
        }
    }

    pub fn get(path: impl Into<String>) -> Self {
        Self::new("GET", path.into())
    }

    pub fn head(path: impl Into<String>) -> Self {
        Self::new("HEAD", path.into())
    }

    pub fn post(path: impl Into<String>) -> Self {
        Self::new("POST", path.into())
    }

    pub fn put(path: impl Into<String>) -> Self {
        Self::new("PUT", path.into())
    }

    pub fn delete(path: impl Into<String>) -> Self {
        Self::new("DELETE", path.into())
    }

    /// `/kind/name/action`, with `name` encoded; `action` may be empty.
    pub(super) fn path_of(kind: &str, name: &str, action: &str) -> String {
        let name = encode_path(name);
        if action.is_empty() {
            format!("/{kind}/{name}")
        } else {
            format!("/{kind}/{name}/{action}")
        }
    }

    pub fn query(mut self, query: Query) -> Self {
        self.query = query;
        self
    }

    /// Adds a header. Values are ours or encoded; a line break in one would
    /// forge another header and is cut off.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        let value = value.lines().next().unwrap_or_default();
        let _ = write!(self.headers, "{name}: {value}\r\n");
        self
    }

    pub fn json<T: Serialize>(mut self, body: &T) -> Self {
        let bytes = serde_json::to_vec(body).expect("wire types are valid JSON");
        self.body = RequestBody::Json(bytes);
        self.header("Content-Type", "application/json")
    }

    /// A body that is sent as it is read, such as an archive.
    pub fn stream(mut self, body: &'body mut dyn Read, content_type: &str) -> Self {
        self.body = RequestBody::Stream(body);
        self.header("Content-Type", content_type)
    }

    /// A stream can be read only once.
    pub(super) fn can_repeat(&self) -> bool {
        !matches!(self.body, RequestBody::Stream(_))
    }

    /// Path and query as they stand in the request line.
    pub(super) fn target(&self, version: &str) -> String {
        let query = self.query.as_str();
        if self.versioned {
            format!("/v{version}{}{query}", self.path)
        } else {
            format!("{}{query}", self.path)
        }
    }

    pub(super) fn write(
        &mut self,
        connection: &mut Connection,
        target: &str,
        told: Told<'_>,
    ) -> io::Result<()> {
        let mut head = format!(
            "{} {target} HTTP/1.1\r\nHost: {}\r\nUser-Agent: Plimsoll/{}\r\n{}{}",
            self.method,
            told.host,
            env!("CARGO_PKG_VERSION"),
            told.command,
            self.headers
        );
        match &mut self.body {
            RequestBody::None => {
                if self.method != "GET" && self.method != "HEAD" {
                    head.push_str("Content-Length: 0\r\n");
                }
                head.push_str("\r\n");
                connection.write_all(head.as_bytes())
            }
            RequestBody::Json(body) => {
                let _ = write!(head, "Content-Length: {}\r\n\r\n", body.len());
                let mut bytes = head.into_bytes();
                bytes.extend_from_slice(body);
                connection.write_all(&bytes)
            }
            RequestBody::Stream(body) => {
                head.push_str("Transfer-Encoding: chunked\r\n\r\n");
                connection.write_all(head.as_bytes())?;
                connection.write_chunked(*body)
            }
        }
    }
}
