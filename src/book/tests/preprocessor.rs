//! The preprocessor as a stock mdBook sees it: JSON in, JSON out.

use plimsoll_book::{answer, supports};
use plimsoll_lab::course::Course;
use serde_json::{Value, json};

/// What mdBook sends for a book of one page.
fn sent(language: &str, page: &str, content: &str) -> String {
    json!([
        {
            "root": "/nowhere/book/en",
            "config": {
                "book": {"title": "T", "language": language, "src": "src", "authors": []},
                "preprocessor": {"plimsoll": {"bilingual": true}}
            },
            "renderer": "html",
            "mdbook_version": "0.5.4"
        },
        {"items": [{"Chapter": {
            "name": "Page",
            "content": content,
            "number": [3],
            "sub_items": [],
            "path": page,
            "source_path": page,
            "parent_names": []
        }}]}
    ])
    .to_string()
}

fn answered(language: &str, page: &str, content: &str) -> Value {
    let mut output = Vec::new();
    answer(
        Course::embedded(),
        sent(language, page, content).as_bytes(),
        &mut output,
    )
    .expect("answered");
    serde_json::from_slice(&output).expect("JSON")
}

#[test]
fn it_is_for_html_only() {
    assert!(supports("html"));
    assert!(!supports("pdf"));
}

#[test]
fn a_page_is_rendered_in_its_language() {
    let content =
        "# Page\n\n{{#lab hello-world}}\n\n[a](book:contributing/style) : [b](book:tools)\n";
    let book = answered("fr", "course/page.md", content);
    let chapter = &book["items"][0]["Chapter"];
    insta::assert_snapshot!(chapter["content"].as_str().expect("text"));
    assert_eq!(chapter["number"], json!([3]));
}

#[test]
fn labs_get_pages_of_their_own() {
    let book = answered("en", "labs/index.md", "# Labs\n\n{{#labs}}\n");
    let chapter = &book["items"][0]["Chapter"];
    insta::assert_snapshot!(chapter["content"].as_str().expect("text"));
    let labs = chapter["sub_items"].as_array().expect("items");
    let first = &labs[0]["Chapter"];
    assert_eq!(labs.len(), Course::embedded().labs.len());
    assert_eq!(first["path"], "labs/hello-world.md");
    assert_eq!(first["number"], json!([1]));
    assert_eq!(first["parent_names"], json!(["Page"]));
    let text = first["content"].as_str().expect("text");
    let (lesson, checked) = text.split_once("## What is checked").expect("goals");
    assert!(lesson.contains("## Run it {#run}"), "{lesson}");
    assert!(lesson.contains("*10 minutes · 10 points*"), "{lesson}");
    assert!(
        checked.contains("| The image `hello-world` was pulled | 2 |"),
        "{checked}"
    );
}

#[test]
fn mistakes_are_told_with_the_page_and_the_line() {
    let input = sent("en", "course/page.md", "# Page\n\n{{#lab helo-world}}\n");
    let error = answer(Course::embedded(), input.as_bytes(), Vec::new()).expect_err("refused");
    assert_eq!(
        error.to_string(),
        "/nowhere/book/en/src/course/page.md:3:1: there is no lab `helo-world`\n  \
         help: did you mean `hello-world`?"
    );
}

#[test]
fn what_is_not_mdbooks_is_refused() {
    for input in ["", "{}", "[1, 2]"] {
        let error = answer(Course::embedded(), input.as_bytes(), Vec::new()).expect_err(input);
        assert!(
            error
                .to_string()
                .starts_with("what mdBook sent cannot be read"),
            "{error}"
        );
    }
}
