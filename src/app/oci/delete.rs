//! `delete`.

use super::failure::Failure;
use super::options::Global;
use super::record::{self, Record};
use super::{hooks, kill};
use oci_spec::runtime::ContainerState;
use plimsoll_runtime::sys;
use std::fs;
use std::os::fd::AsFd;
use std::path::Path;

/// `delete`: removes what a container has left; with `force` it is killed
/// first, and one that is not there is no error.
///
/// # Errors
/// In runc's words for a container that still runs.
pub fn delete(global: &Global, id: &str, force: bool) -> Result<(), Failure> {
    let directory = record::directory(global, id)?;
    let record = match Record::load(global, id) {
        Ok(record) => record,
        // A create that was cut off has left a directory without a record.
        Err(_) if force => {
            return if directory.exists() {
                remove(global, &directory)
            } else {
                Ok(())
            };
        }
        Err(failure) => return Err(failure),
    };
    match record.status(global) {
        ContainerState::Stopped => {}
        // As runc: a container that waits for start may be deleted.
        ContainerState::Created => end(&record)?,
        _ if force => end(&record)?,
        _ => {
            let status = record.status_word(global);
            return Err(Failure::new(format!(
                "cannot delete container {id} that is not stopped: {status}"
            )));
        }
    }
    remove(global, &directory)?;
    hooks::run_after(&record, hooks::Kind::Poststop, ContainerState::Stopped);
    Ok(())
}

/// Kills the container and waits until it has ended.
fn end(record: &Record) -> Result<(), Failure> {
    let Ok(pidfd) = sys::pidfd_open(record.pid) else {
        return Ok(());
    };
    kill::send(record, nix::libc::SIGKILL, false)?;
    let mut ended = [nix::poll::PollFd::new(
        pidfd.as_fd(),
        nix::poll::PollFlags::POLLIN,
    )];
    let ten_seconds = nix::poll::PollTimeout::from(10_000u16);
    match nix::poll::poll(&mut ended, ten_seconds) {
        Ok(0) => Err(Failure::new("container init still running")),
        _ => Ok(()),
    }
}

/// Removes the directory of a container, and the last one's parent with it.
pub fn remove(global: &Global, directory: &Path) -> Result<(), Failure> {
    fs::remove_dir_all(directory).map_err(|error| Failure::io("remove", directory, &error))?;
    if global.root.is_none() {
        // Empty, nobody needs the folder of all containers; else it stays.
        let _ = fs::remove_dir(record::root(global));
    }
    Ok(())
}
