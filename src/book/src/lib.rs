//! The book: what it is written in, what is wrong with that, and the site made
//! of it.
//!
//! ```text
//! Sources ── check ──> mistakes, each with file, line and the fix      pure
//! Sources + Course ── Site::build (mdBook as a library) ──> Site       files in memory
//! Site ── write ──> a folder          Site ── serve ──> a browser on this machine
//! mdbook ── answer (JSON) ──> the same preprocessing for a stock `mdbook build`
//! ```
//!
//! Invariant: what is built has been checked, and no page of it needs the
//! network. Labs are rendered from the course that is given; the book has no
//! copy of their text.
//!
//! Limits: no terminal, no signals, no arguments. Start reading at [`check`],
//! then [`Site`].

mod check;
mod directive;
mod expand;
mod front;
mod interface;
mod page;
mod preprocess;
mod server;
mod shelf;
mod site;
mod sources;
mod told;
mod typography;

mod words {
    include!(concat!(env!("OUT_DIR"), "/words.rs"));
}

pub use check::{check, check_lessons};
pub use preprocess::{ProtocolError, answer, supports};
pub use server::serve;
pub use shelf::{NoSuchPage, find};
pub use site::{Site, SiteError, WriteError};
pub use sources::{Sources, SourcesError};
pub use told::{serving, until, written};
