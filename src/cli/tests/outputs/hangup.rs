//! What `docker run` does when its terminal goes: with a word (SIGHUP), and
//! without one. The engine is a thread that answers canned replies.

use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::os::unix::process::ExitStatusExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use nix::fcntl::OFlag;
use nix::pty::{grantpt, posix_openpt, ptsname_r, unlockpt};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::canned::Engine;
use crate::real;

/// The emulator's end of a terminal, and the program's.
fn terminal() -> (File, OwnedFd) {
    let flags = OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_CLOEXEC;
    let master = posix_openpt(flags).expect("a terminal");
    grantpt(&master).expect("it is ours");
    unlockpt(&master).expect("unlocked");
    let name = ptsname_r(&master).expect("its name");
    let program = nix::fcntl::open(Path::new(&name), flags, nix::sys::stat::Mode::empty());
    (
        OwnedFd::from(master).into(),
        program.expect("its other end"),
    )
}

/// The client at a terminal, and that terminal, once the container has spoken.
fn run(host: &str, words: &[&str]) -> (Child, File) {
    let (mut screen, terminal) = terminal();
    let stream = || Stdio::from(terminal.try_clone().expect("a descriptor"));
    let client = Command::new(real::ours())
        .args(words)
        .env_clear()
        .env("DOCKER_HOST", host)
        .stdin(stream())
        .stdout(stream())
        .stderr(stream())
        .spawn()
        .expect("the client runs");
    let mut first = [0; 2];
    screen.read_exact(&mut first).expect("the container speaks");
    assert_eq!(&first, b"in");
    (client, screen)
}

#[test]
fn a_terminal_that_goes_without_a_word_ends_the_client() {
    let directory = tempfile::tempdir().expect("a directory");
    let engine = Engine::start(directory.path());
    let (mut client, screen) = run(engine.host(), &["run", "-it", "stays"]);
    drop(screen);
    assert_eq!(client.wait().expect("it ends").code(), Some(129));
}

#[test]
fn sighup_is_passed_on_and_ends_the_client_only_with_its_terminal() {
    let directory = tempfile::tempdir().expect("a directory");
    let engine = Engine::start(directory.path());
    let (mut client, screen) = run(engine.host(), &["run", "-t", "stays"]);
    let pid = Pid::from_raw(client.id().cast_signed());
    for _ in 0..2 {
        kill(pid, Signal::SIGHUP).expect("it lives");
        engine.until_asked("/containers/open/kill");
    }
    drop(screen);
    kill(pid, Signal::SIGHUP).expect("it is not waited for yet");
    let status = client.wait().expect("it ends");
    // It may have been about to look at its terminal: then the signal ends it.
    let code = status.code().or(status.signal().map(|signal| 128 + signal));
    assert_eq!(code, Some(129));
}
