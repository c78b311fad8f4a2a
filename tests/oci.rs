//! `plimsoll oci` as a program: a bundle's life from create to delete.
//!
//! The container's program is plimsoll itself, which is static. As an ordinary
//! user the bundle gets a user namespace; where none can be had the tests are
//! skipped aloud.

use assert_cmd::Command;
use serde_json::{Value, json};
use std::fs;
use std::os::fd::AsRawFd;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tempfile::TempDir;

struct Bundle {
    directory: TempDir,
}

impl Bundle {
    /// A bundle whose container runs plimsoll with these words.
    fn new(words: &[&str]) -> Option<Self> {
        let bundle = Self {
            directory: tempfile::tempdir().expect("a directory"),
        };
        fs::create_dir_all(bundle.path("bundle/rootfs")).expect("the root");
        let program = assert_cmd::cargo::cargo_bin("plimsoll");
        fs::copy(program, bundle.path("bundle/rootfs/plimsoll")).expect("the program");
        let rootless = !nix::unistd::geteuid().is_root();
        let mut spec = bundle.oci(&["spec"]);
        if rootless {
            spec.arg("--rootless");
        }
        spec.current_dir(bundle.path("bundle")).assert().success();
        bundle.change(|config| {
            let args: Vec<&str> = std::iter::once("/plimsoll")
                .chain(words.iter().copied())
                .collect();
            config["process"]["args"] = json!(args);
            config["process"]["terminal"] = json!(false);
        });
        let probe = bundle
            .oci(&["run", "-b"])
            .arg(bundle.path("bundle"))
            .arg("probe")
            .output();
        let said = String::from_utf8_lossy(&probe.expect("it runs").stderr).into_owned();
        if rootless && said.contains("ermitted") {
            eprintln!("skipped: no user namespaces here: {said}");
            return None;
        }
        Some(bundle)
    }

    fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    fn change(&self, change: impl FnOnce(&mut Value)) {
        let path = self.path("bundle/config.json");
        let text = fs::read(&path).expect("config.json");
        let mut config = serde_json::from_slice(&text).expect("JSON");
        change(&mut config);
        fs::write(&path, config.to_string()).expect("written");
    }

    fn oci(&self, words: &[&str]) -> Command {
        let mut command = Command::cargo_bin("plimsoll").expect("the program");
        command
            .arg("oci")
            .arg("--root")
            .arg(self.path("state"))
            .args(words);
        command
    }

    /// Creates a container. Its streams are not ours: it keeps them open for as
    /// long as it waits.
    fn create(&self, id: &str) {
        self.create_with(&assert_cmd::cargo::cargo_bin("plimsoll"), id);
    }

    fn create_with(&self, program: &Path, id: &str) {
        let status = std::process::Command::new(program)
            .arg("oci")
            .arg("--root")
            .arg(self.path("state"))
            .args(["create", "--bundle"])
            .arg(self.path("bundle"))
            .arg("--pid-file")
            .arg(self.path("pid"))
            .arg(id)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        assert!(status.expect("it runs").success(), "create {id}");
    }

    fn status(&self, id: &str) -> Value {
        let output = self.oci(&["state", id]).output().expect("state");
        let state: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        state["status"].clone()
    }

    /// A message on the standard error, without the program's name.
    fn refused(&self, words: &[&str]) -> String {
        let output = self.oci(words).output().expect("it runs");
        assert_eq!(output.status.code(), Some(1), "{words:?}");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        said.trim_start_matches("plimsoll oci: ")
            .trim_end()
            .to_owned()
    }
}

#[test]
fn run_ends_as_the_container_does() {
    let Some(bundle) = Bundle::new(&["oci", "features"]) else {
        return;
    };
    let output = bundle
        .oci(&["run", "-b"])
        .arg(bundle.path("bundle"))
        .arg("one")
        .output()
        .expect("it runs");
    assert!(output.status.success(), "{output:?}");
    let features: Value = serde_json::from_slice(&output.stdout).expect("what it printed");
    assert_eq!(features["linux"]["seccomp"]["enabled"], true);
    bundle.change(|config| config["process"]["args"] = json!(["/plimsoll", "oci", "nosuch"]));
    bundle
        .oci(&["run", "-b"])
        .arg(bundle.path("bundle"))
        .arg("two")
        .assert()
        .code(1);
    let left = fs::read_dir(bundle.path("state"))
        .expect("the state")
        .count();
    assert_eq!(left, 0, "nothing is left");
}

#[test]
fn create_and_start_are_two_phases() {
    let Some(bundle) = Bundle::new(&["oci", "features"]) else {
        return;
    };
    bundle.create("c");
    assert_eq!(bundle.status("c"), "created");
    let pid = fs::read_to_string(bundle.path("pid")).expect("the pid file");
    assert!(pid.parse::<u32>().is_ok());
    assert_eq!(
        bundle.refused(&[
            "create",
            "-b",
            &bundle.path("bundle").to_string_lossy(),
            "c"
        ]),
        "container with given ID already exists"
    );
    bundle.oci(&["start", "c"]).assert().success();
    assert!(
        bundle
            .refused(&["start", "c"])
            .starts_with("cannot start a")
    );
    bundle.oci(&["delete", "--force", "c"]).assert().success();
    assert_eq!(bundle.refused(&["state", "c"]), "container does not exist");
    assert_eq!(bundle.refused(&["start", "c"]), "container does not exist");
    bundle.oci(&["delete", "--force", "c"]).assert().success();
}

#[test]
fn a_container_that_waits_can_be_killed_and_deleted() {
    let Some(bundle) = Bundle::new(&["oci", "features"]) else {
        return;
    };
    bundle.create("c");
    bundle.oci(&["kill", "c", "KILL"]).assert().success();
    bundle.oci(&["delete", "c"]).assert().success();
    bundle.create("d");
    bundle.oci(&["delete", "d"]).assert().success();
    bundle.oci(&["list", "-q"]).assert().success().stdout("");
}

#[test]
fn what_cannot_be_run_is_said_at_create() {
    let Some(bundle) = Bundle::new(&["oci", "features"]) else {
        return;
    };
    bundle.change(|config| config["process"]["args"] = json!(["nosuch"]));
    let path = bundle.path("bundle").to_string_lossy().into_owned();
    assert_eq!(
        bundle.refused(&["create", "-b", &path, "c"]),
        "unable to start container process: exec: \"nosuch\": executable file not found in $PATH"
    );
    bundle.change(|config| config["mounts"][0]["destination"] = json!("/proc/self"));
    assert_eq!(
        bundle.refused(&["create", "-b", &path, "c"]),
        "\"/proc/self\" cannot be mounted because it is inside /proc"
    );
    for id in ["", ".", "..", "a/b", "../x"] {
        let words = bundle.refused(&["create", "-b", &path, "--", id]);
        assert_eq!(words, "invalid container ID format", "{id:?}");
    }
    fs::remove_file(bundle.path("bundle/config.json")).expect("removed");
    assert_eq!(
        bundle.refused(&["create", "-b", &path, "c"]),
        "JSON specification file config.json not found"
    );
    bundle.oci(&["list", "-q"]).assert().success().stdout("");
}

#[test]
fn a_paused_container_is_called_so() {
    let Some(bundle) = Bundle::new(&["oci", "features"]) else {
        return;
    };
    // It waits for somebody to write to a FIFO.
    let fifo = bundle.path("bundle/rootfs/b/config.json");
    fs::create_dir(bundle.path("bundle/rootfs/b")).expect("a folder");
    nix::unistd::mkfifo(&fifo, nix::sys::stat::Mode::S_IRUSR).expect("a FIFO");
    bundle.change(|config| {
        config["process"]["args"] = json!(["/plimsoll", "oci", "run", "-b", "/b", "x"]);
    });
    bundle.create("c");
    bundle.oci(&["start", "c"]).assert().success();
    assert_eq!(bundle.refused(&["resume", "c"]), "container not paused");
    bundle.oci(&["pause", "c"]).assert().success();
    assert_eq!(bundle.status("c"), "paused");
    let listed = bundle.oci(&["list"]).output().expect("a list");
    assert!(String::from_utf8_lossy(&listed.stdout).contains("\tpaused\t"));
    let refused = bundle.refused(&["delete", "c"]);
    assert!(refused.ends_with("not stopped: paused"), "{refused}");
    bundle.oci(&["resume", "c"]).assert().success();
    assert_eq!(bundle.status("c"), "running");
    let exec = bundle.oci(&["exec", "c", "nosuch"]).output();
    let exec = exec.expect("it runs");
    assert_eq!(exec.status.code(), Some(255));
    let said = String::from_utf8_lossy(&exec.stderr);
    assert!(said.contains("exec failed: "), "{said}");
    bundle.oci(&["delete", "--force", "c"]).assert().success();
}

/// The folder of all containers is nobody's business once it is empty.
#[test]
fn the_last_container_takes_the_folder_along() {
    let Some(bundle) = Bundle::new(&["oci", "features"]) else {
        return;
    };
    if nix::unistd::geteuid().is_root() {
        eprintln!("skipped: root's folder is the machine's");
        return;
    }
    let path = bundle.path("bundle");
    let oci = |words: &[&str]| {
        let mut command = Command::cargo_bin("plimsoll").expect("the program");
        let runtime = bundle.path("runtime");
        command.env("XDG_RUNTIME_DIR", runtime).arg("oci");
        command.args(words);
        command
    };
    fs::create_dir(bundle.path("runtime")).expect("a folder");
    oci(&["run", "--keep", "-b"])
        .arg(&path)
        .arg("c")
        .assert()
        .success();
    assert!(bundle.path("runtime/plimsoll-oci").exists());
    oci(&["delete", "c"]).assert().success();
    assert!(!bundle.path("runtime/plimsoll-oci").exists());
    let run = |id: &str| oci(&["run", "-b"]).arg(&path).arg(id).output();
    assert!(run("d").expect("it runs").status.success());
    assert!(!bundle.path("runtime/plimsoll-oci").exists());
    // As `spec` writes it where nobody asked for an ordinary user's.
    bundle.change(|config| {
        let namespaces = config["linux"]["namespaces"].as_array_mut();
        namespaces
            .expect("a list")
            .retain(|one| one["type"] != "user");
        config["linux"]["uidMappings"] = Value::Null;
        config["linux"]["gidMappings"] = Value::Null;
    });
    let refused = run("e").expect("it runs").stderr;
    let refused = String::from_utf8_lossy(&refused);
    assert!(
        refused.ends_with("hint: plimsoll oci spec --rootless\n"),
        "{refused}"
    );
    assert!(!bundle.path("runtime/plimsoll-oci").exists());
}

/// CVE-2019-5736: what a container could take hold of to write to later is
/// read-only. The runtime runs from a copy here, since a program that runs
/// cannot be written anyway.
#[test]
fn the_runtime_runs_from_a_read_only_mount() {
    let Some(bundle) = Bundle::new(&["oci", "features"]) else {
        return;
    };
    let program = bundle.path("runtime");
    fs::copy(assert_cmd::cargo::cargo_bin("plimsoll"), &program).expect("a copy");
    bundle.create_with(&program, "c");
    let pid = fs::read_to_string(bundle.path("pid")).expect("the pid file");
    let held = fs::File::open(format!("/proc/{pid}/exe")).expect("the program");
    bundle.oci(&["delete", "--force", "c"]).assert().success();
    let again = format!("/proc/self/fd/{}", held.as_raw_fd());
    let error = fs::OpenOptions::new()
        .append(true)
        .open(again)
        .expect_err("read-only");
    assert_eq!(error.kind(), std::io::ErrorKind::ReadOnlyFilesystem);
    // The same file, by its own path, is as writable as ever.
    assert!(fs::OpenOptions::new().append(true).open(&program).is_ok());
}
