//! The child's way from a fork inside the lab to the learner's program.
//!
//! Joining a user namespace gives every capability in it, and a process that
//! keeps one could rewrite the engine's memory. So all five sets are emptied,
//! the bounding set too: a root that started the lab gets nothing back by
//! executing a program.

use std::io;
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::process::Command;

use plimsoll_runtime::sys;

use super::relay::Terminal;
use super::shell::CommandPlan;

/// Becomes the planned command. Codes as a shell's: 127 for a program that is
/// not there, 126 for one that cannot be run, 125 when the way there failed.
pub(super) fn run(plan: &CommandPlan, terminal: Option<&Terminal>) -> ! {
    if let Err(error) = prepare(terminal) {
        eprintln!("plimsoll: cannot prepare a process in the lab: {error}");
        sys::exit(125);
    }
    let mut command = Command::new(&plan.program);
    command
        .arg0(&plan.name)
        .args(&plan.arguments)
        .env_clear()
        .envs(&plan.environment);
    // The folder may be gone or unreadable from here: then the root has to do.
    if std::env::set_current_dir(&plan.folder).is_err() {
        let _ = std::env::set_current_dir("/");
    }
    let error = command.exec();
    let program = plan.program.to_string_lossy();
    if error.kind() == io::ErrorKind::NotFound {
        eprintln!("plimsoll: {program}: command not found");
        sys::exit(127);
    }
    eprintln!("plimsoll: {program}: {error}");
    sys::exit(126)
}

fn prepare(terminal: Option<&Terminal>) -> io::Result<()> {
    if let Some(terminal) = terminal {
        rustix::process::setsid()?;
        let inner = terminal.inner()?;
        sys::take_controlling_terminal(inner.as_fd())?;
        for stream in 0..3 {
            sys::duplicate_to(&inner, stream)?;
        }
    }
    sys::reset_signals();
    give_up_capabilities()?;
    // Whatever else is open was inherited, or is the relay's.
    sys::close_from(3, true)?;
    Ok(())
}

/// Empties the bounding, ambient, inheritable, permitted and effective sets.
pub(crate) fn give_up_capabilities() -> sys::Result<()> {
    for capability in 0..64 {
        // The kernel knows fewer than 64: the first it does not know ends it.
        if sys::drop_bounding(capability).is_err() {
            break;
        }
    }
    sys::clear_ambient()?;
    sys::capset(0, 0, 0)
}
