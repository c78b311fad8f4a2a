//! HTTP/1.1 as far as a client of the engine needs it: one request out, one
//! head in, a body by length, by chunks, or to the end.
//!
//! Limits: a head of at most 64 KiB, 64 headers, no trailers kept.

use std::io::{self, Read, Write};

use super::socket::Socket;

const MAX_HEAD: usize = 64 * 1024;
const MAX_HEADERS: usize = 64;
const READ_SIZE: usize = 32 * 1024;

/// A connection with the bytes that were read too far.
#[derive(Debug)]
pub(crate) struct Connection {
    pub(crate) socket: Socket,
    buffer: Vec<u8>,
    /// Where the unread part of `buffer` begins.
    start: usize,
}

/// A reply's first part.
#[derive(Debug, Clone)]
pub struct Head {
    pub status: u16,
    headers: Vec<(String, String)>,
}

impl Head {
    /// A header's value; its name in any case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }
}

/// How much of the body is still to come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Remaining {
    Exactly(u64),
    /// In the chunk at hand; 0 between chunks.
    Chunk(u64),
    UntilEnd,
    Nothing,
}

impl Connection {
    pub(crate) fn new(socket: Socket) -> Self {
        Self {
            socket,
            buffer: Vec::new(),
            start: 0,
        }
    }

    pub(crate) fn write_all(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.socket.write_all(bytes)
    }

    /// Sends a body of unknown length in chunks.
    pub(crate) fn write_chunked(&mut self, body: &mut dyn Read) -> io::Result<()> {
        let mut chunk = vec![0; READ_SIZE];
        loop {
            let length = body.read(&mut chunk)?;
            self.socket
                .write_all(format!("{length:x}\r\n").as_bytes())?;
            self.socket.write_all(&chunk[..length])?;
            self.socket.write_all(b"\r\n")?;
            if length == 0 {
                return Ok(());
            }
        }
    }

    fn unread(&self) -> &[u8] {
        &self.buffer[self.start..]
    }

    /// Hands over what was read beyond the head: the first bytes of a stream.
    pub(crate) fn into_stream(mut self) -> (Socket, Vec<u8>) {
        self.buffer.drain(..self.start);
        (self.socket, self.buffer)
    }

    /// Reads more into the buffer; 0 is the end.
    fn fill(&mut self) -> io::Result<usize> {
        if self.start > 0 {
            self.buffer.drain(..self.start);
            self.start = 0;
        }
        let length = self.buffer.len();
        self.buffer.resize(length + READ_SIZE, 0);
        let read = loop {
            match self.socket.read(&mut self.buffer[length..]) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                outcome => break outcome,
            }
        };
        self.buffer.truncate(length + *read.as_ref().unwrap_or(&0));
        read
    }

    /// Reads a reply's head, skipping interim ones (100).
    ///
    /// An end before the first byte is `UnexpectedEof` with an empty buffer: a
    /// kept connection that the engine had closed.
    pub(crate) fn read_head(&mut self) -> io::Result<Head> {
        loop {
            let mut headers = [httparse::EMPTY_HEADER; MAX_HEADERS];
            let mut reply = httparse::Response::new(&mut headers);
            let parsed = reply
                .parse(&self.buffer[self.start..])
                .map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?;
            match parsed {
                httparse::Status::Complete(length) => {
                    let head = Head {
                        status: reply.code.unwrap_or_default(),
                        headers: reply
                            .headers
                            .iter()
                            .map(|header| {
                                let value = String::from_utf8_lossy(header.value);
                                (header.name.to_owned(), value.into_owned())
                            })
                            .collect(),
                    };
                    self.start += length;
                    if head.status != 100 {
                        return Ok(head);
                    }
                }
                httparse::Status::Partial if self.unread().len() > MAX_HEAD => {
                    return Err(io::Error::new(
                        io::ErrorKind::InvalidData,
                        "the reply's head is too long",
                    ));
                }
                httparse::Status::Partial => {
                    if self.fill()? == 0 {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                }
            }
        }
    }

    fn take(&mut self, out: &mut [u8], limit: u64) -> io::Result<usize> {
        if self.unread().is_empty() && self.fill()? == 0 {
            return Ok(0);
        }
        let limit = usize::try_from(limit).unwrap_or(usize::MAX);
        let length = out.len().min(limit).min(self.unread().len());
        out[..length].copy_from_slice(&self.buffer[self.start..self.start + length]);
        self.start += length;
        Ok(length)
    }

    /// Reads the line that begins a chunk; its size.
    fn read_chunk_size(&mut self) -> io::Result<u64> {
        loop {
            // Every chunk but the first has the line end of the one before it.
            while self.unread().starts_with(b"\r\n") {
                self.start += 2;
            }
            match httparse::parse_chunk_size(self.unread()) {
                Ok(httparse::Status::Complete((length, size))) => {
                    self.start += length;
                    return Ok(size);
                }
                Ok(httparse::Status::Partial) => {
                    if self.fill()? == 0 {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                }
                Err(_) if self.unread() == b"\r" => {
                    if self.fill()? == 0 {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                }
                Err(error) => {
                    return Err(io::Error::new(
                        io::ErrorKind::InvalidData,
                        error.to_string(),
                    ));
                }
            }
        }
    }

    /// After the last chunk: the empty line that ends the trailers.
    fn skip_trailers(&mut self) -> io::Result<()> {
        loop {
            match self.unread().windows(2).position(|two| two == b"\r\n") {
                Some(length) => {
                    self.start += length + 2;
                    if length == 0 {
                        return Ok(());
                    }
                }
                None if self.fill()? == 0 => return Err(io::ErrorKind::UnexpectedEof.into()),
                None => {}
            }
        }
    }
}

/// A reply's body while it is read.
#[derive(Debug)]
pub(crate) struct Body {
    pub(crate) connection: Connection,
    remaining: Remaining,
    reusable: bool,
}

impl Body {
    pub(crate) fn new(connection: Connection, head: &Head, method: &str) -> Self {
        let chunked = head
            .header("transfer-encoding")
            .is_some_and(|value| value.to_ascii_lowercase().contains("chunked"));
        let length = head
            .header("content-length")
            .and_then(|value| value.trim().parse().ok());
        let remaining = if method == "HEAD" || matches!(head.status, 204 | 304) {
            Remaining::Nothing
        } else if chunked {
            Remaining::Chunk(0)
        } else {
            length.map_or(Remaining::UntilEnd, Remaining::Exactly)
        };
        let closes = head
            .header("connection")
            .is_some_and(|value| value.eq_ignore_ascii_case("close"));
        Self {
            connection,
            reusable: !closes && remaining != Remaining::UntilEnd,
            remaining,
        }
    }

    /// The connection, if the body was read to its end and it may be kept.
    pub(crate) fn finish(self) -> Option<Connection> {
        let complete = matches!(self.remaining, Remaining::Nothing | Remaining::Exactly(0));
        // Bytes beyond the body answer nothing that was asked.
        let clean = self.connection.unread().is_empty();
        (complete && clean && self.reusable).then_some(self.connection)
    }
}

impl Read for Body {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        if out.is_empty() {
            return Ok(0);
        }
        loop {
            match self.remaining {
                Remaining::Nothing | Remaining::Exactly(0) => return Ok(0),
                Remaining::UntilEnd => return self.connection.take(out, u64::MAX),
                Remaining::Exactly(left) => {
                    let read = self.connection.take(out, left)?;
                    if read == 0 {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                    self.remaining = Remaining::Exactly(left - read as u64);
                    return Ok(read);
                }
                Remaining::Chunk(0) => match self.connection.read_chunk_size()? {
                    0 => {
                        self.connection.skip_trailers()?;
                        self.remaining = Remaining::Nothing;
                    }
                    size => self.remaining = Remaining::Chunk(size),
                },
                Remaining::Chunk(left) => {
                    let read = self.connection.take(out, left)?;
                    if read == 0 {
                        return Err(io::ErrorKind::UnexpectedEof.into());
                    }
                    self.remaining = Remaining::Chunk(left - read as u64);
                    return Ok(read);
                }
            }
        }
    }
}
