//! The commands, a file each.

pub mod attach;
pub mod container;
pub mod cp;
pub mod create;
pub mod diff;
pub mod each;
pub mod events;
pub mod exec;
pub mod export;
pub mod history;
pub mod image;
pub mod images;
pub mod info;
pub mod inspect;
pub mod logs;
pub mod network;
pub mod port;
pub mod prune;
pub mod ps;
pub mod pull;
pub mod rename;
pub mod rm;
pub mod rmi;
pub mod run;
pub mod search;
pub mod start;
pub mod stats;
pub mod stop;
pub mod system;
pub mod tag;
pub mod top;
pub mod update;
pub mod version;
pub mod volume;
pub mod wait;

use crate::command::{Command, Group};

/// What most people use; first in the help.
pub const COMMON: &[&Command] = &[
    &run::COMMAND,
    &exec::COMMAND,
    &ps::COMMAND,
    &pull::COMMAND,
    &images::COMMAND,
    &search::COMMAND,
    &version::COMMAND,
    &info::COMMAND,
];

pub const OTHERS: &[&Command] = &[
    &attach::COMMAND,
    &cp::COMMAND,
    &create::COMMAND,
    &diff::COMMAND,
    &events::COMMAND,
    &export::COMMAND,
    &history::COMMAND,
    &inspect::COMMAND,
    &stop::KILL,
    &logs::COMMAND,
    &stop::PAUSE,
    &port::COMMAND,
    &rename::COMMAND,
    &stop::RESTART,
    &rm::COMMAND,
    &rmi::COMMAND,
    &start::COMMAND,
    &stats::COMMAND,
    &stop::STOP,
    &tag::COMMAND,
    &top::COMMAND,
    &stop::UNPAUSE,
    &update::COMMAND,
    &wait::COMMAND,
];

pub const GROUPS: &[&Group] = &[
    &container::GROUP,
    &image::GROUP,
    &network::GROUP,
    &system::GROUP,
    &volume::GROUP,
];

/// Docker has these and we do not yet. A group is written with a space.
pub const NOT_YET: &[&str] = &[
    "build",
    "builder",
    "buildx",
    "checkpoint",
    "commit",
    "compose",
    "config",
    "container commit",
    "context",
    "image build",
    "image import",
    "image load",
    "image push",
    "image save",
    "import",
    "load",
    "login",
    "logout",
    "manifest",
    "network connect",
    "network create",
    "network disconnect",
    "network prune",
    "node",
    "plugin",
    "push",
    "save",
    "secret",
    "service",
    "stack",
    "swarm",
    "trust",
    "volume update",
];
