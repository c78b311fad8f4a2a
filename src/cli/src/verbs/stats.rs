//! `docker stats`.

use std::io::{self, Write};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use plimsoll_api::client::{Client, ListOptions};
use plimsoll_api::{ClientError, ContainerStats};

use crate::command::{Arity, Command, Context};
use crate::error::{Failure, describe};
use crate::flags::{Flag, Given, Order};
use crate::output::list::{Format, Layout};
use crate::output::put;
use crate::quantity::{size_of_memory, size_of_traffic};
use crate::reference::short_id;
use crate::template::Datum;

pub const COMMAND: Command = Command {
    name: "stats",
    usage: &["[OPTIONS] [CONTAINER...]"],
    about: "Display a live stream of container(s) resource usage statistics",
    aliases: "docker container stats, docker stats",
    flags: &[&[
        Flag::switch("all", "Show those that do not run too").short('a'),
        Flag::text(
            "format",
            "Show as 'table', 'table TEMPLATE', 'json' or by a Go template",
        ),
        Flag::switch("no-stream", "Show one sample and end"),
        Flag::switch("no-trunc", "Do not shorten anything"),
    ]],
    arity: Arity::Any,
    order: Order::Free,
    run,
};

const LAYOUT: Layout = Layout {
    table: "{{.ID}}\t{{.Name}}\t{{.CPUPerc}}\t{{.MemUsage}}\t{{.MemPerc}}\t{{.NetIO}}\t{{.BlockIO}}\t{{.PIDs}}",
    raw: "",
    headers: &[
        ("Container", "CONTAINER"),
        ("Name", "NAME"),
        ("ID", "CONTAINER ID"),
        ("CPUPerc", "CPU %"),
        ("MemUsage", "MEM USAGE / LIMIT"),
        ("MemPerc", "MEM %"),
        ("NetIO", "NET I/O"),
        ("BlockIO", "BLOCK I/O"),
        ("PIDs", "PIDS"),
    ],
};

/// Between two pictures.
const INTERVAL: Duration = Duration::from_millis(500);

fn run(context: &Context, given: &Given) -> Result<(), Failure> {
    let format = Format::parse(given.text("format"), &LAYOUT)?;
    let truncate = !given.is_on("no-trunc");
    let client = &context.client;
    if given.is_on("no-stream") {
        let names = names(client, given)?;
        let samples = sample_all(client, &names)?;
        let rows: Vec<Datum> = samples
            .iter()
            .map(|(name, sample)| row(name, sample.as_ref(), truncate))
            .collect();
        put!("{}", format.render(&LAYOUT, &rows)?);
        return Ok(());
    }
    stream(client, given, &format, truncate)
}

/// What was asked for, else all that run.
fn names(client: &Client, given: &Given) -> Result<Vec<String>, ClientError> {
    if !given.operands.is_empty() {
        return Ok(given.operands.clone());
    }
    let listed = client.containers(&ListOptions {
        all: given.is_on("all"),
        ..ListOptions::default()
    })?;
    Ok(listed
        .iter()
        .map(|one| short_id(&one.id).to_owned())
        .collect())
}

type Sample = (String, Option<ContainerStats>);

/// One sample of each, taken at the same time.
fn sample_all(client: &Client, names: &[String]) -> Result<Vec<Sample>, Failure> {
    let results: Vec<Result<Sample, Failure>> = std::thread::scope(|scope| {
        let calls: Vec<_> = names
            .iter()
            .map(|name| {
                scope.spawn(move || {
                    let mut samples = client.container_stats(name, false)?;
                    let sample = samples
                        .next()
                        .transpose()
                        .map_err(|error| Failure::new(error.to_string()))?;
                    Ok((name.clone(), sample))
                })
            })
            .collect();
        calls
            .into_iter()
            .map(|call| {
                call.join()
                    .unwrap_or_else(|panic| std::panic::resume_unwind(panic))
            })
            .collect()
    });
    let (mut samples, mut messages) = (Vec::new(), Vec::new());
    for result in results {
        match result {
            Ok(sample) => samples.push(sample),
            Err(failure) => messages.push(failure.message),
        }
    }
    if messages.is_empty() {
        Ok(samples)
    } else {
        Err(Failure::new(messages.join("\n")))
    }
}

/// What the threads that follow containers share with the one that draws.
#[derive(Default)]
struct Board {
    samples: Mutex<Vec<Sample>>,
}

impl Board {
    fn with<T>(&self, act: impl FnOnce(&mut Vec<Sample>) -> T) -> T {
        act(&mut self.samples.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

fn stream(client: &Client, given: &Given, format: &Format, truncate: bool) -> Result<(), Failure> {
    let board = Board::default();
    let first = names(client, given)?;
    if !given.operands.is_empty() {
        // A name that is not there is told before the screen is cleared.
        for name in &first {
            client.container_inspect(name)?;
        }
    }
    let (drawn, failure) = std::thread::scope(|scope| {
        let follow = |name: String| {
            board.with(|samples| samples.push((name.clone(), None)));
            let board = &board;
            scope.spawn(move || follow(client, &name, board));
        };
        first.into_iter().for_each(&follow);
        loop {
            if let Err(failure) = draw(&board, format, truncate) {
                return ((), failure);
            }
            std::thread::sleep(INTERVAL);
            if given.operands.is_empty() {
                match names(client, given) {
                    Err(error) => return ((), Failure::new(describe(&error))),
                    Ok(now) => {
                        let known: Vec<String> = board.with(|samples| {
                            samples.retain(|(name, _)| now.contains(name));
                            samples.iter().map(|(name, _)| name.clone()).collect()
                        });
                        now.into_iter()
                            .filter(|name| !known.contains(name))
                            .for_each(&follow);
                    }
                }
            } else if board.with(|samples| samples.is_empty()) {
                return ((), Failure::silent(0));
            }
        }
    });
    let () = drawn;
    if failure.code == 0 {
        Ok(())
    } else {
        Err(failure)
    }
}

fn follow(client: &Client, name: &str, board: &Board) {
    let put = |sample: Option<ContainerStats>| {
        board.with(|samples| {
            match samples.iter_mut().find(|(known, _)| known == name) {
                Some(slot) => {
                    slot.1 = sample;
                    true
                }
                // It was taken off the list meanwhile.
                None => false,
            }
        })
    };
    let Ok(samples) = client.container_stats(name, true) else {
        put(None);
        return;
    };
    for sample in samples {
        let Ok(sample) = sample else { break };
        if !put(Some(sample)) {
            return;
        }
    }
    board.with(|samples| samples.retain(|(known, _)| known != name));
}

/// Draws over what was there: no line is blank in between.
fn draw(board: &Board, format: &Format, truncate: bool) -> Result<(), Failure> {
    let rows: Vec<Datum> = board.with(|samples| {
        samples
            .iter()
            .map(|(name, sample)| row(name, sample.as_ref(), truncate))
            .collect()
    });
    let text = format.render(&LAYOUT, &rows)?;
    let mut screen = String::from("\x1b[H");
    for line in text.lines() {
        screen.push_str(line);
        screen.push_str(" \x1b[K\n");
    }
    screen.push_str("\x1b[J");
    let mut out = io::stdout().lock();
    out.write_all(screen.as_bytes())?;
    out.flush()?;
    Ok(())
}

/// A container's fields for templates; dashes where there is no sample.
#[expect(
    clippy::cast_precision_loss,
    reason = "shown with three or four digits"
)]
fn row(name: &str, sample: Option<&ContainerStats>, truncate: bool) -> Datum {
    let known = sample.filter(|sample| !sample.name.is_empty() || !sample.id.is_empty());
    let fields = match known {
        None => {
            let none = || "--".to_owned();
            vec![
                ("BlockIO", none()),
                ("CPUPerc", none()),
                ("Container", name.to_owned()),
                ("ID", String::new()),
                ("MemPerc", none()),
                ("MemUsage", "-- / --".to_owned()),
                ("Name", none()),
                ("NetIO", none()),
                ("PIDs", none()),
            ]
        }
        Some(sample) => {
            let (read, written) = block_io(sample);
            let network = |bytes: fn(&plimsoll_api::stats::NetworkStats) -> u64| {
                sample.networks.values().map(|one| bytes(one) as f64).sum()
            };
            let used = memory(sample);
            let limit = sample.memory_stats.limit as f64;
            let part = if limit > 0.0 {
                used / limit * 100.0
            } else {
                0.0
            };
            let id = if truncate {
                short_id(&sample.id)
            } else {
                &sample.id
            };
            let pair = |a: f64, b: f64| format!("{} / {}", size_of_traffic(a), size_of_traffic(b));
            vec![
                ("BlockIO", pair(read, written)),
                ("CPUPerc", format!("{:.2}%", cpu(sample))),
                ("Container", name.to_owned()),
                ("ID", id.to_owned()),
                ("MemPerc", format!("{part:.2}%")),
                (
                    "MemUsage",
                    format!("{} / {}", size_of_memory(used), size_of_memory(limit)),
                ),
                ("Name", sample.name.trim_start_matches('/').to_owned()),
                (
                    "NetIO",
                    pair(network(|one| one.rx_bytes), network(|one| one.tx_bytes)),
                ),
                ("PIDs", sample.pids_stats.current.to_string()),
            ]
        }
    };
    Datum::row("*container.statsContext", fields)
}

/// Percent of one CPU, between the two readings of a sample.
#[expect(clippy::cast_precision_loss, reason = "shown with two decimals")]
fn cpu(sample: &ContainerStats) -> f64 {
    let (now, before) = (&sample.cpu_stats, &sample.precpu_stats);
    let own = now.cpu_usage.total_usage as f64 - before.cpu_usage.total_usage as f64;
    let system = now.system_cpu_usage as f64 - before.system_cpu_usage as f64;
    let cpus = match now.online_cpus {
        0 => now.cpu_usage.percpu_usage.len() as f64,
        count => f64::from(count),
    };
    if own > 0.0 && system > 0.0 {
        own / system * cpus * 100.0
    } else {
        0.0
    }
}

/// Memory without the file cache that could be dropped: cgroup v1 and v2 name
/// it differently.
#[expect(clippy::cast_precision_loss, reason = "shown with four digits")]
fn memory(sample: &ContainerStats) -> f64 {
    let usage = sample.memory_stats.usage;
    let cache = |name: &str| {
        sample
            .memory_stats
            .stats
            .get(name)
            .filter(|cache| **cache < usage)
    };
    let cache = cache("total_inactive_file").or_else(|| cache("inactive_file"));
    (usage - cache.copied().unwrap_or(0)) as f64
}

#[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
fn block_io(sample: &ContainerStats) -> (f64, f64) {
    let sum = |letter: char| {
        sample
            .blkio_stats
            .io_service_bytes_recursive
            .iter()
            .flatten()
            .filter(|entry| entry.op.to_ascii_lowercase().starts_with(letter))
            .map(|entry| entry.value as f64)
            .sum()
    };
    (sum('r'), sum('w'))
}
