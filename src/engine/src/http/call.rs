//! One request as the handlers see it: method, path, query, body, upgrade.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::header::{CONNECTION, CONTENT_TYPE, HeaderValue, UPGRADE};
use hyper::http::request::Parts;
use hyper::upgrade::OnUpgrade;
use hyper::{Method, Request};
use serde::de::DeserializeOwned;

use super::query::{Plus, Query, decode};
use crate::failure::{ApiFailure, ApiResult};

/// A JSON body larger than this is refused (bytes).
const JSON_LIMIT: usize = 4 << 20;

/// The oldest version prefix that is served, as Docker 28 does.
pub const MIN_API_VERSION: (u32, u32) = (1, 24);
/// The newest version prefix that is served.
pub const MAX_API_VERSION: (u32, u32) = (1, 48);

/// A request on its way through the router.
#[derive(Debug)]
pub struct Call {
    /// Head of the request.
    pub head: Parts,
    /// The path's segments, decoded, without the version prefix.
    pub path: Vec<String>,
    /// The decoded query.
    pub query: Query,
    /// The version in the path, else the newest.
    pub version: (u32, u32),
    body: Rest,
}

/// What comes of a request's body while nobody takes it. A client that is still
/// writing when the reply comes and the connection ends reads no reply: it is told
/// of a broken pipe instead.
#[derive(Debug, Clone)]
pub struct Rest(Rc<RefCell<Option<Incoming>>>);

/// Most of a body that is read in vain (bytes).
const DRAINED: usize = 256 << 20;
/// How long that may take.
const DRAINING: Duration = Duration::from_secs(10);

impl Rest {
    fn take(&self) -> Option<Incoming> {
        self.0.borrow_mut().take()
    }

    /// Reads what nobody took, within bounds, and forgets it.
    pub async fn drain(&self) {
        let Some(mut body) = self.take() else {
            return;
        };
        let mut left = DRAINED;
        let reading = async {
            while let Some(Ok(frame)) = body.frame().await {
                let length = frame.data_ref().map_or(0, Bytes::len);
                let Some(rest) = left.checked_sub(length) else {
                    return;
                };
                left = rest;
            }
        };
        // Whoever writes no further waits for the reply.
        let _ = tokio::time::timeout(DRAINING, reading).await;
    }
}

impl Call {
    /// Takes a request apart.
    ///
    /// # Errors
    /// 400 in Docker's words when the version prefix is outside what is served.
    pub fn new(request: Request<Incoming>) -> ApiResult<Self> {
        let (head, body) = request.into_parts();
        let body = Rest(Rc::new(RefCell::new(Some(body))));
        let mut path: Vec<String> = head
            .uri
            .path()
            .split('/')
            .filter(|segment| !segment.is_empty())
            .map(|segment| decode(segment, Plus::IsPlus))
            .collect();
        let version = match path.first().and_then(|first| version_prefix(first)) {
            Some(version) => {
                path.remove(0);
                check_version(version)?;
                version
            }
            None => MAX_API_VERSION,
        };
        let query = Query::parse(head.uri.query().unwrap_or_default());
        Ok(Self {
            head,
            path,
            query,
            version,
            body,
        })
    }

    /// The method.
    pub fn method(&self) -> &Method {
        &self.head.method
    }

    /// The path for a `match` on slices.
    pub fn segments(&self) -> Vec<&str> {
        self.path.iter().map(String::as_str).collect()
    }

    /// Reads the body as JSON.
    ///
    /// # Errors
    /// 400 when the body is absent, too large, not what is expected, or not said to be
    /// JSON.
    pub async fn json<T: DeserializeOwned>(self) -> ApiResult<T> {
        self.optional_json()
            .await?
            .ok_or_else(|| ApiFailure::invalid("invalid JSON: got EOF while reading request body"))
    }

    /// As [`Call::json`], where an empty body stands for the default.
    ///
    /// # Errors
    /// 400 when the body is too large, not what is expected, or not said to be JSON.
    pub async fn json_or_default<T: DeserializeOwned + Default>(self) -> ApiResult<T> {
        self.optional_json().await.map(Option::unwrap_or_default)
    }

    async fn optional_json<T: DeserializeOwned>(self) -> ApiResult<Option<T>> {
        let said = said_to_be_json(self.head.headers.get(CONTENT_TYPE));
        let limited = Limited::new(self.into_body()?, JSON_LIMIT);
        let collected = limited
            .collect()
            .await
            .map_err(|error| ApiFailure::invalid(format!("cannot read the body: {error}")))?;
        let bytes = collected.to_bytes();
        if bytes.iter().all(u8::is_ascii_whitespace) {
            return Ok(None);
        }
        said?;
        serde_json::from_slice(&bytes)
            .map(Some)
            .map_err(|error| ApiFailure::invalid(format!("invalid JSON: {error}")))
    }

    /// The body as it comes, for archives and build contexts.
    ///
    /// # Errors
    /// 500: it was taken already.
    pub fn into_body(self) -> ApiResult<Incoming> {
        let taken = self.body.take();
        taken.ok_or_else(|| ApiFailure::internal("the request's body was read already"))
    }

    /// The body as long as nobody has taken it.
    pub fn rest(&self) -> Rest {
        self.body.clone()
    }

    /// Takes the connection over, if the client asked for it with `Upgrade:`.
    pub fn upgrade(&mut self) -> Option<OnUpgrade> {
        let asked = self.head.headers.contains_key(UPGRADE)
            && self
                .head
                .headers
                .get(CONNECTION)
                .and_then(|value| value.to_str().ok())
                .is_some_and(|value| value.to_ascii_lowercase().contains("upgrade"));
        asked
            .then(|| self.head.extensions.remove::<OnUpgrade>())
            .flatten()
    }
}

/// A web page that a browser shows cannot say so without asking first: what only looks
/// like JSON is refused, in dockerd's words.
fn said_to_be_json(content_type: Option<&HeaderValue>) -> ApiResult<()> {
    let said = content_type.map_or("", |value| value.to_str().unwrap_or("?"));
    let kind = said.split(';').next().unwrap_or_default().trim();
    if kind.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    Err(ApiFailure::invalid(if kind.is_empty() {
        format!("malformed Content-Type header ({said}): mime: no media type")
    } else {
        format!("unsupported Content-Type header ({said}): must be 'application/json'")
    }))
}

/// `v1.48` as numbers.
fn version_prefix(segment: &str) -> Option<(u32, u32)> {
    let (major, minor) = segment.strip_prefix('v')?.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

fn check_version(version: (u32, u32)) -> ApiResult<()> {
    let (major, minor) = version;
    if version < MIN_API_VERSION {
        return Err(ApiFailure::invalid(format!(
            "client version {major}.{minor} is too old. Minimum supported API version is {}.{}, \
             please upgrade your client to a newer version",
            MIN_API_VERSION.0, MIN_API_VERSION.1
        )));
    }
    if version > MAX_API_VERSION {
        return Err(ApiFailure::invalid(format!(
            "client version {major}.{minor} is too new. Maximum supported API version is {}.{}",
            MAX_API_VERSION.0, MAX_API_VERSION.1
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_said_to_be_json_is_read() {
        let of = |text: &'static str| said_to_be_json(Some(&HeaderValue::from_static(text)));
        of("application/json").unwrap();
        of("Application/JSON; charset=utf-8").unwrap();
        let form = of("application/x-www-form-urlencoded").unwrap_err();
        assert_eq!(
            form.message,
            "unsupported Content-Type header (application/x-www-form-urlencoded): must be \
             'application/json'"
        );
        let none = said_to_be_json(None).unwrap_err();
        assert!(none.message.starts_with("malformed Content-Type"), "{none}");
    }

    #[test]
    fn a_version_prefix_is_read_and_bounded() {
        assert_eq!(version_prefix("v1.41"), Some((1, 41)));
        assert_eq!(version_prefix("version"), None);
        assert_eq!(version_prefix("volumes"), None);
        check_version((1, 24)).unwrap();
        check_version((1, 48)).unwrap();
        let old = check_version((1, 12)).unwrap_err();
        assert!(old.message.contains("is too old"), "{old}");
        let new = check_version((1, 99)).unwrap_err();
        assert!(new.message.contains("is too new"), "{new}");
    }
}
