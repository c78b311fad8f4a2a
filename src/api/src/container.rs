//! Containers on the wire: create, list, inspect, wait, top, changes, prune.
//!
//! Field order is the order in which Docker writes the members, because
//! `docker inspect` prints a reply as it came. `Option<Vec<_>>` stands where a
//! daemon answers `null` for "none was given".

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::host_config::HostConfig;
use crate::network::{EndpointSettings, NetworkingConfig};
use crate::nulls::{Empty, Words, is_zero, wire};
use crate::port::{Port, PortMap};

/// What a container does now. Docker's words, lower case.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ContainerStatus {
    #[default]
    Created,
    Running,
    Paused,
    Restarting,
    Removing,
    Exited,
    Dead,
    /// A word of another engine that Docker does not have.
    #[serde(other)]
    Unknown,
}

impl ContainerStatus {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Restarting => "restarting",
            Self::Removing => "removing",
            Self::Exited => "exited",
            Self::Dead => "dead",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for ContainerStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Body of `POST /containers/create`: the configuration at the top level, with
/// the two further objects beside it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub struct ContainerCreateRequest {
    #[serde(flatten)]
    pub config: ContainerConfig,
    #[serde(deserialize_with = "crate::nulls::or_default")]
    pub host_config: HostConfig,
    #[serde(deserialize_with = "crate::nulls::or_default")]
    pub networking_config: NetworkingConfig,
}

wire! {
    /// What runs, as image and request say it. Portable between hosts.
    #[serde(rename_all = "PascalCase")]
    pub struct ContainerConfig {
        pub hostname: String,
        pub domainname: String,
        /// `user`, `uid`, `user:group` or `uid:gid`; empty is root.
        pub user: String,
        pub attach_stdin: bool,
        pub attach_stdout: bool,
        pub attach_stderr: bool,
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        pub exposed_ports: BTreeMap<Port, Empty>,
        pub tty: bool,
        pub open_stdin: bool,
        pub stdin_once: bool,
        pub env: Option<Vec<String>>,
        pub cmd: Option<Words>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub healthcheck: Option<HealthConfig>,
        #[serde(skip_serializing_if = "is_zero")]
        pub args_escaped: bool,
        pub image: String,
        pub volumes: Option<BTreeMap<String, Empty>>,
        pub working_dir: String,
        pub entrypoint: Option<Words>,
        #[serde(skip_serializing_if = "is_zero")]
        pub network_disabled: bool,
        /// Deprecated since API 1.44; use the endpoint's.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub mac_address: String,
        pub on_build: Option<Vec<String>>,
        pub labels: Option<BTreeMap<String, String>>,
        #[serde(skip_serializing_if = "String::is_empty")]
        pub stop_signal: String,
        /// Seconds.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub stop_timeout: Option<i64>,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub shell: Option<Words>,
    }

    /// How a container's health is found out. Durations in nanoseconds.
    #[serde(rename_all = "PascalCase")]
    pub struct HealthConfig {
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub test: Vec<String>,
        #[serde(skip_serializing_if = "is_zero")]
        pub interval: i64,
        #[serde(skip_serializing_if = "is_zero")]
        pub timeout: i64,
        #[serde(skip_serializing_if = "is_zero")]
        pub start_period: i64,
        #[serde(skip_serializing_if = "is_zero")]
        pub start_interval: i64,
        #[serde(skip_serializing_if = "is_zero")]
        pub retries: i64,
    }

    /// Answer to create (201).
    #[serde(rename_all = "PascalCase")]
    pub struct ContainerCreateResponse {
        pub id: String,
        pub warnings: Vec<String>,
    }

    /// One item of `GET /containers/json`.
    #[serde(rename_all = "PascalCase")]
    pub struct ContainerSummary {
        pub id: String,
        /// With a leading slash each.
        pub names: Vec<String>,
        pub image: String,
        #[serde(rename = "ImageID")]
        pub image_id: String,
        pub command: String,
        /// Seconds since the epoch.
        pub created: i64,
        pub ports: Vec<PortSummary>,
        /// Bytes; only with `size=1`.
        #[serde(skip_serializing_if = "is_zero")]
        pub size_rw: i64,
        /// Bytes; only with `size=1`.
        #[serde(skip_serializing_if = "is_zero")]
        pub size_root_fs: i64,
        pub labels: BTreeMap<String, String>,
        pub state: ContainerStatus,
        /// For people: `Up 2 minutes`, `Exited (0) 3 seconds ago`.
        pub status: String,
        pub host_config: SummaryHostConfig,
        pub network_settings: SummaryNetworkSettings,
        pub mounts: Vec<MountPoint>,
    }

    #[serde(rename_all = "PascalCase")]
    pub struct SummaryHostConfig {
        #[serde(skip_serializing_if = "String::is_empty")]
        pub network_mode: String,
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        pub annotations: BTreeMap<String, String>,
    }

    #[serde(rename_all = "PascalCase")]
    pub struct SummaryNetworkSettings {
        pub networks: BTreeMap<String, EndpointSettings>,
    }

    /// A port in a container list; without `public_port` it is only exposed.
    #[serde(rename_all = "PascalCase")]
    pub struct PortSummary {
        #[serde(rename = "IP", skip_serializing_if = "String::is_empty")]
        pub ip: String,
        pub private_port: u16,
        #[serde(skip_serializing_if = "is_zero")]
        pub public_port: u16,
        /// `tcp`, `udp` or `sctp`.
        #[serde(rename = "Type")]
        pub kind: String,
    }

    /// A mount as it is in use.
    #[serde(rename_all = "PascalCase")]
    pub struct MountPoint {
        /// `bind`, `volume`, `tmpfs`.
        #[serde(rename = "Type", skip_serializing_if = "String::is_empty")]
        pub kind: String,
        /// Of a volume.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub name: String,
        pub source: String,
        pub destination: String,
        #[serde(skip_serializing_if = "String::is_empty")]
        pub driver: String,
        pub mode: String,
        #[serde(rename = "RW")]
        pub rw: bool,
        pub propagation: String,
    }

    /// Answer of `GET /containers/{id}/json`.
    #[serde(rename_all = "PascalCase")]
    pub struct ContainerInspect {
        pub id: String,
        /// RFC 3339 with nanoseconds.
        pub created: String,
        pub path: String,
        pub args: Vec<String>,
        pub state: ContainerState,
        /// The image's ID, `sha256:...`.
        pub image: String,
        pub resolv_conf_path: String,
        pub hostname_path: String,
        pub hosts_path: String,
        pub log_path: String,
        /// With a leading slash.
        pub name: String,
        pub restart_count: i64,
        pub driver: String,
        pub platform: String,
        pub mount_label: String,
        pub process_label: String,
        pub app_armor_profile: String,
        #[serde(rename = "ExecIDs")]
        pub exec_ids: Option<Vec<String>>,
        pub host_config: HostConfig,
        pub graph_driver: GraphDriver,
        /// Bytes; only with `size=1`.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub size_rw: Option<i64>,
        /// Bytes; only with `size=1`.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub size_root_fs: Option<i64>,
        pub mounts: Vec<MountPoint>,
        pub config: ContainerConfig,
        pub network_settings: NetworkSettings,
    }

    #[serde(rename_all = "PascalCase")]
    pub struct ContainerState {
        pub status: ContainerStatus,
        pub running: bool,
        pub paused: bool,
        pub restarting: bool,
        #[serde(rename = "OOMKilled")]
        pub oom_killed: bool,
        pub dead: bool,
        pub pid: i32,
        pub exit_code: i32,
        pub error: String,
        /// RFC 3339; `0001-01-01T00:00:00Z` before the first start.
        pub started_at: String,
        pub finished_at: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        pub health: Option<Health>,
    }

    #[serde(rename_all = "PascalCase")]
    pub struct Health {
        /// `none`, `starting`, `healthy`, `unhealthy`.
        pub status: String,
        pub failing_streak: i64,
        pub log: Vec<HealthResult>,
    }

    #[serde(rename_all = "PascalCase")]
    pub struct HealthResult {
        pub start: String,
        pub end: String,
        pub exit_code: i32,
        pub output: String,
    }

    #[serde(rename_all = "PascalCase")]
    pub struct GraphDriver {
        pub data: Option<BTreeMap<String, String>>,
        pub name: String,
    }

    /// A container's network, with the deprecated members that repeat the
    /// default bridge's endpoint: API 1.48 still has them and people read them.
    #[serde(rename_all = "PascalCase")]
    pub struct NetworkSettings {
        pub bridge: String,
        #[serde(rename = "SandboxID")]
        pub sandbox_id: String,
        pub sandbox_key: String,
        pub ports: PortMap,
        pub hairpin_mode: bool,
        #[serde(rename = "LinkLocalIPv6Address")]
        pub link_local_ipv6_address: String,
        #[serde(rename = "LinkLocalIPv6PrefixLen")]
        pub link_local_ipv6_prefix_len: i32,
        #[serde(rename = "SecondaryIPAddresses")]
        pub secondary_ip_addresses: Option<Vec<String>>,
        #[serde(rename = "SecondaryIPv6Addresses")]
        pub secondary_ipv6_addresses: Option<Vec<String>>,
        #[serde(rename = "EndpointID")]
        pub endpoint_id: String,
        pub gateway: String,
        #[serde(rename = "GlobalIPv6Address")]
        pub global_ipv6_address: String,
        #[serde(rename = "GlobalIPv6PrefixLen")]
        pub global_ipv6_prefix_len: i32,
        #[serde(rename = "IPAddress")]
        pub ip_address: String,
        #[serde(rename = "IPPrefixLen")]
        pub ip_prefix_len: i32,
        #[serde(rename = "IPv6Gateway")]
        pub ipv6_gateway: String,
        pub mac_address: String,
        pub networks: BTreeMap<String, EndpointSettings>,
    }

    /// Answer of `POST /containers/{id}/wait`.
    #[serde(rename_all = "PascalCase")]
    pub struct WaitResponse {
        #[serde(skip_serializing_if = "Option::is_none")]
        pub error: Option<WaitError>,
        pub status_code: i64,
    }

    #[serde(rename_all = "PascalCase")]
    pub struct WaitError {
        pub message: String,
    }

    /// Answer of `GET /containers/{id}/top`.
    #[serde(rename_all = "PascalCase")]
    pub struct TopResponse {
        pub processes: Vec<Vec<String>>,
        pub titles: Vec<String>,
    }

    /// One item of `GET /containers/{id}/changes`.
    #[serde(rename_all = "PascalCase")]
    pub struct ChangeItem {
        /// 0 changed, 1 added, 2 deleted.
        pub kind: u8,
        pub path: String,
    }

    #[serde(rename_all = "PascalCase")]
    pub struct ContainerPruneReport {
        pub containers_deleted: Option<Vec<String>>,
        /// Bytes.
        pub space_reclaimed: u64,
    }

    /// The decoded `X-Docker-Container-Path-Stat` header of the archive calls.
    #[serde(rename_all = "camelCase")]
    pub struct PathStat {
        pub name: String,
        /// Bytes.
        pub size: i64,
        /// Go's `os.FileMode`: permission bits, and bit 31 for a directory,
        /// bit 27 for a symbolic link.
        pub mode: u32,
        pub mtime: String,
        pub link_target: String,
    }

    #[serde(rename_all = "PascalCase")]
    pub struct ContainerUpdateResponse {
        pub warnings: Option<Vec<String>>,
    }
}
