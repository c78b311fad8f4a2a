//! The end of a lab's engine and what comes after: by a reset of the learner's, or
//! because others stopped the lab, reset it, or started it again.

use plimsoll_text::Text;

use super::lab::{changed, new_shell};
use super::notice;
use crate::effect::Effect;
use crate::event::{BackTo, Fault, LabEvent, Whereabouts};
use crate::model::{LabState, Model, Overlay, Place, Return, ShellState, Tone};
use crate::words;

pub(super) fn lost(model: &mut Model, name: &str, effects: &mut Vec<Effect>) {
    let language = model.language;
    let Some(screen) = model.labs.get_mut(name) else {
        return;
    };
    screen.is_dying = screen.shell == ShellState::Running;
    let lab = name.to_owned();
    if model.overlay == Some(Overlay::Resetting { lab: lab.clone() }) {
        // A reset ends the engine itself, and enters the lab again. What it takes
        // away is not kept for the next visit.
        screen.state = LabState::Starting;
        return;
    }
    effects.push(Effect::KeepScreen {
        lab: lab.clone(),
        screen: screen.terminal.last_screen(),
    });
    let fault = Fault {
        message: words::lab_ended(language, name),
        hints: Vec::new(),
    };
    if model.place == Place::Home {
        effects.push(Effect::CountRunning);
    }
    // What was true of it is not known to be true any more.
    screen.goals.result = None;
    screen.goals.fault = Some(fault.clone());
    screen.judging.outdate();
    screen.looking.outdate();
    screen.state = LabState::Gone(fault);
    effects.push(Effect::Await {
        lab,
        born: screen.born.clone(),
    });
}

/// Others have stopped the lab, made it as new, or started it: that is said, and an
/// engine that is there is gone to.
pub(super) fn elsewhere(
    model: &mut Model,
    name: &str,
    now: Whereabouts,
    effects: &mut Vec<Effect>,
) {
    let language = model.language;
    let Some(screen) = model.labs.get_mut(name) else {
        return;
    };
    if !matches!(screen.state, LabState::Gone(_)) {
        return;
    }
    if now.reset {
        screen.begin_anew();
        effects.push(Effect::ReadProgress);
        // What it showed at the end is of the lab that is gone.
        effects.push(Effect::KeepScreen {
            lab: name.to_owned(),
            screen: Vec::new(),
        });
    }
    let (message, hint) = match now.reset {
        true => (
            words::lab_was_reset_elsewhere(language, name),
            words::lab_was_reset_elsewhere_hint(language),
        ),
        false => (
            words::lab_ended(language, name),
            words::lab_ended_hint(language),
        ),
    };
    let hints = vec![hint];
    let fault = Fault { message, hints };
    screen.goals.fault = Some(fault.clone());
    screen.state = LabState::Gone(fault);
    if now.alive {
        screen.comes_back = Some(match now.reset {
            true => Return::Reset,
            false => Return::Restarted,
        });
        new_shell(model, name, effects);
    }
}

/// A reset that failed enters no lab: what ended with it is not there.
fn not_reset(model: &mut Model, name: &str, effects: &mut Vec<Effect>) {
    model.overlay = None;
    let state = model.labs.get(name).map(|screen| &screen.state);
    if state == Some(&LabState::Starting) {
        lost(model, name, effects);
    }
}

/// Goes to the engine of a lab that ended, and starts one where there is none.
pub(super) fn connect(model: &mut Model, name: &str, effects: &mut Vec<Effect>) {
    let screen = model.labs.get(name);
    if screen.is_some_and(|screen| matches!(screen.state, LabState::Gone(_))) {
        new_shell(model, name, effects);
    }
}

/// What is heard of a reset, also of a lab that was not opened since the start.
pub(super) fn of_reset(model: &mut Model, name: &str, what: LabEvent, effects: &mut Vec<Effect>) {
    let lab = name.to_owned();
    match what {
        LabEvent::Losses { back_to, loss } => {
            // An answer to what was asked before, and left, is none to this.
            let asked = Overlay::AskingLosses {
                lab: lab.clone(),
                back_to,
            };
            if model.overlay == Some(asked) {
                model.overlay = Some(Overlay::ConfirmReset { lab, back_to, loss });
            }
        }
        LabEvent::WasReset { back_to, left } => was_reset(model, name, back_to, &left, effects),
        LabEvent::NotReset(fault) => {
            not_reset(model, name, effects);
            model.overlay = Some(Overlay::Fault(fault));
        }
        _ => {}
    }
}

fn was_reset(
    model: &mut Model,
    name: &str,
    back_to: BackTo,
    left: &[Text],
    effects: &mut Vec<Effect>,
) {
    let language = model.language;
    model.overlay = None;
    effects.push(Effect::ReadProgress);
    effects.push(Effect::CountRunning);
    begin_again(model, name, back_to, effects);
    let text = match back_to {
        BackTo::Beginning => words::lab_was_reset(language),
        BackTo::Step(step) => words::step_was_reset(language, step),
    };
    let left = left.iter().map(|text| text.get(language));
    let said: Vec<&str> = std::iter::once(text.as_str()).chain(left).collect();
    let tone = match said.len() {
        1 => Tone::Good,
        _ => Tone::Plain,
    };
    notice(model, said.join(" "), tone, effects);
}

/// The screen of a lab that went back, if it was opened.
fn begin_again(model: &mut Model, name: &str, back_to: BackTo, effects: &mut Vec<Effect>) {
    let Some(screen) = model.labs.get_mut(name) else {
        return;
    };
    // What is not met now was taken back on purpose: no alarm. What was seen
    // before is no verdict on what is now.
    screen.goals = crate::model::Goals::default();
    screen.judging.outdate();
    match back_to {
        BackTo::Beginning => screen.begin_anew(),
        BackTo::Step(step) => {
            screen.step = step.saturating_sub(1);
            screen.lesson.scroll = 0;
            screen.lesson.command = None;
        }
    }
    if back_to == BackTo::Beginning || screen.state != LabState::Ready {
        screen.state = LabState::Starting;
        effects.push(Effect::Enter {
            lab: name.to_owned(),
        });
    } else {
        changed(screen, name, model.now, effects);
    }
}
