//! Volumes on the wire.

use std::collections::BTreeMap;

use crate::nulls::wire;

wire! {
    #[serde(rename_all = "PascalCase")]
    pub struct Volume {
        /// RFC 3339.
        #[serde(skip_serializing_if = "String::is_empty")]
        pub created_at: String,
        pub driver: String,
        pub labels: Option<BTreeMap<String, String>>,
        pub mountpoint: String,
        pub name: String,
        pub options: Option<BTreeMap<String, String>>,
        /// `local`.
        pub scope: String,
        /// Only in `GET /system/df`.
        #[serde(skip_serializing_if = "Option::is_none")]
        pub usage_data: Option<VolumeUsage>,
    }

    #[serde(rename_all = "PascalCase")]
    pub struct VolumeUsage {
        /// Containers that use it; -1 is not counted.
        pub ref_count: i64,
        /// Bytes; -1 is not counted.
        pub size: i64,
    }

    #[serde(rename_all = "PascalCase")]
    pub struct VolumeList {
        pub volumes: Vec<Volume>,
        pub warnings: Option<Vec<String>>,
    }

    /// Body of `POST /volumes/create`; an empty name asks for a random one.
    #[serde(rename_all = "PascalCase")]
    pub struct VolumeCreate {
        #[serde(skip_serializing_if = "String::is_empty")]
        pub driver: String,
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        pub driver_opts: BTreeMap<String, String>,
        #[serde(skip_serializing_if = "BTreeMap::is_empty")]
        pub labels: BTreeMap<String, String>,
        #[serde(skip_serializing_if = "String::is_empty")]
        pub name: String,
    }

    #[serde(rename_all = "PascalCase")]
    pub struct VolumePruneReport {
        pub volumes_deleted: Option<Vec<String>>,
        /// Bytes.
        pub space_reclaimed: u64,
    }
}
