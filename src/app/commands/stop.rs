//! `plimsoll stop LAB` and `plimsoll stop --all`.

use std::process::ExitCode;

use plimsoll_host::stop::{self, Stopped};
use plimsoll_host::{LabName, LabPaths, Places};
use plimsoll_lab::schema::nearest;
use plimsoll_text::spoken;

use super::Outcome;
use crate::arguments::{Shared, StopArguments};
use crate::classroom::Classroom;
use crate::failure::{Failure, Kind};
use crate::words;

/// Ends one lab or all; the first that does not end is told when all were tried.
pub fn run(shared: &Shared, arguments: &StopArguments) -> Outcome {
    let places = super::places(shared)?;
    let labs = match &arguments.lab {
        Some(lab) => {
            is_there(shared, &places, lab)?;
            vec![lab.clone()]
        }
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

/// A lab of the course, or one that was ever started: of whichever course.
fn is_there(shared: &Shared, places: &Places, lab: &LabName) -> Result<(), Failure> {
    let started = stop::all_labs(places);
    if started.contains(lab) {
        return Ok(());
    }
    let room = Classroom::open(shared)?;
    if room.course.lab(lab.as_str()).is_some() {
        return Ok(());
    }
    let mut names: Vec<&str> = started.iter().map(LabName::as_str).collect();
    names.extend(room.course.labs.iter().map(|lab| lab.name.as_str()));
    names.sort_unstable();
    names.dedup();
    let hint = match nearest(lab.as_str(), names.iter().copied()) {
        Some(meant) => words::typed_did_you_mean(spoken(), meant),
        None => words::labs_are(spoken(), names.join(", ")),
    };
    Err(Failure::new(Kind::Usage, words::no_such_lab(spoken(), lab.as_str())).hint(hint))
}

fn stop_one(paths: &LabPaths, silent_if_ended: bool) -> Result<(), Failure> {
    let (lab, language) = (paths.lab().as_str(), spoken());
    match stop::stop(paths) {
        Ok(Stopped::InGoodOrder) => say!("{}", words::stop_stopped(language, lab)),
        Ok(Stopped::Killed) => say!("{}", words::stop_killed(language, lab)),
        Ok(Stopped::NotRunning) if silent_if_ended => {}
        Ok(Stopped::NotRunning) => say!("{}", words::stop_not_running(language, lab)),
        Err(error) => return Err(Failure::from_error(Kind::Environment, &error)),
    }
    Ok(())
}
