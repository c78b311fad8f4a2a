//! A child for one trial: its own namespaces, its maps written, its result by pipe.

use std::io::{self, Read, Write};

use plimsoll_runtime::sys::{self, CloneOptions, Forked};
use plimsoll_text::{spoken, system_error};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::id_map::IdMap;
use crate::id_plan::{self, MapError};
use crate::words;

/// Why a trial could not be made at all.
#[derive(Debug, thiserror::Error)]
pub(super) enum SandboxError {
    #[error("{}", system_error(spoken(), .0))]
    Clone(#[source] io::Error),
    #[error("{}", spelled(.0))]
    Map(#[from] MapError),
    #[error("{}", words::trial_silent(spoken()))]
    Silent,
}

fn spelled(error: &MapError) -> String {
    match error {
        MapError::Write { file, source } => {
            format!("{file}: {}", system_error(spoken(), source))
        }
        MapError::Program { .. } => error.to_string(),
    }
}

/// Runs `trial` in a child with the given namespaces, where it has every
/// capability that its map gives.
pub(super) fn in_child<T: Serialize + DeserializeOwned>(
    namespaces: u64,
    map: &IdMap,
    trial: impl FnOnce() -> T,
) -> Result<T, SandboxError> {
    let (gate, opener) = io::pipe().map_err(SandboxError::Clone)?;
    let (mut results, result) = io::pipe().map_err(SandboxError::Clone)?;
    let options = CloneOptions {
        namespaces,
        ..CloneOptions::default()
    };
    match sys::clone3(&options).map_err(|errno| SandboxError::Clone(errno.into()))? {
        Forked::Child => {
            drop(opener);
            drop(results);
            run(gate, result, trial)
        }
        Forked::Parent { pid, .. } => {
            drop(gate);
            drop(result);
            let written = id_plan::write(map, pid);
            let mut opener = opener;
            if written.is_ok() {
                // A child that has died meanwhile shows by its missing result.
                let _ = opener.write_all(b"!");
            }
            drop(opener);
            let mut text = Vec::new();
            let read = results.read_to_end(&mut text);
            let _ = nix::sys::wait::waitpid(nix::unistd::Pid::from_raw(pid), None);
            written?;
            read.ok()
                .and_then(|_| serde_json::from_slice(&text).ok())
                .ok_or(SandboxError::Silent)
        }
    }
}

fn run<T: Serialize>(
    mut gate: io::PipeReader,
    mut result: io::PipeWriter,
    trial: impl FnOnce() -> T,
) -> ! {
    if gate.read_exact(&mut [0]).is_err() {
        sys::exit(1);
    }
    let text = serde_json::to_vec(&trial()).unwrap_or_default();
    sys::exit(i32::from(result.write_all(&text).is_err()))
}
