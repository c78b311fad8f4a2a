//! Where the benchmark runs: a data directory of its own, one warm lab.

use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cargo::Done;

/// A home for one benchmark run; `close` stops the lab.
pub struct Place {
    directory: tempfile::TempDir,
    binary: PathBuf,
    floor: PathBuf,
}

/// The lab whose engine is measured.
pub const LAB: &str = "hello-world";

impl Place {
    /// Make the directories, start the engine, pull `base` and `nginx`.
    pub fn new(binary: &Path, floor: &Path) -> Done<Place> {
        let directory = tempfile::Builder::new()
            .prefix("plimsoll-bench-")
            .tempdir_in("/var/tmp")
            .map_err(|error| format!("/var/tmp: {error}"))?;
        for name in ["home", "data", "run", "work"] {
            std::fs::DirBuilder::new()
                .mode(0o700)
                .create(directory.path().join(name))
                .map_err(|error| format!("{name}: {error}"))?;
        }
        let place = Place {
            directory,
            binary: binary.into(),
            floor: floor.into(),
        };
        super::timing::once(&mut place.plimsoll(&["env", LAB]))?;
        for image in ["base", "nginx"] {
            super::timing::once(&mut place.docker(&["pull", image]))?;
        }
        Ok(place)
    }

    /// A path in the benchmark's directory.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.directory.path().join(relative)
    }

    /// `plimsoll ARGUMENTS` in this place.
    pub fn plimsoll(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.args(arguments);
        self.environment(&mut command);
        command
    }

    /// `docker ARGUMENTS` against the warm engine.
    pub fn docker(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.binary);
        command.arg("docker").args(arguments);
        self.environment(&mut command);
        command.env(
            "DOCKER_HOST",
            format!(
                "unix://{}",
                self.path(&format!("run/plimsoll/{LAB}.sock")).display()
            ),
        );
        command
    }

    /// The floor with base's own `true`.
    pub fn floor_true(&self) -> Done<Command> {
        let output = self
            .docker(&[
                "inspect",
                "--format",
                "{{.GraphDriver.Data.UpperDir}}",
                "base",
            ])
            .output()
            .map_err(|error| format!("docker inspect base: {error}"))?;
        let lower = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        if lower.is_empty() || lower.contains("<no value>") {
            return Err(format!(
                "no layer directory of base: {}",
                String::from_utf8_lossy(&output.stderr)
            ));
        }
        // Started by root, the layer belongs to ids that the floor does not map.
        let own = self.path("base");
        let mut copy = Command::new("cp");
        copy.args(["-a", "--no-preserve=ownership"])
            .arg(&lower)
            .arg(&own);
        super::timing::once(&mut copy)?;
        let mut command = Command::new(&self.floor);
        command.args([
            &*own.to_string_lossy(),
            &self.path("floor").to_string_lossy(),
            "true",
        ]);
        Ok(command)
    }

    fn environment(&self, command: &mut Command) {
        command
            .env("HOME", self.path("home"))
            .env("PLIMSOLL_HOME", self.path("data"))
            .env("PLIMSOLL_WORK", self.path("work"))
            .env("XDG_RUNTIME_DIR", self.path("run"));
    }
}

impl Drop for Place {
    /// Whatever went wrong, no lab of the benchmark stays.
    fn drop(&mut self) {
        if let Err(why) = super::timing::once(&mut self.plimsoll(&["stop", "--all"])) {
            eprintln!("bench: {why}");
        }
    }
}
