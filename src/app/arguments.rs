//! What may be typed after `plimsoll`. Pure: nothing here looks at the machine.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use plimsoll_host::LabName;

/// Learn containers by running them.
#[derive(Debug, Parser)]
#[command(name = "plimsoll", version, about, disable_help_subcommand = true)]
pub struct Arguments {
    #[command(flatten)]
    pub shared: Shared,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// Options of every command.
#[derive(Debug, Clone, Default, Args)]
pub struct Shared {
    /// Keep blobs and layers in this folder, on a local disk
    #[arg(long, global = true, value_name = "DIR")]
    pub store: Option<PathBuf>,
    /// Language of Plimsoll's own texts: en or fr
    #[arg(long, global = true, value_name = "LANG")]
    pub lang: Option<String>,
}

/// One variant for each command; its work is in the file of its name.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// A shell, or one command, in a lab
    Shell(ShellArguments),
    /// End a lab; its containers, images and volumes are kept
    Stop(StopArguments),
    /// Print the variables that lead any Docker client to a lab
    Env(EnvArguments),
    /// Find out what this machine allows, and what mends it
    Doctor(DoctorArguments),
    /// The `docker` command: `plimsoll docker run hello-world`
    Docker(DockerArguments),
}

#[derive(Debug, Args)]
pub struct ShellArguments {
    /// The lab, for example hello-world
    pub lab: LabName,
    /// Do not offer published ports on this machine's own loopback
    #[arg(long)]
    pub no_publish: bool,
    /// A command and its arguments, after `--`
    #[arg(last = true, value_name = "COMMAND")]
    pub command: Vec<OsString>,
}

#[derive(Debug, Args)]
pub struct StopArguments {
    /// The lab
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    pub lab: Option<LabName>,
    /// Every lab of yours
    #[arg(long)]
    pub all: bool,
}

#[derive(Debug, Args)]
pub struct EnvArguments {
    /// The lab
    pub lab: LabName,
}

#[derive(Debug, Args)]
pub struct DoctorArguments {
    /// The findings as JSON
    #[arg(long)]
    pub json: bool,
}

#[derive(Debug, Args)]
pub struct DockerArguments {
    /// What `docker` takes
    #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
    pub words: Vec<OsString>,
}

/// Reads the words after the program's name.
///
/// # Errors
/// clap's, which also carries help and version.
pub fn parse(words: Vec<OsString>) -> Result<Arguments, clap::Error> {
    Arguments::try_parse_from(std::iter::once(OsString::from("plimsoll")).chain(words))
}

/// Prints help, version, or what is wrong: code 0 or 2.
pub fn refuse(error: &clap::Error) -> ExitCode {
    // A closed pipe is the reader's choice.
    let _ = error.print();
    if error.use_stderr() {
        ExitCode::from(2)
    } else {
        ExitCode::SUCCESS
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_definition_holds_together() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn a_command_follows_two_hyphens() {
        let words = ["shell", "hello-world", "--", "ls", "-la"].map(OsString::from);
        let arguments = parse(words.to_vec()).expect("parsed");
        let Some(Command::Shell(shell)) = arguments.command else {
            panic!("another command");
        };
        assert_eq!(shell.command, ["ls", "-la"]);
    }

    #[test]
    fn a_bad_lab_name_is_told() {
        let error = parse(["env", "../etc"].map(OsString::from).to_vec()).expect_err("refused");
        assert!(
            error.to_string().contains("`../etc` is not a lab's name"),
            "{error}"
        );
    }
}
