//! `plimsoll stop LAB` and `plimsoll stop --all`.

use std::process::ExitCode;

use plimsoll_host::LabPaths;
use plimsoll_host::stop::{self, Stopped};

use super::Outcome;
use crate::arguments::{Shared, StopArguments};
use crate::failure::{Failure, Kind};

/// Ends one lab or all; the first that does not end is told when all were tried.
pub fn run(shared: &Shared, arguments: &StopArguments) -> Outcome {
    let places = super::places(shared)?;
    let labs = match &arguments.lab {
        Some(lab) => vec![lab.clone()],
        None => stop::all_labs(&places),
    };
    let mut failed = None;
    for lab in labs {
        let paths = super::paths(shared, &lab)?;
        if let Err(failure) = stop_one(&paths, arguments.all) {
            failed.get_or_insert(failure);
        }
    }
    failed.map_or(Ok(ExitCode::SUCCESS), Err)
}

fn stop_one(paths: &LabPaths, silent_if_ended: bool) -> Result<(), Failure> {
    let lab = paths.lab();
    match stop::stop(paths) {
        Ok(Stopped::InGoodOrder) => say!("{lab}: stopped"),
        Ok(Stopped::Killed) => say!("{lab}: did not answer and was killed; its state is kept"),
        Ok(Stopped::NotRunning) if silent_if_ended => {}
        Ok(Stopped::NotRunning) => say!("{lab}: was not running"),
        Err(error) => return Err(Failure::from_error(Kind::Environment, &error)),
    }
    Ok(())
}
