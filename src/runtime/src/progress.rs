//! How far a plan was carried out, and how long its parts took.
//!
//! Measured where the work is done, by the monotonic clock, which costs no
//! system call (vdso(7)); and only where one part gives way to another. What
//! was measured travels with the reports that are sent anyway.
//!
//! Limits: what happens between `start` and the user's program (loading the
//! filter, becoming the user, execve) leaves nobody to tell how long it took.
//! Whoever starts measures it as a whole.

use crate::fault::Fault;
use crate::plan::{Op, Part};
use serde::{Deserialize, Serialize};
use std::time::{Duration, Instant};

/// How long each part took. A part that was not reached has no time.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Times([u64; Part::ALL.len()]);

impl Times {
    /// The time of a part; `None` where nothing of it was begun.
    pub fn of(&self, part: Part) -> Option<Duration> {
        let nanos = self.0[part as usize];
        (nanos > 0).then(|| Duration::from_nanos(nanos))
    }

    /// Adds to a part's time.
    pub fn add(&mut self, part: Part, took: Duration) {
        let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        let sum = &mut self.0[part as usize];
        // What was begun has a time, also by a coarse clock.
        *sum = sum.saturating_add(nanos.max(1));
    }

    /// Adds what was measured elsewhere.
    pub fn merge(&mut self, other: &Self) {
        for (mine, theirs) in self.0.iter_mut().zip(other.0) {
            *mine = mine.saturating_add(theirs);
        }
    }
}

/// How far a plan that failed had come.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Progress {
    /// Of what was begun.
    pub times: Times,
    /// The operation that failed, by its index in the plan; `None` where it
    /// was something between the operations.
    pub failed: Option<usize>,
}

/// A plan that could not be carried out to its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{fault}")]
pub struct Stopped {
    /// Why.
    pub fault: Fault,
    /// How far it had come.
    pub progress: Progress,
}

impl From<Fault> for Stopped {
    fn from(fault: Fault) -> Self {
        Self {
            fault,
            progress: Progress::default(),
        }
    }
}

/// Measures a process that carries a plan out.
#[derive(Debug)]
pub(crate) struct Stopwatch {
    since: Instant,
    running: Option<Part>,
    progress: Progress,
}

impl Stopwatch {
    pub(crate) fn new() -> Self {
        Self {
            since: Instant::now(),
            running: None,
            progress: Progress::default(),
        }
    }

    /// The operation at `index` begins, and what came before has ended.
    pub(crate) fn begin(&mut self, index: usize, op: &Op) {
        self.progress.failed = Some(index);
        self.switch(op.part());
    }

    /// Nothing of the plan is under way.
    pub(crate) fn pause(&mut self) {
        self.progress.failed = None;
        self.switch(None);
    }

    fn switch(&mut self, part: Option<Part>) {
        if part == self.running {
            return;
        }
        let now = Instant::now();
        if let Some(ended) = self.running {
            let took = now.saturating_duration_since(self.since);
            self.progress.times.add(ended, took);
        }
        self.since = now;
        self.running = part;
    }

    /// What was measured since the last time that this was asked.
    pub(crate) fn times(&mut self) -> Times {
        self.pause();
        std::mem::take(&mut self.progress.times)
    }

    /// Ends with the operation at hand.
    pub(crate) fn stopped(&mut self, fault: Fault) -> Stopped {
        self.switch(None);
        Stopped {
            fault,
            progress: std::mem::take(&mut self.progress),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::errno::Errno;

    #[test]
    fn what_was_begun_has_a_time_and_the_rest_has_none() {
        let mut watch = Stopwatch::new();
        watch.begin(0, &Op::PivotRoot);
        watch.begin(1, &Op::LoopbackUp);
        watch.begin(2, &Op::PivotRoot);
        watch.begin(3, &Op::AwaitStart);
        let times = watch.times();
        assert!(times.of(Part::Overlay).is_some() && times.of(Part::Network).is_some());
        assert_eq!(times.of(Part::Exec), None);
        assert_eq!(watch.times(), Times::default(), "told once");
    }

    #[test]
    fn a_failure_names_its_operation() {
        let mut watch = Stopwatch::new();
        watch.begin(0, &Op::PivotRoot);
        watch.begin(7, &Op::Umask(0));
        let stopped = watch.stopped(Fault::system("set the umask", Errno::EPERM));
        assert_eq!(stopped.progress.failed, Some(7));
        assert!(stopped.progress.times.of(Part::Limits).is_some());
        watch.begin(8, &Op::LoopbackUp);
        watch.pause();
        let stopped = watch.stopped(Fault::system("wait", Errno::EPERM));
        assert_eq!(stopped.progress.failed, None);
    }

    #[test]
    fn times_from_two_sides_add_up() {
        let mut near = Times::default();
        near.add(Part::Clone, Duration::from_micros(300));
        let mut far = Times::default();
        far.add(Part::Clone, Duration::from_micros(100));
        far.add(Part::Exec, Duration::ZERO);
        near.merge(&far);
        assert_eq!(near.of(Part::Clone), Some(Duration::from_micros(400)));
        assert_eq!(near.of(Part::Exec), Some(Duration::from_nanos(1)));
    }
}
