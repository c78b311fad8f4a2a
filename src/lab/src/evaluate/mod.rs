//! From a lab's state to verdicts. Pure: no I/O, no clock.
//!
//! [`evaluate`] judges every goal of a grader on a [`World`]. Where it needs a
//! look that was not taken yet (a web page, a file, a copy of a container) the
//! goal is undecided and the look is in [`Evaluation::wanted`]; the caller takes
//! it, adds it to [`World::seen`] and evaluates again.
//!
//! Start reading at [`evaluate`]; then `judge.rs` for one check.

mod attached;
mod finding;
mod judge;
mod looks;
mod matching;
mod mounts;
mod objects;
mod subject;
mod told;

pub use finding::Finding;

use crate::probe::Request;
use crate::result::{CheckRecord, Status};
use crate::say;
use crate::schema::{Goal, GraderFile, Holds};
use crate::text::Text;
use crate::world::World;
use finding::{Blocked, Judged};
use judge::Judge;
use std::collections::{BTreeMap, BTreeSet};

/// The verdicts so far, and the looks that the undecided ones need.
#[derive(Debug, Clone)]
pub struct Evaluation {
    /// One record per goal, in the grader's order. Undecided while `wanted` is
    /// not empty.
    pub checks: Vec<CheckRecord>,
    pub wanted: BTreeSet<Request>,
}

/// Judges every goal. `reached` are goals that hold `once` and were met before.
pub fn evaluate(grader: &GraderFile, world: &World, reached: &BTreeSet<String>) -> Evaluation {
    let judge = Judge::new(grader, world);
    let mut passed: BTreeSet<&str> = BTreeSet::new();
    let mut checks = Vec::new();
    for goal in &grader.goals {
        let record = judge_goal(&judge, goal, &passed, reached);
        if record.status == Status::Pass {
            passed.insert(&goal.id);
        }
        checks.push(record);
    }
    Evaluation {
        checks,
        wanted: judge.into_wanted(),
    }
}

fn judge_goal(
    judge: &Judge,
    goal: &Goal,
    passed: &BTreeSet<&str>,
    reached: &BTreeSet<String>,
) -> CheckRecord {
    if goal.holds == Holds::Once && reached.contains(&goal.id) {
        let actual = say!("it was reached before", "atteint auparavant");
        return record(goal, Status::Pass, goal.title.clone(), actual);
    }
    let missing = goal.needs.iter().find(|id| !passed.contains(id.as_str()));
    if let Some(first) = missing {
        return waiting(judge, goal, first);
    }
    match judge.check(&goal.check) {
        Ok(judged) if judged.met => {
            let mut check = found(goal, Status::Pass, &judged);
            check.points = goal.points;
            check
        }
        Ok(judged) => missed(judge, goal, &judged),
        Err(Blocked::Pending) => {
            let actual = say!("not looked at yet", "pas encore regardé");
            record(goal, Status::Skip, goal.title.clone(), actual)
        }
        Err(Blocked::Unsupported(why)) => record(goal, Status::Skip, goal.title.clone(), why),
        Err(Blocked::Failed(why)) => record(goal, Status::Error, goal.title.clone(), why),
    }
}

/// A goal that waits for another is skipped: one mistake costs once.
fn waiting(judge: &Judge, goal: &Goal, on: &str) -> CheckRecord {
    let title = judge
        .grader
        .goal(on)
        .map_or(Text::same(on), |needed| needed.title.clone());
    let actual = Text::new(
        format!("it waits for: {}", title.en),
        format!("en attente de : {}", title.fr),
    );
    record(goal, Status::Skip, goal.title.clone(), actual)
}

fn missed(judge: &Judge, goal: &Goal, judged: &Judged) -> CheckRecord {
    let mut check = found(goal, Status::Fail, judged);
    for miss in &goal.misses {
        match judge.check(&miss.when) {
            Ok(recognised) if recognised.met => {
                let mut words = judged.finding.found.clone();
                words.extend(recognised.finding.found);
                check.hint = Some(fill(&miss.hint, &words));
                check.miss = Some(miss.id.clone());
                break;
            }
            // The look that decides on this one is still to come; a later,
            // less specific one must not be told meanwhile.
            Err(Blocked::Pending) => break,
            // A mistake that cannot be recognised here is just not recognised.
            _ => {}
        }
    }
    check
}

fn found(goal: &Goal, status: Status, judged: &Judged) -> CheckRecord {
    let finding = &judged.finding;
    let mut check = record(
        goal,
        status,
        finding.expected.clone(),
        finding.actual.clone(),
    );
    check.look_at = goal
        .look_at
        .as_ref()
        .map(|command| fill_one(command, &finding.found))
        .or_else(|| finding.look_at.clone());
    check
}

fn record(goal: &Goal, status: Status, expected: Text, actual: Text) -> CheckRecord {
    let points = if status == Status::Pass {
        goal.points
    } else {
        0
    };
    let message = Text::new(
        format!("expected: {}; found: {}", expected.en, actual.en),
        format!("attendu : {} ; trouvé : {}", expected.fr, actual.fr),
    );
    CheckRecord {
        id: goal.id.clone(),
        title: goal.title.clone(),
        status,
        points,
        max_points: goal.points,
        expected,
        actual,
        message,
        hint: None,
        miss: None,
        look_at: goal.look_at.clone().filter(|_| status != Status::Skip),
    }
}

fn fill(hint: &Text, found: &BTreeMap<String, String>) -> Text {
    Text::new(fill_one(&hint.en, found), fill_one(&hint.fr, found))
}

/// Replaces `{found.NAME}`; what was not found is shown as `?`.
fn fill_one(template: &str, found: &BTreeMap<String, String>) -> String {
    let mut filled = String::new();
    let mut rest = template;
    while let Some(start) = rest.find("{found.") {
        filled.push_str(&rest[..start]);
        let after = &rest[start + "{found.".len()..];
        let Some(end) = after.find('}') else {
            filled.push_str(&rest[start..]);
            return filled;
        };
        filled.push_str(found.get(&after[..end]).map_or("?", String::as_str));
        rest = &after[end + 1..];
    }
    filled.push_str(rest);
    filled
}
