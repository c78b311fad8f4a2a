//! A page as it is written made into a page that mdBook can render: directives
//! carried out, links into the book made relative. Pure.

use std::fmt::Write as _;
use std::ops::Range;

use plimsoll_lab::book_link::BookLink;
use plimsoll_lab::course::{Course, Lab};
use plimsoll_lab::schema::SchemaError;
use plimsoll_text::Language;

use crate::directive::{self, Meaning};
use crate::page::{Form, Page, mistake};
use crate::shelf::{self, lab_page, only_english, way};
use crate::typography;
use crate::words;

/// A page of one language.
#[derive(Clone, Copy)]
pub(crate) struct Place<'a> {
    pub language: Language,
    /// Below `src`: `course/keeping-data.md`.
    pub page: &'a str,
}

/// A page ready for mdBook.
pub(crate) struct Expanded {
    pub text: String,
    pub labs: LabPages,
}

/// Whether a page for each lab belongs beneath this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LabPages {
    Beneath,
    Elsewhere,
}

/// Carries out a page's directives.
///
/// # Errors
/// Directives that cannot be, with their places in `file`.
pub(crate) fn expand(
    file: &str,
    text: &str,
    place: Place<'_>,
    course: &Course,
) -> Result<Expanded, Vec<SchemaError>> {
    let page = Page::read(text);
    let mut mistakes = Vec::new();
    let mut changes = relative_links(text, &page, place);
    changes.extend(typography::spaces(text, &page, place.language));
    let mut labs = LabPages::Elsewhere;
    for directive in &page.directives {
        let written = match directive::understand(directive, place.page, course) {
            Ok(Meaning::Lab(lab)) => card(lab, place),
            Ok(Meaning::Labs) => {
                labs = LabPages::Beneath;
                list(course, place.language)
            }
            Err(refusal) => {
                let at = directive.range.start;
                mistakes.push(mistake(file, text, at, refusal.message, refusal.fix));
                continue;
            }
        };
        changes.push((directive.range.clone(), written));
    }
    if !mistakes.is_empty() {
        return Err(mistakes);
    }
    Ok(Expanded {
        text: changed(text, changes),
        labs,
    })
}

/// A lab's page, made of its folder: the lesson, how long it takes, what is
/// checked.
pub(crate) fn lab(lab: &Lab, language: Language) -> String {
    let name = lab_page(&lab.name);
    let place = Place {
        language,
        page: &name,
    };
    let lesson = lab.lesson.get(language);
    let page = Page::read(lesson);
    let mut changes = relative_links(lesson, &page, place);
    changes.extend(typography::spaces(lesson, &page, language));
    let lesson = changed(lesson, changes);
    let (title, body) = lesson.split_once('\n').unwrap_or((&lesson, ""));
    let mut text = format!("{title}\n\n*{}*\n{body}\n", facts(lab, language));
    // Writing to a String cannot fail.
    let _ = write!(
        text,
        "## {} {{#what-is-checked}}\n\n| {} | {} |\n|---|--:|\n",
        words::what_is_checked(language),
        words::goal(language),
        words::points(language),
    );
    for goal in &lab.grader.goals {
        let title = goal.title.get(language).replace('|', "\\|");
        let _ = writeln!(text, "| {title} | {} |", goal.points);
    }
    text
}

/// The link to the same page in the other language. It is HTML because Markdown
/// has no place for what belongs to the page and not to its text.
pub(crate) fn other_language(place: Place<'_>) -> String {
    let language = place.language;
    let other = match language {
        Language::English => Language::French,
        Language::French => Language::English,
    };
    let way = way(
        (language, place.page),
        (other, shelf::counterpart(place.page)),
        None,
    );
    let code = other.code();
    format!(
        "<p class=\"other-language\"><a href=\"{way}\" hreflang=\"{code}\" lang=\"{code}\">{}</a></p>\n\n",
        words::other_language(language)
    )
}

fn facts(lab: &Lab, language: Language) -> String {
    words::lab_facts(language, lab.file.minutes, lab.grader.max_score())
}

/// A box that leads to a lab.
fn card(lab: &Lab, place: Place<'_>) -> String {
    let language = place.language;
    let page = lab_page(&lab.name);
    let way = way((language, place.page), (language, &page), None);
    format!(
        "> **{}** · {}\n>\n> {}\n>\n> ```console\n> $ plimsoll {}\n> ```",
        words::lab_titled(language, format!("[{}]({way})", lab.title(language))),
        facts(lab, language),
        one_line(lab.file.summary.get(language)),
        lab.name
    )
}

fn list(course: &Course, language: Language) -> String {
    let mut text = String::new();
    for (index, lab) in course.labs.iter().enumerate() {
        let _ = writeln!(
            text,
            "{}. **[{}]({}.md)** · {}  \n   {}",
            index + 1,
            lab.title(language),
            lab.name,
            facts(lab, language),
            one_line(lab.file.summary.get(language)),
        );
    }
    text
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// `[text](book:PAGE)` leads to the page in this language, or to the English
/// one where there is no other.
fn relative_links(text: &str, page: &Page, place: Place<'_>) -> Vec<(Range<usize>, String)> {
    let mut changes = Vec::new();
    for link in &page.links {
        let Some(meant) = BookLink::of_destination(&link.destination) else {
            continue;
        };
        // The destination is the last thing in the link.
        let whole = &text[link.range.clone()];
        let (Form::Inline, Some(found)) = (link.form, whole.rfind(&link.destination)) else {
            continue;
        };
        let start = link.range.start + found;
        let target = format!("{}.md", meant.page);
        let language = match only_english(&target) {
            true => Language::English,
            false => place.language,
        };
        changes.push((
            start..start + link.destination.len(),
            way(
                (place.language, place.page),
                (language, &target),
                meant.anchor.as_deref(),
            ),
        ));
    }
    changes
}

/// The text with some ranges replaced.
fn changed(text: &str, mut changes: Vec<(Range<usize>, String)>) -> String {
    changes.sort_by_key(|(range, _)| range.start);
    let mut result = String::with_capacity(text.len());
    let mut done = 0;
    for (range, written) in changes {
        result.push_str(&text[done..range.start]);
        result.push_str(&written);
        done = range.end;
    }
    result.push_str(&text[done..]);
    result
}
