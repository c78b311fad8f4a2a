//! Reading a file that a person wrote: bounded, then typed, then explained.

use super::grader::GraderFile;
use super::lab::{CourseFile, LabFile};
use super::suggest::nearest;
use super::syntax;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use std::fmt;

/// A grader of 200 goals is about 100 kB.
const MAX_BYTES: usize = 512 * 1024;

/// What is wrong with a file, and where.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct SchemaError {
    /// The file as the author calls it.
    pub file: String,
    /// From 1; 0 where the whole file is meant.
    pub line: usize,
    /// From 1; 0 where the whole line is meant.
    pub column: usize,
    pub message: String,
    /// The nearest valid word, or another next step.
    pub help: Option<String>,
}

impl SchemaError {
    /// An error about a file as a whole.
    pub fn whole(file: impl Into<String>, message: impl Into<String>) -> SchemaError {
        SchemaError {
            file: file.into(),
            line: 0,
            column: 0,
            message: message.into(),
            help: None,
        }
    }

    pub fn with_help(mut self, help: impl Into<String>) -> SchemaError {
        self.help = Some(help.into());
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

impl fmt::Display for SchemaError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if self.line > 0 {
            write!(f, ":{}", self.line)?;
            if self.column > 0 {
                write!(f, ":{}", self.column)?;
            }
        }
        write!(f, ": {}", self.message)?;
        if let Some(help) = &self.help {
            write!(f, "\n  help: {help}")?;
        }
        Ok(())
    }
}

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
        let message = format!("{} bytes; at most {MAX_BYTES} are read", text.len());
        return Err(SchemaError::whole(file, message));
    }
    // Before the words are: else a key that is indented wrongly is told as missing.
    if let Some(error) = not_yaml(text) {
        return Err(syntax::explain(file, text, &error.to_string())
            .unwrap_or_else(|| explain(file, &error)));
    }
    if serde_yaml::Deserializer::from_str(text).take(2).count() > 1 {
        let message = "several YAML documents (`---`); one is wanted";
        return Err(SchemaError::whole(file, message));
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
            Some(path) => format!("{path}: {message}"),
            None => message,
        },
        help,
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
fn in_plain_words(told: &str) -> (String, Option<String>) {
    let words = quoted(told);
    if told.starts_with("unknown field") || told.starts_with("unknown variant") {
        let Some((wrong, valid)) = words.split_first() else {
            return (told.to_string(), None);
        };
        let message = format!("unknown word `{wrong}`");
        let help = match nearest(wrong, valid.iter().map(String::as_str)) {
            Some(word) => format!("did you mean `{word}`?"),
            None => format!("valid here: {}", valid.join(", ")),
        };
        return (message, Some(help));
    }
    if told.starts_with("missing field") {
        let field = words.first().cloned().unwrap_or_default();
        let help = match field.as_str() {
            "en" | "fr" => {
                Some("every text is written in both languages: `{en: ..., fr: ...}`".to_string())
            }
            _ => None,
        };
        return (format!("`{field}` is missing"), help);
    }
    if told.starts_with("duplicate field") || told.starts_with("duplicate entry") {
        let field = words.first().cloned().unwrap_or_default();
        return (format!("`{field}` stands here twice"), None);
    }
    if let Some(message) = wrong_kind(told) {
        return message;
    }
    if told.contains("recursion limit") {
        return ("nested too deeply".to_string(), None);
    }
    if told.contains("repetition limit") {
        let help = "write the values out instead of repeating an alias (`*name`)";
        return (
            "aliases expand to too much".to_string(),
            Some(help.to_string()),
        );
    }
    if told.contains("single key") || told.contains("single entry") {
        let help = "use `all: [...]` or `any: [...]` to join checks";
        return (
            "one key is wanted here, and there are several".to_string(),
            Some(help.to_string()),
        );
    }
    (told.to_string(), None)
}

/// `invalid type: string "two", expected u32`, without Rust's names for types.
fn wrong_kind(told: &str) -> Option<(String, Option<String>)> {
    let rest = told.strip_prefix("invalid type: ")?;
    let (found, expected) = rest.split_once(", expected ")?;
    let found = found
        .replace("string ", "")
        .replace("integer ", "")
        .replace("floating point ", "")
        .replace("boolean ", "")
        .replace("unit value", "nothing")
        .replace('`', "")
        .replace("sequence", "a list")
        .replace("map", "a map");
    let (wanted, help) = match expected {
        "a sequence" => (
            "a list is wanted".to_string(),
            Some(format!("write `[{}]`", found.trim_matches('"'))),
        ),
        "struct Text" => (
            "a text in both languages is wanted".to_string(),
            Some("write `{en: ..., fr: ...}`".to_string()),
        ),
        "u16" | "u32" | "u64" | "i64" => ("a whole number, 0 or more, is wanted".to_string(), None),
        other if other.starts_with("struct ") => ("a map of words is wanted".to_string(), None),
        "enum Check" => ("a check is wanted".to_string(), None),
        other if other.starts_with("enum ") => ("one word is wanted".to_string(), None),
        other => (format!("{other} is wanted"), None),
    };
    let help = match found == "nothing" {
        true => Some("what belongs to it stands below it, further right".to_string()),
        false => help,
    };
    Some((format!("{wanted}, found {found}"), help))
}

fn quoted(text: &str) -> Vec<String> {
    text.split('`')
        .skip(1)
        .step_by(2)
        .map(str::to_string)
        .collect()
}
