//! Identifiers: 64 random hexadecimal digits, twelve of them shown.

use std::fs::File;
use std::io::{self, Read};

/// A fresh id (256 bits from the kernel).
///
/// # Errors
/// When `/dev/urandom` cannot be read.
pub fn random_id() -> io::Result<String> {
    let mut bytes = [0u8; 32];
    fill(&mut bytes)?;
    // An id that reads as a number would be taken for one by some tools; dockerd
    // draws again in that case as well.
    let text = hex(&bytes);
    if text[..12].parse::<u64>().is_ok() {
        return random_id();
    }
    Ok(text)
}

/// A random number below `bound` (not zero), for names and back-off.
///
/// # Errors
/// When `/dev/urandom` cannot be read.
pub fn random_below(bound: usize) -> io::Result<usize> {
    let mut bytes = [0u8; 8];
    fill(&mut bytes)?;
    Ok((u64::from_le_bytes(bytes) % bound as u64) as usize)
}

/// The first twelve digits.
pub fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}

/// Lower-case hexadecimal digits.
pub fn hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [DIGITS[(byte >> 4) as usize], DIGITS[(byte & 15) as usize]])
        .map(char::from)
        .collect()
}

fn fill(bytes: &mut [u8]) -> io::Result<()> {
    File::open("/dev/urandom")?.read_exact(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_64_digits_and_differ() {
        let (one, two) = (random_id().unwrap(), random_id().unwrap());
        assert_eq!(one.len(), 64);
        assert!(one.bytes().all(|b| b.is_ascii_hexdigit()));
        assert_ne!(one, two);
        assert_eq!(short(&one).len(), 12);
    }
}
