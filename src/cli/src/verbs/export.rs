//! `docker export`.

use std::fs::File;
use std::io::{self, IsTerminal, Write};

use crate::command::{Arity, Command, Context};
use crate::error::{Failure, describe_io};
use crate::flags::{Flag, Given, Order};

pub const COMMAND: Command = Command {
    name: "export",
    usage: &["[OPTIONS] CONTAINER"],
    about: "Export a container's filesystem as a tar archive",
    aliases: "docker container export, docker export",
    flags: &[&[Flag::text("output", "Write to a file instead of stdout").short('o')]],
    arity: Arity::Exactly(1),
    order: Order::Free,
    run,
};

fn run(context: &Context, given: &Given) -> Result<(), Failure> {
    let output = given.text("output");
    if output.is_empty() && io::stdout().is_terminal() {
        return Err(Failure::new(
            "cowardly refusing to save to a terminal. Use the -o flag or redirect",
        ));
    }
    let mut reply = context.client.container_export(&given.operands[0])?;
    if output.is_empty() {
        let mut out = io::stdout().lock();
        io::copy(&mut reply, &mut out)?;
        out.flush()?;
        return Ok(());
    }
    let failed = |error: io::Error| {
        Failure::new(format!(
            "failed to export container: open {output}: {}",
            describe_io(&error)
        ))
    };
    // Written beside and renamed, so that a broken export leaves no half file.
    let partial = format!("{output}.partial-{}", std::process::id());
    let result = File::create(&partial)
        .and_then(|mut file| io::copy(&mut reply, &mut file))
        .and_then(|_| std::fs::rename(&partial, output));
    if result.is_err() {
        let _ = std::fs::remove_file(&partial);
    }
    result.map_err(failed)
}
