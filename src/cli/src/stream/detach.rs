//! The key sequence that leaves a container running: `ctrl-p,ctrl-q`.

use crate::error::Invalid;

/// Watches what is typed for the sequence; keys that turn out not to belong to
/// it are passed on.
#[derive(Debug)]
pub struct DetachKeys {
    keys: Vec<u8>,
    seen: usize,
}

impl Default for DetachKeys {
    fn default() -> Self {
        Self {
            keys: vec![0x10, 0x11],
            seen: 0,
        }
    }
}

impl DetachKeys {
    /// Reads `ctrl-a,x` and the like.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        if text.is_empty() {
            return Ok(Self::default());
        }
        let keys = text.split(',').map(key).collect::<Option<_>>();
        match keys {
            Some(keys) => Ok(Self { keys, seen: 0 }),
            None => Err(Invalid(format!(
                "Unknown character: '{}'",
                text.split(',')
                    .find(|part| key(part).is_none())
                    .unwrap_or(text)
            ))),
        }
    }

    /// Passes `typed` on to `out`. True where the sequence was completed: what
    /// came after it is dropped.
    pub fn filter(&mut self, typed: &[u8], out: &mut Vec<u8>) -> bool {
        for &byte in typed {
            if byte == self.keys[self.seen] {
                self.seen += 1;
                if self.seen == self.keys.len() {
                    self.seen = 0;
                    return true;
                }
                continue;
            }
            out.extend_from_slice(&self.keys[..self.seen]);
            self.seen = 0;
            if byte == self.keys[0] {
                self.seen = 1;
            } else {
                out.push(byte);
            }
        }
        false
    }
}

fn key(text: &str) -> Option<u8> {
    if let [byte] = text.as_bytes() {
        return Some(*byte);
    }
    match text.strip_prefix("ctrl-")?.as_bytes() {
        [letter @ b'a'..=b'z'] => Some(letter - b'a' + 1),
        b"@" => Some(0),
        b"[" => Some(27),
        b"\\" => Some(28),
        b"]" => Some(29),
        b"^" => Some(30),
        b"_" => Some(31),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(keys: &mut DetachKeys, pieces: &[&[u8]]) -> (Vec<u8>, bool) {
        let mut out = Vec::new();
        let ended = pieces.iter().any(|piece| keys.filter(piece, &mut out));
        (out, ended)
    }

    #[test]
    fn the_sequence_ends_the_stream_and_others_pass() {
        let mut keys = DetachKeys::default();
        assert_eq!(
            typed(&mut keys, &[b"ab\x10", b"\x11c"]),
            (b"ab".to_vec(), true)
        );
        assert_eq!(
            typed(&mut keys, &[b"\x10", b"x\x10\x10\x11"]),
            (b"\x10x\x10".to_vec(), true)
        );
        assert_eq!(typed(&mut keys, &[b"\x11"]), (b"\x11".to_vec(), false));
    }

    #[test]
    fn sequences_are_read() {
        let mut keys = DetachKeys::parse("ctrl-a,x").unwrap();
        assert_eq!(typed(&mut keys, &[b"\x01x"]), (Vec::new(), true));
        assert!(DetachKeys::parse("ctrl-,").is_err());
        assert!(DetachKeys::parse("long").is_err());
    }
}
