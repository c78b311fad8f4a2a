//! The caller's part of a launch: opening what the container needs from the
//! host, and what is done to the new process from without.

use super::{devices, masks, mounts, namespaces, root};
use crate::fault::{During, Fault};
use crate::net::{self, Peer};
use crate::plan::Op;
use crate::progress::Stopwatch;
use crate::request::{Capability, Cgroup};
use crate::sys;
use std::collections::BTreeMap;
use std::io::Write;
use std::os::fd::OwnedFd;
use std::path::Path;

/// Mounts that are attached nowhere yet, by the index of the operation that
/// attaches them.
pub(super) type Sources = BTreeMap<usize, OwnedFd>;

/// Whether the caller may copy mounts of its mount namespace.
pub(super) fn has_mount_rights() -> bool {
    let admin = 1 << Capability::SYS_ADMIN.number();
    sys::capget().is_ok_and(|(effective, ..)| effective & admin != 0)
}

/// Opens everything that comes from the host: root, bind sources, devices.
pub(super) fn open_sources(ops: &[Op], watch: &mut Stopwatch) -> Result<Sources, Fault> {
    let mut sources = Sources::new();
    let mut nulled = false;
    for (index, op) in ops.iter().enumerate().filter(|(_, op)| comes_from_host(op)) {
        watch.begin(index, op);
        let source = match op {
            Op::OpenRoot(rootfs) => Some(root::open_root(rootfs)?),
            Op::Bind(bind) => Some(mounts::open_bind(bind)?),
            Op::ProcOf { source, mount } => Some(namespaces::proc_of(source, mount)?),
            Op::Device { device, .. } => devices::open_device(device)?,
            Op::CgroupView {
                own: false, flags, ..
            } => mounts::open_cgroup_tree(*flags),
            // One is enough: the others are copies of it.
            Op::Mask(_) if !nulled => {
                nulled = true;
                Some(masks::open_null()?)
            }
            _ => None,
        };
        sources.extend(source.map(|source| (index, source)));
    }
    watch.pause();
    Ok(sources)
}

fn comes_from_host(op: &Op) -> bool {
    matches!(
        op,
        Op::OpenRoot(_)
            | Op::Bind(_)
            | Op::ProcOf { .. }
            | Op::Device { .. }
            | Op::CgroupView { own: false, .. }
            | Op::Mask(_)
    )
}

/// Makes the container's cgroups. One that is left of an earlier run is used.
pub(super) fn make_cgroups(ops: &[Op], watch: &mut Stopwatch) -> Result<(), Fault> {
    for (index, op) in ops.iter().enumerate() {
        let Op::MakeCgroup(Cgroup {
            directory,
            settings,
        }) = op
        else {
            continue;
        };
        watch.begin(index, op);
        match std::fs::create_dir(directory) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            result => result.during(|| format!("make cgroup {}", directory.display()))?,
        }
        for (file, value) in settings {
            write_existing(&directory.join(file), value)
                .during(|| format!("write {value} to {file} of its cgroup"))?;
        }
    }
    watch.pause();
    Ok(())
}

/// A file that is missing is not to be made: in a cgroup it cannot be.
fn write_existing(path: &Path, text: &str) -> std::io::Result<()> {
    let mut file = std::fs::OpenOptions::new().write(true).open(path)?;
    file.write_all(text.as_bytes())
}

/// Cgroups, maps, scores and cables: done to a process that waits for them.
pub(super) fn finish(ops: &[Op], pid: i32, watch: &mut Stopwatch) -> Result<(), Fault> {
    for (index, op) in ops.iter().enumerate() {
        match op {
            Op::EnterCgroup(directory) => {
                watch.begin(index, op);
                write_existing(&directory.join("cgroup.procs"), &pid.to_string())
                    .during(|| format!("move the process into cgroup {}", directory.display()))?;
            }
            Op::MapIds(maps) => {
                watch.begin(index, op);
                namespaces::write_maps(pid, maps)?;
            }
            Op::OomScore(score) => {
                watch.begin(index, op);
                set_oom_score(pid, *score)?;
            }
            Op::Connect(attachment) => {
                watch.begin(index, op);
                net::connect(attachment, Peer::Process(pid))?;
            }
            _ => {}
        }
    }
    Ok(())
}

/// Lowering the score takes CAP_SYS_RESOURCE in the first user namespace,
/// which a lab does not have: then it stays as it is.
fn set_oom_score(pid: i32, score: i32) -> Result<(), Fault> {
    match std::fs::write(format!("/proc/{pid}/oom_score_adj"), score.to_string()) {
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => Ok(()),
        result => result.during(|| "set the out-of-memory score".to_owned()),
    }
}
