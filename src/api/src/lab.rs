//! Our own endpoints under `/plimsoll/v1`, beside the Docker Engine API.

use serde_json::Value;

use crate::nulls::wire;

wire! {
    /// Answer of `POST /plimsoll/v1/explain` (body: a container create
    /// request): what the engine would do, and nothing was done.
    #[serde(rename_all = "snake_case")]
    pub struct ExplainResponse {
        /// The plan, one object per operation, in order.
        pub ops: Vec<Value>,
        /// The same in plain words, for people.
        pub text: String,
        pub warnings: Vec<String>,
    }

    /// Answer of `GET /plimsoll/v1/lab`.
    #[serde(rename_all = "snake_case")]
    pub struct LabInfo {
        pub lab: String,
        /// `range` or `single`.
        pub id_mode: String,
        /// What becomes of a file's owner that a container changes: it is
        /// `kept`, with one user `recorded` beside the file, or `forgotten`
        /// where the kernel cannot tell the engine.
        pub owners: String,
        /// `on` or `off`.
        pub uplink: String,
        /// `v2`, `v1`, `none`.
        pub cgroup: String,
        /// Plimsoll's version.
        pub version: String,
        pub kernel: String,
        pub state_dir: String,
        /// The engine's process ID as the real host sees it; 0 is unknown.
        pub pid: i32,
        /// RFC 3339.
        pub started_at: String,
    }

    /// One item of `GET /plimsoll/v1/ports`.
    #[serde(rename_all = "snake_case")]
    pub struct PublishedPort {
        /// Name without slash.
        pub container: String,
        pub container_id: String,
        pub container_port: u16,
        /// `tcp`, `udp`.
        pub protocol: String,
        /// Address and port in the lab.
        pub lab_ip: String,
        pub lab_port: u16,
        /// Address and port on the real host; `None` where it is not offered.
        pub host_address: Option<String>,
    }

    /// One line of `GET /plimsoll/v1/journal`.
    #[serde(rename_all = "snake_case")]
    pub struct JournalEntry {
        pub seq: u64,
        /// RFC 3339 with nanoseconds.
        pub time: String,
        /// `container.create`, `container.start`, `image.pull`, ...
        pub kind: String,
        /// ID or name of what it is about.
        pub subject: String,
        pub data: Value,
        /// SHA-256 of the line before, hexadecimal.
        pub prev: String,
    }

    /// Answer of `GET /plimsoll/v1/layers/DIGEST` (the digest of the
    /// uncompressed layer, as `RootFS.Layers` has it): what a layer added.
    #[serde(rename_all = "snake_case")]
    pub struct LayerContents {
        /// Files and links, directories not counted.
        pub files: u64,
        /// The largest of them, the largest first.
        pub largest: Vec<LayerFile>,
        /// How many paths of the layers below it takes away.
        pub deleted: u64,
        /// The first of them.
        pub first_deleted: Vec<String>,
        /// False where there are too many to look at all of them.
        pub complete: bool,
    }

    #[serde(rename_all = "snake_case")]
    pub struct LayerFile {
        /// Absolute, as a container sees it.
        pub path: String,
        /// Bytes.
        pub size: u64,
    }

    /// One item of `GET /plimsoll/v1/containers/ID/changes`: Docker's own change
    /// ([`crate::ChangeItem`]), and what it is about.
    #[serde(rename_all = "PascalCase")]
    pub struct LabChange {
        /// 0 changed, 1 added, 2 deleted.
        pub kind: u8,
        pub path: String,
        /// A folder is there; of what was deleted, one was.
        pub folder: bool,
    }

    /// One item of `GET /plimsoll/v1/snapshots`, and the answer of
    /// `POST /plimsoll/v1/snapshots?name=NAME`.
    #[serde(rename_all = "snake_case")]
    pub struct Snapshot {
        pub name: String,
        /// RFC 3339.
        pub created: String,
        pub containers: Vec<SnapshotContainer>,
        pub images: Vec<SnapshotImage>,
        /// Names.
        pub volumes: Vec<String>,
        /// Bytes of the files in it, as if nothing were shared.
        pub size: u64,
    }

    /// A container as it was.
    #[serde(rename_all = "snake_case")]
    pub struct SnapshotContainer {
        pub id: String,
        /// Without slash.
        pub name: String,
        /// It had a process, and gets one again.
        pub running: bool,
    }

    /// An image as it was.
    #[serde(rename_all = "snake_case")]
    pub struct SnapshotImage {
        pub id: String,
        /// In full: `docker.io/library/nginx:latest`.
        pub names: Vec<String>,
    }

    /// Answer of `POST /plimsoll/v1/snapshots/NAME/restore`.
    #[serde(rename_all = "snake_case")]
    pub struct Restored {
        pub name: String,
        /// Containers that ran and could not be started again.
        pub not_started: Vec<NotStarted>,
        /// Snapshots that were made later: they are of a past that is no more.
        pub forgotten: Vec<String>,
    }

    /// A container that could not be started again.
    #[serde(rename_all = "snake_case")]
    pub struct NotStarted {
        /// Its name.
        pub container: String,
        pub reason: String,
    }

    /// Answer of `GET /plimsoll/v1/listener?port=PORT`: who listens there in
    /// the lab. `kind` is `container`, `process` or `none`.
    #[serde(rename_all = "snake_case")]
    pub struct Listener {
        pub port: u16,
        pub kind: String,
        pub container: Option<String>,
        pub container_id: Option<String>,
        pub container_port: Option<u16>,
        pub pid: Option<i32>,
        pub process: Option<String>,
    }
}
