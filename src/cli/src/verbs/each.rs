//! One call for each of several objects, at the same time: ten containers stop
//! in the time of one.

use std::io::{self, Write};

use plimsoll_api::{Client, ClientError};

use crate::error::{Failure, describe};

/// How many calls are under way at once.
const PARALLEL: usize = 16;

/// Calls `act` for each name and prints the names that went well, in order.
pub fn each(
    client: &Client,
    names: &[String],
    act: impl Fn(&Client, &str) -> Result<(), ClientError> + Sync,
) -> Result<(), Failure> {
    each_with(client, names, act, |error| Err(describe(error)))
}

/// As [`each`]; `judge` may let an error pass, with a text for stderr.
pub fn each_with(
    client: &Client,
    names: &[String],
    act: impl Fn(&Client, &str) -> Result<(), ClientError> + Sync,
    judge: impl Fn(&ClientError) -> Result<String, String>,
) -> Result<(), Failure> {
    let mut messages = Vec::new();
    let mut stdout = io::stdout().lock();
    for group in names.chunks(PARALLEL) {
        for (name, result) in group.iter().zip(together(client, group, &act)) {
            match result.as_ref().map_err(&judge) {
                Ok(()) => writeln!(stdout, "{name}")?,
                Err(Ok(warning)) => eprintln!("{warning}"),
                Err(Err(message)) => messages.push(message),
            }
        }
    }
    if messages.is_empty() {
        Ok(())
    } else {
        Err(Failure::new(messages.join("\n")))
    }
}

fn together(
    client: &Client,
    names: &[String],
    act: &(impl Fn(&Client, &str) -> Result<(), ClientError> + Sync),
) -> Vec<Result<(), ClientError>> {
    if let [name] = names {
        return vec![act(client, name)];
    }
    std::thread::scope(|scope| {
        let calls: Vec<_> = names
            .iter()
            .map(|name| scope.spawn(move || act(client, name)))
            .collect();
        calls
            .into_iter()
            .map(|call| {
                call.join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
            .collect()
    })
}
