//! Paths and query strings, percent-encoded.

use std::fmt::Write;

use crate::filters::Filters;

/// A request's query string, built one parameter at a time.
#[derive(Debug, Clone, Default)]
pub struct Query(String);

impl Query {
    pub fn new() -> Self {
        Self::default()
    }

    pub fn text(mut self, key: &str, value: &str) -> Self {
        self.0.push(if self.0.is_empty() { '?' } else { '&' });
        self.0.push_str(key);
        self.0.push('=');
        encode_into(value, &mut self.0);
        self
    }

    /// Leaves out what is empty.
    pub fn non_empty(self, key: &str, value: &str) -> Self {
        if value.is_empty() {
            self
        } else {
            self.text(key, value)
        }
    }

    /// `key=1`, or nothing.
    pub fn flag(self, key: &str, on: bool) -> Self {
        if on { self.text(key, "1") } else { self }
    }

    pub fn filters(self, filters: &Filters) -> Self {
        if filters.is_empty() {
            self
        } else {
            self.text("filters", &filters.encode())
        }
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

/// Encodes one path segment. Slashes stay: image names hold them, and the
/// engine's routes expect them.
pub(crate) fn encode_path(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b'/' | b':' | b'@' | b'+' | b',' | b'=' => encoded.push(byte.into()),
            _ => encode_byte(byte, &mut encoded),
        }
    }
    encoded
}

fn encode_into(text: &str, encoded: &mut String) {
    for byte in text.bytes() {
        encode_byte(byte, encoded);
    }
}

fn encode_byte(byte: u8, encoded: &mut String) {
    match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
            encoded.push(byte.into());
        }
        _ => write!(encoded, "%{byte:02X}").expect("a String takes any text"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_special_is_encoded() {
        let query = Query::new().flag("all", true).text("name", "a b&c/é");
        assert_eq!(query.as_str(), "?all=1&name=a%20b%26c%2F%C3%A9");
        assert_eq!(encode_path("library/x:1 y?"), "library/x:1%20y%3F");
    }
}
