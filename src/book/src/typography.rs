//! French typography for the browser: no line begins with a colon.
//!
//! Sources are written with ordinary spaces, which every keyboard has. In the
//! site, the spaces before `: ; ! ?` and `»` and after `«` do not break.

use std::ops::Range;

use plimsoll_text::Language;

use crate::page::Page;

const UNBROKEN: &str = "\u{a0}";
const NARROW: &str = "\u{202f}";

/// The spaces of a page that must not break, and what to put in their place.
pub(crate) fn spaces(
    text: &str,
    page: &Page,
    language: Language,
) -> impl Iterator<Item = (Range<usize>, String)> {
    let prose = match language {
        Language::English => &[],
        Language::French => page.prose.as_slice(),
    };
    prose
        .iter()
        .flat_map(move |range| in_words(&text[range.clone()], range.start))
}

fn in_words(words: &str, start: usize) -> impl Iterator<Item = (Range<usize>, String)> {
    words.match_indices(' ').filter_map(move |(at, _)| {
        let before = words[..at].chars().next_back();
        let after = words[at + 1..].chars().next();
        let space = match (before, after) {
            (_, Some(':' | '»')) | (Some('«'), _) => UNBROKEN,
            (_, Some(';' | '!' | '?')) => NARROW,
            _ => return None,
        };
        let here = start + at;
        Some((here..here + 1, space.to_owned()))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, language: Language) -> String {
        let page = Page::read(text);
        let mut shown = text.to_owned();
        let mut changes: Vec<_> = spaces(text, &page, language).collect();
        changes.sort_by_key(|(range, _)| std::cmp::Reverse(range.start));
        for (range, space) in changes {
            shown.replace_range(range, &space);
        }
        shown
    }

    #[test]
    fn french_words_keep_their_colons_and_code_is_left_alone() {
        let text = "# Un « mot » ?\n\n`a : b` : voici ; [un lien !](x.md)\n\n```sh\na ; b\n```\n";
        assert_eq!(
            shown(text, Language::French),
            "# Un «\u{a0}mot\u{a0}»\u{202f}?\n\n`a : b`\u{a0}: voici\u{202f}; \
             [un lien\u{202f}!](x.md)\n\n```sh\na ; b\n```\n"
        );
        assert_eq!(shown(text, Language::English), text);
    }
}
