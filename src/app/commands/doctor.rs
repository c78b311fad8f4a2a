//! `plimsoll doctor`: what this machine allows, and what mends the rest.

use std::io::IsTerminal;
use std::process::ExitCode;

use plimsoll_host::Environment;
use plimsoll_host::doctor::{self, Facts, Finding, Status};
use plimsoll_text::{Language, spoken};
use serde::Serialize;

use super::Outcome;
use crate::arguments::{DoctorArguments, Shared};
use crate::output::locale_is_utf8;
use crate::words;

/// Version of the `--json` form.
const SCHEMA: &str = "plimsoll/doctor/v1";

#[derive(Serialize)]
struct Report<'a> {
    schema: &'static str,
    status: Status,
    /// Their words are of the reader's language; `id` and `status` are not.
    findings: &'a [Finding],
    facts: &'a Facts,
}

/// Tries everything and prints it; code 3 when labs cannot run here.
pub fn run(shared: &Shared, arguments: &DoctorArguments) -> Outcome {
    let language = spoken();
    let places = super::places(shared)?;
    let environment = Environment::of_process();
    let facts = doctor::examine(&environment, &places, &super::start_options()?);
    let findings = doctor::findings(&facts, language);
    let status = doctor::worst(&findings);
    if arguments.json {
        let report = Report {
            schema: SCHEMA,
            status,
            findings: &findings,
            facts: &facts,
        };
        say!(
            "{}",
            serde_json::to_string_pretty(&report).expect("only text and numbers")
        );
    } else {
        put!("{}", doctor::render(&findings, speaks_utf8()));
        say!("\n{}", verdict(language, status));
    }
    Ok(match status {
        Status::Broken => ExitCode::from(3),
        Status::Fine | Status::Limited => ExitCode::SUCCESS,
    })
}

fn verdict(language: Language, status: Status) -> String {
    match status {
        Status::Fine => words::doctor_fine(language),
        Status::Limited => words::doctor_limited(language),
        Status::Broken => words::doctor_broken(language),
    }
}

/// By the locale, as a terminal is told; a file gets what a person will read.
fn speaks_utf8() -> bool {
    !std::io::stdout().is_terminal() || locale_is_utf8()
}
