//! Strangers' text made fit to be drawn: no control characters, nothing that
//! turns the line around, no more than a line's worth.

/// Longest text that a scene keeps, in characters.
pub const LONGEST: usize = 200;

/// `text` with every character that moves the cursor, hides or turns others
/// replaced by `?`, and cut to [`LONGEST`] characters.
#[must_use]
pub fn clean(text: &str) -> String {
    let mut cleaned: String = text.chars().take(LONGEST).map(shown).collect();
    if text.chars().nth(LONGEST).is_some() {
        cleaned.pop();
        cleaned.push('…');
    }
    cleaned
}

fn shown(character: char) -> char {
    match character {
        '\t' => ' ',
        _ if character.is_control() => '?',
        // Invisible and bidirectional marks (Unicode 15, chapter 23.2; UAX #9).
        '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}' => '?',
        _ => character,
    }
}

/// The 12 characters by which people know a digest or an id.
#[must_use]
pub fn short_id(id: &str) -> String {
    let hex = id.strip_prefix("sha256:").unwrap_or(id);
    clean(hex).chars().take(12).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_move_the_cursor_is_replaced() {
        assert_eq!(clean("a\x1b[2Jb\nc\u{9b}d"), "a?[2Jb?c?d");
        assert_eq!(clean("evil\u{202e}gnp.exe"), "evil?gnp.exe");
        assert_eq!(clean("café ✓ 文"), "café ✓ 文");
    }

    #[test]
    fn length_is_bounded_and_the_cut_is_seen() {
        let cut = clean(&"é".repeat(10_000));
        assert_eq!(cut.chars().count(), LONGEST);
        assert!(cut.ends_with("é…"));
        let whole = "x".repeat(LONGEST);
        assert_eq!(clean(&whole), whole);
    }

    #[test]
    fn ids_are_short() {
        assert_eq!(short_id("sha256:0123456789abcdef"), "0123456789ab");
        assert_eq!(short_id("0123"), "0123");
        assert_eq!(short_id("sha256:\x1b"), "?");
    }
}
