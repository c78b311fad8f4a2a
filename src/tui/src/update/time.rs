//! The time that is spent at a lab.

use crate::effect::Effect;
use crate::model::{Model, Place};

/// A learner who types nothing for this long is not there, in milliseconds.
const ABSENT_MS: u64 = 5 * 60 * 1000;
/// Time is told in portions of this many milliseconds.
const PORTION_MS: u64 = 30_000;

/// Counts the time since the last key, unless the learner was away.
pub(super) fn count(model: &mut Model, effects: &mut Vec<Effect>) {
    let Place::Lab(name) = model.place.clone() else {
        return;
    };
    let now = model.now;
    let Some(screen) = model.labs.get_mut(&name) else {
        return;
    };
    let is_back = now.saturating_sub(screen.clock.last_input) >= ABSENT_MS;
    if is_back {
        tell(model, &name, effects);
    }
    let Some(screen) = model.labs.get_mut(&name) else {
        return;
    };
    let clock = &mut screen.clock;
    clock.last_input = now;
    if is_back {
        clock.since = now;
    }
    if now.saturating_sub(clock.since) >= PORTION_MS {
        tell(model, &name, effects);
    }
}

/// Tells the time up to the last key.
pub(super) fn tell(model: &mut Model, name: &str, effects: &mut Vec<Effect>) {
    let Some(screen) = model.labs.get_mut(name) else {
        return;
    };
    let clock = &mut screen.clock;
    let seconds = clock.last_input.saturating_sub(clock.since) / 1000;
    if seconds == 0 {
        return;
    }
    let from = clock.since;
    clock.since += seconds * 1000;
    let to = clock.since;
    model.progress.lab_mut(name).spend(from, to);
    let lab = name.to_owned();
    effects.push(Effect::Spend { lab, from, to });
}
