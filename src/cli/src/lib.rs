//! The `docker` command: a file per verb under `verbs`, formats and tables.
//!
//! Invariant: it knows the Docker Engine API and nothing else, so it works the
//! same against our engine and against a real Docker; stdout is data, what is
//! for people goes to stderr; texts and exit codes are those of Docker's own
//! client where it has them.
//!
//! Start with [`main`], then `command` and `verbs`. Deliberately absent:
//! contexts, credential stores, plugins, colours.

mod clock;
mod command;
mod copy;
mod create;
mod error;
mod flags;
mod help;
mod output;
mod quantity;
mod quote;
mod reference;
mod stream;
mod template;
mod verbs;

use output::{put, say};
use std::ffi::OsString;
use std::io::Write;
use std::process::ExitCode;

use plimsoll_api::client::{Client, Endpoint};

use command::{Command, Context, Group, find};
use error::{CODE_USAGE, Failure};
use flags::{Flag, Given, Order};

const GLOBALS: &[Flag] = &[
    Flag::text("config", "Directory of client settings (not used)"),
    Flag::text("context", "Context to connect by (default)").short('c'),
    Flag::switch("debug", "Say more (not used)").short('D'),
    Flag::list(
        "host",
        "Socket of the engine (unix:///path, tcp://host:port)",
    )
    .short('H'),
    Flag::text("log-level", "What is logged (not used)")
        .short('l')
        .default("\"info\""),
    Flag::switch("version", "Show the version and end").short('v'),
];

/// Runs one command. `words` is what was typed behind `docker`.
pub fn main(words: Vec<OsString>) -> ExitCode {
    let words = words
        .into_iter()
        .map(|word| word.to_string_lossy().into_owned())
        .collect::<Vec<_>>();
    let ended = dispatch(&words).and_then(|()| Ok(std::io::stdout().flush()?));
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(mut failure) => {
            if !failure.message.is_empty() {
                failure.message = output::hint::folded(&failure.message);
                failure.tell(&mut std::io::stderr());
            }
            ExitCode::from(failure.code)
        }
    }
}

fn dispatch(words: &[String]) -> Result<(), Failure> {
    let globals = Given::parse(&[GLOBALS], Order::FlagsFirst, words).map_err(|error| {
        Failure::with_code(
            format!(
                "{error}\n\nUsage:  docker [OPTIONS] COMMAND [ARG...]\n\nRun 'docker --help' for more information"
            ),
            CODE_USAGE,
        )
    })?;
    check_log_level(globals.text("log-level"))?;
    if globals.is_on("version") {
        say!("Docker version {} (Plimsoll)", env!("CARGO_PKG_VERSION"));
        return Ok(());
    }
    let Some((name, rest)) = globals.operands.split_first() else {
        put!("{}", overview());
        return Ok(());
    };
    if globals.wants_help || name == "help" {
        return help(rest);
    }
    let context = || connect(&globals, words);
    if let Some(group) = verbs::GROUPS.iter().find(|group| group.name == name) {
        return in_group(group, rest, context);
    }
    match top_level(name) {
        Some(command) => command.call(&format!("docker {name}"), context, rest),
        None if verbs::NOT_YET.contains(&name.as_str()) => {
            Err(Failure::not_yet(&format!("docker {name}")))
        }
        None => Err(Failure::new(format!(
            "docker: unknown command: docker {name}\n\nRun 'docker --help' for more information"
        ))),
    }
}

fn top_level(name: &str) -> Option<&'static Command> {
    verbs::COMMON
        .iter()
        .chain(verbs::OTHERS)
        .find(|command| command.name == name)
        .copied()
}

fn in_group(
    group: &Group,
    words: &[String],
    context: impl FnOnce() -> Result<Context, Failure>,
) -> Result<(), Failure> {
    let path = format!("docker {}", group.name);
    let name = match words.first().map(String::as_str) {
        None | Some("--help" | "-h") => {
            put!("{}", help::of_group(group));
            return Ok(());
        }
        Some(name) => name,
    };
    if let Some(command) = find(group.commands, name) {
        return command.call(&format!("{path} {}", command.name), context, &words[1..]);
    }
    if verbs::NOT_YET.contains(&format!("{} {name}", group.name).as_str()) {
        return Err(Failure::not_yet(&format!("{path} {name}")));
    }
    if name.starts_with('-') {
        return Err(Failure::with_code(
            format!(
                "unknown {}: {name}\n\nUsage:  {path} COMMAND\n\nRun '{path} --help' for more information",
                if name.starts_with("--") {
                    "flag"
                } else {
                    "shorthand flag"
                }
            ),
            CODE_USAGE,
        ));
    }
    Err(Failure::new(format!(
        "docker: unknown command: {path} {name}\n\nUsage:  {}\n\nRun '{path} --help' for more information",
        group.usage
    )))
}

/// `docker help`, `docker help run`, `docker help volume ls`.
fn help(words: &[String]) -> Result<(), Failure> {
    let never = || Err(Failure::silent(CODE_USAGE));
    let ask = [words, &["--help".to_owned()]].concat();
    match words.first() {
        None => {
            put!("{}", overview());
            Ok(())
        }
        Some(name) => match verbs::GROUPS.iter().find(|group| group.name == name) {
            Some(group) => in_group(group, &ask[1..], never),
            None => match top_level(name) {
                Some(command) => command.call(&format!("docker {name}"), never, &ask[1..]),
                None => Err(Failure::new(format!(
                    "unknown help topic: {}",
                    words.join(" ")
                ))),
            },
        },
    }
}

fn overview() -> String {
    help::of_docker(verbs::COMMON, verbs::GROUPS, verbs::OTHERS, GLOBALS)
}

/// The levels of Docker's client. Nothing is logged here; a mistake is still one.
fn check_log_level(level: &str) -> Result<(), Failure> {
    const LEVELS: [&str; 8] = [
        "panic", "fatal", "error", "warn", "warning", "info", "debug", "trace",
    ];
    if level.is_empty() || LEVELS.contains(&level.to_lowercase().as_str()) {
        return Ok(());
    }
    Err(Failure::new(format!(
        "Unable to parse logging level: {level}"
    )))
}

/// There is the one context that is the environment, by Docker's name for it.
fn check_context(globals: &Given) -> Result<(), Failure> {
    let context = globals.text("context");
    if context.is_empty() {
        return Ok(());
    }
    if globals.has("host") {
        return Err(Failure::new(
            "conflicting options: cannot specify both --host and --context",
        ));
    }
    if context == "default" {
        return Ok(());
    }
    Err(Failure::new(format!(
        "Failed to initialize: unable to resolve docker endpoint: context \"{context}\": context \
         not found"
    )))
}

/// The engine that `--host` or `DOCKER_HOST` names. It is told what was typed.
fn connect(globals: &Given, words: &[String]) -> Result<Context, Failure> {
    check_context(globals)?;
    let mut hosts = globals.all("host");
    let endpoint = match (hosts.next(), hosts.next()) {
        (Some(_), Some(_)) => {
            return Err(Failure::new(
                "Failed to initialize: unable to resolve docker endpoint: Specify only one -H",
            ));
        }
        (Some(host), None) => Endpoint::parse(host),
        (None, _) => Endpoint::from_env(),
    };
    let endpoint =
        endpoint.map_err(|error| Failure::new(format!("Failed to initialize: {error}")))?;
    let typed = std::iter::once("docker").chain(words.iter().map(String::as_str));
    Ok(Context {
        client: Client::new(endpoint).for_command(typed),
    })
}
