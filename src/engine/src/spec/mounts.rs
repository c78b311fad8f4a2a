//! The mounts of a specification: Docker's defaults, then the container's own.

use oci_spec::runtime::{Mount, MountBuilder};
use plimsoll_runtime::init;

use super::process::has_init;
use super::{Sharing, Surroundings, etc_files, unbuilt};
use crate::containers::{Placement, Record, tmpfs_options};
use crate::failure::ApiResult;

/// Docker's default size of `/dev/shm` (bytes).
const SHM_SIZE: i64 = 64 << 20;

pub(super) fn mounts(record: &Record, around: &Surroundings) -> ApiResult<Vec<Mount>> {
    let mut own = own_mounts(record)?;
    for (target, file) in etc_files(&around.directory) {
        // A mount of the learner's over /etc/hosts wins, as in dockerd. With
        // `--network none` and a file-less lab they are written all the same.
        if !own.iter().any(|(place, _)| place == target) {
            let options = ["rbind", "rprivate"].map(str::to_owned).to_vec();
            own.push((
                target.to_owned(),
                mount(target, "bind", &file.to_string_lossy(), options)?,
            ));
        }
    }
    own.sort_by_key(|(target, _)| target.split('/').count());
    let mut all: Vec<Mount> = Vec::new();
    for default in defaults(record, around)? {
        let covered = own
            .iter()
            .any(|(target, _)| default.destination().as_os_str() == target.as_str());
        if !covered {
            all.push(default);
        }
    }
    all.extend(own.into_iter().map(|(_, mount)| mount));
    if has_init(record, around) {
        let options = ["bind", "rprivate", "ro", "nosuid", "nodev"];
        let options = options.map(str::to_owned).to_vec();
        let program = around.program.to_string_lossy();
        all.push(mount(init::PATH, "bind", &program, options)?);
    }
    Ok(all)
}

fn defaults(record: &Record, around: &Surroundings) -> ApiResult<Vec<Mount>> {
    let words = |text: &str| text.split(',').map(str::to_owned).collect::<Vec<_>>();
    let devpts = if around.single_user {
        // gid 5 does not exist where only one user is mapped.
        "nosuid,noexec,newinstance,ptmxmode=0666,mode=0620"
    } else {
        "nosuid,noexec,newinstance,ptmxmode=0666,mode=0620,gid=5"
    };
    let privileged = record.host_config.privileged;
    let sysfs = if privileged {
        "nosuid,noexec,nodev"
    } else {
        "nosuid,noexec,nodev,ro"
    };
    let mut mounts = vec![
        mount("/proc", "proc", "proc", words("nosuid,noexec,nodev"))?,
        mount(
            "/dev",
            "tmpfs",
            "tmpfs",
            words("nosuid,strictatime,mode=755,size=65536k"),
        )?,
        mount("/dev/pts", "devpts", "devpts", words(devpts))?,
    ];
    mounts.push(if around.network == Sharing::Private {
        mount("/sys", "sysfs", "sysfs", words(sysfs))?
    } else {
        // sysfs belongs to the owner of the network namespace: somebody else's
        // is shown read-only.
        mount(
            "/sys",
            "bind",
            "/sys",
            words("rbind,ro,nosuid,noexec,nodev"),
        )?
    });
    mounts.push(mount(
        "/sys/fs/cgroup",
        "cgroup",
        "cgroup",
        words("ro,nosuid,noexec,nodev"),
    )?);
    // Message queues are shown by the owner of the IPC namespace alone.
    if around.ipc == Sharing::Private {
        mounts.push(mount(
            "/dev/mqueue",
            "mqueue",
            "mqueue",
            words("nosuid,noexec,nodev"),
        )?);
    }
    if record.host_config.ipc_mode != "none" {
        let size = match record.host_config.shm_size {
            0 => SHM_SIZE,
            size => size,
        };
        let options = words(&format!("nosuid,noexec,nodev,mode=1777,size={size}"));
        mounts.push(mount("/dev/shm", "tmpfs", "shm", options)?);
    }
    Ok(mounts)
}

/// The container's own mounts with their targets.
fn own_mounts(record: &Record) -> ApiResult<Vec<(String, Mount)>> {
    let mut own = Vec::new();
    for placement in &record.mounts {
        let target = placement.point.destination.clone();
        own.push((target, placed(placement)?));
    }
    for (target, options) in &record.host_config.tmpfs {
        let mut words: Vec<String> = ["noexec", "nosuid", "nodev"].map(str::to_owned).to_vec();
        for word in tmpfs_options(options)? {
            // The last word wins in Docker's list; here opposites cancel.
            words.retain(|known| !opposite(known, &word));
            words.push(word);
        }
        own.push((target.clone(), mount(target, "tmpfs", "tmpfs", words)?));
    }
    Ok(own)
}

fn opposite(known: &str, word: &str) -> bool {
    known.strip_prefix("no") == Some(word) || word.strip_prefix("no") == Some(known)
}

fn placed(placement: &Placement) -> ApiResult<Mount> {
    let point = &placement.point;
    if point.kind == "tmpfs" {
        let mut options: Vec<String> = ["noexec", "nosuid", "nodev"].map(str::to_owned).to_vec();
        options.extend(placement.tmpfs_options.iter().cloned());
        if !point.rw {
            options.push("ro".to_owned());
        }
        return mount(&point.destination, "tmpfs", "tmpfs", options);
    }
    let bind = if placement.non_recursive {
        "bind"
    } else {
        "rbind"
    };
    let propagation = match point.propagation.as_str() {
        "" => "rprivate",
        given => given,
    };
    let mut options = vec![bind.to_owned(), propagation.to_owned()];
    if !point.rw {
        options.push("ro".to_owned());
    }
    mount(&point.destination, "bind", &point.source, options)
}

fn mount(target: &str, kind: &str, source: &str, options: Vec<String>) -> ApiResult<Mount> {
    MountBuilder::default()
        .destination(target)
        .typ(kind)
        .source(source)
        .options(options)
        .build()
        .map_err(unbuilt)
}
