//! Time as Docker writes it.

use jiff::Timestamp;

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
