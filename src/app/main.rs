//! The one binary: an engine's birth, a lab's removal, `docker`, the lab's `sudo`, or
//! `plimsoll`.
//!
//! Which of them is decided here, in that order: an engine is born before
//! anything else has happened in the process, since it must have one thread;
//! then the name the program was called by counts, then the subcommand. What a
//! subcommand does lies in `commands/`, a file for each; what may be typed, in
//! `arguments.rs`.

// A reader that leaves would make these panic: see `output`.
#![deny(clippy::print_stdout)]

#[macro_use]
mod output;

mod afar;
mod arguments;
mod borrowed;
mod classroom;
mod commands;
mod failure;
mod here;
mod interface;
mod oci;
mod playing;
mod settings;
mod submission;
mod undo;

/// What `plimsoll` says itself: `texts/en.ftl` and `texts/fr.ftl`.
mod words {
    include!(concat!(env!("OUT_DIR"), "/words.rs"));
}

use std::ffi::OsString;
use std::path::Path;
use std::process::ExitCode;

use plimsoll_runtime::init;
use plimsoll_text::Language;

fn main() -> ExitCode {
    if let Some(code) = plimsoll_host::engine_entry(plimsoll_engine::serve) {
        return code;
    }
    if let Some(code) = plimsoll_host::remover_entry(plimsoll_store::remove_tree) {
        return code;
    }
    let mut words = std::env::args_os();
    let called = words.next().unwrap_or_default();
    let name = Path::new(&called).file_name().unwrap_or_default();
    match name.to_str() {
        Some(init::NAME) => ExitCode::from(init::main(words)),
        Some("docker") => commands::docker::run(words.collect()),
        Some("sudo") => {
            plimsoll_text::speak(language(&[]));
            commands::sudo::run(words.collect())
        }
        _ => plimsoll(words.collect()),
    }
}

/// The language of whoever typed these words.
fn language(words: &[OsString]) -> Language {
    let variable = |name: &str| std::env::var(name).ok();
    arguments::language(words, settings::language, variable)
}

fn plimsoll(words: Vec<OsString>) -> ExitCode {
    // Handed on as typed: the `docker` command has flags and help of its own.
    if words.first().is_some_and(|word| word == "docker") {
        return commands::docker::run(words[1..].to_vec());
    }
    // So has `oci`, whose flags are runc's.
    if words.first().is_some_and(|word| word == "oci") {
        return oci::main(words.into_iter().skip(1));
    }
    let language = language(&words);
    plimsoll_text::speak(language);
    match arguments::parse(words, language) {
        Ok(arguments) => match commands::run(arguments) {
            Ok(code) => code,
            Err(failure) => failure.show(),
        },
        Err(error) => arguments::refuse(&error, language),
    }
}
