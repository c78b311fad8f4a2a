//! `docker diff`.

use std::io::Write;

use crate::command::{Arity, Command, Context};
use crate::error::Failure;
use crate::flags::{Given, Order};

pub const COMMAND: Command = Command {
    name: "diff",
    usage: &["CONTAINER"],
    about: "Inspect changes to files or directories on a container's filesystem",
    aliases: "docker container diff, docker diff",
    flags: &[],
    arity: Arity::Exactly(1),
    order: Order::Free,
    run,
};

fn run(context: &Context, given: &Given) -> Result<(), Failure> {
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    for change in context.client.container_changes(&given.operands[0])? {
        let kind = match change.kind {
            0 => 'C',
            1 => 'A',
            _ => 'D',
        };
        writeln!(out, "{kind} {}", change.path)?;
    }
    out.flush()?;
    Ok(())
}
