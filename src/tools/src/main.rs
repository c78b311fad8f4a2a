//! The shell and core tools inside the carried images: one multi-call binary
//! that looks at its own name.
//!
//! Duty: find the program by argv[0] and run it. Limits: nothing here is ever
//! linked into the `plimsoll` binary. The smallest programs are answered before
//! anything is set up ([`quick`]); the shell is in [`shell`].

mod applets;
mod curl;
mod free;
mod hostname;
mod ip;
mod less;
mod ping;
mod ps;
mod quick;
mod shell;
mod terminal;
mod vi;
mod which;

use std::ffi::OsString;
use std::path::Path;

fn main() {
    let mut arguments: Vec<OsString> = std::env::args_os().collect();
    let mut name = name_of(&arguments);
    if name == "plimsoll-tools" {
        // `plimsoll-tools ls -l` is `ls -l`.
        if arguments.len() < 2 || arguments[1] == "--list" {
            std::process::exit(applets::list());
        }
        arguments.remove(0);
        uucore::set_utility_is_second_arg();
        name = name_of(&arguments);
    }
    if let Some(code) = quick::run(&name, &arguments) {
        std::process::exit(code);
    }
    let Some(program) = applets::find(&name) else {
        eprintln!("plimsoll-tools: no program is called {name}; see `plimsoll-tools --list`");
        std::process::exit(127);
    };
    if name != "bash" && name != "sh" {
        // A reader that went away ends a program quietly, as everywhere.
        let _ = uucore::signals::enable_pipe_errors();
    }
    std::process::exit(program(arguments));
}

/// The last part of argv[0]; a login shell's leading dash does not count.
fn name_of(arguments: &[OsString]) -> String {
    let first = arguments.first().map(OsString::as_os_str);
    let name = first.and_then(|path| Path::new(path).file_name());
    let name = name.unwrap_or_default().to_string_lossy();
    match name.strip_prefix('-') {
        Some(rest) if !rest.is_empty() => rest.to_owned(),
        _ => name.into_owned(),
    }
}
