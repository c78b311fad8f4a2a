//! `plimsoll demo [LAB...]`: the main job without hands.

use std::process::ExitCode;

use plimsoll_host::LabName;
use plimsoll_lab::course::Lab;
use plimsoll_lab::report::{self, Reader};
use plimsoll_text::spoken;

use super::{Outcome, labs};
use crate::arguments::{DemoArguments, Shared};
use crate::classroom::{Classroom, refuse_in_submission};
use crate::failure::{Failure, Kind};
use crate::playing::{self, Playground};
use crate::words;

/// Plays each lab's reference solution in a fresh lab and grades it. The code
/// is the worst of the labs'.
pub fn run(shared: &Shared, arguments: &DemoArguments) -> Outcome {
    refuse_in_submission("demo")?;
    let room = Classroom::open(shared)?;
    let chosen: Vec<&Lab> = if arguments.labs.is_empty() {
        room.course.labs.iter().collect()
    } else {
        let named = |name: &LabName| room.lab(name);
        arguments.labs.iter().map(named).collect::<Result<_, _>>()?
    };
    let mut worst = 0;
    for lab in chosen {
        worst = worst.max(play(&room, lab)?);
    }
    say!("{}", "─".repeat(80));
    put!("{}", labs::in_words(&room, &room.progress()?));
    Ok(ExitCode::from(worst))
}

/// As it has to be typed.
fn quoted(value: &str) -> String {
    let plain = |letter: char| letter.is_alphanumeric() || "-_./:".contains(letter);
    if !value.is_empty() && value.chars().all(plain) {
        return value.to_owned();
    }
    format!("'{}'", value.replace('\'', r"'\''"))
}

fn play(room: &Classroom, lab: &Lab) -> Result<u8, Failure> {
    let language = spoken();
    let Some(attempt) = lab.reference() else {
        let message = words::demo_no_reference(language, lab.name.as_str());
        return Err(Failure::new(Kind::Usage, message));
    };
    say!("{}", "─".repeat(80));
    say!(
        "{}\n{}\n",
        lab.title(language),
        lab.file.summary.get(language)
    );
    for (question, value) in &attempt.answers {
        let name = &lab.name;
        say!("lab$ plimsoll answer {name} {question} {}", quoted(value));
    }
    for line in attempt.script.lines().filter(|line| !line.starts_with('#')) {
        say!("lab$ {line}");
    }
    let ground = Playground::new(room, lab)?;
    let played = ground.play(attempt)?;
    say!();
    for line in played.output.lines() {
        say!("  {line}");
    }
    if !played.status.success() {
        let ended = playing::script_ended(language, played.status);
        say!("  ({ended})");
    }
    let result = ground.grade()?;
    say!();
    put!(
        "{}",
        report::in_words(&lab.file.title, &result, room.style(Reader::Teacher))
    );
    Ok(result.exit_code())
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn an_answer_is_shown_as_it_is_typed() {
        assert_eq!(quoted("all"), "all");
        assert_eq!(quoted("/usr/share"), "/usr/share");
        assert_eq!(quoted("it's two words"), r"'it'\''s two words'");
        assert_eq!(quoted(""), "''");
    }
}
