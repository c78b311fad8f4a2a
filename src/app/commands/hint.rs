//! `plimsoll hint LAB`: help with the next open goal, a step at a time.

use std::process::ExitCode;

use plimsoll_lab::progress::LabProgress;
use plimsoll_lab::report::folded;
use plimsoll_lab::result::{CheckRecord, Status};
use plimsoll_lab::text::Text;
use plimsoll_text::spoken;

use super::Outcome;
use crate::arguments::{HintArguments, Shared};
use crate::classroom::{Classroom, refuse_in_submission};
use crate::output::reading_width;
use crate::undo::Judged;
use crate::{here, undo, words};

/// The hint made for a recognised mistake comes first, and alone; after it, and
/// where none is recognised, the goal's own hints, each time one more. What was
/// shown is recorded.
pub fn run(shared: &Shared, arguments: &HintArguments) -> Outcome {
    refuse_in_submission("hint")?;
    let room = Classroom::open(shared)?;
    let name = here::lab_or(arguments.lab.as_ref(), "hint")?;
    let lab = room.lab(&name)?;
    let paths = room.paths(&name)?;
    super::ensure_running(&paths, &super::start_options()?)?;
    let Judged { before, result } = undo::judge(&room, lab, &paths)?;
    room.change(&lab.name, |now| {
        now.take_in_since(&before, &result, &lab.grader);
    })?;
    let Some(check) = result
        .checks
        .iter()
        .find(|check| check.status == Status::Fail)
    else {
        say!("{}", words::hint_all_met(spoken()));
        return Ok(ExitCode::SUCCESS);
    };
    let steps = lab
        .grader
        .goal(&check.id)
        .map_or(&[][..], |goal| &goal.hints);
    let shown = room.change(&lab.name, |progress| ask(progress, check, steps.len()))?;
    put!("{}", in_words(check, steps, &shown));
    Ok(ExitCode::SUCCESS)
}

/// What is shown of a goal's hints.
#[derive(Debug, PartialEq, Eq)]
struct Shown {
    /// The goal's own, from the first.
    steps: usize,
    /// How many of them are left.
    left: usize,
}

/// Notes that somebody asks for help with a goal that has `most` hints of its own.
/// After a mistake that they have not been told of, those are for later.
fn ask(progress: &mut LabProgress, check: &CheckRecord, most: usize) -> Shown {
    let seen = progress.hints.entry(check.id.clone()).or_default();
    let count = |seen: u32| usize::try_from(seen).unwrap_or(most).min(most);
    if let Some(miss) = check.miss.as_ref().filter(|_| check.hint.is_some())
        && progress
            .misses
            .insert(check.id.clone(), miss.clone())
            .as_ref()
            != Some(miss)
    {
        let left = most - count(*seen);
        return Shown { steps: 0, left };
    }
    *seen = (*seen + 1).min(u32::try_from(most).unwrap_or(u32::MAX));
    let steps = count(*seen);
    Shown {
        steps,
        left: most - steps,
    }
}

fn in_words(check: &CheckRecord, steps: &[Text], shown: &Shown) -> String {
    let (language, width) = (spoken(), usize::from(reading_width()));
    let mut out = format!("{}\n", check.title.get(language));
    if let Some(hint) = &check.hint {
        folded(&mut out, hint.get(language), "  ", "  ", width);
    }
    for (number, step) in steps.iter().take(shown.steps).enumerate() {
        folded(
            &mut out,
            step.get(language),
            &format!("  {}. ", number + 1),
            "     ",
            width,
        );
    }
    let more = match shown.left {
        0 => words::hint_last(language),
        left => words::hint_more(language, left),
    };
    out + "  " + &more + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(miss: Option<&str>) -> CheckRecord {
        CheckRecord {
            id: "runs".to_owned(),
            title: Text::same("It runs"),
            status: Status::Fail,
            points: 0,
            max_points: 1,
            expected: Text::default(),
            actual: Text::default(),
            message: Text::default(),
            hint: miss.map(Text::same),
            miss: miss.map(str::to_owned),
            look_at: None,
        }
    }

    #[test]
    fn a_new_mistake_s_own_hint_stands_alone() {
        let mut progress = LabProgress::default();
        let mut asked = |miss| {
            let shown = ask(&mut progress, &check(miss), 2);
            (shown.steps, shown.left)
        };
        assert_eq!(asked(None), (1, 1));
        assert_eq!(asked(Some("stopped")), (0, 1));
        assert_eq!(asked(Some("stopped")), (2, 0));
        assert_eq!(asked(Some("paused")), (0, 0), "another mistake");
        assert_eq!(asked(Some("paused")), (2, 0));
        assert_eq!(asked(None), (2, 0));
    }
}
