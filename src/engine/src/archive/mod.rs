//! Copy, export and changes of a container's files.
//!
//! Where to start: `work.rs` (which view a job gets), `view.rs` (a descriptor
//! for the files, running or not), `stage.rs` (a stopped container's mounts).
//! Packing and unpacking are the store's: nothing of a container is executed
//! or loaded for it (CVE-2019-14271, CVE-2026-41567).

pub mod changes;
pub mod stage;
pub mod stat;
pub mod transfer;
pub mod view;
pub mod work;
