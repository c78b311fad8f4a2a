//! `plimsoll answer LAB QUESTION VALUE`: answer a question, or read them.

use std::process::ExitCode;

use plimsoll_host::LabName;
use plimsoll_lab::progress::LabProgress;
use plimsoll_lab::schema::{Kind as QuestionKind, LabFile, Question, nearest};
use plimsoll_lab::text::{Language, Text};

use super::Outcome;
use crate::arguments::{AnswerArguments, Shared};
use crate::classroom::{Classroom, in_submission};
use crate::failure::{Failure, Kind};
use crate::here;
use crate::submission;

/// Longest answer that is kept, in bytes.
const LONGEST: usize = 4096;

/// Keeps an answer; without one prints the question, without a question all.
pub fn run(shared: &Shared, arguments: &AnswerArguments) -> Outcome {
    let room = Classroom::open(shared)?;
    let is_lab = |word: &str| room.course.lab(word).is_some();
    let words = [&arguments.lab, &arguments.question, &arguments.value];
    let words: Vec<String> = words.into_iter().flatten().cloned().collect();
    let asked = here::asked(&words, here::lab()?, is_lab)?;
    let lab = Questions::of(&room, asked.lab)?;
    let Some(id) = &asked.question else {
        let progress = room.progress()?.lab(lab.name.as_str());
        for question in &lab.file.questions {
            put!("{}", in_words(&lab, question, &progress, room.language));
        }
        return Ok(ExitCode::SUCCESS);
    };
    let question = find(&lab, id)?;
    let Some(value) = &asked.value else {
        let progress = room.progress()?.lab(lab.name.as_str());
        put!("{}", in_words(&lab, question, &progress, room.language));
        return Ok(ExitCode::SUCCESS);
    };
    let value = valid(question, value.trim())?;
    room.change(lab.name.as_str(), |progress| {
        progress.answers.insert(question.id.clone(), value.clone());
    })?;
    let kept = Text::new(
        format!(
            "Noted: {} = {value}. `plimsoll check {}` says whether it is right.",
            question.id, lab.name
        ),
        format!(
            "Noté : {} = {value}. `plimsoll check {}` dit si c'est juste.",
            question.id, lab.name
        ),
    );
    say!("{}", kept.get(room.language));
    Ok(ExitCode::SUCCESS)
}

/// What a lab asks.
struct Questions {
    name: LabName,
    file: LabFile,
}

impl Questions {
    /// A submission sees no course but this binary's: what the lab asks was put
    /// beside it.
    fn of(room: &Classroom, name: LabName) -> Result<Self, Failure> {
        let told = in_submission().then(|| submission::questions(&name));
        let file = match told.flatten() {
            Some(file) => file,
            None => room.lab(&name)?.file.clone(),
        };
        Ok(Self { name, file })
    }
}

fn find<'a>(lab: &'a Questions, id: &str) -> Result<&'a Question, Failure> {
    lab.file.question(id).ok_or_else(|| {
        let names = || {
            lab.file
                .questions
                .iter()
                .map(|question| question.id.as_str())
        };
        let hint = match nearest(id, names()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None if lab.file.questions.is_empty() => "this lab asks no questions".to_owned(),
            None => format!(
                "its questions are: {}",
                names().collect::<Vec<_>>().join(", ")
            ),
        };
        let message = format!("the lab {} has no question `{id}`", lab.name);
        Failure::new(Kind::Usage, message).hint(hint)
    })
}

fn valid(question: &Question, value: &str) -> Result<String, Failure> {
    let refused = |message: String| Failure::new(Kind::Usage, message);
    if value.is_empty() {
        return Err(refused("an answer is not empty".to_owned()));
    }
    if value.len() > LONGEST {
        return Err(refused(format!("an answer has at most {LONGEST} bytes")));
    }
    let QuestionKind::Choice(choices) = &question.kind else {
        return Ok(value.to_owned());
    };
    match choices.iter().find(|choice| choice.id == value) {
        Some(choice) => Ok(choice.id.clone()),
        None => {
            let names: Vec<&str> = choices.iter().map(|choice| choice.id.as_str()).collect();
            let message = format!("`{value}` is not one of the choices of `{}`", question.id);
            Err(refused(message).hint(format!("choose one of: {}", names.join(", "))))
        }
    }
}

fn in_words(
    lab: &Questions,
    question: &Question,
    progress: &LabProgress,
    language: Language,
) -> String {
    let mut out = format!("{}: {}\n", question.id, question.text.get(language));
    let value = match &question.kind {
        QuestionKind::Choice(choices) => {
            for choice in choices {
                out += &format!("    {:<10} {}\n", choice.id, choice.text.get(language));
            }
            Text::new("CHOICE", "CHOIX")
        }
        QuestionKind::Text => Text::new("ANSWER", "RÉPONSE"),
    };
    if let Some(answer) = progress.answers.get(&question.id) {
        let yours = Text::new("your answer: ", "votre réponse : ");
        out += &format!("    {}{answer}\n", yours.get(language));
    }
    out += &format!(
        "    plimsoll answer {} {} {}\n\n",
        lab.name,
        question.id,
        value.get(language)
    );
    out
}
