//! The outer half of an engine's birth: from a client's order to a PID 1 that
//! waits in new namespaces with its maps written.
//!
//! This process has one thread and a standard output that leads to the client.
//! It takes the lab's locks, makes sure that no earlier engine lives, forks away
//! from the client, clones PID 1, writes the maps and `engine.json`, lets PID 1
//! go and ends. Killed at any point, the pipe to PID 1 closes and PID 1 ends too.

use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::process::ExitCode;

use plimsoll_runtime::sys::{self, CloneOptions, Forked};
use plimsoll_text::{Language, system_error};
use rustix::process::Signal;

use crate::cgroup::{self, CgroupRecord, LabCgroup};
use crate::id_plan::{self, MapError};
use crate::identity::{self, EngineRecord, RecordError};
use crate::order::Order;
use crate::paths::LabPaths;
use crate::seat::{EngineSeat, ReadySignal, remove_if_there};
use crate::{birth, id_map::IdMap, lock, peer, words};

/// The hidden subcommand by which the binary becomes an engine.
pub const ENTRY: &str = "engine-init";

/// How long an engine that no longer answers may take to end.
const DYING_MS: u32 = 10_000;

/// Why no engine could be born.
#[derive(Debug, thiserror::Error)]
pub(crate) enum LaunchError {
    Step {
        /// Says it in a language.
        doing: fn(Language) -> String,
        #[source]
        source: io::Error,
    },
    Unresponsive {
        pid: Option<i32>,
    },
    Record(#[from] RecordError),
    Clone(#[source] io::Error),
    Map(#[from] MapError),
}

plimsoll_text::speaks!(LaunchError);

impl LaunchError {
    /// What went wrong, in the reader's language.
    #[must_use]
    pub(crate) fn say(&self, language: Language) -> String {
        match self {
            Self::Step { doing, .. } => doing(language),
            Self::Unresponsive { pid: Some(pid) } => {
                words::launch_unresponsive_pid(language, pid.to_string())
            }
            Self::Unresponsive { pid: None } => words::launch_unresponsive(language),
            Self::Record(error) => error.say(language),
            Self::Clone(_) => words::launch_clone(language),
            Self::Map(_) => words::launch_map(language),
        }
    }
}

impl LaunchError {
    pub(crate) fn step(doing: fn(Language) -> String) -> impl FnOnce(io::Error) -> Self {
        move |source| Self::Step { doing, source }
    }

    fn hint(&self, language: Language, lab: &str) -> String {
        match self {
            Self::Unresponsive { .. } => format!("plimsoll stop {lab}"),
            Self::Record(RecordError::Newer { .. }) => words::record_hint(language),
            Self::Record(RecordError::Io(_))
            | Self::Clone(_)
            | Self::Map(_)
            | Self::Step { .. } => words::launch_hint(language),
        }
    }

    /// Tells the client, in its language: this process itself speaks English.
    pub(crate) fn report(&self, language: Language, lab: &str) {
        let Some(ready) = report_pipe(0) else {
            return;
        };
        let doing = self.say(language);
        let mut causes: Vec<String> = Vec::new();
        let mut next = std::error::Error::source(self);
        while let Some(error) = next {
            let said = in_language(error, language);
            if !doing.contains(&said) {
                causes.push(said);
            }
            next = error.source();
        }
        let hint = self.hint(language, lab);
        ready.fail(&doing, &causes.join(": "), Some(&hint));
    }
}

/// What a cause of a [`LaunchError`] says.
fn in_language(error: &(dyn std::error::Error + 'static), language: Language) -> String {
    if let Some(error) = error.downcast_ref::<MapError>() {
        return error.say(language);
    }
    if let Some(error) = error.downcast_ref::<RecordError>() {
        return error.say(language);
    }
    match error.downcast_ref::<io::Error>() {
        Some(error) => system_error(language, error),
        None => error.to_string(),
    }
}

/// Becomes an engine where the command line says so; else returns `None` at once.
///
/// Call it first in `main`, before any thread exists. `serve` is called as PID 1
/// of the lab; the lab ends when it returns.
#[must_use]
pub fn engine_entry(serve: fn(EngineSeat) -> ExitCode) -> Option<ExitCode> {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next()? != ENTRY {
        return None;
    }
    let phase = arguments.next().unwrap_or_default();
    let Some(order) = Order::of_process() else {
        eprintln!("plimsoll: `{ENTRY}` is how a lab's engine starts, not a command to type");
        return Some(ExitCode::from(2));
    };
    Some(match phase.to_str() {
        Some("inner") => birth::become_engine(order, serve),
        _ => outer(&order),
    })
}

fn outer(order: &Order) -> ExitCode {
    // An engine outlives its client by hours: a pipe of the client's caller that
    // it kept open would keep that caller waiting. Nothing is open here yet but
    // what was inherited.
    let _ = sys::close_from(3, false);
    match launch(order) {
        Ok(Launched::Alive(pid)) => {
            if let Some(ready) = report_pipe(pid) {
                ready.announce();
            }
            ExitCode::SUCCESS
        }
        Ok(Launched::HandedOn) => ExitCode::SUCCESS,
        Err(error) => {
            error.report(order.language(), order.paths.lab().as_str());
            ExitCode::FAILURE
        }
    }
}

/// The pipe to the client, which is this process's standard output.
pub(crate) fn report_pipe(pid: i32) -> Option<ReadySignal> {
    let pipe = io::stdout().as_fd().try_clone_to_owned().ok()?;
    Some(ReadySignal::new(File::from(pipe), pid))
}

enum Launched {
    /// An engine answers already.
    Alive(i32),
    /// PID 1 is on its way and will report.
    HandedOn,
}

fn launch(order: &Order) -> Result<Launched, LaunchError> {
    // Until the fork below, this process ends with the client that wants it.
    let _ = rustix::process::set_parent_process_death_signal(Some(Signal::KILL));
    let paths = &order.paths;
    let starting = lock::wait_for(&paths.start_lock())
        .map_err(LaunchError::step(words::step_lock_lab_for_its_start))?;
    if let Ok(engine) = peer::connect(&paths.socket()) {
        return Ok(Launched::Alive(engine.pid));
    }
    let held = wait_for_earlier(paths)?;
    remove_if_there(&paths.socket())
        .map_err(LaunchError::step(words::step_remove_earlier_socket))?;
    match sys::clone3(&CloneOptions::default()).map_err(|errno| LaunchError::Clone(errno.into()))? {
        Forked::Parent { .. } => Ok(Launched::HandedOn),
        Forked::Child => detached(order, starting, held),
    }
}

/// Waits until no engine of this lab lives, and holds its lock.
fn wait_for_earlier(paths: &LabPaths) -> Result<File, LaunchError> {
    let earlier = EngineRecord::read(&paths.engine_record())?;
    if let Some(record) = &earlier
        && let Some(process) = record.alive()
    {
        record.cgroup.iter().for_each(cgroup::let_die);
        if !identity::wait_for_end(process, DYING_MS) {
            let pid = Some(record.pid);
            return Err(LaunchError::Unresponsive { pid });
        }
    }
    // Free by now, unless somebody removed `engine.json` beneath a live engine.
    let held = lock::try_take(&paths.lock())
        .map_err(LaunchError::step(words::step_lock_lab))?
        .ok_or(LaunchError::Unresponsive { pid: None })?;
    earlier
        .and_then(|record| record.cgroup)
        .iter()
        .for_each(cgroup::remove);
    Ok(held)
}

/// Runs in the child that has left the client: makes PID 1 and ends.
fn detached(order: &Order, starting: File, held: File) -> ! {
    let done = make_lab(order, starting, held);
    if let Err(error) = &done {
        error.report(order.language(), order.paths.lab().as_str());
    }
    sys::exit(i32::from(done.is_err()))
}

fn make_lab(order: &Order, starting: File, held: File) -> Result<(), LaunchError> {
    rustix::process::setsid()
        .map_err(|errno| LaunchError::step(words::step_leave_session)(errno.into()))?;
    rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o022));
    let id_map = id_plan::choose(order.id_map, order.view.is_some());
    // A submission is held by its arena's watchdog.
    let cgroup = match order.view {
        None => cgroup::acquire(&order.paths),
        Some(_) => None,
    };
    let (gate, opener) = io::pipe().map_err(LaunchError::step(words::step_make_pipe))?;
    let namespaces = CloneOptions {
        namespaces: birth::NAMESPACES,
        ..CloneOptions::default()
    };
    match sys::clone3(&namespaces).map_err(|errno| LaunchError::Clone(errno.into()))? {
        Forked::Child => {
            drop(opener);
            let locks = Locks { starting, held };
            unborn(order, id_map, gate, locks, cgroup)
        }
        Forked::Parent { pid, .. } => {
            drop(gate);
            let cgroup = cgroup.map(|cgroup| cgroup.record);
            let begun = let_go(order, &id_map, pid, cgroup.clone(), opener);
            // Without a record nobody would know of it.
            if let Some(cgroup) = cgroup.filter(|_| begun.is_err()) {
                cgroup::remove(&cgroup);
            }
            begun
        }
    }
}

/// Writes the maps and the record of the new PID 1, and lets it begin.
fn let_go(
    order: &Order,
    id_map: &IdMap,
    pid: i32,
    cgroup: Option<CgroupRecord>,
    mut opener: io::PipeWriter,
) -> Result<(), LaunchError> {
    id_plan::write(id_map, pid)?;
    let mut record = EngineRecord::of(order.paths.lab(), pid)
        .map_err(LaunchError::step(words::step_look_at_new_engine))?;
    record.store = Some(order.paths.store().to_path_buf());
    record.cgroup = cgroup;
    record.write(&order.paths.engine_record())?;
    writeln!(opener, "{pid}").map_err(LaunchError::step(words::step_let_new_engine_go))
}

/// The locks PID 1 takes over: `starting` until it is ready, `held` for life.
pub(crate) struct Locks {
    pub starting: File,
    pub held: File,
}

/// PID 1 before its maps exist: waits for the outer half, ends with it.
fn unborn(
    order: &Order,
    id_map: IdMap,
    mut gate: io::PipeReader,
    locks: Locks,
    cgroup: Option<LabCgroup>,
) -> ! {
    let mut line = String::new();
    let opened = gate.read_to_string(&mut line).is_ok();
    let Some(pid) = line.trim().parse().ok().filter(|_| opened) else {
        sys::exit(1);
    };
    let held = OwnedFd::from(locks.held);
    let Err(error) =
        birth::run_from_bound_binary(order, pid, id_map, &locks.starting, held, cgroup.as_ref());
    error.report(order.language(), order.paths.lab().as_str());
    sys::exit(1)
}
