//! `sudo` in a lab: says why it is not needed and runs the command.
//!
//! A course tells people to type `sudo docker ...`. In a lab the learner needs no
//! privileges, and a real `sudo` cannot work in a user namespace without root.

use std::ffi::OsString;
use std::os::unix::process::CommandExt;
use std::process::ExitCode;

use plimsoll_text::spoken;

use crate::failure::system;
use crate::words;

/// `sudo`'s options that take a value, which is not the command.
const WITH_VALUE: [&str; 14] = [
    "-A", "-C", "-D", "-R", "-T", "-U", "-g", "-h", "-p", "-r", "-t", "-u", "--user", "--group",
];

/// Becomes the command behind sudo's own options; 127 and 126 as a shell.
pub fn run(words: Vec<OsString>) -> ExitCode {
    let command = command_of(words);
    let Some((program, arguments)) = command.split_first() else {
        eprintln!("{}", words::sudo_needless(spoken()));
        return ExitCode::FAILURE;
    };
    eprintln!("{}", words::sudo_left_away(spoken()));
    let error = std::process::Command::new(program).args(arguments).exec();
    eprintln!("sudo: {}: {}", program.to_string_lossy(), system(&error));
    ExitCode::from(match error.kind() {
        std::io::ErrorKind::NotFound => 127,
        _ => 126,
    })
}

/// Skips sudo's options and `NAME=VALUE` settings.
fn command_of(words: Vec<OsString>) -> Vec<OsString> {
    let mut words = words.into_iter().peekable();
    while let Some(word) = words.peek().and_then(|word| word.to_str()) {
        if word == "--" {
            words.next();
            break;
        }
        let takes_value = WITH_VALUE.contains(&word);
        if !word.starts_with('-') && !word.contains('=') {
            break;
        }
        words.next();
        if takes_value {
            words.next();
        }
    }
    words.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rest(words: &[&str]) -> Vec<OsString> {
        command_of(words.iter().map(OsString::from).collect())
    }

    #[test]
    fn options_of_sudo_are_skipped() {
        assert_eq!(rest(&["docker", "ps", "-a"]), ["docker", "ps", "-a"]);
        assert_eq!(
            rest(&["-E", "-u", "root", "docker", "ps"]),
            ["docker", "ps"]
        );
        assert_eq!(rest(&["A=1", "--", "-x"]), ["-x"]);
        assert!(rest(&["-k"]).is_empty());
    }
}
