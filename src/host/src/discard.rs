//! Taking a lab's state away, whatever state that is in: no engine has to start.
//!
//! First the lab's folder is renamed, in one step, so that a lab is there whole
//! or not at all; then what was set aside is removed, now or by whoever comes
//! next ([`left_over`]). What lies in it may belong to ids of containers: a
//! process of its own removes it ([`remover_entry`]), from inside a user
//! namespace that has these ids where it cannot from outside.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read, Write};
use std::os::fd::{AsFd, BorrowedFd};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode, Stdio};
use std::time::{SystemTime, UNIX_EPOCH};

use nix::libc;
use nix::sys::wait::waitpid;
use nix::unistd::Pid;
use plimsoll_runtime::sys::{self, CloneOptions, Forked};
use plimsoll_text::{Language, spoken};

use crate::id_map::IdMapChoice;
use crate::id_plan;
use crate::lock;
use crate::name::LabName;
use crate::order::{self, Order};
use crate::paths::LabPaths;
use crate::start::{StartOptions, current_lab};
use crate::stop::{self, StopError};
use crate::words;

/// The hidden subcommand by which the binary removes what was set aside.
pub const ENTRY: &str = "lab-remover";

/// Removes a name in a directory, and all that is beneath it.
pub type RemoveTree = fn(BorrowedFd<'_>, &OsStr) -> io::Result<()>;

/// Why a lab's state could not be taken away.
#[derive(Debug, thiserror::Error)]
pub enum DiscardError {
    InsideLab {
        current: LabName,
    },
    Stop(#[from] StopError),
    SetAside {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    Remove {
        path: PathBuf,
        said: String,
    },
}

plimsoll_text::speaks!(DiscardError);

impl DiscardError {
    /// What went wrong, in the reader's language.
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        let shown = |path: &Path| path.display().to_string();
        match self {
            Self::InsideLab { current } => words::discard_inside(language, current.as_str()),
            Self::Stop(error) => error.say(language),
            Self::SetAside { path, .. } => words::discard_unmoved(language, shown(path)),
            Self::Remove { path, said } => {
                words::discard_unremoved(language, shown(path), said.as_str())
            }
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::InsideLab { .. } => Some(words::inside_lab_hint(spoken())),
            Self::Remove { .. } => Some(words::discard_tried_again(spoken())),
            Self::Stop(_) | Self::SetAside { .. } => None,
        }
    }
}

/// Ends the lab and moves its folder out of the way: from then on there is no
/// such lab, whoever is killed. A lab that was never started is none.
///
/// # Errors
/// [`DiscardError`]; the lab's state is then untouched.
pub fn set_aside(paths: &LabPaths) -> Result<(), DiscardError> {
    if let Some(current) = current_lab(paths.places()) {
        return Err(DiscardError::InsideLab { current });
    }
    let cannot = |source| DiscardError::SetAside {
        path: paths.lab_dir(),
        source,
    };
    let _starting = match lock::wait_for(&paths.start_lock()) {
        Ok(lock) => lock,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(cannot(error)),
    };
    let _held = end(paths)?;
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let unique = now.map_or(0, |now| now.as_nanos());
    let aside = format!("{}{}-{unique}", prefix(paths), std::process::id());
    std::fs::rename(paths.lab_dir(), paths.places().labs().join(aside)).map_err(cannot)
}

/// Ends the lab; where `engine.json` does not say which process it is, the lock
/// that a live engine holds has to be free, and is held.
fn end(paths: &LabPaths) -> Result<Option<File>, StopError> {
    match stop::end_at_once(paths) {
        Err(StopError::Record(error)) => match lock::try_take(&paths.lock()) {
            Ok(Some(held)) => Ok(Some(held)),
            _ => Err(StopError::Record(error)),
        },
        other => other.map(|()| None),
    }
}

/// How the names of what was set aside begin: no lab's name has a dot.
fn prefix(paths: &LabPaths) -> String {
    format!(".{}.", paths.lab())
}

/// What was set aside of this lab and is still there.
#[must_use]
pub fn left_over(paths: &LabPaths) -> Vec<PathBuf> {
    let (labs, prefix) = (paths.places().labs(), prefix(paths));
    let Ok(entries) = std::fs::read_dir(labs) else {
        return Vec::new();
    };
    let names = entries.flatten();
    names
        .filter(|entry| entry.file_name().to_string_lossy().starts_with(&prefix))
        .map(|entry| entry.path())
        .collect()
}

/// Removes what was set aside of this lab, also by whoever was killed since.
///
/// # Errors
/// [`DiscardError::Remove`]: something stays. The next start of the lab goes on
/// with it.
pub fn sweep(paths: &LabPaths) -> Result<(), DiscardError> {
    let Some(first) = left_over(paths).into_iter().next() else {
        return Ok(());
    };
    let failed = |said: String| DiscardError::Remove {
        path: left_over(paths).into_iter().next().unwrap_or(first),
        said,
    };
    let order = Order {
        paths: paths.clone(),
        // What the lab had at its last start nobody knows: as many as there are.
        id_map: IdMapChoice::BestAvailable,
        publish_on_host: false,
        view: None,
        born: None,
        language: spoken().code().to_owned(),
    };
    let output = Command::new(StartOptions::default().program)
        .arg0("plimsoll")
        .arg(ENTRY)
        .env(order::VARIABLE, order.to_json())
        .current_dir("/")
        .stdin(Stdio::null())
        .output();
    match output {
        Ok(output) if output.status.success() => Ok(()),
        Ok(output) => Err(failed(
            String::from_utf8_lossy(&output.stderr).trim().to_owned(),
        )),
        Err(error) => Err(failed(error.to_string())),
    }
}

/// Removes what was set aside of a lab where the command line says so; else
/// returns `None` at once.
///
/// Call it first in `main`, before any thread exists.
#[must_use]
pub fn remover_entry(remove: RemoveTree) -> Option<ExitCode> {
    if std::env::args_os().nth(1)? != ENTRY {
        return None;
    }
    let Some(order) = Order::of_process() else {
        eprintln!("plimsoll: `{ENTRY}` is how a lab is removed, not a command to type");
        return Some(ExitCode::from(2));
    };
    let from_outside = remove_all(&order.paths, remove);
    let removed = from_outside.or_else(|_| remove_inside(&order, remove));
    Some(match removed {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    })
}

fn remove_all(paths: &LabPaths, remove: RemoveTree) -> io::Result<()> {
    let labs = File::open(paths.places().labs())?;
    let mut outcome = Ok(());
    for path in left_over(paths) {
        match remove(labs.as_fd(), path.file_name().unwrap_or_default()) {
            // A starting engine may be doing the same.
            Err(error) if error.kind() != io::ErrorKind::NotFound => outcome = Err(error),
            _ => {}
        }
    }
    outcome
}

/// As [`remove_all`], by a process that has the lab's ids.
fn remove_inside(order: &Order, remove: RemoveTree) -> io::Result<()> {
    let map = id_plan::choose(order.id_map, false);
    let (mut gate, mut opener) = io::pipe()?;
    let namespace = CloneOptions {
        namespaces: libc::CLONE_NEWUSER as u64,
        ..CloneOptions::default()
    };
    match sys::clone3(&namespace)? {
        Forked::Child => {
            drop(opener);
            // Closed without a word, the maps were not written.
            let opened = gate.read_exact(&mut [0]).is_ok();
            sys::exit(i32::from(
                !opened || remove_all(&order.paths, remove).is_err(),
            ))
        }
        Forked::Parent { pid, .. } => {
            drop(gate);
            let written = id_plan::write(&map, pid);
            if written.is_ok() {
                // A child that has died leaves everything: that is seen below.
                let _ = opener.write_all(b"!");
            }
            drop(opener);
            let _ = waitpid(Pid::from_raw(pid), None);
            written.map_err(io::Error::other)?;
            // Says what stays, and why.
            remove_all(&order.paths, remove)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::paths::{Environment, Places};

    fn paths(home: &std::path::Path) -> LabPaths {
        let environment = Environment {
            plimsoll_home: Some(home.join("data")),
            plimsoll_work: Some(home.join("work")),
            xdg_runtime_dir: Some(home.to_owned()),
            ..Environment::default()
        };
        let places = Places::choose(&environment).expect("places");
        let lab = LabName::new("one").expect("a name");
        places.lab(&lab).expect("paths")
    }

    #[test]
    fn a_lab_is_gone_at_once_and_only_its_own_remains_are_swept() {
        let home = tempfile::tempdir().expect("a folder");
        let paths = paths(home.path());
        set_aside(&paths).expect("a lab that was never started is none");
        assert!(left_over(&paths).is_empty());

        let labs = paths.places().labs();
        for other in ["one-more/file", ".one-more.1/file", "one/containers/file"] {
            std::fs::create_dir_all(labs.join(other)).expect("folders");
        }
        std::fs::write(paths.engine_record(), r#"{"version": 99}"#).expect("a newer record");
        set_aside(&paths).expect("no engine holds the lab's lock");
        assert!(!paths.lab_dir().exists());
        assert_eq!(left_over(&paths).len(), 1);

        let remove: RemoveTree = |_, name| {
            assert!(name.to_string_lossy().starts_with(".one."));
            Err(io::Error::other("no"))
        };
        assert!(remove_all(&paths, remove).is_err());
        remove_all(&paths, |_, _| Ok(())).expect("removed");
    }

    #[test]
    fn a_lab_with_a_live_engine_that_nobody_can_name_stays() {
        let home = tempfile::tempdir().expect("a folder");
        let paths = paths(home.path());
        std::fs::create_dir_all(paths.lab_dir()).expect("a folder");
        std::fs::write(paths.engine_record(), r#"{"version": 99}"#).expect("a newer record");
        let _engine = lock::wait_for(&paths.lock()).expect("free");
        let error = set_aside(&paths).expect_err("it lives");
        assert!(matches!(error, DiscardError::Stop(_)), "{error}");
        assert!(paths.lab_dir().exists());
    }
}
