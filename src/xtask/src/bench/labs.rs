//! Verbs a learner waits for, the engine's start, and a check.

use std::time::Instant;

use super::place::{LAB, Place};
use super::timing::{self, Row};
use crate::cargo::Done;

/// Measure them all in the warm lab, and the start in others.
pub fn measure(place: &Place, rounds: usize, rows: &mut Vec<Row>) -> Done {
    for index in 0..10 {
        timing::once(&mut place.docker(&[
            "run",
            "-d",
            "--name",
            &format!("idle{index}"),
            "base",
            "sleep",
            "100000",
        ]))?;
    }
    let exec = place.docker(&["exec", "idle0", "true"]);
    let ps = place.docker(&["ps"]);
    let figures = timing::alternate(rounds, vec![exec, ps])?;
    rows.push(Row::time("exec idle0 true", &figures[0], "<= 5 ms"));
    rows.push(Row::time("ps, 10 containers", &figures[1], "<= 5 ms"));
    fifty(place, rows)?;
    start(place, rounds.min(10), rows)?;
    check(place, rounds.min(10), rows)
}

fn fifty(place: &Place, rows: &mut Vec<Row>) -> Done {
    let start = Instant::now();
    for index in 0..50 {
        timing::once(&mut place.docker(&[
            "run",
            "-d",
            "--name",
            &format!("many{index}"),
            "base",
            "sleep",
            "100000",
        ]))?;
    }
    rows.push(Row::plain(
        "50 x run -d on the bridge",
        format!("{:.0} ms", start.elapsed().as_secs_f64() * 1e3),
        "<= 1000 ms",
    ));
    let names: Vec<String> = (0..50)
        .map(|index| format!("many{index}"))
        .chain((0..10).map(|index| format!("idle{index}")))
        .collect();
    let mut remove = vec!["rm", "-f"];
    remove.extend(names.iter().map(String::as_str));
    timing::once(&mut place.docker(&remove)).map(drop)
}

/// From no engine to one that answers: `plimsoll env` starts it and returns.
fn start(place: &Place, rounds: usize, rows: &mut Vec<Row>) -> Done {
    let mut times = Vec::new();
    for _ in 0..rounds {
        timing::once(&mut place.plimsoll(&["stop", "nginx-volumes"]))?;
        times.push(timing::once(
            &mut place.plimsoll(&["env", "nginx-volumes"]),
        )?);
    }
    times.sort();
    let median = times[times.len() / 2].as_secs_f64() * 1e3;
    rows.push(Row::plain(
        "lab engine ready",
        format!("{median:.1} ms"),
        "<= 100 ms",
    ));
    Ok(())
}

fn check(place: &Place, rounds: usize, rows: &mut Vec<Row>) -> Done {
    timing::once(&mut place.docker(&["run", "hello-world"]))?;
    let mut times = Vec::new();
    for _ in 0..rounds {
        let mut command = place.plimsoll(&["check", LAB]);
        let start = Instant::now();
        // Its questions are open here, so it exits with 1.
        command
            .output()
            .map_err(|error| format!("check: {error}"))?;
        times.push(start.elapsed());
    }
    times.sort();
    let median = times[times.len() / 2].as_secs_f64() * 1e3;
    rows.push(Row::plain(
        "check hello-world",
        format!("{median:.1} ms"),
        "<= 50 ms",
    ));
    Ok(())
}
