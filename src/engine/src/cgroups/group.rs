//! The cgroup of one container, open.

use std::io;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use nix::libc::SIGKILL;
use plimsoll_host::cgroup::{read, write};
use plimsoll_host::{CgroupVersion, Controller};
use plimsoll_runtime::{Cgroup, CgroupMode};
use rustix::fs::{AtFlags, unlinkat};
use rustix::io::Errno;

use super::usage::{self, CpuTime, MemoryUse};
use super::{Layout, Limits, open_directory};
use crate::containers::send_signal;

/// How often it is looked whether the kernel has done what it was told, and how
/// long in between.
const LOOKS: u32 = 1_000;
const BETWEEN: Duration = Duration::from_millis(1);

/// How deep cgroups of a container's own are followed.
const DEPTH: usize = 16;

/// Rounds in which processes are moved that their neighbours make meanwhile.
const ROUNDS: usize = 16;

/// The directories of one container.
#[derive(Debug)]
pub struct Group {
    layout: Arc<Layout>,
    version: CgroupVersion,
    id: String,
    /// By the index of the layout's branch.
    branches: Vec<Option<OwnedFd>>,
    /// The directories in which they are.
    above: Arc<Vec<OwnedFd>>,
}

impl Group {
    /// None of its directories is there yet.
    pub(super) fn new(layout: Arc<Layout>, id: &str, above: Arc<Vec<OwnedFd>>) -> Option<Self> {
        Some(Self {
            version: layout.version?,
            id: id.to_owned(),
            branches: above.iter().map(|_| None).collect(),
            layout,
            above,
        })
    }

    pub(super) fn add(&mut self, at: usize, directory: OwnedFd) {
        self.branches[at] = Some(directory);
    }

    pub(super) fn has_branch(&self, at: usize) -> bool {
        self.branches[at].is_some()
    }

    pub(super) fn is_empty(&self) -> bool {
        self.branches.iter().all(Option::is_none)
    }

    /// Moves the container's processes into a directory of v1, until none is left
    /// that was made meanwhile.
    pub(super) fn take_in(
        &self,
        at: usize,
        processes: &dyn Fn() -> Vec<i32>,
    ) -> rustix::io::Result<()> {
        let Some(directory) = &self.branches[at] else {
            return Ok(());
        };
        for _ in 0..ROUNDS {
            let inside = pids_in(directory, 0);
            let mut all = processes().into_iter();
            let Some(first) = all.find(|pid| !inside.contains(pid)) else {
                return Ok(());
            };
            for pid in std::iter::once(first).chain(all) {
                match write(directory, "cgroup.procs", &pid.to_string()) {
                    Ok(()) | Err(Errno::SRCH) => {}
                    Err(errno) => return Err(errno),
                }
            }
        }
        Ok(())
    }

    /// Where a process that is added to the container starts.
    pub fn mode(&self) -> CgroupMode {
        let there = self.layout.branches.iter().zip(&self.branches);
        let mut cgroups = there
            .filter(|(_, directory)| directory.is_some())
            .map(|(branch, _)| Cgroup {
                directory: branch.path.join(&self.id),
                settings: Vec::new(),
            });
        match self.version {
            CgroupVersion::V2 => cgroups.next().map_or(CgroupMode::None, CgroupMode::V2),
            CgroupVersion::V1 => CgroupMode::V1(cgroups.collect()),
        }
    }

    fn with(&self, controller: Controller) -> Option<&OwnedFd> {
        let mut there = self.layout.branches.iter().zip(&self.branches);
        let (_, directory) = there.find(|(branch, _)| branch.controllers.contains(&controller))?;
        directory.as_ref()
    }

    /// Writes the limits, in whichever order the kernel takes them: one may be
    /// possible only after another (memory above the limit of memory and swap).
    ///
    /// # Errors
    /// The file, and what the kernel said.
    pub fn set(&self, limits: &Limits) -> Result<(), (String, io::Error)> {
        let mut waiting: Vec<(&OwnedFd, String, String)> = Vec::new();
        for (branch, directory) in self.layout.branches.iter().zip(&self.branches) {
            if let Some(directory) = directory {
                let settings = limits.settings(self.version, &branch.controllers, self.layout.swap);
                waiting.extend(
                    settings
                        .into_iter()
                        .map(|(file, value)| (directory, file, value)),
                );
            }
        }
        waiting.retain(|(directory, file, value)| write(directory, file, value).is_err());
        for (directory, file, value) in waiting {
            write(directory, &file, &value).map_err(|errno| (file, errno.into()))?;
        }
        Ok(())
    }

    /// The container's processes, in order, as the lab numbers them.
    pub fn processes(&self) -> Vec<i32> {
        let directory = self.branches.iter().flatten().next();
        let mut pids = directory.map_or_else(Vec::new, |directory| pids_in(directory, 0));
        pids.sort_unstable();
        pids
    }

    /// Memory, where it is counted.
    pub fn memory(&self) -> Option<MemoryUse> {
        let directory = self.with(Controller::Memory)?;
        let read = |name: &str| read(directory, name).unwrap_or_default();
        Some(usage::memory(self.version, &read))
    }

    /// Processor time, where it is counted.
    pub fn cpu(&self) -> Option<CpuTime> {
        let counted = self.with(Controller::Cpuacct)?;
        let limited = self.with(Controller::Cpu).unwrap_or(counted);
        let of_time = |name: &str| read(counted, name).unwrap_or_default();
        let of_limit = |name: &str| read(limited, name).unwrap_or_default();
        Some(usage::cpu(self.version, &of_time, &of_limit))
    }

    /// Processes and threads, and how many there may be (0: any number).
    pub fn pids(&self) -> Option<(u64, u64)> {
        let directory = self.with(Controller::Pids)?;
        let number = |name: &str| {
            let text = read(directory, name).unwrap_or_default();
            text.trim().parse().unwrap_or(0)
        };
        Some((number("pids.current"), number("pids.max")))
    }

    /// How many processes the kernel has ended for want of memory.
    pub fn oom_kills(&self) -> u64 {
        let file = match self.version {
            CgroupVersion::V2 => "memory.events",
            CgroupVersion::V1 => "memory.oom_control",
        };
        let text = self
            .with(Controller::Memory)
            .and_then(|at| read(at, file).ok());
        usage::field(&text.unwrap_or_default(), "oom_kill")
    }

    /// Whether its processes can be made to stand still.
    pub fn can_freeze(&self) -> bool {
        self.with(Controller::Freezer).is_some()
    }

    /// Makes every process stand still, and returns when all do.
    ///
    /// # Errors
    /// EBUSY where some do not; then they all go on.
    pub async fn freeze(&self) -> io::Result<()> {
        let directory = self.with(Controller::Freezer).ok_or(Errno::NOENT)?;
        for _ in 0..LOOKS {
            let still = match self.version {
                CgroupVersion::V2 => {
                    write(directory, "cgroup.freeze", "1")?;
                    usage::field(&read(directory, "cgroup.events")?, "frozen") == 1
                }
                CgroupVersion::V1 => {
                    // Again: a process that was made meanwhile is missed otherwise.
                    write(directory, "freezer.state", "FROZEN")?;
                    read(directory, "freezer.state")?.trim() == "FROZEN"
                }
            };
            if still {
                return Ok(());
            }
            tokio::time::sleep(BETWEEN).await;
        }
        self.thaw();
        Err(Errno::BUSY.into())
    }

    /// Lets every process go on. With v1 frozen processes do not die either: this
    /// comes after each SIGKILL.
    pub fn thaw(&self) {
        if let Some(directory) = self.with(Controller::Freezer) {
            // It may be gone, with all that stood still in it.
            let _ = match self.version {
                CgroupVersion::V2 => write(directory, "cgroup.freeze", "0"),
                CgroupVersion::V1 => write(directory, "freezer.state", "THAWED"),
            };
        }
    }

    /// SIGKILL to all that is in it.
    pub fn kill(&self) {
        let directories = self.branches.iter().flatten();
        for directory in directories {
            // Linux 5.14 and newer, v2: at once, also what forks meanwhile.
            if write(directory, "cgroup.kill", "1").is_ok() {
                continue;
            }
            for pid in pids_in(directory, 0) {
                let _ = send_signal(pid, SIGKILL);
            }
        }
        self.thaw();
    }

    /// Ends what the container's first process left behind (in the PID namespace
    /// of another) and removes the directories. What stays is removed with the lab.
    pub async fn remove(&self) {
        for look in 0..LOOKS {
            if self.try_remove() {
                return;
            }
            if look == 0 {
                self.kill();
            }
            tokio::time::sleep(BETWEEN).await;
        }
    }

    fn try_remove(&self) -> bool {
        let there = self.above.iter().zip(&self.branches);
        let mut gone = true;
        for (above, directory) in there {
            if let Some(directory) = directory {
                gone &= match unlinkat(above, &self.id, AtFlags::REMOVEDIR) {
                    Ok(()) | Err(Errno::NOENT) => true,
                    Err(_) => {
                        remove_below(directory, 0);
                        unlinkat(above, &self.id, AtFlags::REMOVEDIR).is_ok()
                    }
                };
            }
        }
        gone
    }
}

/// Cgroups that a privileged container made of its own.
fn remove_below(directory: &OwnedFd, depth: usize) {
    for name in children(directory) {
        if let Ok(child) = open_directory(directory, &name)
            && depth < DEPTH
        {
            remove_below(&child, depth + 1);
        }
        let _ = unlinkat(directory, &name, AtFlags::REMOVEDIR);
    }
}

fn pids_in(directory: &OwnedFd, depth: usize) -> Vec<i32> {
    let text = read(directory, "cgroup.procs").unwrap_or_default();
    // 0 is a process that is not in the lab's PID namespace.
    let own = text.lines().filter_map(|line| line.parse().ok());
    let mut pids: Vec<i32> = own.filter(|pid| *pid > 0).collect();
    if depth < DEPTH {
        for name in children(directory) {
            if let Ok(child) = open_directory(directory, &name) {
                pids.extend(pids_in(&child, depth + 1));
            }
        }
    }
    pids
}

fn children(directory: &OwnedFd) -> Vec<PathBuf> {
    let path = format!("/proc/self/fd/{}", directory.as_raw_fd());
    let entries = std::fs::read_dir(path).into_iter().flatten().flatten();
    entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .map(|entry| PathBuf::from(entry.file_name()))
        .collect()
}
