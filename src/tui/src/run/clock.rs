//! The clock of events. Moments are read from one that nobody sets: whatever becomes
//! of the wall clock, what was to be done in a second is done in a second.

use std::sync::OnceLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use nix::time::{ClockId, clock_gettime};

use crate::event::{Event, Moment, What};

/// Less than this many milliseconds between the clocks is no news.
const SLACK_MS: i64 = 1_000;

/// Now, as events have it: the wall clock as it was when this was first asked, and
/// what has gone by since, sleep of the machine included (`CLOCK_BOOTTIME`).
#[must_use]
pub fn now() -> Moment {
    static BEGUN: OnceLock<(Duration, Duration)> = OnceLock::new();
    let (wall_then, steady_then) = *BEGUN.get_or_init(|| (wall(), steady()));
    milliseconds(wall_then + steady().saturating_sub(steady_then))
}

fn wall() -> Duration {
    let since = SystemTime::now().duration_since(UNIX_EPOCH);
    since.unwrap_or_default()
}

fn steady() -> Duration {
    // Linux has had it since 2.6.39.
    clock_gettime(ClockId::CLOCK_BOOTTIME).map_or_else(|_| wall(), Duration::from)
}

fn milliseconds(since: Duration) -> u64 {
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}

/// How far the wall clock is ahead of [`now`], as the model has been told.
#[derive(Debug, Default)]
pub struct WallClock {
    ahead: i64,
}

impl WallClock {
    /// That the wall clock was set since this was last asked.
    pub fn news(&mut self) -> Option<Event> {
        self.compared(milliseconds(wall()), now())
    }

    fn compared(&mut self, wall: u64, now: Moment) -> Option<Event> {
        let ahead = wall.cast_signed().wrapping_sub(now.cast_signed());
        if ahead.abs_diff(self.ahead) < SLACK_MS.unsigned_abs() {
            return None;
        }
        self.ahead = ahead;
        let what = What::ClockSet { ahead };
        Some(Event { at: now, what })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_never_go_back() {
        let moments: Vec<Moment> = (0..1_000).map(|_| now()).collect();
        assert!(moments.is_sorted());
    }

    #[test]
    fn a_clock_that_is_set_is_told_once() {
        const NOW: Moment = 1_772_366_400_000;
        let mut clock = WallClock::default();
        let mut told = |wall| match clock.compared(wall, NOW)?.what {
            What::ClockSet { ahead } => Some(ahead),
            _ => None,
        };
        assert_eq!(told(NOW + 20), None);
        assert_eq!(told(NOW - 3_600_000), Some(-3_600_000));
        assert_eq!(told(NOW - 3_600_000 + 900), None);
        assert_eq!(told(NOW), Some(0));
        assert_eq!(told(0), Some(-NOW.cast_signed()));
    }
}
