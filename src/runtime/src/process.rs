//! Processes of a running container, seen from the lab: for `top`, `kill`,
//! `pause` and `stats`.
//!
//! A container's processes are those in its PID namespace or one below. They
//! are found by reading the lab's own `/proc`; nothing of the image is run for
//! it (CVE-2022-1227).

use crate::sys;
use nix::errno::Errno;
use std::collections::BTreeMap;
use std::fs;
use std::os::fd::AsFd;
use std::os::unix::fs::MetadataExt;

/// A process as `ps` shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProcessInfo {
    /// Id as the lab sees it.
    pub pid: i32,
    /// Its parent's, as the lab sees it.
    pub parent: i32,
    /// Owner, in the lab's user namespace.
    pub uid: u32,
    /// Controlling terminal as `pts/0`, or `?`.
    pub terminal: String,
    /// State as ps(1) has it: R, S, D, T, Z.
    pub state: char,
    /// Processor time in clock ticks.
    pub ticks: u64,
    /// Start, in clock ticks after boot.
    pub started: u64,
    /// Virtual size in bytes.
    pub virtual_bytes: u64,
    /// Resident size in pages.
    pub resident_pages: u64,
    /// Number of threads.
    pub threads: u64,
    /// Command line; the name in brackets where it has none.
    pub command: String,
}

fn namespace_of(pid: i32) -> nix::Result<u64> {
    fs::metadata(format!("/proc/{pid}/ns/pid"))
        .map(|status| status.ino())
        .map_err(errno)
}

fn errno(error: std::io::Error) -> Errno {
    error.raw_os_error().map_or(Errno::EIO, Errno::from_raw)
}

/// All processes in the PID namespace of `init`, itself included, by pid.
/// Also those in namespaces below: they descend from a member.
///
/// # Errors
/// ESRCH or ENOENT once the container is gone.
pub fn list(init: i32) -> nix::Result<Vec<ProcessInfo>> {
    let namespace = namespace_of(init)?;
    let mut all = BTreeMap::new();
    for entry in fs::read_dir("/proc").map_err(errno)?.flatten() {
        let Some(pid) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse::<i32>().ok())
        else {
            continue;
        };
        // It may end at any moment; then it is none of the list.
        if let Some(info) = read(pid) {
            all.insert(pid, info);
        }
    }
    let member = |info: &ProcessInfo| {
        let mut pid = info.pid;
        // Bounded, since pids can be reused while we look.
        for _ in 0..all.len() {
            if pid == init || namespace_of(pid).is_ok_and(|found| found == namespace) {
                return true;
            }
            match all.get(&pid) {
                Some(info) if info.parent > 0 => pid = info.parent,
                _ => return false,
            }
        }
        false
    };
    Ok(all.values().filter(|info| member(info)).cloned().collect())
}

fn read(pid: i32) -> Option<ProcessInfo> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let uid = fs::metadata(format!("/proc/{pid}")).ok()?.uid();
    let uid = effective_uid(pid).unwrap_or(uid);
    let command = command_line(pid);
    parse(pid, uid, &stat, command)
}

/// The owner of /proc/PID is root for processes that may not be dumped.
fn effective_uid(pid: i32) -> Option<u32> {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("Uid:"))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

fn command_line(pid: i32) -> Option<String> {
    let bytes = fs::read(format!("/proc/{pid}/cmdline")).ok()?;
    let words: Vec<_> = bytes
        .split(|byte| *byte == 0)
        .map(|word| String::from_utf8_lossy(word).into_owned())
        .collect();
    let line = words.join(" ").trim_end().to_owned();
    (!line.is_empty()).then_some(line)
}

/// `/proc/PID/stat`, proc_pid_stat(5). The name in parentheses may contain
/// anything, also parentheses.
fn parse(pid: i32, uid: u32, stat: &str, command: Option<String>) -> Option<ProcessInfo> {
    let (open, close) = (stat.find('(')?, stat.rfind(')')?);
    let name = stat.get(open + 1..close)?;
    let fields: Vec<&str> = stat.get(close + 1..)?.split_whitespace().collect();
    // The first of these is field 3 of the manual page.
    let number = |field: usize| fields.get(field - 3)?.parse::<u64>().ok();
    Some(ProcessInfo {
        pid,
        parent: fields.get(1)?.parse().ok()?,
        uid,
        terminal: terminal_name(fields.get(4)?.parse().ok()?),
        state: fields.first()?.chars().next()?,
        ticks: number(14)? + number(15)?,
        started: number(22)?,
        virtual_bytes: number(23)?,
        resident_pages: number(24)?,
        threads: number(20)?,
        command: command.unwrap_or_else(|| format!("[{name}]")),
    })
}

/// From `tty_nr`: minor in bits 31..20 and 7..0, major in 15..8. Pseudo
/// terminals are majors 136 to 143.
fn terminal_name(number: i32) -> String {
    let number = number as u32;
    let (major, minor) = (
        (number >> 8) & 0xfff,
        (number & 0xff) | ((number >> 12) & 0xf_ff00),
    );
    match major {
        136..=143 => format!("pts/{}", (major - 136) * 256 + minor),
        4 => format!("tty{minor}"),
        _ => "?".to_owned(),
    }
}

/// Sends a signal to every process of a container: with SIGSTOP and SIGCONT
/// its pause where no cgroup can freeze it.
///
/// Repeats until no process is left that has not had it, since a process may
/// fork while the others are told; gives up after a number of rounds, which a
/// container that forks all the time can bring about.
///
/// # Errors
/// ESRCH once the container is gone.
pub fn signal_all(init: i32, signal: i32) -> nix::Result<()> {
    const ROUNDS: usize = 16;
    let mut told = std::collections::BTreeSet::new();
    for _ in 0..ROUNDS {
        let new: Vec<_> = list(init)?
            .into_iter()
            .filter(|info| !told.contains(&(info.pid, info.started)))
            .collect();
        if new.is_empty() {
            return Ok(());
        }
        for info in new {
            told.insert((info.pid, info.started));
            signal_one(&info, signal)?;
        }
    }
    Ok(())
}

/// Through a descriptor, and only if the process is still the one that was
/// seen: a pid may have been given to another one.
fn signal_one(info: &ProcessInfo, signal: i32) -> nix::Result<()> {
    let pidfd = match sys::pidfd_open(info.pid) {
        Err(Errno::ESRCH) => return Ok(()),
        result => result?,
    };
    if read(info.pid).is_none_or(|now| now.started != info.started) {
        return Ok(());
    }
    match sys::pidfd_send_signal(pidfd.as_fd(), signal) {
        Err(Errno::ESRCH) => Ok(()),
        result => result,
    }
}

/// Sends a signal to one process through its descriptor.
///
/// # Errors
/// ESRCH once it has ended and been collected; EINVAL for no signal.
pub fn signal(pidfd: impl AsFd, signal: i32) -> nix::Result<()> {
    sys::pidfd_send_signal(pidfd.as_fd(), signal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_parentheses_is_read() {
        let stat = "7 (a) b (c) S 1 7 7 34816 7 4194560 1 0 0 0 3 4 0 0 20 0 2 0 99 4096 5 1";
        let info = parse(7, 1000, stat, None).expect("a process");
        assert_eq!(info.command, "[a) b (c]");
        assert_eq!(
            (info.parent, info.terminal.as_str(), info.ticks),
            (1, "pts/0", 7)
        );
        assert_eq!(
            (info.threads, info.started, info.resident_pages),
            (2, 99, 5)
        );
    }

    #[test]
    fn this_process_is_in_its_own_namespace() {
        let me = std::process::id() as i32;
        let all = list(me).expect("a list");
        assert!(all.iter().any(|info| info.pid == me));
    }
}
