//! What `plimsoll book` says, in the reader's language.

use std::path::Path;

use plimsoll_text::Language;

use crate::words;

/// Where the book can be read while it is served: `page` from the site's root,
/// `ssh` as `USER@HOST` where the reader came from another machine.
pub fn serving(language: Language, port: u16, page: &str, ssh: Option<&str>) -> Vec<String> {
    let url = format!("http://127.0.0.1:{port}/{page}");
    let mut lines = vec![words::served_here(language, url)];
    if let Some(target) = ssh {
        // As a text: numbers are grouped in digits (12 345).
        let port = port.to_string();
        lines.push(words::served_afar(language, page, port, target));
    }
    lines
}

/// How the serving ends.
pub fn until(language: Language) -> String {
    words::served_until(language)
}

/// Where it lies as files.
pub fn written(language: Language, folder: &Path) -> String {
    let file = folder.join("index.html").display().to_string();
    words::written_to(language, file)
}
