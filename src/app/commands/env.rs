//! `plimsoll env LAB`: the variables that lead any Docker client to the lab.

use std::collections::BTreeSet;
use std::process::ExitCode;

use super::Outcome;
use crate::arguments::{EnvArguments, Shared};
use crate::classroom::{Arrival, arrive};
use crate::undo;

/// Starts the lab where needed and prints `export` lines for a shell's `eval`.
pub fn run(shared: &Shared, arguments: &EnvArguments) -> Outcome {
    let Arrival { paths, room } = arrive(shared, &arguments.lab)?;
    super::ensure_running(&paths, &super::start_options()?)?;
    undo::keep_up(room.lab(&arguments.lab)?, &paths, &BTreeSet::new());
    say!("export DOCKER_HOST={}", quoted(&paths.docker_host()));
    say!("unset DOCKER_CONTEXT DOCKER_TLS DOCKER_TLS_VERIFY DOCKER_CERT_PATH");
    Ok(ExitCode::SUCCESS)
}

/// As a shell's word; only a path with unusual bytes needs quotes.
fn quoted(word: &str) -> String {
    let plain = |character: char| character.is_ascii_alphanumeric() || "/:._-".contains(character);
    if word.chars().all(plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_word_is_one_word_to_a_shell() {
        assert_eq!(quoted("unix:///tmp/a/b.sock"), "unix:///tmp/a/b.sock");
        assert_eq!(quoted("/a b/it's"), r"'/a b/it'\''s'");
    }
}
