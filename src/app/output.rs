//! What a command says on stdout.
//!
//! The standard macros panic where nobody reads any more, and a panic ends the
//! process before `demo` or `course play` have ended their labs. A reader that
//! has left, as in `plimsoll labs | head -1`, is no reason not to do the work
//! and to end with its code.

use std::fmt::Arguments;
use std::io::{self, ErrorKind, Write};

use plimsoll_runtime::console;
use plimsoll_text::spoken;

use crate::failure::system;
use crate::words;

/// As `print!`, for readers that may leave.
macro_rules! put {
    ($($text:tt)*) => { $crate::output::write(format_args!($($text)*)) };
}

/// As `println!`, for readers that may leave.
macro_rules! say {
    () => { $crate::output::write(format_args!("\n")) };
    ($format:literal $($rest:tt)*) => {
        $crate::output::write(format_args!("{}\n", format_args!($format $($rest)*)))
    };
}

/// Writes to stdout; a full disk is told, a reader that has left is not.
pub fn write(text: Arguments<'_>) {
    if let Some(complaint) = complaint(io::stdout().write_fmt(text)) {
        eprintln!("plimsoll: {complaint}");
    }
}

/// Columns that a text reads well in: as many as standard output's terminal has,
/// within bounds, and as files have where it is none. A terminal that does not
/// know says 0.
pub fn reading_width() -> u16 {
    match console::size(io::stdout()) {
        Ok((_, columns)) if columns > 0 => columns.clamp(20, 90),
        _ => 80,
    }
}

fn complaint(written: io::Result<()>) -> Option<String> {
    let error = written.err()?;
    let left = error.kind() == ErrorKind::BrokenPipe;
    (!left).then(|| words::standard_output(spoken(), system(&error)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_has_left_is_not_told() {
        assert_eq!(complaint(Ok(())), None);
        assert_eq!(complaint(Err(ErrorKind::BrokenPipe.into())), None);
        let full = complaint(Err(ErrorKind::StorageFull.into()));
        assert!(full.is_some_and(|text| text.starts_with("standard output: ")));
    }
}
