//! Containers: their records, state machines and operations.
//!
//! Pure: `state.rs`, `merge.rs`, `mounts.rs`, `validate.rs`, `names.rs`,
//! `signal.rs`. A file for each operation does the rest.

mod boot;
mod container;
mod create;
mod devices;
mod durable;
mod etc_files;
mod exit;
mod freeze;
mod health;
mod inspect;
mod keep;
mod list;
mod merge;
mod mounts;
mod names;
mod persist;
mod place;
mod processes;
mod record;
mod registry;
mod remove;
mod rename;
mod signal;
mod size;
mod start;
mod state;
mod stats;
mod stop;
mod tell;
mod top;
mod update;
mod upper;
mod validate;
mod wait;

pub use boot::{is_probe, load, restart_after_boot, stop_all, sweep_now};
pub use container::{Container, Exits, Layers};
pub use create::{check_platform, create, draft};
pub use freeze::{Frozen, freeze};
pub use inspect::inspect;
pub use keep::{bring_back, keep};
pub use list::{list, summary};
pub use merge::DEFAULT_PATH;
pub use mounts::tmpfs_options;
pub use place::sketch;
pub use record::{Allocation, Placement, Record};
pub use registry::Containers;
pub use remove::{Options as RemoveOptions, prune, remove};
pub use rename::rename;
pub use signal::send as send_signal;
pub use start::start;
pub use state::{State, Step, not_running};
pub use stats::{Sampler, sample};
pub use stop::{StopOptions, end, kill, pause, restart, stop, unpause};
pub use tell::{announce, tell};
pub use top::top;
pub use update::update;
pub use wait::{Condition, wait};
