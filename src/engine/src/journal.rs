//! The journal: an append-only, hash-chained record.

use serde_json::Value;

use crate::config::Config;
use crate::failure::ApiResult;

/// The lab's journal.
#[derive(Debug)]
pub struct Journal {}

impl Journal {
    /// Opens or begins the lab's journal.
    ///
    /// # Errors
    /// When the file cannot be opened.
    pub fn open(_config: &Config) -> ApiResult<Self> {
        Ok(Self {})
    }

    /// Appends one line; a full disk must not stop the container that caused it.
    pub fn append(&self, _kind: &str, _subject: &str, _data: Value) {}
}
