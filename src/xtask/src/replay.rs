//! Play what `plimsoll --record FILE` wrote: the example `replay` of `src/tui`.

use crate::cargo::{self, Done, cargo};
use std::path::Path;

/// Arguments are the example's own; `--help` lists them. The file is found from
/// where the developer stands.
pub fn run(arguments: &[String]) -> Done {
    let mut command = cargo(["run", "--quiet", "--package", "plimsoll-tui"]);
    command.args(["--example", "replay", "--"]);
    let here = std::env::current_dir().map_err(|error| format!("this folder: {error}"))?;
    for argument in arguments {
        match Path::new(argument).exists() {
            true => command.arg(here.join(argument)),
            false => command.arg(argument),
        };
    }
    cargo::run(&mut command)
}
