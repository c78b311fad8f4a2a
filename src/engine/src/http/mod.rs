//! The HTTP server: accept, parse, route. One file per API group beside this.
//!
//! Limits: HTTP/1 only, one unix socket, no TLS, no TCP. Handlers run on the
//! engine's one thread; whatever blocks for long belongs to a blocking task.

pub mod archive;
mod attach;
pub mod call;
pub mod containers;
pub mod exec;
pub mod hijack;
pub mod images;
pub mod networks;
mod operations;
pub mod plimsoll;
pub mod query;
pub mod reply;
mod resize;
mod router;
pub mod server;
mod snapshots;
pub mod system;
pub mod volumes;
