//! One person's machine in small.

use std::ffi::OsStr;
use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::leftovers::cgroups;
use crate::person::Become;
use crate::{Leftovers, Person, eventually, skipped};

/// A home, data, runtime and work directory, and the binary under test.
pub struct World {
    person: Person,
    become_: Become,
    directory: tempfile::TempDir,
    binary: PathBuf,
}

impl World {
    /// Play `body` as `person`, then stop every lab and prove that nothing is
    /// left. Says aloud why where this person cannot be had.
    pub fn with(person: Person, body: fn(&World)) {
        match World::new(person) {
            Ok(world) => {
                body(&world);
                world.close();
            }
            Err(why) => skipped(&why),
        }
    }

    /// A new world for `person`, or why it cannot be had.
    pub fn new(person: Person) -> Result<World, String> {
        let become_ = person.become_()?;
        let directory = tempfile::Builder::new()
            .prefix("plimsoll-")
            .tempdir_in("/tmp")
            .map_err(|error| format!("no temporary directory: {error}"))?;
        let world = World {
            person,
            binary: binary(directory.path()),
            become_,
            directory,
        };
        for name in ["home", "data", "run", "work"] {
            world.make_directory(&world.path(name));
        }
        world.own(world.directory.path());
        Ok(world)
    }

    /// Whose world this is.
    pub fn person(&self) -> Person {
        self.person
    }

    /// The binary under test.
    pub fn binary(&self) -> &Path {
        &self.binary
    }

    /// A path in this world: `home`, `data`, `run`, `work` or below.
    pub fn path(&self, relative: impl AsRef<Path>) -> PathBuf {
        self.directory.path().join(relative)
    }

    /// Write a file that the person owns; makes its directories.
    pub fn write(&self, relative: impl AsRef<Path>, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(relative);
        let mut missing = Vec::new();
        let mut parent = path.parent();
        while let Some(directory) = parent.filter(|directory| !directory.exists()) {
            missing.push(directory.to_owned());
            parent = directory.parent();
        }
        missing
            .iter()
            .rev()
            .for_each(|directory| self.make_directory(directory));
        fs::write(&path, content).expect("a file in the test's own directory");
        self.own(&path);
        path
    }

    /// The binary under test as this person, in a clean environment.
    pub fn plimsoll<A: AsRef<OsStr>>(
        &self,
        arguments: impl IntoIterator<Item = A>,
    ) -> assert_cmd::Command {
        let mut command = self.command(&self.binary);
        command.args(arguments);
        finish(command)
    }

    /// `docker` against the engine of `lab`, which is started where needed.
    pub fn docker<A: AsRef<OsStr>>(
        &self,
        lab: &str,
        arguments: impl IntoIterator<Item = A>,
    ) -> assert_cmd::Command {
        let socket = self.start(lab);
        let mut command = self.command(&self.binary);
        command.arg("docker").args(arguments);
        command.env("DOCKER_HOST", format!("unix://{}", socket.display()));
        finish(command)
    }

    /// A shell script in the lab.
    pub fn shell(&self, lab: &str, script: &str) -> assert_cmd::Command {
        self.plimsoll(["shell", lab, "--", "/bin/sh", "-c", script])
    }

    /// Start the lab's engine where it does not run; its socket.
    pub fn start(&self, lab: &str) -> PathBuf {
        let socket = self.path("run/plimsoll").join(format!("{lab}.sock"));
        self.plimsoll(["env", lab]).assert().success();
        socket
    }

    /// Any program as this person, in this world's environment.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        let user = match &self.become_ {
            Become::Ids { uid, gid, name } => {
                command.uid(*uid).gid(*gid);
                name.clone()
            }
            Become::Self_ => std::env::var("USER").unwrap_or_else(|_| "root".into()),
        };
        command
            .env_clear()
            .env(
                "PATH",
                "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
            )
            .env("HOME", self.path("home"))
            .env("USER", user)
            .env("SHELL", "/bin/bash")
            .env("TERM", "xterm")
            .env("LC_ALL", "C.UTF-8")
            .env("PLIMSOLL_HOME", self.path("data"))
            .env("PLIMSOLL_WORK", self.path("work"))
            .env("XDG_RUNTIME_DIR", self.path("run"))
            .current_dir(self.path("home"));
        if self.person == Person::Single {
            command.env("PLIMSOLL_IDMAP", "single");
        }
        command
    }

    /// Stop every lab and check that the machine is as it was.
    pub fn close(self) {
        let cgroups = cgroups(&self.path("data/labs"));
        self.plimsoll(["stop", "--all"]).assert().success();
        let directory = self.directory.path().to_owned();
        eventually(
            "no process, mount, socket or cgroup is left",
            Duration::from_secs(10),
            || {
                let left = Leftovers::of(&directory).and_cgroups(&cgroups);
                if !left.is_empty() {
                    eprintln!("left: {left:?}");
                }
                left.is_empty().then_some(())
            },
        );
    }

    fn make_directory(&self, path: &Path) {
        fs::create_dir(path).expect("a directory in the test's own directory");
        fs::set_permissions(path, fs::Permissions::from_mode(0o700)).expect("its mode");
        self.own(path);
    }

    fn own(&self, path: &Path) {
        if let Become::Ids { uid, gid, .. } = self.become_ {
            chown(path, Some(uid), Some(gid)).expect("root may give files away");
        }
    }
}

impl Drop for World {
    /// After a failed test the labs are stopped too; the proof that nothing is
    /// left is for tests that came to their end.
    fn drop(&mut self) {
        if std::thread::panicking() {
            let _ = self.plimsoll(["stop", "--all"]).ok();
        }
        remove_foreign(self.directory.path());
    }
}

/// Files of mapped ids can be removed by root only; `stop` leaves the store.
fn remove_foreign(directory: &Path) {
    if nix::unistd::Uid::effective().is_root() {
        let _ = fs::remove_dir_all(directory);
    } else {
        let _ = Command::new("unshare")
            .args(["--user", "--map-auto", "--map-root-user", "rm", "-rf", "--"])
            .arg(directory)
            .status();
    }
}

fn finish(command: Command) -> assert_cmd::Command {
    let mut command = assert_cmd::Command::from_std(command);
    command.timeout(Duration::from_secs(120));
    command
}

/// The binary under test: `PLIMSOLL_TEST_BINARY` (a copy that every account
/// can reach, made by `cargo xtask test`), else a copy in the world itself.
fn binary(directory: &Path) -> PathBuf {
    if let Some(path) = std::env::var_os("PLIMSOLL_TEST_BINARY") {
        return path.into();
    }
    let built = assert_cmd::cargo::cargo_bin("plimsoll");
    let copy = directory.join("plimsoll");
    fs::copy(&built, &copy).unwrap_or_else(|error| panic!("{}: {error}", built.display()));
    fs::set_permissions(&copy, fs::Permissions::from_mode(0o755)).expect("the copy's mode");
    copy
}
