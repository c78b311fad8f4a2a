//! `stop`, `restart`, `kill`, `pause`, `unpause`.

use crate::command::{Arity, Command, Context};
use crate::error::Failure;
use crate::flags::{Flag, Given, Order};
use crate::quantity::{check_int, parse_int};
use crate::verbs::each::each;

const ENDING: &[Flag] = &[
    Flag::text("signal", "Signal to send first").short('s'),
    Flag::value(
        "timeout",
        "int",
        check_int,
        "Seconds to wait before it is killed",
    )
    .short('t'),
    Flag::value("time", "int", check_int, "").alias_of("timeout"),
];

const SEVERAL: &str = "CONTAINER [CONTAINER...]";
const SEVERAL_WITH_OPTIONS: &str = "[OPTIONS] CONTAINER [CONTAINER...]";

pub const STOP: Command = Command {
    name: "stop",
    usage: &[SEVERAL_WITH_OPTIONS],
    about: "Stop one or more running containers",
    aliases: "docker container stop, docker stop",
    flags: &[ENDING],
    arity: Arity::AtLeast(1),
    order: Order::Free,
    run: stop,
};

pub const RESTART: Command = Command {
    name: "restart",
    usage: &[SEVERAL_WITH_OPTIONS],
    about: "Restart one or more containers",
    aliases: "docker container restart, docker restart",
    flags: &[ENDING],
    arity: Arity::AtLeast(1),
    order: Order::Free,
    run: restart,
};

pub const KILL: Command = Command {
    name: "kill",
    usage: &[SEVERAL_WITH_OPTIONS],
    about: "Kill one or more running containers",
    aliases: "docker container kill, docker kill",
    flags: &[&[Flag::text("signal", "Signal to send").short('s')]],
    arity: Arity::AtLeast(1),
    order: Order::Free,
    run: kill,
};

pub const PAUSE: Command = Command {
    name: "pause",
    usage: &[SEVERAL],
    about: "Pause all processes within one or more containers",
    aliases: "docker container pause, docker pause",
    flags: &[],
    arity: Arity::AtLeast(1),
    order: Order::Free,
    run: pause,
};

pub const UNPAUSE: Command = Command {
    name: "unpause",
    usage: &[SEVERAL],
    about: "Unpause all processes within one or more containers",
    aliases: "docker container unpause, docker unpause",
    flags: &[],
    arity: Arity::AtLeast(1),
    order: Order::Free,
    run: unpause,
};

fn timeout(given: &Given) -> Result<Option<i64>, Failure> {
    Ok(given.last("timeout").map(parse_int).transpose()?)
}

fn stop(context: &Context, given: &Given) -> Result<(), Failure> {
    let (signal, timeout) = (given.text("signal"), timeout(given)?);
    each(&context.client, &given.operands, |client, name| {
        client.container_stop(name, signal, timeout)
    })
}

fn restart(context: &Context, given: &Given) -> Result<(), Failure> {
    let (signal, timeout) = (given.text("signal"), timeout(given)?);
    each(&context.client, &given.operands, |client, name| {
        client.container_restart(name, signal, timeout)
    })
}

fn kill(context: &Context, given: &Given) -> Result<(), Failure> {
    let signal = given.text("signal");
    each(&context.client, &given.operands, |client, name| {
        client.container_kill(name, signal)
    })
}

fn pause(context: &Context, given: &Given) -> Result<(), Failure> {
    each(&context.client, &given.operands, |client, name| {
        client.container_pause(name)
    })
}

fn unpause(context: &Context, given: &Given) -> Result<(), Failure> {
    each(&context.client, &given.operands, |client, name| {
        client.container_unpause(name)
    })
}
