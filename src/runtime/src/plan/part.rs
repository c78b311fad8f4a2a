//! What an operation belongs to, as a person would tell it: a plan of sixty
//! operations is a story of six parts.

use super::Op;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A part of a plan, in the order in which the story is told. Operations of
/// different parts take turns while a plan is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Part {
    /// The root file system, and making it the only one in view.
    Overlay,
    /// The process, its namespaces and ids.
    Clone,
    /// Cable, addresses, loopback.
    Network,
    /// What is mounted and put into the root.
    Mounts,
    /// What is taken away: capabilities, calls, paths, resources.
    Limits,
    /// From a prepared process to the user's program.
    Exec,
}

impl Part {
    /// All of them, in order.
    pub const ALL: [Self; 6] = [
        Self::Overlay,
        Self::Clone,
        Self::Network,
        Self::Mounts,
        Self::Limits,
        Self::Exec,
    ];
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Overlay => "overlay",
            Self::Clone => "clone",
            Self::Network => "network",
            Self::Mounts => "mounts",
            Self::Limits => "limits",
            Self::Exec => "exec",
        })
    }
}

impl Op {
    /// What it belongs to; nothing, where it only waits.
    pub fn part(&self) -> Option<Part> {
        Some(match self {
            Self::OpenRoot(_) | Self::PivotRoot => Part::Overlay,
            Self::Join { .. }
            | Self::Clone { .. }
            | Self::JoinContainer { .. }
            | Self::MapIds(_)
            | Self::BecomeRoot
            | Self::SessionKeyring
            | Self::Hostname(_)
            | Self::Domainname(_) => Part::Clone,
            Self::Connect(_) | Self::LoopbackUp | Self::Address(_) => Part::Network,
            Self::Mount(_)
            | Self::ProcOf { .. }
            | Self::Bind(_)
            | Self::CgroupView { .. }
            | Self::Device { .. }
            | Self::Link { .. }
            | Self::MakeDirectory(_) => Part::Mounts,
            Self::MakeCgroup(_)
            | Self::EnterCgroup(_)
            | Self::OomScore(_)
            | Self::Sysctl { .. }
            | Self::ReadOnlyPath(_)
            | Self::Mask(_)
            | Self::RootReadOnly
            | Self::Limit(_)
            | Self::Umask(_)
            | Self::Bounding(_)
            | Self::Capabilities(_)
            | Self::NoNewPrivileges
            | Self::RecordOwners
            | Self::Filter { .. } => Part::Limits,
            Self::Terminal { .. }
            | Self::EnterDirectory(_)
            | Self::FindUser(_)
            | Self::FindCommand(_)
            | Self::SwitchUser(_)
            | Self::Execute { .. } => Part::Exec,
            Self::AwaitHooks | Self::AwaitStart => return None,
        })
    }
}
