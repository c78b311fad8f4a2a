//! The shell and core tools of the carried images.
fn main() {}
