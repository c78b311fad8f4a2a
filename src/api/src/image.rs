//! Images on the wire: list, inspect, history, delete, prune.

use std::collections::BTreeMap;

use crate::container::{ContainerConfig, GraphDriver};
use crate::nulls::wire;

wire! {
    /// One item of `GET /images/json`. Sizes in bytes.
    #[serde(rename_all = "PascalCase")]
    pub struct ImageSummary {
        /// How many containers use it; -1 is not counted.
        pub containers: i64,
        /// Seconds since the epoch.
        pub created: i64,
        pub id: String,
        pub labels: Option<BTreeMap<String, String>>,
        pub parent_id: String,
        pub repo_digests: Vec<String>,
        pub repo_tags: Vec<String>,
        /// -1 is not counted.
        pub shared_size: i64,
        pub size: i64,
    }

    /// Answer of `GET /images/{name}/json`.
    #[serde(rename_all = "PascalCase")]
    pub struct ImageInspect {
        pub id: String,
        pub repo_tags: Vec<String>,
        pub repo_digests: Vec<String>,
        pub parent: String,
        pub comment: String,
        #[serde(skip_serializing_if = "String::is_empty")]
        pub created: String,
        pub docker_version: String,
        pub author: String,
        pub config: ContainerConfig,
        pub architecture: String,
        #[serde(skip_serializing_if = "String::is_empty")]
        pub variant: String,
        pub os: String,
        #[serde(skip_serializing_if = "String::is_empty")]
        pub os_version: String,
        /// Bytes.
        pub size: i64,
        pub graph_driver: GraphDriver,
        #[serde(rename = "RootFS")]
        pub root_fs: RootFs,
        pub metadata: ImageMetadata,
    }

    #[serde(rename_all = "PascalCase")]
    pub struct RootFs {
        /// `layers`.
        #[serde(rename = "Type", skip_serializing_if = "String::is_empty")]
        pub kind: String,
        /// Digests of the uncompressed layers, lowest first.
        #[serde(skip_serializing_if = "Vec::is_empty")]
        pub layers: Vec<String>,
    }

    #[serde(rename_all = "PascalCase")]
    pub struct ImageMetadata {
        /// RFC 3339; `0001-01-01T00:00:00Z` where it was never tagged here.
        pub last_tag_time: String,
    }

    /// One item of `GET /images/{name}/history`, newest first.
    #[serde(rename_all = "PascalCase")]
    pub struct HistoryItem {
        pub comment: String,
        /// Seconds since the epoch.
        pub created: i64,
        pub created_by: String,
        /// `<missing>` where the step has no image of its own.
        pub id: String,
        /// Bytes.
        pub size: i64,
        pub tags: Option<Vec<String>>,
    }

    /// One item of `GET /images/search`.
    pub struct SearchResult {
        pub description: String,
        pub is_official: bool,
        pub name: String,
        pub star_count: i64,
    }

    /// One item of the answer to `DELETE /images/{name}`: one of the two.
    #[serde(rename_all = "PascalCase")]
    pub struct ImageDelete {
        #[serde(skip_serializing_if = "String::is_empty")]
        pub deleted: String,
        #[serde(skip_serializing_if = "String::is_empty")]
        pub untagged: String,
    }

    #[serde(rename_all = "PascalCase")]
    pub struct ImagePruneReport {
        pub images_deleted: Option<Vec<ImageDelete>>,
        /// Bytes.
        pub space_reclaimed: u64,
    }
}
