//! `docker exec`.

use std::io::{self, IsTerminal};
use std::ops::ControlFlow;

use nix::sys::signal::Signal;
use plimsoll_api::{Client, ExecCreate, ExecStart, Words};

use crate::command::{Arity, Command, Context};
use crate::create::environment::{check_variable, from_process, read_file, variable};
use crate::error::{CODE_HUNG_UP, Failure, Invalid};
use crate::flags::{Flag, Given, Order};
use crate::stream::detach::DetachKeys;
use crate::stream::relay::{End, Relay};
use crate::stream::signals::Signals;
use crate::stream::terminal::{self, RawMode};

pub const COMMAND: Command = Command {
    name: "exec",
    usage: &["[OPTIONS] CONTAINER COMMAND [ARG...]"],
    about: "Execute a command in a running container",
    aliases: "docker container exec, docker exec",
    flags: &[&[
        Flag::switch("detach", "Run it in the background").short('d'),
        Flag::text(
            "detach-keys",
            "Keys that leave the command running (ctrl-p,ctrl-q)",
        ),
        Flag::values(
            "env",
            "list",
            check_variable,
            "Set an environment variable (name=value)",
        )
        .short('e'),
        Flag::list("env-file", "Read environment variables from a file"),
        Flag::switch("interactive", "Send our stdin").short('i'),
        Flag::switch("privileged", "Give every privilege that the lab has"),
        Flag::switch("tty", "Give the command a terminal").short('t'),
        Flag::text("user", "User to run as (name|uid[:group|gid])").short('u'),
        Flag::text("workdir", "Directory to start in").short('w'),
    ]],
    arity: Arity::AtLeast(2),
    order: Order::FlagsFirst,
    run,
};

fn run(context: &Context, given: &Given) -> Result<(), Failure> {
    let client = &context.client;
    let container = &given.operands[0];
    let body = request(given)?;
    if let Err(failure) = terminal::require_input(body.attach_stdin, body.tty) {
        // A container that is not there is the more useful thing to say.
        client.container_inspect(container)?;
        return Err(failure);
    }
    let id = client.exec_create(container, &body)?;
    let start = ExecStart {
        detach: body.detach,
        tty: body.tty,
        console_size: body.console_size,
    };
    if body.detach {
        client.exec_start_detached(&id, &start)?;
        return Ok(());
    }
    let signals = Signals::collect(false).map_err(io::Error::from)?;
    let upgraded = client.exec_start(&id, &start)?;
    let _raw = if body.tty && body.attach_stdin {
        RawMode::enter()?
    } else {
        None
    };
    let resizes = body.tty && io::stdout().is_terminal();
    let resize = || {
        if let Some((rows, columns)) = terminal::size().filter(|size| *size != (0, 0)) {
            // The next change of size tries again.
            let _ = client.exec_resize(&id, rows, columns);
        }
    };
    let mut on_signal = |signal: Signal| {
        if signal == Signal::SIGWINCH && resizes {
            resize();
        }
        ControlFlow::Continue(())
    };
    let relay = Relay {
        upgraded,
        input: body.attach_stdin,
        output: true,
        tty: body.tty,
        detach: DetachKeys::parse(&body.detach_keys).unwrap_or_default(),
        signals: Some(&signals),
        on_signal: &mut on_signal,
        watched: None,
    };
    match relay.run()? {
        End::Detached => Err(Failure::new("read escape sequence")),
        End::Output | End::Watched => exit_code(client, &id),
        End::HungUp | End::Forced => Err(Failure::silent(CODE_HUNG_UP)),
    }
}

fn request(given: &Given) -> Result<ExecCreate, Invalid> {
    let detach = given.is_on("detach");
    let tty = given.is_on("tty");
    let mut env = Vec::new();
    for file in given.all("env-file") {
        env.extend(read_file(file, from_process)?);
    }
    env.extend(given.all("env").map(|text| variable(text, from_process)));
    Ok(ExecCreate {
        user: given.text("user").to_owned(),
        privileged: given.is_on("privileged"),
        tty,
        console_size: terminal::size()
            .filter(|_| tty)
            .map(|(rows, columns)| [rows.into(), columns.into()]),
        attach_stdin: !detach && given.is_on("interactive"),
        attach_stderr: !detach,
        attach_stdout: !detach,
        detach,
        detach_keys: given.text("detach-keys").to_owned(),
        env: (!env.is_empty()).then_some(env),
        working_dir: given.text("workdir").to_owned(),
        cmd: Words(given.operands[1..].to_vec()),
    })
}

fn exit_code(client: &Client, id: &str) -> Result<(), Failure> {
    match client.exec_inspect(id)?.exit_code {
        Some(0) | None => Ok(()),
        Some(code) => Err(Failure::silent(u8::try_from(code & 0xff).unwrap_or(1))),
    }
}
