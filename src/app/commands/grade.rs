//! `plimsoll grade LAB --script FILE`: grade a stranger's work.

use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;

use plimsoll_host::LabName;
use plimsoll_lab::course::Lab;
use plimsoll_lab::report::{self, Reader};
use plimsoll_lab::result::{Cause, ResultRecord, Side, Verdict};
use plimsoll_lab::text::{Language, Text};
use plimsoll_text::spoken;

use super::Outcome;
use crate::arguments::{Format, GradeArguments, Shared};
use crate::classroom::{Classroom, refuse_in_submission};
use crate::failure::{Failure, Kind};
use crate::submission::Submission;
use crate::words;

/// Lines of the script's output that are shown where goals are open.
const SHOWN: usize = 12;

/// Runs the script in an arena of its own and grades what it leaves. Where the
/// engine or the machine failed, once more.
pub fn run(shared: &Shared, arguments: &GradeArguments) -> Outcome {
    refuse_in_submission("grade")?;
    let name = lab_name(&arguments.lab)?;
    let room = Classroom::open(shared)?;
    let lab = room.lab(&name)?;
    let script = arguments.script.as_ref().ok_or_else(|| {
        let language = spoken();
        Failure::new(Kind::Usage, words::grade_which_script(language))
            .hint(words::grade_which_script_hint(language, name.as_str()))
    })?;
    let submission = Submission::read(
        script,
        arguments.files.as_deref(),
        Duration::from_secs(arguments.timeout),
    )?;
    let once = || submission.grade(lab, &name);
    let graded = match once() {
        Ok(graded) if graded.result.verdict != Verdict::Error => Ok(graded),
        Err(failure) if failure.kind() == Kind::Usage => Err(failure),
        _ => once(),
    };
    let graded = match graded {
        Ok(graded) => graded,
        Err(failure) => {
            if arguments.format == Format::Json && failure.kind() == Kind::Environment {
                say!("{}", super::json(&no_verdict(lab, &failure))?);
            }
            return Err(failure);
        }
    };
    let result = with_cause(graded.result);
    let code = ExitCode::from(result.exit_code());
    match arguments.format {
        Format::Json => say!("{}", super::json(&result)?),
        Format::Text => {
            let words = report::in_words(&lab.file.title, &result, room.style(Reader::Teacher));
            put!("{}", plain(&words));
            if result.verdict != Verdict::Pass {
                put!("{}", ending(graded.code, &graded.tail, spoken()));
            }
        }
    }
    Ok(code)
}

/// The name of a lab. A folder in its place is taken for what is to come.
fn lab_name(word: &str) -> Result<LabName, Failure> {
    LabName::new(word).map_err(|error| {
        if !word.contains('/') && !Path::new(word).is_dir() {
            return Failure::from_error(Kind::Usage, &error);
        }
        let language = spoken();
        Failure::new(Kind::Usage, words::grade_folder_later(language))
            .hint(words::grade_one_at_a_time(language))
    })
}

/// A goal that could not be looked at, twice: say so where records say it.
fn with_cause(result: ResultRecord) -> ResultRecord {
    if result.verdict != Verdict::Error || result.cause.is_some() {
        return result;
    }
    let message = Text::said(words::grade_unseen_twice);
    ResultRecord {
        cause: Some(Cause {
            side: Side::Environment,
            message,
        }),
        ..result
    }
}

/// The record where there is no verdict at all.
fn no_verdict(lab: &Lab, failure: &Failure) -> ResultRecord {
    let told = failure.to_string();
    let told = told.strip_prefix("plimsoll: ").unwrap_or(&told).trim_end();
    ResultRecord {
        schema: ResultRecord::SCHEMA.to_owned(),
        lab: lab.name.clone(),
        verdict: Verdict::Error,
        score: 0,
        max_score: lab.grader.max_score(),
        checks: Vec::new(),
        cause: Some(Cause {
            side: Side::Environment,
            message: Text::same(told),
        }),
        engine: format!("plimsoll {}", env!("CARGO_PKG_VERSION")),
        started_at: ResultRecord::now(),
        duration_ms: 0,
        journal_head: None,
    }
}

/// How the script ended, and the last lines it printed.
fn ending(code: Option<i32>, tail: &[u8], language: Language) -> String {
    let text = plain(&String::from_utf8_lossy(tail));
    let lines: Vec<&str> = text.lines().filter(|line| !is_of_a_pull(line)).collect();
    let shown = &lines[lines.len().saturating_sub(SHOWN)..];
    let told = match (code.map(|code| code.to_string()), shown) {
        (Some(code), []) => words::grade_ended_silent(language, code),
        (Some(code), _) => words::grade_ended(language, code),
        (None, []) => words::grade_was_ended_silent(language),
        (None, _) => words::grade_was_ended(language),
    };
    let mut out = format!("\n{told}\n");
    for line in shown {
        out += &format!("  | {line}\n");
    }
    out
}

/// A line in which `docker` told how far a pull was: there are many, and none
/// says why a script failed.
fn is_of_a_pull(line: &str) -> bool {
    const STEPS: [&str; 8] = [
        "Already exists",
        "Download complete",
        "Downloading",
        "Extracting",
        "Pull complete",
        "Pulling fs layer",
        "Verifying Checksum",
        "Waiting",
    ];
    let Some((about, step)) = line.split_once(": ") else {
        return false;
    };
    let is_layer = about.len() == 12 && about.bytes().all(|byte| byte.is_ascii_hexdigit());
    let is_step = STEPS.iter().any(|one| step.starts_with(one));
    (is_layer && is_step)
        || step.starts_with("Pulling from ")
        || (about == "Digest" && step.starts_with("sha256:"))
}

/// Without what would move a terminal's cursor, colour it, or make it answer.
fn plain(text: &str) -> String {
    let shown = |letter: char| match letter {
        '\n' | '\t' => letter,
        letter if letter.is_control() => char::REPLACEMENT_CHARACTER,
        // Marks that turn the direction of writing hide what is written.
        '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => char::REPLACEMENT_CHARACTER,
        letter => letter,
    };
    text.replace("\r\n", "\n").chars().map(shown).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn output_cannot_command_the_terminal() {
        let text = "fine\r\n\u{1b}]0;title\u{7}\u{9b}31m\u{202e}x\n";
        assert_eq!(
            plain(text),
            "fine\n\u{fffd}]0;title\u{fffd}\u{fffd}31m\u{fffd}x\n"
        );
    }

    #[test]
    fn the_progress_of_a_pull_hides_nothing() {
        let mut tail = String::from("before\nlatest: Pulling from library/nginx\n");
        for step in [
            "Pulling fs layer",
            "Verifying Checksum",
            "Download complete",
        ] {
            for layer in ["0123456789ab", "123456789abc", "23456789abcd"] {
                tail += &format!("{layer}: {step}\n");
            }
        }
        tail += "Digest: sha256:ab\nStatus: Downloaded newer image for nginx:latest\nWaiting: no\n";
        assert_eq!(
            ending(Some(1), tail.as_bytes(), Language::English),
            "\nThe script ended with code 1. Its last lines:\n  | before\n  \
             | Status: Downloaded newer image for nginx:latest\n  | Waiting: no\n"
        );
    }

    #[test]
    fn the_last_lines_are_shown() {
        let tail: String = (0..40).map(|number| format!("line {number}\n")).collect();
        let told = ending(Some(3), tail.as_bytes(), Language::English);
        assert!(
            told.contains("ended with code 3. Its last lines:"),
            "{told}"
        );
        assert!(
            told.contains("| line 39\n") && !told.contains("line 27\n"),
            "{told}"
        );
        let silent = ending(None, b"", Language::French);
        assert_eq!(silent, "\nLe script a été arrêté sans rien afficher.\n");
    }
}
