//! A command as data: its names, its usage, its flags, what it runs.

use plimsoll_api::Client;

use crate::error::{CODE_USAGE, Failure};
use crate::flags::{Flag, Given, Order};
use crate::help;
use crate::output::put;

/// How many operands a command takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arity {
    None,
    Exactly(usize),
    AtLeast(usize),
    AtMost(usize),
    Between(usize, usize),
    /// Checked by the command itself.
    Any,
}

/// What a command works with.
pub struct Context {
    pub client: Client,
}

pub type Run = fn(&Context, &Given) -> Result<(), Failure>;

/// One verb.
#[derive(Clone, Copy)]
pub struct Command {
    pub name: &'static str,
    /// What follows the name in the usage line, one form per item.
    pub usage: &'static [&'static str],
    pub about: &'static str,
    /// All the ways to write it, for the help: `docker container ls`.
    pub aliases: &'static str,
    pub flags: &'static [&'static [Flag]],
    pub arity: Arity,
    pub order: Order,
    pub run: Run,
}

impl Command {
    /// Reads the words behind the command's name and runs it. `path` is how it
    /// was called: `docker container ls`.
    pub fn call(
        &self,
        path: &str,
        context: impl FnOnce() -> Result<Context, Failure>,
        words: &[String],
    ) -> Result<(), Failure> {
        let given = Given::parse(self.flags, self.order, words)
            .map_err(|error| self.misused(path, &error.0, CODE_USAGE))?;
        if given.wants_help {
            if given.deprecated_help {
                eprintln!("Flag shorthand -h has been deprecated, use --help");
            }
            put!("{}", help::of_command(self, path));
            return Ok(());
        }
        if let Some(failure) = self.count_operands(path, given.operands.len()) {
            return Err(failure);
        }
        (self.run)(&context()?, &given)
    }

    fn misused(&self, path: &str, message: &str, code: u8) -> Failure {
        Failure::with_code(
            format!(
                "{message}\n\n{}\n\nRun '{path} --help' for more information",
                help::usage(self, path)
            ),
            code,
        )
    }

    fn count_operands(&self, path: &str, count: usize) -> Option<Failure> {
        let plural = |number: usize| if number == 1 { "argument" } else { "arguments" };
        let (rule, invitation) = match self.arity {
            Arity::None if count > 0 => ("accepts no arguments".to_owned(), "Run"),
            Arity::Exactly(n) if count != n => (format!("requires {n} {}", plural(n)), "Run"),
            Arity::AtLeast(n) if count < n => {
                (format!("requires at least {n} {}", plural(n)), "See")
            }
            Arity::Between(n, m) if count < n || count > m => (
                format!("requires at least {n} and at most {m} {}", plural(m)),
                "Run",
            ),
            Arity::AtMost(n) if count > n => (format!("requires at most {n} {}", plural(n)), "Run"),
            _ => return None,
        };
        Some(Failure::new(format!(
            "docker: '{path}' {rule}\n\n{}\n\n{invitation} '{path} --help' for more information",
            help::usage(self, path)
        )))
    }
}

/// A word with commands of its own: `docker volume`.
pub struct Group {
    pub name: &'static str,
    pub about: &'static str,
    /// What an unknown command is answered with.
    pub usage: &'static str,
    pub commands: &'static [&'static Command],
}

/// Looks a command up by its name or one of the older ones.
pub fn find(commands: &[&'static Command], name: &str) -> Option<&'static Command> {
    let name = match name {
        "list" | "ps" if commands.iter().any(|command| command.name == "ls") => "ls",
        "remove" => "rm",
        other => other,
    };
    commands
        .iter()
        .find(|command| command.name == name)
        .copied()
}
