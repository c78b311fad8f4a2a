//! Time as Docker writes it.

use jiff::Timestamp;

use crate::failure::{ApiFailure, ApiResult};

/// Go's zero time: "never".
pub const ZERO: &str = "0001-01-01T00:00:00Z";

/// Now, RFC 3339 with nanoseconds, UTC.
pub fn now() -> String {
    Timestamp::now().to_string()
}

/// Reads an RFC 3339 time; Go's zero time and anything unreadable are `None`.
pub fn parse(text: &str) -> Option<Timestamp> {
    if text == ZERO {
        return None;
    }
    text.parse().ok()
}

/// From nanoseconds since the epoch.
///
/// # Errors
/// 400 for a time beyond what calendars know.
pub fn from_nanos(nanos: i64) -> ApiResult<Timestamp> {
    Timestamp::from_nanosecond(i128::from(nanos))
        .map_err(|error| ApiFailure::invalid(error.to_string()))
}
