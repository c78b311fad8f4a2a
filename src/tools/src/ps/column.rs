//! What `ps -o` can show.

use std::collections::HashMap;

use super::process::{Process, System};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Column {
    User,
    Uid,
    Pid,
    Parent,
    Group,
    Session,
    Cpu,
    CpuWhole,
    Memory,
    Size,
    Resident,
    Terminal,
    State,
    Start,
    Elapsed,
    Time,
    Nice,
    Threads,
    Name,
    Command,
    /// COMMAND is `aux`'s title, CMD that of `-f`.
    CommandFull,
}

impl Column {
    pub fn named(name: &str) -> Option<Column> {
        Some(match name {
            "user" | "euser" | "ruser" | "uname" => Column::User,
            "uid" | "euid" => Column::Uid,
            "pid" | "tgid" => Column::Pid,
            "ppid" => Column::Parent,
            "pgid" | "pgrp" => Column::Group,
            "sid" | "sess" | "session" => Column::Session,
            "%cpu" | "pcpu" => Column::Cpu,
            "c" => Column::CpuWhole,
            "%mem" | "pmem" => Column::Memory,
            "vsz" | "vsize" => Column::Size,
            "rss" | "rssize" => Column::Resident,
            "tty" | "tt" | "tname" => Column::Terminal,
            "stat" | "state" | "s" => Column::State,
            "start" | "stime" | "lstart" | "start_time" => Column::Start,
            "etime" => Column::Elapsed,
            "time" | "cputime" => Column::Time,
            "ni" | "nice" => Column::Nice,
            "nlwp" | "thcount" => Column::Threads,
            "comm" | "ucmd" | "ucomm" => Column::Name,
            "args" | "command" => Column::Command,
            "cmd" => Column::CommandFull,
            _ => return None,
        })
    }

    pub fn preset(full: bool, bsd_user: bool) -> Vec<(Column, String)> {
        use Column::*;
        let columns: &[Column] = match (full, bsd_user) {
            (_, true) => &[
                User, Pid, Cpu, Memory, Size, Resident, Terminal, State, Start, Time, Command,
            ],
            (true, false) => &[
                User,
                Pid,
                Parent,
                CpuWhole,
                Start,
                Terminal,
                Time,
                CommandFull,
            ],
            (false, false) => &[Pid, Terminal, Time, Name],
        };
        let titled = columns.iter().map(|column| {
            let title = match (column, full, bsd_user) {
                (User, true, false) => "UID",
                (Start, true, false) => "STIME",
                (Name, ..) => "CMD",
                (Terminal, _, false) => "TTY",
                _ => column.title(),
            };
            (*column, title.to_owned())
        });
        titled.collect()
    }

    pub fn title(self) -> &'static str {
        match self {
            Column::User => "USER",
            Column::Uid => "UID",
            Column::Pid => "PID",
            Column::Parent => "PPID",
            Column::Group => "PGID",
            Column::Session => "SID",
            Column::Cpu => "%CPU",
            Column::CpuWhole => "C",
            Column::Memory => "%MEM",
            Column::Size => "VSZ",
            Column::Resident => "RSS",
            Column::Terminal => "TTY",
            Column::State => "STAT",
            Column::Start => "START",
            Column::Elapsed => "ELAPSED",
            Column::Time => "TIME",
            Column::Nice => "NI",
            Column::Threads => "NLWP",
            Column::Name | Column::Command => "COMMAND",
            Column::CommandFull => "CMD",
        }
    }

    pub fn is_number(self) -> bool {
        matches!(
            self,
            Column::Uid
                | Column::Pid
                | Column::Parent
                | Column::Group
                | Column::Session
                | Column::Cpu
                | Column::CpuWhole
                | Column::Memory
                | Column::Size
                | Column::Resident
                | Column::Elapsed
                | Column::Time
                | Column::Nice
                | Column::Threads
        )
    }

    pub fn width(self) -> usize {
        match self {
            Column::User | Column::Terminal => 8,
            Column::Pid | Column::Parent | Column::Group | Column::Session => 7,
            Column::Size => 6,
            _ => 0,
        }
    }

    pub fn show(self, process: &Process, system: &System, users: &HashMap<u32, String>) -> String {
        let age = (system.uptime - process.started as f64 / system.ticks as f64).max(0.01);
        let seconds = process.ticks / system.ticks;
        match self {
            Column::User => {
                let name = users.get(&process.user).cloned();
                name.unwrap_or_else(|| process.user.to_string())
            }
            Column::Uid => process.user.to_string(),
            Column::Pid => process.pid.to_string(),
            Column::Parent => process.parent.to_string(),
            Column::Group => process.group.to_string(),
            Column::Session => process.session.to_string(),
            Column::Cpu | Column::CpuWhole => {
                let share = process.ticks as f64 / system.ticks as f64 / age * 100.0;
                let digits = usize::from(self == Column::Cpu);
                format!("{share:.digits$}")
            }
            Column::Memory => {
                let share = process.resident_kib as f64 / system.memory_kib.max(1) as f64;
                format!("{:.1}", share * 100.0)
            }
            Column::Size => process.size_kib.to_string(),
            Column::Resident => process.resident_kib.to_string(),
            Column::Terminal => process.terminal_name(),
            Column::State => process.state(),
            Column::Start => clock(system.boot + process.started / system.ticks),
            Column::Elapsed => elapsed(age as u64),
            Column::Time => {
                let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
                format!("{hours:02}:{minutes:02}:{:02}", seconds % 60)
            }
            Column::Nice => process.nice.to_string(),
            Column::Threads => process.threads.to_string(),
            Column::Name => process.name.clone(),
            Column::Command | Column::CommandFull => process.command(),
        }
    }
}

/// Hours and minutes in UTC: containers have no time zone.
fn clock(seconds: u64) -> String {
    format!("{:02}:{:02}", seconds / 3600 % 24, seconds / 60 % 60)
}

fn elapsed(seconds: u64) -> String {
    let (days, hours) = (seconds / 86_400, seconds / 3600 % 24);
    let rest = format!("{:02}:{:02}", seconds / 60 % 60, seconds % 60);
    match (days, hours) {
        (0, 0) => rest,
        (0, _) => format!("{hours:02}:{rest}"),
        _ => format!("{days}-{hours:02}:{rest}"),
    }
}
