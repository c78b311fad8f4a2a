//! The `docker` command alone, for any engine that `DOCKER_HOST` names.

use std::process::ExitCode;

fn main() -> ExitCode {
    plimsoll_cli::main(std::env::args_os().skip(1).collect())
}
