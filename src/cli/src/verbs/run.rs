//! `docker run`: create, attach, wait, start, and carry the streams.
//!
//! In this order, because output and exit of a container that ends at once
//! would else be lost. The wait and the attach have connections of their own;
//! create and start share one.

use std::cell::Cell;
use std::io::{self, IsTerminal};
use std::ops::ControlFlow;
use std::os::fd::AsFd;

use nix::sys::signal::Signal;
use plimsoll_api::client::{AttachOptions, Client, Reply, Upgraded, WaitCondition};
use plimsoll_api::{ClientError, ContainerConfig, WaitResponse};

use crate::command::{Arity, Command, Context};
use crate::create::flags::{CONTAINER, IMAGE};
use crate::create::request;
use crate::error::{
    CODE_HUNG_UP, CODE_NOT_EXECUTABLE, CODE_NOT_FOUND, CODE_USAGE, Failure, describe,
};
use crate::flags::{Flag, Given, Order};
use crate::output::{offered, say};
use crate::stream::detach::DetachKeys;
use crate::stream::relay::{End, Relay};
use crate::stream::signals::{Signals, short_name};
use crate::stream::terminal::{self, RawMode};
use crate::verbs::create::{EXPLAIN, check_pull, create, explain};

pub const COMMAND: Command = Command {
    name: "run",
    usage: &["[OPTIONS] IMAGE [COMMAND] [ARG...]"],
    about: "Create and run a new container from an image",
    aliases: "docker container run, docker run",
    flags: &[
        CONTAINER,
        IMAGE,
        EXPLAIN,
        &[
            Flag::switch(
                "detach",
                "Run in the background and show the container's ID",
            )
            .short('d'),
            Flag::text(
                "detach-keys",
                "Keys that leave the container running (ctrl-p,ctrl-q)",
            ),
            Flag::switch("sig-proxy", "Pass our signals on to the container").default("true"),
        ],
    ],
    arity: Arity::AtLeast(1),
    order: Order::FlagsFirst,
    run,
};

fn run(context: &Context, given: &Given) -> Result<(), Failure> {
    let usage = |failure: Failure| Failure::of_command(&failure.message, "run", CODE_USAGE);
    check_pull(given).map_err(usage)?;
    let here = std::env::current_dir().unwrap_or_default();
    let mut body = request::build(given, &here).map_err(|error| usage(error.into()))?;
    if given.is_on("explain") {
        return explain(context, &body).map_err(judge);
    }
    if given.is_on("detach") {
        if given.has("attach") {
            return Err(Failure::new(
                "conflicting options: cannot specify both --attach and --detach",
            ));
        }
        detach(&mut body.config);
    } else {
        terminal::require_input(body.config.attach_stdin, body.config.tty)?;
    }
    let session = Session {
        client: &context.client,
        config: body.config.clone(),
        auto_remove: body.host_config.auto_remove,
        detach_keys: given.text("detach-keys").to_owned(),
        forward: !given.has("sig-proxy") || given.is_on("sig-proxy"),
    };
    let id = create(context, given, body).map_err(judge)?;
    session.start(&id)
}

fn detach(config: &mut ContainerConfig) {
    config.attach_stdin = false;
    config.attach_stdout = false;
    config.attach_stderr = false;
    config.stdin_once = false;
}

/// A container between its creation and its end, at our terminal.
struct Session<'a> {
    client: &'a Client,
    config: ContainerConfig,
    auto_remove: bool,
    detach_keys: String,
    forward: bool,
}

impl Session<'_> {
    fn start(&self, id: &str) -> Result<(), Failure> {
        let config = &self.config;
        if !(config.attach_stdin || config.attach_stdout || config.attach_stderr) {
            // The ID comes first even where the start fails: it is there.
            say!("{id}");
            self.client
                .container_start(id, &self.detach_keys)
                .map_err(|error| judge(error.into()))?;
            offered::tell(self.client, id);
            return Ok(());
        }
        let signals = Signals::collect(self.forward).map_err(io::Error::from)?;
        let condition = if self.auto_remove {
            WaitCondition::Removed
        } else {
            WaitCondition::NextExit
        };
        let wait = self.client.container_wait_begin(id, condition)?;
        let upgraded = self.client.container_attach(
            id,
            &AttachOptions {
                logs: false,
                stdin: config.attach_stdin,
                stdout: config.attach_stdout,
                stderr: config.attach_stderr,
                detach_keys: self.detach_keys.clone(),
            },
        )?;
        let wait = wait.reply()?;
        if let Err(error) = self.client.container_start(id, "") {
            if self.auto_remove {
                // It is gone when the wait answers.
                let _ = wait.finish();
            }
            return Err(judge(error.into()));
        }
        let attached = Attached {
            client: self.client,
            id,
            input: config.attach_stdin,
            output: config.attach_stdout || config.attach_stderr,
            tty: config.tty,
            detach_keys: &self.detach_keys,
        };
        match attached.carry(upgraded, &signals, Some(&wait))? {
            End::Detached => Ok(()),
            End::Output | End::Watched => exit_with(wait),
            End::HungUp | End::Forced => Err(Failure::silent(CODE_HUNG_UP)),
        }
    }
}

/// How many times somebody asks for the end before they get it: a container may
/// ignore what is passed on to it, and PID 1 does so by default (signal(7)).
const PATIENCE: u32 = 3;

/// Counts the signals that ask for an end.
fn carry_on(signal: Signal, endings: &Cell<u32>) -> ControlFlow<()> {
    if matches!(signal, Signal::SIGINT | Signal::SIGTERM) {
        endings.set(endings.get() + 1);
    }
    if endings.get() < PATIENCE {
        return ControlFlow::Continue(());
    }
    ControlFlow::Break(())
}

/// A running container's streams.
pub struct Attached<'a> {
    pub client: &'a Client,
    pub id: &'a str,
    pub input: bool,
    pub output: bool,
    pub tty: bool,
    pub detach_keys: &'a str,
}

impl Attached<'_> {
    /// Carries bytes until the container or the user ends it.
    pub fn carry(
        &self,
        upgraded: Upgraded,
        signals: &Signals,
        wait: Option<&Reply<'_>>,
    ) -> Result<End, Failure> {
        let _raw = if self.tty && self.input {
            RawMode::enter()?
        } else {
            None
        };
        let resizes = self.tty && io::stdout().is_terminal();
        if resizes {
            self.resize();
        }
        let endings = Cell::new(0);
        let mut on_signal = |signal: Signal| {
            match signal {
                Signal::SIGWINCH if resizes => self.resize(),
                Signal::SIGWINCH => {}
                // The container may have ended meanwhile; its exit says so.
                signal => drop(self.client.container_kill(self.id, short_name(signal))),
            }
            carry_on(signal, &endings)
        };
        let relay = Relay {
            upgraded,
            input: self.input,
            output: self.output,
            tty: self.tty,
            detach: DetachKeys::parse(self.detach_keys).unwrap_or_default(),
            signals: Some(signals),
            on_signal: &mut on_signal,
            watched: wait.and_then(Reply::socket).map(AsFd::as_fd),
        };
        match relay.run()? {
            End::Forced => Err(Failure::new(format!(
                "\ngot {PATIENCE} SIGTERM/SIGINTs, forcefully exiting"
            ))),
            end => Ok(end),
        }
    }

    fn resize(&self) {
        if let Some((rows, columns)) = terminal::size().filter(|size| *size != (0, 0)) {
            // The next change of size tries again.
            let _ = self.client.container_resize(self.id, rows, columns);
        }
    }
}

/// Ends as the container ended.
pub fn exit_with(wait: Reply<'_>) -> Result<(), Failure> {
    match wait.json::<WaitResponse>() {
        Ok(answer) => match (answer.error, answer.status_code) {
            (Some(error), _) if !error.message.is_empty() => Err(Failure::with_code(
                format!("Error waiting for container: {}", error.message),
                CODE_USAGE,
            )),
            (_, 0) => Ok(()),
            (_, code) => Err(Failure::silent(
                u8::try_from(code & 0xff).unwrap_or(CODE_USAGE),
            )),
        },
        Err(error) => Err(Failure::with_code(
            format!("error waiting for container: {}", cause(&error)),
            CODE_USAGE,
        )),
    }
}

fn cause(error: &ClientError) -> String {
    match error {
        ClientError::Reply { .. } => "unexpected EOF".to_owned(),
        other => describe(other),
    }
}

/// Sorts an error of `run` into Docker's codes by its text, as Docker's own
/// client does: the engine has one status for all of them.
fn judge(failure: Failure) -> Failure {
    let text = &failure.message;
    let has = |parts: &[&str]| parts.iter().any(|part| text.contains(part));
    let code = if has(&["executable file not found", "no such file or directory"]) {
        CODE_NOT_FOUND
    } else if has(&["permission denied", "is a directory"]) {
        CODE_NOT_EXECUTABLE
    } else {
        CODE_USAGE
    };
    Failure::of_command(text, "run", code)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_third_wish_for_an_end_is_granted() {
        let endings = Cell::new(0);
        let tell = |signal| carry_on(signal, &endings).is_break();
        assert!(!tell(Signal::SIGINT) && !tell(Signal::SIGUSR1) && !tell(Signal::SIGTERM));
        assert!(!tell(Signal::SIGHUP));
        assert!(tell(Signal::SIGINT));
    }

    #[test]
    fn errors_get_dockers_codes() {
        let code = |text: &str| judge(Failure::new(text)).code;
        assert_eq!(code("exec: \"x\": executable file not found in $PATH"), 127);
        assert_eq!(code("exec: \"/etc\": is a directory"), 126);
        assert_eq!(code("exec: \"/etc/passwd\": permission denied"), 126);
        assert_eq!(code("Conflict. The container name"), 125);
    }
}
