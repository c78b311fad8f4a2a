//! Reading a file that a person wrote: bounded, then typed, then explained.

use super::grader::GraderFile;
use super::lab::{CourseFile, LabFile};
use super::matcher;
use super::suggest::nearest;
use super::syntax;
use crate::text::{Language, Text};
use crate::words;
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A grader of 200 goals is about 100 kB.
const MAX_BYTES: usize = 512 * 1024;

/// What is wrong with a file, and where. Displayed in the language
/// that is spoken ([`plimsoll_text::spoken`]).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct SchemaError {
    /// The file as the author calls it.
    pub file: String,
    /// From 1; 0 where the whole file is meant.
    pub line: usize,
    /// From 1; 0 where the whole line is meant.
    pub column: usize,
    pub message: Text,
    /// The nearest valid word, or another next step.
    pub help: Option<Box<Text>>,
}

impl SchemaError {
    /// An error about a file as a whole.
    pub fn whole(file: impl Into<String>, message: Text) -> SchemaError {
        SchemaError {
            file: file.into(),
            line: 0,
            column: 0,
            message,
            help: None,
        }
    }

    pub fn with_help(mut self, help: Text) -> SchemaError {
        self.help = Some(Box::new(help));
        self
    }

    /// Points at the first line that contains `needle`: for rules that are
    /// checked after parsing, when the place is no longer known.
    pub fn at(mut self, source: &str, needle: &str) -> SchemaError {
        let found = source
            .lines()
            .enumerate()
            .find_map(|(row, line)| line.find(needle).map(|column| (row + 1, column + 1)));
        if let Some((line, column)) = found {
            self.line = line;
            self.column = column;
        }
        self
    }
}

impl SchemaError {
    /// All of it, with its place in front.
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        let mut place = self.file.clone();
        for number in [self.line, self.column]
            .into_iter()
            .take_while(|one| *one > 0)
        {
            place += &format!(":{number}");
        }
        // The place as compilers write it, whatever the language: programs read it.
        let mut told = format!("{place}: {}", self.message.get(language));
        if let Some(help) = &self.help {
            let help = words::mistake_help(language, help.get(language));
            told += &format!("\n  {help}");
        }
        told
    }
}

plimsoll_text::speaks!(SchemaError);

/// Reads `graders/LAB.yaml`.
///
/// # Errors
/// With line and column: not YAML, larger than 512 KiB, an unknown or missing
/// word, a value of the wrong kind.
pub fn read_grader(file: &str, text: &str) -> Result<GraderFile, SchemaError> {
    read(file, text)
}

/// Reads `labs/LAB/lab.yaml`. Errors as [`read_grader`].
pub fn read_lab(file: &str, text: &str) -> Result<LabFile, SchemaError> {
    read(file, text)
}

/// Reads `course.yaml`. Errors as [`read_grader`].
pub fn read_course(file: &str, text: &str) -> Result<CourseFile, SchemaError> {
    read(file, text)
}

fn read<T: DeserializeOwned>(file: &str, text: &str) -> Result<T, SchemaError> {
    if text.len() > MAX_BYTES {
        let (bytes, most) = (text.len().to_string(), MAX_BYTES.to_string());
        let message =
            Text::said(|language| words::file_too_long(language, bytes.as_str(), most.as_str()));
        return Err(SchemaError::whole(file, message));
    }
    // Before the words are: else a key that is indented wrongly is told as missing.
    if let Some(error) = not_yaml(text) {
        return Err(syntax::explain(file, text, &error.to_string())
            .unwrap_or_else(|| explain(file, &error)));
    }
    if serde_yaml::Deserializer::from_str(text).take(2).count() > 1 {
        return Err(SchemaError::whole(file, Text::said(words::file_several)));
    }
    // `singleton_map_recursive`: an enum is a map with one key, as people write
    // it, and not a YAML `!tag`.
    serde_yaml::with::singleton_map_recursive::deserialize(serde_yaml::Deserializer::from_str(text))
        .map_err(|error| explain(file, &error))
}

/// Why the first document is not YAML at all, whatever it says.
fn not_yaml(text: &str) -> Option<serde_yaml::Error> {
    let first = serde_yaml::Deserializer::from_str(text).next()?;
    serde::de::IgnoredAny::deserialize(first).err()
}

fn explain(file: &str, error: &serde_yaml::Error) -> SchemaError {
    let (line, column) = error
        .location()
        .map_or((0, 0), |place| (place.line(), place.column()));
    let (path, told) = without_place(&error.to_string());
    let (message, help) = in_plain_words(&told);
    SchemaError {
        file: file.to_string(),
        line,
        column,
        message: match path {
            Some(path) => Text::said(|language| {
                words::mistake_at(language, message.get(language), path.as_str())
            }),
            None => message,
        },
        help: help.map(Box::new),
    }
}

/// Splits `goals[0].check: unknown field ... at line 3 column 5` into the path
/// and the message: the place is told in front instead.
fn without_place(told: &str) -> (Option<String>, String) {
    let told = match told.rfind(" at line ") {
        Some(end) => &told[..end],
        None => told,
    };
    match told.split_once(": ") {
        Some((path, rest)) if looks_like_path(path) => (Some(path.to_string()), rest.to_string()),
        _ => (None, told.to_string()),
    }
}

fn looks_like_path(text: &str) -> bool {
    !text.is_empty()
        && !text.contains(' ')
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "._-[]?".contains(c))
        && !matches!(text, "regex")
}

/// Serde's message in the author's words, and the nearest valid word.
fn in_plain_words(told: &str) -> (Text, Option<Text>) {
    let words = quoted(told);
    let first = words.first().map(String::as_str).unwrap_or_default();
    if told.starts_with("unknown field") || told.starts_with("unknown variant") {
        return match words.split_first() {
            Some((wrong, valid)) => unknown_word(wrong, valid),
            None => (Text::same(told), None),
        };
    }
    if told.starts_with("missing field") {
        let help = Text::said(|language| words::both_languages(language, BOTH));
        let help = matches!(first, "en" | "fr").then_some(help);
        return (
            Text::said(|language| words::word_missing(language, first)),
            help,
        );
    }
    if told.starts_with("duplicate field") || told.starts_with("duplicate entry") {
        return (
            Text::said(|language| words::word_twice(language, first)),
            None,
        );
    }
    if let Some(message) = wrong_kind(told) {
        return message;
    }
    if told.contains("recursion limit") {
        return (Text::said(words::nested_too_deeply), None);
    }
    if told.contains("repetition limit") {
        let help = Text::said(words::aliases_help);
        return (Text::said(words::aliases_too_much), Some(help));
    }
    if told.contains("single key") || told.contains("single entry") {
        let help = Text::said(words::one_key_help);
        return (Text::said(words::one_key), Some(help));
    }
    (of_a_matcher(told).unwrap_or_else(|| Text::same(told)), None)
}

/// How a text is written.
const BOTH: &str = "{en: ..., fr: ...}";

fn unknown_word(wrong: &str, valid: &[String]) -> (Text, Option<Text>) {
    let message = Text::said(|language| words::word_unknown(language, wrong));
    let help = match nearest(wrong, valid.iter().map(String::as_str)) {
        Some(word) => Text::said(|language| words::did_you_mean(language, word)),
        None => Text::said(|language| words::valid_here(language, valid.join(", "))),
    };
    (message, Some(help))
}

/// What [`super::matcher`] refuses.
fn of_a_matcher(told: &str) -> Option<Text> {
    if let Some(valid) = told.strip_prefix(matcher::EMPTY) {
        return Some(Text::said(|language| words::matcher_empty(language, valid)));
    }
    if let Some(number) = told.strip_suffix(matcher::TOO_LARGE) {
        return Some(Text::said(|language| words::too_large(language, number)));
    }
    let (pattern, why) = told.strip_prefix(matcher::REGEX)?.split_once("`: ")?;
    Some(Text::said(|language| {
        words::regex_wrong(language, pattern, why)
    }))
}

/// `invalid type: string "two", expected u32`, without Rust's names for types.
fn wrong_kind(told: &str) -> Option<(Text, Option<Text>)> {
    let rest = told.strip_prefix("invalid type: ")?;
    let (found, expected) = rest.split_once(", expected ")?;
    let value = found
        .replace("string ", "")
        .replace("integer ", "")
        .replace("floating point ", "")
        .replace("boolean ", "")
        .replace('`', "");
    let is_nothing = found == "unit value";
    let found = |language| match found {
        "unit value" => words::found_nothing(language),
        "sequence" => words::found_list(language),
        "map" => words::found_map(language),
        _ => value.clone(),
    };
    let wanted = |language| match expected {
        "a sequence" => words::wanted_list(language),
        "struct Text" => words::wanted_text(language),
        "u16" | "u32" | "u64" | "i64" => words::wanted_number(language),
        "enum Check" => words::wanted_check(language),
        other if other.starts_with("struct ") => words::wanted_map(language),
        other if other.starts_with("enum ") => words::wanted_word(language),
        other => match (
            other.strip_prefix(matcher::NUMBER_OR),
            other.strip_prefix(matcher::TEXT_OR),
        ) {
            (Some(fields), _) => words::wanted_number_or(language, fields),
            (_, Some(fields)) => words::wanted_text_or(language, fields),
            _ => words::wanted_other(language, other),
        },
    };
    let form = match expected {
        "a sequence" => Some(format!("[{}]", value.trim_matches('"'))),
        "struct Text" => Some(BOTH.to_owned()),
        _ => None,
    };
    let help = match (is_nothing, form) {
        (true, _) => Some(Text::said(words::belongs_below)),
        (false, form) => {
            form.map(|form| Text::said(|language| words::write_as(language, form.as_str())))
        }
    };
    let message =
        Text::said(|language| words::kind_wrong(language, found(language), wanted(language)));
    Some((message, help))
}

fn quoted(text: &str) -> Vec<String> {
    text.split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_string)
        .collect()
}
