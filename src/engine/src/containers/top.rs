//! `GET /containers/{id}/top`: what `ps` would print, read from `/proc`.
//!
//! Nothing of the image is run for it (CVE-2022-1227).

use std::rc::Rc;

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use plimsoll_api::TopResponse;

use super::container::Container;
use super::processes::{self, Stat, proc_file};
use crate::failure::{ApiFailure, ApiResult};

/// Clock ticks of a second: USER_HZ, the same on every Linux that we run on.
const TICKS: u64 = 100;

/// The processes with the columns that `ps_args` asks for: `-ef` (the default),
/// `aux` and `-o LIST`.
///
/// # Errors
/// 409 unless it runs, 400 for arguments that we do not know.
pub fn top(container: &Rc<Container>, ps_args: Option<&str>) -> ApiResult<TopResponse> {
    container.record().state.may_look(&container.id)?;
    let init = container
        .pid()
        .ok_or_else(|| super::state::not_running(&container.id))?;
    let columns = columns(ps_args.unwrap_or("-ef"))?;
    let mut response = TopResponse {
        titles: columns
            .iter()
            .map(|column| column.title().to_owned())
            .collect(),
        processes: Vec::new(),
    };
    let machine = Machine::read();
    for pid in processes::of_container(container, init) {
        if let Some(process) = Process::read(pid) {
            let cells = columns.iter().map(|column| column.cell(&process, &machine));
            response.processes.push(cells.collect());
        }
    }
    Ok(response)
}

/// One column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Column {
    Uid,
    User,
    Pid,
    Ppid,
    C,
    Cpu,
    Mem,
    Vsz,
    Rss,
    Start,
    Tty,
    Stat,
    Time,
    Comm,
    Command,
    Cmd,
}

fn columns(args: &str) -> ApiResult<Vec<Column>> {
    use Column as C;
    let words: Vec<&str> = args.split_whitespace().collect();
    match words.as_slice() {
        [] | ["-ef" | "-e" | "ef" | "-f"] => Ok(vec![
            C::Uid,
            C::Pid,
            C::Ppid,
            C::C,
            C::Start,
            C::Tty,
            C::Time,
            C::Cmd,
        ]),
        ["aux" | "-aux" | "au" | "ax"] => Ok(vec![
            C::User,
            C::Pid,
            C::Cpu,
            C::Mem,
            C::Vsz,
            C::Rss,
            C::Tty,
            C::Stat,
            C::Start,
            C::Time,
            C::Command,
        ]),
        [.., "-o" | "o" | "-eo" | "-o,", list] => list.split(',').map(by_name).collect(),
        [.., last] if last.starts_with("-o") && last.len() > 2 => {
            last[2..].split(',').map(by_name).collect()
        }
        _ => Err(ApiFailure::invalid(format!(
            "plimsoll's top knows -ef, aux and -o LIST, not {args:?}"
        ))),
    }
}

fn by_name(name: &str) -> ApiResult<Column> {
    use Column as C;
    Ok(match name.trim() {
        "uid" => C::Uid,
        "user" | "uname" => C::User,
        "pid" => C::Pid,
        "ppid" => C::Ppid,
        "c" => C::C,
        "pcpu" | "%cpu" => C::Cpu,
        "pmem" | "%mem" => C::Mem,
        "vsz" => C::Vsz,
        "rss" => C::Rss,
        "stime" | "start" | "start_time" => C::Start,
        "tty" | "tname" => C::Tty,
        "stat" | "s" | "state" => C::Stat,
        "time" | "cputime" => C::Time,
        "comm" | "ucmd" => C::Comm,
        "command" | "args" => C::Command,
        "cmd" => C::Cmd,
        other => {
            return Err(ApiFailure::invalid(format!(
                "error: unknown user-defined format specifier {other:?}"
            )));
        }
    })
}

/// What all processes share.
struct Machine {
    boot: Timestamp,
    now: Timestamp,
    memory_kib: u64,
}

impl Machine {
    fn read() -> Self {
        let uptime = std::fs::read_to_string("/proc/uptime").unwrap_or_default();
        let seconds = uptime
            .split('.')
            .next()
            .and_then(|text| text.parse::<i64>().ok());
        let now = Timestamp::now();
        let memory = std::fs::read_to_string("/proc/meminfo").unwrap_or_default();
        let memory_kib = memory
            .lines()
            .find_map(|line| line.strip_prefix("MemTotal:"))
            .and_then(|rest| rest.trim().split(' ').next()?.parse().ok());
        Self {
            boot: now - SignedDuration::from_secs(seconds.unwrap_or(0)),
            now,
            memory_kib: memory_kib.unwrap_or(1),
        }
    }
}

/// What is read of one process.
struct Process {
    pid: i32,
    stat: Stat,
    uid: u32,
    command: String,
    resident_kib: u64,
    virtual_kib: u64,
}

impl Process {
    fn read(pid: i32) -> Option<Self> {
        let stat = Stat::read(pid)?;
        let status = std::fs::read_to_string(proc_file(pid, "status")).ok()?;
        let field = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name))?;
            line.split_whitespace().next()?.parse::<u64>().ok()
        };
        let words = std::fs::read(proc_file(pid, "cmdline")).unwrap_or_default();
        let command = String::from_utf8_lossy(&words)
            .trim_end_matches('\0')
            .replace('\0', " ");
        Some(Self {
            pid,
            uid: u32::try_from(field("Uid:")?).ok()?,
            command: if command.is_empty() {
                format!("[{}]", stat.command)
            } else {
                command
            },
            resident_kib: field("VmRSS:").unwrap_or(0),
            virtual_kib: field("VmSize:").unwrap_or(0),
            stat,
        })
    }
}

impl Column {
    fn title(self) -> &'static str {
        match self {
            Self::Uid => "UID",
            Self::User => "USER",
            Self::Pid => "PID",
            Self::Ppid => "PPID",
            Self::C => "C",
            Self::Cpu => "%CPU",
            Self::Mem => "%MEM",
            Self::Vsz => "VSZ",
            Self::Rss => "RSS",
            Self::Start => "STIME",
            Self::Tty => "TTY",
            Self::Stat => "STAT",
            Self::Time => "TIME",
            Self::Comm | Self::Command => "COMMAND",
            Self::Cmd => "CMD",
        }
    }

    fn cell(self, process: &Process, machine: &Machine) -> String {
        let ticks = process.stat.user_ticks + process.stat.system_ticks;
        let started = started(process, machine);
        let age = u64::try_from(machine.now.duration_since(started).as_secs()).unwrap_or(0);
        let percent = ticks * 1000 / TICKS / age.max(1);
        match self {
            Self::Uid | Self::User => user(process.uid),
            Self::Pid => process.pid.to_string(),
            Self::Ppid => process.stat.parent.to_string(),
            Self::C => (percent / 10).to_string(),
            Self::Cpu => format!("{}.{}", percent / 10, percent % 10),
            Self::Mem => {
                let share = process.resident_kib * 1000 / machine.memory_kib.max(1);
                format!("{}.{}", share / 10, share % 10)
            }
            Self::Vsz => process.virtual_kib.to_string(),
            Self::Rss => process.resident_kib.to_string(),
            Self::Start => started
                .to_zoned(TimeZone::UTC)
                .strftime("%H:%M")
                .to_string(),
            Self::Tty => terminal(process.stat.terminal),
            Self::Stat => process.stat.state.to_string(),
            Self::Time => {
                let seconds = ticks / TICKS;
                let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
                format!("{hours:02}:{minutes:02}:{:02}", seconds % 60)
            }
            Self::Comm => process.stat.command.clone(),
            Self::Command | Self::Cmd => process.command.clone(),
        }
    }
}

fn started(process: &Process, machine: &Machine) -> Timestamp {
    let seconds = i64::try_from(process.stat.started / TICKS).unwrap_or(0);
    machine.boot + SignedDuration::from_secs(seconds)
}

/// The lab's name for a uid, from its passwd file; the number where it has none.
fn user(uid: u32) -> String {
    let passwd = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let named = passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(uid)).then(|| name.to_owned())
    });
    named.unwrap_or_else(|| uid.to_string())
}

/// `pts/3` or `?` from a device number (proc_pid_stat(5)).
fn terminal(number: i32) -> String {
    let number = number.cast_unsigned();
    let (major, minor) = (number >> 8 & 0xfff, number & 0xff | number >> 12 & 0xfff00);
    match major {
        0 => "?".to_owned(),
        136..=143 => format!("pts/{}", (major - 136) * 256 + minor),
        _ => format!("tty{minor}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_columns_are_those_of_ps_ef() {
        let titles = |args| -> Vec<&str> {
            columns(args)
                .unwrap()
                .iter()
                .map(|column| column.title())
                .collect()
        };
        assert_eq!(
            titles("-ef"),
            ["UID", "PID", "PPID", "C", "STIME", "TTY", "TIME", "CMD"]
        );
        assert_eq!(titles("-o pid,comm"), ["PID", "COMMAND"]);
        assert_eq!(titles("-opid"), ["PID"]);
        assert!(columns("--frob").is_err());
        assert!(columns("-o frob").is_err());
    }

    #[test]
    fn terminals_are_named() {
        assert_eq!(terminal(0), "?");
        assert_eq!(terminal(136 << 8 | 3), "pts/3");
    }
}
