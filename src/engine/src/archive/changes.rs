//! What `docker diff` shows: the container's changes without what the engine
//! itself put into the container's layer.
//!
//! Pure. Docker keeps the places of its own mounts (`/dev`, `/proc`,
//! `/etc/hosts` and so on) in a layer below the container's, where nobody sees
//! them; ours are in the container's layer and are left out here.

use std::path::Path;

use plimsoll_api::ChangeItem;
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

/// The lines of `docker diff`, by path.
#[must_use]
pub fn shown(changes: &[Change]) -> Vec<ChangeItem> {
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
    kept.iter()
        .filter(|change| change.kind == ChangeKind::Deleted || !only_held_ours(change))
        .map(|change| ChangeItem {
            path: change.path.to_string_lossy().into_owned(),
            kind: match change.kind {
                ChangeKind::Changed => 0,
                ChangeKind::Added => 1,
                ChangeKind::Deleted => 2,
            },
        })
        .collect()
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
            })
            .collect();
        let lines = shown(&changes).into_iter();
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
