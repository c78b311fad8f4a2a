//! The two clients to compare: Docker's, where version 28 of it is installed,
//! and ours, which is this crate's example.

use std::fmt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// What a command said and how it ended.
#[derive(Debug, PartialEq, Eq)]
pub struct Said {
    pub stdout: String,
    pub stderr: String,
    pub code: Option<i32>,
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "{}[stderr] {}[exit {:?}]",
            self.stdout, self.stderr, self.code
        )
    }
}

/// Docker's client, or `None`, told aloud.
pub fn real_docker() -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let found = std::env::split_paths(&path)
        .map(|directory| directory.join("docker"))
        .find(|file| is_version_28(file));
    if found.is_none() {
        eprintln!("skipped: no docker client 28 on PATH to compare with");
    }
    found
}

fn is_version_28(file: &Path) -> bool {
    Command::new(file)
        .arg("--version")
        .output()
        .is_ok_and(|output| {
            let text = String::from_utf8_lossy(&output.stdout);
            text.starts_with("Docker version 28.") && !text.contains("Plimsoll")
        })
}

/// Our client: cargo builds the examples together with the tests.
pub fn ours() -> PathBuf {
    let test = std::env::current_exe().expect("our own path");
    let deps = test.parent().expect("a directory");
    let file = deps.parent().expect("a directory").join("examples/docker");
    assert!(file.exists(), "{} is not built", file.display());
    file
}

/// Runs a client in an empty environment of its own.
pub fn run_in(directory: &Path, client: &Path, host: &str, words: &[&str]) -> Said {
    let output = Command::new(client)
        .args(words)
        .env_clear()
        .env("HOME", directory)
        .env("DOCKER_CONFIG", directory)
        .env("DOCKER_HOST", host)
        .env("TZ", "Europe/Berlin")
        .env("DOCKER_CLI_HINTS", "false")
        .current_dir(directory)
        .stdin(Stdio::null())
        .output()
        .expect("the client runs");
    Said {
        stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
        stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        code: output.status.code(),
    }
}
