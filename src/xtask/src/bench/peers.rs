//! The same program run by others, where they are installed.

use std::fs;
use std::path::Path;
use std::process::Command;

use super::dockerd::Daemon;
use super::place::Place;
use super::timing::{self, Row};

/// A row for each peer: its time, or why there is none.
pub fn measure(place: &Place, rounds: usize) -> Vec<Row> {
    let bundle = place.path("bundle");
    let made = make_bundle(place, &bundle);
    let mut rows: Vec<Row> = ["crun", "runc"]
        .iter()
        .map(|peer| match &made {
            Ok(()) => one(&format!("{peer} run true"), rounds, oci(peer, &bundle)),
            Err(why) => not_measured(peer, why),
        })
        .collect();
    if made.is_ok() {
        let mut ours = place.plimsoll(&["oci", "run", "-b"]);
        ours.arg(&bundle).arg("bench-plimsoll");
        rows.push(one("plimsoll oci run true", rounds, ours));
    }
    rows.push(with_rootfs(
        "podman run --rm true",
        rounds,
        podman(&bundle),
        made.is_ok(),
    ));
    match made.and_then(|()| Daemon::start(&place.path("dockerd"))) {
        Ok(daemon) => docker(place, &daemon, rounds, &mut rows),
        Err(why) => rows.push(not_measured("docker", &why)),
    }
    rows
}

fn with_rootfs(what: &str, rounds: usize, command: Command, made: bool) -> Row {
    if made {
        one(what, rounds, command)
    } else {
        Row::plain(what, "not measured: no root file system".into(), "")
    }
}

fn one(what: &str, rounds: usize, command: Command) -> Row {
    match timing::alternate(rounds.min(20), vec![command]) {
        Ok(figures) => Row::time(what, &figures[0], ""),
        Err(why) => not_measured(what, &why),
    }
}

/// Why there is no figure, in what fits beside figures.
fn not_measured(what: &str, why: &str) -> Row {
    const LONGEST: usize = 70;
    let line = why.lines().next().unwrap_or_default();
    let said: String = line.chars().take(LONGEST).collect();
    Row::plain(what, format!("not measured: {said}"), "")
}

fn oci(peer: &str, bundle: &Path) -> Command {
    let mut command = Command::new(peer);
    command
        .args(["run", "--bundle"])
        .arg(bundle)
        .arg(format!("bench-{peer}"));
    command
}

fn podman(bundle: &Path) -> Command {
    let mut command = Command::new("podman");
    command
        .args(["run", "--rm", "--network", "none", "--rootfs"])
        .arg(bundle.join("rootfs"))
        .arg("true");
    command
}

fn docker(place: &Place, daemon: &Daemon, rounds: usize, rows: &mut Vec<Row>) {
    let mut import = daemon.docker(&["import"]);
    import.arg(place.path("base.tar")).arg("base");
    if let Err(why) = timing::once(&mut import) {
        rows.push(not_measured("docker", &why));
        return;
    }
    for network in ["none", "bridge"] {
        let run = daemon.docker(&["run", "--rm", "--network", network, "base", "true"]);
        rows.push(one(
            &format!("docker run --rm --network {network} base true"),
            rounds.min(8),
            run,
        ));
    }
}

/// An OCI bundle with base's files and `true`, its spec from `runc spec`.
fn make_bundle(place: &Place, bundle: &Path) -> Result<(), String> {
    let rootfs = bundle.join("rootfs");
    fs::create_dir_all(&rootfs).map_err(|error| format!("bundle: {error}"))?;
    timing::once(&mut place.docker(&["create", "--name", "bundle", "base", "true"]))?;
    let tar = place.path("base.tar");
    timing::once(place.docker(&["export", "-o"]).arg(&tar).arg("bundle"))?;
    timing::once(
        Command::new("tar")
            .arg("-C")
            .arg(&rootfs)
            .arg("-xf")
            .arg(&tar),
    )?;
    let mut spec = Command::new("runc");
    spec.arg("spec").current_dir(bundle);
    if !nix::unistd::Uid::effective().is_root() {
        spec.arg("--rootless");
    }
    timing::once(&mut spec)?;
    let path = bundle.join("config.json");
    let text = fs::read_to_string(&path).map_err(|error| format!("config.json: {error}"))?;
    let mut config: serde_json::Value =
        serde_json::from_str(&text).map_err(|error| format!("config.json: {error}"))?;
    config["process"]["args"] = serde_json::json!(["true"]);
    config["process"]["terminal"] = false.into();
    fs::write(&path, config.to_string()).map_err(|error| format!("config.json: {error}"))
}
