//! What is known of a container and kept on disk.

use std::collections::BTreeMap;
use std::path::PathBuf;

use plimsoll_api::{ContainerConfig, EndpointSettings, HostConfig, MountPoint, PortMap};
use serde::{Deserialize, Serialize};

use super::state::State;

/// The version of `config.json` that this engine writes.
pub const VERSION: u32 = 1;

/// What is written to `containers/ID/config.json`.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
pub struct Record {
    /// [`VERSION`] of the writer.
    pub version: u32,
    /// 64 hexadecimal digits.
    pub id: String,
    /// Without the leading slash.
    pub name: String,
    /// RFC 3339.
    pub created: String,
    /// Configuration of image and request together.
    pub config: ContainerConfig,
    /// As the client sent it, with dockerd's defaults filled in.
    pub host_config: HostConfig,
    /// Endpoints asked for at create.
    pub endpoints: BTreeMap<String, EndpointSettings>,
    /// `sha256:...` of the image's configuration.
    pub image_id: String,
    /// Read-only layers, the uppermost first.
    pub lowers: Vec<PathBuf>,
    /// What is mounted where.
    pub mounts: Vec<Placement>,
    /// The state machine's state.
    pub state: State,
    /// How often the restart policy brought it back.
    pub restart_count: i64,
    /// A person stopped it: `unless-stopped` and `always` leave it alone.
    pub stopped_by_hand: bool,
    /// The boot in which its files were written and not yet synced; its overlay
    /// is volatile, so a power cut then may have lost some of them.
    #[serde(default)]
    pub unsynced_since: Option<String>,
    /// Its network while it runs.
    pub network: Option<Allocation>,
    /// What its network was when it was snapshotted: its next start takes the
    /// same address and ports where they are free.
    #[serde(skip)]
    pub former: Option<Allocation>,
}

/// A mount of a container: what inspect shows, and how it is made.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Placement {
    /// As inspect shows it.
    pub point: MountPoint,
    /// Empty volumes get the image's content.
    #[serde(default)]
    pub copy_content: bool,
    /// The volume was made for this container and has no name of its own.
    #[serde(default)]
    pub anonymous: bool,
    /// A bind without the mounts below its source.
    #[serde(default)]
    pub non_recursive: bool,
    /// Mount data of a tmpfs, e.g. `size=64m,mode=1777`.
    #[serde(default)]
    pub tmpfs_options: Vec<String>,
    /// Directory within the volume.
    #[serde(default)]
    pub subpath: String,
}

/// What the lab's network gave to a running container.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Allocation {
    pub sandbox_id: String,
    pub endpoint_id: String,
    /// Dotted, empty without a bridge.
    pub address: String,
    pub mac: String,
    /// Published ports with the numbers that were chosen.
    pub ports: PortMap,
}

impl Record {
    /// The command line: path and arguments.
    pub fn command(&self) -> (String, Vec<String>) {
        let mut words = self
            .config
            .entrypoint
            .iter()
            .chain(self.config.cmd.iter())
            .flat_map(|words| words.iter().cloned());
        let path = words.next().unwrap_or_default();
        (path, words.collect())
    }

    /// Labels of image and request together.
    pub fn labels(&self) -> BTreeMap<String, String> {
        self.config.labels.clone().unwrap_or_default()
    }

    /// Names of the volumes that it mounts.
    pub fn volumes(&self) -> impl Iterator<Item = &str> {
        self.mounts
            .iter()
            .filter(|mount| mount.point.kind == "volume")
            .map(|mount| mount.point.name.as_str())
    }
}
