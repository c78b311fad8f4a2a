//! The one error that leaves the engine: an HTTP status and Docker's words.
//!
//! Areas have typed errors of their own; they become an `ApiFailure` at the
//! edge, by `From`. Nothing here is logged: the client is told.

use std::fmt;

use hyper::StatusCode;

/// What a client is told when a request fails.
///
/// Serialised as Docker's error body, `{"message": "..."}`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApiFailure {
    /// HTTP status, as dockerd maps its error classes (errdefs).
    pub status: StatusCode,
    /// The sentence, in Docker's words where Docker has some.
    pub message: String,
}

impl ApiFailure {
    /// A failure with any status.
    pub fn new(status: StatusCode, message: impl Into<String>) -> Self {
        Self {
            status,
            message: message.into(),
        }
    }

    /// 400: the request is wrong in itself.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(StatusCode::BAD_REQUEST, message)
    }

    /// 403: the request is understood and refused.
    pub fn forbidden(message: impl Into<String>) -> Self {
        Self::new(StatusCode::FORBIDDEN, message)
    }

    /// 404: the object does not exist.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_FOUND, message)
    }

    /// 409: the object's state does not allow it.
    pub fn conflict(message: impl Into<String>) -> Self {
        Self::new(StatusCode::CONFLICT, message)
    }

    /// 500: the engine or the machine failed.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(StatusCode::INTERNAL_SERVER_ERROR, message)
    }

    /// 501: Docker has it, this engine does not.
    pub fn not_implemented(message: impl Into<String>) -> Self {
        Self::new(StatusCode::NOT_IMPLEMENTED, message)
    }
}

impl fmt::Display for ApiFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for ApiFailure {}

impl From<std::io::Error> for ApiFailure {
    fn from(error: std::io::Error) -> Self {
        Self::internal(reason(&error))
    }
}

impl From<nix::errno::Errno> for ApiFailure {
    fn from(error: nix::errno::Errno) -> Self {
        Self::from(std::io::Error::from(error))
    }
}

impl From<serde_json::Error> for ApiFailure {
    fn from(error: serde_json::Error) -> Self {
        Self::internal(error.to_string())
    }
}

/// The result of every operation that answers a request.
pub type ApiResult<T> = Result<T, ApiFailure>;

/// What went wrong with a file, in the words of Go's `syscall` package.
pub fn reason(error: &std::io::Error) -> String {
    match error.raw_os_error() {
        Some(errno) => plimsoll_runtime::fault::errno_words(errno),
        None => error.to_string(),
    }
}
