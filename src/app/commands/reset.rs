//! `plimsoll reset LAB [--step N]`: begin a lab, or one of its steps, anew.

use std::io::Write;
use std::process::ExitCode;

use plimsoll_api::client::{Client, Endpoint, ListOptions};
use plimsoll_api::filters::Filters;
use plimsoll_api::lab::NotStarted;
use plimsoll_host::{LabName, LabPaths, StartOptions};
use plimsoll_lab::course::Lab;
use plimsoll_lab::text::{Language, Text};

use super::Outcome;
use crate::arguments::{ResetArguments, Shared};
use crate::classroom::{
    Classroom, can_ask, changed_start_files, lay_out_start_files, put_back_start_files,
};
use crate::failure::{Failure, Kind};
use crate::{playing, undo};

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
    let done = match arguments.step {
        None => {
            to_beginning(&room, &arguments.lab)?;
            Text::new(
                format!("{} is as new. Your best score is kept.", lab.name),
                format!(
                    "{} est comme neuf. Votre meilleur score est gardé.",
                    lab.name
                ),
            )
        }
        Some(step) => {
            let restored = undo::go_back(&room, &arguments.lab, step)?;
            for one in &restored.not_started {
                let text = not_started(one);
                eprintln!("{}", text.get(room.language));
            }
            Text::new(
                format!("{} is as it was when step {step} began.", lab.name),
                format!("{} est comme au début de l'étape {step}.", lab.name),
            )
        }
    };
    say!("{}", done.get(room.language));
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

fn not_started(one: &NotStarted) -> Text {
    let NotStarted { container, reason } = one;
    Text::new(
        format!("{container} ran, and could not be started again: {reason}"),
        format!("{container} tournait et n'a pas pu être redémarré : {reason}"),
    )
}

/// Puts changed start files back where that was asked for; else says that they
/// were kept, and how to have them back.
fn tell_files(
    room: &Classroom,
    lab: &Lab,
    paths: &LabPaths,
    arguments: &ResetArguments,
) -> Result<(), Failure> {
    let work = paths.work();
    let shown = work.display();
    if arguments.files {
        for (name, old) in put_back_start_files(lab, &work)? {
            let old = old.display();
            let text = Text::new(
                format!("{name} is the lab's own again; yours is {old}"),
                format!("{name} est de nouveau celui du lab ; le vôtre est {old}"),
            );
            say!("{}", text.get(room.language));
        }
    }
    let changed = changed_start_files(lab, &work).join(", ");
    let text = match changed.is_empty() {
        true => Text::new(
            format!("Your files in {shown} stay as they are."),
            format!("Vos fichiers dans {shown} restent tels quels."),
        ),
        false => Text::new(
            format!(
                "Your files in {shown} stay as they are. You have changed {changed}: \
                 `plimsoll reset {} --files` puts the lab's own back and keeps yours as NAME.old.",
                lab.name
            ),
            format!(
                "Vos fichiers dans {shown} restent tels quels. Vous avez modifié {changed} : \
                 `plimsoll reset {} --files` remet ceux du lab et garde les vôtres en NOM.old.",
                lab.name
            ),
        ),
    };
    say!("{}", text.get(room.language));
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
        super::ensure_running(&paths, &StartOptions::of_process())?;
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
    super::ensure_running(paths, &StartOptions::of_process())?;
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
    let lab = paths.lab();
    Ok(Text::new(
        format!(
            "Resetting {lab} removes its containers ({containers}), images ({images}), volumes ({volumes}) and your answers."
        ),
        format!(
            "Remettre {lab} à zéro supprime ses conteneurs ({containers}), images ({images}) et volumes ({volumes}), et vos réponses."
        ),
    ))
}

fn confirmed(language: Language) -> Result<bool, Failure> {
    let question = Text::new("Go on? [y/N] ", "Continuer ? [o/N] ");
    eprint!("{}", question.get(language));
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
