//! Whether this terminal can show the interface, and showing it.

use std::ffi::OsStr;
use std::io::IsTerminal;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;

use plimsoll_text::spoken;
use plimsoll_tui::geometry::Size;
use plimsoll_tui::model::Setting;
use plimsoll_tui::run::{Colours, Options, now};
use plimsoll_tui::theme::{Palette, Symbols, Theme};

use super::outside::Binary;
use crate::arguments::Shared;
use crate::classroom::{Classroom, speaks_utf8};
use crate::commands::Outcome;
use crate::failure::{Failure, Kind};
use crate::words;

/// What the learner asked for.
#[derive(Debug, Default)]
pub struct Wish {
    /// The lab to open at once.
    pub lab: Option<String>,
    /// Where to write every event.
    pub record: Option<PathBuf>,
}

/// How the interface shows itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    FullScreen,
    /// Lines: for a `dumb` terminal, and for a screen reader (`--plain`).
    Guided,
    /// Nobody sits there, or in a lab's shell already: lists and lessons.
    None,
}

/// The form for this terminal and this wish.
pub fn form(plain: bool) -> Form {
    let inside = std::env::var_os("PLIMSOLL_LAB").is_some();
    let both = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    let term = std::env::var_os("TERM").unwrap_or_default();
    if inside || !both {
        Form::None
    } else if plain || term.is_empty() || term == OsStr::new("dumb") {
        Form::Guided
    } else {
        Form::FullScreen
    }
}

/// Shows the interface until the learner leaves it.
///
/// # Errors
/// The course or the progress cannot be read, or the terminal cannot be used.
pub fn run(shared: &Shared, wish: Wish) -> Outcome {
    let room = Classroom::open(shared)?;
    let (theme, colours) = theme();
    let setting = Setting {
        course: Arc::new(room.course.clone()),
        language: spoken(),
        theme,
        size: Size::told(0, 0),
        progress: room.progress()?,
        now: now(),
    };
    let options = Options {
        lab: wish.lab,
        record: wish.record,
        colours,
    };
    let outside = Arc::new(Binary::new(shared.clone(), room)?);
    plimsoll_tui::run::run(setting, outside, options).map_err(|error| {
        Failure::from_error(Kind::Environment, &error).hint(words::no_full_screen_hint(spoken()))
    })?;
    Ok(ExitCode::SUCCESS)
}

/// Colours and marks that this terminal shows, and whether it is to be asked about
/// the first: not where somebody has said it, and not the Linux console, which is
/// dark and does not answer.
fn theme() -> (Theme, Colours) {
    let no_colour = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    let wished = std::env::var("PLIMSOLL_THEME").unwrap_or_default();
    let is_console = std::env::var_os("TERM").is_some_and(|term| term == "linux");
    let (palette, colours) = match wished.as_str() {
        _ if no_colour => (Palette::None, Colours::Known),
        "light" => (Palette::Light, Colours::Known),
        "dark" => (Palette::Dark, Colours::Known),
        _ if is_console => (Palette::Dark, Colours::Known),
        _ => (background(), Colours::Asked),
    };
    let symbols = match speaks_utf8() {
        true => Symbols::Unicode,
        false => Symbols::Ascii,
    };
    (Theme { palette, symbols }, colours)
}

/// Some terminals that do not answer say what their colours are all the same: `COLORFGBG` is `foreground;background`
/// in the sixteen colours, of which 7 and 15 are light.
fn background() -> Palette {
    let told = std::env::var("COLORFGBG").unwrap_or_default();
    match told.rsplit(';').next() {
        Some("7" | "15") => Palette::Light,
        _ => Palette::Dark,
    }
}
