//! A hermetic environment for end-to-end tests.
//!
//! A [`World`] is one person's machine in small: a home, a data directory, a
//! runtime directory and a clean environment, all in one temporary directory,
//! used as root, as an ordinary user with a subuid range, or as one without.
//! When it is dropped it stops every lab in it and fails the test if a
//! process, a mount, a socket or a file of ours is left.
//!
//! Limits: it starts the built binary and nothing else; it never sleeps (a
//! test waits for an event, or asks again with [`eventually`]).

mod leftovers;
mod person;
pub mod swagger;
mod world;

pub use leftovers::Leftovers;
pub use person::Person;
pub use world::World;

use std::time::{Duration, Instant};

/// Ask `question` until it answers `Some`, for at most `limit`.
///
/// For states that no event announces to the test (a process table, a file
/// that another process writes). Panics with `what` when the time is over.
pub fn eventually<T>(what: &str, limit: Duration, mut question: impl FnMut() -> Option<T>) -> T {
    let start = Instant::now();
    loop {
        if let Some(answer) = question() {
            return answer;
        }
        assert!(start.elapsed() < limit, "waited {limit:?} in vain: {what}");
        std::thread::yield_now();
        std::thread::park_timeout(Duration::from_millis(2));
    }
}

/// Say aloud that a test did not run, and why.
pub fn skipped(why: &str) {
    let name = std::thread::current().name().unwrap_or("a test").to_owned();
    eprintln!("skipped: {name}: {why}");
}

/// One test for each person that plays it: root, an ordinary user with a
/// subuid range, an ordinary user without one.
///
/// ```ignore
/// plimsoll_testkit::everyone!(hello_world_runs, |world| {
///     world.docker("hello-world", ["run", "hello-world"]).assert().success();
/// });
/// ```
#[macro_export]
macro_rules! everyone {
    ($name:ident, |$world:ident| $body:block) => {
        mod $name {
            #[allow(unused_imports)]
            use super::*;

            fn play($world: &$crate::World) $body

            #[test]
            fn as_root() {
                $crate::World::with($crate::Person::Root, play);
            }

            #[test]
            fn as_mapped_user() {
                $crate::World::with($crate::Person::Mapped, play);
            }

            #[test]
            fn as_single_user() {
                $crate::World::with($crate::Person::Single, play);
            }
        }
    };
}
