//! Checks: what a goal can ask of a lab's state.
//!
//! Each kind is a type of its own, so a wrong word is told where it stands.
//! Where a field is called `container`, its value is a subject's id, or else a
//! container's exact name.

use super::matcher::{NumberMatch, TextMatch};
use crate::text::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One thing to find out. Written as a map with one key: the kind.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
#[expect(
    clippy::large_enum_variant,
    reason = "a grader holds a few dozen checks; boxes would only be in the way of reading them"
)]
pub enum Check {
    /// A container is there, or was.
    Container(ContainerCheck),
    /// An image is in the lab, or was pulled.
    Image(ImageCheck),
    /// A port of the lab leads to a port of a container.
    Port(PortCheck),
    /// Something is mounted in a container.
    Mount(MountCheck),
    /// A volume is there.
    Volume(VolumeCheck),
    /// A network is there.
    Network(NetworkCheck),
    /// A web server answers.
    Http(HttpCheck),
    /// A TCP address can be reached.
    Reach(ReachCheck),
    /// A command gives this result. It runs in a copy of the container.
    Exec(ExecCheck),
    /// A process runs in a container.
    Process(ProcessCheck),
    /// A file of a container, or of the learner, has this content.
    File(FileCheck),
    /// The engine's journal has such a record.
    Journal(JournalCheck),
    /// A question was answered so.
    Answer(AnswerCheck),
    /// Where an image comes from.
    Lineage(LineageCheck),
    /// Something is done to a copy, then looked at.
    Probe(ProbeCheck),
    /// Every one of these holds.
    All(Vec<Check>),
    /// At least one of these holds.
    Any(Vec<Check>),
    /// This does not hold.
    Not(Box<Check>),
    /// So many objects of a kind meet a description.
    Count(CountCheck),
}

/// A container: one that meets every field that is given.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct ContainerCheck {
    /// This subject; without it, any container.
    pub subject: Option<String>,
    /// Its name, without the leading slash.
    pub name: Option<TextMatch>,
    /// Its state is one of these.
    pub state: Option<Vec<ContainerState>>,
    /// It descends from the layers of this image as it was pulled. A tag that
    /// was moved onto another image does not count.
    pub image: Option<String>,
    /// The image's name as the learner gave it.
    pub image_asked: Option<TextMatch>,
    /// The command that it runs.
    pub command: Option<CommandWanted>,
    /// How its last run ended. Only a container that ran has one.
    pub exit_code: Option<NumberMatch>,
    /// `true`: it was started at least once.
    pub ran: Option<bool>,
    /// `true`: containers removed since count too, as the journal knows them.
    pub ever: bool,
    /// One of its environment variables, `NAME=VALUE`.
    pub env: Option<TextMatch>,
    /// One of its labels, `NAME=VALUE`.
    pub label: Option<TextMatch>,
    /// The user given for it.
    pub user: Option<TextMatch>,
    /// Its network mode: `bridge`, `host`, `none`, a network's name.
    pub network_mode: Option<TextMatch>,
    /// Its memory limit in bytes; 0 is none.
    pub memory: Option<NumberMatch>,
    /// Whether its root file system is read-only.
    pub read_only: Option<bool>,
    /// Whether it is privileged.
    pub privileged: Option<bool>,
    /// Its restart policy's name.
    pub restart_policy: Option<TextMatch>,
}

/// What `docker ps -a` calls a container's state.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ContainerState {
    Created,
    Running,
    Paused,
    Restarting,
    Removing,
    Exited,
    Dead,
}

/// The command that a container runs.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum CommandWanted {
    /// The image's own entry point and command.
    Own,
    /// A command line (words joined by spaces) that matches.
    Line(Box<TextMatch>),
}

/// An image.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct ImageCheck {
    /// Its reference: `nginx`, `mynginx:v1`. Without it, any image.
    pub name: Option<String>,
    /// `true`: it was pulled from a registry (and may have been removed since).
    pub pulled: Option<bool>,
    /// It descends from the layers of this image as it was pulled.
    pub from: Option<String>,
    /// One of its labels, `NAME=VALUE`.
    pub label: Option<TextMatch>,
    /// Its size in bytes.
    pub size: Option<NumberMatch>,
}

/// A published port.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct PortCheck {
    /// A subject, or a container's name.
    pub container: String,
    /// The port of the lab.
    pub host: Option<NumberMatch>,
    /// The port of the container.
    pub target: Option<NumberMatch>,
    #[serde(default)]
    pub protocol: Protocol,
    /// The address that the port is bound to, such as `0.0.0.0`.
    pub address: Option<TextMatch>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Protocol {
    #[default]
    Tcp,
    Udp,
    Sctp,
}

/// A mount of a container.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct MountCheck {
    /// A subject, or a container's name.
    pub container: String,
    /// The mount's place in the container is this path or a folder above it.
    pub covers: Option<String>,
    /// It holds the page that a server in the container answers with, under
    /// whatever name: a file with exactly that content (white space at the end
    /// aside).
    pub serves: Option<ServedPage>,
    /// The mount's place in the container.
    pub target: Option<TextMatch>,
    /// Its kind is one of these.
    #[serde(rename = "type")]
    pub kind: Option<Vec<MountKind>>,
    /// A bind mount's source, or a volume's name.
    pub source: Option<TextMatch>,
    /// Whether the container may write.
    pub rw: Option<bool>,
    /// A tmpfs's size in bytes.
    pub size: Option<NumberMatch>,
}

/// A page, asked at the container's own address: it needs no published port.
/// `{}` is the front page at port 80.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct ServedPage {
    /// The container's port; 80 unless given.
    pub port: Option<u16>,
    /// `/` unless given.
    pub path: Option<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MountKind {
    Bind,
    Volume,
    Tmpfs,
}

/// A volume.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct VolumeCheck {
    pub name: Option<TextMatch>,
    pub driver: Option<TextMatch>,
    /// One of its labels, `NAME=VALUE`.
    pub label: Option<TextMatch>,
    /// A subject or container that mounts it.
    pub used_by: Option<String>,
}

/// A network.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct NetworkCheck {
    pub name: Option<TextMatch>,
    pub driver: Option<TextMatch>,
    pub subnet: Option<TextMatch>,
    pub gateway: Option<TextMatch>,
    /// One of its driver options, `NAME=VALUE`.
    pub option: Option<TextMatch>,
    pub internal: Option<bool>,
    /// A subject or container that is connected to it.
    pub joins: Option<String>,
}

/// An HTTP GET, made in the lab's network, at most 1 MiB and 2 s.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct HttpCheck {
    /// `http://HOST[:PORT]/PATH`; no https.
    pub url: String,
    pub status: Option<NumberMatch>,
    pub body: Option<TextMatch>,
    /// One of the answer's headers, `Name: value`.
    pub header: Option<TextMatch>,
    /// It is this container (subject or name) that answers, and nothing else
    /// that happens to listen on the port.
    pub answered_by: Option<String>,
}

/// A TCP connection that succeeds.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ReachCheck {
    /// From inside this container (subject or name); without it, from the lab.
    pub from: Option<String>,
    /// `HOST:PORT`.
    pub to: String,
}

/// A command in a copy of a container.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ExecCheck {
    /// A subject, or a container's name.
    pub container: String,
    /// The command and its arguments.
    pub command: Vec<String>,
    pub exit_code: Option<NumberMatch>,
    /// What it prints, standard output and error together.
    pub output: Option<TextMatch>,
}

/// A process of a container, as `docker top` lists it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct ProcessCheck {
    /// A subject, or a container's name.
    pub container: String,
    /// The command line.
    pub command: TextMatch,
}

/// A file.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct FileCheck {
    /// In this container (subject or name); without it, the learner's own file.
    pub container: Option<String>,
    /// Absolute in a container; relative to the lab's folder for the learner.
    pub path: String,
    /// `false`: there is no such file.
    pub exists: Option<bool>,
    pub content: Option<TextMatch>,
}

/// A record of the engine's journal.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct JournalCheck {
    /// The record's kind, such as `container.start`.
    pub kind: TextMatch,
    /// The name or id it is about.
    pub subject: Option<TextMatch>,
    /// One of its data, `NAME=VALUE`.
    pub data: Option<TextMatch>,
}

/// A question's answer.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct AnswerCheck {
    /// The question's id in `lab.yaml`.
    pub question: String,
    /// The answer itself.
    pub is: Option<TextMatch>,
    /// The answer is the name or id (four digits at least) of such a container.
    pub names_container: Option<ContainerCheck>,
    /// `true`: any answer was given.
    pub given: Option<bool>,
}

/// An image's origin.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LineageCheck {
    /// The image's reference.
    pub image: String,
    /// It descends from the layers of this image as it was pulled.
    pub from: Option<String>,
    /// How it was made.
    pub made_by: Option<Vec<MadeBy>>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum MadeBy {
    Pull,
    Commit,
    Build,
    Import,
    Load,
}

/// Something done to a copy of a container; the learner's own stays as it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum ProbeCheck {
    /// A new container from the same request: what was written inside the old
    /// one, and in its anonymous volumes, is gone.
    Recreate(OnCopy),
    /// The copy is stopped and started again.
    Restart(OnCopy),
    /// A command in the copy.
    Exec(ExecCheck),
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct OnCopy {
    /// A subject, or a container's name.
    pub container: String,
    /// What to find on the copy afterwards.
    pub then: Look,
}

/// A look at a container that has no published port: its own address is asked.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Look {
    /// An HTTP GET to a port of the container.
    Http {
        /// The container's port; 80 unless given.
        port: Option<u16>,
        /// `/` unless given.
        path: Option<String>,
        status: Option<NumberMatch>,
        body: Option<TextMatch>,
    },
    /// A file inside it.
    File { path: String, content: TextMatch },
}

/// How many objects meet a description.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CountCheck {
    pub container: Option<ContainerCheck>,
    pub image: Option<ImageCheck>,
    pub volume: Option<VolumeCheck>,
    pub network: Option<NetworkCheck>,
    /// How many.
    pub is: NumberMatch,
}

impl Check {
    /// The word that names this kind in a grader file.
    pub fn kind(&self) -> &'static str {
        match self {
            Check::Container(_) => "container",
            Check::Image(_) => "image",
            Check::Port(_) => "port",
            Check::Mount(_) => "mount",
            Check::Volume(_) => "volume",
            Check::Network(_) => "network",
            Check::Http(_) => "http",
            Check::Reach(_) => "reach",
            Check::Exec(_) => "exec",
            Check::Process(_) => "process",
            Check::File(_) => "file",
            Check::Journal(_) => "journal",
            Check::Answer(_) => "answer",
            Check::Lineage(_) => "lineage",
            Check::Probe(_) => "probe",
            Check::All(_) => "all",
            Check::Any(_) => "any",
            Check::Not(_) => "not",
            Check::Count(_) => "count",
        }
    }

    /// This check and every check inside it.
    pub fn walk<'a>(&'a self, visit: &mut dyn FnMut(&'a Check)) {
        visit(self);
        match self {
            Check::All(checks) | Check::Any(checks) => {
                checks.iter().for_each(|check| check.walk(visit));
            }
            Check::Not(check) => check.walk(visit),
            _ => {}
        }
    }

    /// Whether what this check asks stays true once it was: an answer, a record
    /// of the journal, a container that is remembered after its removal.
    pub fn has_memory(&self) -> bool {
        match self {
            Check::Container(container) => container.ever,
            Check::Image(image) => image.pulled == Some(true),
            Check::Journal(_) | Check::Answer(_) => true,
            Check::All(checks) | Check::Any(checks) => checks.iter().all(Check::has_memory),
            _ => false,
        }
    }
}

impl ContainerState {
    /// The word in Docker's API.
    pub fn word(self) -> &'static str {
        match self {
            ContainerState::Created => "created",
            ContainerState::Running => "running",
            ContainerState::Paused => "paused",
            ContainerState::Restarting => "restarting",
            ContainerState::Removing => "removing",
            ContainerState::Exited => "exited",
            ContainerState::Dead => "dead",
        }
    }

    pub fn in_words(self) -> Text {
        match self {
            ContainerState::Created => Text::new("created, never started", "créé, jamais démarré"),
            ContainerState::Running => Text::new("running", "en cours d'exécution"),
            ContainerState::Paused => Text::new("paused", "en pause"),
            ContainerState::Restarting => Text::new("restarting", "en redémarrage"),
            ContainerState::Removing => Text::new("being removed", "en cours de suppression"),
            ContainerState::Exited => Text::new("stopped", "arrêté"),
            ContainerState::Dead => Text::new("dead", "mort"),
        }
    }
}

impl MountKind {
    pub fn word(self) -> &'static str {
        match self {
            MountKind::Bind => "bind",
            MountKind::Volume => "volume",
            MountKind::Tmpfs => "tmpfs",
        }
    }
}

impl Protocol {
    pub fn word(self) -> &'static str {
        match self {
            Protocol::Tcp => "tcp",
            Protocol::Udp => "udp",
            Protocol::Sctp => "sctp",
        }
    }
}
