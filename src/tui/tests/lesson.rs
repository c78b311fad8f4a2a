//! The course's lessons as they are laid out and as plain text, a lesson with
//! everything that one may have, and lessons that mean harm.

use plimsoll_lab::book_link::BookLink;
use plimsoll_lab::course::Course;
use plimsoll_text::Language;
use plimsoll_tui::lesson::{Layout, Lesson, Part, Target, plain};
use plimsoll_tui::theme::{Palette, Symbols, Theme};
use plimsoll_tui::view;
use ratatui::backend::TestBackend;
use ratatui::buffer::CellWidth;
use ratatui::style::{Color, Modifier};
use ratatui::text::Line;
use ratatui::{Terminal, layout::Rect};
use unicode_segmentation::UnicodeSegmentation;

const LANGUAGES: [Language; 2] = [Language::English, Language::French];

const NO_COLOUR: Theme = Theme {
    palette: Palette::None,
    symbols: Symbols::Unicode,
};

const ASCII: Theme = Theme {
    palette: Palette::None,
    symbols: Symbols::Ascii,
};

fn lessons() -> Vec<(String, Language, Lesson)> {
    let course = Course::embedded();
    let parse = |lab: &plimsoll_lab::course::Lab| {
        LANGUAGES.map(|language| {
            let lesson = Lesson::parse(lab.lesson.get(language));
            (lab.name.clone(), language, lesson)
        })
    };
    course.labs.iter().flat_map(parse).collect()
}

/// A line with its looks as marks: `*bold*`, `_underlined_`, `/italic/`,
/// `~struck~`, and a colour's name before what has it.
fn marked(line: &Line<'_>) -> String {
    let mut marked = String::new();
    for span in line {
        let looks = [
            (Modifier::BOLD, '*'),
            (Modifier::UNDERLINED, '_'),
            (Modifier::ITALIC, '/'),
            (Modifier::CROSSED_OUT, '~'),
        ];
        let has = |(modifier, _): &(Modifier, char)| span.style.add_modifier.contains(*modifier);
        let marks: String = looks
            .iter()
            .filter(|look| has(look))
            .map(|(_, mark)| *mark)
            .collect();
        let colour = match span.style.fg {
            None | Some(Color::Reset) => String::new(),
            Some(colour) => format!("<{colour}>"),
        };
        let back: String = marks.chars().rev().collect();
        marked.push_str(&format!("{marks}{colour}{}{back}", span.content));
    }
    marked.trim_end().to_owned()
}

fn laid_out(lesson: &Lesson, width: u16, theme: Theme, language: Language) -> String {
    let layout = Layout::new(lesson, Part::Whole, width, theme, language);
    layout
        .lines
        .iter()
        .map(|line| marked(line) + "\n")
        .collect()
}

/// As the terminal draws it: character by character.
fn columns(line: &str) -> usize {
    let widths = line.graphemes(true).map(|text| text.cell_width());
    widths.map(usize::from).sum()
}

#[test]
fn the_lessons_of_the_course_at_three_widths() {
    for (lab, language, lesson) in lessons() {
        for width in [36, 60, 80] {
            let name = format!("{lab}-{}-{width}", language.code());
            insta::assert_snapshot!(name, laid_out(&lesson, width, NO_COLOUR, language));
        }
    }
}

#[test]
fn the_lessons_of_the_course_as_text() {
    for (lab, language, lesson) in lessons() {
        let name = format!("{lab}-{}-text", language.code());
        insta::assert_snapshot!(name, plain(&lesson, Part::Whole, 80, language));
    }
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

/// Nothing of a text is lost, whatever the width: the letters are those of the
/// widest layout.
#[test]
fn no_letter_is_lost() {
    let letters = |lesson: &Lesson, width, language| {
        let layout = Layout::new(lesson, Part::Whole, width, NO_COLOUR, language);
        let text: String = layout.lines.iter().map(Line::to_string).collect();
        let kept = |letter: &char| letter.is_alphanumeric() || "-$\"'`:;?!«»".contains(*letter);
        text.chars().filter(kept).collect::<String>()
    };
    for (lab, language, lesson) in lessons()
        .into_iter()
        .filter(|(lab, ..)| lab == "hello-world")
    {
        let whole = letters(&lesson, 1000, language);
        for width in 1..=200 {
            assert_eq!(letters(&lesson, width, language), whole, "{lab} at {width}");
        }
    }
}

/// French typography: no line begins with a mark that has a space before it.
#[test]
fn no_line_begins_with_a_mark_of_its_sentence() {
    for (lab, language, lesson) in lessons() {
        for width in 8..=200 {
            let layout = Layout::new(&lesson, Part::Whole, width, NO_COLOUR, language);
            for line in &layout.lines {
                let line = line.to_string();
                let first = line.trim_start_matches(['▎', '•', ' ']).chars().next();
                let bad = matches!(first, Some(':' | ';' | '?' | '!' | '»' | ',' | ')'));
                assert!(!bad, "{lab} {} at {width}: {line:?}", language.code());
            }
        }
    }
}

#[test]
fn commands_headings_and_links_stand_where_the_layout_says() {
    for (lab, language, lesson) in lessons() {
        let course = Course::embedded();
        let steps = &course.lab(&lab).expect("a lab").file.steps;
        let ids: Vec<_> = lesson.steps.iter().map(|step| &step.id).collect();
        assert_eq!(ids, steps.iter().map(|step| &step.id).collect::<Vec<_>>());
        for width in [20, 36, 60, 80] {
            let layout = Layout::new(&lesson, Part::Whole, width, NO_COLOUR, language);
            assert_eq!(layout.headings.len(), lesson.steps.len());
            for (step, line) in &layout.headings {
                let title = &lesson.steps[*step].title;
                let shown = layout.lines[*line].to_string();
                assert!(title.starts_with(shown.trim()), "{shown:?} of {title:?}");
            }
            assert_eq!(layout.commands.len(), lesson.commands().len());
            for (placed, command) in layout.commands.iter().zip(lesson.commands()) {
                let lines = layout.lines[placed.lines.clone()].iter();
                let shown: String = lines.map(Line::to_string).collect();
                let squeezed = |text: &str| text.replace([' ', '↪'], "");
                let prompt = squeezed(&shown).replacen("lab$", "$", 1);
                assert_eq!(prompt, format!("${}", squeezed(&command.text)));
                assert_eq!(placed.text, command.text);
            }
        }
    }
}

#[test]
fn a_step_alone_is_that_part_of_the_whole() {
    for (lab, language, lesson) in lessons() {
        let mut parts = String::new();
        let mut commands = 0;
        for step in 0..lesson.steps.len() {
            let layout = Layout::new(&lesson, Part::Step(step), 60, NO_COLOUR, language);
            parts.extend(layout.lines.iter().map(|line| marked(line) + "\n"));
            parts.push('\n');
            commands += layout.commands.len();
            assert_eq!(layout.headings.len(), 1);
            assert!(
                layout
                    .commands
                    .iter()
                    .all(|command| command.step == Some(step))
            );
        }
        let whole = laid_out(&lesson, 60, NO_COLOUR, language);
        assert_eq!(parts.trim_end(), whole.trim_end(), "{lab}");
        assert_eq!(commands, lesson.commands().len());
        let none = Layout::new(&lesson, Part::Step(99), 60, NO_COLOUR, language);
        assert!(none.lines.is_empty(), "no such step");
    }
}

/// Everything that a lesson may have.
const SPECIMEN: &str = include_str!("lesson/specimen.md");

#[test]
fn everything_that_a_lesson_may_have() {
    let lesson = Lesson::parse(SPECIMEN);
    for width in [18, 40, 72] {
        let shown = laid_out(&lesson, width, NO_COLOUR, Language::English);
        insta::assert_snapshot!(format!("specimen-{width}"), shown);
    }
    let shown = laid_out(&lesson, 40, ASCII, Language::French);
    insta::assert_snapshot!("specimen-ascii-french-40", shown);
    let shown = laid_out(&lesson, 72, Theme::default(), Language::English);
    insta::assert_snapshot!("specimen-dark-72", shown);
    for language in LANGUAGES {
        let name = format!("specimen-{}-text", language.code());
        insta::assert_snapshot!(name, plain(&lesson, Part::Whole, 72, language));
    }
}

#[test]
fn links_keep_their_targets() {
    let layout = Layout::new(
        &Lesson::parse(SPECIMEN),
        Part::Whole,
        72,
        NO_COLOUR,
        Language::English,
    );
    insta::assert_debug_snapshot!(layout.links);
    let book = Target::Book(BookLink {
        page: "volumes".into(),
        anchor: Some("bind".into()),
    });
    assert!(layout.links.iter().any(|link| link.target == book));
}

#[test]
fn commands_are_what_a_shell_would_read() {
    let lesson = Lesson::parse(SPECIMEN);
    insta::assert_debug_snapshot!(lesson.commands());
}

/// Texts made to break a program that reads them, each as long as matters.
#[expect(clippy::too_many_lines, reason = "a list of texts")]
fn hostile() -> Vec<(&'static str, String)> {
    let many = |text: &str, bytes: usize| text.repeat(bytes / text.len());
    let wide_row = format!("{}|\n", many("| a ", 40_000));
    let big = 1 << 20;
    vec![
        ("quotes in quotes", many("> ", 60_000) + "deep"),
        ("lists in lists", many("- ", 60_000) + "deep"),
        (
            "lists, indented",
            (0..300)
                .map(|n| format!("{}- a\n", "  ".repeat(n)))
                .collect(),
        ),
        ("quotes and lists", many("> - ", 60_000) + "deep"),
        (
            "numbers beyond numbers",
            "999999999. a\n".repeat(50) + "0. b",
        ),
        ("emphasis never closed", many("*a ", 60_000)),
        (
            "emphasis in emphasis",
            many("*_", 30_000) + "x" + &many("_*", 30_000),
        ),
        ("brackets never closed", many("[", 60_000)),
        ("links in brackets", many("[a](", 60_000)),
        ("many links", many("[a](b)", 60_000)),
        ("many images", many("![a](b)", 60_000)),
        ("backticks", (1..300).map(|n| "`".repeat(n) + " ").collect()),
        ("entities", many("&#27;&#x9b;&#x202e;&amp;&lt;", 60_000)),
        ("html never closed", many("<a b='", 60_000)),
        ("comments never closed", many("<!-- ", 60_000)),
        (
            "a wide table",
            wide_row.clone() + &many("|-", 80_000) + "|\n" + &wide_row,
        ),
        (
            "a long table",
            "|a|b|\n|-|-|\n".to_owned() + &many("|x|y|\n", 120_000),
        ),
        (
            "an uneven table",
            many("|a", 2_000) + "|\n" + &many("|-", 2_000) + "|\n" + &many("|x\n", 60_000),
        ),
        ("headings", many("## a {#a}\n", 60_000)),
        (
            "headings' names",
            "## a {".to_owned() + &many("#a ", 60_000) + "}",
        ),
        (
            "prompts with open quotes",
            "```console\n".to_owned() + &many("lab$ 'a\n", 60_000),
        ),
        (
            "prompts with documents",
            "```console\n".to_owned() + &many("lab$ a <<E\n", 120_000),
        ),
        (
            "prompts with backslashes",
            "```console\n".to_owned() + &many("lab$ a \\\n", 60_000),
        ),
        ("one word without end", many("word", big)),
        ("one line without end", many("a word ", big)),
        (
            "one line of code without end",
            "    ".to_owned() + &many("x ", big),
        ),
        ("empty lines", many("\n", big)),
        (
            "code never closed",
            "```\n".to_owned() + &many("a\n", 60_000),
        ),
        ("wide characters", many("日本語。「漢字」", 60_000)),
        (
            "right to left",
            many("שלום עולם \u{202e}evil\u{202c} ", 60_000),
        ),
        (
            "accents on accents",
            "a".to_owned() + &many("\u{301}", 60_000),
        ),
        ("emoji joined without end", many("👩\u{200d}", 60_000)),
        ("nothing to see", many("\u{200b}\u{feff}\u{2060}", 60_000)),
        (
            "steering a terminal",
            many("\u{1b}[31m\u{9b}2J\u{7}\r\0\u{8}\u{7f}", 60_000),
        ),
        (
            "steering in code",
            "```console\nlab$ a\u{1b}]0;x\u{7}\tb\r\n```".to_owned(),
        ),
        (
            "every character",
            (0..=0x1_ffff).filter_map(char::from_u32).collect(),
        ),
    ]
}

#[test]
fn hostile_lessons_are_only_text() {
    for (name, text) in hostile() {
        let lesson = Lesson::parse(&text);
        for command in lesson.commands() {
            let steers = command.text.chars().any(|c| c.is_control() && c != '\n');
            assert!(!steers, "{name}: {:?}", command.text);
        }
        for width in [2, 20, 80] {
            let layout = Layout::new(&lesson, Part::Whole, width, ASCII, Language::French);
            for line in &layout.lines {
                let line = line.to_string();
                assert!(
                    columns(&line) <= usize::from(width),
                    "{name} at {width}: {line:?}"
                );
                assert!(!line.contains(char::is_control), "{name}: {line:?}");
            }
        }
        let read = plain(&lesson, Part::Whole, 72, Language::English);
        let steers = |c: char| c.is_control() && c != '\n';
        assert!(!read.contains(steers), "{name}");
    }
}

#[test]
fn a_lesson_that_is_too_long_says_so() {
    let lesson = Lesson::parse(&"word ".repeat(200_000));
    assert!(lesson.cut);
    for language in LANGUAGES {
        let read = plain(&lesson, Part::Whole, 80, language);
        insta::assert_snapshot!(
            format!("cut-{}", language.code()),
            read.lines().last().unwrap_or("")
        );
    }
    assert!(!Lesson::parse("word").cut);
}

/// What a pane of this size shows.
fn pane(
    layout: &Layout,
    size: (u16, u16),
    scroll: usize,
    chosen: Option<usize>,
    theme: Theme,
) -> String {
    let (width, height) = size;
    let backend = TestBackend::new(width.max(1), height.max(1));
    let mut terminal = Terminal::new(backend).expect("a screen");
    let area = Rect::new(0, 0, width, height);
    let draw = |frame: &mut ratatui::Frame<'_>| {
        view::lesson::draw(frame, area, layout, scroll, chosen, theme);
    };
    terminal.draw(draw).expect("drawing in memory");
    terminal.backend().to_string()
}

/// More than a pane holds, whatever becomes of the course's lessons.
const LONG: &str = "# A page\n
## Begin {#begin}\n\nWords before the first command.\n
```console\nlab$ docker ps\nlab$ docker images\n```\n
## Go on {#go-on}\n
One command makes the container, gives it a name, opens a port and puts your folder
into it:\n
```console
lab$ docker run -d --name webserver -p 80:80 -v \"$PWD/html\":/usr/share/nginx/html nginx
```\n
- one\n- two\n- three\n
## End {#end}\n
Words that stand behind all commands but one, and take a line or two of the pane.\n
```console\nlab$ docker rm -f webserver\n```\n
The last words.\n";

fn pane_layout(width: u16, theme: Theme) -> Layout {
    let width = view::lesson::text_width(width);
    let lesson = Lesson::parse(LONG);
    Layout::new(&lesson, Part::Whole, width, theme, Language::English)
}

#[test]
fn the_pane_shows_where_one_is_and_what_is_chosen() {
    for (name, theme) in [("unicode", NO_COLOUR), ("ascii", ASCII)] {
        let layout = pane_layout(40, theme);
        let scroll = view::lesson::scroll_to_command(&layout, 2, 0, 16);
        let shown = pane(&layout, (40, 16), scroll, Some(2), theme);
        insta::assert_snapshot!(format!("pane-{name}"), shown);
    }
}

#[test]
fn only_the_chosen_command_is_reversed() {
    let layout = pane_layout(40, NO_COLOUR);
    let mut terminal = Terminal::new(TestBackend::new(40, 200)).expect("a screen");
    let draw = |frame: &mut ratatui::Frame<'_>| {
        view::lesson::draw(frame, frame.area(), &layout, 0, Some(2), NO_COLOUR);
    };
    let frame = terminal.draw(draw).expect("drawing in memory");
    let reversed = |cell: &&ratatui::buffer::Cell| cell.modifier.contains(Modifier::REVERSED);
    let chosen = frame.buffer.content().iter().filter(reversed);
    let chosen: String = chosen.map(ratatui::buffer::Cell::symbol).collect();
    let command = &layout.commands[2].text;
    assert_eq!(
        chosen.replace(['↪', ' '], ""),
        format!("lab${}", command.replace(' ', ""))
    );
}

#[test]
fn scrolling_shows_the_whole_command() {
    let layout = pane_layout(36, NO_COLOUR);
    for height in [6, 20, 40] {
        let last = view::lesson::last_scroll(&layout, height);
        for command in 0..layout.commands.len() {
            for from in [0, 17, last, usize::MAX] {
                let scroll = view::lesson::scroll_to_command(&layout, command, from, height);
                let lines = &layout.commands[command].lines;
                assert!(
                    scroll <= lines.start && scroll <= last,
                    "{command} from {from}"
                );
                assert!(
                    lines.end <= scroll + usize::from(height),
                    "{command} from {from}"
                );
                let again = view::lesson::scroll_to_command(&layout, command, scroll, height);
                assert_eq!(again, scroll, "a second time nothing moves");
            }
        }
        for (step, line) in &layout.headings {
            let scroll = view::lesson::scroll_to_step(&layout, *step, height);
            assert_eq!(scroll, (*line).min(last));
        }
    }
    assert_eq!(view::lesson::scroll_to_command(&layout, 99, 3, 20), 3);
}

#[test]
fn a_pane_of_any_size_can_be_drawn() {
    for width in 0..30 {
        let layout = pane_layout(width, Theme::default());
        for height in 0..6 {
            for scroll in [0, 5, usize::MAX] {
                pane(&layout, (width, height), scroll, Some(0), Theme::default());
                pane(&layout, (width, height), scroll, Some(usize::MAX), ASCII);
            }
        }
    }
    pane(&Layout::default(), (20, 5), 3, Some(0), ASCII);
    let layout = pane_layout(30, ASCII);
    let mut terminal = Terminal::new(TestBackend::new(20, 5)).expect("a screen");
    let beyond = Rect::new(10, 3, 30, 30);
    let draw = |frame: &mut ratatui::Frame<'_>| {
        view::lesson::draw(frame, beyond, &layout, 0, Some(0), ASCII);
    };
    terminal.draw(draw).expect("drawing what is on the screen");
}
