//! `list`, `state` and `ps`.

use super::failure::Failure;
use super::options::{Global, List, TableFormat};
use super::record::{self, Record};
use oci_spec::runtime::ContainerState;
use plimsoll_runtime::process;
use serde_json::{Value, json};
use std::fs;

/// `state`: one container, in the form of the runtime specification.
///
/// # Errors
/// For a container that is not there.
pub fn state(global: &Global, id: &str) -> Result<(), Failure> {
    let record = Record::load(global, id)?;
    print_json(&extended(global, &record))
}

/// The state, with what runc adds to it.
fn extended(global: &Global, record: &Record) -> Value {
    let mut state = record.state(record.status(global));
    state["status"] = json!(record.status_word(global));
    state["rootfs"] = json!(record.rootfs);
    state["created"] = json!(time(record.created));
    state["owner"] = json!(record.owner.to_string());
    state
}

/// `list`: all containers.
///
/// # Errors
/// What the file system says.
pub fn list(global: &Global, options: &List) -> Result<(), Failure> {
    let root = record::root(global);
    let mut ids: Vec<String> = fs::read_dir(&root)
        .into_iter()
        .flatten()
        .flatten()
        .filter_map(|entry| entry.file_name().into_string().ok())
        .collect();
    ids.sort();
    let records: Vec<Record> = ids
        .iter()
        .filter_map(|id| Record::load(global, id).ok())
        .collect();
    if options.quiet {
        records.iter().for_each(|record| say!("{}", record.id));
        return Ok(());
    }
    if options.format == TableFormat::Json {
        let states: Vec<Value> = records
            .iter()
            .map(|record| extended(global, record))
            .collect();
        return print_json(&json!(states));
    }
    let line = |cells: [String; 6]| say!("{}", cells.join("\t"));
    line(["ID", "PID", "STATUS", "BUNDLE", "CREATED", "OWNER"].map(str::to_owned));
    for record in &records {
        let status = record.status(global);
        let pid = if status == ContainerState::Stopped {
            0
        } else {
            record.pid
        };
        line([
            record.id.clone(),
            pid.to_string(),
            record.status_word(global),
            record.bundle.display().to_string(),
            time(record.created),
            record.owner.to_string(),
        ]);
    }
    Ok(())
}

/// `ps`: the processes of a container.
///
/// # Errors
/// For a container that does not run.
pub fn processes(global: &Global, id: &str, format: TableFormat) -> Result<(), Failure> {
    let record = Record::load(global, id)?;
    if record.status(global) == ContainerState::Stopped {
        return Err(Failure::new("container not running"));
    }
    let all = process::list(record.pid)
        .map_err(|error| Failure::new(format!("list the processes: {error}")))?;
    if format == TableFormat::Json {
        return print_json(&json!(all.iter().map(|one| one.pid).collect::<Vec<_>>()));
    }
    say!("UID\tPID\tPPID\tTTY\tCMD");
    for one in &all {
        say!(
            "{}\t{}\t{}\t{}\t{}",
            one.uid,
            one.pid,
            one.parent,
            one.terminal,
            one.command
        );
    }
    Ok(())
}

pub fn print_json(value: &Value) -> Result<(), Failure> {
    let text =
        serde_json::to_string_pretty(value).map_err(|error| Failure::new(error.to_string()))?;
    say!("{text}");
    Ok(())
}

/// Seconds since 1970 in the form of RFC 3339.
fn time(seconds: u64) -> String {
    let seconds = i64::try_from(seconds).unwrap_or(0);
    jiff::Timestamp::from_second(seconds)
        .unwrap_or_default()
        .to_string()
}
