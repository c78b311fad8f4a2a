//! What the trials saw, as data.

use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use crate::cgroup::Controller;

/// Everything known about the machine.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Facts {
    /// This program's own file: AppArmor profiles name it.
    pub binary: PathBuf,
    pub user: String,
    /// `uname -r`.
    pub kernel: String,
    /// Whether this is inside a container already.
    pub in_container: bool,
    pub user_namespaces: UserNamespaces,
    pub id_ranges: IdRanges,
    /// `None` for what could not be tried without user namespaces.
    pub mounts: Option<Mounts>,
    pub overlay: Option<Overlay>,
    pub network: Option<Network>,
    pub cgroup: Cgroup,
    pub disk: Disk,
    pub sockets: Sockets,
    pub loopback_ports: LoopbackPorts,
    pub logout: Logout,
    pub lab: Option<LabTrial>,
}

/// Whether an ordinary user gets namespaces.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum UserNamespaces {
    Work,
    Denied {
        by: Restriction,
        /// What the system call said.
        said: String,
    },
}

/// What denies them, as far as it can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Restriction {
    /// `kernel.apparmor_restrict_unprivileged_userns` (Ubuntu 23.10 and newer).
    AppArmor,
    /// `kernel.unprivileged_userns_clone` (Debian's switch).
    CloneSwitch,
    /// `user.max_user_namespaces` is 0.
    Limit,
    /// A container's system call filter.
    Container,
    Unknown,
}

/// Which users containers can have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum IdRanges {
    /// So many ids beside the user's own.
    Range {
        ids: u32,
    },
    NoHelper,
    /// Nobody has these ids and the user could: the first of 65536.
    NoRange {
        free: u32,
    },
    /// The helper is there, the range too, and yet.
    HelperFails {
        said: String,
    },
    /// Not tried without user namespaces.
    NotTried,
}

/// Whether a lab can have mounts and a `/proc` of its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mounts {
    Work,
    NoMounts { said: String },
    NoProc { said: String },
}

/// Whether layers can be stacked where the store is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overlay {
    pub store: OverlayPlace,
    /// Where it works, if not there.
    pub instead: Option<PathBuf>,
}

/// One place, tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OverlayPlace {
    pub folder: PathBuf,
    /// `ext4`, `nfs`, ...
    pub file_system: String,
    pub tried: LayersTrial,
}

/// What stacking layers in a place came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LayersTrial {
    Work,
    /// This user may make nothing there.
    NotYours {
        said: String,
    },
    /// Nobody may.
    ReadOnly {
        said: String,
    },
    /// No room, or none within this user's quota.
    Full {
        said: String,
    },
    /// Files can be made and not stacked.
    NoOverlay {
        said: String,
    },
}

/// Whether a lab can have a network.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Network {
    /// Bridge and veth in a network namespace; what failed.
    pub bridge: Option<String>,
    /// nf_tables there; what failed.
    pub nf_tables: Option<String>,
}

/// How containers' memory, CPU and processes can be limited: what the tried lab
/// was given, or why it was given nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cgroup {
    /// v2, with these controllers; `systemd` could hand down more.
    V2 {
        controllers: Vec<Controller>,
        systemd: bool,
    },
    /// v2, but this user may not make groups; `systemd` could change that.
    V2NotDelegated {
        systemd: bool,
    },
    /// v1, as root.
    V1 {
        controllers: Vec<Controller>,
    },
    /// v1, and not for this user.
    V1NotAllowed,
    None,
}

/// Room where the store is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Disk {
    pub folder: PathBuf,
    pub free_mib: u64,
    pub free_files: Option<u64>,
}

/// Whether a lab's socket can be had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Sockets {
    Work { folder: PathBuf },
    Refused { said: String, mend: String },
}

/// Which ports of the real host's loopback can be offered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LoopbackPorts {
    /// Down to this one.
    From(u16),
    None {
        said: String,
    },
}

/// What becomes of a lab at logout.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Logout {
    Stays,
    /// systemd-logind kills what a user left running.
    Killed {
        file: PathBuf,
    },
    /// It is in a scope of the user's systemd manager, which ends with the last
    /// session.
    EndsWithManager,
}

/// A lab, started and ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LabTrial {
    Ready { milliseconds: u64 },
    Failed { said: String },
}
