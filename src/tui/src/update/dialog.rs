//! Dialogs: help, questions, the solution, resets, and what went wrong.

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use plimsoll_lab::course::Lab;
use plimsoll_lab::schema::{Kind, Question};

use super::{goals, lab, notice};
use crate::effect::Effect;
use crate::event::BackTo;
use crate::model::{Asking, LabState, Model, Overlay, Place, Tone};
use crate::view::dialog;
use crate::words;

/// Longest answer, in characters; what `plimsoll answer` takes is more.
const LONGEST_ANSWER: usize = 500;

pub(super) fn press(model: &mut Model, key: KeyEvent, effects: &mut Vec<Effect>) {
    if scrolls(model, &key) {
        return;
    }
    model.scrolled = None;
    let Some(overlay) = model.overlay.take() else {
        return;
    };
    let quits = key.code == KeyCode::Char('c') && key.modifiers == KeyModifiers::CONTROL;
    if key.code == KeyCode::Esc || quits {
        // A reset that is under way is not stopped by looking away.
        if overlay == Overlay::Resetting {
            model.overlay = Some(overlay);
        }
        return;
    }
    match overlay {
        Overlay::Help { scroll } => {
            if let Some(scroll) = scrolled(scroll, &key) {
                model.overlay = Some(Overlay::Help { scroll });
            }
        }
        Overlay::Solution { scroll } => {
            if let Some(scroll) = scrolled(scroll, &key) {
                model.overlay = Some(Overlay::Solution { scroll });
            }
        }
        Overlay::Question(asking) => in_question(model, asking, &key, effects),
        Overlay::ConfirmSolution => {
            if is_yes(&key) {
                show_solution(model, effects);
            }
        }
        Overlay::ChooseReset { lab, chosen } => in_choice(model, lab, chosen, &key, effects),
        Overlay::ConfirmReset { lab, back_to, .. } => {
            if is_yes(&key) {
                model.overlay = Some(Overlay::Resetting);
                effects.push(Effect::Reset { lab, back_to });
            }
        }
        Overlay::Resetting => model.overlay = Some(overlay),
        Overlay::Hints => {
            if let (KeyCode::Char('h'), Place::Lab(name)) = (key.code, model.place.clone()) {
                goals::hint(model, &name, effects);
            }
        }
        Overlay::AskingLosses { .. } | Overlay::Book { .. } | Overlay::Fault(_) => {}
    }
}

/// Scrolls a dialog that has more lines than the screen; `false`: the key has its
/// own meaning.
fn scrolls(model: &mut Model, key: &KeyEvent) -> bool {
    let is_page = matches!(key.code, KeyCode::PageUp | KeyCode::PageDown);
    let may = match &model.overlay {
        None | Some(Overlay::Help { .. } | Overlay::Solution { .. } | Overlay::Resetting) => false,
        // Other keys choose, or are an answer.
        Some(Overlay::Question(_) | Overlay::ChooseReset { .. }) => is_page,
        Some(_) => true,
    };
    let (offset, last) = dialog::scroll(model);
    let Some(next) = scrolled(offset, key).filter(|_| may && last > 0) else {
        return false;
    };
    model.scrolled = Some(next.min(last));
    true
}

/// `None`: the key closes what is read.
fn scrolled(scroll: usize, key: &KeyEvent) -> Option<usize> {
    match key.code {
        KeyCode::Up | KeyCode::Char('k') => Some(scroll.saturating_sub(1)),
        KeyCode::Down | KeyCode::Char('j') => Some(scroll.saturating_add(1)),
        KeyCode::PageUp => Some(scroll.saturating_sub(10)),
        KeyCode::PageDown | KeyCode::Char(' ') => Some(scroll.saturating_add(10)),
        KeyCode::Home => Some(0),
        _ => None,
    }
}

/// Yes in either language.
fn is_yes(key: &KeyEvent) -> bool {
    matches!(key.code, KeyCode::Char('y' | 'Y' | 'o' | 'O'))
}

/// Opens the first question of this step that has no answer, else the next one
/// of the lab, else the first.
pub(super) fn ask(model: &mut Model, name: &str) {
    let Some((lab, screen)) = model.open() else {
        return;
    };
    let answers = model.progress.lab(name).answers;
    let questions = &lab.file.questions;
    let index_of = |id: &String| questions.iter().position(|question| &question.id == id);
    let here = lab.file.steps.get(screen.step).into_iter();
    let here = here.flat_map(|step| &step.questions).filter_map(index_of);
    let all = 0..questions.len();
    // Without an answer, or with one that was seen to be wrong.
    let is_wrong = |id: &str| {
        let mut checks = screen.goals.checks().iter();
        checks.any(|check| check.id == id && check.miss.is_some())
    };
    let open = |index: &usize| {
        let id = &questions[*index].id;
        !answers.contains_key(id) || is_wrong(id)
    };
    let first = here.clone().chain(all).find(open).or(here.clone().next());
    let overlay = match (first, questions.is_empty()) {
        (_, true) => None,
        (first, false) => {
            let question = first.unwrap_or(0);
            Some(Overlay::Question(asking(question, lab, &answers)))
        }
    };
    if overlay.is_none() {
        let text = words::no_questions(model.language);
        let until = model.now + super::NOTICE_MS;
        let tone = Tone::Plain;
        model.notice = Some(crate::model::Notice { text, tone, until });
    }
    model.overlay = overlay;
}

/// A question as it is first shown: with the answer that was given.
fn asking(
    question: usize,
    lab: &Lab,
    answers: &std::collections::BTreeMap<String, String>,
) -> Asking {
    let mut asking = Asking {
        question,
        ..Asking::default()
    };
    let Some(asked) = lab.file.questions.get(question) else {
        return asking;
    };
    // A text begins anew: what was answered stands in the verdict.
    if let (Some(given), Kind::Choice(choices)) = (answers.get(&asked.id), &asked.kind) {
        let index = choices.iter().position(|choice| &choice.id == given);
        asking.choice = index.unwrap_or(0);
    }
    asking
}

fn in_question(model: &mut Model, mut asking: Asking, key: &KeyEvent, effects: &mut Vec<Effect>) {
    let Place::Lab(name) = model.place.clone() else {
        return;
    };
    let course = model.course.clone();
    let Some(lab) = course.lab(&name) else {
        return;
    };
    let questions = &lab.file.questions;
    let Some(question) = questions.get(asking.question) else {
        return;
    };
    match (key.code, &question.kind) {
        (KeyCode::Enter, _) => {
            if let Some(value) = answer(question, &asking) {
                give(model, &name, question, value, effects);
                return;
            }
        }
        (KeyCode::Tab, _) => {
            let answers = model.progress.lab(&name).answers;
            let next = (asking.question + 1) % questions.len();
            asking = self::asking(next, lab, &answers);
        }
        (KeyCode::Up, Kind::Choice(_)) => asking.choice = asking.choice.saturating_sub(1),
        (KeyCode::Down, Kind::Choice(choices)) => {
            asking.choice = (asking.choice + 1).min(choices.len().saturating_sub(1));
        }
        (KeyCode::Char(digit), Kind::Choice(choices)) => {
            let number = digit.to_digit(10).map_or(0, |number| number as usize);
            if (1..=choices.len()).contains(&number) {
                asking.choice = number - 1;
            }
        }
        (KeyCode::Backspace, Kind::Text) => {
            asking.typed.pop();
        }
        (KeyCode::Char('u'), Kind::Text) if key.modifiers == KeyModifiers::CONTROL => {
            asking.typed.clear();
        }
        (KeyCode::Char(typed), Kind::Text)
            if !key.modifiers.contains(KeyModifiers::CONTROL)
                && asking.typed.chars().count() < LONGEST_ANSWER =>
        {
            asking.typed.push(typed);
        }
        _ => {}
    }
    model.overlay = Some(Overlay::Question(asking));
}

fn answer(question: &Question, asking: &Asking) -> Option<String> {
    match &question.kind {
        Kind::Choice(choices) => choices.get(asking.choice).map(|choice| choice.id.clone()),
        Kind::Text => {
            let typed = asking.typed.trim();
            (!typed.is_empty()).then(|| typed.to_owned())
        }
    }
}

fn give(
    model: &mut Model,
    name: &str,
    question: &Question,
    value: String,
    effects: &mut Vec<Effect>,
) {
    let answers = &mut model.progress.lab_mut(name).answers;
    answers.insert(question.id.clone(), value.clone());
    effects.push(Effect::Answer {
        lab: name.to_owned(),
        question: question.id.clone(),
        value,
    });
    // Whether it is right shows at once, where the lab can be judged.
    let screen = model.labs.get(name);
    if screen.is_none_or(|screen| screen.state != LabState::Ready) {
        let text = words::answer_noted(model.language);
        notice(model, text, Tone::Plain, effects);
    }
}

pub(super) fn paste(model: &mut Model, text: &str) {
    if let Some(Overlay::Question(asking)) = &mut model.overlay {
        let room = LONGEST_ANSWER.saturating_sub(asking.typed.chars().count());
        let plain = text.chars().filter(|sign| !sign.is_control());
        asking.typed.extend(plain.take(room));
    }
}

/// The reference solution: at once where the lab is done or it was shown
/// before, else after a warning.
pub(super) fn solution(model: &mut Model, name: &str) {
    let Some((_, screen)) = model.open() else {
        return;
    };
    let seen = model.progress.lab(name);
    let free = screen.goals.is_done() || seen.is_done() || seen.solution_shown;
    model.overlay = Some(match free {
        true => Overlay::Solution { scroll: 0 },
        false => Overlay::ConfirmSolution,
    });
}

fn show_solution(model: &mut Model, effects: &mut Vec<Effect>) {
    if let Place::Lab(name) = model.place.clone() {
        model.progress.lab_mut(&name).solution_shown = true;
        effects.push(Effect::NoteSolution { lab: name });
    }
    model.overlay = Some(Overlay::Solution { scroll: 0 });
}

pub(super) fn choose_reset(model: &mut Model, name: &str) {
    let step = model.labs.get(name).map_or(0, |screen| screen.step);
    model.overlay = Some(Overlay::ChooseReset {
        lab: name.to_owned(),
        // The step the learner is at comes first in their mind.
        chosen: step + 1,
    });
}

/// What may be reset: the lab, then each step up to the one the learner is at.
#[must_use]
pub fn resets(model: &Model, name: &str) -> Vec<BackTo> {
    let reached = match model.labs.get(name) {
        Some(screen) => screen.step + 1,
        None => model.progress.lab(name).step,
    };
    let steps = (1..=reached).map(BackTo::Step);
    std::iter::once(BackTo::Beginning).chain(steps).collect()
}

fn in_choice(
    model: &mut Model,
    lab: String,
    chosen: usize,
    key: &KeyEvent,
    effects: &mut Vec<Effect>,
) {
    let all = resets(model, &lab);
    let last = all.len().saturating_sub(1);
    let chosen = chosen.min(last);
    match key.code {
        KeyCode::Enter => {
            let back_to = all[chosen];
            model.overlay = Some(Overlay::AskingLosses {
                lab: lab.clone(),
                back_to,
            });
            // Its answer has to find a screen to come back to.
            if !model.labs.contains_key(&lab) {
                lab::open(model, &lab, effects);
            }
            effects.push(Effect::AskLosses { lab, back_to });
        }
        KeyCode::Up | KeyCode::Char('k') => {
            let chosen = chosen.saturating_sub(1);
            model.overlay = Some(Overlay::ChooseReset { lab, chosen });
        }
        KeyCode::Down | KeyCode::Char('j') => {
            let chosen = (chosen + 1).min(last);
            model.overlay = Some(Overlay::ChooseReset { lab, chosen });
        }
        _ => {}
    }
}
