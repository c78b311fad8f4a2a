//! What a command says on stdout.
//!
//! The standard macros panic where nobody reads any more, and a panic ends the
//! process before `demo` or `course play` have ended their labs. A reader that
//! has left, as in `plimsoll labs | head -1`, is no reason not to do the work
//! and to end with its code.

use std::borrow::Cow;
use std::fmt::Arguments;
use std::io::{self, ErrorKind, IsTerminal, Write};

use plimsoll_runtime::console;
use plimsoll_text::{in_ascii, spoken};

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

/// Writes to stdout; a full disk is told, a reader that has left is not. In a
/// terminal whose locale has no UTF-8 it is ASCII; in a pipe it is data.
pub fn write(text: Arguments<'_>) {
    let written = match io::stdout().is_terminal() && !locale_is_utf8() {
        true => io::stdout().write_all(in_ascii(&text.to_string()).as_bytes()),
        false => io::stdout().write_fmt(text),
    };
    if let Some(complaint) = complaint(written) {
        eprintln!("plimsoll: {complaint}");
    }
}

/// A text for the learner's terminal, in signs that it shows.
pub fn for_terminal(text: &str) -> Cow<'_, str> {
    match locale_is_utf8() {
        true => Cow::Borrowed(text),
        false => in_ascii(text),
    }
}

/// Whether the locale's characters are UTF-8 (locale(7): `LC_ALL` before `LC_CTYPE`
/// before `LANG`).
pub fn locale_is_utf8() -> bool {
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .into_iter()
        .filter_map(|name| std::env::var(name).ok())
        .find(|value| !value.is_empty())
        .unwrap_or_default()
        .to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
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
