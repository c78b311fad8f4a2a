//! A lab's cgroup: where it comes from, and how it goes.
//!
//! Asked for once, before the lab's namespaces are made, in this order: below
//! our own cgroup v2 where that was delegated to us ([`unified`]); a scope of
//! its own from systemd ([`systemd`]); as root a directory in each cgroup v1
//! hierarchy ([`legacy`]); none, which is a lab like any other.
//!
//! The directories are opened here and handed down as descriptors. The engine
//! makes a directory for each container beneath them; what is left of a lab is
//! removed from outside ([`remove`]), by the paths in `engine.json`.

mod found;
mod legacy;
mod remove;
mod systemd;
mod unified;

use std::fs::File;
use std::io;
use std::os::fd::{AsFd, AsRawFd, IntoRawFd, OwnedFd};
use std::path::{Path, PathBuf};

use plimsoll_runtime::sys;
use rustix::fs::{Mode, OFlags, openat};
use serde::{Deserialize, Serialize};

use crate::paths::LabPaths;

use found::Hierarchy;
pub(crate) use found::hierarchies;
pub(crate) use remove::{let_die, remove};
pub(crate) use systemd::lingers;
pub(crate) use unified::is_used;

/// The environment variable that keeps a lab from having one (`none`).
pub(crate) const VARIABLE: &str = "PLIMSOLL_CGROUP";

/// What every directory of ours is called first.
const PREFIX: &str = "plimsoll-";

/// The two generations of cgroups (cgroups(7)).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum CgroupVersion {
    /// A tree for each controller.
    V1,
    /// One tree.
    V2,
}

/// What of cgroups a lab has a use for, by the names that v1 has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Controller {
    /// Shares and quotas of processor time.
    Cpu,
    /// Counts processor time. Part of every v2 cgroup.
    Cpuacct,
    /// Which processors and memory nodes.
    Cpuset,
    /// Makes processes stand still. Part of every v2 cgroup.
    Freezer,
    /// Memory, swap.
    Memory,
    /// Number of processes and threads.
    Pids,
}

impl Controller {
    const ALL: [Self; 6] = [
        Self::Cpu,
        Self::Cpuacct,
        Self::Cpuset,
        Self::Freezer,
        Self::Memory,
        Self::Pids,
    ];

    /// The kernel's name.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cpu => "cpu",
            Self::Cpuacct => "cpuacct",
            Self::Cpuset => "cpuset",
            Self::Freezer => "freezer",
            Self::Memory => "memory",
            Self::Pids => "pids",
        }
    }

    fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.name() == name)
    }
}

/// One directory of a lab's cgroup, as text: v2 has one, v1 one a hierarchy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Branch {
    /// What is limited and counted there.
    pub controllers: Vec<Controller>,
    /// Absolute path on the real host, which is the lab's too.
    pub path: PathBuf,
}

/// A lab's cgroup as it is written down.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CgroupRecord {
    /// Which generation.
    pub version: CgroupVersion,
    /// At least one.
    pub branches: Vec<Branch>,
}

/// A lab's cgroup, open.
#[derive(Debug)]
pub struct LabCgroup {
    /// Where it is and what it has.
    pub record: CgroupRecord,
    /// The directories of `record.branches`, in the same order.
    pub directories: Vec<OwnedFd>,
}

/// A [`LabCgroup`] on its way through execve(2): descriptors by number.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Inherited {
    record: CgroupRecord,
    descriptors: Vec<i32>,
}

impl LabCgroup {
    fn open(record: CgroupRecord) -> io::Result<Self> {
        let open = |branch: &Branch| open_directory(&branch.path);
        let directories = record.branches.iter().map(open).collect::<Result<_, _>>()?;
        Ok(Self {
            record,
            directories,
        })
    }

    /// Copies of the descriptors that the next program of this process has.
    ///
    /// # Errors
    /// What `dup(2)` reports.
    pub(crate) fn hand_on(&self) -> io::Result<Inherited> {
        let copies: Vec<OwnedFd> = self
            .directories
            .iter()
            .map(rustix::io::dup)
            .collect::<Result<_, _>>()?;
        Ok(Inherited {
            record: self.record.clone(),
            descriptors: copies.into_iter().map(IntoRawFd::into_raw_fd).collect(),
        })
    }

    /// Takes over what the program before this one handed on.
    ///
    /// # Errors
    /// EBADF where it did not.
    pub(crate) fn adopt(inherited: Inherited) -> io::Result<Self> {
        let adopt = |number: &i32| sys::adopt_descriptor(*number);
        let directories = inherited.descriptors.iter().map(adopt);
        Ok(Self {
            record: inherited.record,
            directories: directories.collect::<Result<_, _>>()?,
        })
    }
}

/// Has a cgroup made for this lab, and for v2 moves this process into a leaf of
/// it. `None` where the machine gives none, or the user wants none.
///
/// The lab's lock is held: what bears its name is left of an earlier engine.
pub(crate) fn acquire(paths: &LabPaths) -> Option<LabCgroup> {
    if std::env::var(VARIABLE).is_ok_and(|wish| wish == "none") {
        return None;
    }
    let hierarchies = hierarchies();
    let name = name_of(paths);
    let unified = hierarchies.iter().find(|one| one.is_unified());
    let record = unified
        .and_then(|own| unified::delegated(own, &name).or_else(|| systemd::scope(own, &name)))
        .or_else(|| legacy::make(&hierarchies, &name))?;
    match LabCgroup::open(record.clone()) {
        Ok(cgroup) => Some(cgroup),
        Err(_) => {
            remove(&record);
            None
        }
    }
}

/// `plimsoll-LAB-` and a fingerprint of the lab's folder: the same for every
/// engine of this lab, and no other lab's.
fn name_of(paths: &LabPaths) -> String {
    let folder = paths.lab_dir();
    let hash = fingerprint(folder.as_os_str().as_encoded_bytes());
    format!("{PREFIX}{}-{hash:016x}", paths.lab())
}

/// FNV-1a, 64 bits: only to tell the labs of one user apart.
fn fingerprint(bytes: &[u8]) -> u64 {
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

fn open_directory(path: &Path) -> io::Result<OwnedFd> {
    let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    Ok(rustix::fs::open(path, flags, Mode::empty())?)
}

/// Reads a file of a cgroup; they are small.
///
/// # Errors
/// What the system says.
pub fn read(directory: impl AsFd, name: &str) -> io::Result<String> {
    let file = openat(
        directory,
        name,
        OFlags::RDONLY | OFlags::CLOEXEC,
        Mode::empty(),
    )?;
    io::read_to_string(File::from(file))
}

/// Writes to a file of a cgroup, which has to be there, in one write(2): the kernel
/// takes each for a whole.
///
/// # Errors
/// What the system says, and what the kernel says to the value.
pub fn write(directory: impl AsFd, name: impl AsRef<Path>, text: &str) -> rustix::io::Result<()> {
    let flags = OFlags::WRONLY | OFlags::CLOEXEC;
    let file = openat(directory, name.as_ref(), flags, Mode::empty())?;
    rustix::io::write(&file, text.as_bytes()).map(drop)
}

/// The path by which a directory can be handed to calls that want one.
fn path_of(directory: &OwnedFd) -> PathBuf {
    PathBuf::from(format!("/proc/self/fd/{}", directory.as_raw_fd()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn controllers_are_known_by_their_names() {
        for controller in Controller::ALL {
            assert_eq!(Controller::of_name(controller.name()), Some(controller));
        }
        assert_eq!(Controller::of_name("rdma"), None);
    }

    #[test]
    fn fingerprints_are_those_of_fnv() {
        assert_eq!(fingerprint(b""), 0xcbf2_9ce4_8422_2325);
        assert_eq!(fingerprint(b"a"), 0xaf63_dc4c_8601_ec8c);
    }
}
