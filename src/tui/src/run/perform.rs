//! The one place where effects are carried out.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;
use std::sync::mpsc::Sender;
use std::thread;
use std::time::Duration;

use plimsoll_api::client::Client;
use plimsoll_text::Language;

use super::clock::WallClock;
use super::ledger::{self, Ledger};
use super::seat::{Seat, teller};
use super::{Outside, fault, now, watch};
use crate::effect::{Depth, Effect};
use crate::event::{Event, Fault, LabEvent, Moment, ShellEvent, What};
use crate::recording::{About, Recorder, RecordingError};
use crate::scene::{self, Detail};

/// How long leaving waits for a slow disk.
const LEAVING: Duration = Duration::from_secs(3);

/// Everything that effects act on.
pub struct Performer {
    outside: Arc<dyn Outside>,
    events: Sender<Event>,
    seats: HashMap<String, Seat>,
    pub clock: WallClock,
    /// The moments at which the model wants to be woken.
    pub wakes: BTreeSet<Moment>,
    /// What is to be copied to the learner's clipboard.
    pub clipboard: Option<String>,
    pub quit: bool,
    language: Language,
    ledger: Ledger,
}

impl Performer {
    pub fn new(outside: Arc<dyn Outside>, events: Sender<Event>, language: Language) -> Performer {
        Performer {
            ledger: Ledger::open(outside.clone(), events.clone()),
            outside,
            events,
            seats: HashMap::new(),
            clock: WallClock::default(),
            wakes: BTreeSet::new(),
            clipboard: None,
            quit: false,
            language,
        }
    }

    /// What the recordings have to know of an event.
    pub fn note(&mut self, event: &Event) {
        match &event.what {
            What::Shell { lab, what } => match what {
                ShellEvent::Output(output) => {
                    self.recorded(lab, event.at, |recorder, at| recorder.output(at, output))
                }
                ShellEvent::Ended(ending) => {
                    self.recorded(lab, event.at, |recorder, at| {
                        recorder.exit(at, ending.code())
                    });
                    // Nothing comes after the end: another shell is another recording.
                    let seat = self.seats.get_mut(lab);
                    if seat.is_some_and(|seat| seat.recorder.take().is_some()) {
                        teller(lab, &self.events)(LabEvent::RecordingEnded);
                    }
                }
                ShellEvent::Failed(_) => {}
            },
            What::Lab {
                lab,
                what: LabEvent::Lost,
            } => {
                if let Some(seat) = self.seats.get_mut(lab) {
                    seat.lost();
                }
            }
            _ => {}
        }
    }

    /// Carries one out. What takes a while is done by a thread, which tells
    /// how it went as an event.
    pub fn perform(&mut self, effect: Effect) {
        match effect {
            Effect::Quit => self.quit = true,
            Effect::Wake(at) => drop(self.wakes.insert(at)),
            Effect::Copy(text) => self.clipboard = Some(text),
            Effect::Type { lab, bytes } => {
                let shell = self.seats.get(&lab).and_then(|seat| seat.shell.as_ref());
                // A full queue refuses keys, as a terminal's does; an ended
                // shell has told so itself.
                let _ = shell.map(|shell| shell.write(&bytes));
            }
            Effect::ResizeShell { lab, size } => self.resize(&lab, size),
            Effect::StartShell { lab, size } => {
                let (outside, events) = (self.outside.clone(), self.events.clone());
                let language = self.language;
                let seat = self.seats.entry(lab.clone()).or_default();
                seat.start_shell(&lab, size, language, &outside, &events);
            }
            Effect::Enter { lab } => self.enter(lab),
            Effect::Record { lab, size, screen } => self.record(&lab, size, &screen),
            Effect::EndRecording { lab } => self.end_recording(&lab),
            Effect::Mark { lab, label } => {
                self.recorded(&lab, now(), |recorder, at| recorder.marker(at, &label));
            }
            Effect::Speak(language) => {
                self.language = language;
                self.ledger.write(Effect::Speak(language));
            }
            kept if ledger::is_kept(&kept) => self.ledger.write(kept),
            slow => self.aside(slow),
        }
    }

    /// Whoever leaves waits for what they decided to be written.
    pub fn settle(&self) {
        self.ledger.settle(LEAVING);
    }

    fn resize(&mut self, lab: &str, size: (u16, u16)) {
        if let Some(shell) = self.seats.get(lab).and_then(|seat| seat.shell.as_ref()) {
            shell.resize(size.0, size.1);
        }
        self.recorded(lab, now(), |recorder, at| {
            recorder.resize(at, size.0, size.1)
        });
    }

    /// Writes to the lab's recording, if there is one. One that cannot be
    /// written ends, and says so.
    fn recorded(
        &mut self,
        lab: &str,
        at: Moment,
        write: impl FnOnce(&mut Recorder, Moment) -> Result<(), RecordingError>,
    ) {
        let Some(seat) = self.seats.get_mut(lab) else {
            return;
        };
        let Some(recorder) = &mut seat.recorder else {
            return;
        };
        if let Err(error) = write(recorder, at) {
            seat.recorder = None;
            self.failed(fault(&error));
            teller(lab, &self.events)(LabEvent::RecordingEnded);
        }
    }

    /// Starts the lab; once it answers it is watched, and then said to be there.
    fn enter(&mut self, lab: String) {
        let (outside, events) = (self.outside.clone(), self.events.clone());
        self.seats.entry(lab.clone()).or_default();
        thread::spawn(move || {
            let tell = teller(&lab, &events);
            match outside.enter(&lab) {
                Ok(visit) => tell(LabEvent::Entered(Box::new(visit))),
                Err(fault) => tell(LabEvent::Unavailable(fault)),
            }
        });
    }

    /// Called when a lab is there: from now on nothing that happens is missed.
    pub fn entered(&mut self, lab: &str) {
        let (outside, events) = (self.outside.clone(), self.events.clone());
        let seat = self.seats.entry(lab.to_owned()).or_default();
        seat.watch(lab, &outside, &events);
    }

    fn record(&mut self, lab: &str, size: (u16, u16), screen: &[u8]) {
        let about = About {
            rows: size.0,
            columns: size.1,
            started: now(),
            title: lab.to_owned(),
            language: self.language,
        };
        let made = self.outside.recording(lab).and_then(|path| {
            let made = Recorder::create(&path, &about);
            made.and_then(|mut recorder| {
                recorder.output(about.started, screen)?;
                Ok((recorder, path))
            })
            .map_err(|error| fault(&error))
        });
        match made {
            Ok((recorder, path)) => {
                let file = path.display().to_string();
                let seat = self.seats.entry(lab.to_owned()).or_default();
                seat.recorder = Some(recorder);
                teller(lab, &self.events)(LabEvent::Recording { file });
            }
            Err(fault) => self.failed(fault),
        }
    }

    fn end_recording(&mut self, lab: &str) {
        if let Some(seat) = self.seats.get_mut(lab) {
            seat.recorder = None;
        }
        teller(lab, &self.events)(LabEvent::RecordingEnded);
    }

    pub fn failed(&self, fault: Fault) {
        let what = What::Failed(fault);
        // Nobody listens any more: the interface has ended.
        let _ = self.events.send(Event { at: now(), what });
    }

    /// In a thread of its own.
    fn aside(&self, effect: Effect) {
        let (outside, events) = (self.outside.clone(), self.events.clone());
        thread::spawn(move || {
            let tell = |what| {
                // Nobody listens any more: the interface has ended.
                let _ = events.send(Event { at: now(), what });
            };
            if let Err(fault) = slowly(outside.as_ref(), effect, &tell) {
                tell(What::Failed(fault));
            }
        });
    }
}

fn slowly(outside: &dyn Outside, effect: Effect, tell: &dyn Fn(What)) -> Result<(), Fault> {
    let of_lab = |lab: String, what: LabEvent| tell(What::Lab { lab, what });
    match effect {
        Effect::Judge { lab } => {
            let judged = match outside.judge(&lab) {
                Ok(result) => LabEvent::Judged(Box::new(result)),
                Err(fault) => LabEvent::NotJudged(fault),
            };
            of_lab(lab, judged);
        }
        Effect::Look { .. } | Effect::ReadJournal { .. } => {
            let (lab, seen) = look(outside, effect);
            of_lab(lab, seen.unwrap_or_else(LabEvent::NotSeen));
        }
        Effect::BeginStep { lab, from, step } => outside.begin_step(&lab, from, step)?,
        Effect::AskLosses { lab, back_to } => {
            let loss = outside.losses(&lab, back_to)?;
            of_lab(lab, LabEvent::Losses { back_to, loss });
        }
        Effect::Reset { lab, back_to } => {
            let what = match outside.reset(&lab, back_to) {
                Ok(left) => LabEvent::WasReset { back_to, left },
                Err(fault) => LabEvent::NotReset(fault),
            };
            of_lab(lab, what);
        }
        Effect::Doctor => {
            let (health, findings) = outside.doctor();
            tell(What::Doctor(health));
            tell(What::Findings(findings));
        }
        Effect::Book { page, language } => {
            let lines = outside.book(&page, language)?;
            tell(What::Book { lines });
        }
        Effect::CountRunning => tell(What::Running(outside.running())),
        Effect::Await { lab, born } => {
            let mut told = None;
            watch::until(&outside.signs(&lab), || {
                let now = outside.whereabouts(&lab, &born);
                if told != Some(now) {
                    told = Some(now);
                    of_lab(lab.clone(), LabEvent::Elsewhere(now));
                }
                now.alive
            });
        }
        // The rest is quick and was done where it was decided.
        _ => {}
    }
    Ok(())
}

fn look(outside: &dyn Outside, effect: Effect) -> (String, Result<LabEvent, Fault>) {
    let lab = match &effect {
        Effect::Look { lab, .. } | Effect::ReadJournal { lab } => lab.clone(),
        _ => String::new(),
    };
    let seen = outside.endpoint(&lab).and_then(|endpoint| {
        let client = Client::new(endpoint).with_timeout(PATIENCE);
        match effect {
            Effect::Look { deep, .. } => {
                let detail = match deep {
                    Depth::Map => Detail::Map,
                    Depth::Layers => Detail::Layers,
                };
                let mut scene = scene::look(&client, detail).map_err(|error| fault(&error))?;
                scene.folder = Some(outside.work(&lab).display().to_string());
                Ok(LabEvent::Scene(Box::new(scene)))
            }
            Effect::ReadJournal { .. } => {
                let entries = scene::journal::read(&client, 0).map_err(|error| fault(&error))?;
                Ok(LabEvent::Journal(entries))
            }
            _ => Ok(LabEvent::Changed),
        }
    });
    (lab, seen)
}

/// A look at the engine takes milliseconds; one that hangs is given up.
const PATIENCE: Duration = Duration::from_secs(15);
