//! A container's first process where `--init` asks for one: it becomes the
//! parent of every orphan and collects them, and passes signals on to the
//! command, which as process 1 would be deaf to them (pid_namespaces(7)).
//!
//! The container executes this very program under the name [`NAME`], as Docker
//! does with a program of that name. Start reading at [`main`].

use crate::reap::{self, ExitStatus};
use crate::sys;
use nix::errno::Errno;
use nix::libc;
use nix::sys::signal::{SigSet, Signal};
use nix::sys::signalfd::{SfdFlags, SignalFd, siginfo};
use std::ffi::OsString;
use std::io;
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::process::CommandExt;
use std::process::Command;

/// The name by which it is executed, and Docker's for it.
pub const NAME: &str = "docker-init";

/// Where a container has it.
pub const PATH: &str = "/sbin/docker-init";

/// A fault of our own, not a word for the command: they end us, as they should.
const FAULTS: [Signal; 6] = [
    Signal::SIGABRT,
    Signal::SIGBUS,
    Signal::SIGFPE,
    Signal::SIGILL,
    Signal::SIGSEGV,
    Signal::SIGTRAP,
];

/// What a terminal sends to the whole foreground group, the command included.
const OF_TERMINAL: [Signal; 4] = [
    Signal::SIGINT,
    Signal::SIGQUIT,
    Signal::SIGTSTP,
    Signal::SIGWINCH,
];

/// Told to the copy of this program that becomes the command.
const BECOME: &str = "--become";

/// Runs the command behind `--` and stays until it ends. Returns its code, 128
/// and the number for a signal; 127 and 126 as a shell where it cannot be run.
pub fn main(words: impl Iterator<Item = OsString>) -> u8 {
    let mut words = words.peekable();
    let becomes = words.next_if(|word| word == BECOME).is_some();
    let command: Vec<OsString> = words.skip_while(|word| word == "--").collect();
    if command.is_empty() {
        eprintln!("{NAME}: no command: {NAME} -- COMMAND [ARGUMENT...]");
        return 1;
    }
    if becomes {
        return become_command(&command);
    }
    match run(&command) {
        Ok(status) => u8::try_from(status.code()).unwrap_or(u8::MAX),
        Err(error) => {
            eprintln!("{NAME}: cannot look after the command: {error}");
            1
        }
    }
}

/// The command stays in our process group, which has the terminal: another
/// would be stopped at its first read before it got it.
fn run(command: &[OsString]) -> io::Result<ExitStatus> {
    let mut signals = SigSet::all();
    FAULTS.into_iter().for_each(|fault| signals.remove(fault));
    // Before the command begins: what comes in between waits.
    signals.thread_block()?;
    let signals = SignalFd::with_flags(&signals, SfdFlags::SFD_CLOEXEC)?;
    // Children inherit what is blocked: this one undoes it first.
    let command = Command::new("/proc/self/exe")
        .arg0(NAME)
        .args([BECOME, "--"])
        .args(command)
        .spawn()?;
    let pid = command.id().cast_signed();
    let pidfd = sys::pidfd_open(pid)?;
    Ok(look_after(pid, pidfd.as_fd(), &signals)?)
}

fn become_command(command: &[OsString]) -> u8 {
    sys::reset_signals();
    let error = Command::new(&command[0]).args(&command[1..]).exec();
    eprintln!("{NAME}: exec {} failed: {error}", command[0].display());
    let missing = error.kind() == io::ErrorKind::NotFound;
    if missing { 127 } else { 126 }
}

fn look_after(command: i32, pidfd: BorrowedFd<'_>, signals: &SignalFd) -> nix::Result<ExitStatus> {
    loop {
        let info = match signals.read_signal() {
            Ok(Some(info)) => info,
            Ok(None) | Err(Errno::EINTR) => continue,
            Err(errno) => return Err(errno),
        };
        let signal = info.ssi_signo.cast_signed();
        if signal != libc::SIGCHLD {
            if !has_it_already(&info) {
                // It may have ended meanwhile: the next signal says so.
                let _ = sys::pidfd_send_signal(pidfd, signal);
            }
            continue;
        }
        while let Some((pid, status)) = reap::next()? {
            reap::collect(pid)?;
            if pid == command {
                return Ok(status);
            }
        }
    }
}

fn has_it_already(info: &siginfo) -> bool {
    let signal = info.ssi_signo.cast_signed();
    info.ssi_code == libc::SI_KERNEL && OF_TERMINAL.iter().any(|one| *one as i32 == signal)
}
