//! A person with folders of their own and the fixture's binary within reach.

use std::fs;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::time::{Duration, Instant};

use plimsoll_host::{Environment, LabName, LabPaths, Places};
use plimsoll_runtime::sys;
use rustix::pty::{OpenptFlags, openpt};

/// Who plays: root, a user with a range of ids, a user without.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Person {
    Root,
    Mapped,
    Single,
}

pub struct Stage {
    folder: tempfile::TempDir,
    ids: Option<(u32, u32)>,
    person: Person,
}

/// Plays `body` as every person that can be had here, and proves afterwards
/// that no process is left.
pub fn everyone(body: fn(&Stage)) {
    for person in [Person::Root, Person::Mapped, Person::Single] {
        match Stage::new(person) {
            Some(stage) => {
                body(&stage);
                stage.prove_nothing_left();
            }
            None => eprintln!("skipped: {person:?} cannot be had here (see `cargo xtask test`)"),
        }
    }
}

impl Stage {
    fn new(person: Person) -> Option<Self> {
        let root = nix::unistd::geteuid().is_root();
        let ids = match (person, root) {
            (Person::Root, true) | (Person::Single, false) => None,
            (Person::Root | Person::Mapped, false) => return None,
            (Person::Mapped, true) => Some(account("plimsoll-mapped")?),
            (Person::Single, true) => Some(account("plimsoll-single")?),
        };
        let stage = Self {
            folder: tempfile::Builder::new()
                .prefix("plimsoll-host-")
                .tempdir_in("/tmp")
                .ok()?,
            ids,
            person,
        };
        stage.own(stage.folder.path());
        for name in ["home", "data", "run", "work"] {
            fs::create_dir(stage.at(name)).expect("a folder");
            fs::set_permissions(stage.at(name), fs::Permissions::from_mode(0o700)).expect("a mode");
            stage.own(&stage.at(name));
        }
        let fixture = env!("CARGO_BIN_EXE_plimsoll-host-fixture");
        fs::copy(fixture, stage.program()).expect("the fixture");
        fs::set_permissions(stage.program(), fs::Permissions::from_mode(0o755)).expect("a mode");
        Some(stage)
    }

    pub fn person(&self) -> Person {
        self.person
    }

    pub fn at(&self, name: impl AsRef<Path>) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn program(&self) -> PathBuf {
        self.at("plimsoll")
    }

    pub fn own(&self, path: &Path) {
        if let Some((uid, gid)) = self.ids {
            chown(path, Some(uid), Some(gid)).expect("root gives it away");
        }
    }

    pub fn uid(&self) -> u32 {
        self.ids
            .map_or_else(|| nix::unistd::getuid().as_raw(), |(uid, _)| uid)
    }

    pub fn environment(&self) -> Environment {
        Environment {
            uid: self.uid(),
            home: Some(self.at("home")),
            plimsoll_home: Some(self.at("data")),
            plimsoll_work: Some(self.at("work")),
            xdg_runtime_dir: Some(self.at("run")),
            ..Environment::default()
        }
    }

    pub fn lab(&self) -> LabPaths {
        Places::choose(&self.environment())
            .expect("places")
            .lab(&LabName::new("hello-world").expect("a name"))
            .expect("paths")
    }

    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>, words: &[&str]) -> Command {
        let mut command = Command::new(program);
        if let Some((uid, gid)) = self.ids {
            command.uid(uid).gid(gid);
        }
        command
            .args(words)
            .env_clear()
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .env("HOME", self.at("home"))
            .env("SHELL", "/bin/sh")
            .env("PLIMSOLL_HOME", self.at("data"))
            .env("PLIMSOLL_WORK", self.at("work"))
            .env("XDG_RUNTIME_DIR", self.at("run"))
            .current_dir("/");
        if self.person == Person::Single {
            command.env("PLIMSOLL_IDMAP", "single");
        }
        command
    }

    pub fn fixture(&self, words: &[&str]) -> Command {
        self.command(self.program(), words)
    }

    /// A terminal: the emulator's end and the program's, which this person owns.
    pub fn terminal(&self) -> (OwnedFd, OwnedFd) {
        let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
        let master = openpt(flags).expect("a terminal");
        sys::unlock_terminal(master.as_fd()).expect("unlocked");
        let terminal = sys::terminal_peer(master.as_fd()).expect("its other end");
        if let Some((uid, gid)) = self.ids {
            std::os::unix::fs::fchown(&terminal, Some(uid), Some(gid)).expect("given away");
        }
        (master, terminal)
    }

    /// Runs the fixture to its end.
    pub fn run(&self, words: &[&str]) -> Output {
        self.fixture(words).output().expect("it ran")
    }

    /// What the fixture prints; it must succeed.
    pub fn out(&self, words: &[&str]) -> String {
        let output = self.run(words);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(
            output.status.success(),
            "{:?} {words:?}: {said}",
            self.person
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Starts the lab; the engine's pid.
    pub fn start(&self) -> i32 {
        let line = self.out(&["start", "hello-world"]);
        let pid = line.split(' ').next().and_then(|pid| pid.parse().ok());
        pid.expect("a pid")
    }

    pub fn in_lab(&self, script: &str) -> Output {
        self.run(&["enter", "hello-world", "/bin/sh", "-c", script])
    }

    /// Pids of processes that belong to this stage.
    pub fn processes(&self) -> Vec<i32> {
        let needle = self.folder.path().as_os_str().as_encoded_bytes();
        let mut found = Vec::new();
        for entry in fs::read_dir("/proc").expect("/proc").flatten() {
            let pid = entry
                .file_name()
                .to_str()
                .and_then(|name| name.parse().ok());
            let environment = fs::read(entry.path().join("environ")).unwrap_or_default();
            let is_ours = environment
                .windows(needle.len())
                .any(|window| window == needle);
            if let Some(pid) = pid.filter(|_| is_ours) {
                found.push(pid);
            }
        }
        found
    }

    fn prove_nothing_left(&self) {
        self.out(&["stop", "hello-world"]);
        eventually("no process is left", || self.processes().is_empty());
        assert!(!self.lab().socket().exists());
        assert!(!self.lab().places().runtime().exists());
        let mounts = fs::read_to_string("/proc/self/mountinfo").expect("mounts");
        assert!(
            !mounts.contains(&*self.folder.path().to_string_lossy()),
            "{mounts}"
        );
    }
}

impl Drop for Stage {
    fn drop(&mut self) {
        for pid in self.processes() {
            let _ = nix::sys::signal::kill(
                nix::unistd::Pid::from_raw(pid),
                nix::sys::signal::Signal::SIGKILL,
            );
        }
    }
}

/// Waits for something that has to come.
pub fn eventually(what: &str, mut happened: impl FnMut() -> bool) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !happened() {
        assert!(Instant::now() < deadline, "in vain: {what}");
        std::thread::yield_now();
    }
}

/// passwd(5), read as a file: these tests are static programs.
fn account(name: &str) -> Option<(u32, u32)> {
    let table = fs::read_to_string("/etc/passwd").ok()?;
    let line = table
        .lines()
        .find(|line| line.split(':').next() == Some(name))?;
    let mut fields = line.split(':').skip(2);
    Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
}
