//! The lessons of the course, as they are laid out and as plain text.

use plimsoll_lab::course::Course;
use plimsoll_text::Language;
use plimsoll_tui::lesson::{Layout, Lesson, Part};
use plimsoll_tui::theme::Theme;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

fn lessons() -> Vec<(String, Language, Lesson)> {
    let course = Course::embedded();
    let languages = [Language::English, Language::French];
    let parse = |lab: &plimsoll_lab::course::Lab| {
        languages.map(|language| {
            let lesson = Lesson::parse(lab.lesson.get(language));
            (lab.name.clone(), language, lesson)
        })
    };
    course.labs.iter().flat_map(parse).collect()
}

/// As the terminal draws it: character by character.
fn columns(line: &str) -> usize {
    line.graphemes(true).map(UnicodeWidthStr::width).sum()
}

#[test]
fn no_line_is_wider_than_it_may_be() {
    for (lab, language, lesson) in lessons() {
        for width in 1..=200 {
            let layout = Layout::new(&lesson, Part::Whole, width, Theme::default(), language);
            for line in &layout.lines {
                let line = line.to_string();
                let place = format!("{lab} {} at {width}: {line:?}", language.code());
                assert!(columns(&line) <= usize::from(width), "{place}");
            }
        }
    }
}
