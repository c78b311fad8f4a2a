//! The developer's one door: tidy, tests, benchmarks.
fn main() {}
