//! `docker create`, and the creation that `run` begins with.

use std::fs::{self, File};
use std::io::{self, IsTerminal, Write};
use std::path::PathBuf;

use plimsoll_api::{ClientError, ContainerCreateRequest};

use crate::command::{Arity, Command, Context};
use crate::create::flags::{CONTAINER, IMAGE};
use crate::create::request;
use crate::error::{CODE_USAGE, Failure, describe_io};
use crate::flags::{Flag, Given, Order};
use crate::output::{put, say};
use crate::quote::quoted;
use crate::reference::{ImageArgument, Reference, parse_image};
use crate::stream::terminal;
use crate::verbs::pull::pull;

pub const COMMAND: Command = Command {
    name: "create",
    usage: &["[OPTIONS] IMAGE [COMMAND] [ARG...]"],
    about: "Create a new container",
    aliases: "docker container create, docker create",
    flags: &[CONTAINER, IMAGE, EXPLAIN],
    arity: Arity::AtLeast(1),
    order: Order::FlagsFirst,
    run,
};

/// Ours: what would be done, and nothing is done.
pub const EXPLAIN: &[Flag] = &[Flag::switch(
    "explain",
    "Show what would be done, step by step, and do nothing (Plimsoll)",
)];

fn run(context: &Context, given: &Given) -> Result<(), Failure> {
    let in_words = |failure: Failure| Failure::of_command(&failure.message, "create", CODE_USAGE);
    check_pull(given).map_err(in_words)?;
    let here = std::env::current_dir().unwrap_or_default();
    let body = request::build(given, &here).map_err(|error| in_words(error.into()))?;
    if given.is_on("explain") {
        return explain(context, &body);
    }
    say!("{}", create(context, given, body)?);
    Ok(())
}

/// Prints the plan.
pub fn explain(context: &Context, body: &ContainerCreateRequest) -> Result<(), Failure> {
    let plan = context.client.explain(body)?;
    for warning in &plan.warnings {
        eprintln!("WARNING: {warning}");
    }
    let end = if plan.text.ends_with('\n') { "" } else { "\n" };
    put!("{}{end}", plan.text);
    Ok(())
}

/// `--pull` has three words.
pub fn check_pull(given: &Given) -> Result<(), Failure> {
    match given.last("pull") {
        None | Some("" | "always" | "missing" | "never") => Ok(()),
        Some(other) => Err(Failure::new(format!(
            "invalid pull option: '{other}': must be one of \"always\", \"missing\" or \"never\""
        ))),
    }
}

/// Creates a container, pulling its image where it is missing; its ID.
pub fn create(
    context: &Context,
    given: &Given,
    mut body: ContainerCreateRequest,
) -> Result<String, Failure> {
    let id_file = IdFile::reserve(&body.host_config.container_id_file)?;
    let reference = match parse_image(&body.config.image)? {
        ImageArgument::Named(reference) => Some(reference.or_latest()),
        ImageArgument::Id => None,
    };
    let platform = given.text("platform");
    check_platform(platform)?;
    let policy = match given.text("pull") {
        "" => "missing",
        policy => policy,
    };
    if let Some(reference) = reference.as_ref().filter(|_| policy == "always") {
        pull_image(context, given, reference)?;
    }
    if let Some((rows, columns)) = terminal::size() {
        body.host_config.console_size = [rows.into(), columns.into()];
    }
    let name = given.text("name");
    let created = match context.client.container_create(name, platform, &body) {
        Err(error) if is_missing_image(&error) && policy == "missing" => {
            let Some(reference) = &reference else {
                return Err(error.into());
            };
            if !given.is_on("quiet") {
                eprintln!("Unable to find image '{reference}' locally");
            }
            pull_image(context, given, reference)?;
            context.client.container_create(name, platform, &body)?
        }
        other => other?,
    };
    for warning in &created.warnings {
        eprintln!("WARNING: {warning}");
    }
    for address in body.host_config.dns.iter().flatten() {
        if address
            .parse()
            .is_ok_and(|ip: std::net::IpAddr| ip.is_loopback())
        {
            eprintln!("WARNING: Localhost DNS ({address}) may fail in containers.");
        }
    }
    id_file.write(&created.id)?;
    Ok(created.id)
}

/// 404 is said of images only: a container that a mode names has other codes.
fn is_missing_image(error: &ClientError) -> bool {
    error.is_not_found()
}

fn check_platform(platform: &str) -> Result<(), Failure> {
    let parts: Vec<&str> = platform.split('/').collect();
    let word = |part: &&str| {
        !part.is_empty()
            && part
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || "_.-()".contains(c))
    };
    if platform.is_empty() || (parts.len() <= 3 && parts.iter().all(word)) {
        return Ok(());
    }
    Err(Failure::new(format!(
        "error parsing specified platform: {}: cannot parse platform specifier: invalid argument",
        quoted(platform)
    )))
}

/// Progress goes to stderr: stdout is for the container.
fn pull_image(context: &Context, given: &Given, reference: &Reference) -> Result<(), Failure> {
    let mut out = io::stderr();
    let columns = out
        .is_terminal()
        .then(|| terminal::size().map_or(80, |(_, columns)| columns));
    let quiet = given.is_on("quiet");
    pull(
        context,
        reference,
        given.text("platform"),
        quiet,
        &mut out,
        columns,
    )
}

/// The file of `--cidfile`: taken before the container exists, removed where
/// it never came to be.
struct IdFile {
    file: Option<(PathBuf, File)>,
}

impl IdFile {
    fn reserve(path: &str) -> Result<Self, Failure> {
        if path.is_empty() {
            return Ok(Self { file: None });
        }
        let created = File::options().write(true).create_new(true).open(path);
        match created {
            Ok(file) => Ok(Self {
                file: Some((PathBuf::from(path), file)),
            }),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                Err(Failure::new(format!(
                    "container ID file found, make sure the other container isn't running or delete {path}"
                )))
            }
            Err(error) => Err(Failure::new(format!(
                "failed to create the container ID file: open {path}: {}",
                describe_io(&error)
            ))),
        }
    }

    fn write(mut self, id: &str) -> Result<(), Failure> {
        let Some((_, mut file)) = self.file.take() else {
            return Ok(());
        };
        file.write_all(id.as_bytes()).map_err(|error| {
            Failure::new(format!(
                "failed to write the container ID to the file: {}",
                describe_io(&error)
            ))
        })
    }
}

impl Drop for IdFile {
    fn drop(&mut self) {
        if let Some((path, _)) = &self.file {
            let _ = fs::remove_file(path);
        }
    }
}
