//! Attempts: scripts that prove a grader, with headers that say what to expect.
//!
//! ```text
//! # fails: port-80            (wrong ones: the goal that fails, and no other)
//! # hint: swapped             (wrong ones: the miss that is recognised)
//! # answer: ps-a=all          (a question answered before the script runs)
//! docker run ...
//! ```

use super::files::Files;
use super::mistakes::{Mistakes, Severity};
use crate::schema::{SchemaError, nearest};
use crate::text::Text;
use crate::words;

const WORDS: [&str; 3] = ["fails", "hint", "answer"];

/// One script.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// The file's name without `.sh`.
    pub name: String,
    /// Path in the course.
    pub path: String,
    pub script: String,
    pub expected: Expected,
    /// Question and answer.
    pub answers: Vec<(String, String)>,
}

/// What grading an attempt has to give.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expected {
    /// Every goal passes.
    Right,
    /// Exactly this goal fails; others pass, or are skipped because of it.
    Wrong {
        fails: String,
        /// The known misconception that has to be recognised there.
        hint: Option<String>,
    },
}

pub(super) fn read_all(files: &Files, lab: &str, mistakes: &mut Mistakes) -> Vec<Attempt> {
    let mut all = Vec::new();
    let mut wrong_file = |error| mistakes.add(Severity::Unfinished, error);
    for (kind, wrong) in [("right", false), ("wrong", true)] {
        let folder = format!("labs/{lab}/attempts/{kind}/");
        for (name, content) in files.below(&folder) {
            let path = format!("{folder}{name}");
            let Some(stem) = name.strip_suffix(".sh").filter(|stem| !stem.contains('/')) else {
                wrong_file(SchemaError::whole(path, Text::said(words::attempt_name)));
                continue;
            };
            let Ok(script) = std::str::from_utf8(content) else {
                wrong_file(SchemaError::whole(path, Text::said(words::file_no_text)));
                continue;
            };
            match read(stem, &path, script, wrong) {
                Ok(attempt) => all.push(attempt),
                Err(error) => wrong_file(error),
            }
        }
    }
    all
}

fn read(name: &str, path: &str, script: &str, wrong: bool) -> Result<Attempt, SchemaError> {
    let (mut fails, mut hint, mut answers) = (None, None, Vec::new());
    for (row, line) in script.lines().enumerate() {
        let Some(comment) = line.strip_prefix('#') else {
            break;
        };
        let at = |message: Text| SchemaError {
            file: path.to_string(),
            line: row + 1,
            column: 1,
            message,
            help: None,
        };
        // A comment that is no header: `#!/bin/bash`, a remark.
        let Some((word, value)) = comment.split_once(':') else {
            continue;
        };
        let (word, value) = (word.trim(), value.trim().to_string());
        match word {
            "fails" if wrong => fails = Some(value),
            "hint" if wrong => hint = Some(value),
            "fails" | "hint" => {
                return Err(at(Text::said(|language| {
                    words::attempt_no_meaning(language, word)
                })));
            }
            "answer" => match value.split_once('=') {
                Some((question, answer)) => {
                    answers.push((question.trim().to_string(), answer.trim().to_string()));
                }
                None => return Err(at(Text::said(words::attempt_answer))),
            },
            other => {
                if let Some(meant) = nearest(other, WORDS) {
                    let help = Text::said(|language| words::did_you_mean(language, meant));
                    let message = Text::said(|language| words::attempt_header(language, other));
                    return Err(at(message).with_help(help));
                }
            }
        }
    }
    let expected = match (wrong, fails) {
        (false, _) => Expected::Right,
        (true, Some(fails)) => Expected::Wrong { fails, hint },
        (true, None) => {
            return Err(SchemaError::whole(path, Text::said(words::attempt_fails)));
        }
    };
    Ok(Attempt {
        name: name.to_string(),
        path: path.to_string(),
        script: script.to_string(),
        expected,
        answers,
    })
}
