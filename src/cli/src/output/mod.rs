//! How results are shown.

pub mod json;
pub mod list;
pub mod progress;
pub mod table;
