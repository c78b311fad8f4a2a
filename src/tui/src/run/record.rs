//! Every event written down, and played again: what a learner saw can be seen
//! by whoever mends it.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::ops::ControlFlow;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::Arc;

use plimsoll_lab::course::Course;
use plimsoll_lab::progress::Progress;
use plimsoll_text::Language;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::buffer::Buffer;
use serde::{Deserialize, Serialize};

use super::RunError;
use crate::event::{Event, Moment};
use crate::geometry::Size;
use crate::model::{Model, Setting};
use crate::theme::Theme;
use crate::update::{open, update};
use crate::view::view;

const VERSION: u32 = 1;

/// What a recording may take of the disk, in bytes.
const LARGEST: u64 = 256 << 20;

/// The first line of a recording.
#[derive(Debug, Serialize, Deserialize)]
struct Head {
    version: u32,
    language: String,
    theme: Theme,
    size: Size,
    now: Moment,
    progress: Progress,
}

/// A later line: as it is read, and as it is written.
#[derive(Debug, Deserialize)]
enum Line {
    /// The lab that was opened at once.
    Opened(String),
    Happened(Box<Event>),
}

#[derive(Debug, Serialize)]
#[serde(rename = "Line")]
enum Said<'a> {
    Opened(&'a str),
    Happened(&'a Event),
}

/// Where events are written, if anywhere.
pub struct EventLog {
    file: Option<Written>,
    largest: u64,
}

/// The file, its name, and how much of it there is.
struct Written {
    file: BufWriter<File>,
    path: String,
    bytes: u64,
}

impl EventLog {
    /// Begins a recording with what the start knew.
    pub fn begin(path: Option<&Path>, setting: &Setting) -> Result<EventLog, RunError> {
        let largest = LARGEST;
        let Some(path) = path else {
            let file = None;
            return Ok(EventLog { file, largest });
        };
        // It holds what is typed: nobody else reads it, and no file is lost.
        let mut options = OpenOptions::new();
        options.write(true).create_new(true).mode(0o600);
        let name = path.display().to_string();
        let file = options.open(path).map_err(|source| RunError::Record {
            path: name.clone(),
            source,
        })?;
        let file = Written {
            file: BufWriter::new(file),
            path: name,
            bytes: 0,
        };
        let file = Some(file);
        let mut log = EventLog { file, largest };
        log.line(&Head {
            version: VERSION,
            language: setting.language.code().to_owned(),
            theme: setting.theme,
            size: setting.size,
            now: setting.now,
            progress: setting.progress.clone(),
        })?;
        Ok(log)
    }

    pub fn opened(&mut self, lab: &str) -> Result<(), RunError> {
        self.line(&Said::Opened(lab))
    }

    pub fn write(&mut self, event: &Event) -> Result<(), RunError> {
        self.line(&Said::Happened(event))
    }

    /// A line at a time reaches the file, so that a crash can be played again.
    /// Where it cannot be written, nothing more is: the interface goes on.
    fn line(&mut self, line: &impl Serialize) -> Result<(), RunError> {
        let Some(mut to) = self.file.take() else {
            return Ok(());
        };
        match to.line(line, self.largest) {
            Ok(()) => {
                self.file = Some(to);
                Ok(())
            }
            Err(source) => Err(RunError::Record {
                path: to.path,
                source,
            }),
        }
    }
}

impl Written {
    fn line(&mut self, line: &impl Serialize, largest: u64) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        self.bytes += text.len() as u64;
        if self.bytes > largest {
            let full = format!("it has reached its largest size, {} MiB", largest >> 20);
            return Err(io::Error::other(full));
        }
        self.file.write_all(&text)?;
        self.file.flush()
    }
}

/// Why a recording cannot be played.
#[derive(Debug, thiserror::Error)]
pub enum ReplayError {
    #[error("`{path}` cannot be read")]
    Read { path: String, source: io::Error },
    #[error("`{path}`, line {line}: no recording of events: {source}")]
    Line {
        path: String,
        line: usize,
        source: serde_json::Error,
    },
    #[error("`{path}` was written by another version of Plimsoll ({found}, not {VERSION})")]
    Version { path: String, found: u32 },
}

/// A moment of a recording.
#[derive(Debug)]
pub struct Played<'a> {
    /// Milliseconds since the beginning.
    pub at: u64,
    /// What happened, in one line; empty where only a lab was opened.
    pub event: String,
    /// The screen that came of it.
    pub screen: &'a Buffer,
}

/// Plays a recording: `see` is shown the moment after each event, until it
/// breaks off. Nothing is carried out.
///
/// # Errors
/// [`ReplayError`]: the file cannot be read or is none.
pub fn replay(
    path: &Path,
    course: Arc<Course>,
    mut see: impl FnMut(&Played<'_>) -> ControlFlow<()>,
) -> Result<(), ReplayError> {
    let name = path.display().to_string();
    let read = |source| ReplayError::Read {
        path: name.clone(),
        source,
    };
    let wrong = |line: usize| {
        let path = name.clone();
        move |source| ReplayError::Line { path, line, source }
    };
    let mut lines = BufReader::new(File::open(path).map_err(read)?).lines();
    let head = lines
        .next()
        .unwrap_or_else(|| Ok(String::new()))
        .map_err(read)?;
    let head: Head = serde_json::from_str(&head).map_err(wrong(1))?;
    if head.version != VERSION {
        return Err(ReplayError::Version {
            path: name,
            found: head.version,
        });
    }
    let begun = head.now;
    let mut model = Model::new(Setting {
        course,
        language: Language::named(&head.language).unwrap_or_default(),
        theme: head.theme,
        size: head.size,
        progress: head.progress,
        now: head.now,
    });
    for (index, line) in lines.enumerate() {
        let line = line.map_err(read)?;
        let mut said = String::new();
        match serde_json::from_str(&line).map_err(wrong(index + 2))? {
            Line::Opened(lab) => open(&mut model, &lab, &mut Vec::new()),
            Line::Happened(event) => {
                said = in_a_line(&event);
                // What it asks for was done when it was recorded.
                drop(update(&mut model, *event));
            }
        }
        let backend = TestBackend::new(model.size.columns, model.size.rows);
        // This terminal is memory: nothing of it can fail.
        let Ok(mut terminal) = Terminal::new(backend);
        let Ok(_) = terminal.draw(|frame| view(&model, frame));
        let moment = Played {
            at: model.now.saturating_sub(begun),
            event: said,
            screen: terminal.backend().buffer(),
        };
        if see(&moment).is_break() {
            break;
        }
    }
    Ok(())
}

/// The event as Rust writes it, no longer than a line may be.
fn in_a_line(event: &Event) -> String {
    const LONGEST: usize = 160;
    let mut said = format!("{:?}", event.what);
    if let Some((end, _)) = said.char_indices().nth(LONGEST) {
        said.truncate(end);
        said.push('…');
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::{Input, LabEvent, ShellEvent, What};
    use crate::terminal::shell::Output;
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

    const BEGUN: Moment = 1_772_366_400_000;

    fn setting() -> Setting {
        Setting {
            course: Arc::new(Course::embedded()),
            language: Language::French,
            theme: Theme::default(),
            size: Size::told(90, 28),
            progress: Progress::default(),
            now: BEGUN,
        }
    }

    fn happenings() -> Vec<What> {
        let lab = || "hello-world".to_owned();
        let key = |code, modifiers| What::Input(Input::Key(KeyEvent::new(code, modifiers)));
        vec![
            What::Lab {
                lab: lab(),
                what: LabEvent::Entered(Box::default()),
            },
            What::Shell {
                lab: lab(),
                what: ShellEvent::Output(Output::from(
                    "lab$ \u{1b}[1mé\u{1b}[0m".as_bytes().to_vec(),
                )),
            },
            What::Input(Input::Resize(100, 30)),
            key(KeyCode::Char('g'), KeyModifiers::CONTROL),
            key(KeyCode::Char('?'), KeyModifiers::NONE),
        ]
    }

    fn drawn(model: &Model) -> Buffer {
        let backend = TestBackend::new(model.size.columns, model.size.rows);
        let Ok(mut terminal) = Terminal::new(backend);
        let Ok(_) = terminal.draw(|frame| view(model, frame));
        terminal.backend().buffer().clone()
    }

    /// What is seen live, while it is written down.
    fn live(path: &Path) -> Vec<(u64, Buffer)> {
        let mut log = EventLog::begin(Some(path), &setting()).expect("a file of the test's own");
        let mut model = Model::new(setting());
        open(&mut model, "hello-world", &mut Vec::new());
        log.opened("hello-world").expect("it is written");
        let mut seen = vec![(0, drawn(&model))];
        for (what, at) in happenings().into_iter().zip(1..) {
            let at = BEGUN + at * 250;
            let event = Event { at, what };
            log.write(&event).expect("it is written");
            drop(update(&mut model, event));
            seen.push((at - BEGUN, drawn(&model)));
        }
        seen
    }

    #[test]
    fn what_is_played_again_is_what_was_seen() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("events");
        let seen = live(&path);
        let mut again = Vec::new();
        replay(&path, Arc::new(Course::embedded()), |moment| {
            again.push((moment.at, moment.screen.clone()));
            ControlFlow::Continue(())
        })
        .expect("it can be played");
        assert_eq!(again.len(), seen.len());
        for (one, other) in again.iter().zip(&seen) {
            assert_eq!(one, other);
        }
        assert_ne!(seen[4].1, seen[5].1, "the help covers the lab");
    }

    #[test]
    fn it_is_the_learners_alone_takes_no_files_place_and_has_an_end() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("events");
        let mut log = EventLog::begin(Some(&path), &setting()).expect("a file of the test's own");
        let mode = std::fs::metadata(&path).expect("it is there").permissions();
        assert_eq!(mode.mode() & 0o777, 0o600);
        let again = EventLog::begin(Some(&path), &setting());
        assert!(again.is_err(), "a file that is there is kept");
        let before = std::fs::read(&path).expect("as written");
        log.largest = before.len() as u64 + 10;
        let full = log.opened("hello-world").expect_err("it is full");
        assert!(full.to_string().contains("events"), "{full}");
        // Once said, no more is.
        log.opened("hello-world").expect("nothing is written");
        assert_eq!(std::fs::read(&path).expect("as written"), before);
    }

    #[test]
    fn it_can_be_broken_off() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("events");
        live(&path);
        let mut count = 0;
        replay(&path, Arc::new(Course::embedded()), |_| {
            count += 1;
            ControlFlow::Break(())
        })
        .expect("it can be played");
        assert_eq!(count, 1);
    }

    #[test]
    fn what_is_no_recording_is_told_by_file_and_line() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("events");
        let play = |text: &str| {
            std::fs::write(&path, text).expect("a file of the test's own");
            let course = Arc::new(Course::embedded());
            let error = replay(&path, course, |_| ControlFlow::Continue(()));
            error.expect_err("it is none").to_string()
        };
        assert!(play("").contains("line 1"));
        assert!(play("{\"not\": \"one\"}\n").contains("line 1"));
        std::fs::remove_file(&path).expect("it is there");
        live(&path);
        let whole = std::fs::read_to_string(&path).expect("as written");
        let torn = &whole[..whole.len() - 20];
        let last = torn.lines().count();
        assert!(play(torn).contains(&format!("line {last}")));
        assert!(
            play(&whole.replacen("\"version\":1", "\"version\":9", 1)).contains("another version")
        );
    }
}
