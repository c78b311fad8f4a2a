//! Hints on a terminal: folded at words, so that none is torn apart in the middle
//! of one. What Docker prints is left as it is.

use std::io;

use crate::help::wrap;

/// What a hint begins with.
const HINT: &str = "hint: ";

/// Columns below which folding helps nobody.
const LEAST: usize = 20;

/// `text`, its hints folded for the terminal that stderr is.
pub fn folded(text: &str) -> String {
    match rustix::termios::tcgetwinsize(io::stderr()) {
        Ok(size) => at_words(text, usize::from(size.ws_col)),
        Err(_) => text.to_owned(),
    }
}

fn at_words(text: &str, columns: usize) -> String {
    if columns < LEAST {
        return text.to_owned();
    }
    let lines = text.split('\n').map(|line| match line.strip_prefix(HINT) {
        Some(hint) => {
            let indent = format!("\n{}", " ".repeat(HINT.len()));
            HINT.to_owned() + &wrap(hint, columns - HINT.len()).join(&indent)
        }
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hints_are_folded_and_nothing_else() {
        let error = "an error of the daemon, with a long text\nhint: localhost:80 of this lab is \
                     http://127.0.0.1:32768 in this machine's browser";
        assert_eq!(
            at_words(error, 33),
            "an error of the daemon, with a long text\nhint: localhost:80 of this lab is\n      \
             http://127.0.0.1:32768 in\n      this machine's browser"
        );
        assert_eq!(at_words(error, 200), error);
        assert_eq!(at_words(error, 0), error);
    }
}
