//! Terminals: ioctl_tty(2) and pseudo terminals.

use std::os::fd::{BorrowedFd, OwnedFd};

use super::{Result, errno};

/// Makes the terminal the calling session's controlling one.
///
/// # Errors
/// EPERM unless the caller leads a session without a terminal.
pub fn take_controlling_terminal(terminal: BorrowedFd<'_>) -> Result<()> {
    rustix::process::ioctl_tiocsctty(terminal).map_err(errno)
}

/// The other end of a pseudo terminal, opened without a path (ioctl_tty(2),
/// `TIOCGPTPEER`; CVE-2025-52565 is about the path).
///
/// # Errors
/// EIO where the peer is locked.
pub fn terminal_peer(master: BorrowedFd<'_>) -> Result<OwnedFd> {
    use rustix::pty::OpenptFlags;
    let flags = OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC;
    rustix::pty::ioctl_tiocgptpeer(master, flags).map_err(errno)
}

/// Unlocks the other end of a pseudo terminal.
///
/// # Errors
/// ENOTTY where this is no master.
pub fn unlock_terminal(master: BorrowedFd<'_>) -> Result<()> {
    rustix::pty::unlockpt(master).map_err(errno)
}

/// Sets a terminal's size in characters; the foreground processes get
/// SIGWINCH.
///
/// # Errors
/// ENOTTY where this is no terminal.
pub fn set_terminal_size(terminal: BorrowedFd<'_>, rows: u16, columns: u16) -> Result<()> {
    let size = rustix::termios::Winsize {
        ws_row: rows,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    rustix::termios::tcsetwinsize(terminal, size).map_err(errno)
}

/// A terminal's size: rows, columns.
///
/// # Errors
/// ENOTTY where this is no terminal.
pub fn terminal_size(terminal: BorrowedFd<'_>) -> Result<(u16, u16)> {
    let size = rustix::termios::tcgetwinsize(terminal);
    size.map(|size| (size.ws_row, size.ws_col)).map_err(errno)
}
