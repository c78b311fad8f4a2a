//! cgroup v1 (the kernel's admin-guide/cgroup-v1): a directory of the lab's in
//! each hierarchy, below our own cgroup there. Only real root may make them;
//! the engine itself stays where it is.

use std::fs;
use std::io;
use std::path::Path;

use super::{Branch, CgroupRecord, CgroupVersion, Controller, Hierarchy};
use super::{open_directory, read, remove, write};

/// A directory in each hierarchy that has something for a lab. `None` without
/// one for memory or for processes.
pub(super) fn make(hierarchies: &[Hierarchy], name: &str) -> Option<CgroupRecord> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let useful = |one: &&Hierarchy| !one.is_unified() && !one.controllers.is_empty();
    let branches: Vec<Branch> = hierarchies
        .iter()
        .filter(useful)
        .filter_map(|hierarchy| branch(hierarchy, name).ok())
        .collect();
    let record = CgroupRecord {
        version: CgroupVersion::V1,
        branches,
    };
    let has = |wanted: Controller| {
        let mut all = record
            .branches
            .iter()
            .flat_map(|branch| &branch.controllers);
        all.any(|one| *one == wanted)
    };
    if has(Controller::Memory) || has(Controller::Pids) {
        return Some(record);
    }
    remove(&record);
    None
}

fn branch(hierarchy: &Hierarchy, name: &str) -> io::Result<Branch> {
    let path = hierarchy.own.join(name);
    let made = Branch {
        controllers: hierarchy.controllers.clone(),
        path: path.clone(),
    };
    remove(&CgroupRecord {
        version: CgroupVersion::V1,
        branches: vec![made.clone()],
    });
    fs::create_dir(&path)?;
    if made.controllers.contains(&Controller::Cpuset) {
        fill_cpuset(&hierarchy.own, &path)?;
    }
    Ok(made)
}

/// A new cpuset has no processor and no memory, and takes no process: it gets
/// those of the one above, and hands them to those below.
fn fill_cpuset(above: &Path, path: &Path) -> io::Result<()> {
    let (above, own) = (open_directory(above)?, open_directory(path)?);
    for name in ["cpuset.cpus", "cpuset.mems"] {
        write(&own, name, read(&above, name)?.trim())?;
    }
    Ok(write(&own, "cgroup.clone_children", "1")?)
}
