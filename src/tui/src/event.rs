//! Everything that can happen, as data: one enum, one channel. What is data can
//! be written down and played again.

use std::collections::BTreeMap;

use crossterm::event::{KeyEvent, MouseEvent};
use plimsoll_lab::progress::Progress;
use plimsoll_lab::result::ResultRecord;
use plimsoll_text::Text;
use serde::{Deserialize, Serialize};

use crate::scene::Scene;
use crate::scene::journal::Entry;
use crate::terminal::shell::{Ending, Output};
use crate::theme::Palette;
use crate::xray::Command;

/// Milliseconds since 1970-01-01T00:00:00Z, by a clock that is not set while this
/// process lives: [`What::ClockSet`] says when the wall clock is another.
pub type Moment = u64;

/// Something that happened, and when.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Event {
    pub at: Moment,
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum What {
    Input(Input),
    /// The learner's shell in a lab.
    Shell {
        lab: String,
        what: ShellEvent,
    },
    /// A lab's engine, and what was found out about the lab.
    Lab {
        lab: String,
        what: LabEvent,
    },
    /// What the learner has reached, read anew.
    Progress(Box<Progress>),
    /// Containers that run, by lab.
    Running(BTreeMap<String, usize>),
    /// What `plimsoll doctor` found, in a word and a few.
    Doctor(Health),
    /// All of it.
    Findings(Vec<Finding>),
    /// Where the page of the book is that was asked for.
    Book {
        lines: Vec<String>,
    },
    /// The moment that [`crate::effect::Effect::Wake`] asked for has come.
    Wake,
    /// The wall clock was set: it is so many milliseconds ahead of the moments of events.
    ClockSet {
        ahead: i64,
    },
    /// Something the learner asked for could not be done.
    Failed(Fault),
    /// The terminal has said, a while after it was asked, what its background is like.
    Background(Palette),
    /// This process was stopped and goes on (SIGCONT): the terminal may have
    /// been another's meanwhile.
    Resumed,
    /// This process is told to end (SIGTERM, SIGHUP, SIGINT, SIGQUIT).
    Terminate,
}

/// What the learner did.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum Input {
    Key(KeyEvent),
    Mouse(MouseEvent),
    Paste(String),
    /// Columns and rows.
    Resize(u16, u16),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum ShellEvent {
    Output(Output),
    Ended(Ending),
    Failed(Fault),
}

#[derive(Debug, Clone, Serialize, Deserialize)]
pub enum LabEvent {
    /// The engine answers and the lab's files lie there.
    Entered(Box<Visit>),
    /// The lab could not be started.
    Unavailable(Fault),
    /// The engine did something, or a file of the learner's changed.
    Changed,
    /// The file of progress changed: an answer was given elsewhere.
    Progressed,
    Judged(Box<ResultRecord>),
    /// It could not be judged.
    NotJudged(Fault),
    Scene(Box<Scene>),
    Journal(Vec<Entry>),
    /// What was done for a command that is new or has grown.
    Operations(Box<Command>),
    /// This engine does not say what it does.
    NotTold,
    /// A look for one of the views failed.
    NotSeen(Fault),
    /// The engine's events have ended: the engine is gone.
    Lost,
    /// What has become of a lab whose engine is gone, each time that it is news.
    Elsewhere(Whereabouts),
    /// What a reset would take away.
    Losses {
        back_to: BackTo,
        loss: Text,
    },
    WasReset {
        back_to: BackTo,
        /// What is not as it was, and why.
        left: Vec<Text>,
    },
    /// The lab could not be brought back.
    NotReset(Fault),
    /// The recording begun, in this file.
    Recording {
        file: String,
    },
    /// The recording ended.
    RecordingEnded,
}

/// What is known of a lab when it is entered.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Visit {
    /// The last screen of the last visit.
    pub last_screen: Vec<u8>,
    /// Lines that say where published ports are found outside.
    pub ports: Vec<String>,
    /// The learner's folder.
    pub work: String,
    /// What tells this lab from one that was begun anew; empty: not known.
    pub born: String,
}

/// What others have done with a lab: `plimsoll stop` or `reset` in another
/// terminal, or a second interface.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whereabouts {
    /// It is not the lab that it was: all in it was taken away.
    pub reset: bool,
    /// An engine of it answers.
    pub alive: bool,
}

/// Where a reset leads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum BackTo {
    /// The lab as it was before anything was done.
    Beginning,
    /// The beginning of a step, counted from 1.
    Step(usize),
}

/// What the machine allows, in one word and a few.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Health {
    Fine,
    /// Everything works, some things with less than usual.
    Limited(String),
    /// Labs cannot run.
    Blocked(String),
}

/// A line of `plimsoll doctor --json`, and what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    pub status: Grade,
    pub subject: String,
    pub found: String,
    /// What it means for labs.
    #[serde(default)]
    pub meaning: Vec<String>,
    /// Exact commands or file contents that mend it.
    #[serde(default)]
    pub mend: Vec<String>,
}

/// How good a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Grade {
    Fine,
    Limited,
    Broken,
}

/// Why something could not be done: what, and the next action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    pub message: String,
    pub hints: Vec<String>,
}
