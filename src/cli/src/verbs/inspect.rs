//! `docker inspect`, and that of containers, images, volumes and networks.

use plimsoll_api::{Client, ClientError};

use crate::command::{Arity, Command, Context};
use crate::error::Failure;
use crate::flags::{Flag, Given, Order};
use crate::output::json;
use crate::output::say;
use crate::quote::quoted;
use crate::template::{Purpose, Template, from_json};

const FORMAT: Flag = Flag::text("format", "Show as 'json' or by a Go template").short('f');
const SIZE: Flag = Flag::switch("size", "Show a container's sizes too").short('s');

pub const COMMAND: Command = Command {
    name: "inspect",
    usage: &["[OPTIONS] NAME|ID [NAME|ID...]"],
    about: "Return low-level information on Docker objects",
    aliases: "",
    flags: &[&[
        FORMAT,
        SIZE,
        Flag::text("type", "Take only objects of this kind"),
    ]],
    arity: Arity::AtLeast(1),
    order: Order::Free,
    run: any,
};

pub const CONTAINER: Command = Command {
    name: "inspect",
    usage: &["[OPTIONS] CONTAINER [CONTAINER...]"],
    about: "Display detailed information on one or more containers",
    aliases: "",
    flags: &[&[FORMAT, SIZE]],
    arity: Arity::AtLeast(1),
    order: Order::Free,
    run: |context, given| {
        let size = given.is_on("size");
        show(given, |name| {
            Ok(context.client.container_inspect_raw(name, size)?)
        })
    },
};

pub const IMAGE: Command = Command {
    name: "inspect",
    usage: &["[OPTIONS] IMAGE [IMAGE...]"],
    about: "Display detailed information on one or more images",
    aliases: "",
    flags: &[&[FORMAT]],
    arity: Arity::AtLeast(1),
    order: Order::Free,
    run: |context, given| show(given, |name| Ok(context.client.image_inspect_raw(name)?)),
};

pub const VOLUME: Command = Command {
    name: "inspect",
    usage: &["[OPTIONS] VOLUME [VOLUME...]"],
    about: "Display detailed information on one or more volumes",
    aliases: "",
    flags: &[&[FORMAT]],
    arity: Arity::AtLeast(1),
    order: Order::Free,
    run: |context, given| show(given, |name| Ok(context.client.volume_inspect_raw(name)?)),
};

pub const NETWORK: Command = Command {
    name: "inspect",
    usage: &["[OPTIONS] NETWORK [NETWORK...]"],
    about: "Display detailed information on one or more networks",
    aliases: "",
    flags: &[&[
        FORMAT,
        Flag::switch("verbose", "Show more, for diagnosis").short('v'),
    ]],
    arity: Arity::AtLeast(1),
    order: Order::Free,
    run: |context, given| {
        let verbose = given.is_on("verbose");
        show(given, |name| {
            Ok(context.client.network_inspect_raw(name, verbose)?)
        })
    },
};

/// The kinds, in the order in which a name is looked up.
const KINDS: &[&str] = &["container", "image", "network", "volume"];
/// Kinds of Docker that an engine without swarm never has.
const OTHER_KINDS: &[&str] = &["config", "node", "plugin", "secret", "service", "task"];

fn any(context: &Context, given: &Given) -> Result<(), Failure> {
    let kind = given.last("type");
    let size = given.is_on("size");
    let all = || {
        let mut kinds: Vec<&str> = KINDS.iter().chain(OTHER_KINDS).copied().collect();
        kinds.sort_unstable();
        kinds
            .iter()
            .map(|kind| quoted(kind))
            .collect::<Vec<_>>()
            .join(", ")
    };
    match kind {
        Some("") => {
            return Err(Failure::new(format!(
                "type is empty: must be one of {}",
                all()
            )));
        }
        Some(kind) if !KINDS.contains(&kind) && !OTHER_KINDS.contains(&kind) => {
            return Err(Failure::new(format!(
                "unknown type: {}: must be one of {}",
                quoted(kind),
                all()
            )));
        }
        Some(kind) if OTHER_KINDS.contains(&kind) => {
            return Err(Failure::not_yet(&format!("docker inspect --type {kind}")));
        }
        _ => {}
    }
    show(given, |name| {
        for candidate in KINDS
            .iter()
            .filter(|one| kind.is_none_or(|kind| kind == **one))
        {
            match raw(&context.client, candidate, name, size) {
                Err(error) if kind.is_none() && is_skippable(&error) => {}
                Err(error) => return Err(error.into()),
                Ok(bytes) => {
                    if size && *candidate != "container" {
                        eprintln!("WARNING: --size ignored for {candidate}");
                    }
                    return Ok(bytes);
                }
            }
        }
        Err(Failure::new(format!("Error: No such object: {name}")))
    })
}

fn raw(client: &Client, kind: &str, name: &str, size: bool) -> Result<Vec<u8>, ClientError> {
    match kind {
        "container" => client.container_inspect_raw(name, size),
        "image" => client.image_inspect_raw(name),
        "network" => client.network_inspect_raw(name, false),
        _ => client.volume_inspect_raw(name),
    }
}

/// Not there as this kind: perhaps as another.
fn is_skippable(error: &ClientError) -> bool {
    let text = error.to_string();
    error.is_not_found()
        || text.contains("not supported")
        || text.contains("invalid reference format")
}

/// Gets each object and shows them together. What cannot be had is told at the
/// end, and the rest is shown.
fn show(given: &Given, get: impl Fn(&str) -> Result<Vec<u8>, Failure>) -> Result<(), Failure> {
    let format = given.text("format");
    let template =
        match format {
            "" | "json" => None,
            format => Some(Template::parse(format).map_err(|error| {
                Failure::with_code(format!("template parsing error: {error}"), 64)
            })?),
        };
    let mut messages = Vec::new();
    let mut texts = Vec::new();
    for name in &given.operands {
        let shown = get(name).and_then(|bytes| match &template {
            None => Ok(String::from_utf8_lossy(&bytes).trim().to_owned()),
            Some(template) => render(template, &bytes),
        });
        match shown {
            Ok(text) => texts.push(text),
            Err(failure) => messages.push(failure.message),
        }
    }
    match (template, format) {
        (Some(_), _) if texts.is_empty() => say!(),
        (Some(_), _) => {
            for text in &texts {
                say!("{text}");
            }
        }
        (None, _) if texts.is_empty() => say!("[]"),
        (None, "json") => say!("[{}]", texts.join(",")),
        (None, _) => say!("{}", json::indent(&format!("[{}]", texts.join(",")))),
    }
    if messages.is_empty() {
        Ok(())
    } else {
        Err(Failure::new(messages.join("\n")))
    }
}

fn render(template: &Template, bytes: &[u8]) -> Result<String, Failure> {
    let dot = from_json(bytes)
        .map_err(|error| Failure::new(format!("unable to read inspect data: {error}")))?;
    template
        .render(&dot, Purpose::Values)
        .map_err(|error| Failure::new(format!("template parsing error: {error}")))
}
