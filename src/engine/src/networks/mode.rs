//! `NetworkMode` of a container, parsed once.

use crate::failure::{ApiFailure, ApiResult};

/// Which network a container is in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NetworkMode {
    /// The default bridge.
    Bridge,
    /// The lab's own.
    Host,
    /// Loopback only.
    None,
    /// That of another container, by name or id.
    Container(String),
}

impl NetworkMode {
    /// Reads what a client sent; empty and `default` are the bridge.
    ///
    /// # Errors
    /// 404 `network x not found`.
    pub fn parse(text: &str) -> ApiResult<Self> {
        match text {
            "" | "default" | "bridge" => Ok(Self::Bridge),
            "host" => Ok(Self::Host),
            "none" => Ok(Self::None),
            other => match other.strip_prefix("container:") {
                Some("") => Err(ApiFailure::invalid(
                    "invalid container format container:<name|id>",
                )),
                Some(reference) => Ok(Self::Container(reference.to_owned())),
                None => Err(ApiFailure::not_found(format!("network {other} not found"))),
            },
        }
    }

    /// The name under which inspect lists the endpoint.
    pub fn network_name(&self) -> Option<&'static str> {
        match self {
            Self::Bridge => Some("bridge"),
            Self::Host => Some("host"),
            Self::None => Some("none"),
            Self::Container(_) => None,
        }
    }
}
