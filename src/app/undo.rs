//! Undo as the commands and the interface offer it: back to the start of a step.
//!
//! `plimsoll_lab::undo` knows when snapshots are made and what going back means;
//! here are this user's places, their progress, and the words.

use std::collections::BTreeSet;

use plimsoll_api::client::{Client, Endpoint};
use plimsoll_api::lab::Restored;
use plimsoll_host::{LabName, LabPaths, StartOptions};
use plimsoll_lab::course::Lab;
use plimsoll_lab::text::Text;
use plimsoll_lab::undo::{self, Coming, Loss, UndoError};

use crate::classroom::{Classroom, lay_out_start_files};
use crate::commands;
use crate::failure::{Failure, Kind};

/// Makes the snapshots of the steps that begin now. Undo is an addition: a lab
/// without room for it is entered and checked all the same.
pub fn keep_up(room: &Classroom, lab: &Lab, paths: &LabPaths, met: &BTreeSet<String>) {
    if let Err(error) = undo::keep_up(&client(paths), lab, met)
        // A submission is graded: there is no going back.
        && error.status() != Some(403)
    {
        let told = Text::new(
            format!("plimsoll: the start of this step could not be kept: {error}"),
            format!("plimsoll : le début de cette étape n'a pas pu être conservé : {error}"),
        );
        eprintln!("{}", told.get(room.language));
    }
}

/// As [`keep_up`], where nobody can be told: going back says that there is
/// nothing to go back to.
pub fn keep_up_quietly(lab: &Lab, paths: &LabPaths, met: &BTreeSet<String>) {
    let _ = undo::keep_up(&client(paths), lab, met);
}

/// Somebody goes on to a step, counted from 1.
///
/// # Errors
/// The engine cannot make the snapshot.
pub fn arrive(room: &Classroom, name: &LabName, step: usize) -> Result<(), Failure> {
    let lab = room.lab(name)?;
    let progress = room.progress()?.lab(&lab.name);
    let coming = match progress.step < step {
        true => Coming::Onward,
        false => Coming::Back,
    };
    let met = undo::met_before(lab, &progress);
    let index = step.saturating_sub(1);
    undo::arrive(&client(&room.paths(name)?), lab, index, coming, &met)
        .map_err(|error| Failure::from_error(Kind::Environment, &error))
}

/// What going back to the start of a step takes away, in words.
///
/// # Errors
/// There is no such step or no snapshot of it, or the lab cannot be looked at.
pub fn losses(room: &Classroom, name: &LabName, step: usize) -> Result<Text, Failure> {
    let lab = room.lab(name)?;
    let paths = room.paths(name)?;
    commands::ensure_running(&paths, &StartOptions::of_process())?;
    let progress = room.progress()?.lab(&lab.name);
    let loss = undo::loss(&client(&paths), lab, step, &progress)
        .map_err(|error| told(room, &lab.name, &error))?;
    Ok(in_words(&lab.name, step, &loss))
}

/// Goes back to the start of a step: the lab, and what the learner has reached.
/// Start files that are missing come back; the learner's own stay.
///
/// # Errors
/// As [`losses`]; the lab is then as it was.
pub fn go_back(room: &Classroom, name: &LabName, step: usize) -> Result<Restored, Failure> {
    let lab = room.lab(name)?;
    let paths = room.paths(name)?;
    commands::ensure_running(&paths, &StartOptions::of_process())?;
    let restored =
        undo::go_back(&client(&paths), lab, step).map_err(|error| told(room, &lab.name, &error))?;
    let met = room.change(&lab.name, |progress| {
        undo::forget(progress, lab, step);
        undo::met_before(lab, progress)
    })?;
    keep_up(room, lab, &paths, &met);
    lay_out_start_files(lab, &paths.work())?;
    Ok(restored)
}

fn client(paths: &LabPaths) -> Client {
    Client::new(Endpoint::Unix(paths.socket()))
}

fn told(room: &Classroom, lab: &str, error: &UndoError) -> Failure {
    let kind = match error {
        UndoError::Engine(_) => Kind::Environment,
        UndoError::NoSnapshot { .. } | UndoError::NoSuchStep { .. } => Kind::Usage,
    };
    let text = match error {
        UndoError::Engine(_) => return Failure::from_error(kind, error),
        UndoError::NoSnapshot { step, .. } => Text::new(
            format!("nothing was kept of the start of step {step} of {lab}"),
            format!("rien n'a été conservé du début de l'étape {step} de {lab}"),
        ),
        UndoError::NoSuchStep { step, last } => Text::new(
            format!("{lab} has no step {step}; its steps are 1 to {last}"),
            format!("{lab} n'a pas d'étape {step} ; ses étapes vont de 1 à {last}"),
        ),
    };
    let failure = Failure::new(kind, text.get(room.language));
    match error {
        UndoError::NoSnapshot { before, .. } => {
            let step = before.map(|step| {
                let text = Text::new(
                    format!(
                        "`plimsoll reset {lab} --step {step}` goes back to the start of step {step}"
                    ),
                    format!(
                        "`plimsoll reset {lab} --step {step}` revient au début de l'étape {step}"
                    ),
                );
                text.get(room.language).to_owned()
            });
            let whole = Text::new(
                format!("`plimsoll reset {lab}` goes back to the start of the lab"),
                format!("`plimsoll reset {lab}` revient au début du lab"),
            );
            failure.hint(step).hint(whole.get(room.language).to_owned())
        }
        _ => failure,
    }
}

/// What is lost, what comes back, and what stays.
fn in_words(lab: &str, step: usize, loss: &Loss) -> Text {
    let mut lines = vec![Text::new(
        format!("{lab} goes back to the start of step {step}:"),
        format!("{lab} revient au début de l'étape {step} :"),
    )];
    let lists = [
        (
            "containers that are removed",
            "conteneurs supprimés",
            &loss.containers,
        ),
        ("images that are removed", "images supprimées", &loss.images),
        (
            "volumes that are removed",
            "volumes supprimés",
            &loss.volumes,
        ),
        (
            "answers that are forgotten",
            "réponses oubliées",
            &loss.answers,
        ),
        (
            "containers that come back, or run again",
            "conteneurs qui reviennent, ou tournent de nouveau",
            &loss.coming_back,
        ),
    ];
    for (en, fr, names) in lists {
        if !names.is_empty() {
            let names = names.join(", ");
            lines.push(Text::new(
                format!("  {en}: {names}"),
                format!("  {fr} : {names}"),
            ));
        }
    }
    lines.push(Text::new(
        "What has changed since in other containers and volumes is undone too. \
         Running containers are started anew. Your own files stay as they are.",
        "Ce qui a changé depuis dans les autres conteneurs et volumes est annulé aussi. \
         Les conteneurs en marche redémarrent. Vos propres fichiers restent tels quels.",
    ));
    Text::join(&lines, &Text::same("\n"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_lost_is_listed() {
        let words = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        let loss = Loss {
            containers: words(&["web", "late"]),
            answers: words(&["ps-a"]),
            ..Loss::default()
        };
        let text = in_words("demo", 2, &loss);
        let kept = |line: &&str| line.starts_with("  ");
        let listed: Vec<&str> = text.en.lines().filter(kept).collect();
        assert_eq!(
            listed,
            [
                "  containers that are removed: web, late",
                "  answers that are forgotten: ps-a",
            ]
        );
        assert_eq!(text.fr.lines().filter(kept).count(), 2);
    }
}
