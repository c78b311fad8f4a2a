//! `docker start`.

use plimsoll_api::client::{AttachOptions, WaitCondition};

use crate::command::{Arity, Command, Context};
use crate::error::{CODE_HUNG_UP, Failure, describe};
use crate::flags::{Flag, Given, Order};
use crate::output::{offered, say};
use crate::stream::relay::End;
use crate::stream::signals::Signals;
use crate::verbs::run::{Attached, exit_with};

pub const COMMAND: Command = Command {
    name: "start",
    usage: &["[OPTIONS] CONTAINER [CONTAINER...]"],
    about: "Start one or more stopped containers",
    aliases: "docker container start, docker start",
    flags: &[&[
        Flag::switch("attach", "Show its output, and pass our signals on").short('a'),
        Flag::text(
            "detach-keys",
            "Keys that leave the container running (ctrl-p,ctrl-q)",
        ),
        Flag::switch("interactive", "Send our stdin").short('i'),
    ]],
    arity: Arity::AtLeast(1),
    order: Order::Free,
    run,
};

fn run(context: &Context, given: &Given) -> Result<(), Failure> {
    if given.is_on("attach") || given.is_on("interactive") {
        return match given.operands.as_slice() {
            [name] => attached(context, given, name),
            _ => Err(Failure::new(
                "you cannot start and attach multiple containers at once",
            )),
        };
    }
    let mut failed = Vec::new();
    for name in &given.operands {
        match context
            .client
            .container_start(name, given.text("detach-keys"))
        {
            Ok(()) => {
                say!("{name}");
                offered::tell(&context.client, name);
            }
            Err(error) => {
                eprintln!("{}", describe(&error));
                failed.push(name.as_str());
            }
        }
    }
    if failed.is_empty() {
        return Ok(());
    }
    Err(Failure::new(format!(
        "Error: failed to start containers: {}",
        failed.join(", ")
    )))
}

fn attached(context: &Context, given: &Given, name: &str) -> Result<(), Failure> {
    let client = &context.client;
    let container = client.container_inspect(name)?;
    let (id, tty) = (container.id.as_str(), container.config.tty);
    let keys = given.text("detach-keys");
    let input = given.is_on("interactive") && container.config.open_stdin;
    let signals = Signals::collect(!tty).map_err(std::io::Error::from)?;
    let condition = if container.host_config.auto_remove {
        WaitCondition::Removed
    } else {
        WaitCondition::NextExit
    };
    let wait = client.container_wait_begin(id, condition)?;
    let upgraded = client.container_attach(
        id,
        &AttachOptions {
            logs: false,
            stdin: input,
            stdout: true,
            stderr: true,
            detach_keys: keys.to_owned(),
        },
    )?;
    let wait = wait.reply()?;
    if let Err(error) = client.container_start(id, "") {
        if container.host_config.auto_remove {
            let _ = wait.finish();
        }
        return Err(error.into());
    }
    let streams = Attached {
        client,
        id,
        input,
        output: true,
        tty,
        detach_keys: keys,
    };
    match streams.carry(upgraded, &signals, Some(&wait))? {
        End::Detached => Ok(()),
        End::Output | End::Watched => exit_with(wait),
        End::HungUp | End::Forced => Err(Failure::silent(CODE_HUNG_UP)),
    }
}
