//! The lab's journal as a learner reads it: one entry, one plain sentence.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader};

use jiff::Timestamp;
use plimsoll_api::client::{Client, Query, Request};
use plimsoll_api::error::ClientError;
use plimsoll_api::lab::JournalEntry;
use plimsoll_lab::schema::Step;
use plimsoll_lab::undo::step_of;
use plimsoll_lab::world::PROBE_NAME;
use plimsoll_text::{Language, spoken};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Health;
use super::text::{clean, short_id};
use crate::words;

/// How many entries are kept: the newest.
pub const MOST_ENTRIES: usize = 2000;

/// Why there is nothing to read.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Docker, Podman.
    #[error("{}", words::journal_none(spoken()))]
    None,
    #[error(transparent)]
    Engine(#[from] ClientError),
}

/// Something that the engine did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Counts from 1.
    pub seq: u64,
    pub time: Option<Timestamp>,
    /// As the journal has it: `container.start`.
    pub kind: String,
    /// The container, volume, image or lab that it is about, as people call it.
    pub name: String,
    pub act: Act,
}

/// What was done, with what is worth telling of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    LabStarted,
    /// The lab was kept as it was, to go back to.
    LabKept,
    /// It went back: what was done since counts no more.
    LabRestored,
    /// As [`Act::LabKept`], at the start of a step of the lesson, from 1.
    StepKept {
        step: usize,
    },
    /// As [`Act::LabRestored`], to the start of a step.
    StepRestored {
        step: usize,
    },
    ImagePulled,
    ImageTagged,
    ImageUntagged,
    ImageRemoved,
    ContainerCreated {
        image: String,
    },
    ContainerStarted,
    ContainerEnded {
        exit_code: i64,
    },
    ContainerKilled {
        signal: String,
    },
    ContainerStopped,
    ContainerRestarted,
    ContainerPaused,
    ContainerResumed,
    ContainerRenamed {
        before: String,
    },
    ContainerRemoved,
    ContainerResized,
    CommandRan {
        command: String,
    },
    CommandEnded {
        exit_code: i64,
    },
    HealthChanged {
        health: Health,
    },
    FilesCopiedIn {
        path: String,
    },
    Exported,
    Attached,
    Detached,
    ContainerUpdated,
    VolumeCreated,
    VolumeRemoved,
    /// A kind that this version does not know.
    Other,
}

/// The entries after number `since`, oldest first, at most [`MOST_ENTRIES`].
///
/// # Errors
/// [`JournalError::None`] for another engine; it cannot be reached, or answers
/// nonsense.
pub fn read(client: &Client, since: u64) -> Result<Vec<Entry>, JournalError> {
    let query = Query::new().text("since", &since.to_string());
    let request = Request::get("/plimsoll/v1/journal").query(query);
    let reply = match client.request(request) {
        Ok(reply) => reply,
        Err(error) if error.is_not_found() => return Err(JournalError::None),
        Err(error) => return Err(error.into()),
    };
    let broken = |source: io::Error| ClientError::Transport {
        request: "GET /plimsoll/v1/journal".to_owned(),
        source,
    };
    let mut newest = VecDeque::new();
    for line in BufReader::new(reply).split(b'\n') {
        let line = line.map_err(broken)?;
        // The file is the learner's: what they wrote into it is passed over.
        let line: Option<JournalEntry> = serde_json::from_slice(&line).ok();
        let Some(line) = line.filter(is_told) else {
            continue;
        };
        if newest.len() == MOST_ENTRIES {
            newest.pop_front();
        }
        newest.push_back(Entry::of(&line));
    }
    Ok(newest.into())
}

/// Worth a line: not about a copy that a grader made to look at; a command once,
/// when it starts; and no files that were only read, as every look at a page is.
fn is_told(line: &JournalEntry) -> bool {
    if matches!(
        line.kind.as_str(),
        "container.exec_create" | "container.archive-path"
    ) {
        return false;
    }
    let name = line.data.get("name").and_then(Value::as_str);
    !name.is_some_and(|name| name.starts_with(PROBE_NAME))
}

/// `docker.io/library/nginx:latest` as people type it.
fn familiar(reference: &str) -> String {
    let short = reference.strip_prefix("docker.io/").unwrap_or(reference);
    short.strip_prefix("library/").unwrap_or(short).to_owned()
}

fn act(line: &JournalEntry, text: impl Fn(&str) -> String) -> Act {
    let code = || {
        line.data
            .get("exit_code")
            .and_then(Value::as_i64)
            .unwrap_or(0)
    };
    match line.kind.as_str() {
        "lab.start" => Act::LabStarted,
        "lab.snapshot" => Act::LabKept,
        "lab.restore" => Act::LabRestored,
        "image.pull" => Act::ImagePulled,
        "image.tag" => Act::ImageTagged,
        "image.untag" => Act::ImageUntagged,
        "image.delete" => Act::ImageRemoved,
        "container.create" => Act::ContainerCreated {
            image: text("reference"),
        },
        "container.start" => Act::ContainerStarted,
        "container.die" => Act::ContainerEnded { exit_code: code() },
        "container.kill" => Act::ContainerKilled {
            signal: signal_name(&text("signal")),
        },
        "container.stop" => Act::ContainerStopped,
        "container.restart" => Act::ContainerRestarted,
        "container.pause" => Act::ContainerPaused,
        "container.unpause" => Act::ContainerResumed,
        "container.rename" => Act::ContainerRenamed {
            before: text("oldName").trim_start_matches('/').to_owned(),
        },
        "container.destroy" => Act::ContainerRemoved,
        "container.resize" => Act::ContainerResized,
        "container.exec_start" => Act::CommandRan {
            command: text("command"),
        },
        "container.exec_die" => Act::CommandEnded { exit_code: code() },
        "container.health_status" => match Health::of_word(&text("command")) {
            Some(health) => Act::HealthChanged { health },
            None => Act::Other,
        },
        "container.extract-to-dir" => Act::FilesCopiedIn { path: text("path") },
        "container.export" => Act::Exported,
        "container.attach" => Act::Attached,
        "container.detach" => Act::Detached,
        "container.update" => Act::ContainerUpdated,
        "volume.create" => Act::VolumeCreated,
        "volume.destroy" => Act::VolumeRemoved,
        _ => Act::Other,
    }
}

/// `15` as people know it; the numbers are those of signal(7) on x86 and ARM.
fn signal_name(number: &str) -> String {
    let name = match number {
        "1" => "HUP",
        "2" => "INT",
        "3" => "QUIT",
        "9" => "KILL",
        "10" => "USR1",
        "12" => "USR2",
        "15" => "TERM",
        "18" => "CONT",
        "19" => "STOP",
        "28" => "WINCH",
        _ => return number.to_owned(),
    };
    format!("SIG{name}")
}

impl Entry {
    /// From a line of the journal.
    #[must_use]
    pub fn of(line: &JournalEntry) -> Entry {
        let text = |name: &str| {
            clean(
                line.data
                    .get(name)
                    .and_then(Value::as_str)
                    .unwrap_or_default(),
            )
        };
        let reference = text("reference");
        let name = match line.kind.split_once('.') {
            Some(("image", _)) if !reference.is_empty() => familiar(&reference),
            Some(("image", _)) => short_id(&line.subject),
            Some(("container", _)) => match text("name") {
                name if name.is_empty() => short_id(&line.subject),
                name => name,
            },
            Some(("volume", _)) if line.subject.len() == 64 => short_id(&line.subject),
            _ => clean(&line.subject),
        };
        Entry {
            seq: line.seq,
            time: line.time.parse().ok(),
            kind: clean(&line.kind),
            name,
            act: act(line, text),
        }
    }

    /// Takes the lesson's steps for what they are: only the lab knows their names.
    pub fn know_steps(&mut self, steps: &[Step]) {
        let Some(step) = step_of(steps, &self.name) else {
            return;
        };
        match self.act {
            Act::LabKept => self.act = Act::StepKept { step },
            Act::LabRestored => self.act = Act::StepRestored { step },
            _ => {}
        }
    }

    /// Whether it is about a container, and which.
    #[must_use]
    pub fn container(&self) -> Option<&str> {
        self.kind
            .starts_with("container.")
            .then_some(self.name.as_str())
    }

    /// The sentence.
    #[must_use]
    pub fn words(&self, language: Language) -> String {
        let name = self.name.as_str();
        match &self.act {
            Act::LabStarted => words::journal_lab_started(language, name),
            Act::LabKept => words::journal_lab_kept(language, name),
            Act::LabRestored => words::journal_lab_restored(language, name),
            Act::StepKept { step } => words::journal_step_kept(language, *step),
            Act::StepRestored { step } => words::journal_step_restored(language, *step),
            Act::ImagePulled => words::journal_image_pulled(language, name),
            Act::ImageTagged => words::journal_image_tagged(language, name),
            Act::ImageUntagged => words::journal_image_untagged(language, name),
            Act::ImageRemoved => words::journal_image_removed(language, name),
            Act::VolumeCreated => words::journal_volume_created(language, name),
            Act::VolumeRemoved => words::journal_volume_removed(language, name),
            Act::Other => words::journal_other(language, self.kind.as_str(), name),
            _ => self.container_words(language),
        }
    }

    fn container_words(&self, language: Language) -> String {
        let name = self.name.as_str();
        match &self.act {
            Act::ContainerCreated { image } => {
                words::journal_created(language, image.as_str(), name)
            }
            Act::ContainerStarted => words::journal_started(language, name),
            Act::ContainerEnded { exit_code } => words::journal_ended(language, *exit_code, name),
            Act::ContainerKilled { signal } => {
                words::journal_killed(language, name, signal.as_str())
            }
            Act::ContainerStopped => words::journal_stopped(language, name),
            Act::ContainerRestarted => words::journal_restarted(language, name),
            Act::ContainerPaused => words::journal_paused(language, name),
            Act::ContainerResumed => words::journal_resumed(language, name),
            Act::ContainerRenamed { before } => {
                words::journal_renamed(language, before.as_str(), name)
            }
            Act::ContainerRemoved => words::journal_removed(language, name),
            Act::ContainerResized => words::journal_resized(language, name),
            Act::ContainerUpdated => words::journal_updated(language, name),
            Act::CommandRan { command } => {
                words::journal_exec_started(language, command.as_str(), name)
            }
            Act::CommandEnded { exit_code } => {
                words::journal_exec_ended(language, *exit_code, name)
            }
            Act::HealthChanged { health } => {
                words::journal_health(language, health.words(language), name)
            }
            Act::FilesCopiedIn { path } => words::journal_copied_in(language, name, path.as_str()),
            Act::Exported => words::journal_exported(language, name),
            Act::Attached => words::journal_attached(language, name),
            _ => words::journal_detached(language, name),
        }
    }
}
