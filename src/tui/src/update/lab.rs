//! A lab: opening it, its shell, its lesson and views, and what is heard of its
//! engine.

use crossterm::event::{KeyEvent, MouseEvent, MouseEventKind};

use super::{goals, layout, notice};
use crate::effect::{Depth, Effect};
use crate::event::{Fault, LabEvent, Moment, ShellEvent, Visit};
use crate::geometry;
use crate::keys::Action;
use crate::lesson::{Place as CommandPlace, Target};
use crate::model::{
    Focus, LabScreen, LabState, Model, Overlay, Place, ShellState, Side, Tone, Turn,
};
use crate::terminal::{MouseOutcome, Scroll};
use crate::view::lesson;
use crate::view::xray::Pressed;
use crate::words;

/// A learner who types nothing for this long is not there, in milliseconds.
const ABSENT_MS: u64 = 5 * 60 * 1000;
/// A screen is kept this long after it changed, in milliseconds.
const KEPT_AFTER_MS: u64 = 1_000;
/// Time is told in portions of this many milliseconds.
const PORTION_MS: u64 = 30_000;

/// Goes to a lab: begins it, or finds it as it was.
pub fn open(model: &mut Model, name: &str, effects: &mut Vec<Effect>) {
    let (language, now) = (model.language, model.now);
    let Some(lab) = model.course.lab(name) else {
        return;
    };
    let begun = model.progress.lab(name).step;
    let steps = lab.file.steps.len();
    let screen = model
        .labs
        .entry(name.to_owned())
        .or_insert_with(|| LabScreen::new(lab, language, now));
    screen.clock.last_input = now;
    if screen.state != LabState::Ready {
        screen.state = LabState::Starting;
        screen.step = begun.saturating_sub(1).min(steps.saturating_sub(1));
        // Where there is room for one thing only, a beginner reads first.
        if begun == 0 {
            screen.focus = Focus::Side;
        }
        effects.push(Effect::Enter {
            lab: name.to_owned(),
        });
    }
    model.place = Place::Lab(name.to_owned());
    model.leading = false;
    if model.size.columns >= 100
        && let Some(screen) = model.labs.get_mut(name)
    {
        screen.focus = Focus::Terminal;
    }
}

/// The learner leaves the lab's screen; the shell goes on.
pub(super) fn put_aside(model: &mut Model, name: &str, effects: &mut Vec<Effect>) {
    tell_time(model, name, effects);
    if let Some(screen) = model.labs.get_mut(name)
        && screen.state == LabState::Ready
    {
        effects.push(Effect::KeepScreen {
            lab: name.to_owned(),
            screen: screen.terminal.last_screen(),
        });
    }
}

/// Counts the time since the last key, unless the learner was away.
pub(super) fn count_time(model: &mut Model, effects: &mut Vec<Effect>) {
    let Place::Lab(name) = model.place.clone() else {
        return;
    };
    let now = model.now;
    let Some(screen) = model.labs.get_mut(&name) else {
        return;
    };
    let gap = now.saturating_sub(screen.clock.last_input);
    screen.clock.last_input = now;
    if gap < ABSENT_MS {
        screen.clock.untold += gap;
    }
    if screen.clock.untold >= PORTION_MS {
        tell_time(model, &name, effects);
    }
}

fn tell_time(model: &mut Model, name: &str, effects: &mut Vec<Effect>) {
    let Some(screen) = model.labs.get_mut(name) else {
        return;
    };
    let seconds = screen.clock.untold / 1000;
    screen.clock.untold %= 1000;
    if seconds > 0 {
        model.progress.lab_mut(name).seconds += seconds;
        effects.push(Effect::Spend {
            lab: name.to_owned(),
            seconds,
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
    let Some(screen) = model.labs.get_mut(name) else {
        return;
    };
    let lab = name.to_owned();
    match what {
        LabEvent::Entered(visit) => entered(model, name, *visit, effects),
        LabEvent::Unavailable(fault) => screen.state = LabState::Gone(fault),
        LabEvent::Lost => lost(model, name, effects),
        LabEvent::Changed => changed(screen, name, effects),
        LabEvent::Progressed => {
            effects.push(Effect::ReadProgress);
            if screen.judging.begin() {
                effects.push(Effect::Judge { lab });
            }
        }
        LabEvent::Judged(result) => {
            if screen.judging.end() {
                effects.push(Effect::Judge { lab });
            }
            goals::judged(model, name, *result, effects);
        }
        LabEvent::NotJudged(fault) => {
            screen.judging = Turn::Idle;
            screen.goals.fault = Some(fault);
        }
        LabEvent::Scene(scene) => {
            screen.scene = *scene;
            if screen.looking.end() {
                look(screen, name, effects);
            }
        }
        LabEvent::Journal(entries) => {
            screen.journal.0 = entries;
            screen.looking = Turn::Idle;
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
            screen.looking = Turn::Idle;
            notice(model, fault.message, Tone::Bad, effects);
        }
        LabEvent::Losses { back_to, loss } => {
            if model.overlay == Some(Overlay::AskingLosses) {
                model.overlay = Some(Overlay::ConfirmReset { lab, back_to, loss });
            }
        }
        LabEvent::WasReset { back_to } => was_reset(model, name, back_to, effects),
        LabEvent::Recording { file } => {
            let text = words::recording_into(model.language, file.as_str());
            screen.recording = Some(file);
            notice(model, text, Tone::Plain, effects);
        }
        LabEvent::RecordingEnded => {
            if let Some(file) = screen.recording.take() {
                let text = words::recording_kept(model.language, file.as_str());
                notice(model, text, Tone::Plain, effects);
            }
        }
    }
}

fn entered(model: &mut Model, name: &str, visit: Visit, effects: &mut Vec<Effect>) {
    let Some(screen) = model.labs.get_mut(name) else {
        return;
    };
    let lab = || name.to_owned();
    let again = screen.state != LabState::Starting;
    screen.state = LabState::Ready;
    if !visit.last_screen.is_empty() && !again {
        screen.terminal.restore(&visit.last_screen, model.language);
    }
    if screen.shell != ShellState::Running {
        screen.shell = ShellState::Running;
        effects.push(Effect::StartShell {
            lab: lab(),
            size: screen.terminal.size(),
        });
    }
    let step = screen.step + 1;
    effects.push(Effect::BeginStep { lab: lab(), step });
    changed(screen, name, effects);
    // Servers that went on are found where they were.
    if let Some(way_in) = visit.ports.into_iter().next() {
        notice(model, way_in, Tone::Plain, effects);
    }
}

fn lost(model: &mut Model, name: &str, effects: &mut Vec<Effect>) {
    let language = model.language;
    let Some(screen) = model.labs.get_mut(name) else {
        return;
    };
    effects.push(Effect::KeepScreen {
        lab: name.to_owned(),
        screen: screen.terminal.last_screen(),
    });
    // A reset ends the engine itself, and enters the lab again.
    if model.overlay != Some(Overlay::Resetting) {
        screen.state = LabState::Gone(Fault {
            message: words::lab_ended(language, name),
            hints: vec![words::lab_ended_hint(language)],
        });
    }
}

/// Something is different: goals are judged again, and what is in sight is
/// looked at again.
fn changed(screen: &mut LabScreen, name: &str, effects: &mut Vec<Effect>) {
    if screen.judging.begin() {
        effects.push(Effect::Judge {
            lab: name.to_owned(),
        });
    }
    if screen.side != Side::Lesson && screen.looking.begin() {
        look(screen, name, effects);
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

fn was_reset(
    model: &mut Model,
    name: &str,
    back_to: crate::event::BackTo,
    effects: &mut Vec<Effect>,
) {
    use crate::event::BackTo;
    let language = model.language;
    model.overlay = None;
    let Some(screen) = model.labs.get_mut(name) else {
        return;
    };
    let step = match back_to {
        BackTo::Beginning => 0,
        BackTo::Step(step) => step.saturating_sub(1),
    };
    screen.step = step;
    screen.lesson.scroll = 0;
    screen.lesson.command = None;
    // What is not met now was taken back on purpose: no alarm.
    screen.goals = crate::model::Goals::default();
    effects.push(Effect::ReadProgress);
    if back_to == BackTo::Beginning || screen.state != LabState::Ready {
        screen.state = LabState::Starting;
        effects.push(Effect::Enter {
            lab: name.to_owned(),
        });
    } else {
        changed(screen, name, effects);
    }
    let text = match back_to {
        BackTo::Beginning => words::lab_was_reset(language),
        BackTo::Step(step) => words::step_was_reset(language, step),
    };
    notice(model, text, Tone::Good, effects);
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
    }
}

pub(super) fn zoom(model: &mut Model, name: &str) {
    if let Some(screen) = model.labs.get_mut(name) {
        screen.zoomed = !screen.zoomed;
        screen.focus = Focus::Terminal;
    }
}

pub(super) fn scroll_back(model: &mut Model, name: &str) {
    if let Some(screen) = model.labs.get_mut(name) {
        screen.focus = Focus::Terminal;
        screen.terminal.scroll(Scroll::Page(1));
    }
}

/// Keys while the lesson has them.
pub(super) fn in_lesson(model: &mut Model, name: &str, action: Action, effects: &mut Vec<Effect>) {
    let height = side_height(model, name);
    let Some(screen) = model.labs.get_mut(name) else {
        return;
    };
    let pane = &mut screen.lesson;
    let last = pane.layout.lines.len().saturating_sub(height.max(1));
    match action {
        Action::Up => pane.scroll = pane.scroll.saturating_sub(1),
        Action::Down => pane.scroll = (pane.scroll + 1).min(last),
        Action::PageUp => pane.scroll = pane.scroll.saturating_sub(height),
        Action::PageDown => pane.scroll = (pane.scroll + height).min(last),
        Action::Top => pane.scroll = 0,
        Action::Bottom => pane.scroll = last,
        Action::NextCommand => choose_command(screen, 1, height),
        Action::PreviousCommand => choose_command(screen, -1, height),
        Action::Take => insert(model, name, effects),
        Action::NextStep => go_to_step(model, name, 1, effects),
        Action::PreviousStep => go_to_step(model, name, -1, effects),
        Action::Book => open_book(model, name, effects),
        Action::Help => model.overlay = Some(Overlay::Help { scroll: 0 }),
        Action::Back => back_to_terminal(model, name),
        _ => {}
    }
}

fn side_height(model: &Model, name: &str) -> usize {
    let Some(screen) = model.labs.get(name) else {
        return 1;
    };
    let places = layout::places(model, screen);
    let side = places.side.unwrap_or_default();
    usize::from(geometry::inside(side, places.framed).height)
}

/// The next command that is typed in the lab; others are for another shell.
fn choose_command(screen: &mut LabScreen, by: isize, height: usize) {
    let pane = &mut screen.lesson;
    let commands = &pane.layout.commands;
    let of_lab: Vec<usize> = (0..commands.len())
        .filter(|index| commands[*index].place == CommandPlace::Lab)
        .collect();
    let Some(last) = of_lab.len().checked_sub(1) else {
        return;
    };
    let now = pane
        .command
        .and_then(|now| of_lab.iter().position(|index| *index == now));
    let next = match now {
        None if by > 0 => 0,
        None => last,
        Some(now) => (now + of_lab.len()).saturating_add_signed(by) % of_lab.len(),
    };
    pane.command = Some(of_lab[next]);
    let rows = u16::try_from(height).unwrap_or(u16::MAX);
    pane.scroll = lesson::scroll_to_command(&pane.layout, of_lab[next], pane.scroll, rows);
}

/// Puts the chosen command at the shell's prompt. Never runs it.
fn insert(model: &mut Model, name: &str, effects: &mut Vec<Effect>) {
    let height = side_height(model, name);
    let Some(screen) = model.labs.get_mut(name) else {
        return;
    };
    let Some(chosen) = screen.lesson.command else {
        choose_command(screen, 1, height);
        return;
    };
    if screen.shell != ShellState::Running {
        return;
    }
    let Some(command) = screen.lesson.layout.commands.get(chosen) else {
        return;
    };
    let bytes = screen.terminal.insert(&command.text);
    screen.focus = Focus::Terminal;
    effects.push(Effect::Type {
        lab: name.to_owned(),
        bytes,
    });
}

/// The next or an earlier step of the lesson. The learner goes, nothing else does.
pub(super) fn go_to_step(model: &mut Model, name: &str, by: isize, effects: &mut Vec<Effect>) {
    let Some(steps) = model.course.lab(name).map(|lab| lab.file.steps.len()) else {
        return;
    };
    let Some(screen) = model.labs.get_mut(name) else {
        return;
    };
    let next = screen
        .step
        .saturating_add_signed(by)
        .min(steps.saturating_sub(1));
    if next == screen.step {
        return;
    }
    screen.step = next;
    screen.lesson.scroll = 0;
    screen.lesson.command = None;
    screen.side = Side::Lesson;
    if model.size.columns < 100 {
        screen.focus = Focus::Side;
    }
    model.progress.lab_mut(name).step = next + 1;
    effects.push(Effect::BeginStep {
        lab: name.to_owned(),
        step: next + 1,
    });
}

/// Keys of the view in sight; `false`: it has no use for this one.
pub(super) fn in_view(
    model: &mut Model,
    name: &str,
    key: &KeyEvent,
    effects: &mut Vec<Effect>,
) -> bool {
    let Some(screen) = model.labs.get_mut(name) else {
        return false;
    };
    match screen.side {
        Side::Lesson => false,
        Side::Map => screen.map.key(key, &screen.scene),
        Side::Layers => screen.layers.key(key, &screen.scene),
        Side::Journal => screen.journal.1.key(key, &screen.journal.0),
        Side::Xray => {
            let pressed = screen.xray.1.key(key, &screen.xray.0);
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

/// More help with the next open goal: first the hint made for a recognised
/// mistake, then the goal's own, one at a time. What was shown is recorded.
pub(super) fn hint(model: &mut Model, name: &str, effects: &mut Vec<Effect>) {
    let language = model.language;
    let Some(screen) = model.labs.get_mut(name) else {
        return;
    };
    let Some(check) = screen.goals.next().cloned() else {
        let text = match screen.goals.is_done() {
            true => words::all_goals_met(language),
            false => words::not_judged_yet(language),
        };
        notice(model, text, Tone::Plain, effects);
        return;
    };
    let shows_by_itself = shows_by_itself(screen, &check.id, check.miss.as_deref(), model.now);
    if check.hint.is_some() && !shows_by_itself && screen.goals.asked.insert(check.id.clone()) {
        return;
    }
    let steps = model
        .course
        .lab(name)
        .and_then(|lab| lab.grader.goal(&check.id))
        .map_or(0, |goal| goal.hints.len());
    let steps = u32::try_from(steps).unwrap_or(u32::MAX);
    let shown = model
        .progress
        .lab_mut(name)
        .hints
        .entry(check.id.clone())
        .or_default();
    if *shown >= steps {
        notice(model, words::no_more_hints(language), Tone::Plain, effects);
        return;
    }
    *shown += 1;
    let shown = *shown;
    effects.push(Effect::NoteHint {
        lab: name.to_owned(),
        goal: check.id,
        shown,
    });
}

/// Whether a recognised mistake has stood long enough for its hint.
#[must_use]
pub fn shows_by_itself(screen: &LabScreen, goal: &str, miss: Option<&str>, now: Moment) -> bool {
    let Some(miss) = miss else {
        return false;
    };
    let key = (goal.to_owned(), miss.to_owned());
    let since = screen.goals.missed_since.get(&key);
    since.is_some_and(|since| now >= since + goals::PATIENCE_MS)
}

pub(super) fn new_shell(model: &mut Model, name: &str, effects: &mut Vec<Effect>) {
    let Some(screen) = model.labs.get_mut(name) else {
        return;
    };
    if screen.state != LabState::Ready {
        screen.state = LabState::Starting;
        screen.shell = ShellState::None;
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
        None => Effect::Record { lab, size },
        Some(_) => Effect::EndRecording { lab },
    });
}

/// The page that the part of the lesson in sight links to first, else the
/// lab's own.
fn page_here(model: &Model, name: &str) -> Option<String> {
    model.course.lab(name)?;
    let pane = &model.labs.get(name)?.lesson;
    let linked = pane
        .layout
        .links
        .iter()
        .find_map(|link| match &link.target {
            Target::Book(link) => Some(link.to_string()),
            _ => None,
        });
    Some(linked.unwrap_or_else(|| format!("labs/{name}")))
}

/// The page of the book that goes with what is being read.
pub(super) fn open_book(model: &mut Model, name: &str, effects: &mut Vec<Effect>) {
    let page = page_here(model, name);
    if let Some(page) = page {
        effects.push(Effect::Book {
            page,
            language: model.language,
        });
    }
}

pub(super) fn mouse(model: &mut Model, mouse: MouseEvent, effects: &mut Vec<Effect>) {
    let Place::Lab(name) = model.place.clone() else {
        return;
    };
    if model.overlay.is_some() {
        return;
    }
    let Some(screen) = model.labs.get(&name) else {
        return;
    };
    let places = layout::places(model, screen);
    let at = ratatui::layout::Position::new(mouse.column, mouse.row);
    let now = model.now;
    let is_press = matches!(mouse.kind, MouseEventKind::Down(_));
    let held = screen.terminal.holds_mouse();
    if let Some(pane) = places.side.filter(|pane| pane.contains(at) && !held) {
        in_side(model, &name, mouse, pane.height);
        return;
    }
    let Some(pane) = places.terminal.filter(|pane| pane.contains(at) || held) else {
        return;
    };
    let inner = geometry::inside(pane, places.framed);
    let Some(screen) = model.labs.get_mut(&name) else {
        return;
    };
    if is_press {
        screen.focus = Focus::Terminal;
    }
    match screen.terminal.mouse(&mouse, inner, now) {
        MouseOutcome::ToProgram(bytes) => effects.push(Effect::Type { lab: name, bytes }),
        MouseOutcome::Copied(text) => {
            effects.push(Effect::Copy(text));
            notice(model, words::copied(model.language), Tone::Plain, effects);
        }
        MouseOutcome::Redraw | MouseOutcome::Nothing => {}
    }
}

fn in_side(model: &mut Model, name: &str, mouse: MouseEvent, height: u16) {
    let Some(screen) = model.labs.get_mut(name) else {
        return;
    };
    if matches!(mouse.kind, MouseEventKind::Down(_)) {
        screen.focus = Focus::Side;
    }
    let pane = &mut screen.lesson;
    let last = pane.layout.lines.len().saturating_sub(usize::from(height));
    match mouse.kind {
        MouseEventKind::ScrollUp => pane.scroll = pane.scroll.saturating_sub(3),
        MouseEventKind::ScrollDown => pane.scroll = (pane.scroll + 3).min(last),
        _ => {}
    }
}
