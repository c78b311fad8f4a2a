//! Ending a lab so that nothing of it is left but its state on disk.
//!
//! The engine is asked first, so that containers get their stop signal; one that
//! does not answer in time is killed. It is PID 1 of the lab: with it the kernel
//! ends every process, mount and namespace in there, and the wait on its pidfd
//! returns only after that.

use std::io::{self, Read, Write};
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;
use std::time::Duration;

use nix::libc::SIGKILL;
use plimsoll_runtime::sys;
use plimsoll_text::Language;

use crate::cgroup::{self, CgroupRecord};
use crate::identity::{self, EngineRecord, RecordError};
use crate::name::LabName;
use crate::paths::{LabPaths, Places};
use crate::seat::remove_if_there;
use crate::{lock, peer, words};

/// How long containers and engine may take to end in good order.
const GRACE_MS: u32 = 15_000;
/// How long the kernel may take to end a killed lab.
const KILLED_MS: u32 = 10_000;

/// What there was to end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stopped {
    /// No engine was running.
    NotRunning,
    /// It ended in good order.
    InGoodOrder,
    /// It did not answer and was killed.
    Killed,
}

/// Why a lab may still be running.
#[derive(Debug, thiserror::Error)]
pub enum StopError {
    StillThere { lab: LabName, pid: i32 },
    Record(#[from] RecordError),
    ClearUp(#[source] io::Error),
}

plimsoll_text::speaks!(StopError);

impl StopError {
    /// What went wrong, in the reader's language.
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        match self {
            Self::StillThere { lab, pid } => {
                words::stop_still_there(language, lab.as_str(), pid.to_string())
            }
            Self::Record(error) => error.say(language),
            Self::ClearUp(_) => words::stop_clear_up(language),
        }
    }
}

/// Ends the lab. Starting it at the same time waits until this is done.
///
/// # Errors
/// [`StopError`]; the lab's state is untouched in every case.
pub fn stop(paths: &LabPaths) -> Result<Stopped, StopError> {
    let _starting = match lock::wait_for(&paths.start_lock()) {
        Ok(lock) => lock,
        // No folder, no lab.
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Stopped::NotRunning),
        Err(error) => return Err(StopError::ClearUp(error)),
    };
    let stopped = end(paths)?;
    clear_up(paths).map_err(StopError::ClearUp)?;
    Ok(stopped)
}

/// Every lab that has a folder.
#[must_use]
pub fn all_labs(places: &Places) -> Vec<LabName> {
    let Ok(labs) = std::fs::read_dir(places.labs()) else {
        return Vec::new();
    };
    let mut names: Vec<LabName> = labs
        .filter_map(|lab| LabName::new(lab.ok()?.file_name().to_str()?).ok())
        .collect();
    names.sort();
    names
}

fn end(paths: &LabPaths) -> Result<Stopped, StopError> {
    let asked = ask_to_end(paths);
    let Some((pid, process)) = engine(paths)? else {
        return Ok(match asked {
            true => Stopped::InGoodOrder,
            false => Stopped::NotRunning,
        });
    };
    if asked && identity::wait_for_end(&process, GRACE_MS) {
        return Ok(Stopped::InGoodOrder);
    }
    kill(paths, pid, &process)?;
    Ok(Stopped::Killed)
}

/// Ends the lab at once and clears up after it: nothing of it is needed any
/// more. The start lock is held.
///
/// # Errors
/// As [`stop`].
pub(crate) fn end_at_once(paths: &LabPaths) -> Result<(), StopError> {
    if let Some((pid, process)) = engine(paths)? {
        kill(paths, pid, &process)?;
    }
    clear_up(paths).map_err(StopError::ClearUp)
}

/// The lab's engine, while it lives.
fn engine(paths: &LabPaths) -> Result<Option<(i32, OwnedFd)>, StopError> {
    let answering = peer::connect(&paths.socket())
        .ok()
        .and_then(|engine| Some((engine.pid, engine.process?)));
    if answering.is_some() {
        return Ok(answering);
    }
    let record = EngineRecord::read(&paths.engine_record())?;
    Ok(record.and_then(|record| Some((record.pid, record.alive()?))))
}

fn kill(paths: &LabPaths, pid: i32, process: &OwnedFd) -> Result<(), StopError> {
    // From within the lab this does nothing: PID 1 is safe from its own.
    let _ = sys::pidfd_send_signal(process.as_fd(), SIGKILL);
    cgroup(paths).iter().for_each(cgroup::let_die);
    if identity::wait_for_end(process, KILLED_MS) {
        return Ok(());
    }
    let lab = paths.lab().clone();
    Err(StopError::StillThere { lab, pid })
}

/// `POST /plimsoll/v1/shutdown`; `true` when the engine took the request.
fn ask_to_end(paths: &LabPaths) -> bool {
    let ask = || -> io::Result<bool> {
        let mut engine = UnixStream::connect(paths.socket())?;
        engine.set_read_timeout(Some(Duration::from_millis(GRACE_MS.into())))?;
        engine.write_all(
            b"POST /plimsoll/v1/shutdown HTTP/1.1\r\nHost: lab\r\nContent-Length: 0\r\n\
              Connection: close\r\n\r\n",
        )?;
        let mut answer = [0; 12];
        match engine.read_exact(&mut answer) {
            // An engine may end faster than its answer leaves.
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(true),
            other => other.map(|()| answer.starts_with(b"HTTP/1.1 2")),
        }
    };
    ask().unwrap_or(false)
}

/// The cgroup of the lab's last engine.
fn cgroup(paths: &LabPaths) -> Option<CgroupRecord> {
    EngineRecord::read(&paths.engine_record()).ok()??.cgroup
}

/// Removes what named the engine, and its cgroup. The state stays.
fn clear_up(paths: &LabPaths) -> io::Result<()> {
    remove_if_there(&paths.socket())?;
    remove_if_there(&paths.socket().with_extension("new"))?;
    cgroup(paths).iter().for_each(cgroup::remove);
    remove_if_there(&paths.engine_record())?;
    // Stays while another lab has its socket there.
    let _ = std::fs::remove_dir(paths.places().runtime());
    Ok(())
}
