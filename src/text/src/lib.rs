//! Texts that a learner sees, in every language that Plimsoll speaks.
//!
//! Two kinds: a [`Text`] carries both languages as data (lab and grader files,
//! result records), a *message* is Plimsoll's own sentence, written in Fluent
//! in `texts/en.ftl` and `texts/fr.ftl` of the crate that says it. That crate's
//! build script calls [`build::messages`], which refuses a message that one
//! language lacks and writes one function for each; a message that nobody says
//! is then an unused function, which the compiler refuses.
//!
//! An error's `Display` speaks the language of its process, see [`speak`].
//!
//! Duty: languages and their texts. Limits: no wrapping, no terminal, no I/O
//! but the build script's.

mod ascii;
pub mod build;
mod language;
mod messages;
mod spoken;
mod system;

pub use ascii::{in_ascii, one_in_ascii};
pub use fluent_bundle::FluentValue;
pub use language::{Language, Text};
pub use messages::Messages;
pub use spoken::{speak, spoken};
pub use system::system_error;
