//! The end of a lab's cgroup, from outside: killed, thawed, removed.
//!
//! What is removed is named by `engine.json` and by nobody else; and only a
//! directory of ours in a cgroup file system is touched.

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::path::Path;
use std::time::{Duration, Instant};

use rustix::fs::{AtFlags, fstatfs, unlinkat};
use rustix::io::Errno;
use rustix::process::{Pid, Signal, kill_process};

use super::{Branch, CgroupRecord, Controller, PREFIX};
use super::{open_directory, path_of, read, write};

/// `CGROUP_SUPER_MAGIC` and `CGROUP2_SUPER_MAGIC` (linux/magic.h).
const MAGIC: [u64; 2] = [0x0027_e0eb, 0x6367_7270];

/// How deep cgroups of a container's own are followed.
const DEPTH: usize = 16;

/// How long processes that were killed may still be in the way.
const PATIENCE: Duration = Duration::from_secs(3);
const BETWEEN: Duration = Duration::from_millis(2);

/// Lets frozen processes of the lab go on: in cgroup v1 they do not die before.
pub(crate) fn let_die(record: &CgroupRecord) {
    for branch in &record.branches {
        if let Ok(directory) = open(branch) {
            each(&directory, 0, &mut |one| {
                let _ = write(one, "freezer.state", "THAWED");
            });
        }
    }
}

/// Ends what is in the lab's cgroup and removes it. What stays is removed by
/// the lab's next engine.
pub(crate) fn remove(record: &CgroupRecord) {
    let begun = Instant::now();
    for branch in &record.branches {
        while let Ok(directory) = open(branch) {
            each(&directory, 0, &mut |one| kill(one, branch));
            each(&directory, 0, &mut remove_children);
            let gone = fs::remove_dir(&branch.path);
            if gone.is_ok() || begun.elapsed() > PATIENCE {
                break;
            }
            std::thread::sleep(BETWEEN);
        }
    }
}

/// # Errors
/// Also where it is no cgroup of ours.
fn open(branch: &Branch) -> io::Result<OwnedFd> {
    let name = branch.path.file_name().and_then(|name| name.to_str());
    if !name.is_some_and(|name| name.starts_with(PREFIX)) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let directory = open_directory(&branch.path)?;
    let magic = u64::try_from(fstatfs(&directory)?.f_type).unwrap_or_default();
    match MAGIC.contains(&magic) {
        true => Ok(directory),
        false => Err(io::ErrorKind::InvalidInput.into()),
    }
}

/// The directory and what is below it, the innermost first.
fn each(directory: &OwnedFd, depth: usize, act: &mut dyn FnMut(&OwnedFd)) {
    if depth < DEPTH {
        for name in children(directory) {
            if let Ok(child) = open_directory(&path_of(directory).join(&name)) {
                each(&child, depth + 1, act);
            }
        }
    }
    act(directory);
}

fn children(directory: &OwnedFd) -> Vec<std::ffi::OsString> {
    let entries = fs::read_dir(path_of(directory)).into_iter().flatten();
    entries
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| entry.file_name())
        .collect()
}

fn remove_children(directory: &OwnedFd) {
    for name in children(directory) {
        let _ = unlinkat(directory, Path::new(&name), AtFlags::REMOVEDIR);
    }
}

/// SIGKILL to all in it, but never to ourselves.
fn kill(directory: &OwnedFd, branch: &Branch) {
    let own = std::process::id().to_string();
    let pids = read(directory, "cgroup.procs").unwrap_or_default();
    for pid in pids.lines().filter(|pid| *pid != own) {
        let process = pid.parse().ok().and_then(Pid::from_raw);
        match process.map(|process| kill_process(process, Signal::KILL)) {
            None | Some(Ok(()) | Err(Errno::SRCH | Errno::PERM)) => {}
            Some(Err(_)) => return,
        }
    }
    if branch.controllers.contains(&Controller::Freezer) {
        let _ = write(directory, "freezer.state", "THAWED");
    }
}

#[cfg(test)]
mod tests {
    use super::super::CgroupVersion;
    use super::*;

    #[test]
    fn only_a_cgroup_of_ours_is_removed() {
        let scratch = tempfile::tempdir().expect("a scratch folder");
        let path = scratch.path().join("plimsoll-lab-0");
        fs::create_dir(&path).expect("made");
        let branch = Branch {
            controllers: Vec::new(),
            path: path.clone(),
        };
        let record = CgroupRecord {
            version: CgroupVersion::V1,
            branches: vec![branch],
        };
        remove(&record);
        assert!(path.is_dir(), "an ordinary folder stays");
    }
}
