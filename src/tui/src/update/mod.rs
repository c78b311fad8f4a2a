//! The one place that changes the model. No I/O: what has to be done outside
//! is returned as effects.

mod dialog;
mod goals;
mod home;
mod keys;
mod lab;
mod layout;
mod life;
mod pointer;
mod reading;
mod still;
mod time;

use std::mem::discriminant;

use crate::effect::Effect;
use crate::event::{Event, Fault, Input, What};
use crate::geometry::Size;
use crate::model::{Model, Notice, Overlay, Place, Tone};

pub use dialog::{question_scope, resets};
pub use goals::shows_by_itself;
pub use lab::open;
pub use layout::places;

/// How long a notice stays, in milliseconds.
const NOTICE_MS: u64 = 8_000;

/// Takes an event in, and says what is to be done.
pub fn update(model: &mut Model, event: Event) -> Vec<Effect> {
    model.now = event.at;
    if model
        .notice
        .as_ref()
        .is_some_and(|notice| notice.until <= event.at)
    {
        model.notice = None;
    }
    let mut effects = Vec::new();
    let dialog = model.overlay.as_ref().map(discriminant);
    match event.what {
        What::Input(input) => take_input(model, input, &mut effects),
        What::Shell { lab, what } => lab::shell(model, &lab, what, &mut effects),
        What::Lab { lab, what } => lab::event(model, &lab, what, &mut effects),
        What::Progress(progress) => lab::progressed(model, *progress, &mut effects),
        What::Running(running) => model.running = running,
        What::Doctor(health) => model.health = Some(health),
        What::Findings(findings) => model.findings = Some(findings),
        What::Book { lines } => model.overlay = Some(Overlay::Book { lines }),
        What::Wake => {
            lab::keep_screens(model, &mut effects);
            lab::look_again(model, &mut effects);
            goals::note_shown(model, &mut effects);
        }
        What::Background(palette) => {
            model.theme.palette = palette;
            let background = model.theme.background();
            let screens = model.labs.values_mut();
            screens.for_each(|screen| screen.terminal.set_background(background));
        }
        // Drawn anew by whoever has the screen.
        What::Resumed => {}
        What::ClockSet { ahead } => model.clock_ahead = ahead,
        What::Failed(fault) => failed(model, fault, &mut effects),
        What::Terminate => leave(model, &mut effects),
    }
    if dialog != model.overlay.as_ref().map(discriminant) {
        model.scrolled = None;
    }
    layout::settle(model, &mut effects);
    effects
}

fn take_input(model: &mut Model, input: Input, effects: &mut Vec<Effect>) {
    time::count(model, effects);
    match input {
        Input::Key(key) => keys::press(model, key, effects),
        Input::Mouse(mouse) => pointer::mouse(model, mouse, effects),
        Input::Paste(text) => keys::paste(model, &text, effects),
        Input::Resize(columns, rows) => model.size = Size::told(columns, rows),
    }
}

/// Says something for a while.
fn notice(model: &mut Model, text: String, tone: Tone, effects: &mut Vec<Effect>) {
    let until = model.now + NOTICE_MS;
    model.notice = Some(Notice { text, tone, until });
    effects.push(Effect::Wake(until));
}

/// Says something of a lab, where that lab is looked at: elsewhere it would be
/// taken for news of another.
fn notice_in(model: &mut Model, lab: &str, text: String, tone: Tone, effects: &mut Vec<Effect>) {
    if matches!(&model.place, Place::Lab(here) if here == lab) {
        notice(model, text, tone, effects);
    }
}

/// A reset that is under way stays in sight: how it ends is told.
fn failed(model: &mut Model, fault: Fault, effects: &mut Vec<Effect>) {
    if matches!(model.overlay, Some(Overlay::Resetting { .. })) {
        notice(model, fault.message, Tone::Bad, effects);
    } else {
        model.overlay = Some(Overlay::Fault(fault));
    }
}

/// Ends the interface; the labs stay as they are.
fn leave(model: &mut Model, effects: &mut Vec<Effect>) {
    let names: Vec<String> = model.labs.keys().cloned().collect();
    for name in names {
        lab::put_aside(model, &name, effects);
    }
    effects.push(Effect::Quit);
}

/// Back to the list of labs; the lab's shell goes on.
fn go_home(model: &mut Model, effects: &mut Vec<Effect>) {
    if let Place::Lab(name) = model.place.clone() {
        lab::put_aside(model, &name, effects);
        let index = model.found().iter().position(|lab| lab.name == name);
        model.home.chosen = index.unwrap_or(model.home.chosen);
    }
    model.place = Place::Home;
    model.notice = None;
    effects.push(Effect::ReadProgress);
    effects.push(Effect::CountRunning);
}
