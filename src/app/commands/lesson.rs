//! `plimsoll LAB`: the interface at that lab; without a terminal for it, the
//! lesson, to be read beside the shell.

use std::ffi::OsString;
use std::process::ExitCode;

use plimsoll_lab::book_link::BookLink;
use plimsoll_lab::schema::nearest;

use super::Outcome;
use crate::arguments::{Interface, Shared, command_names};
use crate::classroom::Classroom;
use crate::failure::{Failure, Kind};
use crate::interface::{self, Form};

/// Opens the lab, or prints its lesson; what is neither command nor lab is told with what it is
/// near to.
pub fn run(shared: &Shared, words: &[OsString], wish: Interface) -> Outcome {
    let room = Classroom::open(shared)?;
    let [word, rest @ ..] = words else {
        return Err(Failure::new(Kind::Usage, "a command is missing"));
    };
    let word = word.to_string_lossy();
    let Some(lab) = room.course.lab(&word) else {
        let labs = room.course.labs.iter().map(|lab| lab.name.clone());
        let names: Vec<String> = command_names().into_iter().chain(labs).collect();
        let near = nearest(&word, names.iter().map(String::as_str));
        let message = format!("`{word}` is neither a command nor a lab");
        return Err(Failure::new(Kind::Usage, message).hint(match near {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => "`plimsoll labs` lists the labs, `plimsoll --help` the commands".to_owned(),
        }));
    };
    if let Some(extra) = rest.first() {
        let message = format!("`plimsoll {word}` takes no `{}`", extra.to_string_lossy());
        return Err(Failure::new(Kind::Usage, message)
            .hint(format!("`plimsoll shell {word}` opens the lab's shell")));
    }
    match interface::form(wish.plain) {
        Form::FullScreen => {
            let (lab, record) = (Some(lab.name.clone()), wish.record);
            return interface::run(shared, interface::Wish { lab, record });
        }
        Form::Guided => return interface::guide(shared, &lab.name),
        Form::None => {}
    }
    put!("{}", readable(lab.lesson.get(room.language)));
    Ok(ExitCode::SUCCESS)
}

/// The lesson as it was written, without what only a program needs: the steps'
/// names behind their headings. A link into the book becomes what to type.
fn readable(lesson: &str) -> String {
    let line = |line: &str| match line.rsplit_once(" {#") {
        Some((heading, _)) if line.starts_with('#') && line.ends_with('}') => {
            format!("{heading}\n")
        }
        _ => format!("{line}\n"),
    };
    with_commands(lesson).lines().map(line).collect()
}

/// `[volumes](book:PAGE)` as ``volumes (`plimsoll book PAGE`)``.
fn with_commands(lesson: &str) -> String {
    let mut shown = String::with_capacity(lesson.len());
    let mut rest = lesson;
    while let Some(middle) = rest.find("](book:") {
        let (words, link) = (&rest[..middle], &rest[middle + 2..]);
        let found = words
            .rfind('[')
            .zip(link.find(')'))
            .and_then(|(open, end)| Some((open, end, BookLink::of_destination(&link[..end])?)));
        let Some((open, end, meant)) = found else {
            shown.push_str(&rest[..middle + 2]);
            rest = link;
            continue;
        };
        shown.push_str(&words[..open]);
        shown.push_str(&words[open + 1..]);
        shown.push_str(&format!(" (`{}`)", meant.command()));
        rest = &link[end + 1..];
    }
    shown.push_str(rest);
    shown
}

#[cfg(test)]
mod tests {
    use super::readable;

    #[test]
    fn headings_lose_their_names_and_nothing_else_changes() {
        let lesson = "# Title\n\n## Run it {#run}\n\n`{{json}} {#x}`\n";
        assert_eq!(
            readable(lesson),
            "# Title\n\n## Run it\n\n`{{json}} {#x}`\n"
        );
    }

    #[test]
    fn a_link_into_the_book_becomes_what_to_type() {
        assert_eq!(
            readable("See [the\nvolumes](book:course/keeping-data#volumes), [x](https://e.org)."),
            "See the\nvolumes (`plimsoll book course/keeping-data#volumes`), [x](https://e.org).\n"
        );
        assert_eq!(
            readable("[x](book:../y) z](book:a"),
            "[x](book:../y) z](book:a\n"
        );
    }
}
