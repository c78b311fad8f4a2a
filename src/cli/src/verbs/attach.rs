//! `docker attach`.

use plimsoll_api::client::{AttachOptions, WaitCondition};
use plimsoll_api::{ContainerInspect, ContainerState};

use crate::command::{Arity, Command, Context};
use crate::error::{CODE_HUNG_UP, Failure};
use crate::flags::{Flag, Given, Order};
use crate::stream::relay::End;
use crate::stream::signals::Signals;
use crate::stream::terminal;
use crate::verbs::run::{Attached, exit_with};

pub const COMMAND: Command = Command {
    name: "attach",
    usage: &["[OPTIONS] CONTAINER"],
    about: "Attach local standard input, output, and error streams to a running container",
    aliases: "docker container attach, docker attach",
    flags: &[&[
        Flag::text(
            "detach-keys",
            "Keys that leave the container running (ctrl-p,ctrl-q)",
        ),
        Flag::switch("no-stdin", "Do not send our stdin"),
        Flag::switch("sig-proxy", "Pass our signals on to the container").default("true"),
    ]],
    arity: Arity::Exactly(1),
    order: Order::Free,
    run,
};

fn run(context: &Context, given: &Given) -> Result<(), Failure> {
    let client = &context.client;
    let container = client.container_inspect(&given.operands[0])?;
    check_state(&container.state)?;
    let ContainerInspect { id, config, .. } = container;
    let wants_input = !given.is_on("no-stdin");
    terminal::require_input(wants_input, config.tty)?;
    let wait = client.container_wait(&id, WaitCondition::NotRunning)?;
    let forward = !config.tty && (!given.has("sig-proxy") || given.is_on("sig-proxy"));
    let signals = Signals::collect(forward).map_err(std::io::Error::from)?;
    let keys = given.text("detach-keys");
    let input = wants_input && config.open_stdin;
    let upgraded = client.container_attach(
        &id,
        &AttachOptions {
            logs: false,
            stdin: input,
            stdout: true,
            stderr: true,
            detach_keys: keys.to_owned(),
        },
    )?;
    if config.tty
        && let Some((rows, columns)) = terminal::size()
    {
        // A program redraws its screen only when the size changes: so it is
        // changed once, and set right when the streams are carried.
        let _ = client.container_resize(&id, rows.saturating_add(1), columns.saturating_add(1));
    }
    let streams = Attached {
        client,
        id: &id,
        input,
        output: true,
        tty: config.tty,
        detach_keys: keys,
    };
    match streams.carry(upgraded, &signals, Some(&wait))? {
        End::Detached => Err(Failure::new("read escape sequence")),
        End::Output | End::Watched => exit_with(wait),
        End::HungUp | End::Forced => Err(Failure::silent(CODE_HUNG_UP)),
    }
}

fn check_state(state: &ContainerState) -> Result<(), Failure> {
    let what = if !state.running {
        "You cannot attach to a stopped container, start it first"
    } else if state.paused {
        "You cannot attach to a paused container, unpause it first"
    } else if state.restarting {
        "You cannot attach to a restarting container, wait until it is running"
    } else {
        return Ok(());
    };
    Err(Failure::new(what))
}
