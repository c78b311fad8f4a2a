//! The terminal interface: lesson, terminal, live goals, and views through the
//! engine.
//!
//! Shape: everything that happens is an `Event`, in one channel;
//! `update(&mut Model, Event) -> Vec<Effect>` decides and does no I/O;
//! `view(&Model, &mut Frame)` draws and changes nothing; effects are carried
//! out in one place (`run`). Keys are named once (`keys`).
//!
//! Limits: this crate knows the Docker Engine API and the teaching domain, never
//! the engine: what only the binary can do (start a lab, reset it) it asks for
//! through a trait.

pub mod effect;
pub mod event;
pub mod geometry;
pub mod keys;
pub mod lesson;
pub mod model;
pub mod recording;
pub mod run;
pub mod scene;
pub mod terminal;
pub mod theme;
pub mod update;
pub mod view;
pub mod xray;

/// Plimsoll's own sentences: `texts/en.ftl` and `texts/fr.ftl`.
mod words {
    include!(concat!(env!("OUT_DIR"), "/words.rs"));
}
