//! What `docker diff` shows: the container's changes without what the engine
//! itself put into the container's layer.
//!
//! Pure. Docker keeps the places of its own mounts (`/dev`, `/proc`,
//! `/etc/hosts` and so on) in a layer below the container's, where nobody sees
//! them; ours are in the container's layer and are left out here.

use std::path::Path;

use plimsoll_api::ChangeItem;
use plimsoll_api::lab::LabChange;
use plimsoll_store::{Change, ChangeKind};

/// Places that the engine makes, or mounts over.
const OURS: &[&str] = &[
    "/.dockerenv",
    "/dev",
    "/etc/hostname",
    "/etc/hosts",
    "/etc/mtab",
    "/etc/resolv.conf",
    "/proc",
    "/sys",
];

fn is_ours(path: &Path) -> bool {
    OURS.iter().any(|ours| path.starts_with(ours))
}

/// The changes of which `docker diff` has a line, by path.
fn shown(changes: &[Change]) -> impl Iterator<Item = &Change> {
    let kept: Vec<&Change> = changes
        .iter()
        .filter(|change| !(is_ours(&change.path) && change.kind != ChangeKind::Deleted))
        .collect();
    let only_held_ours = |dir: &Change| {
        let inside = |other: &&Change| other.path != dir.path && other.path.starts_with(&dir.path);
        changes
            .iter()
            .any(|other| inside(&other) && is_ours(&other.path))
            && !kept.iter().any(inside)
    };
    let shown: Vec<&Change> = kept
        .iter()
        .copied()
        .filter(|change| change.kind == ChangeKind::Deleted || !only_held_ours(change))
        .collect();
    shown.into_iter()
}

/// The lines of `docker diff`.
#[must_use]
pub fn as_docker_tells(changes: &[Change]) -> Vec<ChangeItem> {
    let item = |change: &Change| ChangeItem {
        path: text(change),
        kind: number(change.kind),
    };
    shown(changes).map(item).collect()
}

/// The same, and which of them are directories.
#[must_use]
pub fn as_we_tell(changes: &[Change]) -> Vec<LabChange> {
    let item = |change: &Change| LabChange {
        path: text(change),
        kind: number(change.kind),
        folder: change.is_dir,
    };
    shown(changes).map(item).collect()
}

fn text(change: &Change) -> String {
    change.path.to_string_lossy().into_owned()
}

fn number(kind: ChangeKind) -> u8 {
    match kind {
        ChangeKind::Changed => 0,
        ChangeKind::Added => 1,
        ChangeKind::Deleted => 2,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn diff(changes: &[(ChangeKind, &str)]) -> String {
        let changes: Vec<Change> = changes
            .iter()
            .map(|(kind, path)| Change {
                kind: *kind,
                path: path.into(),
                is_dir: false,
            })
            .collect();
        let lines = as_docker_tells(&changes).into_iter();
        lines
            .map(|item| format!("{} {}", ["C", "A", "D"][usize::from(item.kind)], item.path))
            .collect::<Vec<_>>()
            .join(", ")
    }

    use ChangeKind::{Added, Changed, Deleted};

    #[test]
    fn the_engine_s_own_places_are_not_shown() {
        let fresh = [
            (Changed, "/dev"),
            (Added, "/dev/console"),
            (Changed, "/etc"),
            (Added, "/etc/hosts"),
            (Added, "/etc/resolv.conf"),
            (Added, "/proc"),
            (Added, "/sys"),
        ];
        assert_eq!(diff(&fresh), "");
    }

    #[test]
    fn folders_are_told_as_such_by_us_alone() {
        let change = |path: &str, is_dir| Change {
            kind: Added,
            path: path.into(),
            is_dir,
        };
        let changes = [change("/data", true), change("/data/page", false)];
        let ours = as_we_tell(&changes).into_iter().map(|item| item.folder);
        assert_eq!(ours.collect::<Vec<_>>(), [true, false]);
        let docker = serde_json::to_value(as_docker_tells(&changes)).expect("JSON");
        assert_eq!(docker[0], serde_json::json!({"Kind": 1, "Path": "/data"}));
    }

    #[test]
    fn what_the_container_did_is_shown() {
        let changes = [
            (Changed, "/etc"),
            (Added, "/etc/hosts"),
            (Added, "/etc/motd"),
            (Added, "/data"),
            (Deleted, "/etc/passwd"),
            (Deleted, "/etc/hostname"),
            (Changed, "/var"),
            (Changed, "/var/log"),
        ];
        assert_eq!(
            diff(&changes),
            "C /etc, A /etc/motd, A /data, D /etc/passwd, D /etc/hostname, C /var, C /var/log"
        );
    }
}
