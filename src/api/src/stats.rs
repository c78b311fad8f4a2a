//! What a container uses: `GET /containers/{id}/stats`, a JSON object per line.
//! Times in nanoseconds, sizes in bytes.

use std::collections::BTreeMap;

use crate::nulls::{is_zero, wire};

wire! {
    pub struct ContainerStats {
        /// With a leading slash.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub name: String,
        #[serde(skip_serializing_if = "String::is_empty")]
        pub id: String,
        /// RFC 3339 with nanoseconds.
        pub read: String,
        /// `0001-01-01T00:00:00Z` in the first sample.
        pub preread: String,
        pub pids_stats: PidsStats,
        pub blkio_stats: BlkioStats,
        pub num_procs: u32,
        pub storage_stats: StorageStats,
        pub cpu_stats: CpuStats,
        pub precpu_stats: CpuStats,
        pub memory_stats: MemoryStats,
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        pub networks: BTreeMap<String, NetworkStats>,
    }

    pub struct PidsStats {
        #[serde(skip_serializing_if = "is_zero")]
        pub current: u64,
        #[serde(skip_serializing_if = "is_zero")]
        pub limit: u64,
    }

    pub struct BlkioStats {
        pub io_service_bytes_recursive: Option<Vec<BlkioEntry>>,
        pub io_serviced_recursive: Option<Vec<BlkioEntry>>,
        pub io_queue_recursive: Option<Vec<BlkioEntry>>,
        pub io_service_time_recursive: Option<Vec<BlkioEntry>>,
        pub io_wait_time_recursive: Option<Vec<BlkioEntry>>,
        pub io_merged_recursive: Option<Vec<BlkioEntry>>,
        pub io_time_recursive: Option<Vec<BlkioEntry>>,
        pub sectors_recursive: Option<Vec<BlkioEntry>>,
    }

    pub struct BlkioEntry {
        pub major: u64,
        pub minor: u64,
        /// `read`, `write`; other engines write them capitalised.
        pub op: String,
        pub value: u64,
    }

    /// Windows only: always empty.
    pub struct StorageStats {}

    pub struct CpuStats {
        pub cpu_usage: CpuUsage,
        #[serde(skip_serializing_if = "is_zero")]
        pub system_cpu_usage: u64,
        #[serde(skip_serializing_if = "is_zero")]
        pub online_cpus: u32,
        pub throttling_data: ThrottlingData,
    }

    pub struct CpuUsage {
        pub total_usage: u64,
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub percpu_usage: Vec<u64>,
        pub usage_in_kernelmode: u64,
        pub usage_in_usermode: u64,
    }

    pub struct ThrottlingData {
        pub periods: u64,
        pub throttled_periods: u64,
        pub throttled_time: u64,
    }

    pub struct MemoryStats {
        #[serde(skip_serializing_if = "is_zero")]
        pub usage: u64,
        #[serde(skip_serializing_if = "is_zero")]
        pub max_usage: u64,
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        pub stats: BTreeMap<String, u64>,
        #[serde(skip_serializing_if = "is_zero")]
        pub failcnt: u64,
        #[serde(skip_serializing_if = "is_zero")]
        pub limit: u64,
    }

    pub struct NetworkStats {
        pub rx_bytes: u64,
        pub rx_packets: u64,
        pub rx_errors: u64,
        pub rx_dropped: u64,
        pub tx_bytes: u64,
        pub tx_packets: u64,
        pub tx_errors: u64,
        pub tx_dropped: u64,
    }
}
