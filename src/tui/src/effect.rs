//! What has to be done outside: decided by `update`, carried out in `run`.

use plimsoll_text::Language;

use crate::event::{BackTo, Moment};

/// Something to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Effect {
    /// Leave the interface; labs go on.
    Quit,
    /// Send [`crate::event::What::Wake`] then.
    Wake(Moment),
    /// Start the lab where needed and watch it.
    Enter {
        lab: String,
    },
    /// Hear what becomes of a lab whose engine is gone, until one answers again.
    Await {
        lab: String,
        /// As [`crate::event::Visit::born`] said of it.
        born: String,
    },
    /// Sizes are rows and columns.
    StartShell {
        lab: String,
        size: (u16, u16),
    },
    ResizeShell {
        lab: String,
        size: (u16, u16),
    },
    /// Bytes for the shell's terminal, as typed.
    Type {
        lab: String,
        bytes: Vec<u8>,
    },
    Judge {
        lab: String,
    },
    Look {
        lab: String,
        deep: Depth,
    },
    ReadJournal {
        lab: String,
    },
    Answer {
        lab: String,
        question: String,
        value: String,
    },
    /// One more hint of this goal was shown.
    NoteHint {
        lab: String,
        goal: String,
        shown: u32,
    },
    /// The reference solution was shown.
    NoteSolution {
        lab: String,
    },
    /// The learner came from one step, 0 on their first visit, to another,
    /// counted from 1: its snapshot is made where it has none.
    BeginStep {
        lab: String,
        from: usize,
        step: usize,
    },
    /// The learner is at this step, counted from 1.
    NoteStep {
        lab: String,
        step: usize,
    },
    /// The learner was at the lab from one moment to another.
    Spend {
        lab: String,
        from: Moment,
        to: Moment,
    },
    AskLosses {
        lab: String,
        back_to: BackTo,
    },
    Reset {
        lab: String,
        back_to: BackTo,
    },
    /// What the terminal shows, for the next visit.
    KeepScreen {
        lab: String,
        screen: Vec<u8>,
    },
    /// To the clipboard of the learner's terminal (OSC 52).
    Copy(String),
    Record {
        lab: String,
        size: (u16, u16),
        /// Output that paints what the terminal shows now.
        screen: Vec<u8>,
    },
    EndRecording {
        lab: String,
    },
    /// A goal was met, or is no longer.
    Mark {
        lab: String,
        label: String,
    },
    Doctor,
    Book {
        page: String,
        language: Language,
    },
    ReadProgress,
    /// What is said from now on is said in this language.
    Speak(Language),
    /// Count what runs in the labs whose engines are alive.
    CountRunning,
}

/// How much of a lab a view needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    Map,
    Layers,
}
