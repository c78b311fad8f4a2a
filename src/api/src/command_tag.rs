//! The header by which a client says what was typed, so that the calls it
//! makes for it can be told as one command.
//!
//! ```text
//! Plimsoll-Command: 5f2c-18a7 docker run -d --name web nginx
//! ```
//!
//! or, for what nobody typed and nobody is to be told of (a grader that looks
//! into a copy of a container):
//!
//! ```text
//! Plimsoll-Command: -
//! ```
//!
//! An id, then the words, percent-encoded, with a space between them. Nothing
//! depends on it but what is shown: an engine that does not know it ignores it,
//! and one that cannot read it does as if it was not there.

use crate::client::encode_path;
use crate::operation::plain;

/// The header's name.
pub const HEADER: &str = "Plimsoll-Command";

/// The value that says: not to be told.
pub const NOBODY: &str = "-";

/// The longest value that is sent or read (bytes).
const LONGEST: usize = 4096;
/// The longest id (bytes).
const LONGEST_ID: usize = 64;
/// The longest title (characters).
const LONGEST_TITLE: usize = 1000;

/// Whose call it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CommandTag {
    /// The same for all calls of a command and for no other: letters, digits
    /// and hyphens.
    pub id: String,
    /// What was typed, on one line.
    pub title: String,
}

/// The header's value for a command line. What does not fit is left out, and
/// the last word says so.
#[must_use]
pub fn write<'word>(id: &str, words: impl IntoIterator<Item = &'word str>) -> String {
    let mut value = id.to_owned();
    for word in words {
        let encoded = encode_path(word);
        // A word more than this would not fit.
        if value.len() + 1 + encoded.len() > LONGEST - "%E2%80%A6".len() - 1 {
            value.push_str(" %E2%80%A6");
            break;
        }
        value.push(' ');
        value.push_str(&encoded);
    }
    value
}

impl CommandTag {
    /// Reads a header's value; `None` for one that is none.
    #[must_use]
    pub fn read(value: &[u8]) -> Option<Self> {
        if value.len() > LONGEST {
            return None;
        }
        let text = std::str::from_utf8(value).ok()?;
        let mut words = text.split(' ').filter(|word| !word.is_empty());
        let id = words.next()?;
        let legal = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        if id.len() > LONGEST_ID || !id.bytes().all(legal) {
            return None;
        }
        let words: Vec<String> = words.map(|word| quoted(&decoded(word))).collect();
        let title = plain(&words.join(" "), LONGEST_TITLE);
        (!title.trim().is_empty()).then(|| Self {
            id: id.to_owned(),
            title,
        })
    }
}

fn decoded(word: &str) -> String {
    let mut bytes = Vec::with_capacity(word.len());
    let mut rest = word.as_bytes();
    while let [first, tail @ ..] = rest {
        let digit = |byte: &u8| char::from(*byte).to_digit(16);
        let pair = match tail {
            [high, low, ..] => digit(high).zip(digit(low)),
            _ => None,
        };
        match (first, pair) {
            (b'%', Some((high, low))) => {
                bytes.push((high * 16 + low) as u8);
                rest = &tail[2..];
            }
            _ => {
                bytes.push(*first);
                rest = tail;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

/// As a shell would take it.
fn quoted(word: &str) -> String {
    let safe = |c: char| c.is_alphanumeric() || "-_./:=,+@%^…".contains(c);
    if !word.is_empty() && word.chars().all(safe) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn there_and_back(words: &[&str]) -> Option<CommandTag> {
        CommandTag::read(write("5f-2c", words.iter().copied()).as_bytes())
    }

    #[test]
    fn a_command_line_comes_back_as_typed() {
        let words = [
            "docker",
            "run",
            "-p",
            "80:80",
            "nginx",
            "sh",
            "-c",
            "echo 'é' &",
        ];
        let tag = there_and_back(&words).expect("a tag");
        assert_eq!(tag.id, "5f-2c");
        assert_eq!(
            tag.title,
            r"docker run -p 80:80 nginx sh -c 'echo '\''é'\'' &'"
        );
    }

    #[test]
    fn a_long_command_line_is_cut_and_says_so() {
        let long = "x".repeat(3000);
        let value = write("1", ["docker", &long, &long, "end"]);
        assert!(value.len() <= LONGEST, "{}", value.len());
        let tag = CommandTag::read(value.as_bytes()).expect("a tag");
        assert!(tag.title.ends_with('…') && tag.title.chars().count() <= LONGEST_TITLE);
        let many = vec!["a"; 5000];
        let value = write("1", many);
        assert!(value.len() <= LONGEST && value.ends_with("%E2%80%A6"));
    }

    #[test]
    fn what_is_no_tag_is_none() {
        for bad in ["", " ", "id", "i/d docker ps", "caf\u{e9} docker ps"] {
            assert_eq!(CommandTag::read(bad.as_bytes()), None, "{bad:?}");
        }
        assert_eq!(CommandTag::read(b"id \xff\xfe"), None);
        let long = format!("{} docker ps", "a".repeat(65));
        assert_eq!(CommandTag::read(long.as_bytes()), None);
        let long = format!("id {}", "a".repeat(LONGEST));
        assert_eq!(CommandTag::read(long.as_bytes()), None);
    }

    #[test]
    fn a_hostile_title_moves_nothing() {
        let tag = there_and_back(&["docker", "run", "\x1b]0;x\x07\u{202e}evil\nline"]);
        let title = tag.expect("a tag").title;
        assert_eq!(title, "docker run ']0;xevil line'");
        let tag = CommandTag::read(b"id docker %ff%fe %zz %4").expect("a tag");
        assert_eq!(tag.title, "docker '\u{fffd}\u{fffd}' %zz %4");
    }
}
