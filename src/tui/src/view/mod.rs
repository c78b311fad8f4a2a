//! Drawing: a file per screen or view. Nothing here changes the model.

mod amount;
pub mod blocks;
mod container;
mod fit;
pub mod journal;
pub mod layers;
pub mod lesson;
pub mod map;
pub mod terminal;

use plimsoll_text::Language;

use crate::words;

/// The word for help, at the foot of every screen.
#[must_use]
pub fn help_word(language: Language) -> String {
    words::key_help(language)
}
