//! The labs that the binary carries hold together, in both languages.

use plimsoll_lab::course::{COURSE, Course, Expected, Files, Mistakes, Severity, load};
use plimsoll_lab::schema::SchemaError;
use plimsoll_lab::text::Language;

#[test]
fn the_embedded_course_has_no_mistake() {
    assert_eq!(in_words(&load(&Files::embedded()).mistakes), "");
}

#[test]
fn every_lab_has_its_reference_and_enough_attempts() {
    for lab in &Course::embedded().labs {
        let right = lab
            .attempts
            .iter()
            .filter(|attempt| attempt.expected == Expected::Right)
            .count();
        assert!(right >= 8, "{}: {right} right attempts", lab.name);
        assert!(lab.attempts.len() - right >= 10, "{}", lab.name);
        assert!(lab.reference().is_some(), "{}", lab.name);
        assert_eq!(lab.grader.max_score(), 10, "{}", lab.name);
    }
}

#[test]
fn a_new_lab_is_right_from_its_first_minute() {
    let files = new_course()
        .into_iter()
        .map(|(path, text)| (path, text.into_bytes()));
    let loaded = load(&Files::of(files));
    assert_eq!(in_words(&loaded.mistakes), "");
    assert_eq!(loaded.course.labs.len(), 1);
}

/// What `course new` writes.
fn new_course() -> Vec<(String, String)> {
    let mut files = plimsoll_lab::course::new_lab("my-lab", 1);
    files.push(("course.yaml".to_string(), COURSE.to_string()));
    files
}

#[test]
fn what_is_no_file_is_told_as_what_it_is() {
    let folder = tempfile::tempdir().expect("folder");
    for (path, text) in new_course() {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("a parent")).expect("made");
        std::fs::write(path, text).expect("written");
    }
    let lesson = folder.path().join("labs/my-lab/en.md");
    std::fs::remove_file(&lesson).expect("removed");
    std::fs::create_dir(&lesson).expect("made");
    std::fs::remove_file(folder.path().join("course.yaml")).expect("removed");
    let loaded = Course::folder(folder.path()).expect("read");
    let told = in_words(&loaded.mistakes);
    insta::assert_snapshot!(told);
    assert_ne!(loaded.course.title, Course::embedded().title);
}

/// A lab that is right, with one file changed; what its author is told.
fn told(path: &str, from: &str, to: &str) -> String {
    let mut files = new_course();
    let file = files
        .iter_mut()
        .find(|(name, _)| name == path)
        .expect("such a file");
    assert!(file.1.contains(from), "{path} has no `{from}`");
    file.1 = file.1.replace(from, to);
    let files = files
        .into_iter()
        .map(|(path, text)| (path, text.into_bytes()));
    let mistakes = load(&Files::of(files)).mistakes;
    assert!(!mistakes.is_empty(), "{path}: `{to}` is accepted");
    in_words(&mistakes)
}

fn in_words(mistakes: &Mistakes) -> String {
    let told = [
        (Severity::Broken, "cannot be used"),
        (Severity::Unfinished, "not finished"),
    ];
    told.into_iter()
        .flat_map(|(severity, words)| {
            let line = move |error: &SchemaError| {
                let french = error.say(Language::French);
                format!("{words}: {error}\n{french}\n")
            };
            mistakes.of(severity).map(line)
        })
        .collect()
}

/// A lab that an author has only begun: it can be tried.
#[test]
fn an_unfinished_lab_can_be_used() {
    let begun = |path: &str| !path.contains("/attempts/") && !path.ends_with("/fr.md");
    let files = new_course()
        .into_iter()
        .filter(|(path, _)| begun(path))
        .map(|(path, text)| (path, text.into_bytes()));
    let loaded = load(&Files::of(files));
    insta::assert_snapshot!(in_words(&loaded.mistakes));
    assert!(loaded.mistakes.leave_it_usable());
    let lab = loaded.course.lab("my-lab").expect("it is there");
    assert_eq!(lab.lesson.fr, lab.lesson.en);
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table of mistakes")]
fn mistakes_across_files_are_told() {
    let mut gallery = String::new();
    for (what, path, from, to) in [
        (
            "a heading without its step",
            "labs/my-lab/fr.md",
            "{#start}",
            "{#begin}",
        ),
        (
            "a goal that is not in the grader",
            "labs/my-lab/lab.yaml",
            "[sleeps]",
            "[slepes]",
        ),
        (
            "another lab's grader",
            "graders/my-lab.yaml",
            "lab: my-lab",
            "lab: other",
        ),
        (
            "an unknown finding",
            "graders/my-lab.yaml",
            "{found.name}` runs",
            "{found.nmae}` runs",
        ),
        (
            "an unknown need",
            "graders/my-lab.yaml",
            "    points: 1",
            "    points: 1\n    needs: [sleep]",
        ),
        (
            "once without a memory",
            "graders/my-lab.yaml",
            "    points: 1",
            "    points: 1\n    holds: once",
        ),
        ("no point", "graders/my-lab.yaml", "points: 1", "points: 0"),
        (
            "an attempt that fails nowhere",
            "labs/my-lab/attempts/wrong/another-name.sh",
            "# fails: sleeps\n",
            "",
        ),
        (
            "an attempt that fails elsewhere",
            "labs/my-lab/attempts/wrong/another-name.sh",
            "sleeps",
            "sleps",
        ),
        (
            "an unknown header",
            "labs/my-lab/attempts/wrong/another-name.sh",
            "# hint:",
            "# hnit:",
        ),
        (
            "an unknown hint",
            "labs/my-lab/attempts/wrong/another-name.sh",
            "other-name",
            "othername",
        ),
        (
            "a question that is not asked",
            "labs/my-lab/attempts/right/01-reference.sh",
            "docker",
            "# answer: why=so\ndocker",
        ),
    ] {
        gallery.push_str(&format!("# {what}\n{}\n", told(path, from, to)));
    }
    insta::assert_snapshot!(gallery);
}
