//! What surrounds the user's session: cgroups, ports, logout.

use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};

use super::in_words;
use crate::doctor::facts::{Cgroup, Logout, LoopbackPorts};

const ROOT: &str = "/sys/fs/cgroup";

/// Makes a group where this process's own is, and removes it.
pub(super) fn cgroup() -> Cgroup {
    let root = Path::new(ROOT);
    let own = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    if root.join("cgroup.controllers").exists() {
        return v2(root, own_v2_group(&own).unwrap_or_default());
    }
    if !root.join("memory").is_dir() {
        return Cgroup::None;
    }
    match can_make_group(&root.join("memory")) {
        true => Cgroup::V1,
        false => Cgroup::V1NotAllowed,
    }
}

fn v2(root: &Path, own: &str) -> Cgroup {
    let group = root.join(own.trim_start_matches('/'));
    if !can_make_group(&group) {
        let systemd = Path::new("/run/systemd/system").is_dir();
        return Cgroup::V2NotDelegated { systemd };
    }
    let controllers = std::fs::read_to_string(group.join("cgroup.controllers")).unwrap_or_default();
    Cgroup::V2 {
        controllers: controllers.split_whitespace().map(str::to_owned).collect(),
    }
}

/// The line of the unified hierarchy: `0::/path` (cgroups(7)).
fn own_v2_group(text: &str) -> Option<&str> {
    text.lines().find_map(|line| line.strip_prefix("0::"))
}

fn can_make_group(parent: &Path) -> bool {
    let group = parent.join(format!("plimsoll-doctor-{}", std::process::id()));
    std::fs::create_dir(&group).is_ok() && std::fs::remove_dir(&group).is_ok()
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
pub(super) fn logout(user: Option<&str>) -> Logout {
    if !Path::new("/run/systemd/system").is_dir() {
        return Logout::Stays;
    }
    let lingers = user.is_some_and(|user| Path::new("/var/lib/systemd/linger").join(user).exists());
    let files = configuration_files();
    let texts = files.into_iter().filter_map(|file| {
        let text = std::fs::read_to_string(&file).ok()?;
        Some((file, text))
    });
    match last_setting(texts) {
        Some((file, true)) if !lingers => Logout::Killed { file },
        _ => Logout::Stays,
    }
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

    #[test]
    fn the_unified_group_is_found_in_a_hybrid() {
        let text = "5:pids:/user\n0::/user.slice/user-1001.slice\n";
        assert_eq!(own_v2_group(text), Some("/user.slice/user-1001.slice"));
    }
}
