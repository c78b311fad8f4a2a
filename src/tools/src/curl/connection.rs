//! A connection with a deadline.

use std::io::{self, Read, Write};
use std::net::{SocketAddr, TcpStream, ToSocketAddrs};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use super::failure::Failure;
use super::options::{Family, Options};
use super::url::Url;

/// As long as curl waits for a connection unless told otherwise.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(300);

enum Stream {
    Tcp(TcpStream),
    Unix(UnixStream),
}

pub struct Connection {
    stream: Stream,
    pub peer: Option<SocketAddr>,
    began: Instant,
    deadline: Option<Instant>,
    /// Bytes of the answer so far.
    pub received: u64,
}

impl Connection {
    pub fn open(url: &Url, options: &Options, began: Instant) -> Result<Connection, Failure> {
        let deadline = options.max_time.map(|time| began + time);
        let (stream, peer) = match &options.unix_socket {
            Some(path) => {
                let stream = UnixStream::connect(path).map_err(|_| refused(url, began, true))?;
                (Stream::Unix(stream), None)
            }
            None => {
                let (stream, peer) = connect(url, options, began, deadline)?;
                (Stream::Tcp(stream), Some(peer))
            }
        };
        Ok(Connection {
            stream,
            peer,
            began,
            deadline,
            received: 0,
        })
    }

    pub fn send(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        let sent = match &mut self.stream {
            Stream::Tcp(stream) => stream.write_all(bytes),
            Stream::Unix(stream) => stream.write_all(bytes),
        };
        sent.map_err(|error| Failure::Send(super::failure::reason(&error)))
    }

    /// Reads some bytes; 0 means that the server closed.
    pub fn receive(&mut self, block: &mut [u8]) -> Result<usize, Failure> {
        loop {
            let left = self.time_left()?;
            let outcome = match &mut self.stream {
                Stream::Tcp(stream) => stream
                    .set_read_timeout(left)
                    .and_then(|()| stream.read(block)),
                Stream::Unix(stream) => stream
                    .set_read_timeout(left)
                    .and_then(|()| stream.read(block)),
            };
            match outcome {
                Ok(count) => {
                    self.received += count as u64;
                    return Ok(count);
                }
                Err(error) => match error.kind() {
                    io::ErrorKind::Interrupted
                    | io::ErrorKind::WouldBlock
                    | io::ErrorKind::TimedOut => {}
                    _ => return Err(Failure::Receive(super::failure::reason(&error))),
                },
            }
        }
    }

    fn time_left(&self) -> Result<Option<Duration>, Failure> {
        let Some(deadline) = self.deadline else {
            return Ok(None);
        };
        let left = deadline.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Failure::Timeout {
                milliseconds: self.began.elapsed().as_millis(),
                bytes: self.received,
            });
        }
        Ok(Some(left))
    }
}

fn refused(url: &Url, began: Instant, refused: bool) -> Failure {
    Failure::Connect {
        host: url.host.clone(),
        port: url.port,
        milliseconds: began.elapsed().as_millis(),
        refused,
    }
}

fn connect(
    url: &Url,
    options: &Options,
    began: Instant,
    deadline: Option<Instant>,
) -> Result<(TcpStream, SocketAddr), Failure> {
    let addresses = (url.host.as_str(), url.port)
        .to_socket_addrs()
        .map_err(|_| Failure::Resolve(url.host.clone()))?
        .filter(|address| match options.family {
            Family::Any => true,
            Family::Four => address.is_ipv4(),
            Family::Six => address.is_ipv6(),
        });
    let limit = began + options.connect_timeout.unwrap_or(CONNECT_TIMEOUT);
    let limit = deadline.map_or(limit, |deadline| deadline.min(limit));
    let mut failure = Failure::Resolve(url.host.clone());
    for address in addresses {
        if options.verbose {
            eprintln!("*   Trying {address}...");
        }
        let left = limit.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Err(Failure::ConnectTimeout(began.elapsed().as_millis()));
        }
        match TcpStream::connect_timeout(&address, left) {
            Ok(stream) => {
                let _ = stream.set_nodelay(true);
                return Ok((stream, address));
            }
            Err(error) if error.kind() == io::ErrorKind::TimedOut => {
                failure = Failure::ConnectTimeout(began.elapsed().as_millis());
            }
            Err(error) => {
                if options.verbose {
                    let reason = super::failure::reason(&error);
                    eprintln!("* connect to {address} failed: {reason}");
                }
                let nobody = error.kind() == io::ErrorKind::ConnectionRefused;
                failure = refused(url, began, nobody);
            }
        }
    }
    Err(failure)
}
