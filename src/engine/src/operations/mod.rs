//! What the engine did, told by commands: the X-ray.
//!
//! Every call that changes something is traced while it is carried out
//! (`trace.rs`): handlers note what they do where they do it, and the plan of a
//! container is kept as it was carried out, with its times (`performance.rs`).
//! Calls of one command line belong together by a header of the client
//! (`plimsoll_api::command_tag`). What is kept is turned into lines only when
//! somebody asks (`lines.rs`).
//!
//! Limits: memory only, and bounded in commands, operations and bytes. Nothing
//! is decided by it: the journal is what graders read.

mod calls;
mod lines;
mod performance;
mod ring;
mod trace;

pub use lines::LISTED;
pub use performance::Performance;
pub use ring::{Follower, Operations};
pub use trace::{Trace, carry, note, note_failed, note_timed, refuse, subject, traced};
