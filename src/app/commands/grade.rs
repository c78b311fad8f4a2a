//! `plimsoll grade LAB --script FILE`: grade a stranger's work.

use super::Outcome;
use crate::arguments::{GradeArguments, Shared};
use crate::classroom::{Classroom, refuse_in_submission};
use crate::failure::{Failure, Kind};

/// Runs the script in an arena of its own and grades what it leaves.
pub fn run(shared: &Shared, arguments: &GradeArguments) -> Outcome {
    refuse_in_submission("grade")?;
    let room = Classroom::open(shared)?;
    room.lab(&arguments.lab)?;
    Err(Failure::new(
        Kind::Usage,
        "grading a stranger's script has no arena yet",
    ))
}
