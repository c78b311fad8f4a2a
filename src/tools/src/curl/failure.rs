//! What can go wrong, in curl's words and with curl's exit codes.

use std::io;

#[derive(Debug, thiserror::Error)]
pub enum Failure {
    #[error("Protocol \"{0}\" not supported: this build speaks plain HTTP only")]
    Protocol(String),
    #[error("URL using bad/illegal format or missing URL")]
    Url,
    #[error("Could not resolve host: {0}")]
    Resolve(String),
    #[error(
        "Failed to connect to {host} port {port} after {milliseconds} ms: Couldn't connect to server"
    )]
    Connect {
        host: String,
        port: u16,
        milliseconds: u128,
        refused: bool,
    },
    #[error("transfer closed with {0} bytes remaining to read")]
    Partial(u64),
    #[error("The requested URL returned error: {0}")]
    Status(u16),
    #[error("{0}")]
    Write(String),
    #[error("Connection timed out after {0} milliseconds")]
    ConnectTimeout(u128),
    #[error("Operation timed out after {milliseconds} milliseconds with {bytes} bytes received")]
    Timeout { milliseconds: u128, bytes: u64 },
    #[error("Maximum ({0}) redirects followed")]
    Redirects(usize),
    #[error("Empty reply from server")]
    Empty,
    #[error("Received HTTP/0.9 when not allowed")]
    NotHttp,
    #[error("Send failure: {0}")]
    Send(String),
    #[error("Recv failure: {0}")]
    Receive(String),
}

impl Failure {
    /// The exit code (man 1 curl, EXIT CODES).
    pub fn code(&self) -> i32 {
        match self {
            Failure::Protocol(_) | Failure::NotHttp => 1,
            Failure::Url => 3,
            Failure::Resolve(_) => 6,
            Failure::Connect { .. } => 7,
            Failure::Partial(_) => 18,
            Failure::Status(_) => 22,
            Failure::Write(_) => 23,
            Failure::ConnectTimeout(_) | Failure::Timeout { .. } => 28,
            Failure::Redirects(_) => 47,
            Failure::Empty => 52,
            Failure::Send(_) => 55,
            Failure::Receive(_) => 56,
        }
    }

    /// Whether `--retry` tries again.
    pub fn is_transient(&self, refused_too: bool) -> bool {
        match self {
            Failure::Timeout { .. } | Failure::ConnectTimeout(_) => true,
            Failure::Status(status) => matches!(status, 408 | 429 | 500 | 502 | 503 | 504),
            Failure::Connect { refused, .. } => *refused && refused_too,
            _ => false,
        }
    }
}

/// The system's words, without Rust's number behind them.
pub fn reason(error: &io::Error) -> String {
    match error.raw_os_error() {
        Some(number) => nix::errno::Errno::from_raw(number).desc().to_owned(),
        None => error.to_string(),
    }
}
