//! From the flags of `run` and `create` to the body of the create call.
//!
//! Start with [`flags::CONTAINER`] for what is taken, [`request::build`] for
//! what becomes of it.

pub mod device;
pub mod environment;
pub mod flags;
pub mod mount;
pub mod network;
pub mod request;
pub mod volume;
