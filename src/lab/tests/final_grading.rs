//! Final grading is patient and strict: what still starts is waited for, what
//! starts and ends does not count, and a lab that cannot change is not waited
//! for. Time is made up.

use plimsoll_lab::grade::{Clock, check_now, grade_finally};
use plimsoll_lab::observe::{Eyes, ObserveError};
use plimsoll_lab::probe::{Observation, Request};
use plimsoll_lab::report::{Style, in_words};
use plimsoll_lab::result::{CheckRecord, ResultRecord, Status};
use plimsoll_lab::schema::{GraderFile, read_grader};
use plimsoll_lab::text::{Language, Text};
use plimsoll_lab::world::{Container, World};
use serde_json::json;
use std::cell::Cell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

#[derive(Clone, Default)]
struct MadeUpClock(Rc<Cell<Duration>>);

impl Clock for MadeUpClock {
    fn now(&self) -> Duration {
        self.0.get()
    }

    fn sleep(&self, time: Duration) {
        self.0.set(self.0.get() + time);
    }
}

/// A lab whose container is in a state that depends on the time, in seconds.
struct Lab {
    clock: MadeUpClock,
    state: fn(f32) -> &'static str,
    snapshots: usize,
}

impl Lab {
    fn new(clock: &MadeUpClock, state: fn(f32) -> &'static str) -> Lab {
        Lab {
            clock: clock.clone(),
            state,
            snapshots: 0,
        }
    }
}

impl Eyes for Lab {
    fn snapshot(&mut self) -> Result<World, ObserveError> {
        self.snapshots += 1;
        let state = (self.state)(self.clock.now().as_secs_f32());
        let container = Container::from_inspect(&json!({
            "Id": "c0ffee", "Name": "/web", "State": {"Status": state, "StartedAt": "2026-01-01"},
        }));
        Ok(World {
            containers: vec![container],
            ..World::default()
        })
    }

    fn perform(&mut self, _: &Request) -> Observation {
        Observation::NoAnswer("connection refused".to_string())
    }
}

fn grader(check: &str) -> GraderFile {
    let text = format!(
        "schema: plimsoll/grader/v1\nlab: t\ngoals:\n  - id: goal\n    points: 3\n    \
         title: {{en: \"It runs\", fr: \"Il tourne\"}}\n    check: {check}\n    misses:\n      - id: stopped\n        \
         when: {{container: {{state: [exited]}}}}\n        hint: {{en: \"Start `{{found.name}}`.\", fr: \"Démarrez `{{found.name}}`.\"}}\n"
    );
    read_grader("t.yaml", &text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

const RUNS: &str = "{container: {name: web, state: [running]}}";

fn graded(state: fn(f32) -> &'static str) -> (CheckRecord, f32) {
    let clock = MadeUpClock::default();
    let mut lab = Lab::new(&clock, state);
    let mut checks = grade_finally(&grader(RUNS), &mut lab, &clock).expect("graded");
    (checks.remove(0), clock.now().as_secs_f32())
}

#[test]
fn a_daemon_that_is_still_starting_passes() {
    let (check, took) = graded(|time| if time < 3.0 { "restarting" } else { "running" });
    assert_eq!(check.status, Status::Pass);
    assert!((4.9..5.5).contains(&took), "{took}");
}

#[test]
fn a_daemon_that_starts_and_ends_does_not() {
    let (check, _) = graded(|time| if time < 1.0 { "running" } else { "exited" });
    assert_eq!((check.status, check.points), (Status::Fail, 0));
    assert_eq!(check.miss.as_deref(), Some("stopped"));
    assert!(
        check
            .actual
            .en
            .starts_with("it was met, and then no longer")
    );
}

#[test]
fn what_comes_after_the_settling_comes_too_late() {
    let (check, _) = graded(|time| if time < 6.5 { "restarting" } else { "running" });
    assert_eq!(check.status, Status::Fail);
}

#[test]
fn a_lab_in_which_nothing_runs_is_not_waited_for() {
    let (check, took) = graded(|_| "exited");
    assert_eq!(check.status, Status::Fail);
    assert!(took == 0.0, "{took}");
}

#[test]
fn a_live_check_looks_once() {
    let clock = MadeUpClock::default();
    let mut lab = Lab::new(&clock, |_| "running");
    let grader = grader("{http: {url: 'http://localhost/', status: 200}}");
    let checks = check_now(&grader, &mut lab, &BTreeSet::new()).expect("checked");
    assert_eq!(checks[0].status, Status::Fail);
    assert_eq!(checks[0].actual.en, "no answer: connection refused");
    assert_eq!(lab.snapshots, 1);
}

#[test]
fn a_result_reads_in_both_languages_and_without_symbols() {
    let (missed, _) = graded(|_| "exited");
    let mut met = graded(|_| "running").0;
    met.title = Text::new("It is there", "Il est là");
    let mut waits = met.clone();
    waits.status = Status::Skip;
    waits.points = 0;
    waits.actual = Text::new("it waits for: It runs", "en attente de : Il tourne");
    let mut unseen = met.clone();
    unseen.status = Status::Error;
    unseen.points = 0;
    let checks = vec![met, missed, waits, unseen];
    let result = ResultRecord {
        schema: ResultRecord::SCHEMA.to_string(),
        lab: "demo".to_string(),
        verdict: ResultRecord::verdict_of(&checks),
        score: ResultRecord::score_of(&checks),
        max_score: 12,
        checks,
        cause: None,
        engine: "plimsoll 0.1.0".to_string(),
        started_at: "2026-01-01T00:00:00Z".to_string(),
        duration_ms: 12,
        journal_head: None,
    };
    assert_eq!((result.score, result.exit_code()), (3, 3));
    let title = Text::new("A lab", "Un lab");
    let french = Style {
        language: Language::French,
        ..Style::default()
    };
    let plain = Style {
        symbols: false,
        width: 50,
        ..Style::default()
    };
    let gallery = [Style::default(), french, plain]
        .map(|style| in_words(&title, &result, style))
        .join("\n----\n");
    insta::assert_snapshot!(gallery);
}
