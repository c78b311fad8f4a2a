//! Cuts operating system commands (`ESC ] … BEL`) that are longer than any
//! honest one. The parser behind collects such a string whole before it looks
//! at it, so without this a program could make us keep all it prints.

/// More than a title, a colour or a path ever needs.
const LONGEST: usize = 4096;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Text,
    Escape,
    /// Inside a command, with so many bytes of it let through.
    Command(usize),
}

/// Follows the bytes only as far as it must to know where a command begins and
/// ends.
pub(super) struct LongStrings {
    state: State,
}

impl LongStrings {
    pub(super) fn new() -> LongStrings {
        LongStrings { state: State::Text }
    }

    /// Hands on the parts of `bytes` that are let through.
    pub(super) fn pass(&mut self, bytes: &[u8], mut hand_on: impl FnMut(&[u8])) {
        let mut start = 0;
        for (index, &byte) in bytes.iter().enumerate() {
            let before = self.state;
            self.state = next(before, byte);
            let dropped = matches!(
                (before, self.state),
                (State::Command(LONGEST), State::Command(_))
            );
            if dropped {
                if start < index {
                    hand_on(&bytes[start..index]);
                }
                start = index + 1;
            }
        }
        if start < bytes.len() {
            hand_on(&bytes[start..]);
        }
    }
}

fn next(state: State, byte: u8) -> State {
    match (state, byte) {
        (_, 0x1b) => State::Escape,
        (State::Escape, b']') => State::Command(0),
        // A parser carries out control characters in the midst of a sequence.
        (State::Escape, 0x00..=0x17 | 0x19 | 0x1c..=0x1f | 0x7f..) => State::Escape,
        (State::Command(_), 0x07 | 0x18 | 0x1a) => State::Text,
        (State::Command(length), _) => State::Command((length + 1).min(LONGEST)),
        (State::Text | State::Escape, _) => State::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed(pieces: &[&[u8]]) -> Vec<u8> {
        let mut strings = LongStrings::new();
        let mut out = Vec::new();
        for piece in pieces {
            strings.pass(piece, |part| out.extend_from_slice(part));
        }
        out
    }

    #[test]
    fn short_commands_and_all_else_go_through() {
        let bytes = b"a\x1b]2;title\x07b\x1b[31mc\xc3\xa9\x1b]0;x\x1b\\d\x1bPq#0\x1b\\";
        assert_eq!(passed(&[bytes]), bytes);
        let (left, right) = bytes.split_at(3);
        assert_eq!(passed(&[left, right]), bytes);
    }

    #[test]
    fn a_long_command_is_cut_and_still_ends() {
        let long = vec![b'x'; 1_000_000];
        let out = passed(&[b"\x1b]2;", &long, &long, b"\x07after"]);
        assert_eq!(out.len(), 2 + LONGEST + b"\x07after".len());
        assert!(out.ends_with(b"x\x07after"));
    }

    #[test]
    fn a_control_character_does_not_hide_the_beginning() {
        let long = vec![b'x'; 100_000];
        let out = passed(&[b"\x1b\x00\x7f]", &long, b"\x1b\\"]);
        assert!(out.len() < 5_000, "{}", out.len());
    }
}
