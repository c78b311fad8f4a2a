//! Where the engine is: a unix socket, or a TCP address for other engines.
//!
//! Limits: no TLS and no ssh. TCP is for real Dockers on the loopback device.

use std::ffi::OsString;
use std::fmt;
use std::net::ToSocketAddrs;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;
use std::{io, net::TcpStream};

use super::socket::Socket;
use crate::error::ClientError;

/// The socket that Docker's clients use when nothing is said.
pub const DEFAULT_SOCKET: &str = "/var/run/docker.sock";

/// A unix socket answers at once or not at all; this is for TCP.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    Unix(PathBuf),
    /// `host:port`.
    Tcp(String),
}

impl Default for Endpoint {
    fn default() -> Self {
        Self::Unix(PathBuf::from(DEFAULT_SOCKET))
    }
}

impl Endpoint {
    /// Reads what `--host` and `DOCKER_HOST` hold: `unix:///path`,
    /// `tcp://host:port`, `host:port`; empty is the default socket.
    pub fn parse(text: &str) -> Result<Self, ClientError> {
        let unreadable = || ClientError::Endpoint(text.to_owned());
        let text = text.trim();
        if let Some(path) = text.strip_prefix("unix://") {
            return Ok(match path {
                "" => Self::default(),
                path => Self::Unix(PathBuf::from(path)),
            });
        }
        let address = match text.split_once("://") {
            Some(("tcp", address)) => address,
            Some(("http" | "https", _)) => return Err(ClientError::Address(text.to_owned())),
            Some((_, "")) => return Err(unreadable()),
            Some(_) => return Err(ClientError::Address(text.to_owned())),
            None if text.is_empty() => return Ok(Self::default()),
            None => text,
        };
        let address = address.trim_end_matches('/');
        if address.is_empty() || address.contains('/') {
            return Err(unreadable());
        }
        // A bare host means Docker's registered port; an IPv6 address has its
        // port behind the bracket.
        let has_port = address
            .rsplit_once(':')
            .is_some_and(|(_, port)| !port.is_empty() && !port.contains(']'));
        Ok(Self::Tcp(if has_port {
            address.to_owned()
        } else {
            format!("{}:2375", address.trim_end_matches(':'))
        }))
    }

    /// What `DOCKER_HOST` says, else the default socket.
    pub fn from_env() -> Result<Self, ClientError> {
        match std::env::var_os("DOCKER_HOST").map(OsString::into_string) {
            None => Ok(Self::default()),
            Some(Ok(text)) => Self::parse(&text),
            Some(Err(raw)) => Err(ClientError::Endpoint(raw.to_string_lossy().into_owned())),
        }
    }

    /// The socket's path, for a unix endpoint.
    pub fn path(&self) -> Option<&Path> {
        match self {
            Self::Unix(path) => Some(path),
            Self::Tcp(_) => None,
        }
    }

    /// The value of the `Host` header. Docker's clients send the same for unix
    /// sockets, where a path would not be a valid one.
    pub(crate) fn host_header(&self) -> &str {
        match self {
            Self::Unix(_) => "api.moby.localhost",
            Self::Tcp(address) => address,
        }
    }

    pub(crate) fn connect(&self) -> io::Result<Socket> {
        match self {
            Self::Unix(path) => UnixStream::connect(path).map(Socket::Unix),
            Self::Tcp(address) => {
                let mut last = io::Error::from(io::ErrorKind::AddrNotAvailable);
                let found = address.to_socket_addrs();
                for address in found.map_err(|_| io::Error::other(self.no_such_host()))? {
                    match TcpStream::connect_timeout(&address, CONNECT_TIMEOUT) {
                        Ok(stream) => {
                            stream.set_nodelay(true)?;
                            return Ok(Socket::Tcp(stream));
                        }
                        Err(error) => last = error,
                    }
                }
                Err(last)
            }
        }
    }

    /// Sorts a failed connect into what the user can do about it.
    pub(crate) fn explain(&self, source: io::Error, method: &str, path: &str) -> ClientError {
        let endpoint = self.to_string();
        match source.kind() {
            io::ErrorKind::PermissionDenied => ClientError::Denied {
                request: self.describe_dial(method, path),
                endpoint,
                source,
            },
            io::ErrorKind::NotFound
            | io::ErrorKind::ConnectionRefused
            | io::ErrorKind::TimedOut
            | io::ErrorKind::NotADirectory => ClientError::Unreachable { endpoint, source },
            // It tells itself what was dialled.
            io::ErrorKind::Other => ClientError::Transport {
                request: self.describe_request(method, path),
                source,
            },
            _ => ClientError::Transport {
                request: self.describe_dial(method, path),
                source,
            },
        }
    }

    /// A name without an address, as Docker's client says it.
    fn no_such_host(&self) -> String {
        let address = match self {
            Self::Unix(_) => "",
            Self::Tcp(address) => address,
        };
        let host = address.rsplit_once(':').map_or(address, |(host, _)| host);
        format!("dial tcp: lookup {host}: no such host")
    }

    /// Docker's way to name a request in an error text.
    pub(crate) fn describe_request(&self, method: &str, path: &str) -> String {
        let mut verb = method.to_lowercase();
        verb[..1].make_ascii_uppercase();
        let host = match self {
            Self::Unix(socket) => socket.display().to_string().replace('/', "%2F"),
            Self::Tcp(address) => address.clone(),
        };
        format!("{verb} \"http://{host}{path}\"")
    }

    fn describe_dial(&self, method: &str, path: &str) -> String {
        let request = self.describe_request(method, path);
        match self {
            Self::Unix(socket) => format!("{request}: dial unix {}", socket.display()),
            Self::Tcp(address) => format!("{request}: dial tcp {address}"),
        }
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unix(path) => write!(f, "unix://{}", path.display()),
            Self::Tcp(address) => write!(f, "tcp://{address}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_are_read_as_docker_reads_them() {
        let parsed = |text: &str| Endpoint::parse(text).map(|endpoint| endpoint.to_string());
        assert_eq!(parsed("").unwrap(), "unix:///var/run/docker.sock");
        assert_eq!(parsed("unix://").unwrap(), "unix:///var/run/docker.sock");
        assert_eq!(parsed("unix:///x.sock").unwrap(), "unix:///x.sock");
        assert_eq!(
            parsed("tcp://127.0.0.1:2375/").unwrap(),
            "tcp://127.0.0.1:2375"
        );
        assert_eq!(parsed("localhost").unwrap(), "tcp://localhost:2375");
        assert_eq!(parsed("[::1]").unwrap(), "tcp://[::1]:2375");
        assert_eq!(
            parsed("nosuch://x").unwrap_err().to_string(),
            "unable to resolve docker endpoint: invalid bind address format: nosuch://x"
        );
        for bad in ["http://x", "fd://", "tcp://", "tcp://a/b"] {
            assert!(parsed(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_name_without_an_address_is_told_as_docker_tells_it() {
        let endpoint = Endpoint::Tcp("no.such.invalid:2375".to_owned());
        let source = io::Error::other(endpoint.no_such_host());
        assert_eq!(
            endpoint.explain(source, "GET", "/v1.48/info").to_string(),
            "error during connect: Get \"http://no.such.invalid:2375/v1.48/info\": dial tcp: lookup \
             no.such.invalid: no such host"
        );
    }
}
