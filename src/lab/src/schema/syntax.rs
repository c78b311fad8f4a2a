//! What is not YAML at all, in an author's words: indentation, quotes, braces.
//!
//! The parser knows where it gave up, not what the author meant; the lines
//! above say that. Start at [`explain`].

use super::read::SchemaError;

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
    let at = |place: Place, message: String, help: &str| SchemaError {
        file: file.to_owned(),
        line: place.line,
        column: place.column,
        message,
        help: Some(help.to_owned()),
    };
    let here = told.at;
    let since = told.since.unwrap_or(here);
    let begins_line = indent(line(here)) + 1 == here.column;
    Some(match told.what {
        what if what.starts_with("found a tab") => at(here, TAB.to_owned(), NO_TAB),
        "mapping values are not allowed in this context" => {
            misplaced_colon(here, line(here), text, at)
        }
        "did not find expected '-' indicator" | "did not find expected key" if begins_line => at(
            here,
            "nothing above allows a line to begin here".to_owned(),
            &fitting(text, here.line),
        ),
        "did not find expected '-' indicator" | "did not find expected key" => at(
            here,
            "something stands behind a value that has ended".to_owned(),
            QUOTE,
        ),
        "could not find expected ':'" => at(
            since,
            "a key is wanted here, with a colon and a space behind it".to_owned(),
            "write `KEY: VALUE`",
        ),
        what if what.starts_with("did not find expected ','") => at(
            since,
            not_closed(since, line(since), here),
            "texts with quotes, commas or braces in them stand in quotes",
        ),
        "found unexpected end of stream" if told.doing.contains("quoted") => at(
            since,
            "the quote that opens here is not closed".to_owned(),
            "a quote inside a text is written twice (`''`) or with a backslash (`\\\"`)",
        ),
        "did not find expected node content" => at(
            here,
            "a value is wanted here, or a `[` or `{` above is not closed".to_owned(),
            "a text with brackets or braces in it stands in quotes",
        ),
        what if what.starts_with("found character that cannot start") => {
            let letter = line(here).chars().nth(here.column - 1).unwrap_or(' ');
            if letter == '\t' {
                return Some(at(here, TAB.to_owned(), NO_TAB));
            }
            at(here, format!("no text begins with `{letter}`"), QUOTE)
        }
        "unknown anchor" => at(
            here,
            "`*` begins the name of an alias, and there is none of this name".to_owned(),
            QUOTE,
        ),
        _ => return None,
    })
}

/// The bracket at `since` in `line`, and where the parser gave up.
fn not_closed(since: Place, line: &str, here: Place) -> String {
    let bracket = line.chars().nth(since.column - 1).unwrap_or('{');
    let Place { line, column } = here;
    format!(
        "the `{bracket}` here is not closed, or a comma is missing before line {line}, column {column}"
    )
}

const TAB: &str = "a tab: YAML indents with spaces, not tabs";
const NO_TAB: &str = "put spaces in its place";
const QUOTE: &str = "put the whole text in quotes";

/// A colon where none can be: in a text without quotes, or behind a key that
/// stands below another key's value.
fn misplaced_colon(
    place: Place,
    line: &str,
    text: &str,
    at: impl Fn(Place, String, &str) -> SchemaError,
) -> SchemaError {
    let before: String = line.chars().take(place.column - 1).collect();
    if before.contains(": ") {
        let message = "a text with a colon and a space in it stands in quotes".to_owned();
        return at(place, message, "write `KEY: \"TEXT\"`");
    }
    let key = before.trim_start().trim_start_matches("- ").to_owned();
    let place = Place {
        line: place.line,
        column: indent(line) + 1,
    };
    let message = format!("`{key}` is indented below a line that has a value already");
    at(place, message, &fitting(text, place.line))
}

/// How far a line like that of `row` may be indented, in words: as an item or a
/// key of what is open above it.
fn fitting(text: &str, row: usize) -> String {
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
    match fit.split_last() {
        None => "it begins further left".to_owned(),
        Some((last, [])) => format!("{last} spaces in front fit here"),
        Some((last, rest)) => format!("{} or {last} spaces in front fit here", rest.join(", ")),
    }
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
