//! `plimsoll reset LAB`: begin a lab anew.

use std::io::Write;
use std::process::ExitCode;

use plimsoll_api::client::{Client, Endpoint, ListOptions};
use plimsoll_api::filters::Filters;
use plimsoll_host::{LabName, LabPaths, StartOptions};
use plimsoll_lab::text::{Language, Text};

use super::Outcome;
use crate::arguments::{ResetArguments, Shared};
use crate::classroom::{Classroom, can_ask, lay_out_start_files};
use crate::failure::{Failure, Kind};
use crate::playing;

/// Says what will be lost, asks, removes the engine's state and the lab's
/// answers, and puts missing start files back. The learner's own files stay.
pub fn run(shared: &Shared, arguments: &ResetArguments) -> Outcome {
    let room = Classroom::open(shared)?;
    let lab = room.lab(&arguments.lab)?;
    let paths = room.paths(&arguments.lab)?;
    if !arguments.yes {
        let loss = losses(&paths)?;
        let loss = loss.get(room.language);
        if !can_ask() {
            let message = format!(
                "resetting {} asks first, and there is no terminal to ask on",
                lab.name
            );
            return Err(Failure::new(Kind::Usage, message).hint("--yes does not ask".to_owned()));
        }
        eprintln!("{loss}");
        if !confirmed(room.language)? {
            return Ok(ExitCode::from(1));
        }
    }
    to_beginning(&room, &arguments.lab)?;
    let done = Text::new(
        format!(
            "{} is as new. Your best score and your files in {} are kept.",
            lab.name,
            paths.work().display()
        ),
        format!(
            "{} est comme neuf. Votre meilleur score et vos fichiers dans {} sont gardés.",
            lab.name,
            paths.work().display()
        ),
    );
    say!("{}", done.get(room.language));
    Ok(ExitCode::SUCCESS)
}

/// Makes a lab as new: no containers, images, volumes and answers. The best
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
        progress.answers.clear();
        progress.reached.clear();
        progress.open.clear();
        progress.last_score = 0;
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
