//! What is wrong with the book: every mistake with file, line and the fix.
//!
//! Pure, and without building anything. A link may lead only to a heading that
//! has an id of its own (`## Title {#id}`): such an id outlives a change of
//! words, and is the same in both languages.

use std::collections::BTreeSet;

use plimsoll_lab::book_link::BookLink;
use plimsoll_lab::course::Course;
use plimsoll_lab::schema::{SchemaError, nearest};
use plimsoll_text::{Language, Text};

use crate::directive;
use crate::page::{Form, Link, Page, mistake};
use crate::shelf::{self, Shelf};
use crate::sources::{LANGUAGES, SUMMARY, Sources};
use crate::words;

/// Everything that is wrong with the pages, and with the lessons' links into
/// them.
pub fn check(sources: &Sources, course: &Course) -> Vec<SchemaError> {
    let shelf = Shelf::of(sources, course);
    let mut check = Check {
        sources,
        course,
        shelf: &shelf,
        mistakes: Vec::new(),
    };
    for language in LANGUAGES {
        check.summary(language);
        check.pages(language);
        check.translations(language);
    }
    check.order();
    check.lessons();
    check.sorted()
}

/// What is wrong with the links of a course's lessons into the book.
pub fn check_lessons(sources: &Sources, course: &Course) -> Vec<SchemaError> {
    let shelf = Shelf::of(sources, course);
    let mut check = Check {
        sources,
        course,
        shelf: &shelf,
        mistakes: Vec::new(),
    };
    check.lessons();
    check.sorted()
}

struct Check<'a> {
    sources: &'a Sources,
    course: &'a Course,
    shelf: &'a Shelf,
    mistakes: Vec<SchemaError>,
}

/// The text that is looked at.
struct Reading<'a> {
    file: &'a str,
    text: &'a str,
    language: Language,
    /// Below `src`: `course/keeping-data.md`.
    page: &'a str,
}

impl Check<'_> {
    /// As somebody who mends them goes through the files.
    fn sorted(mut self) -> Vec<SchemaError> {
        self.mistakes
            .sort_by(|a, b| (&a.file, a.line, a.column).cmp(&(&b.file, b.line, b.column)));
        self.mistakes
    }

    fn tell(&mut self, text: &Reading<'_>, offset: usize, message: Text, fix: Text) {
        self.mistakes
            .push(mistake(text.file, text.text, offset, message, fix));
    }

    /// A mistake of a page as a whole is at its beginning.
    fn tell_whole(&mut self, file: String, message: Text, fix: Text) {
        self.mistakes.push(mistake(&file, "", 0, message, fix));
    }

    fn file(&self, language: Language, page: &str) -> String {
        self.sources
            .name_of(&format!("{}/src/{page}", language.code()))
    }

    /// Every page is listed once, and every listed page is there.
    fn summary(&mut self, language: Language) {
        let file = self.file(language, SUMMARY);
        let path = format!("{}/src/{SUMMARY}", language.code());
        let Some(Ok(summary)) = self.sources.content(&path).map(std::str::from_utf8) else {
            let fix = Text::said(words::summary_missing_fix);
            let mistake = SchemaError::whole(file, Text::said(words::file_missing)).with_help(fix);
            self.mistakes.push(mistake);
            return;
        };
        let text = Reading {
            file: &file,
            text: summary,
            language,
            page: SUMMARY,
        };
        let mut listed = BTreeSet::new();
        for link in Page::read(summary).links {
            let page = link.destination.as_str();
            if page.is_empty() {
                let fix = Text::said(words::summary_no_page_yet_fix);
                let title = link.text.as_str();
                let message = Text::said(|language| words::summary_no_page_yet(language, title));
                self.tell(&text, link.range.start, message, fix);
            } else if !self.written(language, page) {
                let missing = self.file(language, page);
                let fix =
                    Text::said(|language| words::summary_no_page_fix(language, missing.as_str()));
                let message = Text::said(|language| words::no_page(language, page));
                self.tell(&text, link.range.start, message, fix);
            } else if !listed.insert(link.destination.clone()) {
                let fix = Text::said(words::summary_twice_fix);
                let message = Text::said(|language| words::summary_twice(language, page));
                self.tell(&text, link.range.start, message, fix);
            }
        }
        let pages: Vec<String> = self.sources.pages(language).map(owned_name).collect();
        for page in pages.iter().filter(|page| !listed.contains(*page)) {
            let entry = format!("- [Title]({page})");
            let fix = Text::said(|language| {
                words::summary_unlisted_fix(language, entry.as_str(), file.as_str())
            });
            let message = Text::said(words::summary_unlisted);
            self.tell_whole(self.file(language, page), message, fix);
        }
    }

    fn written(&self, language: Language, page: &str) -> bool {
        let path = format!("{}/src/{page}", language.code());
        self.sources.content(&path).is_some()
    }

    fn pages(&mut self, language: Language) {
        let pages: Vec<(String, Vec<u8>)> = self
            .sources
            .pages(language)
            .map(|(page, content)| (page.to_owned(), content.to_vec()))
            .collect();
        for (page, content) in pages {
            let file = self.file(language, &page);
            let Ok(content) = String::from_utf8(content) else {
                let fix = Text::said(words::page_no_text_fix);
                self.tell_whole(file, Text::said(words::page_no_text), fix);
                continue;
            };
            let text = Reading {
                file: &file,
                text: &content,
                language,
                page: &page,
            };
            self.page(&text);
        }
    }

    fn page(&mut self, text: &Reading<'_>) {
        let page = Page::read(text.text);
        if !text.text.starts_with("# ") {
            let message = Text::said(words::page_title);
            self.tell(text, 0, message, Text::said(words::page_title_fix));
        }
        for directive in &page.directives {
            if let Err(refusal) = directive::understand(directive, text.page, self.course) {
                self.tell(text, directive.range.start, refusal.message, refusal.fix);
            }
        }
        for stray in &page.strays {
            let message = Text::said(words::page_stray);
            self.tell(text, *stray, message, Text::said(words::page_stray_fix));
        }
        self.markup(text, &page);
        for link in &page.links {
            self.link(text, link);
        }
        for image in &page.images {
            self.image(text, image);
        }
    }

    /// What pages and lessons have in common.
    fn markup(&mut self, text: &Reading<'_>, page: &Page) {
        for html in &page.html {
            let message = Text::said(words::page_html);
            self.tell(text, *html, message, Text::said(words::page_html_fix));
        }
        let mut seen = BTreeSet::new();
        for (anchor, offset) in &page.anchors {
            if !seen.insert(anchor) {
                let message =
                    Text::said(|language| words::heading_twice(language, anchor.as_str()));
                self.tell(text, *offset, message, Text::said(words::heading_twice_fix));
            }
        }
    }

    fn link(&mut self, text: &Reading<'_>, link: &Link) {
        let destination = link.destination.as_str();
        if destination.starts_with(BookLink::SCHEME) {
            self.book_link(text, link);
        } else if has_scheme(destination) {
            // Elsewhere on the network: the reader's choice.
        } else if destination.starts_with('/') {
            let message = Text::said(|language| words::link_out(language, destination));
            let fix = Text::said(words::link_out_fix);
            self.tell(text, link.range.start, message, fix);
        } else {
            let (path, anchor) = match destination.split_once('#') {
                Some((path, anchor)) => (path, Some(anchor)),
                None => (destination, None),
            };
            let target = match path {
                "" => Some(text.page.to_owned()),
                _ => beneath(text.page, path),
            };
            match target {
                Some(page) if page.ends_with(".md") => self.target(text, link, &page, anchor),
                Some(file) if self.written(text.language, &file) => {}
                _ => {
                    let message = Text::said(|language| words::link_nowhere(language, path));
                    let fix = Text::said(words::link_nowhere_fix);
                    self.tell(text, link.range.start, message, fix);
                }
            }
        }
    }

    fn book_link(&mut self, text: &Reading<'_>, link: &Link) {
        let destination = link.destination.as_str();
        let Some(meant) = BookLink::of_destination(destination) else {
            let message = Text::said(|language| words::link_names_no_page(language, destination));
            let fix = Text::said(words::link_names_no_page_fix);
            self.tell(text, link.range.start, message, fix);
            return;
        };
        if link.form == Form::Elsewhere {
            let message = Text::said(|language| words::link_apart(language, destination));
            let form = format!("[{}]({destination})", link.text);
            let fix = Text::said(|language| words::write_it(language, form.as_str()));
            self.tell(text, link.range.start, message, fix);
            return;
        }
        let page = format!("{}.md", meant.page);
        self.target(text, link, &page, meant.anchor.as_deref());
    }

    /// The page is there, and so is the heading.
    fn target(&mut self, text: &Reading<'_>, link: &Link, page: &str, anchor: Option<&str>) {
        let direct = !link.destination.starts_with(BookLink::SCHEME);
        let place = match self.shelf.place(text.language, page) {
            Some(place) if direct && place != text.language => {
                let name = page.trim_end_matches(".md");
                let message = Text::said(|language| words::link_english_only(language, page));
                let fix = Text::said(|language| words::link_english_only_fix(language, name));
                self.tell(text, link.range.start, message, fix);
                return;
            }
            Some(place) => place,
            None => {
                let names = self.shelf.pages(text.language).keys().map(String::as_str);
                let fix = match nearest(page, names) {
                    Some(meant) => Text::said(|language| words::did_you_mean(language, meant)),
                    None => {
                        let file = self.file(text.language, page);
                        Text::said(|language| words::write_file(language, file.as_str()))
                    }
                };
                let message = Text::said(|language| words::no_page(language, page));
                self.tell(text, link.range.start, message, fix);
                return;
            }
        };
        let Some(anchor) = anchor else { return };
        let anchors = &self.shelf.pages(place)[page];
        if !anchors.contains(anchor) {
            let message = Text::said(|language| words::no_heading(language, anchor, page));
            let fix = match nearest(anchor, anchors.iter().map(String::as_str)) {
                Some(meant) => {
                    Text::said(|language| words::did_you_mean(language, format!("#{meant}")))
                }
                None => {
                    let form = format!("## Title {{#{anchor}}}");
                    Text::said(|language| words::no_heading_fix(language, form.as_str()))
                }
            };
            self.tell(text, link.range.start, message, fix);
        }
    }

    fn image(&mut self, text: &Reading<'_>, image: &Link) {
        let destination = image.destination.as_str();
        let file = beneath(text.page, destination);
        if has_scheme(destination) || destination.starts_with("//") {
            let message = Text::said(|language| words::image_network(language, destination));
            let fix = Text::said(words::image_network_fix);
            self.tell(text, image.range.start, message, fix);
        } else if !file.is_some_and(|file| self.written(text.language, &file)) {
            let message = Text::said(|language| words::image_none(language, destination));
            let fix = Text::said(words::image_none_fix);
            self.tell(text, image.range.start, message, fix);
        }
    }

    /// Every page is there in the other language, with the same ids.
    fn translations(&mut self, language: Language) {
        let other = other(language);
        let pages: Vec<String> = self.sources.pages(language).map(owned_name).collect();
        for page in pages {
            let file = self.file(language, &page);
            if shelf::only_english(&page) {
                if language != Language::English {
                    let message = Text::said(words::page_developers);
                    let fix = Text::said(words::page_developers_fix);
                    self.tell_whole(file, message, fix);
                }
                continue;
            }
            let Some(there) = self.shelf.pages(other).get(&page) else {
                let missing = self.file(other, &page);
                let fix = Text::said(|language| words::write_file(language, missing.as_str()));
                let message = Text::said(words::page_untranslated);
                self.tell_whole(file, message, fix);
                continue;
            };
            let text = self
                .sources
                .content(&format!("{}/src/{page}", language.code()));
            let text = String::from_utf8_lossy(text.unwrap_or_default()).into_owned();
            for (anchor, offset) in Page::read(&text).anchors {
                if !there.contains(&anchor) {
                    let message = Text::said(|language| {
                        words::heading_untranslated(language, anchor.as_str())
                    });
                    let (place, form) = (self.file(other, &page), format!("{{#{anchor}}}"));
                    let fix = Text::said(|language| {
                        words::heading_untranslated_fix(language, place.as_str(), form.as_str())
                    });
                    self.mistakes
                        .push(mistake(&file, &text, offset, message, fix));
                }
            }
        }
    }

    /// Both lists of chapters have the same order.
    fn order(&mut self) {
        let [english, french] = LANGUAGES.map(|language| self.listed(language));
        let Some((one, two)) = english.iter().zip(&french).find(|(one, two)| one != two) else {
            return;
        };
        // A page that one language lacks has been told already.
        if !french.contains(one) || !english.contains(two) {
            return;
        }
        let message =
            Text::said(|language| words::summary_order(language, one.as_str(), two.as_str()));
        let fix = Text::said(words::summary_order_fix);
        let file = self.file(Language::French, SUMMARY);
        let summary = self.sources.content(&format!("fr/src/{SUMMARY}"));
        let summary = String::from_utf8_lossy(summary.unwrap_or_default()).into_owned();
        let offset = summary.find(&format!("]({two})")).unwrap_or_default();
        self.mistakes
            .push(mistake(&file, &summary, offset, message, fix));
    }

    fn listed(&self, language: Language) -> Vec<String> {
        let path = format!("{}/src/{SUMMARY}", language.code());
        let summary = self.sources.content(&path).unwrap_or_default();
        let links = Page::read(&String::from_utf8_lossy(summary)).links;
        let pages = links.into_iter().map(|link| link.destination);
        pages.filter(|page| !shelf::only_english(page)).collect()
    }

    /// A lesson is read on terminals too: it names pages of the book, and has
    /// no HTML.
    fn lessons(&mut self) {
        for lab in &self.course.labs {
            for language in LANGUAGES {
                let file = format!("labs/{}/{}.md", lab.name, language.code());
                let page = shelf::lab_page(&lab.name);
                let text = Reading {
                    file: &file,
                    text: lab.lesson.get(language),
                    language,
                    page: &page,
                };
                self.lesson(&text);
            }
        }
    }

    fn lesson(&mut self, text: &Reading<'_>) {
        let page = Page::read(text.text);
        self.markup(text, &page);
        for link in &page.links {
            if link.destination.starts_with(BookLink::SCHEME) {
                self.book_link(text, link);
            } else if !has_scheme(&link.destination) {
                let target = link.destination.as_str();
                let message = Text::said(|language| words::lesson_link(language, target));
                let fix = Text::said(words::lesson_link_fix);
                self.tell(text, link.range.start, message, fix);
            }
        }
    }
}

fn owned_name((page, _): (&str, &[u8])) -> String {
    page.to_owned()
}

fn other(language: Language) -> Language {
    match language {
        Language::English => Language::French,
        Language::French => Language::English,
    }
}

/// `https:`, `mailto:` and the like.
fn has_scheme(destination: &str) -> bool {
    destination.split_once(':').is_some_and(|(scheme, _)| {
        scheme.starts_with(|letter: char| letter.is_ascii_alphabetic())
            && scheme
                .chars()
                .all(|letter| letter.is_ascii_alphanumeric() || "+.-".contains(letter))
    })
}

/// A path relative to a page, from the top of its language; `None` where it
/// leads out.
fn beneath(page: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop()?;
            }
            name => parts.push(name),
        }
    }
    Some(parts.join("/"))
}
