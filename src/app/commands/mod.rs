//! The `plimsoll` commands, a file for each.

pub mod docker;
pub mod doctor;
pub mod env;
pub mod shell;
pub mod stop;
pub mod sudo;

use std::process::ExitCode;

use plimsoll_host::{Environment, LabName, LabPaths, Places, Running, StartOptions};

use crate::arguments::{Arguments, Command, Shared};
use crate::failure::{Failure, Kind};

/// How a command ends: the exit code, or why it could not do its work.
pub type Outcome = Result<ExitCode, Failure>;

/// Does what was typed.
pub fn run(arguments: Arguments) -> Outcome {
    let shared = &arguments.shared;
    match arguments.command {
        Some(Command::Shell(arguments)) => shell::run(shared, &arguments),
        Some(Command::Stop(arguments)) => stop::run(shared, &arguments),
        Some(Command::Env(arguments)) => env::run(shared, &arguments),
        Some(Command::Doctor(arguments)) => doctor::run(shared, &arguments),
        Some(Command::Docker(arguments)) => Ok(docker::run(arguments.words)),
        None => Err(Failure::new(Kind::Usage, "which command?").hint("plimsoll --help".to_owned())),
    }
}

/// Where this user's labs are.
pub fn places(shared: &Shared) -> Result<Places, Failure> {
    let environment = Environment {
        store: shared.store.as_deref().map(absolute),
        ..Environment::of_process()
    };
    Places::choose(&environment).map_err(|error| Failure::from_error(Kind::Usage, &error))
}

/// Where one lab is.
pub fn paths(shared: &Shared, lab: &LabName) -> Result<LabPaths, Failure> {
    let paths = places(shared)?.lab(lab);
    paths.map_err(|error| Failure::from_error(Kind::Usage, &error))
}

/// The lab's engine, started where none runs.
pub fn ensure_running(paths: &LabPaths, options: &StartOptions) -> Result<Running, Failure> {
    plimsoll_host::ensure_running(paths, options).map_err(|error| {
        let hint = error.hint();
        Failure::from_error(Kind::Environment, &error).hint(hint)
    })
}

fn absolute(path: &std::path::Path) -> std::path::PathBuf {
    // Fails for the empty path only, which is refused as relative later.
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}
