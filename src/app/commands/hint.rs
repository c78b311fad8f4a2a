//! `plimsoll hint LAB`: help with the next open goal, a step at a time.

use std::process::ExitCode;

use plimsoll_lab::report::folded;
use plimsoll_lab::result::{CheckRecord, Status};
use plimsoll_lab::text::Text;

use super::Outcome;
use crate::arguments::{HintArguments, Shared};
use crate::classroom::{Classroom, refuse_in_submission};
use crate::undo::Judged;
use crate::{here, undo};

/// The hint made for a recognised mistake comes first; after it, and where none
/// is recognised, the goal's own hints, each time one more. What was shown is
/// recorded.
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
        let done = Text::new("Every goal is met.", "Tous les objectifs sont atteints.");
        say!("{}", done.get(room.language));
        return Ok(ExitCode::SUCCESS);
    };
    let steps = lab
        .grader
        .goal(&check.id)
        .map_or(&[][..], |goal| &goal.hints);
    let shown = room.change(&lab.name, |progress| {
        let shown = progress.hints.entry(check.id.clone()).or_default();
        let before = *shown;
        *shown = (before + 1).min(u32::try_from(steps.len()).unwrap_or(u32::MAX));
        *shown
    })?;
    put!("{}", in_words(&room, check, steps, shown as usize));
    Ok(ExitCode::SUCCESS)
}

fn in_words(room: &Classroom, check: &CheckRecord, steps: &[Text], shown: usize) -> String {
    let language = room.language;
    let mut out = format!("{}\n", check.title.get(language));
    if let Some(hint) = &check.hint {
        folded(&mut out, hint.get(language), "  ", "  ", 80);
    }
    for (number, step) in steps.iter().take(shown).enumerate() {
        folded(
            &mut out,
            step.get(language),
            &format!("  {}. ", number + 1),
            "     ",
            80,
        );
    }
    let left = steps.len() - shown.min(steps.len());
    let more = match left {
        0 => Text::new(
            "That was the last hint for this goal.",
            "C'était le dernier indice pour cet objectif.",
        ),
        _ => Text::new(
            format!("{left} more: type the command again."),
            format!("Encore {left} : tapez de nouveau la commande."),
        ),
    };
    out + "  " + more.get(language) + "\n"
}
