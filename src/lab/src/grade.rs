//! Verdicts on a living lab: at once while somebody works, patiently at the end.

use crate::evaluate::evaluate;
use crate::observe::{Eyes, ObserveError};
use crate::result::{CheckRecord, Status};
use crate::schema::GraderFile;
use crate::text::Text;
use crate::words;
use crate::{probe::Observation, say, world::World};
use std::collections::BTreeSet;
use std::time::Duration;

/// Rounds of looking and judging: a goal asks for a page, then who served it,
/// then a file to compare with. More than this is a grader that asks in circles.
const MAX_ROUNDS: usize = 8;
/// Most looks in one round.
const MAX_LOOKS: usize = 256;
/// How often an unmet goal is tried again.
const RETRY_EVERY: Duration = Duration::from_millis(250);

/// Time, so that tests need not wait.
pub trait Clock {
    /// Since some fixed moment.
    fn now(&self) -> Duration;
    fn sleep(&self, time: Duration);
}

/// The machine's monotonic clock.
#[derive(Debug)]
pub struct MachineClock(std::time::Instant);

impl Default for MachineClock {
    fn default() -> Self {
        MachineClock(std::time::Instant::now())
    }
}

impl Clock for MachineClock {
    fn now(&self) -> Duration {
        self.0.elapsed()
    }

    fn sleep(&self, time: Duration) {
        std::thread::sleep(time);
    }
}

/// Judges a lab as it is now. `reached` are goals that hold once and were met.
///
/// # Errors
/// The engine cannot be looked at.
pub fn check_now(
    grader: &GraderFile,
    eyes: &mut dyn Eyes,
    reached: &BTreeSet<String>,
) -> Result<Vec<CheckRecord>, ObserveError> {
    let mut world = eyes.snapshot()?;
    Ok(judge(grader, eyes, reached, &mut world))
}

fn judge(
    grader: &GraderFile,
    eyes: &mut dyn Eyes,
    reached: &BTreeSet<String>,
    world: &mut World,
) -> Vec<CheckRecord> {
    for _ in 0..MAX_ROUNDS {
        let evaluation = evaluate(grader, world, reached);
        if evaluation.wanted.is_empty() {
            return evaluation.checks;
        }
        for look in evaluation.wanted.into_iter().take(MAX_LOOKS) {
            let seen = eyes.perform(&look);
            world.seen.insert(look, seen);
        }
    }
    let evaluation = evaluate(grader, world, reached);
    for look in evaluation.wanted {
        let why = words::look_for_ever(plimsoll_text::spoken());
        world.seen.insert(look, Observation::Failed(why));
    }
    evaluate(grader, world, reached).checks
}

/// Judges a lab whose work is done: what is still starting gets `settle_s`
/// seconds, and what is met has to be met again `stable_s` seconds later. A lab
/// in which nothing runs cannot change, so it is not waited for.
///
/// # Errors
/// The engine cannot be looked at.
pub fn grade_finally(
    grader: &GraderFile,
    eyes: &mut dyn Eyes,
    clock: &dyn Clock,
) -> Result<Vec<CheckRecord>, ObserveError> {
    let nothing = BTreeSet::new();
    let settled_by = clock.now() + Duration::from_secs(grader.settling.settle_s);
    let (mut checks, moving) = loop {
        let mut world = eyes.snapshot()?;
        let checks = judge(grader, eyes, &nothing, &mut world);
        let moving = world.is_moving();
        let met = checks.iter().all(|check| check.status == Status::Pass);
        if met || !moving || clock.now() >= settled_by {
            break (checks, moving);
        }
        clock.sleep(RETRY_EVERY);
    };
    if !moving {
        return Ok(checks);
    }
    clock.sleep(Duration::from_secs(grader.settling.stable_s));
    let mut world = eyes.snapshot()?;
    let again = judge(grader, eyes, &nothing, &mut world);
    for (first, second) in checks.iter_mut().zip(again) {
        match (first.status, second.status) {
            (Status::Pass, Status::Pass) => {}
            (Status::Pass, _) => *first = unstable(second),
            // It came too late, or is still not there: the later word counts
            // unless it is the better one.
            (_, Status::Pass) => {}
            _ => *first = second,
        }
    }
    Ok(checks)
}

fn unstable(mut check: CheckRecord) -> CheckRecord {
    let note = say!(
        "it was met, and then no longer: ",
        "c'était atteint, puis plus : "
    );
    check.actual = Text::join([&note, &check.actual], &Text::default());
    check
}
