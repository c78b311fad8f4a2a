//! What is wrong with the words that were typed, in the reader's language: what
//! clap found, as data, said as every other failure is.

use clap::error::{ContextKind, ContextValue, ErrorKind};
use plimsoll_host::name::LabNameError;
use plimsoll_text::Language;

use super::ValueError;
use crate::failure::{Failure, Kind};
use crate::words;

/// For errors that are neither help nor version.
pub fn failure(error: &clap::Error, language: Language) -> Failure {
    let mut failure = Failure::new(Kind::Usage, message(error, language));
    for hint in hints(error, language) {
        failure = failure.hint(hint);
    }
    failure
}

fn message(error: &clap::Error, language: Language) -> String {
    let argument = first(error, ContextKind::InvalidArg);
    let value = first(error, ContextKind::InvalidValue);
    match error.kind() {
        ErrorKind::ArgumentConflict => {
            let others = all(error, ContextKind::PriorArg);
            match others.as_slice() {
                [] => words::typed_twice(language, argument),
                [other] if *other == argument => words::typed_twice(language, argument),
                _ => words::typed_together(language, argument, quoted(&others)),
            }
        }
        ErrorKind::InvalidValue if value.is_empty() => words::typed_no_value(language, argument),
        ErrorKind::InvalidValue => words::typed_wrong_value(language, argument, value),
        ErrorKind::ValueValidation => match std::error::Error::source(error) {
            Some(why) => refused(why, argument, value, language),
            None => words::typed_wrong_value(language, argument, value),
        },
        ErrorKind::InvalidSubcommand => {
            let word = first(error, ContextKind::InvalidSubcommand);
            words::typed_no_such_command(language, word)
        }
        ErrorKind::MissingRequiredArgument => {
            let missing = quoted(&all(error, ContextKind::InvalidArg));
            words::typed_missing(language, missing)
        }
        ErrorKind::MissingSubcommand => {
            let command = first(error, ContextKind::InvalidSubcommand);
            words::typed_missing_command(language, command)
        }
        ErrorKind::TooManyValues => words::typed_surplus_value(language, argument, value),
        ErrorKind::UnknownArgument => words::typed_unknown(language, argument),
        ErrorKind::InvalidUtf8 => words::typed_not_utf8(language),
        _ => words::typed_not_understood(language),
    }
}

fn refused(
    why: &(dyn std::error::Error + 'static),
    argument: String,
    value: String,
    language: Language,
) -> String {
    if let Some(why) = why.downcast_ref::<LabNameError>() {
        return why.say(language);
    }
    let why = match why.downcast_ref::<ValueError>() {
        Some(ValueError::Number { least, most }) => {
            words::number_between(language, least.as_str(), most.as_str())
        }
        Some(ValueError::YesOrNo) => words::yes_or_no(language),
        Some(ValueError::Language) => {
            let spoken = Language::ALL.map(Language::code).join(", ");
            words::languages_spoken(language, spoken, Language::VARIABLE)
        }
        None => why.to_string(),
    };
    words::typed_refused_value(language, argument, value, why)
}

fn hints(error: &clap::Error, language: Language) -> Vec<String> {
    let mut hints = Vec::new();
    let possible = all(error, ContextKind::ValidValue);
    if !possible.is_empty() {
        hints.push(words::typed_one_of(language, possible.join(", ")));
    }
    let near = [
        ContextKind::SuggestedArg,
        ContextKind::SuggestedSubcommand,
        ContextKind::SuggestedValue,
    ];
    let near: Vec<String> = near.into_iter().flat_map(|kind| all(error, kind)).collect();
    if let Some(word) = near.first() {
        hints.push(words::typed_did_you_mean(language, word.as_str()));
    } else if error.kind() == ErrorKind::UnknownArgument && could_be_a_word(error) {
        let word = first(error, ContextKind::InvalidArg);
        hints.push(words::typed_as_a_word(language, word));
    }
    let usage = usage(error);
    hints.push(match usage.is_empty() {
        true => words::typed_see_help(language),
        false => words::typed_usage(language, usage),
    });
    hints
}

/// clap's tip that a command of one's own follows two hyphens.
fn could_be_a_word(error: &clap::Error) -> bool {
    all(error, ContextKind::Suggested)
        .iter()
        .any(|tip| tip.contains("'-- "))
}

/// Without its heading, which is English.
fn usage(error: &clap::Error) -> String {
    let lines = first(error, ContextKind::Usage);
    let line = lines.lines().next().unwrap_or_default();
    let words = line.split_once(": ").map_or(line, |(_, usage)| usage);
    words.trim().to_owned()
}

fn first(error: &clap::Error, kind: ContextKind) -> String {
    all(error, kind).into_iter().next().unwrap_or_default()
}

fn all(error: &clap::Error, kind: ContextKind) -> Vec<String> {
    match error.get(kind) {
        Some(ContextValue::String(one)) => vec![one.clone()],
        Some(ContextValue::Strings(all)) => all.clone(),
        Some(ContextValue::StyledStr(one)) => vec![one.to_string()],
        Some(ContextValue::StyledStrs(all)) => all.iter().map(ToString::to_string).collect(),
        _ => Vec::new(),
    }
}

fn quoted(arguments: &[String]) -> String {
    let quoted = arguments.iter().map(|one| format!("`{one}`"));
    quoted.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;

    use super::*;
    use crate::arguments::parse;

    /// What people get wrong.
    const TYPED: &[&str] = &[
        "--nope",
        "labs --jsn",
        "labs extra",
        "labs --json=3",
        "labs --json --json",
        "course nw",
        "grade x --script f --timeout 0",
        "grade x --script f --format xml",
        "book --port 99999",
        "book --out x --port 3",
        "stop",
        "stop --all x",
        "map x --engine",
        "env ../x",
        "shell --bad x",
        "reset x --step a",
        "--lang de",
        "labs --lang=de_AT.UTF-8",
        "hello-world --record",
        "hello-world --plain --plain",
    ];

    #[test]
    fn mistakes_as_they_are_read() {
        for language in [Language::English, Language::French] {
            let told = TYPED.iter().map(|typed| {
                let words = typed.split(' ').map(OsString::from).collect();
                let error = parse(words, language).expect_err(typed);
                let failure = failure(&error, language).told(language);
                format!("$ plimsoll {typed}\n{failure}")
            });
            let told: Vec<String> = told.collect();
            let name = format!("mistakes_{}", language.code());
            insta::assert_snapshot!(name, told.join("\n"));
        }
    }
}
