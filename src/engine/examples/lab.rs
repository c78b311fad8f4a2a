//! A lab's engine by itself: start it, talk to it with any Docker client.
//!
//! ```text
//! lab start try             prints DOCKER_HOST=unix://...
//! lab enter try -- COMMAND  runs a command in the lab
//! lab stop try
//! ```

use std::error::Error;
use std::process::ExitCode;

use plimsoll_host::enter::{self, EnterOptions, Left};
use plimsoll_host::{Environment, LabName, Places, StartOptions, start, stop};

fn main() -> ExitCode {
    // First of all: an engine is born in a process that has one thread.
    if let Some(code) = plimsoll_host::engine_entry(plimsoll_engine::serve) {
        return code;
    }
    match run() {
        Ok(code) => code,
        Err(error) => {
            eprintln!("lab: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run() -> Result<ExitCode, Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let [action, name, rest @ ..] = words.as_slice() else {
        return Err("usage: lab start|enter|stop NAME [-- COMMAND...]".into());
    };
    let places = Places::choose(&Environment::of_process())?;
    let paths = places.lab(&LabName::new(name.as_str())?)?;
    match action.as_str() {
        "start" => {
            start::ensure_running(&paths, &StartOptions::of_process()?)?;
            println!("DOCKER_HOST={}", paths.docker_host());
        }
        "stop" => {
            stop::stop(&paths)?;
        }
        "enter" => {
            let running = start::ensure_running(&paths, &StartOptions::of_process()?)?;
            let command = rest.iter().skip_while(|word| *word == "--");
            let options = EnterOptions {
                command: command.map(Into::into).collect(),
                ..EnterOptions::default()
            };
            return Ok(match enter::enter(&paths, &running, &options)? {
                Left::Exited(code) => ExitCode::from(u8::try_from(code).unwrap_or(125)),
                Left::LabEnded => ExitCode::FAILURE,
            });
        }
        other => return Err(format!("unknown action {other}").into()),
    }
    Ok(ExitCode::SUCCESS)
}
