//! `docker logs`.

use std::io::{self, Read, Write};

use plimsoll_api::client::{Demux, LogOptions};

use crate::clock;
use crate::command::{Arity, Command, Context};
use crate::error::Failure;
use crate::flags::{Flag, Given, Order};
use crate::stream::relay::write_frames;

pub const COMMAND: Command = Command {
    name: "logs",
    usage: &["[OPTIONS] CONTAINER"],
    about: "Fetch the logs of a container",
    aliases: "docker container logs, docker logs",
    flags: &[&[
        Flag::switch("details", "Show what the log driver adds"),
        Flag::switch("follow", "Go on with what is written from now on").short('f'),
        Flag::text(
            "since",
            "Begin at a time (2013-01-02T13:23:37Z) or so long ago (42m)",
        ),
        Flag::text("tail", "Show so many lines of the end")
            .short('n')
            .default("\"all\""),
        Flag::switch("timestamps", "Show when each line was written").short('t'),
        Flag::text(
            "until",
            "End at a time (2013-01-02T13:23:37Z) or so long ago (42m)",
        ),
    ]],
    arity: Arity::Exactly(1),
    order: Order::Free,
    run,
};

fn time(given: &Given, flag: &str) -> Result<String, Failure> {
    clock::parse(given.text(flag))
        .map_err(|error| Failure::new(format!("invalid value for \"{flag}\": {error}")))
}

fn run(context: &Context, given: &Given) -> Result<(), Failure> {
    let name = &given.operands[0];
    let options = LogOptions {
        stdout: true,
        stderr: true,
        follow: given.is_on("follow"),
        timestamps: given.is_on("timestamps"),
        details: given.is_on("details"),
        since: time(given, "since")?,
        until: time(given, "until")?,
        tail: given.last("tail").unwrap_or("all").to_owned(),
    };
    let mut reply = context.client.container_logs(name, &options)?;
    // Engines say since API 1.42 which kind of stream it is.
    let raw = match reply.head.header("content-type") {
        Some("application/vnd.docker.multiplexed-stream") => false,
        Some("application/vnd.docker.raw-stream") => true,
        _ => context.client.container_inspect(name)?.config.tty,
    };
    if raw {
        let mut out = io::stdout().lock();
        io::copy(&mut reply, &mut out)?;
        out.flush()?;
        return Ok(());
    }
    let mut demux = Demux::new();
    let mut chunk = vec![0; 32 * 1024];
    loop {
        match reply.read(&mut chunk)? {
            0 => return Ok(()),
            length => write_frames(&mut demux, &chunk[..length])?,
        }
    }
}
