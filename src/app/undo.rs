//! Undo as the commands and the interface offer it: back to the start of a step.
//!
//! `plimsoll_lab::undo` knows when snapshots are made and what going back means;
//! here are this user's places, their progress, and the words.

use std::collections::BTreeSet;

use plimsoll_api::client::{Client, Endpoint};
use plimsoll_api::lab::Restored;
use plimsoll_host::{LabName, LabPaths};
use plimsoll_lab::course::Lab;
use plimsoll_lab::progress::LabProgress;
use plimsoll_lab::result::ResultRecord;
use plimsoll_lab::text::{Language, Text};
use plimsoll_lab::undo::{self, Beginning, Coming, Loss, UndoError};
use plimsoll_text::spoken;

use crate::classroom::{Classroom, Patience, judge_and_look_back, lay_out_start_files};
use crate::commands;
use crate::failure::{Failure, Kind};
use crate::words;

/// A verdict on a lab as it is now, and the progress that it was made with.
pub struct Judged {
    pub before: LabProgress,
    pub result: ResultRecord,
}

/// Judges the lab of a living engine by what counts: what restores have undone is
/// forgotten first, also where whoever asked for them was killed before that.
///
/// # Errors
/// The engine cannot be looked at, or progress not be kept.
pub fn judge(room: &Classroom, lab: &Lab, paths: &LabPaths) -> Result<Judged, Failure> {
    let look = |progress: &LabProgress| {
        let endpoint = Endpoint::Unix(paths.socket());
        judge_and_look_back(lab, endpoint, paths.work(), progress, Patience::Now)
    };
    let mut before = room.progress()?.lab(&lab.name);
    let (mut result, restores) = look(&before)?;
    if undo::is_behind(&before, &restores) {
        before = room.change(&lab.name, |progress| {
            undo::catch_up(progress, lab, &restores);
            progress.clone()
        })?;
        (result, _) = look(&before)?;
    }
    Ok(Judged { before, result })
}

/// Makes the snapshots of the steps that begin now. Undo is an addition: a lab
/// without room for it is entered and checked all the same.
pub fn keep_up(lab: &Lab, paths: &LabPaths, met: &BTreeSet<String>) {
    if let Err(error) = undo::keep_up(&client(paths), &undo::beginnings(lab, met))
        // A submission is graded, or the engine was started by a Plimsoll that
        // had no snapshots: there is no going back.
        && !matches!(error.status(), Some(403 | 404))
    {
        let why = Failure::from_error(Kind::Environment, &error)
            .into_words()
            .0;
        eprintln!("{}", words::undo_not_kept(spoken(), why));
    }
}

/// As [`keep_up`], where nobody can be told: going back says that there is
/// nothing to go back to.
pub fn keep_up_quietly(begin: &[Beginning], paths: &LabPaths) {
    let _ = undo::keep_up(&client(paths), begin);
}

/// Somebody goes from a step, 0 on their first visit, to another, counted from 1.
///
/// # Errors
/// The engine cannot make the snapshot.
pub fn arrive(room: &Classroom, name: &LabName, from: usize, step: usize) -> Result<(), Failure> {
    let lab = room.lab(name)?;
    let progress = room.progress()?.lab(&lab.name);
    let coming = match from < step {
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
    commands::ensure_running(&paths, &commands::start_options()?)?;
    let progress = room.progress()?.lab(&lab.name);
    let loss = undo::loss(&client(&paths), lab, step, &progress)
        .map_err(|error| told(&lab.name, &error))?;
    Ok(in_words(&lab.name, step, &loss))
}

/// Goes back to the start of a step: the lab, and what the learner has reached.
/// Start files that are missing come back; the learner's own stay.
///
/// # Errors
/// As [`losses`]; the lab is then as it was. Where the engine ends meanwhile, its
/// next start may bring the lab back all the same. Whichever it is, progress
/// follows the lab's journal: here, or with the next verdict ([`judge`]).
pub fn go_back(room: &Classroom, name: &LabName, step: usize) -> Result<Restored, Failure> {
    let lab = room.lab(name)?;
    let paths = room.paths(name)?;
    commands::ensure_running(&paths, &commands::start_options()?)?;
    let restored =
        undo::go_back(&client(&paths), lab, step).map_err(|error| told(&lab.name, &error))?;
    let restores = undo::restores(&client(&paths))
        .map_err(|error| Failure::from_error(Kind::Environment, &error))?;
    let met = room.change(&lab.name, |progress| {
        undo::catch_up(progress, lab, &restores);
        undo::met_before(lab, progress)
    })?;
    keep_up(lab, &paths, &met);
    lay_out_start_files(lab, &paths.work())?;
    Ok(restored)
}

fn client(paths: &LabPaths) -> Client {
    Client::new(Endpoint::Unix(paths.socket()))
}

fn told(lab: &str, error: &UndoError) -> Failure {
    let kind = match error {
        UndoError::Engine(_) => Kind::Environment,
        UndoError::NoSnapshot { .. } | UndoError::NoSuchStep { .. } => Kind::Usage,
    };
    let language = spoken();
    let text = match error {
        UndoError::Engine(error) => return Failure::from_error(kind, error),
        UndoError::NoSnapshot { step, .. } => words::undo_no_snapshot(language, lab, *step),
        UndoError::NoSuchStep { step, last } => {
            words::undo_no_such_step(language, lab, *last, *step)
        }
    };
    let failure = Failure::new(kind, text);
    match error {
        UndoError::NoSnapshot { before, .. } => {
            let before = before.map(|step| words::undo_step_before(language, lab, step));
            let whole = words::undo_whole_lab(language, lab);
            failure.hint(before).hint(whole)
        }
        _ => failure,
    }
}

/// What is lost, what comes back, and what stays.
fn in_words(lab: &str, step: usize, loss: &Loss) -> Text {
    Text::said(|language| {
        let mut lines = vec![words::undo_goes_back(language, lab, step)];
        lines.extend(listed(language, loss));
        lines.push(words::undo_and_else(language));
        lines.join("\n")
    })
}

/// Says a list of names.
type Say = fn(Language, String) -> String;

/// A line for each kind of thing that is lost, with names.
pub fn listed(language: Language, loss: &Loss) -> Vec<String> {
    let kinds: [(&[String], Say); 5] = [
        (&loss.containers, words::undo_loses_containers),
        (&loss.images, words::undo_loses_images),
        (&loss.volumes, words::undo_loses_volumes),
        (&loss.answers, words::undo_loses_answers),
        (&loss.coming_back, words::undo_brings_back),
    ];
    let some = kinds.into_iter().filter(|(names, _)| !names.is_empty());
    some.map(|(names, say)| format!("  {}", say(language, names.join(", "))))
        .collect()
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
