//! Processes of a container, found in its cgroup or by their PID namespace. `/proc`
//! is the lab's, so the PIDs are those of the lab.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use super::container::Container;

/// PIDs of all processes of a container, in order: those in its cgroup, or
/// without one those in the PID namespace of `init`.
pub fn of_container(container: &Container, init: i32) -> Vec<i32> {
    let group = container.group();
    let counted = group.map(|group| group.processes());
    let counted = counted.filter(|pids| pids.contains(&init));
    counted.unwrap_or_else(|| of_namespace(init))
}

/// PIDs of all processes in the PID namespace of `init`, in order.
///
/// A container that shares the lab's or another's PID namespace has only its
/// init and that one's descendants.
pub fn of_namespace(init: i32) -> Vec<i32> {
    let namespace = |pid: i32| fs::read_link(format!("/proc/{pid}/ns/pid")).ok();
    let own = namespace(init);
    let shared = own.is_none() || own == fs::read_link("/proc/self/ns/pid").ok();
    let mut all: Vec<i32> = all_processes();
    if shared {
        return descendants(init, &all);
    }
    all.retain(|pid| namespace(*pid) == own);
    all
}

fn all_processes() -> Vec<i32> {
    let Ok(entries) = fs::read_dir("/proc") else {
        return Vec::new();
    };
    let mut pids: Vec<i32> = entries
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .collect();
    pids.sort_unstable();
    pids
}

fn descendants(init: i32, all: &[i32]) -> Vec<i32> {
    let parents: Vec<(i32, i32)> = all
        .iter()
        .filter_map(|pid| Some((*pid, Stat::read(*pid)?.parent)))
        .collect();
    let mut found = vec![init];
    let mut at = 0;
    while at < found.len() {
        let parent = found[at];
        found.extend(
            parents
                .iter()
                .filter(|(_, p)| *p == parent)
                .map(|(pid, _)| *pid),
        );
        at += 1;
    }
    found.sort_unstable();
    found
}

/// PIDs in an order in which no process goes on before those that it started:
/// a shell that looks for stopped jobs finds none.
pub fn children_first(pids: &[i32]) -> Vec<i32> {
    let parents: BTreeMap<i32, i32> = pids
        .iter()
        .filter_map(|pid| Some((*pid, Stat::read(*pid)?.parent)))
        .collect();
    let depth = |pid: i32| {
        let above = std::iter::successors(parents.get(&pid), |parent| parents.get(parent));
        // A number that was given again could close a circle.
        above.take(parents.len()).count()
    };
    let mut ordered = pids.to_vec();
    ordered.sort_by_cached_key(|pid| std::cmp::Reverse(depth(*pid)));
    ordered
}

/// What `/proc/PID/stat` says that we need (proc_pid_stat(5)).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stat {
    pub command: String,
    pub state: char,
    pub parent: i32,
    /// Controlling terminal, 0 for none.
    pub terminal: i32,
    /// Clock ticks in user and kernel mode.
    pub user_ticks: u64,
    pub system_ticks: u64,
    pub threads: u64,
    /// Clock ticks after boot.
    pub started: u64,
    /// Pages.
    pub resident: u64,
}

impl Stat {
    /// Reads the file of a process; `None` once it is gone.
    pub fn read(pid: i32) -> Option<Self> {
        Self::parse(&fs::read_to_string(proc_file(pid, "stat")).ok()?)
    }

    /// The command stands in parentheses and may hold some itself.
    fn parse(text: &str) -> Option<Self> {
        let (head, rest) = text.rsplit_once(')')?;
        let command = head.split_once('(')?.1.to_owned();
        let fields: Vec<&str> = rest.split_whitespace().collect();
        let number = |at: usize| fields.get(at)?.parse().ok();
        Some(Self {
            command,
            state: fields.first()?.chars().next()?,
            parent: fields.get(1)?.parse().ok()?,
            terminal: fields.get(4)?.parse().ok()?,
            user_ticks: number(11)?,
            system_ticks: number(12)?,
            threads: number(17)?,
            started: number(19)?,
            resident: number(21)?,
        })
    }
}

/// A file of a process.
pub fn proc_file(pid: i32, name: &str) -> PathBuf {
    PathBuf::from(format!("/proc/{pid}/{name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_with_parentheses_is_read() {
        let line = "42 (a) b) S 1 42 42 34816 42 4194304 100 0 0 0 7 3 0 0 20 0 2 0 555 1000 25 0";
        let stat = Stat::parse(line).unwrap();
        assert_eq!(stat.command, "a) b");
        assert_eq!((stat.state, stat.parent, stat.terminal), ('S', 1, 34816));
        assert_eq!((stat.user_ticks, stat.system_ticks), (7, 3));
        assert_eq!((stat.threads, stat.started, stat.resident), (2, 555, 25));
    }

    #[test]
    fn children_come_before_their_parents() {
        let mut child = std::process::Command::new("cat")
            .stdin(std::process::Stdio::piped())
            .spawn()
            .unwrap();
        let (me, its) = (std::process::id() as i32, child.id() as i32);
        assert_eq!(children_first(&[me, its]), [its, me]);
        assert_eq!(children_first(&[its, me]), [its, me]);
        drop(child.stdin.take());
        child.wait().unwrap();
    }

    #[test]
    fn we_are_among_our_own_descendants() {
        let me = std::process::id() as i32;
        assert!(of_namespace(me).contains(&me));
    }
}
