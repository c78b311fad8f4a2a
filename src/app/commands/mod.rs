//! The `plimsoll` commands, a file for each.

pub mod answer;
pub mod book;
pub mod check;
pub mod course;
pub mod demo;
pub mod docker;
pub mod doctor;
pub mod env;
pub mod grade;
pub mod hint;
pub mod labs;
pub mod lesson;
pub mod map;
pub mod reset;
pub mod shell;
pub mod stop;
pub mod sudo;

use std::process::ExitCode;

use plimsoll_api::client::Endpoint;
use plimsoll_host::{Environment, LabName, LabPaths, Places, Running, StartOptions};
use plimsoll_text::spoken;

use crate::arguments::{Arguments, Command, LabsArguments, Shared};
use crate::failure::{Failure, Kind};
use crate::interface::{self, Form};
use crate::words;

/// How a command ends: the exit code, or why it could not do its work.
pub type Outcome = Result<ExitCode, Failure>;

/// Does what was typed.
pub fn run(arguments: Arguments) -> Outcome {
    let shared = &arguments.shared;
    let wish = arguments.interface;
    match arguments.command {
        Some(Command::Labs(arguments)) => labs::run(shared, &arguments),
        Some(Command::Check(arguments)) => check::run(shared, &arguments),
        Some(Command::Map(arguments)) => map::run(shared, &arguments),
        Some(Command::Answer(arguments)) => answer::run(shared, &arguments),
        Some(Command::Hint(arguments)) => hint::run(shared, &arguments),
        Some(Command::Reset(arguments)) => reset::run(shared, &arguments),
        Some(Command::Demo(arguments)) => demo::run(shared, &arguments),
        Some(Command::Grade(arguments)) => grade::run(shared, &arguments),
        Some(Command::Submit(arguments)) => Err(submit_later(&arguments.lab)),
        Some(Command::Course(arguments)) => course::run(shared, arguments.action),
        Some(Command::Book(arguments)) => book::run(shared, &arguments),
        Some(Command::Shell(arguments)) => shell::run(shared, &arguments),
        Some(Command::Stop(arguments)) => stop::run(shared, &arguments),
        Some(Command::Env(arguments)) => env::run(shared, &arguments),
        Some(Command::Doctor(arguments)) => doctor::run(shared, &arguments),
        Some(Command::Lab(words)) => lesson::run(shared, &words, wish),
        Some(Command::Docker(arguments)) => Ok(docker::run(arguments.words)),
        None if interface::form(wish.plain) == Form::FullScreen => {
            let record = wish.record;
            interface::run(shared, interface::Wish { lab: None, record })
        }
        None => labs::run(shared, &LabsArguments { json: false }),
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
    paths
        .map(LabPaths::of_living_engine)
        .map_err(|error| Failure::from_error(Kind::Usage, &error))
}

/// How this process's environment wants labs to be started.
///
/// # Errors
/// `PLIMSOLL_IDMAP` is misspelt.
pub fn start_options() -> Result<StartOptions, Failure> {
    StartOptions::of_process().map_err(|error| {
        let hint = error.hint();
        Failure::from_error(Kind::Usage, &error).hint(hint)
    })
}

/// The lab's engine, started where none runs.
pub fn ensure_running(paths: &LabPaths, options: &StartOptions) -> Result<Running, Failure> {
    plimsoll_host::ensure_running(paths, options).map_err(|error| {
        let hint = error.hint();
        Failure::from_error(Kind::Environment, &error).hint(hint)
    })
}

/// What `--engine` names.
///
/// # Errors
/// It is no address.
pub fn endpoint(text: &str) -> Result<Endpoint, Failure> {
    Endpoint::parse(text).map_err(|error| {
        Failure::from_error(Kind::Usage, &error).hint(words::engine_address_hint(spoken()))
    })
}

/// A record as JSON, for programs.
pub fn json(record: &impl serde::Serialize) -> Result<String, Failure> {
    serde_json::to_string_pretty(record)
        .map_err(|error| Failure::from_error(Kind::Environment, &error))
}

/// The name is taken; the command comes with grading of many at once.
fn submit_later(lab: &LabName) -> Failure {
    let language = spoken();
    Failure::new(Kind::Usage, words::submit_later(language))
        .hint(words::submit_later_hint(language, lab.as_str()))
}

/// A path that means the same in another folder.
pub fn absolute(path: &std::path::Path) -> std::path::PathBuf {
    // Fails for the empty path only, which is refused as relative later.
    std::path::absolute(path).unwrap_or_else(|_| path.to_path_buf())
}
