//! A container's streams at our terminal: raw mode, relay, detach keys,
//! signals.

pub mod detach;
pub mod relay;
pub mod signals;
pub mod terminal;
