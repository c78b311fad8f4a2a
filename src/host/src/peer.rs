//! Who is at the other end of a lab's socket.

use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::net::UnixStream;
use std::path::Path;

use nix::sys::socket::getsockopt;
use nix::sys::socket::sockopt::PeerCredentials;
use rustix::event::{PollFd, PollFlags, Timespec, poll};

/// A live engine.
#[derive(Debug)]
pub(crate) struct Engine {
    /// Its pid in this process's PID namespace; 0 from inside another lab.
    pub pid: i32,
    /// `None` where the pid means nothing here.
    pub process: Option<OwnedFd>,
}

/// Connects to `socket` and names the process that listens there.
///
/// # Errors
/// What `connect(2)` reports; `ConnectionReset` when the engine ended meanwhile.
pub(crate) fn connect(socket: &Path) -> io::Result<Engine> {
    let stream = UnixStream::connect(socket)?;
    let pid = getsockopt(&stream, PeerCredentials)?.pid();
    let process = crate::identity::open(pid);
    // A listener that still holds our connection was alive when the descriptor
    // was opened, so the pid had not been given to anybody else.
    if hung_up(&stream) {
        return Err(io::ErrorKind::ConnectionReset.into());
    }
    Ok(Engine { pid, process })
}

fn hung_up(stream: &UnixStream) -> bool {
    let mut ends = [PollFd::new(stream, PollFlags::RDHUP)];
    let now = Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    let gone = PollFlags::HUP | PollFlags::RDHUP | PollFlags::ERR;
    poll(&mut ends, Some(&now)).is_err() || ends[0].revents().intersects(gone)
}
