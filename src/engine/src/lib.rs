//! The lab engine: what a `docker` client talks to.
//!
//! One engine serves one lab. It is PID 1 of the lab's namespaces, runs on one
//! thread (a tokio `current_thread` runtime with a `LocalSet`), and is the only
//! user of tokio in the workspace. Start reading at [`serve`], then
//! `http/router.rs`, then `containers/`.
//!
//! Invariants:
//! - every child process is reaped in `supervisor.rs` and nowhere else;
//! - a state change is decided by a pure function (`containers/state.rs`),
//!   written to disk, then told to clients (event, journal, waiters);
//! - the runtime is reached through one thread (`runtime_thread.rs`), so that the HTTP
//!   side never blocks on `clone`;
//! - no file of state is written in place: temporary name, then rename.

mod config;
mod engine;
mod explain;
mod failure;
mod identity;
mod machine;
mod runtime_thread;
mod serve;
mod shutdown;
mod spec;
pub mod state_file;
mod supervisor;
mod timestamp;

pub mod archive;
pub mod cgroups;
pub mod containers;
pub mod events;
pub mod exec;
pub mod filters;
pub mod http;
pub mod images;
pub mod journal;
pub mod logs;
pub mod networks;
pub mod operations;
pub mod owners;
pub mod snapshots;
pub mod streams;
pub mod usage;
pub mod volumes;

pub use config::Config;
pub use engine::Engine;
pub use failure::{ApiFailure, ApiResult};
pub use serve::serve;
