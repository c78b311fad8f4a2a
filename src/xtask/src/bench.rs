//! `cargo xtask bench`: figures as ratios, all in one run.
//!
//! Each comparison alternates its commands (A B A B …), so that a machine whose
//! speed drifts slows both; medians and their ratio are printed. Nothing here
//! passes or fails. Peers (crun, runc, podman, a Docker daemon) are measured
//! where they are installed, and are named as absent where they are not.

mod dockerd;
mod interface;
mod labs;
mod memory;
mod peers;
mod place;
mod sitting;
mod timing;

use std::path::PathBuf;

use crate::cargo::{self, Done, cargo};
use place::Place;
use timing::Row;

/// Measure everything and print one table.
pub fn run(rounds: usize, binary: Option<PathBuf>) -> Done {
    let binary = binary.map_or_else(build, Ok)?;
    let floor = binary.with_file_name("floor");
    let place = Place::new(&binary, &floor)?;
    let mut rows = Vec::new();
    runs(&place, rounds, &mut rows)?;
    labs::measure(&place, rounds, &mut rows)?;
    interface::measure(&place, rounds, &mut rows)?;
    memory::measure(&place, &mut rows)?;
    rows.extend(peers::measure(&place, rounds));
    rows.push(size(&binary)?);
    timing::print(&rows);
    Ok(())
}

fn build() -> Done<PathBuf> {
    let arguments = [
        "build",
        "--release",
        "--package",
        "plimsoll-xtask",
        "--bin",
        "floor",
    ];
    cargo::run(&mut cargo(arguments))?;
    cargo::build_release()
}

/// Whole client processes against the floor, alternating.
fn runs(place: &Place, rounds: usize, rows: &mut Vec<Row>) -> Done {
    let floor = place.floor_true()?;
    let none = place.docker(&["run", "--rm", "--network", "none", "base", "true"]);
    let bridge = place.docker(&["run", "--rm", "base", "true"]);
    let figures = timing::alternate(rounds, vec![floor, none, bridge])?;
    rows.push(Row::time(
        "floor: namespaces, overlay, exec true",
        &figures[0],
        "",
    ));
    rows.push(Row::ratio(
        "run --rm --network none base true",
        &figures[1],
        &figures[0],
        "<= 2.5 x floor",
    ));
    rows.push(Row::ratio(
        "run --rm base true (bridge)",
        &figures[2],
        &figures[0],
        "<= 3.5 x floor",
    ));
    Ok(())
}

fn size(binary: &std::path::Path) -> Done<Row> {
    let bytes = std::fs::metadata(binary)
        .map_err(|error| format!("{}: {error}", binary.display()))?
        .len();
    Ok(Row::plain(
        "the binary, images included",
        format!("{:.1} MiB", bytes as f64 / 1048576.0),
        "<= 64 MiB",
    ))
}
