//! How a container's user and group ids become ids that the engine sees.
//!
//! *Inside* is the number in a layer and in the container; *outside* is the
//! number in the engine's own user namespace, which `stat(2)` shows and
//! `chown(2)` takes.

use crate::digest::Digest;

/// `count` ids from `inside` in the container are those from `outside` in the engine.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdRange {
    /// First id in the container.
    pub inside: u32,
    /// First id as the engine sees it.
    pub outside: u32,
    /// How many ids.
    pub count: u32,
}

/// Who owns the files of a container on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ownership {
    /// Files belong to the id that the range gives (newuidmap, or started by root).
    Mapped {
        /// User ids.
        uids: Vec<IdRange>,
        /// Group ids.
        gids: Vec<IdRange>,
    },
    /// Every file belongs to the caller. Owners and devices are recorded beside
    /// the file (see [`crate::record`]), so that they survive a commit.
    Single,
}

/// The id that the kernel shows for one that has no mapping.
pub const OVERFLOW_ID: u32 = 65534;

impl Ownership {
    /// Inside and outside are the same: for a store that root uses directly.
    pub fn identity() -> Self {
        let all = IdRange {
            inside: 0,
            outside: 0,
            count: u32::MAX,
        };
        Self::Mapped {
            uids: vec![all],
            gids: vec![all],
        }
    }

    /// The ids to give a file that `uid` and `gid` own in the container, or
    /// `None` where the file keeps the caller's ids. `Err` names the id that
    /// has no mapping.
    pub(crate) fn outside(&self, uid: u32, gid: u32) -> Result<Option<(u32, u32)>, u32> {
        match self {
            Self::Single => Ok(None),
            Self::Mapped { uids, gids } => {
                let uid = outward(uids, uid).ok_or(uid)?;
                let gid = outward(gids, gid).ok_or(gid)?;
                Ok(Some((uid, gid)))
            }
        }
    }

    /// The container's ids of a file that the engine sees as `uid`, `gid`.
    /// In [`Ownership::Single`] that is root, unless a record says otherwise.
    pub(crate) fn inside(&self, uid: u32, gid: u32) -> (u32, u32) {
        match self {
            Self::Single => (0, 0),
            Self::Mapped { uids, gids } => (
                inward(uids, uid).unwrap_or(OVERFLOW_ID),
                inward(gids, gid).unwrap_or(OVERFLOW_ID),
            ),
        }
    }

    /// The engine's number for the container's root, where there is one.
    pub(crate) fn outside_root(&self) -> Option<u32> {
        match self {
            Self::Single => Some(nix::unistd::geteuid().as_raw()),
            Self::Mapped { uids, .. } => outward(uids, 0),
        }
    }

    /// A directory name: layers unpacked for one ownership cannot serve another.
    pub fn key(&self) -> String {
        match self {
            Self::Single => "single".to_owned(),
            Self::Mapped { uids, gids } => {
                let text = format!("u{}g{}", ranges_text(uids), ranges_text(gids));
                format!("mapped-{}", Digest::of(text.as_bytes()).short())
            }
        }
    }
}

fn ranges_text(ranges: &[IdRange]) -> String {
    let mut sorted: Vec<_> = ranges
        .iter()
        .map(|r| (r.inside, r.outside, r.count))
        .collect();
    sorted.sort_unstable();
    format!("{sorted:?}")
}

fn outward(ranges: &[IdRange], id: u32) -> Option<u32> {
    ranges.iter().find_map(|range| {
        let offset = id.checked_sub(range.inside)?;
        (offset < range.count).then(|| range.outside.checked_add(offset))?
    })
}

fn inward(ranges: &[IdRange], id: u32) -> Option<u32> {
    ranges.iter().find_map(|range| {
        let offset = id.checked_sub(range.outside)?;
        (offset < range.count).then(|| range.inside.checked_add(offset))?
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn learner() -> Ownership {
        let ranges = vec![
            IdRange {
                inside: 0,
                outside: 1001,
                count: 1,
            },
            IdRange {
                inside: 1,
                outside: 100_000,
                count: 65_536,
            },
        ];
        Ownership::Mapped {
            uids: ranges.clone(),
            gids: ranges,
        }
    }

    #[test]
    fn ids_go_out_and_come_back() {
        let learner = learner();
        assert_eq!(learner.outside(0, 33), Ok(Some((1001, 100_032))));
        assert_eq!(learner.inside(1001, 100_032), (0, 33));
        assert_eq!(learner.outside(70_000, 0), Err(70_000));
        assert_eq!(learner.inside(5, 1001), (OVERFLOW_ID, 0));
        assert_eq!(Ownership::Single.outside(70_000, 3), Ok(None));
        assert_eq!(Ownership::Single.inside(1001, 1001), (0, 0));
    }

    #[test]
    fn different_maps_have_different_keys() {
        assert_eq!(learner().key(), learner().key());
        assert_ne!(learner().key(), Ownership::identity().key());
        assert_eq!(Ownership::Single.key(), "single");
    }
}
