//! cgroup v2 (the kernel's admin-guide/cgroup-v2): a directory of the lab's below
//! one that was delegated to us.
//!
//! ```text
//! BASE                   delegated; its controllers are switched on for what is below
//!   plimsoll-LAB-…       the lab
//!     engine             this process, and with it PID 1
//!     CONTAINER          made by the engine
//!   plimsoll-rest        what was in BASE itself, if anything
//! ```
//!
//! "No internal processes": a cgroup that hands controllers down has no process
//! of its own. So what is in BASE moves to a leaf, as anyone who got it delegated
//! has to do.

use std::ffi::OsStr;
use std::io;
use std::os::fd::OwnedFd;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, AtFlags, Mode, accessat, mkdirat};
use rustix::io::Errno;

use super::{Branch, CgroupRecord, CgroupVersion, Controller, Hierarchy};
use super::{open_directory, path_of, read, remove, write};

/// The leaf of the engine.
pub(super) const ENGINE: &str = "engine";

/// The leaf of those who were in the delegated cgroup.
const REST: &str = "plimsoll-rest";

/// What a lab has a use for.
const WANTED: [Controller; 4] = [
    Controller::Cpu,
    Controller::Cpuset,
    Controller::Memory,
    Controller::Pids,
];

/// What every v2 cgroup has, without a controller.
const ALWAYS: [Controller; 2] = [Controller::Cpuacct, Controller::Freezer];

/// A directory for the lab below our own cgroup, or below the outermost one
/// above it that is ours as well.
pub(super) fn delegated(own: &Hierarchy, name: &str) -> Option<CgroupRecord> {
    bases(own)
        .into_iter()
        .find_map(|base| below(&base, name).ok())
}

/// Where we may begin, the outermost first: then a second lab stands beside the
/// first, and not within it.
fn bases(own: &Hierarchy) -> Vec<PathBuf> {
    if has_systemd() {
        // Everything else is its own to arrange (systemd.io/CGROUP_DELEGATION).
        let this = Some(own.own.clone());
        return this
            .filter(|path| is_ours(path) && was_delegated(path))
            .into_iter()
            .collect();
    }
    let above = own.own.ancestors();
    let mut bases: Vec<PathBuf> = above
        .take_while(|path| path.starts_with(&own.mount) && is_ours(path))
        .map(Path::to_path_buf)
        .collect();
    bases.reverse();
    bases
}

/// Whether the tree has a controller that a lab has a use for: on a hybrid machine
/// those are v1's.
pub(crate) fn is_used(tree: &Hierarchy) -> bool {
    tree.is_unified() && open_directory(&tree.mount).is_ok_and(|root| !available(&root).is_empty())
}

pub(super) fn has_systemd() -> bool {
    Path::new("/run/systemd/system").is_dir()
}

/// systemd's mark at a unit with `Delegate=`.
fn was_delegated(path: &Path) -> bool {
    let mut value = [0; 8];
    let length = rustix::fs::getxattr(path, "user.delegate", &mut value[..]);
    length.is_ok_and(|length| value.get(..length) == Some(b"1"))
}

/// Owned and writable: the directory, and the two files that moving processes
/// and handing down controllers take.
fn is_ours(path: &Path) -> bool {
    let owner = std::fs::metadata(path).map(|directory| directory.uid());
    let may_write = |name: &str| {
        let file = path.join(name);
        accessat(rustix::fs::CWD, &file, Access::WRITE_OK, AtFlags::EACCESS).is_ok()
    };
    owner.is_ok_and(|owner| owner == rustix::process::geteuid().as_raw())
        && ["", "cgroup.procs", "cgroup.subtree_control"]
            .into_iter()
            .all(may_write)
}

fn below(base: &Path, name: &str) -> io::Result<CgroupRecord> {
    let directory = open_directory(base)?;
    if available(&directory).is_empty() {
        return Err(io::ErrorKind::Unsupported.into());
    }
    let path = base.join(name);
    remove(&record(&path, Vec::new()));
    make(&directory, name)?;
    let made = make_room(&directory)
        .and_then(|()| hand_down(&directory))
        .and_then(|()| settle(&path));
    if made.is_err() {
        // We may be in it already.
        let _ = write(&directory, "cgroup.procs", "0");
        remove(&record(&path, Vec::new()));
    }
    made
}

/// Moves what is in BASE itself to a leaf. First of all: a controller that can do
/// with threads (`cpu`, `pids`) is handed down in spite of them, and then the
/// directories below are none for whole processes. Only the root of the tree, which
/// has no type, may keep its own.
fn make_room(base: &OwnedFd) -> io::Result<()> {
    if read(base, "cgroup.type").is_err() || read(base, "cgroup.procs")?.trim().is_empty() {
        return Ok(());
    }
    make(base, REST)?;
    move_all(base, &open_directory(&path_of(base).join(REST))?)
}

/// Moves every process of `from`; those that fork meanwhile come in the next round.
fn move_all(from: &OwnedFd, to: &OwnedFd) -> io::Result<()> {
    const ROUNDS: usize = 16;
    for _ in 0..ROUNDS {
        let pids = read(from, "cgroup.procs")?;
        if pids.trim().is_empty() {
            return Ok(());
        }
        for pid in pids.lines() {
            match write(to, "cgroup.procs", pid) {
                // It has ended.
                Err(Errno::SRCH) => {}
                result => result?,
            }
        }
    }
    Err(Errno::BUSY.into())
}

/// Makes `path` the lab's: this process goes to its leaf, and controllers are
/// handed down to the containers.
pub(super) fn settle(path: &Path) -> io::Result<CgroupRecord> {
    let lab = open_directory(path)?;
    make(&lab, ENGINE)?;
    let engine = open_directory(&path.join(ENGINE))?;
    write(&engine, "cgroup.procs", "0")?;
    hand_down(&lab)?;
    let handed = read(&lab, "cgroup.subtree_control")?;
    let mut controllers = named(&handed);
    if !(controllers.contains(&Controller::Memory) || controllers.contains(&Controller::Pids)) {
        return Err(io::ErrorKind::Unsupported.into());
    }
    controllers.extend(ALWAYS);
    Ok(record(path, controllers))
}

fn record(path: &Path, controllers: Vec<Controller>) -> CgroupRecord {
    CgroupRecord {
        version: CgroupVersion::V2,
        branches: vec![Branch {
            controllers,
            path: path.to_path_buf(),
        }],
    }
}

fn make(above: &OwnedFd, name: impl AsRef<OsStr>) -> io::Result<()> {
    match mkdirat(above, name.as_ref(), Mode::from_raw_mode(0o755)) {
        Ok(()) | Err(Errno::EXIST) => Ok(()),
        Err(errno) => Err(errno.into()),
    }
}

fn available(directory: &OwnedFd) -> Vec<Controller> {
    named(&read(directory, "cgroup.controllers").unwrap_or_default())
}

fn named(words: &str) -> Vec<Controller> {
    words
        .split_whitespace()
        .filter_map(Controller::of_name)
        .filter(|one| WANTED.contains(one))
        .collect()
}

/// Switches controllers on for what is below, each by itself: one that the
/// kernel refuses (`cpu` while there are real-time processes) is done without.
///
/// # Errors
/// Where the directory does not tell what is on.
fn hand_down(directory: &OwnedFd) -> io::Result<()> {
    let has = named(&read(directory, "cgroup.subtree_control")?);
    let missing = available(directory);
    for controller in missing.into_iter().filter(|one| !has.contains(one)) {
        let switch = format!("+{}", controller.name());
        let _ = write(directory, "cgroup.subtree_control", &switch);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_list_of_controllers_the_wanted_ones_count() {
        let all = named("cpuset cpu io memory hugetlb pids rdma misc\n");
        use Controller::{Cpu, Cpuset, Memory, Pids};
        assert_eq!(all, [Cpuset, Cpu, Memory, Pids]);
        assert_eq!(named(""), []);
    }

    #[test]
    fn what_is_no_cgroup_is_not_ours() {
        let scratch = tempfile::tempdir().expect("a scratch folder");
        assert!(!is_ours(scratch.path()));
        assert!(!was_delegated(scratch.path()));
    }
}
