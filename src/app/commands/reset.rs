//! `plimsoll reset LAB [--step N]`: begin a lab, or one of its steps, anew.

use std::io::Write;
use std::process::ExitCode;

use plimsoll_api::client::{Client, Endpoint, ListOptions};
use plimsoll_api::filters::Filters;
use plimsoll_api::lab::NotStarted;
use plimsoll_host::{LabName, LabPaths};
use plimsoll_lab::course::Lab;
use plimsoll_lab::text::{Language, Text};

use super::Outcome;
use crate::arguments::{ResetArguments, Shared};
use crate::classroom::{
    Classroom, can_ask, changed_start_files, lay_out_start_files, put_back_start_files,
};
use crate::failure::{Failure, Kind};
use crate::{playing, undo, words};

/// Says what will be lost, asks, and goes back: to the snapshot of a step's
/// start, or to an empty lab. The learner's own files stay; start files that
/// are missing come back, and with `--files` those that were changed too.
pub fn run(shared: &Shared, arguments: &ResetArguments) -> Outcome {
    let room = Classroom::open(shared)?;
    let lab = room.lab(&arguments.lab)?;
    let paths = room.paths(&arguments.lab)?;
    if !arguments.yes && !agreed(&room, arguments, &paths)? {
        return Ok(ExitCode::from(1));
    }
    let language = room.language;
    let name = lab.name.as_str();
    match arguments.step {
        None => {
            to_beginning(&room, &arguments.lab)?;
            say!("{}", words::reset_done(language, name));
        }
        Some(step) => {
            let restored = undo::go_back(&room, &arguments.lab, step)?;
            say!("{}", words::reset_step_done(language, name, step));
            for NotStarted { container, reason } in restored.not_started {
                let told = words::reset_not_started(language, container, reason);
                eprintln!("{told}");
            }
        }
    }
    tell_files(&room, lab, &paths, arguments)?;
    Ok(ExitCode::SUCCESS)
}

/// Says what will be lost, and asks.
fn agreed(room: &Classroom, arguments: &ResetArguments, paths: &LabPaths) -> Result<bool, Failure> {
    let loss = match arguments.step {
        None => losses(paths)?,
        Some(step) => undo::losses(room, &arguments.lab, step)?,
    };
    if !can_ask() {
        let message = format!(
            "resetting {} asks first, and there is no terminal to ask on",
            arguments.lab
        );
        return Err(Failure::new(Kind::Usage, message).hint("--yes does not ask".to_owned()));
    }
    eprintln!("{}", loss.get(room.language));
    confirmed(room.language)
}

/// Puts changed start files back where that was asked for; else says that they
/// were kept, and how to have them back.
fn tell_files(
    room: &Classroom,
    lab: &Lab,
    paths: &LabPaths,
    arguments: &ResetArguments,
) -> Result<(), Failure> {
    let (work, language) = (paths.work(), room.language);
    if arguments.files {
        for (name, old) in put_back_start_files(lab, &work)? {
            let old = old.display().to_string();
            say!("{}", words::reset_file_is_back(language, name, old));
        }
    }
    let folder = work.display().to_string();
    say!("{}", words::reset_files_stay(language, folder));
    let changed = changed_start_files(lab, &work);
    if !changed.is_empty() {
        let name = lab.name.as_str();
        say!(
            "{}",
            words::reset_files_changed(language, changed.join(", "), name)
        );
    }
    Ok(())
}

/// Makes a lab as new: no containers, images, volumes, answers and hints. The best
/// score and the learner's files stay; start files that are missing come back.
///
/// # Errors
/// The engine cannot be started or does not end, or a file cannot be written.
pub fn to_beginning(room: &Classroom, name: &LabName) -> Result<(), Failure> {
    let lab = room.lab(name)?;
    let paths = room.paths(name)?;
    // The engine itself removes what belongs to its containers' ids.
    if paths.lab_dir().exists() {
        super::ensure_running(&paths, &super::start_options()?)?;
    }
    playing::clear(&paths)?;
    room.change(&lab.name, |progress| {
        // The first step and all after it: everything.
        plimsoll_lab::undo::forget(progress, lab, 1);
        progress.answers.clear();
        progress.reached.clear();
        progress.hints.clear();
        progress.step = 0;
    })?;
    lay_out_start_files(lab, &paths.work())
}

/// What a reset takes away, in words.
///
/// # Errors
/// The lab cannot be started to be looked at.
pub fn losses(paths: &LabPaths) -> Result<Text, Failure> {
    super::ensure_running(paths, &super::start_options()?)?;
    let client = Client::new(Endpoint::Unix(paths.socket()));
    let failed = |error| Failure::from_error(Kind::Environment, &error);
    let all = ListOptions {
        all: true,
        ..ListOptions::default()
    };
    let containers = client.containers(&all).map_err(failed)?.len();
    let images = client
        .images(false, &Filters::default())
        .map_err(failed)?
        .len();
    let volumes = client
        .volumes(&Filters::default())
        .map_err(failed)?
        .volumes
        .len();
    let said = |language| {
        let lab = paths.lab().to_string();
        words::reset_loses(language, containers, images, lab, volumes)
    };
    Ok(Text::new(said(Language::English), said(Language::French)))
}

fn confirmed(language: Language) -> Result<bool, Failure> {
    eprint!("{} ", words::reset_go_on(language));
    let read = || -> std::io::Result<String> {
        std::io::stderr().flush()?;
        let mut line = String::new();
        std::io::stdin().read_line(&mut line)?;
        Ok(line)
    };
    let line = read()
        .map_err(|error| Failure::new(Kind::Environment, format!("standard input: {error}")))?;
    Ok(matches!(
        line.trim().to_lowercase().as_str(),
        "y" | "yes" | "o" | "oui"
    ))
}
