//! What may be typed after `plimsoll oci`: runc's commands and options.

use clap::{Args, Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Run OCI bundles.
#[derive(Parser, Debug)]
#[command(name = "plimsoll oci", version, disable_help_subcommand = true)]
pub struct Options {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Args, Debug)]
pub struct Global {
    /// Directory for the state of containers
    /// [default: $XDG_RUNTIME_DIR/plimsoll-oci, as root /run/plimsoll-oci]
    #[arg(long)]
    pub root: Option<PathBuf>,
    /// File to write messages to instead of the standard error
    #[arg(long)]
    pub log: Option<PathBuf>,
    /// Form of the messages
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
    /// Accepted for compatibility
    #[arg(long)]
    pub debug: bool,
    /// Accepted for compatibility: no cgroups are made
    #[arg(long)]
    pub systemd_cgroup: bool,
    /// Accepted for compatibility: no cgroups are made
    #[arg(long)]
    pub cgroup_manager: Option<String>,
    /// Accepted for compatibility: found out by itself
    #[arg(long)]
    pub rootless: Option<String>,
}

#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(ValueEnum, Debug, Clone, Copy, PartialEq, Eq)]
pub enum TableFormat {
    Table,
    Json,
}

#[derive(Subcommand, Debug)]
pub enum Command {
    /// Create a container that waits for start
    Create(Create),
    /// Create and start a container
    Run(Run),
    /// Start a created container
    Start { id: String },
    /// Print the state of a container
    State { id: String },
    /// Send a signal to a container's first process
    Kill(Kill),
    /// Delete what a container has left
    Delete {
        id: String,
        /// Kill it first if it still runs
        #[arg(short, long)]
        force: bool,
    },
    /// Run a further process in a container
    Exec(Exec),
    /// List containers
    List(List),
    /// List the processes of a container
    Ps {
        id: String,
        #[arg(short, long, value_enum, default_value_t = TableFormat::Table)]
        format: TableFormat,
    },
    /// Stop all processes of a container
    Pause { id: String },
    /// Let all processes of a container go on
    Resume { id: String },
    /// Print what this runtime can do
    Features,
    /// Write a specification to start from
    Spec {
        #[arg(short, long)]
        bundle: Option<PathBuf>,
        /// For a user without privileges
        #[arg(long)]
        rootless: bool,
    },
}

#[derive(Args, Debug)]
pub struct Create {
    pub id: String,
    /// Directory of the bundle
    #[arg(short, long, default_value = ".")]
    pub bundle: PathBuf,
    /// Unix socket that gets the terminal
    #[arg(long)]
    pub console_socket: Option<PathBuf>,
    /// File that gets the process id
    #[arg(long)]
    pub pid_file: Option<PathBuf>,
    /// Keep the caller's session keyring
    #[arg(long)]
    pub no_new_keyring: bool,
    /// Accepted for compatibility if 0: no further descriptors are passed
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=0))]
    pub preserve_fds: u32,
}

#[derive(Args, Debug)]
pub struct Run {
    #[command(flatten)]
    pub create: Create,
    /// Return once it runs
    #[arg(short, long)]
    pub detach: bool,
    /// Keep its state after it has ended
    #[arg(long)]
    pub keep: bool,
    /// Accepted for compatibility
    #[arg(long)]
    pub no_subreaper: bool,
}

#[derive(Args, Debug)]
pub struct Kill {
    pub id: String,
    /// Name or number
    #[arg(default_value = "SIGTERM", allow_hyphen_values = true)]
    pub signal: String,
    /// Send it to every process of the container
    #[arg(short, long)]
    pub all: bool,
}

#[derive(Args, Debug)]
pub struct List {
    #[arg(short, long, value_enum, default_value_t = TableFormat::Table)]
    pub format: TableFormat,
    /// Print ids alone
    #[arg(short, long)]
    pub quiet: bool,
}

#[derive(Args, Debug)]
#[command(trailing_var_arg = true)]
pub struct Exec {
    pub id: String,
    /// Command and arguments
    #[arg(allow_hyphen_values = true)]
    pub command: Vec<String>,
    /// File with the `process` section of a specification
    #[arg(short, long)]
    pub process: Option<PathBuf>,
    /// Working directory in the container
    #[arg(long)]
    pub cwd: Option<PathBuf>,
    /// NAME=value
    #[arg(short, long)]
    pub env: Vec<String>,
    /// Give it a terminal
    #[arg(short, long)]
    pub tty: bool,
    /// UID[:GID]
    #[arg(short, long)]
    pub user: Option<String>,
    /// Supplementary group
    #[arg(short = 'g', long)]
    pub additional_gids: Vec<u32>,
    /// Capability to add
    #[arg(short, long)]
    pub cap: Vec<String>,
    /// Programs cannot gain privileges
    #[arg(long)]
    pub no_new_privs: bool,
    /// Return once it runs
    #[arg(short, long)]
    pub detach: bool,
    /// Unix socket that gets the terminal
    #[arg(long)]
    pub console_socket: Option<PathBuf>,
    /// File that gets the process id
    #[arg(long)]
    pub pid_file: Option<PathBuf>,
    /// Accepted for compatibility if 0: no further descriptors are passed
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u32).range(0..=0))]
    pub preserve_fds: u32,
}
