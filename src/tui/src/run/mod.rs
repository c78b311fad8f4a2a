//! Carrying it out: the screen, the channel of events, and the effects.

mod background;
mod clock;
mod ledger;
mod outside;
mod perform;
mod record;
mod screen;
mod seat;
mod watch;

use std::error::Error;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, TryRecvError};
use std::thread;
use std::time::{Duration, Instant};

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use plimsoll_text::spoken;
use signal_hook::consts::{SIGCONT, SIGHUP, SIGINT, SIGQUIT, SIGTERM};
use signal_hook::iterator::Signals;

pub use clock::now;
pub use outside::Outside;
pub use record::{Played, ReplayError, replay};
pub use watch::{Watched, engine as watch_engine, files_for_ever as watch_files};

use self::background::{Heard, Late, Passed};
use self::perform::Performer;
use self::record::EventLog;
use self::screen::Screen;
use crate::effect::Effect;
use crate::event::{Event, Fault, Input, LabEvent, What};
use crate::model::{Model, Setting};
use crate::update::{open, update};
use crate::view::view;
use crate::words;

/// Least time between two drawings while output streams in. A key after a
/// pause is drawn at once.
const FRAME: Duration = Duration::from_millis(8);

/// Why the interface could not be shown.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    #[error("{}", words::run_no_terminal(spoken()))]
    Terminal(#[source] io::Error),
    #[error("{}", words::run_no_record(spoken(), path.as_str()))]
    Record { path: String, source: io::Error },
}

/// How to begin.
#[derive(Debug, Default)]
pub struct Options {
    /// The lab to open at once.
    pub lab: Option<String>,
    /// Where to write every event.
    pub record: Option<std::path::PathBuf>,
    pub colours: Colours,
}

/// Whether the theme is a guess.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Colours {
    #[default]
    Known,
    /// The terminal is asked what its background is like.
    Asked,
}

/// Shows the interface until the learner leaves it.
///
/// # Errors
/// The terminal cannot be taken over or drawn on.
pub fn run(
    mut setting: Setting,
    outside: Arc<dyn Outside>,
    options: Options,
) -> Result<(), RunError> {
    let (events, happened) = mpsc::channel();
    if let Ok((columns, rows)) = crossterm::terminal::size() {
        setting.size = crate::geometry::Size::told(columns, rows);
    }
    listen_to_signals(&events);
    let mut screen = Screen::take(setting.size.area()).map_err(RunError::Terminal)?;
    let mut heard = Heard::default();
    if options.colours == Colours::Asked {
        let asked = background::ask(io::stdin(), io::stdout(), background::PATIENCE);
        heard = asked.map_err(RunError::Terminal)?;
        setting.theme.palette = heard.palette.unwrap_or(setting.theme.palette);
    }
    let mut log = EventLog::begin(options.record.as_deref(), &setting)?;
    let mut model = Model::new(setting);
    listen(&events, heard);
    listen_to_terminal(&events);
    let mut performer = Performer::new(outside, events, model.language);
    let mut first = vec![Effect::Doctor, Effect::CountRunning];
    if let Some(lab) = &options.lab {
        open(&mut model, lab, &mut first);
        log.opened(lab)?;
    }
    let mut ready = VecEffects(first);
    let mut drawn = Drawn::default();
    loop {
        for effect in ready.0.drain(..) {
            performer.perform(effect);
        }
        if let Some(text) = performer.clipboard.take() {
            screen.copy(&text);
        }
        if performer.quit {
            performer.settle();
            return Ok(());
        }
        let event = match due(&mut performer).map_or_else(|| happened.try_recv(), Ok) {
            Ok(event) if !drawn.is_late() => event,
            Ok(event) => {
                drawn.draw(&mut screen, &model)?;
                event
            }
            Err(TryRecvError::Empty) => {
                wait(&happened, &mut drawn, &mut screen, &model, &mut performer)?
            }
            Err(TryRecvError::Disconnected) => return Ok(()),
        };
        if let Err(error) = log.write(&event) {
            performer.failed(fault(&error));
        }
        performer.note(&event);
        if matches!(event.what, What::Resumed) {
            screen.retake().map_err(RunError::Terminal)?;
        }
        let entered = entered(&event).map(str::to_owned);
        ready.0 = update(&mut model, event);
        if let Some(lab) = entered {
            performer.entered(&lab);
        }
        drawn.dirty = true;
    }
}

struct VecEffects(Vec<Effect>);

/// What of the model is on the screen.
struct Drawn {
    dirty: bool,
    last: Instant,
}

impl Default for Drawn {
    fn default() -> Drawn {
        let long_ago = Instant::now().checked_sub(FRAME);
        Drawn {
            dirty: true,
            last: long_ago.unwrap_or_else(Instant::now),
        }
    }
}

impl Drawn {
    /// Events come without a pause, and the screen has stood still.
    fn is_late(&self) -> bool {
        self.dirty && self.last.elapsed() >= 2 * FRAME
    }

    fn draw(&mut self, screen: &mut Screen, model: &Model) -> Result<(), RunError> {
        let drawn = screen.draw(model.size.area(), |frame| view(model, frame));
        drawn.map_err(RunError::Terminal)?;
        self.dirty = false;
        self.last = Instant::now();
        Ok(())
    }
}

/// The wake that was asked for, when its moment has come, or that the clock was set:
/// also while events come without a pause.
fn due(performer: &mut Performer) -> Option<Event> {
    if let Some(news) = performer.clock.news() {
        return Some(news);
    }
    let at = now();
    performer.wakes.first().filter(|wake| **wake <= at)?;
    performer.wakes.retain(|wake| *wake > at);
    let what = What::Wake;
    Some(Event { at, what })
}

/// Nothing is to be done: what is dirty is drawn, and the next event waited for.
fn wait(
    happened: &Receiver<Event>,
    drawn: &mut Drawn,
    screen: &mut Screen,
    model: &Model,
    performer: &mut Performer,
) -> Result<Event, RunError> {
    loop {
        let rest = FRAME.saturating_sub(drawn.last.elapsed());
        if drawn.dirty && rest.is_zero() {
            drawn.draw(screen, model)?;
        }
        if let Some(event) = due(performer) {
            return Ok(event);
        }
        let now = now();
        let until_wake = performer
            .wakes
            .first()
            .map(|at| Duration::from_millis(at.saturating_sub(now)));
        let limit = match (drawn.dirty, until_wake) {
            (true, _) => rest,
            (false, Some(left)) => left,
            (false, None) => Duration::from_secs(3600),
        };
        match happened.recv_timeout(limit) {
            Ok(event) => return Ok(event),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => {
                return Ok(Event {
                    at: now,
                    what: What::Terminate,
                });
            }
        }
    }
}

fn entered(event: &Event) -> Option<&str> {
    match &event.what {
        What::Lab {
            lab,
            what: LabEvent::Entered(_),
        } => Some(lab),
        _ => None,
    }
}

/// Keys, mouse and size become events; first what was typed before.
fn listen(events: &Sender<Event>, heard: Heard) {
    let sender = events.clone();
    thread::spawn(move || {
        let tell = |what| sender.send(Event { at: now(), what }).is_ok();
        let mut late = heard.late;
        for key in heard.typed {
            if !tell(What::Input(Input::Key(key))) {
                return;
            }
        }
        while let Ok(passed) = next_input(&mut late) {
            let background = passed.palette.map(What::Background);
            let inputs = passed.events.into_iter().filter_map(input);
            for what in inputs.map(What::Input).chain(background) {
                if !tell(what) {
                    return;
                }
            }
        }
        // The terminal is gone.
        let _ = tell(What::Terminate);
    });
}

/// Waits for what the terminal tells next, and for what belongs to it.
fn next_input(late: &mut Late) -> io::Result<Passed> {
    use crossterm::event;
    if late.holds() && !event::poll(background::PAUSE)? {
        return Ok(late.release());
    }
    Ok(late.pass(event::read()?))
}

fn input(told: crossterm::event::Event) -> Option<Input> {
    use crossterm::event::Event as Told;
    Some(match told {
        Told::Key(key) => Input::Key(key),
        Told::Mouse(mouse) => Input::Mouse(mouse),
        Told::Paste(text) => Input::Paste(text),
        Told::Resize(columns, rows) => Input::Resize(columns, rows),
        Told::FocusGained | Told::FocusLost => return None,
    })
}

/// A terminal that goes away tells it by a signal, but only to some: where the
/// interface was begun by `su`, or the terminal's own program was killed, nobody
/// sends one, and reading keys would go on and on about nothing.
fn listen_to_terminal(events: &Sender<Event>) {
    let events = events.clone();
    thread::spawn(move || {
        wait_until_gone(io::stdin().as_fd());
        let what = What::Terminate;
        let _ = events.send(Event { at: now(), what });
    });
}

/// Returns when nobody is at the other end of a terminal any more.
fn wait_until_gone(terminal: BorrowedFd<'_>) {
    // That it hung up is told without being asked for: poll(2).
    let mut ends = [PollFd::new(terminal, PollFlags::empty())];
    while !matches!(poll(&mut ends, PollTimeout::NONE), Ok(1..)) {}
}

/// From before the terminal is taken until it is given back, no signal that asks
/// this process to end leaves it raw.
fn listen_to_signals(events: &Sender<Event>) {
    let events = events.clone();
    let Ok(mut signals) = Signals::new([SIGTERM, SIGHUP, SIGINT, SIGQUIT, SIGCONT]) else {
        return;
    };
    thread::spawn(move || {
        for signal in signals.forever() {
            let what = match signal {
                SIGCONT => What::Resumed,
                _ => What::Terminate,
            };
            let _ = events.send(Event { at: now(), what });
        }
    });
}

/// A message of its own, for a dialog.
pub(crate) fn said(message: String) -> Fault {
    let hints = Vec::new();
    Fault { message, hints }
}

/// An error in words for a dialog.
pub(crate) fn fault(error: &dyn Error) -> Fault {
    let mut message = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        let text = cause.to_string();
        if !message.contains(&text) {
            message = format!("{message}: {text}");
        }
        next = cause.source();
    }
    said(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_terminal_that_went_away_is_noticed() {
        let pair = nix::pty::openpty(None, None).expect("a terminal");
        let (gone, noticed) = mpsc::channel();
        let watcher = thread::spawn(move || {
            wait_until_gone(pair.slave.as_fd());
            gone.send(()).expect("somebody listens");
        });
        // What is typed is not the end.
        nix::unistd::write(&pair.master, b"x\n").expect("written");
        let early = noticed.recv_timeout(Duration::from_millis(50));
        assert_eq!(early, Err(RecvTimeoutError::Timeout));
        drop(pair.master);
        let patience = Duration::from_secs(20);
        noticed.recv_timeout(patience).expect("noticed");
        watcher.join().expect("no panic");
    }
}
