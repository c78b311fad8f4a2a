//! A synchronous client of the engine.
//!
//! One kept connection serves calls in sequence; a call that finds it taken
//! (a log that is followed, a wait) opens another. No request is sent that was
//! not asked for: the version is not negotiated but put into the path, and
//! only an engine that refuses it is asked again in its own.
//!
//! Start with [`Client::request`]; the typed calls are in `calls_*`.

mod calls_containers;
mod calls_images;
mod calls_system;
mod endpoint;
mod http;
mod lines;
mod mux;
mod query;
mod request;
mod socket;

use std::io::{self, Read};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::de::DeserializeOwned;

use crate::API_VERSION;
use crate::command_tag;
use crate::error::{ApiError, ClientError, ErrorBody};

pub use calls_containers::{AttachOptions, ListOptions, LogOptions, WaitCondition};
pub use endpoint::{DEFAULT_SOCKET, Endpoint};
pub use http::Head;
pub use lines::JsonLines;
pub use mux::{Demux, Stream, UnknownStream, frame_header};
pub use query::Query;
pub(crate) use query::encode_path;
pub use request::Request;
pub use socket::Socket;

use http::{Body, Connection};
use request::Told;

/// An error reply longer than this is cut: it is text for people.
const MAX_ERROR_BODY: u64 = 256 * 1024;

#[derive(Debug)]
pub struct Client {
    endpoint: Endpoint,
    version: Mutex<String>,
    kept: Mutex<Option<Connection>>,
    timeout: Option<Duration>,
    /// What is typed, for the engine to tell: a header line.
    command: String,
}

/// A reply whose body is still to be read.
#[derive(Debug)]
pub struct Reply<'client> {
    pub head: Head,
    client: &'client Client,
    body: Option<Body>,
    request: String,
}

/// A request that was sent and whose answer is still to come.
#[derive(Debug)]
pub struct Pending<'client> {
    client: &'client Client,
    connection: Connection,
    method: &'static str,
    path: String,
}

impl<'client> Pending<'client> {
    /// Waits for the head. A status of 400 and above is an error.
    pub fn reply(self) -> Result<Reply<'client>, ClientError> {
        let reply = self.head()?;
        if reply.head.status < 400 {
            Ok(reply)
        } else {
            Err(reply.into_error()?.into())
        }
    }

    fn head(mut self) -> Result<Reply<'client>, ClientError> {
        match self.connection.read_head() {
            Ok(head) => Ok(self
                .client
                .reply(self.connection, head, self.method, &self.path)),
            Err(error) => Err(self.broken(error)),
        }
    }

    fn broken(&self, source: io::Error) -> ClientError {
        ClientError::Transport {
            request: self
                .client
                .endpoint
                .describe_request(self.method, &self.path),
            source,
        }
    }
}

/// A connection that has become a raw stream (attach, exec, dial).
#[derive(Debug)]
pub struct Upgraded {
    pub socket: Socket,
    /// What came with the head: the stream's first bytes.
    pub early: Vec<u8>,
    /// True where the engine says that the stream has frames
    /// ([`Demux`]); false where it is raw; `None` where it says nothing.
    pub multiplexed: Option<bool>,
}

impl Client {
    pub fn new(endpoint: Endpoint) -> Self {
        let version = std::env::var("DOCKER_API_VERSION")
            .ok()
            .filter(|version| !version.is_empty());
        Self {
            endpoint,
            version: Mutex::new(version.unwrap_or_else(|| API_VERSION.to_owned())),
            kept: Mutex::new(None),
            timeout: None,
            command: String::new(),
        }
    }

    /// A client of what `DOCKER_HOST` names.
    pub fn from_env() -> Result<Self, ClientError> {
        Endpoint::from_env().map(Self::new)
    }

    /// Gives up a read that takes longer. Without it calls wait as long as the
    /// engine takes, as Docker's do.
    pub fn with_timeout(mut self, timeout: Duration) -> Self {
        self.timeout = Some(timeout);
        self
    }

    /// Says with every call for which command line it is made: `words`, as
    /// typed. The engine tells the calls as one ([`crate::operation`]).
    pub fn for_command<'word>(mut self, words: impl IntoIterator<Item = &'word str>) -> Self {
        let value = command_tag::write(&command_id(), words);
        self.command = format!("{}: {value}\r\n", command_tag::HEADER);
        self
    }

    /// Says with every call that nobody typed it: it is not told.
    pub fn for_nobody(mut self) -> Self {
        self.command = format!("{}: {}\r\n", command_tag::HEADER, command_tag::NOBODY);
        self
    }

    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// The API version in use: ours, or what an older engine asked for.
    pub fn api_version(&self) -> String {
        self.version
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }

    /// Sends a request and reads the reply's head. A status of 400 and above
    /// is an error with the engine's message.
    pub fn request(&self, request: Request<'_>) -> Result<Reply<'_>, ClientError> {
        let mut request = request;
        let reply = self.exchange(&mut request)?;
        if reply.head.status < 400 {
            return Ok(reply);
        }
        let error = reply.into_error()?;
        match self.adopt_older_version(&error) {
            true if request.can_repeat() => {
                let reply = self.exchange(&mut request)?;
                if reply.head.status < 400 {
                    Ok(reply)
                } else {
                    Err(reply.into_error()?.into())
                }
            }
            _ => Err(error.into()),
        }
    }

    /// Sends a request that turns its connection into a raw stream.
    pub fn upgrade(&self, request: Request<'_>) -> Result<Upgraded, ClientError> {
        let request = request
            .header("Connection", "Upgrade")
            .header("Upgrade", "tcp");
        let mut reply = self.request(request)?;
        let multiplexed = match reply.head.header("content-type") {
            Some("application/vnd.docker.multiplexed-stream") => Some(true),
            Some("application/vnd.docker.raw-stream") => Some(false),
            _ => None,
        };
        let body = reply.body.take().expect("a new reply has its body");
        let (socket, early) = body.connection.into_stream();
        Ok(Upgraded {
            socket,
            early,
            multiplexed,
        })
    }

    fn exchange(&self, request: &mut Request<'_>) -> Result<Reply<'_>, ClientError> {
        let path = request.target(&self.api_version());
        let kept = self
            .kept
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take();
        // An engine that closed the kept connection says so only now; that the
        // request was not read is certain, so a new connection may repeat it.
        if let Some(mut connection) = kept
            && request.can_repeat()
            && let Ok(head) = self.converse(&mut connection, request, &path)
        {
            return Ok(self.reply(connection, head, request.method, &path));
        }
        self.send(request, path)?.head()
    }

    /// Sends a request on a connection of its own, and returns before the
    /// answer: so that calls which only have to be under way, such as a wait,
    /// cost no time of their own.
    pub fn begin(&self, mut request: Request<'_>) -> Result<Pending<'_>, ClientError> {
        let path = request.target(&self.api_version());
        self.send(&mut request, path)
    }

    fn send(&self, request: &mut Request<'_>, path: String) -> Result<Pending<'_>, ClientError> {
        let socket = self
            .endpoint
            .connect()
            .map_err(|source| self.endpoint.explain(source, request.method, &path))?;
        let mut pending = Pending {
            client: self,
            connection: Connection::new(socket),
            method: request.method,
            path,
        };
        let sent = match self.timeout {
            Some(timeout) => pending.connection.socket.set_read_timeout(Some(timeout)),
            None => Ok(()),
        };
        match sent.and_then(|()| {
            let host = self.endpoint.host_header();
            let told = Told {
                host,
                command: &self.command,
            };
            request.write(&mut pending.connection, &pending.path, told)
        }) {
            Ok(()) => Ok(pending),
            // An engine that refuses a long body says why and closes, while
            // we still write: the answer is there to be read.
            Err(error) if is_broken_pipe(&error) => Ok(pending),
            Err(error) => Err(pending.broken(error)),
        }
    }

    fn converse(
        &self,
        connection: &mut Connection,
        request: &mut Request<'_>,
        path: &str,
    ) -> io::Result<Head> {
        let told = Told {
            host: self.endpoint.host_header(),
            command: &self.command,
        };
        request.write(connection, path, told)?;
        connection.read_head()
    }

    fn reply(&self, connection: Connection, head: Head, method: &str, path: &str) -> Reply<'_> {
        Reply {
            body: Some(Body::new(connection, &head, method)),
            head,
            client: self,
            request: format!("{method} {path}"),
        }
    }

    /// An engine older than us names the version that it speaks.
    fn adopt_older_version(&self, error: &ApiError) -> bool {
        let Some((_, rest)) = error
            .message
            .split_once("is too new. Maximum supported API version is ")
        else {
            return false;
        };
        let older: String = rest
            .chars()
            .take_while(|c| c.is_ascii_digit() || *c == '.')
            .collect();
        let older = older.trim_end_matches('.').to_owned();
        let mut version = self.version.lock().unwrap_or_else(PoisonError::into_inner);
        if error.status != 400 || older.is_empty() || older == *version {
            return false;
        }
        *version = older;
        true
    }

    fn keep(&self, connection: Connection) {
        *self.kept.lock().unwrap_or_else(PoisonError::into_inner) = Some(connection);
    }
}

/// No two commands of a machine have the same.
fn command_id() -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let nanos = now.map_or(0, |since| since.as_nanos());
    format!("{:x}-{nanos:x}", std::process::id())
}

fn is_broken_pipe(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::BrokenPipe | io::ErrorKind::ConnectionReset
    )
}

impl Reply<'_> {
    /// Reads the whole body as JSON.
    pub fn json<T: DeserializeOwned>(mut self) -> Result<T, ClientError> {
        let bytes = self.read_all()?;
        serde_json::from_slice(&bytes).map_err(|error| ClientError::Reply {
            request: self.request.clone(),
            reason: error.to_string(),
        })
    }

    /// Reads the whole body.
    pub fn read_all(&mut self) -> Result<Vec<u8>, ClientError> {
        let mut bytes = Vec::new();
        self.read_to_end(&mut bytes)
            .map_err(|source| self.broken(source))?;
        Ok(bytes)
    }

    /// Reads the body and drops it, so that the connection can be kept.
    pub fn finish(mut self) -> Result<(), ClientError> {
        io::copy(&mut self, &mut io::sink()).map_err(|source| self.broken(source))?;
        Ok(())
    }

    /// Reads JSON values as they come.
    pub fn lines<T: DeserializeOwned>(self) -> JsonLines<Self, T> {
        JsonLines::new(self)
    }

    /// The connection's descriptor, to wait for the body together with others.
    pub fn socket(&self) -> Option<&Socket> {
        self.body.as_ref().map(|body| &body.connection.socket)
    }

    fn broken(&self, source: io::Error) -> ClientError {
        ClientError::Transport {
            request: self.request.clone(),
            source,
        }
    }

    fn into_error(mut self) -> Result<ApiError, ClientError> {
        let status = self.head.status;
        let mut bytes = Vec::new();
        (&mut self)
            .take(MAX_ERROR_BODY)
            .read_to_end(&mut bytes)
            .map_err(|source| self.broken(source))?;
        let message = match serde_json::from_slice::<ErrorBody>(&bytes) {
            Ok(body) if !body.message.is_empty() => body.message,
            _ => String::from_utf8_lossy(&bytes).trim().to_owned(),
        };
        let message = if message.is_empty() {
            format!("the engine answered with status {status}")
        } else {
            message
        };
        Ok(ApiError { status, message })
    }
}

impl Read for Reply<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        match &mut self.body {
            Some(body) => body.read(out),
            None => Ok(0),
        }
    }
}

impl Drop for Reply<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.body.take().and_then(Body::finish) {
            self.client.keep(connection);
        }
    }
}
