//! Handing a terminal to whoever asked for it.

use super::failure::Failure;
use nix::sys::socket::{
    AddressFamily, ControlMessage, MsgFlags, SockFlag, SockType, UnixAddr, connect, sendmsg, socket,
};
use plimsoll_runtime::Created;
use std::fs::File;
use std::io::IoSlice;
use std::os::fd::AsRawFd;
use std::path::Path;

/// Sends the near end of the terminal over the console socket, with its name
/// as text, as runc does.
///
/// # Errors
/// A socket that nobody listens on.
pub fn deliver(created: &Created, path: Option<&Path>) -> Result<(), Failure> {
    let Some(path) = path else { return Ok(()) };
    let Some(console) = &created.console else {
        return Err(Failure::new(
            "cannot use console socket if runc will not detach or allocate tty",
        ));
    };
    let fail =
        |error: nix::Error| Failure::new(format!("console socket {}: {error}", path.display()));
    let stream = socket(
        AddressFamily::Unix,
        SockType::Stream,
        SockFlag::SOCK_CLOEXEC,
        None,
    )
    .map_err(fail)?;
    // By descriptor: the path may be longer than a socket's name can be.
    let parent = path
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let parent = parent.unwrap_or(Path::new("."));
    let directory = File::open(parent).map_err(|error| Failure::io("open", parent, &error))?;
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let short = format!("/proc/self/fd/{}/{name}", directory.as_raw_fd());
    let address = UnixAddr::new(short.as_str()).map_err(fail)?;
    connect(stream.as_raw_fd(), &address).map_err(fail)?;
    let rights = [console.as_raw_fd()];
    let text = [IoSlice::new(b"/dev/ptmx")];
    let control = [ControlMessage::ScmRights(&rights)];
    sendmsg::<UnixAddr>(
        stream.as_raw_fd(),
        &text,
        &control,
        MsgFlags::MSG_NOSIGNAL,
        None,
    )
    .map(drop)
    .map_err(fail)
}
