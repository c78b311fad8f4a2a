//! Plays a file that `plimsoll --record FILE` wrote, into the same `update` and
//! `view`: what a learner saw, seen by whoever mends it.
//!
//! ```console
//! $ cargo xtask replay FILE
//! ```
//!
//! In a terminal it plays in the time it took, long pauses cut short: Space
//! holds, → goes on by one event, q ends. In a pipe each screen is printed once,
//! with its time and the event it came of.

use std::io::{self, IsTerminal, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use clap::Parser;
use crossterm::event::{self, Event, KeyCode};
use plimsoll_lab::course::Course;
use plimsoll_tui::run::{Played, replay};
use ratatui::DefaultTerminal;
use ratatui::buffer::Buffer;

/// Nothing happens for longer than this, in milliseconds.
const LONGEST_PAUSE: u64 = 1_500;

/// Play what `plimsoll --record FILE` wrote.
#[derive(Parser)]
struct Arguments {
    /// The recording
    file: PathBuf,
    /// The course it was made with, where it is not the one in the tree
    #[arg(long, value_name = "DIR")]
    course: Option<PathBuf>,
    /// How many times faster than it was
    #[arg(long, default_value_t = 1.0, value_parser = positive)]
    speed: f64,
}

fn positive(text: &str) -> Result<f64, String> {
    let speed = text.parse::<f64>().map_err(|error| error.to_string())?;
    match speed.is_finite() && speed > 0.0 {
        true => Ok(speed),
        false => Err("must be greater than 0".to_owned()),
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match play(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}

fn play(arguments: &Arguments) -> Result<(), String> {
    let course = match &arguments.course {
        Some(folder) => {
            let loaded = Course::folder(folder).map_err(|error| error.to_string())?;
            loaded.course
        }
        None => Course::embedded(),
    };
    let course = Arc::new(course);
    if !io::stdout().is_terminal() {
        let mut printed = Printed::default();
        return told(replay(&arguments.file, course, |moment| {
            printed.print(moment)
        }));
    }
    let mut stage = Stage::new(arguments.speed);
    let played = replay(&arguments.file, course, |moment| stage.show(moment));
    if played.is_ok() && !stage.left {
        stage.hold();
    }
    ratatui::restore();
    told(played)
}

fn told(played: Result<(), plimsoll_tui::run::ReplayError>) -> Result<(), String> {
    played.map_err(|error| {
        let cause = std::error::Error::source(&error).map(ToString::to_string);
        let said = error.to_string();
        match cause.filter(|cause| !said.contains(cause.as_str())) {
            Some(cause) => format!("{said}: {cause}"),
            None => said,
        }
    })
}

/// Screens as text, each once.
#[derive(Default)]
struct Printed {
    last: Vec<String>,
}

impl Printed {
    fn print(&mut self, moment: &Played<'_>) -> ControlFlow<()> {
        let rows = rows(moment.screen);
        let seconds = Duration::from_millis(moment.at).as_secs_f64();
        let mut out = io::stdout().lock();
        let mut written = writeln!(out, "── {seconds:.3} s  {}", moment.event);
        if rows != self.last {
            for row in &rows {
                written = written.and_then(|()| writeln!(out, "{row}"));
            }
        }
        self.last = rows;
        // A reader that has seen enough, like `head`.
        match written {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }
}

fn rows(screen: &Buffer) -> Vec<String> {
    let width = usize::from(screen.area.width).max(1);
    let row = |cells: &[ratatui::buffer::Cell]| {
        let text: String = cells.iter().map(ratatui::buffer::Cell::symbol).collect();
        text.trim_end().to_owned()
    };
    screen.content.chunks(width).map(row).collect()
}

/// This terminal, as the learner's.
struct Stage {
    terminal: DefaultTerminal,
    speed: f64,
    at: u64,
    held: bool,
    left: bool,
}

impl Stage {
    fn new(speed: f64) -> Stage {
        Stage {
            terminal: ratatui::init(),
            speed,
            at: 0,
            held: false,
            left: false,
        }
    }

    fn show(&mut self, moment: &Played<'_>) -> ControlFlow<()> {
        let pause = moment.at.saturating_sub(self.at).min(LONGEST_PAUSE);
        self.at = moment.at;
        if self.pause(Duration::from_millis(pause).div_f64(self.speed)) {
            self.left = true;
            return ControlFlow::Break(());
        }
        let drawn = self.terminal.draw(|frame| {
            let area = frame.area().intersection(moment.screen.area);
            for position in area.positions() {
                frame.buffer_mut()[position] = moment.screen[position].clone();
            }
        });
        match drawn {
            Ok(_) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    }

    /// Whether the viewer leaves. Held, it lasts until the next key.
    fn pause(&mut self, mut rest: Duration) -> bool {
        loop {
            let begun = std::time::Instant::now();
            let limit = if self.held { Duration::MAX } else { rest };
            match next_key(limit) {
                Some(KeyCode::Char('q') | KeyCode::Esc) => return true,
                Some(KeyCode::Char(' ')) => self.held = !self.held,
                Some(KeyCode::Right) => return false,
                Some(_) => {}
                None if !self.held => return false,
                None => {}
            }
            rest = rest.saturating_sub(begun.elapsed());
        }
    }

    /// The last screen stays until a key.
    fn hold(&mut self) {
        while next_key(Duration::MAX).is_none() {}
    }
}

fn next_key(limit: Duration) -> Option<KeyCode> {
    let limit = limit.min(Duration::from_secs(3600));
    // A terminal that is gone leaves as a viewer does.
    match event::poll(limit) {
        Ok(false) => None,
        Ok(true) => match event::read() {
            Ok(Event::Key(key)) => Some(key.code),
            Ok(_) => None,
            Err(_) => Some(KeyCode::Esc),
        },
        Err(_) => Some(KeyCode::Esc),
    }
}
