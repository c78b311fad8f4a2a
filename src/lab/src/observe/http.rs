//! One HTTP GET over a connection made in the lab's network.
//!
//! Hand-written on purpose: the answer comes from a learner's server, or from a
//! hostile one, and what matters is that time and size are bounded.

use super::{Engine, Observer};
use crate::probe::{HttpReply, Observation, SIZE_LIMIT, TIME_LIMIT};
use crate::words;
use plimsoll_api::client::Socket;
use plimsoll_text::{spoken, system_error};
use std::io::{self, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::time::{Duration, Instant};

/// Most bytes of status line and headers.
const HEAD_LIMIT: usize = 32 * 1024;

/// A connection in the lab's network.
pub(super) struct Connected {
    socket: Socket,
    early: Vec<u8>,
}

/// Why there is none.
pub(super) enum Unreached {
    /// The address refuses or does not answer: a finding.
    No(String),
    /// The engine failed: no finding.
    Broken(String),
}

impl Observer {
    /// Connects to `HOST:PORT` from the lab. A real Docker's lab is the host.
    pub(super) fn connect(&self, address: &str) -> Result<Connected, Unreached> {
        if self.engine == Engine::Plimsoll {
            return match self.client.dial(address) {
                Ok(stream) => Ok(Connected {
                    socket: stream.socket,
                    early: stream.early,
                }),
                Err(plimsoll_api::error::ClientError::Api(error)) => {
                    Err(Unreached::No(error.message))
                }
                Err(error) => Err(Unreached::Broken(error.to_string())),
            };
        }
        let address = numeric(address)
            .ok_or_else(|| Unreached::No(words::look_no_host(spoken(), address)))?;
        TcpStream::connect_timeout(&address, TIME_LIMIT)
            .map(|stream| Connected {
                socket: Socket::Tcp(stream),
                early: Vec::new(),
            })
            .map_err(|error| Unreached::No(system_error(spoken(), &error)))
    }

    pub(super) fn http(
        &self,
        address: &str,
        host: &str,
        path: &str,
        limit: Duration,
    ) -> Observation {
        let connected = match self.connect(address) {
            Ok(connected) => connected,
            Err(Unreached::No(why)) => return Observation::NoAnswer(why),
            Err(Unreached::Broken(why)) => return Observation::Failed(why),
        };
        match converse(connected, host, path, Instant::now() + limit) {
            Ok(reply) => Observation::Http(reply),
            Err(error) => Observation::NoAnswer(in_words(&error)),
        }
    }
}

fn in_words(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut => words::look_too_long(spoken()),
        _ => system_error(spoken(), error),
    }
}

/// `localhost` and IPv4 addresses; nothing is resolved.
fn numeric(address: &str) -> Option<SocketAddr> {
    let (host, port) = address.rsplit_once(':')?;
    let host: Ipv4Addr = match host {
        "localhost" => Ipv4Addr::LOCALHOST,
        other => other.parse().ok()?,
    };
    Some(SocketAddr::from((host, port.parse().ok()?)))
}

fn converse(
    connected: Connected,
    host: &str,
    path: &str,
    deadline: Instant,
) -> io::Result<HttpReply> {
    let Connected {
        mut socket,
        early: mut bytes,
    } = connected;
    let request = format!(
        "GET {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: plimsoll\r\nAccept: */*\r\nConnection: close\r\n\r\n"
    );
    socket.write_all(request.as_bytes())?;
    let mut ended = false;
    let mut buffer = [0; 16 * 1024];
    loop {
        if let Some(reply) = parse(&bytes, ended)? {
            return Ok(reply);
        }
        if ended {
            let why = "the connection was closed without an HTTP answer";
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, why));
        }
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(io::ErrorKind::TimedOut.into());
        }
        socket.set_read_timeout(Some(left))?;
        let count = socket.read(&mut buffer)?;
        ended = count == 0;
        bytes.extend_from_slice(&buffer[..count]);
    }
}

/// The reply, once enough of it is there: the whole body, its first MiB, or all
/// that came before the connection ended.
fn parse(bytes: &[u8], ended: bool) -> io::Result<Option<HttpReply>> {
    let mut headers = [httparse::EMPTY_HEADER; 64];
    let mut response = httparse::Response::new(&mut headers);
    let head = match response.parse(bytes) {
        Ok(httparse::Status::Complete(length)) => length,
        Ok(httparse::Status::Partial) if bytes.len() < HEAD_LIMIT => return Ok(None),
        _ => return Err(io::Error::other("what answers does not speak HTTP")),
    };
    let lines: Vec<String> = response
        .headers
        .iter()
        .map(|header| format!("{}: {}", header.name, String::from_utf8_lossy(header.value)))
        .collect();
    let value = |name: &str| {
        lines.iter().find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then_some(value.trim())
        })
    };
    let rest = &bytes[head..];
    let status = response.code.unwrap_or_default();
    let (body, whole) = if value("transfer-encoding").is_some_and(|coding| coding == "chunked") {
        unchunk(rest)
    } else {
        match value("content-length").and_then(|length| length.parse::<usize>().ok()) {
            Some(length) => (
                rest[..rest.len().min(length)].to_vec(),
                rest.len() >= length,
            ),
            None => (rest.to_vec(), matches!(status, 204 | 304)),
        }
    };
    if !(whole || ended || body.len() >= SIZE_LIMIT) {
        return Ok(None);
    }
    let mut body = body;
    body.truncate(SIZE_LIMIT);
    Ok(Some(HttpReply {
        status,
        headers: lines,
        body,
    }))
}

/// RFC 9112, 7.1. What is malformed ends the body.
fn unchunk(mut rest: &[u8]) -> (Vec<u8>, bool) {
    let mut body = Vec::new();
    loop {
        match httparse::parse_chunk_size(rest) {
            Ok(httparse::Status::Complete((_, 0))) => return (body, true),
            Ok(httparse::Status::Complete((start, size))) => {
                let size = usize::try_from(size).unwrap_or(usize::MAX);
                let data = &rest[start..];
                if data.len() < size.saturating_add(2) {
                    body.extend_from_slice(&data[..data.len().min(size)]);
                    return (body, false);
                }
                body.extend_from_slice(&data[..size]);
                rest = &data[size + 2..];
            }
            Ok(httparse::Status::Partial) => return (body, false),
            Err(_) => return (body, true),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(bytes: &[u8], ended: bool) -> Option<String> {
        let reply = parse(bytes, ended).expect("HTTP")?;
        Some(String::from_utf8(reply.body).expect("text"))
    }

    #[test]
    fn a_body_ends_by_length_by_chunks_or_with_the_connection() {
        let by_length = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi there";
        assert_eq!(body(by_length, false).as_deref(), Some("hi"));
        let chunked =
            b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n1\r\n!\r\n0\r\n\r\n";
        assert_eq!(body(chunked, false).as_deref(), Some("hi!"));
        let open = b"HTTP/1.0 200 OK\r\n\r\nhi";
        assert_eq!(body(open, false), None);
        assert_eq!(body(open, true).as_deref(), Some("hi"));
    }

    #[test]
    fn a_head_that_is_no_http_or_never_ends_is_refused() {
        assert!(parse(b"SSH-2.0-OpenSSH\r\n\r\n", false).is_err());
        let endless = [b"HTTP/1.1 200 OK\r\n".as_slice(), &vec![b'a'; HEAD_LIMIT]].concat();
        assert!(parse(&endless, false).is_err());
    }

    #[test]
    fn a_huge_body_is_cut_and_a_lying_chunk_size_is_survived() {
        let mut huge = b"HTTP/1.1 200 OK\r\n\r\n".to_vec();
        huge.resize(huge.len() + SIZE_LIMIT + 10, b'x');
        assert_eq!(body(&huge, false).expect("cut").len(), SIZE_LIMIT);
        let lie = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nffffffffffffffff\r\nhi";
        assert_eq!(body(lie, true).as_deref(), Some("hi"));
    }
}
