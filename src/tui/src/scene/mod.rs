//! What the views draw of a lab, as data: containers, networks, ports, mounts,
//! volumes, images and their layers; and the journal.
//!
//! Duty: [`look`] is the only I/O for a scene, [`journal::read`] for the
//! journal; everything else is pure. Invariant: whatever text of a learner, an
//! image or an engine is in a scene went through [`text::clean`]: no control
//! characters, bounded in length; every list is bounded in number, and
//! [`LeftOut`] counts the rest. Limits: this knows the Docker Engine API only;
//! our own endpoints are used where the engine has them.

pub(crate) mod amount;
mod history;
pub mod journal;
mod look;
mod plain;
mod read;
pub(crate) mod say;
pub mod text;

use jiff::Timestamp;
use plimsoll_api::ContainerStatus;
use plimsoll_text::Language;
use serde::{Deserialize, Serialize};

use crate::words;

pub use look::{Detail, LookError, look};
pub use plain::plain;

/// A lab at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Scene {
    /// The lab's name; empty where the engine is not ours.
    pub lab: String,
    /// The learner's folder of this lab: mounts from within it are drawn as
    /// `./...`. Whoever looks fills it in; engines do not know it.
    pub folder: Option<String>,
    /// `bridge` first, then by name.
    pub networks: Vec<Network>,
    /// In the order in which they were created.
    pub containers: Vec<Container>,
    /// By name.
    pub volumes: Vec<Volume>,
    /// By their first tag.
    pub images: Vec<Image>,
    pub left_out: LeftOut,
}

/// How many there are beyond what the lists hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOut {
    pub networks: usize,
    pub containers: usize,
    pub volumes: usize,
    pub images: usize,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    pub name: String,
    /// `bridge`, `ipvlan`, `host`, ...
    pub driver: String,
    /// With prefix length; `None` for host and none.
    pub subnet: Option<String>,
    pub gateway: Option<String>,
    /// The device on the lab's host: `docker0`, or the parent of an ipvlan.
    pub device: Option<String>,
    /// No way out of it.
    pub internal: bool,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Container {
    /// The first 12 characters.
    pub id: String,
    pub name: String,
    /// As it was asked for; the short id where that name is now another image.
    pub image: String,
    /// `sha256:...`.
    pub image_id: String,
    /// What it runs, in one line.
    pub command: String,
    pub state: ContainerStatus,
    pub health: Option<Health>,
    pub created_at: Option<Timestamp>,
    /// `None` before the first start.
    pub started_at: Option<Timestamp>,
    /// `None` before the first end.
    pub finished_at: Option<Timestamp>,
    pub exit_code: i32,
    pub place: Place,
    pub ports: Vec<Port>,
    /// Ports beyond those of `ports`.
    pub more_ports: usize,
    pub mounts: Vec<Mount>,
    /// Mounts beyond those of `mounts`.
    pub more_mounts: usize,
    /// Only where [`Detail::Layers`] was asked for.
    pub writable: Option<Writable>,
}

impl Container {
    /// Whether it has processes: then it also has its networks.
    #[must_use]
    pub fn is_up(&self) -> bool {
        matches!(
            self.state,
            ContainerStatus::Running | ContainerStatus::Paused
        )
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    Starting,
    Healthy,
    Unhealthy,
}

impl Health {
    fn of_word(word: &str) -> Option<Health> {
        match word {
            "starting" => Some(Health::Starting),
            "healthy" => Some(Health::Healthy),
            "unhealthy" => Some(Health::Unhealthy),
            _ => None,
        }
    }

    #[must_use]
    pub fn words(self, language: Language) -> String {
        match self {
            Health::Starting => words::health_starting(language),
            Health::Healthy => words::health_healthy(language),
            Health::Unhealthy => words::health_unhealthy(language),
        }
    }
}

/// Where a container's network is.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    /// Only its own loopback.
    #[default]
    Nowhere,
    /// The lab host's own network.
    Host,
    /// That of the container with this name (or short id).
    Container(String),
    /// One of its own, on these networks.
    Networks(Vec<Attachment>),
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    pub network: String,
    /// Without prefix length; empty while the container is down.
    pub address: String,
}

/// A port of a container.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Port {
    pub number: u16,
    /// `tcp`, `udp` or `sctp`.
    pub protocol: String,
    /// Where it is published; `None` is declared only (`EXPOSE`).
    pub published: Option<Published>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Published {
    /// Address in the lab; empty is every address.
    pub address: String,
    /// Port in the lab.
    pub port: u16,
    /// Address and port on the real machine, where it is offered there.
    pub outside: Option<String>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mount {
    pub kind: MountKind,
    /// The folder, or the volume's name; empty for a tmpfs.
    pub source: String,
    pub destination: String,
    pub access: Access,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MountKind {
    #[default]
    Bind,
    Volume,
    Tmpfs,
    /// Another engine's.
    Other,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Access {
    #[default]
    #[serde(rename = "rw")]
    ReadWrite,
    #[serde(rename = "ro")]
    ReadOnly,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Volume {
    pub name: String,
    /// Names of the containers that have it, running or not.
    pub users: Vec<String>,
}

/// What a container wrote over its image.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Writable {
    /// Bytes; `None` where the engine did not say.
    pub size: Option<u64>,
    /// The first of them, by path.
    pub changes: Vec<Change>,
    /// Files and folders, as `docker diff` has a line for each.
    pub count: Count,
    /// How many of those that were counted are folders.
    pub folders: usize,
}

/// How many there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Count {
    Exactly(usize),
    /// Counting was given up.
    AtLeast(usize),
}

impl Default for Count {
    fn default() -> Count {
        Count::Exactly(0)
    }
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    pub kind: ChangeKind,
    pub path: String,
    #[serde(default)]
    pub is_folder: bool,
}

/// Docker's letters.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChangeKind {
    #[default]
    #[serde(rename = "C")]
    Changed,
    #[serde(rename = "A")]
    Added,
    #[serde(rename = "D")]
    Deleted,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Image {
    /// `sha256:...`.
    pub id: String,
    /// `nginx:latest`; none where a newer image took the name.
    pub tags: Vec<String>,
    /// Bytes of all its layers.
    pub size: u64,
    /// How it came to be, newest first; only where [`Detail::Layers`] was
    /// asked for.
    pub steps: Vec<Step>,
    /// Steps beyond those of `steps`.
    pub more_steps: usize,
}

impl Image {
    /// Its first tag, else its short id.
    #[must_use]
    pub fn name(&self) -> String {
        match self.tags.first() {
            Some(tag) => tag.clone(),
            None => text::short_id(&self.id),
        }
    }
}

/// One step of an image's history.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The instruction, without the shell that carried it out.
    pub words: String,
    /// What it left on disk; `None` for a setting (`CMD`, `ENV`, ...).
    pub layer: Option<Layer>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layer {
    /// `sha256:...` of its files as an archive; the same files are the same
    /// layer, kept once. Empty where the engine leaves open which it is.
    pub digest: String,
    /// Bytes.
    pub size: u64,
    /// Names of other images that have it too.
    pub shared_with: Vec<String>,
    /// `None` where the engine cannot say.
    pub contents: Option<Contents>,
}

/// What a layer added.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Contents {
    /// Directories not counted.
    pub files: Count,
    /// The largest files, the largest first.
    pub largest: Vec<String>,
    /// How many paths of the layers below it takes away.
    pub deleted: usize,
    /// The first of them.
    pub first_deleted: Vec<String>,
}
