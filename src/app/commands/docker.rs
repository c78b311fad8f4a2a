//! `docker`, by that name or as `plimsoll docker`.

use std::ffi::OsString;
use std::process::ExitCode;

/// Hands the words over as typed.
pub fn run(words: Vec<OsString>) -> ExitCode {
    plimsoll_cli::main(words)
}
