//! Terminals of containers.

use crate::sys;
use std::os::fd::AsFd;

/// Sets the size of a container's terminal, through the descriptor that
/// [`crate::zygote::Created`] holds.
///
/// # Errors
/// ENOTTY where it is none.
pub fn resize(console: impl AsFd, rows: u16, columns: u16) -> nix::Result<()> {
    sys::set_terminal_size(console.as_fd(), rows, columns)
}

/// The size of a terminal: rows, columns.
///
/// # Errors
/// ENOTTY where it is none.
pub fn size(terminal: impl AsFd) -> nix::Result<(u16, u16)> {
    sys::terminal_size(terminal.as_fd())
}
