//! A lab: opening it, its shell, its lesson and views, and what is heard of its
//! engine.

use plimsoll_lab::progress::Progress;
use plimsoll_lab::result::ResultRecord;

use super::{goals, life, notice, notice_in, time};
use crate::effect::{Depth, Effect};
use crate::event::{LabEvent, Moment, ShellEvent, Visit};
use crate::keys::Action;
use crate::model::{
    Clock, Focus, LabScreen, LabState, Model, Place, Return, ShellState, Side, Tone, Turn,
};
use crate::view::xray::Pressed;
use crate::words;

/// A screen is kept this long after it changed, in milliseconds.
const KEPT_AFTER_MS: u64 = 1_000;

/// Goes to a lab: begins it, or finds it as it was.
pub fn open(model: &mut Model, name: &str, effects: &mut Vec<Effect>) {
    let (language, now) = (model.language, model.now);
    let background = model.theme.background();
    let Some(lab) = model.course.lab(name) else {
        return;
    };
    let begun = model.progress.lab(name).step;
    let steps = lab.file.steps.len();
    let screen = model
        .labs
        .entry(name.to_owned())
        .or_insert_with(|| LabScreen::new(lab, language, now));
    screen.terminal.set_background(background);
    screen.clock = Clock {
        last_input: now,
        since: now,
    };
    if screen.state != LabState::Ready {
        screen.state = LabState::Starting;
        screen.step = begun.saturating_sub(1).min(steps.saturating_sub(1));
        screen.came_from = begun;
        // Where there is room for one thing only, a beginner reads first.
        if begun == 0 {
            screen.focus = Focus::Side;
        }
        effects.push(Effect::Enter {
            lab: name.to_owned(),
        });
    }
    if model.place != Place::Lab(name.to_owned()) {
        model.notice = None;
    }
    model.place = Place::Lab(name.to_owned());
    model.leading = false;
    if model.size.shows_both()
        && let Some(screen) = model.labs.get_mut(name)
    {
        screen.focus = Focus::Terminal;
    }
}

/// The learner leaves the lab's screen; the shell goes on.
pub(super) fn put_aside(model: &mut Model, name: &str, effects: &mut Vec<Effect>) {
    time::tell(model, name, effects);
    if let Some(screen) = model.labs.get_mut(name)
        && screen.state == LabState::Ready
    {
        effects.push(Effect::KeepScreen {
            lab: name.to_owned(),
            screen: screen.terminal.last_screen(),
        });
    }
}

/// What is heard of the shell.
pub(super) fn shell(model: &mut Model, name: &str, what: ShellEvent, effects: &mut Vec<Effect>) {
    let now = model.now;
    let Some(screen) = model.labs.get_mut(name) else {
        return;
    };
    match what {
        ShellEvent::Output(bytes) => {
            let replies = screen.terminal.feed(&bytes);
            screen.unkept_since.get_or_insert_with(|| {
                effects.push(Effect::Wake(now + KEPT_AFTER_MS));
                now
            });
            if !replies.is_empty() {
                effects.push(Effect::Type {
                    lab: name.to_owned(),
                    bytes: replies,
                });
            }
        }
        ShellEvent::Ended(ending) => {
            screen.shell = ShellState::Ended(ending);
            let with_its_engine = std::mem::take(&mut screen.is_dying);
            if with_its_engine && screen.state == LabState::Ready {
                // Another engine is there already: so is another shell.
                new_shell(model, name, effects);
                return;
            }
            effects.push(Effect::KeepScreen {
                lab: name.to_owned(),
                screen: screen.terminal.last_screen(),
            });
        }
        ShellEvent::Failed(fault) => screen.shell = ShellState::Failed(fault),
    }
}

/// Keeps what terminals showed a while ago, so that a kill of this process
/// loses no more than that while.
pub(super) fn keep_screens(model: &mut Model, effects: &mut Vec<Effect>) {
    for (name, screen) in &mut model.labs {
        let since = screen.unkept_since;
        if since.is_some_and(|since| model.now >= since + KEPT_AFTER_MS) {
            screen.unkept_since = None;
            effects.push(Effect::KeepScreen {
                lab: name.clone(),
                screen: screen.terminal.last_screen(),
            });
        }
    }
}

/// What is heard of the lab.
pub(super) fn event(model: &mut Model, name: &str, what: LabEvent, effects: &mut Vec<Effect>) {
    if matches!(
        what,
        LabEvent::Losses { .. } | LabEvent::WasReset { .. } | LabEvent::NotReset(_)
    ) {
        life::of_reset(model, name, what, effects);
        return;
    }
    let Some(screen) = model.labs.get_mut(name) else {
        return;
    };
    let lab = name.to_owned();
    match what {
        LabEvent::Entered(visit) => entered(model, name, *visit, effects),
        LabEvent::Unavailable(fault) => {
            screen.goals.result = None;
            screen.goals.fault = Some(fault.clone());
            screen.state = LabState::Gone(fault);
        }
        LabEvent::Lost => life::lost(model, name, effects),
        LabEvent::Elsewhere(now) => life::elsewhere(model, name, now, effects),
        LabEvent::Changed => changed(screen, name, model.now, effects),
        LabEvent::Progressed => effects.push(Effect::ReadProgress),
        LabEvent::Judged(result) => judged(model, name, *result, effects),
        LabEvent::NotJudged(fault) => {
            if screen.judging != Turn::Outdated {
                screen.goals.fault = Some(fault);
            }
            if screen.judging.end() {
                effects.push(Effect::Judge { lab });
            }
        }
        LabEvent::Scene(scene) => {
            screen.scene = *scene;
            seen(screen, name, effects);
        }
        LabEvent::Journal(mut entries) => {
            if let Some(lab) = model.course.lab(name) {
                let steps = &lab.file.steps;
                entries.iter_mut().for_each(|one| one.know_steps(steps));
            }
            screen.journal.0 = entries;
            seen(screen, name, effects);
        }
        LabEvent::Operations(command) => {
            screen.xray.0.take(*command);
            // Who types in the terminal sees what comes of it.
            if screen.focus == Focus::Terminal {
                screen.xray.1.follow();
            }
        }
        LabEvent::NotTold => screen.xray.0.silence(),
        LabEvent::NotSeen(fault) => {
            seen(screen, name, effects);
            notice_in(model, name, fault.message, Tone::Bad, effects);
        }
        // Heard above.
        LabEvent::Losses { .. } | LabEvent::WasReset { .. } | LabEvent::NotReset(_) => {}
        LabEvent::Recording { file } => {
            let text = words::recording_into(model.language, file.as_str());
            screen.recording = Some(file);
            notice(model, text, Tone::Plain, effects);
        }
        LabEvent::RecordingEnded => recording_ended(model, name, effects),
    }
}

fn recording_ended(model: &mut Model, name: &str, effects: &mut Vec<Effect>) {
    let screen = model.labs.get_mut(name);
    if let Some(file) = screen.and_then(|screen| screen.recording.take()) {
        let text = words::recording_kept(model.language, file.as_str());
        notice(model, text, Tone::Plain, effects);
    }
}

/// A look has come to its end; another, if something happened meanwhile.
fn seen(screen: &mut LabScreen, name: &str, effects: &mut Vec<Effect>) {
    if screen.looking.end() {
        look(screen, name, effects);
    }
}

fn judged(model: &mut Model, name: &str, result: ResultRecord, effects: &mut Vec<Effect>) {
    let Some(screen) = model.labs.get_mut(name) else {
        return;
    };
    let outdated = screen.judging == Turn::Outdated;
    if screen.judging.end() {
        effects.push(Effect::Judge {
            lab: name.to_owned(),
        });
    }
    // Of a lab that has ended since, it is of the past.
    let gone = matches!(screen.state, LabState::Gone(_));
    if !outdated && !gone {
        goals::judged(model, name, result, effects);
    }
}

fn entered(model: &mut Model, name: &str, visit: Visit, effects: &mut Vec<Effect>) {
    let Some(screen) = model.labs.get_mut(name) else {
        return;
    };
    let lab = || name.to_owned();
    screen.state = LabState::Ready;
    screen.goals.fault = None;
    screen.born = visit.born;
    let back = screen.comes_back.take();
    // A terminal that was used shows it still.
    if screen.terminal.last_screen().is_empty() {
        screen.terminal.restore(&visit.last_screen, model.language);
    }
    if screen.shell != ShellState::Running {
        screen.shell = ShellState::Running;
        effects.push(Effect::StartShell {
            lab: lab(),
            size: screen.terminal.size(),
        });
    }
    let (from, step) = (screen.came_from, screen.step + 1);
    screen.came_from = step;
    effects.push(Effect::NoteStep { lab: lab(), step });
    model.progress.lab_mut(name).step = step;
    let begin = Effect::BeginStep {
        lab: lab(),
        from,
        step,
    };
    effects.push(begin);
    changed(screen, name, model.now, effects);
    let said = match back {
        Some(Return::Restarted) => Some(words::lab_is_back(model.language)),
        Some(Return::Reset) => Some(words::lab_is_back_as_new(model.language)),
        None => None,
    };
    if let Some(said) = said {
        notice_in(model, name, said, Tone::Plain, effects);
        return;
    }
    // Servers that went on are found where they were.
    if let Some(way_in) = visit.ports.into_iter().next() {
        notice_in(model, name, way_in, Tone::Plain, effects);
    }
}

/// Something is different: goals are judged again, and what is in sight is
/// looked at again.
pub(super) fn changed(screen: &mut LabScreen, name: &str, now: Moment, effects: &mut Vec<Effect>) {
    effects.push(Effect::Wake(screen.recheck.begin(now)));
    if screen.judging.begin() {
        effects.push(Effect::Judge {
            lab: name.to_owned(),
        });
    }
    if screen.side != Side::Lesson && screen.looking.begin() {
        look(screen, name, effects);
    }
}

/// Looks again at goals that are open in the lab in sight, a while after something
/// happened there: see [`crate::model::Recheck`].
pub(super) fn look_again(model: &mut Model, effects: &mut Vec<Effect>) {
    let Place::Lab(name) = &model.place else {
        return;
    };
    let Some(screen) = model.labs.get_mut(name) else {
        return;
    };
    if !screen.recheck.is_due(model.now) {
        return;
    }
    if screen.state != LabState::Ready || screen.goals.is_done() {
        screen.recheck.next = None;
        return;
    }
    if let Some(next) = screen.recheck.go_on(model.now) {
        effects.push(Effect::Wake(next));
    }
    if screen.judging.begin() {
        let lab = name.clone();
        effects.push(Effect::Judge { lab });
    }
}

/// What was reached is known anew; an answer that was given elsewhere is judged.
pub(super) fn progressed(model: &mut Model, progress: Progress, effects: &mut Vec<Effect>) {
    let before = std::mem::replace(&mut model.progress, progress);
    for (name, screen) in &mut model.labs {
        let lab = || name.clone();
        let told = model.progress.lab(name).answers != before.lab(name).answers;
        if told && screen.state == LabState::Ready && screen.judging.begin() {
            effects.push(Effect::Judge { lab: lab() });
        }
    }
}

/// Looks at what the view in sight shows.
fn look(screen: &mut LabScreen, name: &str, effects: &mut Vec<Effect>) {
    let lab = name.to_owned();
    match screen.side {
        Side::Lesson => screen.looking = Turn::Idle,
        Side::Map => effects.push(Effect::Look {
            lab,
            deep: Depth::Map,
        }),
        Side::Layers => effects.push(Effect::Look {
            lab,
            deep: Depth::Layers,
        }),
        Side::Journal => effects.push(Effect::ReadJournal { lab }),
        // It is told what happens as it happens.
        Side::Xray => screen.looking = Turn::Idle,
    }
}

/// A view by its key: shown and given the keys; with the keys already, hidden.
pub(super) fn show(model: &mut Model, name: &str, side: Side, effects: &mut Vec<Effect>) {
    let Some(screen) = model.labs.get_mut(name) else {
        return;
    };
    if screen.side == side && screen.focus == Focus::Side {
        back_to_terminal(model, name);
        return;
    }
    screen.zoomed = false;
    screen.side = side;
    screen.focus = Focus::Side;
    if side != Side::Lesson && screen.looking.begin() {
        look(screen, name, effects);
    }
}

/// The keys go to the shell again. A view stays where there is room for both.
pub(super) fn back_to_terminal(model: &mut Model, name: &str) {
    if let Some(screen) = model.labs.get_mut(name) {
        screen.focus = Focus::Terminal;
        screen.left_pane_at = model.now;
    }
}

pub(super) fn zoom(model: &mut Model, name: &str) {
    if let Some(screen) = model.labs.get_mut(name) {
        screen.zoomed = !screen.zoomed;
        screen.focus = Focus::Terminal;
    }
}

/// What a key asks the view in sight for; `false`: it does nothing of the kind.
pub(super) fn in_view(
    model: &mut Model,
    name: &str,
    action: Action,
    effects: &mut Vec<Effect>,
) -> bool {
    let Some(screen) = model.labs.get_mut(name) else {
        return false;
    };
    match screen.side {
        Side::Lesson => false,
        Side::Map => screen.map.act(action, &screen.scene),
        Side::Layers => screen.layers.act(action, &screen.scene),
        Side::Journal => screen.journal.1.act(action, &screen.journal.0),
        Side::Xray => {
            let pressed = screen.xray.1.act(action, &screen.xray.0);
            in_xray(model, pressed, effects)
        }
    }
}

fn in_xray(model: &mut Model, pressed: Pressed, effects: &mut Vec<Effect>) -> bool {
    let language = model.language;
    match pressed {
        Pressed::Unused => return false,
        Pressed::Used => {}
        Pressed::NoPlan => notice(model, words::xray_no_plan(language), Tone::Plain, effects),
        Pressed::Book(page) => effects.push(Effect::Book {
            page: page.to_owned(),
            language,
        }),
    }
    true
}

pub(super) fn new_shell(model: &mut Model, name: &str, effects: &mut Vec<Effect>) {
    let Some(screen) = model.labs.get_mut(name) else {
        return;
    };
    if screen.state != LabState::Ready {
        screen.state = LabState::Starting;
        // A shell that ended with the engine says so itself, if late.
        if screen.shell != ShellState::Running {
            screen.shell = ShellState::None;
        }
        effects.push(Effect::Enter {
            lab: name.to_owned(),
        });
        return;
    }
    if screen.shell == ShellState::Running {
        return;
    }
    screen.shell = ShellState::Running;
    effects.push(Effect::StartShell {
        lab: name.to_owned(),
        size: screen.terminal.size(),
    });
}

pub(super) fn record(model: &mut Model, name: &str, effects: &mut Vec<Effect>) {
    let Some(screen) = model.labs.get(name) else {
        return;
    };
    let lab = name.to_owned();
    let size = screen.terminal.size();
    effects.push(match screen.recording {
        None => Effect::Record {
            lab,
            size,
            screen: screen.terminal.repaint(),
        },
        Some(_) => Effect::EndRecording { lab },
    });
}
