//! What the learner decided, written down in the order in which they decided it.
//!
//! One thread writes: two quick answers cannot overtake each other, nothing that
//! is typed waits for a slow disk, and whoever leaves waits until all is written
//! (for a while: a disk that hangs holds nobody back).

use std::sync::Arc;
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use super::{Outside, now};
use crate::effect::Effect;
use crate::event::{Event, Fault, LabEvent, What};

enum Order {
    Write(Effect),
    /// Say when everything before is written.
    Settle(Sender<()>),
}

/// The way to the thread that writes.
pub struct Ledger {
    orders: Sender<Order>,
}

impl Ledger {
    /// Starts the thread; it ends with the last ledger.
    pub fn open(outside: Arc<dyn Outside>, events: Sender<Event>) -> Ledger {
        let (orders, ordered) = mpsc::channel();
        thread::spawn(move || keep(outside.as_ref(), &ordered, &events));
        Ledger { orders }
    }

    /// Has an effect carried out after those before it: [`is_kept`].
    pub fn write(&self, effect: Effect) {
        // The thread lives as long as this sender.
        let _ = self.orders.send(Order::Write(effect));
    }

    /// Waits until everything up to now is written, for `limit` at most.
    pub fn settle(&self, limit: Duration) {
        let (tell, settled) = mpsc::channel();
        let _ = self.orders.send(Order::Settle(tell));
        let _ = settled.recv_timeout(limit);
    }
}

/// Whether an effect is written, or read, here.
pub fn is_kept(effect: &Effect) -> bool {
    matches!(
        effect,
        Effect::Answer { .. }
            | Effect::NoteHint { .. }
            | Effect::NoteSolution { .. }
            | Effect::NoteStep { .. }
            | Effect::Spend { .. }
            | Effect::KeepScreen { .. }
            | Effect::ReadProgress
    )
}

fn keep(outside: &dyn Outside, orders: &Receiver<Order>, events: &Sender<Event>) {
    let tell = |what| {
        // Nobody listens any more: the interface has ended.
        let _ = events.send(Event { at: now(), what });
    };
    for order in orders {
        match order {
            Order::Write(effect) => {
                if let Err(fault) = write(outside, effect, &tell) {
                    tell(What::Failed(fault));
                }
            }
            Order::Settle(settled) => drop(settled.send(())),
        }
    }
}

fn write(outside: &dyn Outside, effect: Effect, tell: &dyn Fn(What)) -> Result<(), Fault> {
    match effect {
        Effect::Answer {
            lab,
            question,
            value,
        } => {
            outside.change(&lab, &|progress| {
                progress.answers.insert(question.clone(), value.clone());
            })?;
            let what = LabEvent::Changed;
            tell(What::Lab { lab, what });
        }
        Effect::NoteHint { lab, goal, shown } => outside.change(&lab, &|progress| {
            let noted = progress.hints.entry(goal.clone()).or_default();
            *noted = shown.max(*noted);
        })?,
        Effect::NoteSolution { lab } => {
            outside.change(&lab, &|progress| progress.solution_shown = true)?;
        }
        Effect::NoteStep { lab, step } => {
            outside.change(&lab, &|progress| progress.step = step)?;
        }
        Effect::Spend { lab, from, to } => {
            outside.change(&lab, &|progress| progress.spend(from, to))?;
        }
        Effect::KeepScreen { lab, screen } => outside.keep_screen(&lab, &screen),
        Effect::Speak(language) => outside.speak(language)?,
        Effect::ReadProgress => tell(What::Progress(Box::new(outside.progress()?))),
        // Nothing else is kept.
        _ => {}
    }
    Ok(())
}
