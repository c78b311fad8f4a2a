//! The terminal interface, and what it asks of this binary.

mod outside;
mod start;

pub use start::{Wish, is_possible, run};
