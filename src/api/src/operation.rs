//! What the engine did for one command of a client: our own endpoint
//! `GET /plimsoll/v1/operations`.
//!
//! A [`Command`] is what somebody typed; `docker run` is three calls or more,
//! and each call that changes something is an [`Operation`]. An operation is
//! told in a few [`Line`]s, whose kinds are stable words and whose [`Facts`] are
//! numbers and names, so that every client tells them in its own language.
//!
//! Limits: no sentences here, and what a reader does not know it can still show
//! by kind and facts. Strings come from strangers: the engine has bounded them
//! and taken the control characters out ([`plain`]); whoever draws them checks
//! again.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::lab::ExplainResponse;
use crate::nulls::wire;

wire! {
    /// One item of `GET /plimsoll/v1/operations`, and one line of the same with
    /// `follow=1`, where a command comes again whenever it has grown.
    #[serde(rename_all = "snake_case")]
    pub struct Command {
        /// Commands are numbered in the order in which they began.
        pub id: u64,
        /// Grows with every change to any command: `since=SEQ` asks for what
        /// has changed after it.
        pub seq: u64,
        /// When its first operation began, RFC 3339.
        pub time: String,
        /// `docker run -d nginx`, as typed; else the call in plain words.
        pub title: String,
        /// Whether a client said what was typed.
        pub typed: bool,
        /// The engine's own time: the sum of its operations.
        pub duration_us: u64,
        /// In the order in which they ended.
        pub operations: Vec<Operation>,
        /// Operations that were not kept, after those that are.
        pub left_out: u64,
    }

    /// A call that changed something, or was refused.
    #[serde(rename_all = "snake_case")]
    pub struct Operation {
        /// `container.start`, `image.pull`: object and action.
        pub kind: String,
        /// Name of what it is about.
        pub subject: String,
        /// When it began, RFC 3339.
        pub time: String,
        pub duration_us: u64,
        /// In the order in which they are told.
        pub lines: Vec<Line>,
        /// Lines that were not kept.
        pub more_lines: u64,
        /// The plan that was carried out, as `--explain` shows it.
        pub plan: Option<ExplainResponse>,
        /// Why it was refused or broke off; empty where it did not.
        pub error: String,
    }

    /// One thing that an operation did.
    #[serde(rename_all = "snake_case")]
    pub struct Line {
        /// [`Facts`] by name: `overlay`, `clone`, `network`.
        pub kind: String,
        pub facts: Value,
        /// Where it was measured.
        pub duration_us: Option<u64>,
        /// It is this that went wrong.
        pub failed: bool,
        /// The operations of the plan that it stands for, by their index.
        pub ops: Vec<usize>,
    }
}

/// What a line tells, by kind.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", content = "facts", rename_all = "snake_case")]
pub enum Facts {
    /// The image that a container is made from was found.
    Image {
        reference: String,
        /// Read-only layers.
        layers: u64,
    },
    /// The image is not in the lab yet.
    Missing { reference: String },
    /// An image was copied and checked by digest.
    Fetch {
        reference: String,
        layers: u64,
        /// Those that the lab did not have.
        new_layers: u64,
        /// Of the new layers, compressed.
        bytes: u64,
    },
    /// New layers were unpacked into the store.
    Unpack { new_layers: u64, bytes: u64 },
    /// A name was put on an image.
    Name { reference: String, image: String },
    /// A container was made, with an empty writable layer; nothing runs yet.
    Container { name: String, id: String },
    /// A volume was made.
    Volume {
        name: String,
        /// For one container alone.
        anonymous: bool,
    },
    /// An empty volume got what the image has at its place.
    Fill { name: String, destination: String },
    /// The root file system.
    Overlay {
        /// Read-only layers; 0 is a plain directory.
        layers: u64,
        /// Where changes go.
        upper: String,
    },
    /// The process and its namespaces.
    Clone {
        /// Made for it, in words of namespaces(7): `user`, `mnt`, `pid`, ...
        namespaces: Vec<String>,
        /// Those of somebody else.
        shared: Vec<String>,
        /// Which user of the lab is root in it.
        root_is: Option<u32>,
        /// How many users it has.
        users: u64,
    },
    /// A process was added to a running container.
    Join {
        /// The container's first process, as the lab counts.
        process: i32,
    },
    /// Its network.
    Network {
        /// `own`, `host`, `shared`.
        mode: String,
        /// None: only the loopback interface.
        cables: Vec<Cable>,
    },
    /// What was mounted and put into its root.
    Mounts {
        /// File systems of its own, by destination.
        file_systems: Vec<String>,
        /// Folders and files of the lab.
        binds: Vec<BoundPath>,
        /// Binds that are not listed.
        more_binds: u64,
        /// Name resolution: files that the engine writes for it.
        name_files: u64,
        devices: u64,
    },
    /// What was taken away from it.
    Limits {
        /// Capabilities kept, and how many there are. `None` as for `calls`.
        capabilities: Option<u64>,
        all_capabilities: u64,
        /// System calls allowed, and how many there are. `None` where it did
        /// not come to that.
        calls: Option<u64>,
        all_calls: u64,
        /// Paths that it does not see.
        masked: u64,
        /// Paths that it may not change.
        read_only: u64,
        /// It may not change its root file system.
        root_read_only: bool,
        /// Resource limits.
        resources: u64,
        /// There is one user: changes of the process' ids are answered with
        /// success, those of files recorded.
        faked_owners: bool,
    },
    /// The user's program.
    Exec {
        words: Vec<String>,
        /// Words that are not listed.
        more_words: u64,
        /// As asked for; empty is root.
        user: String,
        directory: String,
        terminal: bool,
    },
    /// Ports of the lab's host that lead to it.
    Port {
        ports: Vec<Door>,
        /// Ports that are not listed.
        more: u64,
    },
    /// A signal was sent.
    Signal {
        /// `TERM`; empty where it has no name.
        signal: String,
        number: i32,
        /// As the lab counts.
        process: i32,
    },
    /// The process did not end in the time it was given.
    Patience {},
    /// The first process ended, and with it the container.
    End { code: i64 },
    /// Something is gone.
    Remove {
        /// `container`, `volume`, `image`, `name`.
        what: String,
        name: String,
        /// Freed, where it was measured.
        bytes: Option<u64>,
    },
    /// Files went in or out.
    Copy {
        /// Into the container.
        inwards: bool,
        path: String,
    },
    /// A container's state or settings changed.
    Change {
        /// `pause`, `unpause`, `rename`, `update`.
        action: String,
        /// The new name or the like.
        detail: String,
    },
}

/// A virtual cable between bridge and container.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Cable {
    pub bridge: String,
    /// The end that is plugged into the bridge.
    pub outer: String,
    /// The end in the container.
    pub inner: String,
    pub address: String,
    pub prefix: u8,
    pub gateway: Option<String>,
}

/// A folder or file of the lab that shows up in a container.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BoundPath {
    /// The volume's name, where it is one.
    pub volume: Option<String>,
    pub source: String,
    pub destination: String,
    pub read_only: bool,
}

/// A published port.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Door {
    pub lab_ip: String,
    pub lab_port: u16,
    pub address: String,
    pub port: u16,
    /// `tcp`, `udp`.
    pub protocol: String,
    /// On the real host, where it is offered there.
    pub outside: Option<String>,
}

impl Line {
    /// A line of facts.
    #[must_use]
    pub fn of(facts: &Facts) -> Self {
        let mut written = serde_json::to_value(facts).unwrap_or_default();
        Self {
            kind: written["kind"].as_str().unwrap_or_default().to_owned(),
            facts: written["facts"].take(),
            ..Self::default()
        }
    }

    /// Its facts; `None` for a kind of a newer engine.
    #[must_use]
    pub fn facts(&self) -> Option<Facts> {
        let written = serde_json::json!({ "kind": self.kind, "facts": self.facts });
        serde_json::from_value(written).ok()
    }
}

/// `text` without control characters and marks that turn a line around, and of
/// at most `longest` characters; a cut is seen.
#[must_use]
pub fn plain(text: &str, longest: usize) -> String {
    let mut characters = text.chars().filter_map(shown);
    let mut kept: String = characters.by_ref().take(longest).collect();
    if characters.next().is_some() {
        kept.pop();
        kept.push('…');
    }
    kept
}

fn shown(character: char) -> Option<char> {
    match character {
        '\t' | '\n' | '\r' => Some(' '),
        _ if character.is_control() => None,
        // Invisible and bidirectional marks (Unicode 15, chapter 23.2; UAX #9).
        '\u{ad}'
        | '\u{61c}'
        | '\u{180e}'
        | '\u{200b}'..='\u{200f}'
        | '\u{2028}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}'
        | '\u{feff}'
        | '\u{fff9}'..='\u{fffb}'
        | '\u{e0000}'..='\u{e0fff}' => None,
        _ => Some(character),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn facts_survive_the_wire() {
        let facts = Facts::Volume {
            name: "data".into(),
            anonymous: false,
        };
        let line = Line::of(&facts);
        let text = serde_json::to_string(&line).expect("JSON");
        assert_eq!(
            text,
            r#"{"kind":"volume","facts":{"anonymous":false,"name":"data"},"duration_us":null,"failed":false,"ops":[]}"#
        );
        let read: Line = serde_json::from_str(&text).expect("a line");
        assert_eq!(read.facts(), Some(facts));
    }

    #[test]
    fn a_kind_of_tomorrow_is_no_error() {
        let read: Line =
            serde_json::from_str(r#"{"kind":"teleport","facts":{"to":"mars"}}"#).expect("a line");
        assert_eq!((read.kind.as_str(), read.facts()), ("teleport", None));
        assert_eq!(read.facts["to"], "mars");
    }

    #[test]
    fn text_is_made_plain() {
        assert_eq!(plain("a\x1b[2J\nb\u{202e}c\u{9b}", 20), "a[2J bc");
        assert_eq!(plain("déjà vu", 20), "déjà vu");
        let cut = plain(&"é".repeat(50), 10);
        assert_eq!((cut.chars().count(), cut.ends_with("é…")), (10, true));
        assert_eq!(plain("0123456789", 10), "0123456789");
    }
}
