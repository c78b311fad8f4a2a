//! What containers print: the json-file format on disk, bounded by rotation.
//!
//! `line.rs` cuts and encodes, `file.rs` writes and rotates, `reader.rs` answers
//! `GET /containers/{id}/logs`. Limit: one container keeps at most
//! `max-size` times `max-file` bytes; a follower that is slower than two
//! rotations misses lines.

mod file;
mod line;
mod reader;

pub use file::{Limits, LogFile};
pub use line::Stream;
pub use reader::{Selection, Tail, follow};
