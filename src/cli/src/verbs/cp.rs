//! `docker cp`.

use crate::command::{Arity, Command, Context};
use crate::error::Failure;
use crate::flags::{Flag, Given, Order};

pub const COMMAND: Command = Command {
    name: "cp",
    usage: &[
        "[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-",
        "[OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH",
    ],
    about: "Copy files/folders between a container and the local filesystem",
    aliases: "docker container cp, docker cp",
    flags: &[&[
        Flag::switch("archive", "Keep user and group").short('a'),
        Flag::switch("follow-link", "Copy what a link in SRC_PATH leads to").short('L'),
        Flag::switch("quiet", "Do not tell what was copied").short('q'),
    ]],
    arity: Arity::Exactly(2),
    order: Order::Free,
    run,
};

fn run(_: &Context, _: &Given) -> Result<(), Failure> {
    Err(Failure::not_yet("docker cp"))
}
