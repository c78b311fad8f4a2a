//! `plimsoll labs`: the course, how far the learner is, and what to type next.

use std::process::ExitCode;

use plimsoll_lab::course::{Course, Lab};
use plimsoll_lab::progress::{LabProgress, Progress};
use plimsoll_lab::text::Language;
use plimsoll_text::spoken;
use serde_json::json;

use super::Outcome;
use crate::arguments::{LabsArguments, Shared};
use crate::classroom::{Classroom, speaks_utf8};
use crate::words;

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
    let language = spoken();
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
    out += &match next(&room.course, progress) {
        Some(lab) => what_next(lab, language),
        None => all_done(&room.course, language),
    };
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
fn next<'a>(course: &'a Course, progress: &Progress) -> Option<&'a Lab> {
    let mut labs = course.labs.iter();
    labs.find(|lab| !progress.lab(&lab.name).is_done())
}

fn what_next(lab: &Lab, language: Language) -> String {
    let name = &lab.name;
    let next = words::labs_next(language, lab.title(language));
    let commands = [
        (format!("plimsoll {name}"), words::labs_lesson(language)),
        (
            format!("plimsoll shell {name}"),
            words::labs_shell(language),
        ),
        (
            format!("plimsoll check {name}"),
            words::labs_check(language),
        ),
        (format!("plimsoll hint {name}"), words::labs_hint(language)),
    ];
    let summary = lab.file.summary.get(language);
    format!("\n{next}\n  {summary}\n\n{}", listed(&commands))
}

/// Nothing is open: what there is to do all the same.
fn all_done(course: &Course, language: Language) -> String {
    let name = course.labs.first().map_or("LAB", |lab| lab.name.as_str());
    let commands = [
        (format!("plimsoll {name}"), words::labs_again(language)),
        (format!("plimsoll reset {name}"), words::labs_anew(language)),
        ("plimsoll book".to_owned(), words::labs_book(language)),
    ];
    let done = words::labs_all_done(language);
    format!("\n{done}\n\n{}", listed(&commands))
}

/// Commands, and what each is for.
fn listed(commands: &[(String, String)]) -> String {
    let width = commands.iter().map(|(command, _)| command.len()).max();
    let width = width.unwrap_or(0);
    let line = |(command, what): &(String, String)| format!("  {command:<width$}   {what}\n");
    commands.iter().map(line).collect()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_comes_next_and_what_is_left_when_all_is_done() {
        let course = Course::embedded();
        let mut progress = Progress::default();
        let first = next(&course, &progress).expect("an open lab");
        assert_eq!(first.name, "hello-world");
        let mut told = Vec::new();
        for language in Language::ALL {
            told.push(what_next(first, language));
        }
        for lab in &course.labs {
            let done = progress.lab_mut(&lab.name);
            (done.best_score, done.max_score) = (10, 10);
        }
        assert!(next(&course, &progress).is_none(), "all are done");
        for language in Language::ALL {
            told.push(all_done(&course, language));
        }
        insta::assert_snapshot!(told.concat());
    }
}
