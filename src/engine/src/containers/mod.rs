//! Containers: their records, state machines and operations.

mod record;
mod registry;

pub use record::{Container, Layers, MountPoint};
pub use registry::Containers;
