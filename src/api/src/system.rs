//! The engine itself on the wire: version, info, events, disk usage.

use std::collections::BTreeMap;

use crate::container::ContainerSummary;
use crate::image::ImageSummary;
use crate::nulls::{Empty, is_zero, wire};
use crate::volume::Volume;

wire! {
    /// Answer of `GET /version`.
    #[serde(rename_all = "PascalCase")]
    pub struct Version {
        pub platform: PlatformName,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub components: Vec<ComponentVersion>,
        pub version: String,
        pub api_version: String,
        #[serde(rename = "MinAPIVersion", skip_serializing_if = "String::is_empty")]
        pub min_api_version: String,
        pub git_commit: String,
        pub go_version: String,
        pub os: String,
        pub arch: String,
        #[serde(skip_serializing_if = "String::is_empty")]
        pub kernel_version: String,
        #[serde(skip_serializing_if = "is_zero")]
        pub experimental: bool,
        #[serde(skip_serializing_if = "String::is_empty")]
        pub build_time: String,
    }

    #[serde(rename_all = "PascalCase")]
    pub struct PlatformName {
        pub name: String,
    }

    #[serde(rename_all = "PascalCase")]
    pub struct ComponentVersion {
        pub name: String,
        pub version: String,
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        pub details: BTreeMap<String, String>,
    }

    /// Answer of `GET /info`.
    #[serde(rename_all = "PascalCase")]
    pub struct Info {
        #[serde(rename = "ID")]
        pub id: String,
        pub containers: i64,
        pub containers_running: i64,
        pub containers_paused: i64,
        pub containers_stopped: i64,
        pub images: i64,
        pub driver: String,
        pub driver_status: Vec<[String; 2]>,
        pub plugins: PluginsInfo,
        pub memory_limit: bool,
        pub swap_limit: bool,
        pub cpu_cfs_period: bool,
        pub cpu_cfs_quota: bool,
        #[serde(rename = "CPUShares")]
        pub cpu_shares: bool,
        #[serde(rename = "CPUSet")]
        pub cpu_set: bool,
        pub pids_limit: bool,
        #[serde(rename = "IPv4Forwarding")]
        pub ipv4_forwarding: bool,
        pub debug: bool,
        #[serde(rename = "NFd")]
        pub nfd: i64,
        pub oom_kill_disable: bool,
        #[serde(rename = "NGoroutines")]
        pub ngoroutines: i64,
        pub system_time: String,
        pub logging_driver: String,
        pub cgroup_driver: String,
        #[serde(skip_serializing_if = "String::is_empty")]
        pub cgroup_version: String,
        #[serde(rename = "NEventsListener")]
        pub nevents_listener: i64,
        pub kernel_version: String,
        pub operating_system: String,
        #[serde(rename = "OSVersion")]
        pub os_version: String,
        #[serde(rename = "OSType")]
        pub os_type: String,
        pub architecture: String,
        pub index_server_address: String,
        pub registry_config: Option<RegistryConfig>,
        #[serde(rename = "NCPU")]
        pub ncpu: i64,
        /// Bytes.
        pub mem_total: i64,
        /// Swarm only: always `null`.
        pub generic_resources: Option<Vec<serde_json::Value>>,
        pub docker_root_dir: String,
        pub http_proxy: String,
        pub https_proxy: String,
        pub no_proxy: String,
        pub name: String,
        pub labels: Vec<String>,
        pub experimental_build: bool,
        pub server_version: String,
        pub runtimes: BTreeMap<String, Runtime>,
        pub default_runtime: String,
        pub swarm: SwarmInfo,
        pub live_restore_enabled: bool,
        pub isolation: String,
        pub init_binary: String,
        pub containerd_commit: Commit,
        pub runc_commit: Commit,
        pub init_commit: Commit,
        pub security_options: Vec<String>,
        #[serde(skip_serializing_if = "String::is_empty")]
        pub product_license: String,
        #[serde(rename = "CDISpecDirs")]
        pub cdi_spec_dirs: Option<Vec<String>>,
        pub warnings: Option<Vec<String>>,
    }

    #[serde(rename_all = "PascalCase")]
    pub struct PluginsInfo {
        pub volume: Option<Vec<String>>,
        pub network: Option<Vec<String>>,
        pub authorization: Option<Vec<String>>,
        pub log: Option<Vec<String>>,
    }

    #[serde(rename_all = "PascalCase")]
    pub struct RegistryConfig {
        #[serde(rename = "InsecureRegistryCIDRs")]
        pub insecure_registry_cidrs: Option<Vec<String>>,
        pub index_configs: BTreeMap<String, IndexInfo>,
        pub mirrors: Option<Vec<String>>,
    }

    #[serde(rename_all = "PascalCase")]
    pub struct IndexInfo {
        pub name: String,
        pub mirrors: Option<Vec<String>>,
        pub secure: bool,
        pub official: bool,
    }

    #[serde(rename_all = "camelCase")]
    pub struct Runtime {
        #[serde(skip_serializing_if = "String::is_empty")]
        pub path: String,
        #[serde(rename = "runtimeArgs", skip_serializing_if = "Vec::is_empty")]
        pub runtime_args: Vec<String>,
    }

    #[serde(rename_all = "PascalCase")]
    pub struct SwarmInfo {
        #[serde(rename = "NodeID")]
        pub node_id: String,
        pub node_addr: String,
        /// `inactive`.
        pub local_node_state: String,
        pub control_available: bool,
        pub error: String,
        pub remote_managers: Option<Vec<Empty>>,
    }

    #[serde(rename_all = "PascalCase")]
    pub struct Commit {
        #[serde(rename = "ID")]
        pub id: String,
        #[serde(skip_serializing_if = "String::is_empty")]
        pub expected: String,
    }

    /// One line of `GET /events`.
    pub struct Event {
        /// Old name of `action`, for containers and images.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub status: String,
        /// Old name of the actor's ID, for containers and images.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub id: String,
        /// The image, for containers.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub from: String,
        /// `container`, `image`, `volume`, `network`, `daemon`.
        #[serde(rename = "Type")]
        pub kind: String,
        #[serde(rename = "Action")]
        pub action: String,
        #[serde(rename = "Actor")]
        pub actor: Actor,
        #[serde(skip_serializing_if = "String::is_empty")]
        pub scope: String,
        /// Seconds since the epoch.
        #[serde(skip_serializing_if = "is_zero")]
        pub time: i64,
        /// Nanoseconds since the epoch.
        #[serde(rename = "timeNano", skip_serializing_if = "is_zero")]
        pub time_nano: i64,
    }

    #[serde(rename_all = "PascalCase")]
    pub struct Actor {
        #[serde(rename = "ID")]
        pub id: String,
        pub attributes: BTreeMap<String, String>,
    }

    /// Answer of `GET /system/df`.
    #[serde(rename_all = "PascalCase")]
    pub struct DiskUsage {
        /// Bytes of all layers, each counted once.
        pub layers_size: i64,
        pub images: Option<Vec<ImageSummary>>,
        pub containers: Option<Vec<ContainerSummary>>,
        pub volumes: Option<Vec<Volume>>,
        pub build_cache: Option<Vec<BuildCacheRecord>>,
    }

    #[serde(rename_all = "PascalCase")]
    pub struct BuildCacheRecord {
        #[serde(rename = "ID")]
        pub id: String,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub parents: Vec<String>,
        #[serde(rename = "Type")]
        pub kind: String,
        pub description: String,
        pub in_use: bool,
        pub shared: bool,
        /// Bytes.
        pub size: i64,
        pub created_at: String,
        pub last_used_at: Option<String>,
        pub usage_count: i64,
    }

    /// Body and answer of `POST /auth`, and the `X-Registry-Auth` header.
    pub struct AuthConfig {
        #[serde(skip_serializing_if = "String::is_empty")]
        pub username: String,
        #[serde(skip_serializing_if = "String::is_empty")]
        pub password: String,
        #[serde(skip_serializing_if = "String::is_empty")]
        pub auth: String,
        #[serde(skip_serializing_if = "String::is_empty")]
        pub serveraddress: String,
        #[serde(skip_serializing_if = "String::is_empty")]
        pub identitytoken: String,
        #[serde(skip_serializing_if = "String::is_empty")]
        pub registrytoken: String,
    }
}
