//! `plimsoll answer LAB QUESTION VALUE`: answer a question, or read them.

use std::process::ExitCode;

use plimsoll_host::LabName;
use plimsoll_lab::progress::LabProgress;
use plimsoll_lab::schema::{Kind as QuestionKind, LabFile, Question, nearest};
use plimsoll_lab::text::Language;
use plimsoll_text::spoken;

use super::Outcome;
use crate::arguments::{AnswerArguments, Shared};
use crate::classroom::{Classroom, in_submission};
use crate::failure::{Failure, Kind};
use crate::here;
use crate::submission;
use crate::words;

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
            put!("{}", in_words(&lab, question, &progress, spoken()));
        }
        return Ok(ExitCode::SUCCESS);
    };
    let question = find(&lab, id)?;
    let Some(value) = &asked.value else {
        let progress = room.progress()?.lab(lab.name.as_str());
        put!("{}", in_words(&lab, question, &progress, spoken()));
        return Ok(ExitCode::SUCCESS);
    };
    let value = valid(question, value.trim())?;
    room.change(lab.name.as_str(), |progress| {
        progress.answers.insert(question.id.clone(), value.clone());
    })?;
    let (name, question) = (lab.name.as_str(), question.id.as_str());
    say!("{}", words::answer_noted(spoken(), name, question, value));
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
        let language = spoken();
        let hint = match nearest(id, names()) {
            Some(meant) => words::typed_did_you_mean(language, meant),
            None if lab.file.questions.is_empty() => words::answer_asks_nothing(language),
            None => words::answer_questions(language, names().collect::<Vec<_>>().join(", ")),
        };
        let message = words::answer_no_question(language, lab.name.as_str(), id);
        Failure::new(Kind::Usage, message).hint(hint)
    })
}

fn valid(question: &Question, value: &str) -> Result<String, Failure> {
    let language = spoken();
    let refused = |message: String| Failure::new(Kind::Usage, message);
    if value.is_empty() {
        return Err(refused(words::answer_empty(language)));
    }
    if value.len() > LONGEST {
        return Err(refused(words::answer_too_long(
            language,
            LONGEST.to_string(),
        )));
    }
    let QuestionKind::Choice(choices) = &question.kind else {
        return Ok(value.to_owned());
    };
    match choices.iter().find(|choice| choice.id == value) {
        Some(choice) => Ok(choice.id.clone()),
        None => {
            let names: Vec<&str> = choices.iter().map(|choice| choice.id.as_str()).collect();
            let message = words::answer_no_choice(language, question.id.as_str(), value);
            Err(refused(message).hint(words::answer_choose(language, names.join(", "))))
        }
    }
}

fn in_words(
    lab: &Questions,
    question: &Question,
    progress: &LabProgress,
    language: Language,
) -> String {
    let text = question.text.get(language);
    let mut out = words::answer_question(language, question.id.as_str(), text) + "\n";
    let value = match &question.kind {
        QuestionKind::Choice(choices) => {
            for choice in choices {
                out += &format!("    {:<10} {}\n", choice.id, choice.text.get(language));
            }
            words::answer_a_choice(language)
        }
        QuestionKind::Text => words::answer_an_answer(language),
    };
    if let Some(answer) = progress.answers.get(&question.id) {
        let yours = words::answer_yours(language, answer.as_str());
        out += &format!("    {yours}\n");
    }
    out += &format!(
        "    plimsoll answer {} {} {value}\n\n",
        lab.name, question.id,
    );
    out
}
