//! `docker rm`.

use plimsoll_api::{ApiError, ClientError};

use crate::command::{Arity, Command, Context};
use crate::error::{Failure, describe};
use crate::flags::{Flag, Given, Order};
use crate::verbs::each::each_with;

pub const COMMAND: Command = Command {
    name: "rm",
    usage: &["[OPTIONS] CONTAINER [CONTAINER...]"],
    about: "Remove one or more containers",
    aliases: "docker container rm, docker container remove, docker rm",
    flags: &[&[
        Flag::switch("force", "Kill it first where it runs").short('f'),
        Flag::switch("link", "Remove a link instead of a container").short('l'),
        Flag::switch("volumes", "Remove its anonymous volumes too").short('v'),
    ]],
    arity: Arity::AtLeast(1),
    order: Order::Free,
    run,
};

fn run(context: &Context, given: &Given) -> Result<(), Failure> {
    if given.is_on("link") {
        return Err(Failure::not_yet("docker rm --link"));
    }
    let (force, volumes) = (given.is_on("force"), given.is_on("volumes"));
    each_with(
        &context.client,
        &given.operands,
        |client, name| match name.trim_matches('/') {
            "" => Err(ClientError::Named("container name cannot be empty")),
            name => client.container_remove(name, force, volumes),
        },
        |error| match error {
            // To force a removal is to want it gone, and it is.
            ClientError::Api(ApiError { status: 404, .. }) if force => Ok(error.to_string()),
            error => Err(describe(error)),
        },
    )
}
