//! Links and ids of a page, well enough for what mdBook writes.

use std::collections::BTreeSet;

use regex_lite::Regex;

/// Element, attribute and value, of those attributes that are named.
pub fn attributes<'a>(
    page: &str,
    names: &'a [&'a str],
) -> impl Iterator<Item = (String, String, String)> + use<'a> {
    let element =
        Regex::new(r#"<([a-z][a-z0-9-]*)((?:\s+[a-z:-]+(?:=(?:"[^"]*"|[^\s>"]+))?)*)\s*/?>"#)
            .expect("a pattern");
    let attribute = Regex::new(r#"([a-z:-]+)=(?:"([^"]*)"|([^\s>"]+))"#).expect("a pattern");
    let mut found = Vec::new();
    for tag in element.captures_iter(page) {
        for pair in attribute.captures_iter(&tag[2]) {
            let value = pair
                .get(2)
                .or(pair.get(3))
                .map_or("", |value| value.as_str());
            found.push((tag[1].to_owned(), pair[1].to_owned(), unescaped(value)));
        }
    }
    found
        .into_iter()
        .filter(move |(_, name, _)| names.contains(&name.as_str()))
}

/// Every place of a page that can be linked to.
pub fn ids(page: &str) -> BTreeSet<String> {
    attributes(page, &["id"]).map(|(_, _, id)| id).collect()
}

/// Whether a link leads out of the site.
pub fn leads_away(link: &str) -> bool {
    let scheme = link.split(['/', '?', '#']).next().unwrap_or_default();
    scheme.contains(':') || link.starts_with("//")
}

/// The file, from the site's root, and the place in it.
pub fn resolve(page: &str, link: &str) -> (String, Option<String>) {
    let (path, anchor) = match link.split_once('#') {
        Some((path, anchor)) => (path, Some(anchor.to_owned())),
        None => (link, None),
    };
    if path.is_empty() {
        return (page.to_owned(), anchor);
    }
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts
                    .pop()
                    .unwrap_or_else(|| panic!("{page}: `{link}` leads out"));
            }
            name => parts.push(name),
        }
    }
    (parts.join("/"), anchor)
}

fn unescaped(text: &str) -> String {
    text.replace("&quot;", "\"")
        .replace("&#x27;", "'")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}
