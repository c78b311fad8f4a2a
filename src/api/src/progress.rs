//! One line of a progress stream: pull, load, build, import.

use crate::nulls::{is_zero, wire};

wire! {
    pub struct Progress {
        /// Raw text of a build.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub stream: String,
        #[serde(skip_serializing_if = "String::is_empty")]
        pub status: String,
        #[serde(rename = "progressDetail", skip_serializing_if = "Option::is_none")]
        pub progress_detail: Option<ProgressDetail>,
        /// The bar as text, for old clients.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub progress: String,
        /// A layer's short ID, or a tag.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub id: String,
        #[serde(rename = "errorDetail", skip_serializing_if = "Option::is_none")]
        pub error_detail: Option<ProgressError>,
        #[serde(skip_serializing_if = "String::is_empty")]
        pub error: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub aux: Option<serde_json::Value>,
    }

    /// Bytes.
    pub struct ProgressDetail {
        #[serde(skip_serializing_if = "is_zero")]
        pub current: i64,
        #[serde(skip_serializing_if = "is_zero")]
        pub total: i64,
    }

    pub struct ProgressError {
        #[serde(skip_serializing_if = "is_zero")]
        pub code: i32,
        #[serde(skip_serializing_if = "String::is_empty")]
        pub message: String,
    }
}

impl Progress {
    /// A line that says only `status`.
    pub fn status(status: impl Into<String>) -> Self {
        Self {
            status: status.into(),
            ..Self::default()
        }
    }

    /// A line about one layer or tag.
    pub fn about(id: impl Into<String>, status: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            status: status.into(),
            ..Self::default()
        }
    }

    /// The line that ends a stream that failed: a stream's status is sent
    /// before its outcome is known, so errors travel in it.
    pub fn failed(message: impl Into<String>) -> Self {
        let message = message.into();
        Self {
            error_detail: Some(ProgressError {
                code: 0,
                message: message.clone(),
            }),
            error: message,
            ..Self::default()
        }
    }
}
