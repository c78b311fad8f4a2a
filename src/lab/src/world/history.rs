//! What happened in the lab: Plimsoll's journal, or a real Docker's events.
//!
//! Docker keeps only its last 256 events and forgets them when it restarts, so
//! they are a fallback: what they do not show is unknown, not untrue.
//!
//! A lab can go back to a snapshot. Its journal keeps what was undone, as
//! evidence; here it does not count ([`History::from_journal`]): whoever pulled
//! an image after the snapshot has not pulled it once the lab was restored.

use super::container::Container;
use super::reference::{full_name, means};
use crate::schema::ContainerState;
use serde_json::{Map, Value};

/// Where history comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Source {
    /// Our engine's hash-chained journal: complete.
    Journal,
    /// `GET /events`: the recent past.
    Events,
    #[default]
    Nothing,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct History {
    pub source: Source,
    /// Oldest first.
    pub records: Vec<Record>,
}

/// One thing that happened.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Record {
    /// Number in the journal, from 1; 0 in events.
    pub seq: u64,
    /// `container.start`, `image.pull`, ...
    pub kind: String,
    /// The id or name it is about.
    pub subject: String,
    /// RFC 3339.
    pub time: String,
    pub data: Map<String, Value>,
}

impl Record {
    pub fn text(&self, key: &str) -> Option<&str> {
        self.data.get(key)?.as_str()
    }

    pub fn list(&self, key: &str) -> Vec<String> {
        self.data
            .get(key)
            .and_then(Value::as_array)
            .into_iter()
            .flatten()
            .filter_map(|item| item.as_str().map(str::to_string))
            .collect()
    }

    /// A number, or a text that is one (Docker's events carry texts).
    pub fn number(&self, key: &str) -> Option<i64> {
        let value = self.data.get(key)?;
        value
            .as_i64()
            .or_else(|| value.as_str().and_then(|text| text.parse().ok()))
    }

    /// The last entry that counts before a restore.
    fn since(&self) -> Option<u64> {
        self.data.get("since")?.as_u64()
    }

    /// `NAME=VALUE` for every plain value.
    pub fn pairs(&self) -> impl Iterator<Item = String> + '_ {
        self.data.iter().filter_map(|(name, value)| match value {
            Value::String(text) => Some(format!("{name}={text}")),
            Value::Number(_) | Value::Bool(_) => Some(format!("{name}={value}")),
            _ => None,
        })
    }

    /// A line of `GET /plimsoll/v1/journal`.
    pub fn from_journal(line: &Value) -> Record {
        Record {
            seq: line.get("seq").and_then(Value::as_u64).unwrap_or(0),
            kind: super::text(line, "/kind"),
            subject: super::text(line, "/subject"),
            time: super::text(line, "/time"),
            data: line
                .get("data")
                .and_then(Value::as_object)
                .cloned()
                .unwrap_or_default(),
        }
    }

    /// A line of `GET /events`, in the journal's words.
    pub fn from_event(event: &Value) -> Record {
        let action = super::text(event, "/Action");
        // `exec_start: sh -c ...` carries its command in the action.
        let action = action.split(':').next().unwrap_or_default();
        let mut data = event
            .pointer("/Actor/Attributes")
            .and_then(Value::as_object)
            .cloned()
            .unwrap_or_default();
        for (theirs, ours) in [("exitCode", "exit_code"), ("image", "reference")] {
            if let Some(value) = data.remove(theirs) {
                data.insert(ours.to_string(), value);
            }
        }
        Record {
            seq: 0,
            kind: format!("{}.{action}", super::text(event, "/Type")),
            subject: super::text(event, "/Actor/ID"),
            time: super::number(event, "/timeNano").to_string(),
            data,
        }
    }
}

impl History {
    /// The journal's records without those that a restore has undone.
    pub fn from_journal(records: Vec<Record>) -> History {
        History {
            source: Source::Journal,
            records: without_undone(records),
        }
    }

    /// Pulls of what a reference means.
    pub fn pulls<'a>(&'a self, reference: &'a str) -> impl Iterator<Item = &'a Record> {
        self.records.iter().filter(move |record| {
            record.kind == "image.pull"
                && means(
                    reference,
                    &full_name(record.text("reference").unwrap_or(&record.subject)),
                )
        })
    }

    /// The layers of an image, as the creation of a container recorded them.
    pub fn layers_of(&self, image: &str) -> Vec<String> {
        self.records
            .iter()
            .filter(|record| record.kind == "container.create")
            .filter(|record| record.text("image") == Some(image))
            .map(|record| record.list("layers"))
            .find(|layers| !layers.is_empty())
            .unwrap_or_default()
    }

    /// Every container that history knows, as it was last.
    pub fn containers(&self) -> Vec<PastContainer> {
        let mut all: Vec<PastContainer> = Vec::new();
        for record in &self.records {
            let Some(what) = record.kind.strip_prefix("container.") else {
                continue;
            };
            let index = match all.iter().position(|past| past.id == record.subject) {
                Some(index) => index,
                None => {
                    all.push(PastContainer::new(record));
                    all.len() - 1
                }
            };
            all[index].take_in(what, record);
        }
        all.reverse();
        all
    }
}

/// From the end back: at a restore, what was written after the snapshot is
/// passed over. So a restore that was itself undone undoes nothing.
fn without_undone(records: Vec<Record>) -> Vec<Record> {
    let mut counting = Vec::new();
    let mut undone_after = u64::MAX;
    for record in records.into_iter().rev() {
        if record.seq > undone_after {
            continue;
        }
        undone_after = match record.since() {
            Some(since) if record.kind == "lab.restore" => since,
            _ => u64::MAX,
        };
        counting.push(record);
    }
    counting.reverse();
    counting
}

/// A container as history remembers it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct PastContainer {
    pub id: String,
    pub name: String,
    pub image_asked: String,
    pub image_id: String,
    pub layers: Vec<String>,
    pub command: Vec<String>,
    pub own_command: Option<bool>,
    pub created: String,
    pub ran: bool,
    pub exit_code: Option<i64>,
    pub is_probe: bool,
}

impl PastContainer {
    fn new(record: &Record) -> PastContainer {
        PastContainer {
            id: record.subject.clone(),
            created: record.time.clone(),
            ..PastContainer::default()
        }
    }

    fn take_in(&mut self, what: &str, record: &Record) {
        let keep = |field: &mut String, key: &str| {
            if let Some(text) = record.text(key) {
                *field = text.to_string();
            }
        };
        keep(&mut self.name, "name");
        keep(&mut self.image_asked, "reference");
        keep(&mut self.image_id, "image");
        if record.data.contains_key("layers") {
            self.layers = record.list("layers");
        }
        if what == "create" && record.data.contains_key("cmd") {
            self.command = record.list("cmd");
        }
        if let Some(own) = record.data.get("own_command").and_then(Value::as_bool) {
            self.own_command = Some(own);
        }
        let labelled = record
            .data
            .get("labels")
            .and_then(Value::as_object)
            .is_some_and(|labels| labels.contains_key(super::PROBE_LABEL));
        self.is_probe |= labelled || record.data.contains_key(super::PROBE_LABEL);
        match what {
            "start" => self.ran = true,
            "die" => self.exit_code = record.number("exit_code"),
            _ => {}
        }
    }

    pub fn into_container(self) -> Container {
        Container {
            id: self.id,
            name: self.name,
            created: self.created,
            state: if self.ran {
                ContainerState::Exited
            } else {
                ContainerState::Created
            },
            ran: self.ran,
            exit_code: self.exit_code,
            image_id: self.image_id,
            image_asked: self.image_asked,
            layers: self.layers,
            command: self.command,
            own_command: self.own_command,
            env: Vec::new(),
            labels: Vec::new(),
            user: String::new(),
            network_mode: String::new(),
            memory: 0,
            read_only: false,
            privileged: false,
            restart_policy: String::new(),
            ports: Vec::new(),
            mounts: Vec::new(),
            networks: Vec::new(),
            removed: true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// `pull` is a pull of that name, `back N` a restore to entry N.
    fn counting(entries: &[&str]) -> Vec<String> {
        let records = entries.iter().enumerate().map(|(index, entry)| {
            let (kind, data) = match entry.strip_prefix("back ") {
                Some(since) => ("lab.restore", json!({"since": since.parse::<u64>().ok()})),
                None => ("image.pull", json!({"reference": entry})),
            };
            Record::from_journal(&json!({"seq": index + 1, "kind": kind, "data": data}))
        });
        let history = History::from_journal(records.collect());
        let names = history
            .records
            .iter()
            .filter_map(|one| one.text("reference"));
        names.map(str::to_string).collect()
    }

    #[test]
    fn what_was_undone_does_not_count() {
        assert_eq!(counting(&["a", "b"]), ["a", "b"]);
        assert_eq!(counting(&["a", "b", "c", "back 1", "d"]), ["a", "d"]);
        assert_eq!(counting(&["a", "back 0"]), [""; 0]);
    }

    #[test]
    fn a_restore_that_was_undone_undoes_nothing() {
        // Back to 1, and then back to 3, where `b` and `c` were there.
        assert_eq!(
            counting(&["a", "b", "c", "back 1", "d", "back 3"]),
            ["a", "b", "c"]
        );
        // Twice to the same place, as after a kill in the middle.
        assert_eq!(counting(&["a", "b", "back 1", "back 1", "c"]), ["a", "c"]);
    }

    #[test]
    fn a_restore_that_makes_no_sense_undoes_nothing() {
        assert_eq!(counting(&["a", "back 9", "b"]), ["a", "b"]);
        assert_eq!(counting(&["a", "back x", "b"]), ["a", "b"]);
    }
}
