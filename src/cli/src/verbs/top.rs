//! `docker top`.

use std::io::Write;

use crate::command::{Arity, Command, Context};
use crate::error::Failure;
use crate::flags::{Given, Order};
use crate::output::table;

pub const COMMAND: Command = Command {
    name: "top",
    usage: &["CONTAINER [ps OPTIONS]"],
    about: "Display the running processes of a container",
    aliases: "docker container top, docker top",
    flags: &[],
    arity: Arity::AtLeast(1),
    order: Order::FlagsFirst,
    run,
};

fn run(context: &Context, given: &Given) -> Result<(), Failure> {
    let arguments = given.operands[1..].join(" ");
    let top = context
        .client
        .container_top(&given.operands[0], &arguments)?;
    let mut text = top.titles.join("\t") + "\n";
    for process in &top.processes {
        text.push_str(&process.join("\t"));
        text.push('\n');
    }
    let mut out = std::io::stdout().lock();
    out.write_all(table::align_with(&text, 20, 3).as_bytes())?;
    Ok(())
}
