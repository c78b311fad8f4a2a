//! `ps`: the processes that /proc shows.
//!
//! Limits: the options that people type (`ps`, `ps aux`, `ps -ef`, `-e`, `-A`,
//! `-f`, `-x`, `-p`, `-u`, `-o`, `--no-headers`); %CPU is over a process' life.

use std::collections::HashMap;
use std::ffi::OsString;
use std::fs;

mod column;
mod process;

use column::Column;
use process::{Process, System};

/// What is asked for.
#[derive(Debug, Default, PartialEq, Eq)]
struct Request {
    everyone: bool,
    without_terminal: bool,
    pids: Vec<i32>,
    users: Vec<String>,
    columns: Vec<(Column, String)>,
    headers: bool,
}

pub fn main(arguments: Vec<OsString>) -> i32 {
    let words: Vec<String> = arguments
        .iter()
        .skip(1)
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    let request = match parse(&words) {
        Ok(request) => request,
        Err(message) => {
            eprintln!(
                "error: {message}\n\nUsage:\n ps [options]\n\n Options: aux, -e, -f, -p PID, -u USER, -o COLUMNS"
            );
            return 1;
        }
    };
    let system = match System::read() {
        Ok(system) => system,
        Err(error) => {
            eprintln!("ps: /proc is not readable: {error}");
            return 1;
        }
    };
    let mut processes = process::all(&system);
    let terminal = processes
        .iter()
        .find(|process| process.pid == std::process::id().cast_signed())
        .map(|process| (process.terminal, process.user));
    let users = user_names();
    processes.retain(|process| wanted(process, &request, terminal, &users));
    let found = !processes.is_empty();
    print(&request, &processes, &system, &users);
    i32::from(!found)
}

fn wanted(
    process: &Process,
    request: &Request,
    own: Option<(i32, u32)>,
    users: &HashMap<u32, String>,
) -> bool {
    if !request.pids.is_empty() {
        return request.pids.contains(&process.pid);
    }
    if !request.users.is_empty() {
        let name = users.get(&process.user);
        let number = process.user.to_string();
        return request
            .users
            .iter()
            .any(|user| Some(user) == name || *user == number);
    }
    let (terminal, user) = own.unwrap_or((0, 0));
    match (request.everyone, request.without_terminal) {
        (true, true) => true,
        (true, false) => process.terminal != 0,
        (false, true) => process.user == user,
        (false, false) => process.terminal == terminal && process.user == user,
    }
}

fn parse(words: &[String]) -> Result<Request, String> {
    let mut request = Request {
        headers: true,
        ..Request::default()
    };
    let (mut full, mut bsd_user) = (false, false);
    let mut rest = words.iter();
    while let Some(word) = rest.next() {
        let mut value = |name: &str| {
            let next = rest.next().cloned();
            next.ok_or_else(|| format!("option requires an argument: {name}"))
        };
        match word.as_str() {
            "-p" | "--pid" | "p" => request.pids.extend(pids(&value(word)?)?),
            "-u" | "-U" | "--user" => {
                request
                    .users
                    .extend(value(word)?.split(',').map(str::to_owned));
            }
            "-o" | "o" | "--format" => request.columns.extend(columns(&value(word)?)?),
            "--no-headers" | "--no-heading" | "h" => request.headers = false,
            _ if word.starts_with("-o") => request.columns.extend(columns(&word[2..])?),
            _ if word.starts_with("--") => return Err(format!("unknown option {word}")),
            _ => {
                for letter in word.trim_start_matches('-').chars() {
                    match (letter, word.starts_with('-')) {
                        ('e' | 'A', true) => {
                            request.everyone = true;
                            request.without_terminal = true;
                        }
                        ('a', _) => request.everyone = true,
                        ('x', _) => request.without_terminal = true,
                        ('f' | 'F', true) | ('f' | 'l', false) => full = true,
                        ('u', false) => bsd_user = true,
                        ('w', _) => {}
                        ('o', true) => {
                            let value = rest.next().ok_or("option requires an argument: -o")?;
                            request.columns.extend(columns(value)?);
                        }
                        ('0'..='9', _) => {
                            request.pids = pids(word)?;
                            break;
                        }
                        _ => return Err(format!("unsupported option {letter}")),
                    }
                }
            }
        }
    }
    if request.columns.is_empty() {
        request.columns = Column::preset(full, bsd_user);
    }
    Ok(request)
}

fn pids(text: &str) -> Result<Vec<i32>, String> {
    let words = text.split([',', ' ']).filter(|word| !word.is_empty());
    words
        .map(|word| {
            word.parse()
                .map_err(|_| format!("process ID list syntax error: {word}"))
        })
        .collect()
}

fn columns(text: &str) -> Result<Vec<(Column, String)>, String> {
    let words = text.split([',', ' ']).filter(|word| !word.is_empty());
    words
        .map(|word| {
            let (name, title) = word
                .split_once('=')
                .map_or((word, None), |(a, b)| (a, Some(b)));
            let column = Column::named(name)
                .ok_or_else(|| format!("unknown user-defined format specifier \"{name}\""))?;
            Ok((column, title.unwrap_or(column.title()).to_owned()))
        })
        .collect()
}

fn print(request: &Request, processes: &[Process], system: &System, users: &HashMap<u32, String>) {
    let mut rows: Vec<Vec<String>> = Vec::new();
    let titles: Vec<String> = request
        .columns
        .iter()
        .map(|(_, title)| title.clone())
        .collect();
    if request.headers && titles.iter().any(|title| !title.is_empty()) {
        rows.push(titles);
    }
    for process in processes {
        let cells = request.columns.iter();
        rows.push(
            cells
                .map(|(column, _)| column.show(process, system, users))
                .collect(),
        );
    }
    let last = request.columns.len().saturating_sub(1);
    let widths: Vec<usize> = (0..=last)
        .map(|index| {
            rows.iter()
                .filter_map(|row| row.get(index))
                .map(String::len)
                .max()
                .unwrap_or(0)
        })
        .collect();
    for row in rows {
        let mut line = String::new();
        for (index, cell) in row.iter().enumerate() {
            let (column, _) = &request.columns[index];
            let width = widths[index].max(column.width());
            let padded = if column.is_number() {
                format!("{cell:>width$}")
            } else if index == last {
                cell.clone()
            } else {
                format!("{cell:<width$}")
            };
            line.push_str(&padded);
            if index != last {
                line.push(' ');
            }
        }
        println!("{line}");
    }
}

fn user_names() -> HashMap<u32, String> {
    let text = fs::read_to_string("/etc/passwd").unwrap_or_default();
    text.lines()
        .filter_map(|line| {
            let mut fields = line.split(':');
            let name = fields.next()?;
            Some((fields.nth(1)?.parse().ok()?, name.to_owned()))
        })
        .collect()
}
