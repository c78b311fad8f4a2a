//! A second process in a lab: the learner's shell, or one command.
//!
//! The calling process joins the lab's namespaces and forks; the child gives up
//! every capability and becomes the shell, the caller relays its terminal and
//! waits. Start reading at [`enter`].

mod become_command;
mod environment;
mod relay;
mod shell;

use std::ffi::OsString;
use std::io::{self, IsTerminal};
use std::os::fd::AsFd;
use std::path::PathBuf;

use nix::libc;
use plimsoll_runtime::sys::{self, CloneOptions, Forked};
use plimsoll_text::{Language, spoken};
use rustix::thread::{ThreadNameSpaceType, move_into_thread_name_spaces};

pub(crate) use become_command::give_up_capabilities;
pub use environment::{Offered, SHIMS};

use crate::name::LabName;
use crate::paths::LabPaths;
use crate::start::{Running, current_lab};
use crate::words;

/// What to run in the lab.
#[derive(Debug, Clone, Default)]
pub struct EnterOptions {
    /// A command and its arguments; none means the learner's shell.
    pub command: Vec<OsString>,
    /// Programs for the lab that the machine may lack.
    pub offered: Vec<Offered>,
    /// For its environment, besides what every lab's has.
    pub variables: Vec<(OsString, OsString)>,
}

/// How the time in the lab ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// The shell or command ended: its code, 128 and the number for a signal.
    Exited(i32),
    /// The lab itself ended, and everything in it.
    LabEnded,
}

/// Why nothing could be run in the lab.
#[derive(Debug, thiserror::Error)]
pub enum EnterError {
    InsideLab {
        current: LabName,
    },
    Commands {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    Join(#[source] io::Error),
    Terminal(#[source] io::Error),
    Fork(#[source] io::Error),
}

plimsoll_text::speaks!(EnterError);

impl EnterError {
    /// What went wrong, in the reader's language.
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        match self {
            Self::InsideLab { current } => words::inside_lab(language, current.as_str()),
            Self::Commands { path, .. } => {
                words::enter_commands(language, path.display().to_string())
            }
            Self::Join(_) => words::enter_join(language),
            Self::Terminal(_) => words::enter_terminal(language),
            Self::Fork(_) => words::enter_fork(language),
        }
    }
}

impl EnterError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::InsideLab { .. } => Some(words::inside_lab_hint(spoken())),
            Self::Join(_) => Some(words::enter_join_hint(spoken())),
            Self::Commands { .. } | Self::Terminal(_) | Self::Fork(_) => None,
        }
    }
}

/// Runs a shell or a command in the lab and waits for it. Call it while the
/// process has one thread; afterwards the process is in the lab too.
///
/// With a terminal on standard input and output the command gets one of its
/// own; otherwise it inherits the three standard streams.
///
/// # Errors
/// [`EnterError`]. That the command does not exist is no error here but code 127.
pub fn enter(
    paths: &LabPaths,
    running: &Running,
    options: &EnterOptions,
) -> Result<Left, EnterError> {
    environment::lay_out_commands(paths, &options.offered).map_err(|source| {
        EnterError::Commands {
            path: paths.commands(),
            source,
        }
    })?;
    let plan = shell::plan(paths, options);
    join(paths, running)?;
    let terminal = (io::stdin().is_terminal() && io::stdout().is_terminal())
        .then(relay::Terminal::open)
        .transpose()
        .map_err(EnterError::Terminal)?;
    // Blocked before the fork, so that none is lost between it and the relay.
    let signals = relay::Signals::catch().map_err(EnterError::Terminal)?;
    match sys::clone3(&CloneOptions::default()).map_err(|errno| EnterError::Fork(errno.into()))? {
        Forked::Child => become_command::run(&plan, terminal.as_ref()),
        Forked::Parent { pid, pidfd } => {
            // The relay needs nothing of the lab any more.
            let _ = become_command::give_up_capabilities();
            let child = relay::Child { pid, pidfd };
            Ok(relay::until_the_end(
                &child,
                terminal,
                &signals,
                running.pidfd.as_fd(),
            ))
        }
    }
}

fn join(paths: &LabPaths, running: &Running) -> Result<(), EnterError> {
    if let Some(current) = current_lab(paths.places()) {
        if current == *paths.lab() {
            return Ok(());
        }
        return Err(EnterError::InsideLab { current });
    }
    let flags = libc::CLONE_NEWUSER
        | libc::CLONE_NEWNS
        | libc::CLONE_NEWPID
        | libc::CLONE_NEWNET
        | libc::CLONE_NEWUTS
        | libc::CLONE_NEWIPC;
    let flags = ThreadNameSpaceType::from_bits_retain(flags.cast_unsigned());
    move_into_thread_name_spaces(running.pidfd.as_fd(), flags)
        .map_err(|errno| EnterError::Join(errno.into()))
}
