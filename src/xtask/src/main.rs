//! The developer's one door: `cargo xtask COMMAND`.
//!
//! Each command is a file. Limits: nothing here is part of the product.

mod bench;
mod book;
mod cargo;
mod ci;
mod labs;
mod replay;
mod test;
mod tidy;
mod vm;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// What a developer of Plimsoll does, in one place.
#[derive(Parser)]
#[command(name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Format, lint, tidy, tests, labs, virtual machine: what has to be green
    Ci,
    /// Check the shape: crate edges, file lengths, where unsafe is, the top level
    Tidy,
    /// Run the tests as this user; root also plays them as two ordinary users
    Test {
        /// Passed on to the test runner
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        filter: Vec<String>,
    },
    /// Play every attempt of every lab (or of one) and grade it
    Labs {
        /// The lab's name
        lab: Option<String>,
    },
    /// Check the book and build it into target/book
    Book,
    /// Measure against the floor and against peers; prints ratios, asserts nothing
    Bench {
        /// Counted runs of each command
        #[arg(long, default_value_t = 40)]
        rounds: usize,
        /// Measure this binary instead of building one; `floor` lies beside it
        #[arg(long)]
        binary: Option<std::path::PathBuf>,
    },
    /// Play what `plimsoll --record FILE` wrote; in a pipe, print its screens
    Replay {
        /// The file, and options of the player (`--speed N`, `--course DIR`)
        #[arg(trailing_var_arg = true, allow_hyphen_values = true, required = true)]
        arguments: Vec<String>,
    },
    /// Boot a stock kernel under qemu and play the product in it (control groups v2)
    Vm {
        /// The Debian package that depends on the kernel to boot
        #[arg(default_value = vm::KERNEL)]
        kernel: String,
    },
    /// Build the one file that learners get
    Dist,
}

fn main() -> ExitCode {
    let done = match Arguments::parse().command {
        Task::Ci => ci::run(),
        Task::Tidy => tidy::run(),
        Task::Test { filter } => test::run(&filter),
        Task::Labs { lab } => labs::run(lab.as_deref()),
        Task::Book => book::run(),
        Task::Bench { rounds, binary } => bench::run(rounds, binary),
        Task::Replay { arguments } => replay::run(&arguments),
        Task::Vm { kernel } => vm::run(&kernel),
        Task::Dist => cargo::build_release().map(|binary| println!("{}", binary.display())),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::FAILURE
        }
    }
}
