//! `docker image`: the images' verbs under one word.

use crate::command::Group;
use crate::verbs::{history, images, inspect, prune, pull, rmi, tag};

pub const GROUP: Group = Group {
    name: "image",
    about: "Manage images",
    usage: "docker image",
    commands: &[
        &history::COMMAND,
        &inspect::IMAGE,
        &images::LS,
        &prune::IMAGES,
        &pull::COMMAND,
        &rmi::RM,
        &tag::COMMAND,
    ],
};
