//! Cuts what no honest program sends, before the parser sees it.
//!
//! - Operating system commands (`ESC ] … BEL`): the parser collects one whole
//!   before it looks at it, so a program could make us keep all it prints.
//! - Numbers of control sequences (`ESC [ 65535 b`): eight bytes would repeat a
//!   letter 65535 times. Cut to four digits, a number still goes beyond any edge
//!   of the screen.

/// More than a title, a colour or a path ever needs.
const LONGEST_COMMAND: usize = 4096;
/// The largest mode that there is has four.
const MOST_DIGITS: u8 = 4;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    Text,
    Escape,
    /// In a control sequence, after so many digits of a number.
    Sequence(u8),
    /// Inside a command, with so many bytes of it let through.
    Command(usize),
}

/// Follows the bytes only as far as it must to know where it is.
pub(super) struct Limits {
    state: State,
}

impl Limits {
    pub(super) fn new() -> Limits {
        Limits { state: State::Text }
    }

    /// Hands on the parts of `bytes` that are let through.
    pub(super) fn pass(&mut self, bytes: &[u8], mut hand_on: impl FnMut(&[u8])) {
        let mut start = 0;
        for (index, &byte) in bytes.iter().enumerate() {
            let before = self.state;
            self.state = next(before, byte);
            let dropped = match (before, self.state) {
                (State::Command(LONGEST_COMMAND), State::Command(_)) => true,
                (State::Sequence(MOST_DIGITS), _) => byte.is_ascii_digit(),
                _ => false,
            };
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
        (State::Escape, b'[') => State::Sequence(0),
        // A parser carries out control characters in the midst of a sequence.
        (State::Escape | State::Sequence(_), 0x00..=0x17 | 0x19 | 0x1c..=0x1f | 0x7f..) => state,
        (State::Sequence(digits), b'0'..=b'9') => State::Sequence((digits + 1).min(MOST_DIGITS)),
        (State::Sequence(_), 0x20..=0x3f) => State::Sequence(0),
        (State::Command(_), 0x07 | 0x18 | 0x1a) => State::Text,
        (State::Command(length), _) => State::Command((length + 1).min(LONGEST_COMMAND)),
        (State::Text | State::Escape | State::Sequence(_), _) => State::Text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passed(pieces: &[&[u8]]) -> Vec<u8> {
        let mut limits = Limits::new();
        let mut out = Vec::new();
        for piece in pieces {
            limits.pass(piece, |part| out.extend_from_slice(part));
        }
        out
    }

    #[test]
    fn honest_output_goes_through_cut_anywhere() {
        let bytes = "a\x1b]2;12345 title\x07b\x1b[31;1mcé\x1b]0;x\x1b\\d\x1bPq#00000\x1b\\\
                     \x1b[?1049h123456\x1b[38:2::255:100:0m\x1b[9999;9999H00000\x1b(012345"
            .as_bytes();
        for cut in 0..bytes.len() {
            let (left, right) = bytes.split_at(cut);
            assert_eq!(passed(&[left, right]), bytes, "cut at {cut}");
        }
    }

    #[test]
    fn a_long_command_is_cut_and_still_ends() {
        let long = vec![b'x'; 1_000_000];
        let out = passed(&[b"\x1b]2;", &long, &long, b"\x07after"]);
        assert_eq!(out.len(), 2 + LONGEST_COMMAND + b"\x07after".len());
        assert!(out.ends_with(b"x\x07after"));
    }

    #[test]
    fn a_control_character_does_not_hide_the_beginning() {
        let long = vec![b'x'; 100_000];
        let out = passed(&[b"\x1b\x00\x7f]", &long, b"\x1b\\"]);
        assert!(out.len() < 5_000, "{}", out.len());
        assert_eq!(
            passed(&[b"\x1b[12\x0034", b"\x7f56;78901b"]),
            b"\x1b[12\x0034\x7f;7890b"
        );
    }
}
