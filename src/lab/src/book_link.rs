//! Links from lessons into the book.
//!
//! A lesson is read on a terminal, in the terminal interface, and as a chapter
//! of the book, where it stands beside other pages. So it names a page of the
//! book and not a place relative to itself: `[volumes](book:course/keeping-data#volumes)`.
//! Whoever shows the lesson makes of it what their reader can follow. Whether
//! the page is there is for the book to say.

use std::fmt;

/// A page of the book, in the reader's language, and a heading on it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct BookLink {
    /// Path below the book's pages, without `.md`: `course/keeping-data`.
    pub page: String,
    /// The heading's `{#id}`.
    pub anchor: Option<String>,
}

impl BookLink {
    /// How such a link begins.
    pub const SCHEME: &'static str = "book:";

    /// What a Markdown link leads to; `None` for all that is no link into the
    /// book.
    pub fn of_destination(destination: &str) -> Option<BookLink> {
        BookLink::parse(destination.strip_prefix(BookLink::SCHEME)?)
    }

    /// `PAGE` or `PAGE#ANCHOR`; a page's `.md` may be written. Names are small
    /// letters, digits and hyphens.
    pub fn parse(word: &str) -> Option<BookLink> {
        let (page, anchor) = match word.split_once('#') {
            Some((page, anchor)) => (page, Some(anchor)),
            None => (word, None),
        };
        let page = page.strip_suffix(".md").unwrap_or(page);
        if !page.split('/').all(is_name) || !anchor.is_none_or(is_name) {
            return None;
        }
        Some(BookLink {
            page: page.to_owned(),
            anchor: anchor.map(str::to_owned),
        })
    }

    /// What to type to read it.
    pub fn command(&self) -> String {
        format!("plimsoll book {self}")
    }
}

/// `PAGE#ANCHOR`.
impl fmt::Display for BookLink {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.page)?;
        match &self.anchor {
            Some(anchor) => write!(formatter, "#{anchor}"),
            None => Ok(()),
        }
    }
}

fn is_name(word: &str) -> bool {
    let fits = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit();
    word.starts_with(fits) && word.chars().all(|letter| fits(letter) || letter == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_is_told_with_and_without_its_heading() {
        let told = |word| BookLink::parse(word).map(|link| link.to_string());
        assert_eq!(told("index").as_deref(), Some("index"));
        assert_eq!(
            told("reference/under-the-hood.md#overlay").as_deref(),
            Some("reference/under-the-hood#overlay")
        );
    }

    #[test]
    fn a_link_says_what_to_type_and_others_are_none() {
        let command = |link| BookLink::of_destination(link).map(|link| link.command());
        assert_eq!(
            command("book:course/keeping-data#volumes").as_deref(),
            Some("plimsoll book course/keeping-data#volumes")
        );
        assert_eq!(command("https://example.org/"), None);
        assert_eq!(command("course/keeping-data"), None);
    }

    #[test]
    fn nothing_leads_out_of_the_book() {
        for word in [
            "",
            "#x",
            "/etc/passwd",
            "../x",
            "a//b",
            "a/",
            "a#",
            "A",
            "a b",
            "a#b#c",
            "-a",
        ] {
            assert_eq!(BookLink::parse(word), None, "{word}");
        }
    }
}
