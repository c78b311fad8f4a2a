//! The terminal interface, and what it asks of this binary.

mod guided;
mod outside;
mod start;

pub use guided::run as guide;
pub use start::{Form, Wish, form, run};
