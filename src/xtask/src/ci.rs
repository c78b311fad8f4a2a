//! What has to be green before a change lands.

use crate::cargo::{self, Done, cargo};
use crate::{labs, test, tidy, vm};

/// Formatting and lints first: they are cheap and fail often.
pub fn run() -> Done {
    cargo::run(&mut cargo(["fmt", "--all", "--check"]))?;
    tidy::run()?;
    cargo::run(&mut cargo([
        "clippy",
        "--workspace",
        "--all-targets",
        "--exclude",
        "plimsoll-tools",
        "--",
        "-D",
        "warnings",
    ]))?;
    test::run(&[])?;
    labs::run(None)?;
    vm::run(vm::KERNEL)
}
