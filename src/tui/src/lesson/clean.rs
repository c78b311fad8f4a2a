//! Takes out of a text what steers a terminal or hides from the eye.

use unicode_width::UnicodeWidthChar;

/// As many marks on one character as any script needs; more paint over the
/// lines above and below.
const MARKS: usize = 8;

/// Columns from one tab stop to the next, in code.
const TAB: usize = 4;

/// Text of a sentence: a tab or a line's end is a space.
pub(super) fn prose(text: &str) -> String {
    visible(text, |_| " ")
}

/// Text of a line of code: a tab goes to the next stop, since a real one, put
/// into a shell's line, would complete a name.
pub(super) fn code(line: &str) -> String {
    visible(line, |column| &"    "[..TAB - column % TAB])
}

fn visible(text: &str, tab: impl Fn(usize) -> &'static str) -> String {
    let mut clean = String::with_capacity(text.len());
    let (mut column, mut marks) = (0, 0);
    for character in text.chars() {
        match character {
            '\t' | '\n' | '\u{2028}' | '\u{2029}' => {
                let spaces = tab(column);
                clean.push_str(spaces);
                column += spaces.len();
                continue;
            }
            _ if character.is_control() || is_hidden(character) => continue,
            _ => {}
        }
        let width = character.width().unwrap_or(0);
        marks = if width == 0 { marks + 1 } else { 0 };
        if marks <= MARKS {
            clean.push(character);
            column += width;
        }
    }
    clean
}

/// Characters without a picture that change how others are read: directions
/// (CVE-2021-42574), spaces of no width, tags, and what layout of another kind
/// needs. The joiners of emoji and scripts (U+200C, U+200D) stay.
fn is_hidden(character: char) -> bool {
    matches!(character,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        | '\u{180b}'..='\u{180f}' | '\u{200b}' | '\u{200e}' | '\u{200f}'
        | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}'
        | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_steers_a_terminal_is_gone() {
        assert_eq!(prose("a\u{1b}[2Jb\u{9b}31mc\u{7}\r\0d\u{7f}"), "a[2Jb31mcd");
        assert_eq!(
            prose("safe\u{202e}exe\u{2066}.\u{200b}sh\u{feff}"),
            "safeexe.sh"
        );
    }

    #[test]
    fn letters_of_every_script_stay() {
        for text in [
            "à « côté »\u{a0}: œuvre",
            "日本語",
            "שלום",
            "👩\u{200d}🚀",
            "ก็",
        ] {
            assert_eq!(prose(text), text);
        }
    }

    #[test]
    fn a_tower_of_accents_is_cut() {
        let tower = format!("a{}b\u{301}", "\u{301}".repeat(500));
        let clean = prose(&tower);
        assert_eq!(clean.chars().count(), 1 + MARKS + 2);
        assert!(clean.ends_with("b\u{301}"));
    }

    #[test]
    fn tabs_of_code_go_to_the_next_stop() {
        assert_eq!(code("a\tb\t\tc"), "a   b       c");
        assert_eq!(prose("a\tb"), "a b");
    }
}
