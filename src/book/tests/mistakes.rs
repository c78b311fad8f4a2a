//! Each mistake in the book is told with file, line and the fix.

use std::collections::BTreeMap;

use plimsoll_book::{Sources, check, check_lessons};
use plimsoll_lab::course::Course;
use plimsoll_lab::schema::SchemaError;
use plimsoll_text::{Language, Text};

/// A small book without mistakes.
fn right() -> BTreeMap<String, String> {
    let mut files = BTreeMap::new();
    for (language, title) in [("en", "A page"), ("fr", "Une page")] {
        let mut write = |name: &str, text: String| {
            files.insert(format!("{language}/{name}"), text);
        };
        write("book.toml", format!("[book]\nlanguage = \"{language}\"\n"));
        write(
            "src/SUMMARY.md",
            "# Summary\n\n[Index](index.md)\n\n- [Page](course/page.md)\n- [Labs](labs/index.md)\n"
                .to_owned(),
        );
        write(
            "src/index.md",
            format!("# {title}\n\n{{{{#lab hello-world}}}}\n\n[on](course/page.md#part)\n"),
        );
        write(
            "src/course/page.md",
            format!("# {title}\n\n## Part {{#part}}\n\n[lab](../labs/hello-world.md#run)\n"),
        );
        write("src/labs/index.md", format!("# {title}\n\n{{{{#labs}}}}\n"));
    }
    let english = files.get_mut("en/src/SUMMARY.md").expect("written above");
    english.push_str("- [Style](contributing/style.md)\n");
    files.insert(
        "en/src/contributing/style.md".to_owned(),
        "# Style\n\n## Names {#names}\n".to_owned(),
    );
    files
}

/// One lab, whose lesson links to no page.
fn course() -> Course {
    let mut course = Course::embedded();
    course.labs.truncate(1);
    let lesson = "# Lab\n\n## Run it {#run}\n";
    course.labs[0].lesson = Text::same(lesson);
    course
}

fn mistakes(files: &BTreeMap<String, String>) -> Vec<String> {
    let pairs = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_bytes()));
    let told = check(&Sources::of(pairs), &course());
    told.iter().map(in_both).collect()
}

#[test]
fn a_book_without_mistakes_has_none() {
    assert_eq!(mistakes(&right()), Vec::<String>::new());
}

/// Words put at the end of a file.
const ADDED: &[(&str, &str, &str)] = &[
    (
        "a page that is not there",
        "en/src/index.md",
        "\nSee [x](course/pag.md).\n",
    ),
    (
        "a page like no other",
        "en/src/index.md",
        "\nSee [x](nowhere/at-all.md).\n",
    ),
    (
        "a heading that is not there",
        "fr/src/index.md",
        "\n[x](course/page.md#prt)\n",
    ),
    (
        "a heading without an id",
        "en/src/index.md",
        "\n## Mine\n\n[x](#mine)\n",
    ),
    (
        "a link to no page",
        "en/src/index.md",
        "\n[x](course/page.txt)\n",
    ),
    (
        "a link out of the book",
        "en/src/index.md",
        "\n[x](../../../etc/passwd)\n",
    ),
    (
        "a link from the top",
        "en/src/index.md",
        "\n[x](/course/page.md)\n",
    ),
    (
        "an unknown book link",
        "en/src/index.md",
        "\n[x](book:course/pages)\n",
    ),
    (
        "a malformed book link",
        "en/src/index.md",
        "\n[x](book:../x)\n",
    ),
    (
        "a book link apart",
        "en/src/index.md",
        "\n[x][y]\n\n[y]: book:course/page\n",
    ),
    (
        "English only, directly",
        "fr/src/index.md",
        "\n[x](contributing/style.md)\n",
    ),
    (
        "English only, no such heading",
        "fr/src/index.md",
        "\n[x](book:contributing/style#x)\n",
    ),
    (
        "an unknown directive",
        "en/src/index.md",
        "\n{{#lap hello-world}}\n",
    ),
    (
        "mdBook's own directive",
        "en/src/index.md",
        "\n{{#include ../x.md}}\n",
    ),
    (
        "an unknown lab",
        "fr/src/index.md",
        "\n{{#lab helo-world}}\n",
    ),
    (
        "the list of labs elsewhere",
        "en/src/index.md",
        "\n{{#labs}}\n",
    ),
    (
        "a directive among words",
        "en/src/index.md",
        "\nDo {{#lab hello-world}} now.\n",
    ),
    ("HTML", "en/src/index.md", "\n<script>alert(1)</script>\n"),
    (
        "HTML in a line",
        "en/src/index.md",
        "\nA <b>bold</b> word.\n",
    ),
    (
        "a picture of the network",
        "en/src/index.md",
        "\n![x](https://example.org/x.png)\n",
    ),
    (
        "a picture that is not there",
        "en/src/index.md",
        "\n![x](x.png)\n",
    ),
    (
        "an id in one language",
        "en/src/course/page.md",
        "\n## New {#new}\n",
    ),
    (
        "an id given twice",
        "en/src/course/page.md",
        "\n## Again {#part}\n",
    ),
    (
        "a chapter without a page",
        "en/src/SUMMARY.md",
        "- [Later]()\n",
    ),
    (
        "a chapter whose page is not there",
        "fr/src/SUMMARY.md",
        "- [Later](later.md)\n",
    ),
    (
        "a chapter listed twice",
        "fr/src/SUMMARY.md",
        "- [Again](course/page.md)\n",
    ),
];

#[test]
fn each_mistake_is_told_with_its_place_and_the_fix() {
    let mut told = String::new();
    let mut tell = |case: &str, files: &BTreeMap<String, String>| {
        let found = mistakes(files);
        assert!(!found.is_empty(), "{case} is no mistake");
        told.push_str(&format!("-- {case}\n{}\n\n", found.join("\n")));
    };
    for (case, file, words) in ADDED {
        let mut files = right();
        files.get_mut(*file).expect(file).push_str(words);
        tell(case, &files);
    }
    let with = |file: &str, text: &str| {
        let mut files = right();
        files.insert(file.to_owned(), text.to_owned());
        files
    };
    tell("a page in no list", &with("en/src/new.md", "# New\n"));
    tell(
        "a page without a title",
        &with("en/src/labs/index.md", "{{#labs}}\n"),
    );
    tell(
        "developers' pages in French",
        &with("fr/src/contributing/style.md", "# Style\n"),
    );
    let order =
        "# Summary\n\n[Index](index.md)\n\n- [Labs](labs/index.md)\n- [Page](course/page.md)\n";
    tell("another order", &with("fr/src/SUMMARY.md", order));
    let mut files = right();
    files.remove("fr/src/SUMMARY.md");
    tell("no list at all", &files);
    let mut files = right();
    files.remove("fr/src/course/page.md");
    tell("a page without a translation", &files);
    insta::assert_snapshot!(told);
}

#[test]
fn a_page_that_is_no_text_is_told() {
    let files = right();
    let mut pairs: Vec<(&str, &[u8])> = files
        .iter()
        .map(|(name, text)| (name.as_str(), text.as_bytes()))
        .collect();
    pairs.retain(|(name, _)| *name != "en/src/index.md");
    pairs.push(("en/src/index.md", b"# \xff\n"));
    let told = check(&Sources::of(pairs), &course());
    assert!(
        told[0]
            .to_string()
            .contains("not text in UTF-8\n  help: save it as UTF-8"),
        "{}",
        told[0]
    );
}

fn in_both(mistake: &SchemaError) -> String {
    format!("{mistake}\n{}", mistake.say(Language::French))
}

#[test]
fn a_lesson_links_into_the_book_and_nowhere_else_in_the_tree() {
    let mut course = Course::embedded();
    course.labs.truncate(1);
    let right = "# T\n\n## Run it {#run}\n\n[a](book:course/keeping-data#volumes) [b](https://example.org)\n";
    course.labs[0].lesson.fr = right.to_owned();
    course.labs[0].lesson.en =
        format!("{right}\n[c](book:course/keeping-data#volume)\n[d](../x.md)\n<br>\n");
    let told = check_lessons(&Sources::carried(), &course);
    let told: Vec<String> = told.iter().map(in_both).collect();
    insta::assert_snapshot!(told.join("\n"));
}
