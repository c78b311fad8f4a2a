//! What a new verdict changes: goals that are met, goals that are no longer.

use plimsoll_lab::result::{CheckRecord, ResultRecord, Status};
use plimsoll_text::Language;

use super::{layout, notice, notice_in};
use crate::effect::Effect;
use crate::event::Moment;
use crate::model::{LabScreen, Model, Next, Overlay, Place, Tone};
use crate::words;

/// How long a recognised mistake stands before its hint appears by itself, in
/// milliseconds: long enough to find it without.
pub const PATIENCE_MS: u64 = 30_000;

/// Takes a verdict in.
pub(super) fn judged(
    model: &mut Model,
    lab: &str,
    result: ResultRecord,
    effects: &mut Vec<Effect>,
) {
    let now = model.now;
    let language = model.language;
    let Some(screen) = model.labs.get_mut(lab) else {
        return;
    };
    let goals = &mut screen.goals;
    let first = goals.result.is_none();
    let changes = changes(goals.checks(), &result.checks);
    for check in &result.checks {
        if check.status == Status::Pass {
            goals.turned_back.remove(&check.id);
            goals.asked.retain(|(goal, _)| *goal != check.id);
        }
    }
    let missed = |check: &CheckRecord| {
        let miss = check.miss.clone()?;
        Some((check.id.clone(), miss))
    };
    let now_missed: Vec<_> = result.checks.iter().filter_map(missed).collect();
    goals.missed_since.retain(|key, _| now_missed.contains(key));
    for key in now_missed {
        goals.missed_since.entry(key).or_insert_with(|| {
            effects.push(Effect::Wake(now + PATIENCE_MS));
            now
        });
    }
    let was_done = goals.is_done();
    goals.fault = None;
    goals.result = Some(result);
    let done = goals.is_done() && !was_done;
    let mut said = match first {
        true => None,
        false => tell(screen, lab, language, changes, effects),
    };
    if done && !first {
        said = Some((all_met(model), Tone::Good));
    }
    if let Some((text, tone)) = said {
        notice_in(model, lab, text, tone, effects);
    }
}

/// That the lab is done, and what is next.
fn all_met(model: &Model) -> String {
    let language = model.language;
    match model.next() {
        Next::Step | Next::Nothing => words::all_goals_met(language),
        Next::Lab(_) => words::all_goals_met_next_lab(language),
        Next::Home => words::all_goals_met_everywhere(language),
    }
}

/// Marks what changed, and the one sentence that says it.
fn tell(
    screen: &mut LabScreen,
    lab: &str,
    language: Language,
    changes: Vec<Change>,
    effects: &mut Vec<Effect>,
) -> Option<(String, Tone)> {
    let mut said = None;
    let mut mark = |label: String| {
        let lab = lab.to_owned();
        effects.push(Effect::Mark { lab, label });
    };
    for change in changes {
        let told = match change {
            Change::Met(check) => {
                mark(format!("met: {}", check.id));
                let text = words::goal_met(language, check.title.get(language));
                (text, Tone::Good)
            }
            Change::TurnedBack(check) => {
                mark(format!("no longer: {}", check.id));
                screen.goals.turned_back.insert(check.id.clone());
                let title = check.title.get(language);
                let text = words::goal_turned_back(language, title, check.actual.get(language));
                (text, Tone::Bad)
            }
        };
        // The goal reached last is what the learner has just done. What was lost is
        // more urgent than what was won, and of that the first: those after it may
        // only wait for it.
        if !matches!(said, Some((_, Tone::Bad))) {
            said = Some(told);
        }
    }
    said
}

/// More help with the next open goal: first the hint made for a recognised
/// mistake, then the goal's own, one at a time. What was shown is recorded.
pub(super) fn hint(model: &mut Model, name: &str, effects: &mut Vec<Effect>) {
    let language = model.language;
    let Some(screen) = model.labs.get_mut(name) else {
        return;
    };
    let Some(check) = screen.goals.next().cloned() else {
        let text = match screen.goals.is_done() {
            true => all_met(model),
            false => words::not_judged_yet(language),
        };
        notice(model, text, Tone::Plain, effects);
        return;
    };
    let shows_by_itself = shows_by_itself(screen, &check.id, check.miss.as_deref(), model.now);
    if !has_room_for_hints(model, name) {
        model.overlay = Some(Overlay::Hints);
    }
    let Some(screen) = model.labs.get_mut(name) else {
        return;
    };
    if let Some(miss) = check.miss.as_deref().filter(|_| check.hint.is_some())
        && !shows_by_itself
        && screen
            .goals
            .asked
            .insert((check.id.clone(), miss.to_owned()))
    {
        note_miss(model, name, &check.id, miss, effects);
        return;
    }
    let steps = model
        .course
        .lab(name)
        .and_then(|lab| lab.grader.goal(&check.id))
        .map_or(0, |goal| goal.hints.len());
    let steps = u32::try_from(steps).unwrap_or(u32::MAX);
    let shown = model
        .progress
        .lab_mut(name)
        .hints
        .entry(check.id.clone())
        .or_default();
    if *shown >= steps {
        notice(model, words::no_more_hints(language), Tone::Plain, effects);
        return;
    }
    *shown += 1;
    let shown = *shown;
    effects.push(Effect::NoteHint {
        lab: name.to_owned(),
        goal: check.id,
        shown,
    });
}

/// The hint made for a mistake was shown: recorded once, as `goal/mistake`.
fn note_miss(model: &mut Model, name: &str, goal: &str, miss: &str, effects: &mut Vec<Effect>) {
    let goal = format!("{goal}/{miss}");
    let hints = &mut model.progress.lab_mut(name).hints;
    if hints.insert(goal.clone(), 1).is_none() {
        effects.push(Effect::NoteHint {
            lab: name.to_owned(),
            goal,
            shown: 1,
        });
    }
}

/// A hint that a mistake brought up by itself is recorded as one that was asked for.
pub(super) fn note_shown(model: &mut Model, effects: &mut Vec<Effect>) {
    let Place::Lab(name) = model.place.clone() else {
        return;
    };
    let Some(screen) = model.labs.get(&name) else {
        return;
    };
    let Some(check) = screen.goals.next().filter(|check| check.hint.is_some()) else {
        return;
    };
    let (goal, miss) = (check.id.clone(), check.miss.clone().unwrap_or_default());
    if shows_by_itself(screen, &goal, Some(&miss), model.now) {
        note_miss(model, &name, &goal, &miss, effects);
    }
}

/// Whether the goals have more than a line: hints stand among them then.
fn has_room_for_hints(model: &Model, name: &str) -> bool {
    let screen = model.labs.get(name);
    screen.is_some_and(|screen| layout::places(model, screen).goals.height > 1)
}

/// Whether a recognised mistake has stood long enough for its hint.
#[must_use]
pub fn shows_by_itself(screen: &LabScreen, goal: &str, miss: Option<&str>, now: Moment) -> bool {
    let Some(miss) = miss else {
        return false;
    };
    let key = (goal.to_owned(), miss.to_owned());
    let since = screen.goals.missed_since.get(&key);
    since.is_some_and(|since| now >= since + PATIENCE_MS)
}

enum Change {
    Met(CheckRecord),
    TurnedBack(CheckRecord),
}

fn changes(before: &[CheckRecord], after: &[CheckRecord]) -> Vec<Change> {
    let status = |id: &str| {
        let found = before.iter().find(|check| check.id == id);
        found.map(|check| check.status)
    };
    let mut all = Vec::new();
    for check in after {
        let was_met = status(&check.id) == Some(Status::Pass);
        match (was_met, check.status) {
            (false, Status::Pass) => all.push(Change::Met(check.clone())),
            (true, Status::Fail | Status::Skip) => all.push(Change::TurnedBack(check.clone())),
            _ => {}
        }
    }
    all
}
