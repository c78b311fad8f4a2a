//! What can go wrong between a client and an engine.

use std::io;

use crate::nulls::wire;

wire! {
    /// Body of every reply with a status of 400 and above.
    pub struct ErrorBody {
        pub message: String,
    }
}

/// The engine answered, and the answer is no.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("Error response from daemon: {message}")]
pub struct ApiError {
    /// HTTP status.
    pub status: u16,
    pub message: String,
}

/// Why a call has no result. The texts of `Unreachable` and `Denied` begin as
/// Docker's do.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    #[error(transparent)]
    Api(#[from] ApiError),
    #[error("Cannot connect to the Docker daemon at {endpoint}. Is the docker daemon running?")]
    Unreachable { endpoint: String, source: io::Error },
    #[error(
        "permission denied while trying to connect to the Docker daemon socket at {endpoint}: {request}: connect: permission denied"
    )]
    Denied {
        endpoint: String,
        request: String,
        source: io::Error,
    },
    /// What was asked for cannot be a name; nothing was sent.
    #[error("{0}")]
    Named(&'static str),
    #[error("unable to parse docker host `{0}`")]
    Endpoint(String),
    #[error("unable to resolve docker endpoint: invalid bind address format: {0}")]
    Address(String),
    /// The connection broke, or the engine ended in the middle of a reply.
    #[error("error during connect: {request}: {source}")]
    Transport { request: String, source: io::Error },
    /// The reply is not what the call is documented to answer.
    #[error("invalid reply to {request}: {reason}")]
    Reply { request: String, reason: String },
}

impl ClientError {
    /// The HTTP status, where the engine gave one.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Api(error) => Some(error.status),
            _ => None,
        }
    }

    /// What is not there: 404.
    pub fn is_not_found(&self) -> bool {
        self.status() == Some(404)
    }
}
