//! Play every attempt of every lab: the same code as `plimsoll course check`.

use crate::cargo::{self, Done, build_debug, root};
use std::process::Command;

/// Check the course in the tree, or one lab of it.
pub fn run(lab: Option<&str>) -> Done {
    let binary = build_debug()?;
    let mut command = Command::new(binary);
    command.args(["course", "check"]).arg(root());
    cargo::run(command.args(lab))
}
