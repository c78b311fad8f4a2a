//! The language that this process speaks to its reader.
//!
//! An error's `Display` is handed no language, and errors are displayed far from
//! where the language was chosen. So a program that has a reader says which
//! language that is: at its start, and again when its reader chooses another;
//! whoever never says so (an engine, the `docker` command, a test) speaks English.

use std::sync::atomic::{AtomicBool, Ordering};

use crate::Language;

static FRENCH: AtomicBool = AtomicBool::new(false);

/// From now on this process speaks `language`.
pub fn speak(language: Language) {
    FRENCH.store(language == Language::French, Ordering::Relaxed);
}

/// What [`speak`] chose last, else English.
#[must_use]
pub fn spoken() -> Language {
    match FRENCH.load(Ordering::Relaxed) {
        true => Language::French,
        false => Language::English,
    }
}

/// Gives an error its `Display`: what its `say` says in [`spoken`] language.
#[macro_export]
macro_rules! speaks {
    ($error:ty) => {
        impl ::std::fmt::Display for $error {
            fn fmt(&self, formatter: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                formatter.write_str(&self.say($crate::spoken()))
            }
        }
    };
}
