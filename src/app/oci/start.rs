//! `start`.

use super::failure::Failure;
use super::options::Global;
use super::record::{self, Record, START_SOCKET};
use super::{hooks, seal};
use nix::sys::socket::{AddressFamily, SockFlag, SockType, UnixAddr, connect, socket};
use oci_spec::runtime::ContainerState;
use std::fs;
use std::os::fd::AsRawFd;

/// `start`: lets a created container become its program.
///
/// # Errors
/// In runc's words for a container that is not waiting.
pub fn start(global: &Global, id: &str) -> Result<(), Failure> {
    let record = Record::load(global, id)?;
    match record.status(global) {
        ContainerState::Created => {}
        ContainerState::Running => {
            return Err(Failure::new("cannot start an already running container"));
        }
        _ => return Err(Failure::new("cannot start a container that has stopped")),
    }
    if hooks::needed_at_start(&record.spec) {
        seal::ensure()?;
    }
    let directory = record::directory(global, id)?;
    let fail = |error: nix::Error| Failure::new(format!("reach the container: {error}"));
    let connection = socket(
        AddressFamily::Unix,
        SockType::SeqPacket,
        SockFlag::SOCK_CLOEXEC,
        None,
    )
    .map_err(fail)?;
    let parent =
        fs::File::open(&directory).map_err(|error| Failure::io("open", &directory, &error))?;
    let path = format!("/proc/self/fd/{}/{START_SOCKET}", parent.as_raw_fd());
    let address = UnixAddr::new(path.as_str()).map_err(fail)?;
    hooks::run_in_container(
        &record,
        hooks::Kind::StartContainer,
        ContainerState::Created,
    )?;
    connect(connection.as_raw_fd(), &address).map_err(fail)?;
    // From here on it counts as running: a second start has to fail.
    let socket = directory.join(START_SOCKET);
    fs::remove_file(&socket).map_err(|error| Failure::io("remove", &socket, &error))?;
    plimsoll_runtime::start_through(&connection)?;
    hooks::run_after(&record, hooks::Kind::Poststart, ContainerState::Running);
    Ok(())
}
