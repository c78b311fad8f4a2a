//! Dialogs: help, questions, the solution, resets, and what went wrong.

use crossterm::event::KeyEvent;
use plimsoll_lab::course::Lab;
use plimsoll_lab::schema::{Kind, Question};

use super::{goals, notice};
use crate::effect::Effect;
use crate::event::BackTo;
use crate::keys::{Action, Scope, action, typed};
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
    if action(Scope::Dialog, &key) == Some(Action::Back) {
        // A reset that is under way is not stopped by looking away.
        if matches!(overlay, Overlay::Resetting { .. }) {
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
        Overlay::Doctor { scroll } => {
            if let Some(scroll) = scrolled(scroll, &key) {
                model.overlay = Some(Overlay::Doctor { scroll });
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
                model.overlay = Some(Overlay::Resetting { lab: lab.clone() });
                effects.push(Effect::Reset { lab, back_to });
            } else {
                let text = words::nothing_undone(model.language);
                notice(model, text, Tone::Plain, effects);
            }
        }
        Overlay::Resetting { .. } => model.overlay = Some(overlay),
        Overlay::Hints => {
            if let (Some(Action::Hint), Place::Lab(name)) =
                (action(Scope::Hints, &key), model.place.clone())
            {
                goals::hint(model, &name, effects);
            }
        }
        Overlay::AskingLosses { .. } | Overlay::Book { .. } | Overlay::Fault(_) => {}
    }
}

/// Scrolls a dialog that has more lines than the screen; `false`: the key has its
/// own meaning.
fn scrolls(model: &mut Model, key: &KeyEvent) -> bool {
    let read = action(Scope::Reading, key);
    let is_page = matches!(read, Some(Action::PageUp | Action::PageDown)) && typed(key).is_none();
    let may = match &model.overlay {
        None
        | Some(
            Overlay::Help { .. }
            | Overlay::Solution { .. }
            | Overlay::Doctor { .. }
            | Overlay::Resetting { .. },
        ) => false,
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
    Some(match action(Scope::Reading, key)? {
        Action::Up => scroll.saturating_sub(1),
        Action::Down => scroll.saturating_add(1),
        Action::PageUp => scroll.saturating_sub(10),
        Action::PageDown => scroll.saturating_add(10),
        Action::Top => 0,
        // As far as it goes.
        Action::Bottom => usize::MAX,
        _ => return None,
    })
}

fn is_yes(key: &KeyEvent) -> bool {
    action(Scope::Confirm, key) == Some(Action::Yes)
}

/// Whose keys those of a question are.
#[must_use]
pub fn question_scope(kind: &Kind) -> Scope {
    match kind {
        Kind::Choice(_) => Scope::Choice,
        Kind::Text => Scope::Text,
    }
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
    let choices = match &question.kind {
        Kind::Choice(choices) => choices.len(),
        Kind::Text => 0,
    };
    match action(question_scope(&question.kind), key) {
        Some(Action::Take) => {
            if let Some(value) = answer(question, &asking) {
                give(model, &name, question, value, effects);
                return;
            }
        }
        Some(Action::NextQuestion) => {
            let answers = model.progress.lab(&name).answers;
            let next = (asking.question + 1) % questions.len();
            asking = self::asking(next, lab, &answers);
        }
        Some(Action::Up) => asking.choice = asking.choice.saturating_sub(1),
        Some(Action::Down) => asking.choice = (asking.choice + 1).min(choices.saturating_sub(1)),
        Some(Action::Pick(number)) if usize::from(number) <= choices => {
            asking.choice = usize::from(number) - 1;
        }
        Some(Action::Erase) => {
            asking.typed.pop();
        }
        Some(Action::Clear) => asking.typed.clear(),
        _ => {
            let room = asking.typed.chars().count() < LONGEST_ANSWER;
            let sign = typed(key).filter(|_| question.kind == Kind::Text && room);
            asking.typed.extend(sign);
        }
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

/// Asks where to; a lab of which nothing was begun has one beginning only.
pub(super) fn choose_reset(model: &mut Model, name: &str, effects: &mut Vec<Effect>) {
    if let [back_to] = resets(model, name)[..] {
        ask_losses(model, name.to_owned(), back_to, effects);
        return;
    }
    let step = model.labs.get(name).map_or(0, |screen| screen.step);
    model.overlay = Some(Overlay::ChooseReset {
        lab: name.to_owned(),
        // The step the learner is at comes first in their mind.
        chosen: step + 1,
    });
}

fn ask_losses(model: &mut Model, lab: String, back_to: BackTo, effects: &mut Vec<Effect>) {
    model.overlay = Some(Overlay::AskingLosses {
        lab: lab.clone(),
        back_to,
    });
    effects.push(Effect::AskLosses { lab, back_to });
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
    match action(Scope::Beginning, key) {
        Some(Action::Take) => ask_losses(model, lab, all[chosen], effects),
        Some(Action::Up) => {
            let chosen = chosen.saturating_sub(1);
            model.overlay = Some(Overlay::ChooseReset { lab, chosen });
        }
        Some(Action::Down) => {
            let chosen = (chosen + 1).min(last);
            model.overlay = Some(Overlay::ChooseReset { lab, chosen });
        }
        _ => {}
    }
}
