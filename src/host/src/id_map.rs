//! Which users exist in a lab and in its containers.
//!
//! The lab maps its starter to themself, so that the shell is the learner and
//! `SO_PEERCRED` shows their uid. Containers get maps of their own inside it.
//! Deciding is pure here; `crate::birth` writes the maps.

use std::str::FromStr;

use oci_spec::runtime::{LinuxIdMapping, LinuxIdMappingBuilder};
use plimsoll_text::{Language, spoken};
use serde::{Deserialize, Serialize};

use crate::words;

/// `length` consecutive ids that begin at `first`, at the same numbers inside and outside the lab.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdRange {
    pub first: u32,
    pub length: u32,
}

/// The ids a lab has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdMap {
    /// The starter and a range for containers.
    Mapped {
        starter: Starter,
        uids: IdRange,
        gids: IdRange,
    },
    /// The starter alone: containers have one uid, and ownership is emulated.
    Single { starter: Starter },
}

/// Who started the lab.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Starter {
    pub uid: u32,
    pub gid: u32,
}

impl Starter {
    /// Whether root started the lab: then no container may map root.
    #[must_use]
    pub fn is_root(self) -> bool {
        self.uid == 0
    }
}

/// Which map a start asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdMapChoice {
    /// A range where the machine gives one, else the starter alone.
    #[default]
    BestAvailable,
    /// The starter alone, whatever the machine gives.
    Single,
}

/// `PLIMSOLL_IDMAP` says something that is no choice.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct IdMapChoiceError(String);

plimsoll_text::speaks!(IdMapChoiceError);

impl IdMapChoiceError {
    /// What went wrong, in the reader's language.
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        words::id_map_choice(language, self.0.as_str())
    }
}

impl IdMapChoiceError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> String {
        words::id_map_choice_hint(spoken())
    }
}

impl FromStr for IdMapChoice {
    type Err = IdMapChoiceError;

    fn from_str(word: &str) -> Result<Self, Self::Err> {
        match word {
            "" | "best" => Ok(Self::BestAvailable),
            "single" => Ok(Self::Single),
            other => Err(IdMapChoiceError(other.to_owned())),
        }
    }
}

impl IdMap {
    /// Who started the lab.
    #[must_use]
    pub fn starter(&self) -> Starter {
        match self {
            Self::Mapped { starter, .. } | Self::Single { starter } => *starter,
        }
    }

    /// Whether containers have one uid only.
    #[must_use]
    pub fn is_single(&self) -> bool {
        matches!(self, Self::Single { .. })
    }

    /// The uid map of a container's user namespace, as seen from the lab.
    ///
    /// Started by root, container root is the range's first id and never root itself.
    #[must_use]
    pub fn container_uids(&self) -> Vec<LinuxIdMapping> {
        match self {
            Self::Mapped { starter, uids, .. } => container_map(*starter, starter.uid, *uids),
            Self::Single { starter } => vec![mapping(0, starter.uid, 1)],
        }
    }

    /// The gid map of a container's user namespace, as seen from the lab.
    #[must_use]
    pub fn container_gids(&self) -> Vec<LinuxIdMapping> {
        match self {
            Self::Mapped { starter, gids, .. } => container_map(*starter, starter.gid, *gids),
            Self::Single { starter } => vec![mapping(0, starter.gid, 1)],
        }
    }
}

fn container_map(starter: Starter, zero: u32, range: IdRange) -> Vec<LinuxIdMapping> {
    if starter.is_root() {
        return vec![mapping(0, range.first, range.length)];
    }
    vec![mapping(0, zero, 1), mapping(1, range.first, range.length)]
}

fn mapping(container: u32, lab: u32, size: u32) -> LinuxIdMapping {
    LinuxIdMappingBuilder::default()
        .container_id(container)
        .host_id(lab)
        .size(size)
        .build()
        .expect("all three fields of an id mapping are set")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(map: &[LinuxIdMapping]) -> Vec<(u32, u32, u32)> {
        map.iter()
            .map(|line| (line.container_id(), line.host_id(), line.size()))
            .collect()
    }

    fn mapped(uid: u32) -> IdMap {
        let range = IdRange {
            first: 100_000,
            length: 65_536,
        };
        IdMap::Mapped {
            starter: Starter { uid, gid: uid },
            uids: range,
            gids: range,
        }
    }

    #[test]
    fn a_misspelt_choice_is_refused() {
        assert_eq!("single".parse(), Ok(IdMapChoice::Single));
        assert_eq!("best".parse(), Ok(IdMapChoice::BestAvailable));
        assert_eq!("".parse(), Ok(IdMapChoice::BestAvailable));
        let error = "singel".parse::<IdMapChoice>().expect_err("refused");
        assert_eq!(
            error.to_string(),
            "PLIMSOLL_IDMAP is `singel`, which is neither `best` nor `single`"
        );
    }

    #[test]
    fn container_root_is_the_learner() {
        let map = mapped(1001);
        assert_eq!(
            lines(&map.container_uids()),
            [(0, 1001, 1), (1, 100_000, 65_536)]
        );
        assert_eq!(lines(&map.container_gids()), lines(&map.container_uids()));
    }

    #[test]
    fn container_root_is_never_host_root() {
        let map = mapped(0);
        assert_eq!(lines(&map.container_uids()), [(0, 100_000, 65_536)]);
        assert_eq!(lines(&map.container_gids()), [(0, 100_000, 65_536)]);
    }

    #[test]
    fn a_single_map_has_one_id() {
        let map = IdMap::Single {
            starter: Starter {
                uid: 1002,
                gid: 100,
            },
        };
        assert_eq!(lines(&map.container_uids()), [(0, 1002, 1)]);
        assert_eq!(lines(&map.container_gids()), [(0, 100, 1)]);
    }
}
