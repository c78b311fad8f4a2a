//! What a lab must not leave behind on the machine.

use std::fs;
use std::path::{Path, PathBuf};

/// Processes, mounts and sockets of ours that mention one directory, and cgroups.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Leftovers {
    /// Process ids whose command line, environment or root mention it.
    pub processes: Vec<(i32, String)>,
    /// Lines of our own mount table that mention it.
    pub mounts: Vec<String>,
    /// Unix sockets below it.
    pub sockets: Vec<PathBuf>,
    /// Those of [`cgroups`] that are still there.
    pub cgroups: Vec<PathBuf>,
}

impl Leftovers {
    /// Look for everything that mentions `directory`.
    pub fn of(directory: &Path) -> Leftovers {
        Leftovers {
            cgroups: Vec::new(),
            processes: processes(directory),
            mounts: mounts(directory),
            sockets: sockets(directory),
        }
    }

    /// And for these cgroups, which labs had.
    pub fn and_cgroups(mut self, cgroups: &[PathBuf]) -> Leftovers {
        let there = cgroups.iter().filter(|path| path.exists());
        self.cgroups.extend(there.cloned());
        self
    }

    /// Nothing is left.
    pub fn is_empty(&self) -> bool {
        *self == Leftovers::default()
    }
}

/// The cgroups of the labs in `labs` that run, by what is written of their engines.
pub fn cgroups(labs: &Path) -> Vec<PathBuf> {
    let folders = fs::read_dir(labs).into_iter().flatten().flatten();
    let records = folders.filter_map(|lab| {
        let text = fs::read(lab.path().join("engine.json")).ok()?;
        serde_json::from_slice::<serde_json::Value>(&text).ok()
    });
    records
        .flat_map(|record| {
            let branches = record["cgroup"]["branches"].as_array().cloned();
            branches.unwrap_or_default()
        })
        .filter_map(|branch| branch["path"].as_str().map(PathBuf::from))
        .collect()
}

fn processes(directory: &Path) -> Vec<(i32, String)> {
    let needle = directory.as_os_str().as_encoded_bytes();
    let mut found = Vec::new();
    let me = std::process::id() as i32;
    for entry in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(pid) = entry
            .file_name()
            .to_str()
            .and_then(|name| name.parse::<i32>().ok())
        else {
            continue;
        };
        let read = |file: &str| fs::read(entry.path().join(file)).unwrap_or_default();
        let command = read("cmdline");
        if pid != me && (mentions(&command, needle) || mentions(&read("environ"), needle)) {
            found.push((pid, String::from_utf8_lossy(&command).replace('\0', " ")));
        }
    }
    found
}

fn mounts(directory: &Path) -> Vec<String> {
    let needle = directory.to_string_lossy().into_owned();
    let table = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    table
        .lines()
        .filter(|line| line.contains(&needle))
        .map(str::to_owned)
        .collect()
}

fn sockets(directory: &Path) -> Vec<PathBuf> {
    let table = fs::read_to_string("/proc/net/unix").unwrap_or_default();
    table
        .lines()
        .filter_map(|line| line.split_whitespace().nth(7))
        .filter(|path| Path::new(path).starts_with(directory))
        .map(PathBuf::from)
        .collect()
}

fn mentions(haystack: &[u8], needle: &[u8]) -> bool {
    haystack
        .windows(needle.len())
        .any(|window| window == needle)
}
