//! A lab's namespaces, seen from outside and at birth: start, enter, stop, and
//! what the machine allows.
//!
//! Invariant: a process that this crate starts holds capabilities over a lab
//! only if it is the lab's engine; whoever else comes in has none.
//!
//! Start reading at [`start`] (the client), then `launch` (the outer half that
//! makes the namespaces) and `birth` (PID 1); the engine gets an [`EngineSeat`].
//! This crate knows nothing of containers, images or HTTP.

mod birth;
pub mod cgroup;
pub mod discard;
pub mod doctor;
pub mod enter;
pub mod folders;
pub mod grading;
pub mod id_map;
mod id_plan;
mod identity;
mod lab_host;
mod launch;
mod lock;
pub mod name;
mod order;
pub mod paths;
mod peer;
pub mod search;
pub mod seat;
pub mod start;
pub mod stop;
pub mod users;
pub mod vendor;

/// What this crate says: `texts/en.ftl` and `texts/fr.ftl`.
mod words {
    include!(concat!(env!("OUT_DIR"), "/words.rs"));
}

pub use cgroup::{CgroupVersion, Controller, LabCgroup};
pub use discard::remover_entry;
pub use id_map::{IdMap, IdMapChoice};
pub use launch::{ENTRY, engine_entry};
pub use name::LabName;
pub use paths::{Environment, LabPaths, Places};
pub use seat::{EngineSeat, ReadySignal};
pub use start::{Running, StartError, StartOptions, current_lab, ensure_running, find_running};
pub use vendor::SocketVendor;
