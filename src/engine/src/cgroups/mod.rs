//! Cgroups of containers: which there are, what is written into them, what is
//! read from them.
//!
//! ```text
//! HostConfig ── Limits::of ──> Limits                       pure
//! Limits + Layout ── Layout::mode ──> CgroupMode            pure: part of the plan
//! plan ── the runtime makes and enters them
//! Cgroups::open ──> Group: usage, freezer, processes, live changes, removal
//! ```
//!
//! With v2 every container has one, in which its first process is born. With v1
//! moving a process waits for all processors once, for some milliseconds: a
//! container has directories there only where it needs one, for a limit from its
//! start on, for the freezer from its first pause on.
//!
//! Everything is reached beneath the descriptors that the host crate opened; the
//! names beneath them are ids of containers and names of the kernel's files.

mod group;
mod limits;
mod usage;

use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::sync::Arc;

use plimsoll_api::HostConfig;
use plimsoll_host::cgroup::Branch;
use plimsoll_host::{CgroupVersion, Controller, LabCgroup};
use plimsoll_runtime::{Cgroup, CgroupMode, Resources};
use rustix::fs::{AtFlags, Mode, OFlags, openat};
use rustix::io::Errno;

pub use group::Group;
pub use limits::{Limits, discard, quota};
pub use usage::{CpuTime, MemoryUse};

/// What of cgroups a lab has: plain data, for plans.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Layout {
    /// `None`: no cgroups.
    pub version: Option<CgroupVersion>,
    /// The lab's directories.
    pub branches: Vec<Branch>,
    /// Whether swap can be limited beside memory.
    pub swap: bool,
}

impl Layout {
    /// Whether containers can have that.
    pub fn has(&self, controller: Controller) -> bool {
        let mut all = self.branches.iter().flat_map(|branch| &branch.controllers);
        all.any(|one| *one == controller)
    }

    /// `v2`, `v1` or `none`.
    pub fn word(&self) -> &'static str {
        match self.version {
            Some(CgroupVersion::V2) => "v2",
            Some(CgroupVersion::V1) => "v1",
            None => "none",
        }
    }

    /// Where a container with these limits is to start.
    pub fn mode(&self, id: &str, limits: &Limits) -> CgroupMode {
        let Some(version) = self.version else {
            return CgroupMode::None;
        };
        let cgroup = |branch: &Branch| Cgroup {
            directory: branch.path.join(id),
            settings: limits.settings(version, &branch.controllers, self.swap),
        };
        match version {
            CgroupVersion::V2 => self
                .branches
                .first()
                .map_or(CgroupMode::None, |branch| CgroupMode::V2(cgroup(branch))),
            CgroupVersion::V1 => {
                let needed = self.needed(limits);
                let cgroups: Vec<Cgroup> = needed.map(|(_, branch)| cgroup(branch)).collect();
                match cgroups.is_empty() {
                    true => CgroupMode::None,
                    false => CgroupMode::V1(cgroups),
                }
            }
        }
    }

    /// The v1 directories that a container with these limits has: all of them,
    /// since the first is what costs; those for processors alone only if asked.
    fn needed(&self, limits: &Limits) -> impl Iterator<Item = (usize, &Branch)> {
        let (none, cpuset) = (self.held(limits).is_empty(), limits.has_cpuset());
        self.branches.iter().enumerate().filter(move |(_, branch)| {
            !none && (cpuset || branch.controllers != [Controller::Cpuset])
        })
    }

    /// What is written for these limits, into whichever directory.
    fn held(&self, limits: &Limits) -> Vec<(String, String)> {
        let version = self.version.unwrap_or(CgroupVersion::V2);
        let of = |branch: &Branch| limits.settings(version, &branch.controllers, self.swap);
        self.branches.iter().flat_map(of).collect()
    }

    /// Leaves to the runtime only those limits that no cgroup holds.
    pub fn leave_out(&self, resources: &mut Resources) {
        if self.has(Controller::Memory) {
            resources.memory = None;
        }
        if self.has(Controller::Pids) {
            resources.pids = None;
        }
        if self.has(Controller::Cpu) {
            resources.cpu = None;
        }
    }
}

/// The lab's cgroups.
#[derive(Debug, Default)]
pub struct Cgroups {
    layout: Arc<Layout>,
    /// The directories of the layout's branches, in the same order.
    directories: Arc<Vec<OwnedFd>>,
}

impl Cgroups {
    /// What the lab was given.
    pub fn new(given: Option<LabCgroup>) -> Self {
        let Some(given) = given else {
            return Self::default();
        };
        let mut layout = Layout {
            version: Some(given.record.version),
            branches: given.record.branches,
            swap: false,
        };
        layout.swap = has_swap(&layout, &given.directories);
        Self {
            layout: Arc::new(layout),
            directories: Arc::new(given.directories),
        }
    }

    /// The layout, for plans.
    pub fn layout(&self) -> &Arc<Layout> {
        &self.layout
    }

    /// The directories of a container, those that there are.
    pub fn open(&self, id: &str) -> Option<Group> {
        let mut group = self.group(id)?;
        for (at, directory) in self.directories.iter().enumerate() {
            if let Ok(own) = open_directory(directory, id) {
                group.add(at, own);
            }
        }
        (!group.is_empty()).then_some(group)
    }

    /// Makes the directories that `limits` need or, without any, the freezer's,
    /// and moves the container's processes into those that are new.
    ///
    /// # Errors
    /// What the kernel says; ENOENT where the lab has no such cgroup.
    pub fn join(
        &self,
        id: &str,
        limits: Option<&Limits>,
        processes: &dyn Fn() -> Vec<i32>,
    ) -> rustix::io::Result<Group> {
        let mut group = match self.open(id) {
            Some(group) => group,
            None => self.group(id).ok_or(Errno::NOENT)?,
        };
        let needed: Vec<usize> = match limits {
            Some(limits) => self.layout.needed(limits).map(|(at, _)| at).collect(),
            None => self.freezer().into_iter().collect(),
        };
        for at in needed {
            if group.has_branch(at) {
                continue;
            }
            match rustix::fs::mkdirat(&self.directories[at], id, Mode::from_raw_mode(0o755)) {
                Ok(()) | Err(Errno::EXIST) => {}
                Err(errno) => return Err(errno),
            }
            group.add(at, open_directory(&self.directories[at], id)?);
            group.take_in(at, processes)?;
        }
        Ok(group)
    }

    /// Whether containers can be frozen.
    pub fn can_freeze(&self) -> bool {
        self.freezer().is_some()
    }

    fn freezer(&self) -> Option<usize> {
        let freezes = |branch: &Branch| branch.controllers.contains(&Controller::Freezer);
        self.layout.branches.iter().position(freezes)
    }

    fn group(&self, id: &str) -> Option<Group> {
        Group::new(self.layout.clone(), id, self.directories.clone())
    }
}

/// The file is there in every directory but the root where the kernel counts swap.
fn has_swap(layout: &Layout, directories: &[OwnedFd]) -> bool {
    let file = match layout.version {
        // The lab's own directory has it as well.
        Some(CgroupVersion::V2) => "memory.swap.max",
        _ => "memory.memsw.limit_in_bytes",
    };
    let there = |directory: &OwnedFd| {
        let flags = AtFlags::empty();
        rustix::fs::accessat(directory, file, rustix::fs::Access::EXISTS, flags).is_ok()
    };
    layout.has(Controller::Memory) && directories.iter().any(there)
}

fn open_directory(above: impl AsFd, name: impl AsRef<Path>) -> rustix::io::Result<OwnedFd> {
    let flags = OFlags::DIRECTORY | OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    openat(above, name.as_ref(), flags, Mode::empty())
}

/// What dockerd takes for no limit on processes: 0 and below.
fn has_pids(host: &HostConfig) -> Option<u64> {
    host.pids_limit
        .and_then(|limit| u64::try_from(limit).ok())
        .filter(|limit| *limit > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v1() -> Layout {
        let branch = |controller: Controller| Branch {
            controllers: vec![controller],
            path: format!("/cg/{}/lab", controller.name()).into(),
        };
        use Controller::{Cpu, Cpuset, Freezer, Memory, Pids};
        Layout {
            version: Some(CgroupVersion::V1),
            branches: [Cpu, Cpuset, Freezer, Memory, Pids].map(branch).to_vec(),
            swap: false,
        }
    }

    fn directories(mode: &CgroupMode) -> Vec<String> {
        let cgroups = match mode {
            CgroupMode::None => &[],
            CgroupMode::V1(cgroups) => cgroups.as_slice(),
            CgroupMode::V2(cgroup) => std::slice::from_ref(cgroup),
        };
        let path = |cgroup: &Cgroup| cgroup.directory.display().to_string();
        cgroups.iter().map(path).collect()
    }

    #[test]
    fn with_v1_a_container_without_limits_has_no_cgroup() {
        let mode = v1().mode("id", &Limits::default());
        assert_eq!(mode, CgroupMode::None);
        let limits = Limits::of(&HostConfig {
            memory: 64 << 20,
            ..HostConfig::default()
        });
        let there = directories(&v1().mode("id", &limits));
        assert!(there.contains(&"/cg/memory/lab/id".to_owned()), "{there:?}");
        assert!(
            there.contains(&"/cg/freezer/lab/id".to_owned()),
            "{there:?}"
        );
        assert!(
            !there.contains(&"/cg/cpuset/lab/id".to_owned()),
            "{there:?}"
        );
        let limits = Limits::of(&HostConfig {
            cpuset_cpus: "0".to_owned(),
            ..HostConfig::default()
        });
        let there = directories(&v1().mode("id", &limits));
        assert!(there.contains(&"/cg/cpuset/lab/id".to_owned()), "{there:?}");
    }

    #[test]
    fn with_v2_every_container_has_one() {
        let layout = Layout {
            version: Some(CgroupVersion::V2),
            branches: vec![Branch {
                controllers: vec![Controller::Pids],
                path: "/cg/lab".into(),
            }],
            swap: true,
        };
        let mode = layout.mode("id", &Limits::default());
        assert_eq!(directories(&mode), ["/cg/lab/id"]);
        let mut resources = Resources {
            memory: Some(1),
            pids: Some(2),
            cpu: Some((3, 4)),
        };
        layout.leave_out(&mut resources);
        // The controllers that are missing are stood in for.
        assert_eq!((resources.memory, resources.pids), (Some(1), None));
        assert_eq!(resources.cpu, Some((3, 4)));
    }

    #[test]
    fn without_cgroups_nothing_changes() {
        let layout = Layout::default();
        let limits = Limits::of(&HostConfig {
            memory: 64 << 20,
            ..HostConfig::default()
        });
        assert_eq!(layout.mode("id", &limits), CgroupMode::None);
        let cgroups = Cgroups::new(None);
        assert!(cgroups.open("id").is_none());
        assert!(!cgroups.can_freeze());
        let joined = cgroups.join("id", None, &Vec::new);
        assert_eq!(joined.err(), Some(Errno::NOENT));
    }
}
