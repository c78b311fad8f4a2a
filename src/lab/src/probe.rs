//! Looks at a lab, as data: what evaluation asks for, and what was seen.
//!
//! Evaluation is pure: where it needs a look that was not taken yet it says so,
//! [`crate::observe`] takes it, and evaluation runs again. Every look is bounded
//! in time and size; only [`Request::Copy`] changes anything, and only a copy.

use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::time::Duration;

/// Longest that one look may take.
pub const TIME_LIMIT: Duration = Duration::from_secs(2);
/// Most bytes that one look reads.
pub const SIZE_LIMIT: usize = 1 << 20;

/// Something to look at.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Request {
    /// `GET` in the lab's network.
    Http {
        /// `HOST:PORT`.
        address: String,
        /// As sent in the `Host:` header.
        host: String,
        path: String,
    },
    /// Who listens on a TCP port of the lab.
    Listener { port: u16 },
    /// A TCP connection, from the lab or from inside a container (by id).
    Reach {
        from: Option<String>,
        address: String,
    },
    /// A file inside a container (by id).
    ContainerFile { container: String, path: String },
    /// The file that has this content, at or below a place in a container (by
    /// id). No link is followed: what it names may lie elsewhere.
    Holding {
        container: String,
        place: String,
        /// [`fingerprint`] of the content.
        content: String,
    },
    /// A file of an image (by id).
    ImageFile { image: String, path: String },
    /// A file of the learner, relative to the lab's folder.
    WorkFile { path: String },
    /// The command lines of a container's processes (by id).
    Processes { container: String },
    /// Something done to a copy of a container (by id).
    Copy {
        container: String,
        act: Act,
        look: Glance,
    },
}

/// What is done to a copy.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Act {
    Recreate,
    Restart,
}

/// A look at one container, whose own address is asked: it needs no published
/// port, so a copy can be looked at while the original keeps its ports.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Glance {
    Http { port: u16, path: String },
    File { path: String },
    Exec { command: Vec<String> },
}

/// What a look found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Observation {
    Http(HttpReply),
    /// Nothing answers: why, in the system's words ("connection refused").
    NoAnswer(String),
    Listener(Listener),
    Reached(bool),
    File(FileFound),
    /// The path of the file that holds it, inside the container.
    Holding(Option<String>),
    Processes(Vec<String>),
    Exec(ExecReply),
    /// The same glance at the original before, and at the copy after.
    Copy {
        before: Box<Observation>,
        after: Box<Observation>,
    },
    /// The look could not be taken: not the learner's failure.
    Failed(String),
    /// This engine cannot take such a look: the goal is skipped.
    Unsupported(String),
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct HttpReply {
    pub status: u16,
    /// `Name: value`.
    pub headers: Vec<String>,
    /// The first MiB.
    pub body: Vec<u8>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listener {
    /// A container, by id.
    Container(String),
    /// A process of the lab's own: its name, if known.
    Process(String),
    Nobody,
    /// This engine does not tell.
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileFound {
    /// The first MiB.
    Content(Vec<u8>),
    /// A folder or something else that has no content.
    NotAFile,
    Missing,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ExecReply {
    pub exit_code: i64,
    pub output: Vec<u8>,
}

/// All looks taken in one evaluation.
pub type Observations = BTreeMap<Request, Observation>;

/// `http://HOST[:PORT]/PATH` as a request; `None` if it is not such a URL.
pub fn http_request(url: &str) -> Option<Request> {
    let rest = url.strip_prefix("http://")?;
    let (host, path) = match rest.find('/') {
        Some(slash) => (&rest[..slash], &rest[slash..]),
        None => (rest, "/"),
    };
    if host.is_empty() || !path.chars().all(|c| c.is_ascii_graphic()) {
        return None;
    }
    let port = match host.rsplit_once(':') {
        Some((_, port)) => port.parse::<u16>().ok()?,
        None => 80,
    };
    let name = host.rsplit_once(':').map_or(host, |(name, _)| name);
    Some(Request::Http {
        address: format!("{name}:{port}"),
        host: host.to_string(),
        path: path.to_string(),
    })
}

/// Tells contents apart, but for white space at the end, which editors add and
/// remove. Of a content only what one look reads counts.
pub fn fingerprint(content: &[u8]) -> String {
    let content = content.get(..SIZE_LIMIT).unwrap_or(content);
    let digest = Sha256::digest(content.trim_ascii_end());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The port in `HOST:PORT`.
pub fn port_of(address: &str) -> Option<u16> {
    address.rsplit_once(':')?.1.parse().ok()
}
