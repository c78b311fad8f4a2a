//! A lesson's Markdown as blocks, and the blocks as lines of a given width.
//! Pure: no I/O, no state of the screen.
//!
//! [`Lesson::parse`] makes blocks of a text, [`Layout::new`] lines of the
//! blocks, [`plain`] a text that reads well aloud. Start with `block.rs`.
//!
//! Limits: a lesson may come from a stranger's course. Characters that steer a
//! terminal or hide from the eye are taken out, nesting and length are bounded,
//! and whatever the text, no line is wider than was asked for.

mod block;
mod clean;
mod code;
mod command;
mod inline;
mod layout;
mod parse;
mod plain;
mod rows;
mod table;
mod wrap;
mod writer;

pub use block::{Block, Code, Face, Item, Lesson, Part, Run, Spacing, Step, Table, Target};
pub use command::{Command, Place};
pub use layout::{Layout, PlacedCommand, PlacedLink};
pub use plain::plain;
