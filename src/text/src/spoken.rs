//! The language that this process speaks to its reader.
//!
//! An error's `Display` is handed no language, and errors are displayed far from
//! where the language was chosen. So a program that has a reader says once, at
//! its start, which language that is; whoever never says so (an engine, the
//! `docker` command, a test) speaks English.

use std::sync::OnceLock;

use crate::Language;

static SPOKEN: OnceLock<Language> = OnceLock::new();

/// From now on this process speaks `language`. The first call counts.
pub fn speak(language: Language) {
    let _ = SPOKEN.set(language);
}

/// What [`speak`] chose, else English.
#[must_use]
pub fn spoken() -> Language {
    SPOKEN.get().copied().unwrap_or_default()
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
