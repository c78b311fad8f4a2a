//! `plimsoll oci`: the runtime as a program of its own, with runc's commands
//! and main options, for tools that bring bundles and for conformance suites.
//!
//! It drives the same request, plan and apply as the lab's engine, without
//! zygote or engine: the process that is asked to create a container clones it
//! and leaves. What is known about a container lies in `ROOT/ID/`.
//!
//! Limits: no checkpoints, no cgroup limits beyond what resource limits per
//! process can hold, no SELinux or AppArmor labels. `features` lists what
//! there is.

mod bundle;
mod console;
mod create;
mod delete;
mod exec;
mod failure;
mod features;
mod hooks;
mod kill;
mod list;
mod options;
mod record;
mod seal;
mod spec;
mod start;
mod wait;

use clap::Parser;
use failure::Failure;
use options::{Command, Options};
use std::ffi::OsString;
use std::process::ExitCode;

/// Runs `plimsoll oci` with the words that follow it.
pub fn main(args: impl Iterator<Item = OsString>) -> ExitCode {
    let words = std::iter::once(OsString::from("plimsoll oci")).chain(args);
    let options = match Options::try_parse_from(words) {
        Ok(options) => options,
        Err(error) => {
            // Nothing can be done about a closed stream.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { 1 } else { 0 });
        }
    };
    match run(&options) {
        Ok(code) => code,
        Err(failure) => {
            failure.report(&options.global);
            ExitCode::from(failure.code)
        }
    }
}

fn run(options: &Options) -> Result<ExitCode, Failure> {
    let global = &options.global;
    let done = |()| ExitCode::SUCCESS;
    match &options.command {
        Command::Create(create) => create::create(global, create).map(done),
        Command::Run(run) => create::run(global, run),
        Command::Start { id } => start::start(global, id).map(done),
        Command::State { id } => list::state(global, id).map(done),
        Command::Kill(kill) => kill::kill(global, kill).map(done),
        Command::Delete { id, force } => delete::delete(global, id, *force).map(done),
        Command::Exec(exec) => exec::exec(global, exec),
        Command::List(list) => list::list(global, list).map(done),
        Command::Ps { id, format } => list::processes(global, id, *format).map(done),
        Command::Pause { id } => kill::pause(global, id, true).map(done),
        Command::Resume { id } => kill::pause(global, id, false).map(done),
        Command::Features => features::print().map(done),
        Command::Spec { bundle, rootless } => spec::write(bundle.as_deref(), *rootless).map(done),
    }
}
