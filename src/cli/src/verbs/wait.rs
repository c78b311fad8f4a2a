//! `docker wait`.

use crate::command::{Arity, Command, Context};
use crate::error::{Failure, describe};
use crate::flags::{Given, Order};
use crate::output::say;

pub const COMMAND: Command = Command {
    name: "wait",
    usage: &["CONTAINER [CONTAINER...]"],
    about: "Block until one or more containers stop, then print their exit codes",
    aliases: "docker container wait, docker wait",
    flags: &[],
    arity: Arity::AtLeast(1),
    order: Order::Free,
    run,
};

fn run(context: &Context, given: &Given) -> Result<(), Failure> {
    let mut messages = Vec::new();
    for name in &given.operands {
        match context.client.container_wait_stopped(name) {
            Ok(answer) => say!("{}", answer.status_code),
            Err(error) => messages.push(describe(&error)),
        }
    }
    if messages.is_empty() {
        Ok(())
    } else {
        Err(Failure::new(messages.join("\n")))
    }
}
