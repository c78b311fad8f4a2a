//! Check the book in the tree and build it into `target/book`.

use std::process::Command;

use crate::cargo::{self, Done, build_debug, root};

/// The same code as `plimsoll book`, with the pages and labs of the tree.
pub fn run() -> Done {
    let binary = build_debug()?;
    let mut command = Command::new(binary);
    command.arg("book").arg("--course").arg(root());
    command.arg("--sources").arg(root().join("book"));
    command.arg("--out").arg(root().join("target/book"));
    cargo::run(&mut command)
}
