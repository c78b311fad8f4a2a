//! What surrounds the user's session: cgroups, ports, logout.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};

use super::in_words;
use crate::cgroup::{self, Branch, CgroupRecord, CgroupVersion};
use crate::doctor::facts::{Cgroup, Logout, LoopbackPorts};

/// What a lab was given, or what there is that it was not given.
pub(super) fn cgroup(given: Option<CgroupRecord>) -> Cgroup {
    let systemd = Path::new("/run/systemd/system").is_dir();
    if let Some(record) = given {
        let all = record.branches.into_iter();
        let controllers = all.flat_map(|branch| branch.controllers).collect();
        return match record.version {
            CgroupVersion::V2 => Cgroup::V2 {
                controllers,
                systemd,
            },
            CgroupVersion::V1 => Cgroup::V1 { controllers },
        };
    }
    let there = cgroup::hierarchies();
    if there.iter().any(cgroup::is_used) {
        Cgroup::V2NotDelegated { systemd }
    } else if there.iter().any(|tree| !tree.controllers.is_empty()) {
        Cgroup::V1NotAllowed
    } else {
        Cgroup::None
    }
}

/// The lowest port of the real host's loopback that can be bound.
pub(super) fn loopback_ports() -> LoopbackPorts {
    if let Err(error) = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)) {
        return LoopbackPorts::None {
            said: in_words(&error),
        };
    }
    let first = std::fs::read_to_string("/proc/sys/net/ipv4/ip_unprivileged_port_start")
        .ok()
        .and_then(|text| text.trim().parse().ok())
        .unwrap_or(1024);
    // A taken port says nothing; a denied one does.
    let denied = |port| {
        TcpListener::bind((Ipv4Addr::LOCALHOST, port))
            .is_err_and(|error| error.kind() == std::io::ErrorKind::PermissionDenied)
    };
    LoopbackPorts::From(if denied(80) { first.max(81) } else { 0 })
}

/// Whether systemd-logind kills what a user leaves running (logind.conf(5)).
///
/// A lab that `is_held` by a scope of the user's manager ends with that.
pub(super) fn logout(user: Option<&str>, is_held: bool) -> Logout {
    if !Path::new("/run/systemd/system").is_dir() {
        return Logout::Stays;
    }
    let lingers = cgroup::lingers(user);
    let files = configuration_files();
    let texts = files.into_iter().filter_map(|file| {
        let text = std::fs::read_to_string(&file).ok()?;
        Some((file, text))
    });
    match last_setting(texts) {
        Some((file, true)) if !lingers => Logout::Killed { file },
        _ if is_held && !lingers => Logout::EndsWithManager,
        _ => Logout::Stays,
    }
}

/// Whether the lab was in a scope of the user's systemd manager.
pub(super) fn is_in_scope(given: Option<&CgroupRecord>) -> bool {
    let branches = given.into_iter().flat_map(|record| &record.branches);
    let is_scope = |branch: &Branch| branch.path.extension().is_some_and(|end| end == "scope");
    !rustix::process::getuid().is_root() && branches.into_iter().any(is_scope)
}

/// In the order in which they count: later ones win.
fn configuration_files() -> Vec<PathBuf> {
    let folders = ["/usr/lib/systemd", "/run/systemd", "/etc/systemd"];
    let mut files: Vec<PathBuf> = folders
        .iter()
        .map(|folder| Path::new(folder).join("logind.conf"))
        .collect();
    let mut drop_ins: Vec<PathBuf> = folders
        .iter()
        .filter_map(|folder| std::fs::read_dir(Path::new(folder).join("logind.conf.d")).ok())
        .flatten()
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|file| {
            file.extension()
                .is_some_and(|extension| extension == "conf")
        })
        .collect();
    drop_ins.sort_by(|one, other| one.file_name().cmp(&other.file_name()));
    files.extend(drop_ins);
    files
}

fn last_setting(texts: impl Iterator<Item = (PathBuf, String)>) -> Option<(PathBuf, bool)> {
    texts
        .filter_map(|(file, text)| {
            let value = text
                .lines()
                .filter_map(|line| line.trim().strip_prefix("KillUserProcesses="))
                .next_back()?;
            let on = ["yes", "true", "on", "1"].contains(&value.trim().to_lowercase().as_str());
            Some((file, on))
        })
        .last()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_setting_counts() {
        let texts = [
            ("/a", "[Login]\nKillUserProcesses=yes\n"),
            ("/b", "[Login]\n#KillUserProcesses=no\n"),
            ("/c", "[Login]\nKillUserProcesses=no\n"),
        ];
        let texts = texts.map(|(file, text)| (PathBuf::from(file), text.to_owned()));
        let first_two = texts[..2].iter().cloned();
        assert_eq!(last_setting(first_two), Some(("/a".into(), true)));
        assert_eq!(last_setting(texts.into_iter()), Some(("/c".into(), false)));
    }
}
