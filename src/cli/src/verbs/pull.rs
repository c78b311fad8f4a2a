//! `docker pull`, and the pull that `run` and `create` need.

use std::io::{self, IsTerminal, Write};

use crate::command::{Arity, Command, Context};
use crate::error::Failure;
use crate::flags::{Flag, Given, Order};
use crate::output::progress;
use crate::output::say;
use crate::reference::Reference;
use crate::stream::terminal;

pub const COMMAND: Command = Command {
    name: "pull",
    usage: &["[OPTIONS] NAME[:TAG|@DIGEST]"],
    about: "Download an image from a registry",
    aliases: "docker image pull, docker pull",
    flags: &[&[
        Flag::switch("all-tags", "Take every tag of the repository").short('a'),
        Flag::switch("disable-content-trust", "Take images without signature").default("true"),
        Flag::text("platform", "Platform of the image, where there are several"),
        Flag::switch("quiet", "Do not show how it goes").short('q'),
    ]],
    arity: Arity::Exactly(1),
    order: Order::Free,
    run,
};

fn run(context: &Context, given: &Given) -> Result<(), Failure> {
    let quiet = given.is_on("quiet");
    let all = given.is_on("all-tags");
    let mut reference = Reference::parse(&given.operands[0])?;
    let named_only = reference.tag.is_none() && reference.digest.is_none();
    if all && !named_only {
        return Err(Failure::new("tag can't be used with --all-tags/-a"));
    }
    if !all && named_only {
        reference = reference.or_latest();
        if !quiet {
            say!("Using default tag: latest");
        }
    }
    let mut out = io::stdout();
    let columns = out
        .is_terminal()
        .then(|| terminal::size().map_or(80, |(_, columns)| columns));
    pull(
        context,
        &reference,
        given.text("platform"),
        quiet,
        &mut out,
        columns,
    )?;
    say!("{}", reference.canonical());
    Ok(())
}

/// Pulls and shows progress; `columns` is the terminal's width, if `out` is
/// one.
pub fn pull(
    context: &Context,
    reference: &Reference,
    platform: &str,
    quiet: bool,
    out: &mut dyn Write,
    columns: Option<u16>,
) -> Result<(), Failure> {
    let repository = format!("{}/{}", reference.domain, reference.path);
    // A digest stands in the tag's place.
    let tag = reference.digest.as_ref().or(reference.tag.as_ref());
    let lines = context.client.image_pull(
        &repository,
        tag.map_or("", String::as_str),
        &platform.to_lowercase(),
        "",
    )?;
    if quiet {
        progress::show(lines, &mut io::sink(), None)
    } else {
        progress::show(lines, out, columns)
    }
}
