//! `docker rmi`, also `docker image rm`.

use crate::command::{Arity, Command, Context};
use crate::error::{Failure, describe};
use crate::flags::{Flag, Given, Order};
use crate::output::say;

pub const COMMAND: Command = Command {
    name: "rmi",
    usage: &["[OPTIONS] IMAGE [IMAGE...]"],
    about: "Remove one or more images",
    aliases: "docker image rm, docker image remove, docker rmi",
    flags: &[&[
        Flag::switch("force", "Remove it though something uses it").short('f'),
        Flag::switch("no-prune", "Keep its untagged parents"),
    ]],
    arity: Arity::AtLeast(1),
    order: Order::Free,
    run,
};

pub const RM: Command = Command {
    name: "rm",
    ..COMMAND
};

fn run(context: &Context, given: &Given) -> Result<(), Failure> {
    let force = given.is_on("force");
    let mut fatal = false;
    let mut messages = Vec::new();
    for name in &given.operands {
        match context
            .client
            .image_remove(name, force, given.is_on("no-prune"))
        {
            Ok(items) => {
                for item in items {
                    if item.deleted.is_empty() {
                        say!("Untagged: {}", item.untagged);
                    } else {
                        say!("Deleted: {}", item.deleted);
                    }
                }
            }
            Err(error) => {
                fatal |= !error.is_not_found();
                messages.push(describe(&error));
            }
        }
    }
    if messages.is_empty() {
        return Ok(());
    }
    let message = messages.join("\n");
    if force && !fatal {
        eprintln!("{message}");
        return Ok(());
    }
    Err(Failure::new(message))
}
