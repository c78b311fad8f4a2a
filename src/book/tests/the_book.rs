//! The book that the binary carries: without mistakes, and whole as a site.

mod html;

use std::collections::{BTreeMap, BTreeSet};

use html::{attributes, ids};
use plimsoll_book::{Site, Sources, check, find};
use plimsoll_lab::course::Course;
use plimsoll_text::Language;

fn site() -> Site {
    Site::build(&Sources::carried(), &Course::embedded()).expect("the book builds")
}

#[test]
fn it_has_no_mistakes() {
    let told = check(&Sources::carried(), &Course::embedded());
    let told: Vec<String> = told.iter().map(ToString::to_string).collect();
    assert!(told.is_empty(), "{}", told.join("\n"));
}

/// Of pages, lists of chapters and the page to print.
#[test]
fn every_link_of_the_site_leads_somewhere() {
    let site = site();
    let mut places: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut followed = 0;
    for (path, content) in site.files() {
        if !path.ends_with(".html") {
            continue;
        }
        let page = String::from_utf8_lossy(content);
        for (_, _, link) in attributes(&page, &["href", "src"]) {
            if html::leads_away(&link) {
                continue;
            }
            let (target, anchor) = html::resolve(path, &link);
            let found = site
                .file(&target)
                .unwrap_or_else(|| panic!("{path}: `{link}` leads to no file `{target}`"));
            if let Some(anchor) = anchor {
                let ids = places
                    .entry(target)
                    .or_insert_with(|| ids(&String::from_utf8_lossy(found)));
                assert!(ids.contains(&anchor), "{path}: `{link}`: no such place");
            }
            followed += 1;
        }
    }
    assert!(followed > 500, "only {followed} links were looked at");
}

#[test]
fn no_page_needs_the_network() {
    let site = site();
    for (path, content) in site.files() {
        let text = String::from_utf8_lossy(content);
        if path.ends_with(".html") {
            for (element, name, link) in attributes(&text, &["href", "src", "action"]) {
                let followed_by_hand = element == "a" && name == "href";
                assert!(
                    followed_by_hand || !html::leads_away(&link),
                    "{path}: <{element} {name}=\"{link}\">"
                );
            }
        } else if path.ends_with(".css") {
            let foreign = ["url(http", "url('http", "url(\"http", "url(//", "@import"];
            let found = foreign.iter().find(|word| text.contains(*word));
            assert_eq!(found, None, "{path}");
        }
    }
}

/// A reader changes the language and stays on the page.
#[test]
fn every_page_leads_to_the_other_language() {
    let site = site();
    for (path, content) in site.files() {
        let (here, page) = path.split_once('/').unwrap_or(("", path));
        let made_of_pages = ["print.html", "toc.html"].contains(&page);
        if !page.ends_with(".html") || here.is_empty() || made_of_pages {
            continue;
        }
        let there = if here == "en" { "fr" } else { "en" };
        let text = String::from_utf8_lossy(content);
        let found: BTreeSet<String> = attributes(&text, &["href"])
            .map(|(_, _, link)| html::resolve(path, &link).0)
            .filter(|target| target.starts_with(&format!("{there}/")))
            .collect();
        let meant = match page.strip_prefix("contributing/") {
            Some(_) => format!("{there}/contributing/index.html"),
            None => format!("{there}/{page}"),
        };
        assert!(found.contains(&meant), "{path} leads to {found:?}");
    }
}

#[test]
fn each_lab_has_its_page_with_its_goals_in_both_languages() {
    let site = site();
    for lab in &Course::embedded().labs {
        for language in [Language::English, Language::French] {
            let path = format!("{}/labs/{}.html", language.code(), lab.name);
            let page = site.file(&path).unwrap_or_else(|| panic!("no {path}"));
            let page = String::from_utf8_lossy(page);
            let ids = ids(&page);
            for step in &lab.file.steps {
                assert!(ids.contains(&step.id), "{path}: step {}", step.id);
            }
            for goal in &lab.grader.goals {
                let title = goal.title.get(language);
                let word = title.split(['`', '\'']).next().unwrap_or(title).trim();
                assert!(page.contains(word), "{path}: goal {title}");
            }
        }
    }
}

#[test]
fn a_page_is_found_by_its_whole_name_by_its_last_word_and_by_a_lab() {
    let (sources, course) = (Sources::carried(), Course::embedded());
    let found = |language, asked| {
        find(&sources, &course, language, asked)
            .unwrap_or_else(|error| format!("{error}; {}", error.nearest.as_deref().unwrap_or("-")))
    };
    let (english, french) = (Language::English, Language::French);
    assert_eq!(found(english, "index"), "en/index.html");
    assert_eq!(
        found(french, "reference/under-the-hood.md#overlay"),
        "fr/reference/under-the-hood.html#overlay"
    );
    assert_eq!(found(french, "keeping-data"), "fr/course/keeping-data.html");
    assert_eq!(found(english, "hello-world"), "en/labs/hello-world.html");
    assert_eq!(
        found(french, "architecture"),
        "en/contributing/architecture.html"
    );
    assert_eq!(
        found(english, "keping-data"),
        "the book has no page `keping-data`; keeping-data"
    );
    assert_eq!(
        found(english, "keeping-data#volume"),
        "the book has no page `keeping-data#volume`; course/keeping-data#volumes"
    );
    assert_eq!(found(english, "../x"), "the book has no page `../x`; -");
}

/// The places that the terminal interface sends its readers to.
#[test]
fn every_operation_has_its_place_under_the_hood() {
    let (sources, course) = (Sources::carried(), Course::embedded());
    for operation in [
        "image", "overlay", "clone", "ids", "mounts", "network", "limits", "exec", "port",
    ] {
        let asked = format!("reference/under-the-hood#{operation}");
        for language in [Language::English, Language::French] {
            find(&sources, &course, language, &asked).expect(operation);
        }
    }
}
