//! Which pages there are, and where a link leads.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_lab::book_link::BookLink;
use plimsoll_lab::course::Course;
use plimsoll_lab::schema::nearest;
use plimsoll_text::{Language, spoken};

use crate::page::Page;
use crate::sources::{LANGUAGES, Sources};
use crate::words;

/// The folder of the developers' pages, which are in English only but for
/// their table of contents.
const DEVELOPERS: &str = "contributing/";
const DEVELOPERS_INDEX: &str = "contributing/index.md";

/// The folder of the course's chapters.
pub(crate) const COURSE: &str = "course/";

/// The page that lists the labs, and the folder of theirs.
pub(crate) const LABS: &str = "labs/index.md";

/// Whether a page is written in English only.
pub(crate) fn only_english(page: &str) -> bool {
    page.starts_with(DEVELOPERS) && page != DEVELOPERS_INDEX
}

/// A lab's page, made of its folder.
pub(crate) fn lab_page(lab: &str) -> String {
    format!("labs/{lab}.md")
}

/// The page that says the same in the other language, or as near as there is.
pub(crate) fn counterpart(page: &str) -> &str {
    if only_english(page) {
        DEVELOPERS_INDEX
    } else {
        page
    }
}

/// The pages of both languages with the ids of their headings.
pub(crate) struct Shelf {
    english: BTreeMap<String, BTreeSet<String>>,
    french: BTreeMap<String, BTreeSet<String>>,
}

impl Shelf {
    pub(crate) fn of(sources: &Sources, course: &Course) -> Shelf {
        let pages = |language| {
            let written = sources.pages(language).map(|(page, content)| {
                let text = String::from_utf8_lossy(content);
                (page.to_owned(), anchors(&text))
            });
            let labs = course
                .labs
                .iter()
                .map(|lab| (lab_page(&lab.name), anchors(lab.lesson.get(language))));
            written.chain(labs).collect()
        };
        let [english, french] = LANGUAGES.map(pages);
        Shelf { english, french }
    }

    pub(crate) fn pages(&self, language: Language) -> &BTreeMap<String, BTreeSet<String>> {
        match language {
            Language::English => &self.english,
            Language::French => &self.french,
        }
    }

    /// Where a page of that name is to be read: in the reader's language, or in
    /// English where there is no other.
    pub(crate) fn place(&self, language: Language, page: &str) -> Option<Language> {
        if self.pages(language).contains_key(page) {
            Some(language)
        } else {
            (only_english(page) && self.english.contains_key(page)).then_some(Language::English)
        }
    }
}

fn anchors(text: &str) -> BTreeSet<String> {
    let page = Page::read(text);
    page.anchors.into_iter().map(|(anchor, _)| anchor).collect()
}

/// The way from one page of the site to another: `../fr/course/keeping-data.html`.
pub(crate) fn way(from: (Language, &str), to: (Language, &str), anchor: Option<&str>) -> String {
    let mut way = "../".repeat(from.1.matches('/').count());
    if from.0 != to.0 {
        way.push_str("../");
        way.push_str(to.0.code());
        way.push('/');
    }
    way.push_str(to.1.strip_suffix(".md").unwrap_or(to.1));
    way.push_str(".html");
    if let Some(anchor) = anchor {
        way.push('#');
        way.push_str(anchor);
    }
    way
}

/// Nobody wrote that page.
#[derive(Debug, thiserror::Error)]
#[error("{}", words::no_page_found(spoken(), page.as_str()))]
pub struct NoSuchPage {
    pub page: String,
    /// The page that may have been meant.
    pub nearest: Option<String>,
}

/// Where the page is that a reader asked for, from the site's root:
/// `fr/course/keeping-data.html#volumes`. Its last word, or a lab's name, will
/// do: `keeping-data`.
///
/// # Errors
/// [`NoSuchPage`]
pub fn find(
    sources: &Sources,
    course: &Course,
    language: Language,
    asked: &str,
) -> Result<String, NoSuchPage> {
    let shelf = Shelf::of(sources, course);
    let names: BTreeSet<&str> = shelf
        .english
        .keys()
        .filter_map(|page| page.strip_suffix(".md"))
        .collect();
    let absent = |page: &str| NoSuchPage {
        page: page.to_owned(),
        nearest: near(page, &names),
    };
    let link = BookLink::parse(asked).ok_or_else(|| absent(asked))?;
    let named = format!("/{}", link.page);
    let mut candidates = names
        .iter()
        .filter(|name| **name == link.page || name.ends_with(&named))
        .collect::<Vec<_>>();
    candidates.sort_by_key(|name| name.len());
    let name = candidates.first().ok_or_else(|| absent(&link.page))?;
    let page = format!("{name}.md");
    let place = shelf.place(language, &page).unwrap_or_default();
    if let Some(anchor) = &link.anchor {
        let anchors = &shelf.pages(place)[&page];
        if !anchors.contains(anchor) {
            let near = nearest(anchor, anchors.iter().map(String::as_str));
            return Err(NoSuchPage {
                page: link.to_string(),
                nearest: Some(match near {
                    Some(anchor) => format!("{name}#{anchor}"),
                    None => (*name).to_string(),
                }),
            });
        }
    }
    let way = way((place, ""), (place, &page), link.anchor.as_deref());
    Ok(format!("{}/{way}", place.code()))
}

fn near(page: &str, names: &BTreeSet<&str>) -> Option<String> {
    let whole = nearest(page, names.iter().copied());
    let ends = names
        .iter()
        .map(|name| name.rsplit('/').next().unwrap_or(name));
    whole.or_else(|| nearest(page, ends)).map(str::to_owned)
}
