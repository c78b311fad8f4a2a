//! The teaching domain: labs and graders, checks, verdicts, hints, progress.
//!
//! Invariant: this crate knows the Docker Engine API and nothing of the engine
//! behind it, so a grader works the same against Plimsoll, Docker or Podman.
//! Deciding is pure ([`evaluate`]); looking at a lab happens in one place
//! ([`observe`]).
//!
//! Start reading at [`schema`] for what an author writes, then [`evaluate`].

pub mod course;
pub mod evaluate;
pub mod grade;
pub mod observe;
pub mod probe;
pub mod progress;
pub mod report;
pub mod result;
pub mod schema;
pub mod text;
pub mod world;
