//! The teaching domain: labs and graders, checks, verdicts, hints, progress.
//!
//! Invariant: this crate knows the Docker Engine API and nothing of the engine
//! behind it, so a grader works the same against Plimsoll, Docker or Podman.
//! Deciding is pure ([`evaluate`]); looking at a lab happens in one place
//! ([`observe`]).
//!
//! Start reading at [`schema`] for what an author writes, then [`evaluate`].

pub mod book_link;
pub mod course;
pub mod evaluate;
pub mod grade;
pub mod observe;
pub mod probe;
pub mod progress;
pub mod report;
pub mod result;
pub mod schema;
pub mod text {
    //! Texts in two languages; see [`plimsoll_text`].
    pub use plimsoll_text::{Language, Text};
}

/// Messages: `texts/en.ftl` and `texts/fr.ftl`.
mod words {
    include!(concat!(env!("OUT_DIR"), "/words.rs"));
}

/// `say!("an {x}", "un {x}")`: one text, formatted in both languages.
#[macro_export]
macro_rules! say {
    ($en:literal, $fr:literal $(, $arg:expr)* $(,)?) => {
        $crate::text::Text::new(format!($en $(, $arg)*), format!($fr $(, $arg)*))
    };
}
pub mod undo;
pub mod world;
