//! Files between a container and us, as tar streams.
//!
//! Start with [`place`] for what goes where, then `pack` and `unpack`.

pub mod pack;
pub mod place;
pub mod unpack;
