//! Work on a container's files, beside the engine's thread.
//!
//! Duty: choose the view that fits the container's state, run a job on it in a
//! thread of its own, and put errors into Docker's words. A container that is
//! not running cannot be started while its files are changed: the job holds
//! its operation lock.

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::rc::Rc;

use plimsoll_store::{ArchiveError, Ownership, UnpackError};
use tokio::sync::oneshot;

use super::stage::Mounted;
use super::view::{self, View, Writable};
use crate::containers::{Container, Layers};
use crate::engine::Engine;
use crate::failure::{ApiFailure, ApiResult};

/// What a job does to the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Reads what the container sees, its mounts included.
    Read,
    /// Changes it.
    Change,
    /// Reads the root file system alone (`docker export`).
    RootAlone,
}

/// Everything a thread needs to make its view.
#[derive(Debug)]
struct Order {
    layers: Layers,
    work: PathBuf,
    ownership: Ownership,
    mounts: Vec<Mounted>,
    read_only_root: bool,
    /// The root directory of the running container.
    running: Option<OwnedFd>,
    access: Access,
}

/// Runs `job` on the container's files.
///
/// # Errors
/// 500 when the view cannot be made; what the job answers is its own.
pub async fn on_files<T: Send + 'static>(
    engine: &Rc<Engine>,
    container: &Rc<Container>,
    access: Access,
    job: impl FnOnce(&View) -> T + Send + 'static,
) -> ApiResult<T> {
    let guard = match access {
        Access::Change if !container.is_running() => Some(container.operation.lock().await),
        _ => None,
    };
    let order = order(engine, container, access)?;
    let (sender, answer) = oneshot::channel();
    std::thread::Builder::new()
        .name("archive".to_owned())
        .spawn(move || {
            let _ = sender.send(order.view().map(|view| job(&view)));
        })?;
    let answer = answer
        .await
        .map_err(|_| ApiFailure::internal("the work on the container's files broke off"))?;
    drop(guard);
    answer.map_err(|error| ApiFailure::internal(error.to_string()))
}

fn order(engine: &Engine, container: &Container, access: Access) -> ApiResult<Order> {
    // Between here and the open nothing is reaped, so the number is still that
    // of the container's init.
    let running = match container.pid() {
        Some(pid) => Some(view::root_of(pid)?),
        None => None,
    };
    let record = container.record();
    let mounts = record
        .mounts
        .iter()
        .filter(|mount| mount.point.kind != "tmpfs")
        .map(|mount| Mounted {
            source: PathBuf::from(&mount.point.source),
            subpath: PathBuf::from(&mount.subpath),
            destination: mount.point.destination.clone(),
            read_only: !mount.point.rw,
        })
        .collect();
    Ok(Order {
        layers: container.layers(),
        work: container.work(),
        ownership: engine.config.ownership(),
        mounts,
        read_only_root: record.host_config.readonly_rootfs,
        running,
        access,
    })
}

impl Order {
    /// Makes the view. For a stopped container this changes the mount
    /// namespace of the calling thread.
    fn view(self) -> io::Result<View> {
        let Layers { lowers, upper } = self.layers;
        let ownership = &self.ownership;
        if let Some(root) = self.running {
            return View::of_running(root, &lowers, &upper, ownership);
        }
        let view = match self.access {
            Access::RootAlone => return View::of_stopped(&lowers, &upper, ownership),
            Access::Read => View::of_stopped(&lowers, &upper, ownership)?,
            Access::Change => {
                forget_volatile(&self.work)?;
                let work = self.work.clone();
                let writable = Writable { upper, work };
                View::to_change(&lowers, &writable, ownership)?
            }
        };
        if !self.mounts.is_empty() || self.read_only_root {
            view.stage(&self.work, &self.mounts, self.read_only_root)?;
        }
        Ok(view)
    }
}

/// A container's overlay is mounted `volatile`; the mark it leaves would keep
/// us from mounting the same upper directory again.
fn forget_volatile(work: &std::path::Path) -> io::Result<()> {
    match fs::remove_dir_all(work.join("work/incompat")) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// An error of the archive in Docker's words: `path` as asked for, `container`
/// as it was named.
#[must_use]
pub fn in_docker_s_words(error: &ArchiveError, path: &str, container: &str) -> ApiFailure {
    match error {
        ArchiveError::NotFound(_) | ArchiveError::NotADirectory(_) => ApiFailure::not_found(
            format!("Could not find the file {path} in container {container}"),
        ),
        ArchiveError::ExtractionPoint => ApiFailure::invalid(error.to_string()),
        ArchiveError::Io { source, .. } | ArchiveError::Unpack(UnpackError::Io { source, .. })
            if source.kind() == io::ErrorKind::ReadOnlyFilesystem =>
        {
            ApiFailure::forbidden("container rootfs is marked read-only")
        }
        ArchiveError::Unpack(UnpackError::Io { .. }) | ArchiveError::Io { .. } => {
            ApiFailure::internal(error.to_string())
        }
        ArchiveError::Unpack(_) => ApiFailure::invalid(error.to_string()),
        ArchiveError::Output(_) => ApiFailure::internal(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn errors_are_in_docker_s_words() {
        let read_only = || io::Error::from(io::ErrorKind::ReadOnlyFilesystem);
        for (error, status, message) in [
            (
                ArchiveError::NotFound("/x".into()),
                404,
                "Could not find the file /x in container web",
            ),
            (
                ArchiveError::ExtractionPoint,
                400,
                "extraction point is not a directory",
            ),
            (
                ArchiveError::Io {
                    path: "/x".into(),
                    source: read_only(),
                },
                403,
                "container rootfs is marked read-only",
            ),
            (
                ArchiveError::Unpack(UnpackError::DirectoryByFile {
                    path: "/etc/a".into(),
                    into: "/etc".into(),
                }),
                400,
                "cannot overwrite directory \"/etc/a\" with non-directory \"/etc\"",
            ),
        ] {
            let told = in_docker_s_words(&error, "/x", "web");
            assert_eq!(
                (told.status.as_u16(), told.message.as_str()),
                (status, message)
            );
        }
    }
}
