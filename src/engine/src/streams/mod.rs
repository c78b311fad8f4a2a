//! Streams of a process: from its pipes or terminal to log and clients, and
//! from clients to its stdin.
//!
//! Every hop is bounded: a client that does not read slows the process down, as
//! it would in a shell, and nothing piles up in the engine.

mod descriptor;
pub mod frame;
mod outlet;
mod session;
mod stdio;

pub use descriptor::Descriptor;
pub use outlet::{Chunk, Outlet, Outlets};
pub use session::{Client, DetachKeys, Ended, Wanted, run as run_session};
pub use stdio::{OurEnds, Stdio, pump, stdio_for};
