//! `plimsoll labs`: the course, how far the learner is, and what to type next.

use std::process::ExitCode;

use plimsoll_lab::course::Lab;
use plimsoll_lab::progress::{LabProgress, Progress};
use plimsoll_lab::text::{Language, Text};
use serde_json::json;

use super::Outcome;
use crate::arguments::{LabsArguments, Shared};
use crate::classroom::{Classroom, speaks_utf8};

/// Prints the list.
pub fn run(shared: &Shared, arguments: &LabsArguments) -> Outcome {
    let room = Classroom::open(shared)?;
    let progress = room.progress()?;
    if arguments.json {
        say!("{:#}", as_json(&room, &progress));
    } else {
        put!("{}", in_words(&room, &progress));
    }
    Ok(ExitCode::SUCCESS)
}

/// The list for people.
pub fn in_words(room: &Classroom, progress: &Progress) -> String {
    let language = room.language;
    let mut out = format!("Plimsoll · {}\n\n", room.course.title.get(language));
    for lab in &room.course.labs {
        let so_far = progress.lab(&lab.name);
        let score = match so_far.is_begun() {
            true => format!("{}/{}", so_far.best_score, lab.grader.max_score()),
            false => format!("–/{}", lab.grader.max_score()),
        };
        let mark = mark(&so_far, speaks_utf8());
        out += &format!(
            " {mark} {}  {:<16} {:>6}   {}\n",
            lab.file.order,
            lab.name,
            score,
            lab.title(language)
        );
    }
    if let Some(lab) = next(room, progress) {
        out += &what_next(lab, language);
    }
    out
}

fn mark(progress: &LabProgress, symbols: bool) -> &'static str {
    match (progress.is_done(), progress.is_begun(), symbols) {
        (true, _, true) => "✓",
        (false, true, true) => "◐",
        (false, false, true) => "○",
        (true, _, false) => "[x]",
        (false, true, false) => "[~]",
        (false, false, false) => "[ ]",
    }
}

/// The first lab that is not done.
fn next<'a>(room: &'a Classroom, progress: &Progress) -> Option<&'a Lab> {
    let open = room
        .course
        .labs
        .iter()
        .find(|lab| !progress.lab(&lab.name).is_done());
    open.or(room.course.labs.first())
}

fn what_next(lab: &Lab, language: Language) -> String {
    let name = &lab.name;
    let words = Text::new(
        format!(
            "\nNext: {}\n  {}\n\n  plimsoll {name}            read the lesson\n  plimsoll shell {name}      work in the lab; `exit` leaves it\n  \
             plimsoll check {name}      see which goals are met\n  \
             plimsoll hint {name}       a little help\n",
            lab.title(Language::English),
            lab.file.summary.en
        ),
        format!(
            "\nÀ suivre : {}\n  {}\n\n  plimsoll {name}            lire la leçon\n  plimsoll shell {name}      travailler dans le lab ; `exit` en sort\n  \
             plimsoll check {name}      voir quels objectifs sont atteints\n  \
             plimsoll hint {name}       un peu d'aide\n",
            lab.title(Language::French),
            lab.file.summary.fr
        ),
    );
    words.get(language).to_owned()
}

fn as_json(room: &Classroom, progress: &Progress) -> serde_json::Value {
    let labs = room.course.labs.iter().map(|lab| {
        let so_far = progress.lab(&lab.name);
        json!({
            "lab": lab.name,
            "order": lab.file.order,
            "title": lab.file.title,
            "minutes": lab.file.minutes,
            "begun": so_far.is_begun(),
            "done": so_far.is_done(),
            "best_score": so_far.best_score,
            "max_score": lab.grader.max_score(),
            "open": so_far.open,
        })
    });
    json!({ "schema": "plimsoll/labs/v1", "labs": labs.collect::<Vec<_>>() })
}
