//! `docker rename`.

use crate::command::{Arity, Command, Context};
use crate::error::{Failure, describe};
use crate::flags::{Given, Order};

pub const COMMAND: Command = Command {
    name: "rename",
    usage: &["CONTAINER NEW_NAME"],
    about: "Rename a container",
    aliases: "docker container rename, docker rename",
    flags: &[],
    arity: Arity::Exactly(2),
    order: Order::Free,
    run,
};

fn run(context: &Context, given: &Given) -> Result<(), Failure> {
    let (old, new) = (given.operands[0].trim(), given.operands[1].trim());
    if old.is_empty() || new.is_empty() {
        return Err(Failure::new(
            "Error: Neither old nor new names may be empty",
        ));
    }
    context.client.container_rename(old, new).map_err(|error| {
        Failure::new(format!(
            "{}\nError: failed to rename container named {old}",
            describe(&error)
        ))
    })
}
