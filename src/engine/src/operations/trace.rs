//! One call while it is carried out.
//!
//! The trace belongs to the task that serves the call (a task-local), so that
//! whatever is called from there can note what it does without being handed
//! anything. What no client asked for (a restart by policy, a health check) has
//! no trace, and its notes go nowhere.
//!
//! A trace ends with its last holder: a pull goes on behind its reply and takes
//! the trace along ([`carry`]).

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::rc::Rc;
use std::time::{Duration, Instant};

use jiff::Timestamp;
use plimsoll_api::command_tag::{self, CommandTag};
use plimsoll_api::operation::{Facts, Line};

use super::calls;
use super::performance::Carried;
use crate::engine::Engine;
use crate::http::call::Call;

/// Lines of one operation that are kept.
const MOST_NOTES: usize = 64;

/// The longest text of a failure that is kept (characters).
const LONGEST_ERROR: usize = 1000;

tokio::task_local! {
    static CURRENT: Trace;
}

/// What a handler did.
#[derive(Debug)]
pub enum Note {
    /// One thing.
    Line {
        facts: Facts,
        took: Option<Duration>,
        failed: bool,
    },
    /// A plan.
    Plan(Box<Carried>),
    /// What is left of a plan that is too large to be kept.
    Told(Vec<Line>),
}

/// An operation that has ended.
#[derive(Debug)]
pub struct Ended {
    pub kind: &'static str,
    pub subject: String,
    pub began: Timestamp,
    pub took: Duration,
    pub notes: Vec<Note>,
    /// Notes that were not kept.
    pub more_notes: u64,
    pub error: String,
}

struct Draft {
    engine: Rc<Engine>,
    tag: Option<CommandTag>,
    kind: &'static str,
    subject: RefCell<String>,
    began: Timestamp,
    since: Instant,
    notes: RefCell<Vec<Note>>,
    more_notes: Cell<u64>,
    error: RefCell<String>,
}

impl Drop for Draft {
    fn drop(&mut self) {
        let ended = Ended {
            kind: self.kind,
            subject: self.subject.take(),
            began: self.began,
            took: self.since.elapsed(),
            notes: self.notes.take(),
            more_notes: self.more_notes.get(),
            error: self.error.take(),
        };
        if calls::only_if_refused(ended.kind) && ended.error.is_empty() {
            return;
        }
        self.engine.operations.record(ended, self.tag.take());
    }
}

/// A call under way.
#[derive(Clone)]
pub struct Trace(Rc<Draft>);

impl Trace {
    /// Begins with a call, if it is of a kind that is told.
    pub fn begin(engine: &Rc<Engine>, call: &Call) -> Option<Self> {
        let kind = calls::kind(call.method(), &call.segments())?;
        let header = call.head.headers.get(command_tag::HEADER);
        let tag = header.and_then(|value| CommandTag::read(value.as_bytes()));
        let quiet = header.is_some_and(|value| value == command_tag::NOBODY);
        if quiet || (calls::only_if_typed(kind) && tag.is_none()) {
            return None;
        }
        Some(Self(Rc::new(Draft {
            engine: engine.clone(),
            tag,
            kind,
            subject: RefCell::new(calls::subject(call, &engine.containers)),
            began: Timestamp::now(),
            since: Instant::now(),
            notes: RefCell::default(),
            more_notes: Cell::new(0),
            error: RefCell::default(),
        })))
    }

    fn note(&self, note: Note) {
        let mut notes = self.0.notes.borrow_mut();
        if notes.len() < MOST_NOTES {
            notes.push(note);
        } else {
            self.0.more_notes.set(self.0.more_notes.get() + 1);
        }
    }
}

/// What `work` notes is noted in `trace`.
pub async fn traced<F: Future>(trace: Option<Trace>, work: F) -> F::Output {
    match trace {
        Some(trace) => CURRENT.scope(trace, work).await,
        None => work.await,
    }
}

fn with_current(action: impl FnOnce(&Trace)) {
    // Outside a call there is nobody to tell.
    let _ = CURRENT.try_with(action);
}

/// Notes something that was done.
pub fn note(facts: Facts) {
    add(Note::Line {
        facts,
        took: None,
        failed: false,
    });
}

/// Notes something that was done, and how long it took.
pub fn note_timed(facts: Facts, took: Duration) {
    add(Note::Line {
        facts,
        took: Some(took),
        failed: false,
    });
}

/// Notes what could not be done.
pub fn note_failed(facts: Facts) {
    add(Note::Line {
        facts,
        took: None,
        failed: true,
    });
}

pub(super) fn add(note: Note) {
    with_current(|trace| trace.note(note));
}

/// Names what the call is about, once that is known.
pub fn subject(name: &str) {
    with_current(|trace| name.clone_into(&mut trace.0.subject.borrow_mut()));
}

/// The call is refused, or broke off.
pub fn refuse(why: &str) {
    with_current(|trace| {
        let why = plimsoll_api::operation::plain(why, LONGEST_ERROR);
        *trace.0.error.borrow_mut() = why;
    });
}

/// `work` that goes on in a task of its own belongs to the present call.
pub fn carry<F: Future>(work: F) -> impl Future<Output = F::Output> {
    traced(CURRENT.try_with(Clone::clone).ok(), work)
}
