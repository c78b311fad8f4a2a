//! What is not YAML at all, in an author's words: indentation, quotes, braces.
//!
//! The parser knows where it gave up, not what the author meant; the lines
//! above say that. Start at [`explain`].

use super::read::SchemaError;
use crate::text::Text;
use crate::words;

/// A place in a file, both numbers from 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Place {
    line: usize,
    column: usize,
}

/// The parser's message in parts: `WHAT at line 8 column 4, while DOING at line
/// 7 column 3`.
struct Told<'a> {
    what: &'a str,
    at: Place,
    doing: &'a str,
    since: Option<Place>,
}

/// Explains an error of the parser; `None` where it is none of syntax.
pub(super) fn explain(file: &str, text: &str, told: &str) -> Option<SchemaError> {
    let told = split(told)?;
    let line = |place: Place| text.lines().nth(place.line - 1).unwrap_or_default();
    let at = |place: Place, message: Text, help: Text| SchemaError {
        file: file.to_owned(),
        line: place.line,
        column: place.column,
        message,
        help: Some(Box::new(help)),
    };
    let here = told.at;
    let since = told.since.unwrap_or(here);
    let begins_line = indent(line(here)) + 1 == here.column;
    let quote = || Text::said(words::yaml_quote);
    Some(match told.what {
        what if what.starts_with("found a tab") => a_tab(here, at),
        "mapping values are not allowed in this context" => {
            misplaced_colon(here, line(here), text, at)
        }
        "did not find expected '-' indicator" | "did not find expected key" if begins_line => {
            let message = Text::said(words::yaml_line);
            at(here, message, fitting(text, here.line))
        }
        "did not find expected '-' indicator" | "did not find expected key" => {
            at(here, Text::said(words::yaml_behind), quote())
        }
        "could not find expected ':'" => {
            let help = Text::said(|language| words::write_as(language, "KEY: VALUE"));
            at(since, Text::said(words::yaml_key), help)
        }
        what if what.starts_with("did not find expected ','") => {
            let message = not_closed(since, line(since), here);
            at(since, message, Text::said(words::yaml_bracket_help))
        }
        "found unexpected end of stream" if told.doing.contains("quoted") => {
            let message = Text::said(words::yaml_open_quote);
            at(since, message, Text::said(words::yaml_open_quote_help))
        }
        "did not find expected node content" => {
            let message = Text::said(|language| words::yaml_no_value(language, "{"));
            at(here, message, Text::said(words::yaml_no_value_help))
        }
        what if what.starts_with("found character that cannot start") => {
            let letter = line(here).chars().nth(here.column - 1).unwrap_or(' ');
            if letter == '\t' {
                return Some(a_tab(here, at));
            }
            let letter = letter.to_string();
            let message = Text::said(|language| words::yaml_letter(language, letter.as_str()));
            at(here, message, quote())
        }
        "unknown anchor" => at(here, Text::said(words::yaml_alias), quote()),
        _ => return None,
    })
}

/// The bracket at `since` in `line`, and where the parser gave up.
fn not_closed(since: Place, line: &str, here: Place) -> Text {
    let bracket = line.chars().nth(since.column - 1).unwrap_or('{');
    Text::said(|language| {
        let (line, column) = (here.line.to_string(), here.column.to_string());
        words::yaml_bracket(language, bracket.to_string(), column, line)
    })
}

fn a_tab(place: Place, at: impl Fn(Place, Text, Text) -> SchemaError) -> SchemaError {
    let (message, help) = (words::yaml_tab, words::yaml_no_tab);
    at(place, Text::said(message), Text::said(help))
}

/// A colon where none can be: in a text without quotes, or behind a key that
/// stands below another key's value.
fn misplaced_colon(
    place: Place,
    line: &str,
    text: &str,
    at: impl Fn(Place, Text, Text) -> SchemaError,
) -> SchemaError {
    let before: String = line.chars().take(place.column - 1).collect();
    if before.contains(": ") {
        let help = Text::said(|language| words::write_as(language, "KEY: \"TEXT\""));
        return at(place, Text::said(words::yaml_colon), help);
    }
    let key = before.trim_start().trim_start_matches("- ").to_owned();
    let place = Place {
        line: place.line,
        column: indent(line) + 1,
    };
    let message = Text::said(|language| words::yaml_indented(language, key.as_str()));
    at(place, message, fitting(text, place.line))
}

/// How far a line like that of `row` may be indented, in words: as an item or a
/// key of what is open above it.
fn fitting(text: &str, row: usize) -> Text {
    let mut above: Vec<&str> = text.lines().take(row).collect();
    let wrong = above.pop().unwrap_or_default();
    let wants_item = is_item(wrong);
    let mut least = usize::MAX;
    let mut fit: Vec<usize> = Vec::new();
    for line in above.into_iter().rev() {
        let content = line.trim_start();
        if content.is_empty() || content.starts_with('#') {
            continue;
        }
        let indent = indent(line);
        let mut open = |column: usize, is_item: bool| {
            if column < least {
                least = column;
                fit.extend((is_item == wants_item).then_some(column));
            }
        };
        if let Some(rest) = content.strip_prefix('-') {
            // The keys of an item stand where its first key does.
            open(indent + 1 + self::indent(rest), false);
            open(indent, true);
        } else {
            open(indent, false);
        }
    }
    fit.sort_unstable();
    let fit: Vec<String> = fit.iter().map(ToString::to_string).collect();
    Text::said(|language| match fit.split_last() {
        None => words::yaml_left(language),
        Some((last, [])) => words::yaml_spaces(language, last.as_str()),
        Some((last, rest)) => words::yaml_spaces_or(language, last.as_str(), rest.join(", ")),
    })
}

fn is_item(line: &str) -> bool {
    let content = line.trim_start();
    content == "-" || content.starts_with("- ")
}

fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches(' ').len()
}

fn split(told: &str) -> Option<Told<'_>> {
    let (first, second) = told.split_once(", while ").unwrap_or((told, ""));
    let (what, at) = place(first)?;
    let (doing, since) = match place(second) {
        Some((doing, since)) => (doing, Some(since)),
        None => (second, None),
    };
    Some(Told {
        what,
        at,
        doing,
        since,
    })
}

/// `TEXT at line 8 column 4`.
fn place(told: &str) -> Option<(&str, Place)> {
    let (text, numbers) = told.rsplit_once(" at line ")?;
    let (line, column) = numbers.split_once(" column ")?;
    let place = Place {
        line: line.parse().ok().filter(|line| *line > 0)?,
        column: column.parse().ok().filter(|column| *column > 0)?,
    };
    Some((text, place))
}
