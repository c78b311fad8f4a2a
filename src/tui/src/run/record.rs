//! Every event written down, and played again: what a learner saw can be seen
//! by whoever mends it.

use std::fs::File;
use std::io::{self, BufRead, BufReader, BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use plimsoll_lab::course::Course;
use plimsoll_lab::progress::Progress;
use plimsoll_text::Language;
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use serde::{Deserialize, Serialize};

use super::RunError;
use crate::event::{Event, Moment};
use crate::geometry::Size;
use crate::model::{Model, Setting};
use crate::theme::Theme;
use crate::update::{open, update};
use crate::view::view;

const VERSION: u32 = 1;

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

/// A later line.
#[derive(Debug, Serialize, Deserialize)]
enum Line {
    /// The lab that was opened at once.
    Opened(String),
    Happened(Box<Event>),
}

/// Where events are written, if anywhere.
pub struct EventLog {
    file: Option<(BufWriter<File>, String)>,
}

impl EventLog {
    /// Begins a recording with what the start knew.
    pub fn begin(path: Option<&Path>, setting: &Setting) -> Result<EventLog, RunError> {
        let Some(path) = path else {
            return Ok(EventLog { file: None });
        };
        let name = path.display().to_string();
        let file = File::create(path).map_err(|source| RunError::Record {
            path: name.clone(),
            source,
        })?;
        let mut log = EventLog {
            file: Some((BufWriter::new(file), name)),
        };
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

    pub fn opened(&mut self, lab: &str) {
        // The next line fails in the same way and is reported.
        let _ = self.line(&Line::Opened(lab.to_owned()));
    }

    pub fn write(&mut self, event: &Event) -> Result<(), RunError> {
        if self.file.is_none() {
            return Ok(());
        }
        self.line(&Line::Happened(Box::new(event.clone())))
    }

    /// A line at a time reaches the file, so that a crash can be played again.
    fn line(&mut self, line: &impl Serialize) -> Result<(), RunError> {
        let Some((file, path)) = &mut self.file else {
            return Ok(());
        };
        let written = serde_json::to_writer(&mut *file, line)
            .map_err(io::Error::from)
            .and_then(|()| file.write_all(b"\n"))
            .and_then(|()| file.flush());
        written.map_err(|source| RunError::Record {
            path: path.clone(),
            source,
        })
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

/// Plays a recording: after each event `see` gets the screen, as text, and the
/// milliseconds since the beginning. Nothing is carried out.
///
/// # Errors
/// [`ReplayError`]: the file cannot be read or is none.
pub fn replay(
    path: &Path,
    course: Arc<Course>,
    mut see: impl FnMut(u64, &ratatui::buffer::Buffer),
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
        language: Language::choose(Some(&head.language), |_| None),
        theme: head.theme,
        size: head.size,
        progress: head.progress,
        now: head.now,
    });
    for (index, line) in lines.enumerate() {
        let line = line.map_err(read)?;
        match serde_json::from_str(&line).map_err(wrong(index + 2))? {
            Line::Opened(lab) => open(&mut model, &lab, &mut Vec::new()),
            Line::Happened(event) => {
                // What it asks for was done when it was recorded.
                drop(update(&mut model, *event));
            }
        }
        let backend = TestBackend::new(model.size.columns, model.size.rows);
        // This terminal is memory: nothing of it can fail.
        let Ok(mut terminal) = Terminal::new(backend);
        let Ok(_) = terminal.draw(|frame| view(&model, frame));
        see(model.now.saturating_sub(begun), terminal.backend().buffer());
    }
    Ok(())
}
