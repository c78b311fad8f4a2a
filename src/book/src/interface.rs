//! mdBook's own words in French.
//!
//! mdBook's buttons and search speak English only; what they say is replaced in
//! the files that it wrote. A test finds each of these words in the English
//! site, so that a newer mdBook with other words is noticed.

/// In pages: what mdBook says, and what it says in French.
pub(crate) const PAGES: &[(&str, &str)] = &[
    ("\"Toggle Table of Contents\"", "\"Table des matières\""),
    ("\"Table of contents\"", "\"Table des matières\""),
    ("\"Change theme\"", "\"Changer de thème\""),
    ("aria-label=\"Themes\"", "aria-label=\"Thèmes\""),
    (">Light</button>", ">Clair</button>"),
    (">Rust</button>", ">Rouille</button>"),
    (">Coal</button>", ">Charbon</button>"),
    (">Navy</button>", ">Marine</button>"),
    ("\"Search (`/`)\"", "\"Rechercher (`/`)\""),
    ("\"Toggle Searchbar\"", "\"Rechercher\""),
    ("\"Search this book ...\"", "\"Rechercher dans ce livre…\""),
    ("\"Print this book\"", "\"Imprimer ce livre\""),
    ("\"Page navigation\"", "\"Pages précédente et suivante\""),
    ("\"Previous chapter\"", "\"Chapitre précédent\""),
    ("\"Next chapter\"", "\"Chapitre suivant\""),
    (">Keyboard shortcuts<", ">Raccourcis clavier<"),
    (
        "<p>Press <kbd>←</kbd> or <kbd>→</kbd> to navigate between chapters</p>",
        "<p><kbd>←</kbd> et <kbd>→</kbd> : chapitre précédent, chapitre suivant</p>",
    ),
    (
        "<p>Press <kbd>S</kbd> or <kbd>/</kbd> to search in the book</p>",
        "<p><kbd>S</kbd> ou <kbd>/</kbd> : rechercher dans le livre</p>",
    ),
    (
        "<p>Press <kbd>?</kbd> to show this help</p>",
        "<p><kbd>?</kbd> : afficher cette aide</p>",
    ),
    (
        "<p>Press <kbd>Esc</kbd> to hide this help</p>",
        "<p><kbd>Échap</kbd> : fermer cette aide</p>",
    ),
];

/// In scripts.
pub(crate) const SCRIPTS: &[(&str, &str)] = &[
    ("' search result for \\''", "' résultat pour « '"),
    ("'No search results for \\''", "'Aucun résultat pour « '"),
    ("' search results for \\''", "' résultats pour « '"),
    ("searchterm + '\\':'", "searchterm + ' » :'"),
    ("searchterm + '\\'.'", "searchterm + ' ».'"),
    ("'Copy to clipboard'", "'Copier'"),
    ("'Copied!'", "'Copié'"),
    ("'Clipboard error!'", "'Impossible de copier'"),
];

/// One file of the French site.
pub(crate) fn in_french(path: &str, content: Vec<u8>) -> Vec<u8> {
    let words = match path.rsplit('.').next() {
        Some("html") => PAGES,
        Some("js") => SCRIPTS,
        _ => return content,
    };
    match String::from_utf8(content) {
        Ok(text) => words
            .iter()
            .fold(text, |text, (english, french)| {
                text.replace(english, french)
            })
            .into_bytes(),
        Err(error) => error.into_bytes(),
    }
}

#[cfg(test)]
mod tests {
    use plimsoll_lab::course::Course;

    use super::*;
    use crate::{Site, Sources};

    fn all(site: &Site, language: &str, end: &str) -> String {
        let wanted = |path: &str| path.starts_with(language) && path.ends_with(end);
        site.files()
            .filter(|(path, _)| wanted(path))
            .map(|(_, content)| String::from_utf8_lossy(content))
            .collect()
    }

    #[test]
    fn mdbook_says_what_is_replaced_and_only_the_english_book_says_it_still() {
        let site = Site::build(&Sources::carried(), &Course::embedded()).expect("a site");
        for (end, words) in [(".html", PAGES), (".js", SCRIPTS)] {
            let (english, french) = (all(&site, "en/", end), all(&site, "fr/", end));
            for (before, after) in words {
                assert!(english.contains(before), "mdBook no longer says {before}");
                assert!(!french.contains(before), "still English: {before}");
                assert!(french.contains(after), "{after}");
            }
        }
    }
}
