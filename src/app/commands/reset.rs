//! `plimsoll reset LAB [--step N]`: begin a lab, or one of its steps, anew.

use std::io::Write;
use std::process::ExitCode;

use plimsoll_api::client::{Client, Endpoint};
use plimsoll_api::lab::{NotStarted, Restored};
use plimsoll_host::discard::{self, DiscardError};
use plimsoll_host::{LabName, LabPaths, StartError};
use plimsoll_lab::course::Lab;
use plimsoll_lab::text::{Language, Text};
use plimsoll_text::spoken;

use super::Outcome;
use crate::arguments::{ResetArguments, Shared};
use crate::classroom::{
    Classroom, can_ask, changed_start_files, lay_out_start_files, put_back_start_files,
};
use crate::failure::{Failure, Kind, system};
use crate::{undo, words};

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
    let language = spoken();
    let name = lab.name.as_str();
    match arguments.step {
        None => {
            let left = to_beginning(&room, &arguments.lab)?;
            say!("{}", words::reset_done(language, name));
            left.iter()
                .for_each(|text| eprintln!("{}", text.get(language)));
        }
        Some(step) => {
            let restored = undo::go_back(&room, &arguments.lab, step)?;
            say!("{}", words::reset_step_done(language, name, step));
            for text in not_started(&restored) {
                eprintln!("{}", text.get(language));
            }
        }
    }
    tell_files(lab, &paths, arguments)?;
    Ok(ExitCode::SUCCESS)
}

/// Says what will be lost, and asks.
fn agreed(room: &Classroom, arguments: &ResetArguments, paths: &LabPaths) -> Result<bool, Failure> {
    let loss = match arguments.step {
        None => losses(room, paths)?,
        Some(step) => undo::losses(room, &arguments.lab, step)?,
    };
    if !can_ask() {
        let message = words::reset_asks(spoken(), arguments.lab.as_str());
        return Err(Failure::new(Kind::Usage, message).hint(words::reset_yes_hint(spoken())));
    }
    eprintln!("{}", loss.get(spoken()));
    confirmed(spoken())
}

/// Puts changed start files back where that was asked for; else says that they
/// were kept, and how to have them back.
fn tell_files(lab: &Lab, paths: &LabPaths, arguments: &ResetArguments) -> Result<(), Failure> {
    let (work, language) = (paths.work(), spoken());
    if arguments.files {
        for (name, old) in put_back_start_files(lab, &work)? {
            let old = old.display().to_string();
            say!("{}", words::reset_file_is_back(language, name, old));
        }
    }
    let folder = work.display().to_string();
    say!("{}", words::reset_files_stay(language, folder));
    if let Some(text) = changed_files(lab, paths) {
        say!("{}", text.get(language));
    }
    Ok(())
}

/// Which start files the learner has changed, which a reset leaves.
pub fn changed_files(lab: &Lab, paths: &LabPaths) -> Option<Text> {
    let changed = changed_start_files(lab, &paths.work());
    let name = lab.name.as_str();
    let said = |language| words::reset_files_changed(language, changed.join(", "), name);
    (!changed.is_empty()).then(|| Text::said(said))
}

/// What ran at the start of a step and does not now.
pub fn not_started(restored: &Restored) -> Vec<Text> {
    let told = |one: &NotStarted| {
        let (container, reason) = (one.container.as_str(), one.reason.as_str());
        Text::said(|language| words::reset_not_started(language, container, reason))
    };
    restored.not_started.iter().map(told).collect()
}

/// Makes a lab as new: no containers, images, volumes and answers. The best score,
/// which hints were shown and the learner's files stay; start files that are missing
/// come back.
///
/// No engine is needed for it: this is the way out where none starts. Returns what
/// is to be said besides.
///
/// # Errors
/// The engine does not end, or a file cannot be written.
pub fn to_beginning(room: &Classroom, name: &LabName) -> Result<Vec<Text>, Failure> {
    let lab = room.lab(name)?;
    let paths = room.paths(name)?;
    let forget = || {
        room.change(&lab.name, |progress| {
            // The first step and all after it: everything.
            plimsoll_lab::undo::forget(progress, lab, 1);
            progress.answers.clear();
            progress.reached.clear();
            progress.step = 0;
        })
    };
    if let Some(current) = plimsoll_host::current_lab(paths.places()) {
        return Err(told(&DiscardError::InsideLab { current }));
    }
    // Before: a kill in between must not leave points for what is gone. And after:
    // whoever looks at the lab judges it until it ends.
    forget()?;
    discard::set_aside(&paths).map_err(|error| told(&error))?;
    forget()?;
    lay_out_start_files(lab, &paths.work())?;
    let left = discard::sweep(&paths).err().map(|error| {
        Text::said(|language| words::reset_sweep_later(language, error.say(language)))
    });
    Ok(left.into_iter().collect())
}

fn told(error: &DiscardError) -> Failure {
    let hint = error.hint();
    Failure::from_error(Kind::Environment, error).hint(hint)
}

/// What a reset takes away, in words and by name. Where the engine does not start,
/// that is said, and what lies on the disk.
///
/// # Errors
/// The engine cannot be asked, progress not be read, or this is inside a lab.
pub fn losses(room: &Classroom, paths: &LabPaths) -> Result<Text, Failure> {
    match plimsoll_host::ensure_running(paths, &super::start_options()?) {
        Ok(_) => {}
        Err(error @ StartError::InsideLab { .. }) => {
            let hint = error.hint();
            return Err(Failure::from_error(Kind::Environment, &error).hint(hint));
        }
        Err(error) => return Ok(lies_on_disk(paths, &error)),
    }
    let client = Client::new(Endpoint::Unix(paths.socket()));
    let progress = room.progress()?.lab(paths.lab().as_str());
    let loss = plimsoll_lab::undo::loss_of_all(&client, &progress)
        .map_err(|error| Failure::from_error(Kind::Environment, &error))?;
    Ok(Text::said(|language| {
        let mut lines = vec![words::reset_loses(language, paths.lab().as_str())];
        lines.extend(undo::listed(language, &loss));
        lines.join("\n")
    }))
}

/// What a lab is that no engine can open, as far as its folder tells.
fn lies_on_disk(paths: &LabPaths, error: &StartError) -> Text {
    let count = |part: &str| {
        let entries = std::fs::read_dir(paths.lab_dir().join(part));
        entries.map_or(0, |all| {
            let names = all.flatten().map(|entry| entry.file_name());
            // What is on its way out begins with a dot.
            names
                .filter(|name| !name.as_encoded_bytes().starts_with(b"."))
                .count()
        })
    };
    let (containers, volumes) = (count("containers"), count("volumes"));
    let folder = paths.lab_dir().display().to_string();
    let why = Failure::from_error(Kind::Environment, error).into_words().0;
    Text::said(|language| {
        let unseen = words::reset_unseen(language, paths.lab().as_str(), why.as_str());
        let folder = folder.as_str();
        let loses = words::reset_unseen_loses(language, containers, folder, volumes);
        format!("{unseen}\n{loses}")
    })
}

fn confirmed(language: Language) -> Result<bool, Failure> {
    eprint!("{} ", words::reset_go_on(language));
    let read = || -> std::io::Result<String> {
        std::io::stderr().flush()?;
        let mut line = String::new();
        std::io::stdin().read_line(&mut line)?;
        Ok(line)
    };
    let line = read().map_err(|error| {
        let said = words::standard_input(language, system(&error));
        Failure::new(Kind::Environment, said)
    })?;
    Ok(matches!(
        line.trim().to_lowercase().as_str(),
        "y" | "yes" | "o" | "oui"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use plimsoll_host::{Environment, Places};

    #[test]
    fn a_lab_that_cannot_be_looked_at_is_told_by_its_folder() {
        let home = tempfile::tempdir().expect("a folder");
        let environment = Environment {
            plimsoll_home: Some(home.path().join("data")),
            plimsoll_work: Some(home.path().join("work")),
            xdg_runtime_dir: Some(home.path().to_owned()),
            ..Environment::default()
        };
        let places = Places::choose(&environment).expect("places");
        let paths = places.lab(&"one".parse().expect("a name")).expect("paths");
        for part in ["containers/a", "containers/b", "containers/.removing-c"] {
            std::fs::create_dir_all(paths.lab_dir().join(part)).expect("folders");
        }
        let error = StartError::Refused {
            doing: "open the lab's state".to_owned(),
            cause: "images.json is damaged".to_owned(),
            hint: None,
        };
        let text = lies_on_disk(&paths, &error);
        for (said, counted) in [(&text.en, "containers (2)"), (&text.fr, "conteneurs (2)")] {
            for part in ["images.json is damaged", counted, "volumes (0)"] {
                assert!(said.contains(part), "{part} in {said}");
            }
            assert!(
                said.contains(&paths.lab_dir().display().to_string()),
                "{said}"
            );
        }
    }
}
