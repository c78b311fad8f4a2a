//! A lab's namespaces, seen from outside and at birth: start, enter, stop, and
//! what the machine allows.
//!
//! Invariant: a process that this crate starts holds capabilities over a lab
//! only if it is the lab's engine; whoever else comes in has none.
//!
//! Start reading at [`start`] (the client), then `launch` (the outer half that
//! makes the namespaces) and `birth` (PID 1); the engine gets an [`EngineSeat`].
//! This crate knows nothing of containers, images or HTTP.

pub mod folders;
pub mod id_map;
pub mod name;
pub mod paths;
pub mod seat;
pub mod start;
pub mod users;
pub mod vendor;

pub use id_map::{IdMap, IdMapChoice};
pub use name::LabName;
pub use paths::{Environment, LabPaths, Places};
pub use seat::{EngineSeat, ReadySignal};
pub use vendor::SocketVendor;
