//! The engine's memory: proportional set size of its processes.
//!
//! Source: `proc_pid_smaps_rollup(5)`, field Pss.

use std::fs;

use super::place::{LAB, Place};
use super::timing::{self, Row};
use crate::cargo::Done;

/// Idle (in a lab that has just started), then with 20 containers.
pub fn measure(place: &Place, rows: &mut Vec<Row>) -> Done {
    timing::once(&mut place.plimsoll(&["stop", LAB]))?;
    timing::once(&mut place.plimsoll(&["env", LAB]))?;
    rows.push(Row::plain(
        "engine memory, idle",
        format!("{:.1} MiB", pss(place)?),
        "<= 15 MiB",
    ));
    for index in 0..20 {
        let name = format!("m{index}");
        timing::once(
            &mut place.docker(&["run", "-d", "--name", &name, "base", "sleep", "100000"]),
        )?;
    }
    rows.push(Row::plain(
        "engine memory, 20 containers",
        format!("{:.1} MiB", pss(place)?),
        "<= 25 MiB",
    ));
    Ok(())
}

/// The process of the lab's engine.
pub fn engine(place: &Place) -> Done<u32> {
    let record = place.path(&format!("data/labs/{LAB}/engine.json"));
    let text =
        fs::read_to_string(&record).map_err(|error| format!("{}: {error}", record.display()))?;
    let engine: serde_json::Value =
        serde_json::from_str(&text).map_err(|error| format!("engine.json: {error}"))?;
    let pid = engine["pid"].as_u64().and_then(|pid| pid.try_into().ok());
    pid.ok_or_else(|| "engine.json has no pid".to_owned())
}

/// The children of a process's main thread (proc_pid_task(5), `children`).
pub fn children(pid: u32) -> Vec<u32> {
    let children =
        fs::read_to_string(format!("/proc/{pid}/task/{pid}/children")).unwrap_or_default();
    let pids = children.split_whitespace();
    pids.filter_map(|pid| pid.parse().ok()).collect()
}

/// MiB of the engine and the processes it forked from itself (the zygote):
/// those of the lab's PID namespace whose program is the engine's.
fn pss(place: &Place) -> Done<f64> {
    let pid = engine(place)?;
    let program = |pid: u32| fs::read_link(format!("/proc/{pid}/exe")).ok();
    let own = program(pid);
    let ours = children(pid)
        .into_iter()
        .filter(|child| program(*child) == own);
    let kilobytes: f64 = std::iter::once(pid).chain(ours).map(of).sum();
    Ok(kilobytes / 1024.0)
}

/// KiB of one process, its share of what is shared.
pub fn of(pid: u32) -> f64 {
    let rollup = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
    let line = rollup
        .lines()
        .find_map(|line| line.strip_prefix("Pss:"))
        .unwrap_or("0");
    line.split_whitespace()
        .next()
        .and_then(|number| number.parse().ok())
        .unwrap_or(0.0)
}
