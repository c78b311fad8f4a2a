//! `docker container`: the containers' verbs under one word.

use crate::command::Group;
use crate::verbs::{
    attach, cp, create, diff, exec, export, inspect, logs, port, prune, ps, rename, rm, run, start,
    stats, stop, top, update, wait,
};

pub const GROUP: Group = Group {
    name: "container",
    about: "Manage containers",
    usage: "docker container",
    commands: &[
        &attach::COMMAND,
        &cp::COMMAND,
        &create::COMMAND,
        &diff::COMMAND,
        &exec::COMMAND,
        &export::COMMAND,
        &inspect::CONTAINER,
        &stop::KILL,
        &logs::COMMAND,
        &ps::LS,
        &stop::PAUSE,
        &port::COMMAND,
        &prune::CONTAINERS,
        &rename::COMMAND,
        &stop::RESTART,
        &rm::COMMAND,
        &run::COMMAND,
        &start::COMMAND,
        &stats::COMMAND,
        &stop::STOP,
        &top::COMMAND,
        &stop::UNPAUSE,
        &update::COMMAND,
        &wait::COMMAND,
    ],
};
