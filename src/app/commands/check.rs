//! `plimsoll check LAB`: which goals are met now.

use std::process::ExitCode;

use plimsoll_lab::report::{self, Reader};
use plimsoll_lab::undo::met;

use super::Outcome;
use crate::arguments::{CheckArguments, Shared};
use crate::classroom::{Classroom, Patience, judge, refuse_in_submission};
use crate::undo::Judged;
use crate::{here, undo};

/// Grades the live lab, keeps the best verdict, prints all of it.
pub fn run(shared: &Shared, arguments: &CheckArguments) -> Outcome {
    refuse_in_submission("check")?;
    let room = Classroom::open(shared)?;
    let name = here::lab_or(arguments.lab.as_ref(), "check")?;
    let lab = room.lab(&name)?;
    let paths = room.paths(&name)?;
    let Judged { before, result } = match &arguments.engine {
        Some(text) => {
            let endpoint = super::endpoint(text)?;
            // Its journal, if it has one, is of another lab.
            let before = room.progress()?.lab(&lab.name);
            let result = judge(lab, endpoint, paths.work(), &before, Patience::Now)?;
            Judged { before, result }
        }
        None => {
            super::ensure_running(&paths, &super::start_options()?)?;
            undo::judge(&room, lab, &paths)?
        }
    };
    room.change(&lab.name, |now| {
        now.take_in_since(&before, &result, &lab.grader);
    })?;
    if arguments.engine.is_none() {
        undo::keep_up(lab, &paths, &met(&result));
    }
    if arguments.json {
        say!("{}", super::json(&result)?);
    } else {
        put!(
            "{}",
            report::in_words(&lab.file.title, &result, room.style(Reader::Learner))
        );
    }
    Ok(ExitCode::from(result.exit_code()))
}
