//! `plimsoll LAB`: the interface at that lab; without a terminal for it, the
//! lesson, to be read beside the shell.

use std::ffi::OsString;
use std::process::ExitCode;

use plimsoll_lab::schema::nearest;
use plimsoll_text::spoken;
use plimsoll_tui::lesson::{Lesson, Part, plain};

use super::Outcome;
use crate::arguments::{Interface, Shared, command_names};
use crate::classroom::Classroom;
use crate::failure::{Failure, Kind};
use crate::interface::{self, Form};
use crate::output::reading_width;
use crate::words;

/// Opens the lab, or prints its lesson; what is neither command nor lab is told with what it is
/// near to.
pub fn run(shared: &Shared, words: &[OsString], wish: Interface) -> Outcome {
    let language = spoken();
    let room = Classroom::open(shared)?;
    let [word, rest @ ..] = words else {
        return Err(Failure::new(
            Kind::Usage,
            words::lesson_no_command(language),
        ));
    };
    let word = word.to_string_lossy();
    let Some(lab) = room.course.lab(&word) else {
        let labs = room.course.labs.iter().map(|lab| lab.name.clone());
        let names: Vec<String> = command_names().into_iter().chain(labs).collect();
        let near = nearest(&word, names.iter().map(String::as_str));
        let message = words::lesson_neither(language, &*word);
        return Err(Failure::new(Kind::Usage, message).hint(match near {
            Some(meant) => words::typed_did_you_mean(language, meant),
            None => words::lesson_lists(language),
        }));
    };
    if let Some(extra) = rest.first() {
        let message = words::lesson_takes_no(language, &*word, extra.to_string_lossy());
        return Err(Failure::new(Kind::Usage, message).hint(words::lesson_shell(language, &*word)));
    }
    match interface::form(wish.plain) {
        Form::FullScreen => {
            let (lab, record) = (Some(lab.name.clone()), wish.record);
            return interface::run(shared, interface::Wish { lab, record });
        }
        Form::Guided => return interface::guide(shared, &lab.name),
        Form::None => {}
    }
    let lesson = Lesson::parse(lab.lesson.get(language));
    put!("{}", plain(&lesson, Part::Whole, reading_width(), language));
    Ok(ExitCode::SUCCESS)
}
