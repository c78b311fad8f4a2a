//! The Docker Engine API: wire types for both sides, and a synchronous client.
//!
//! Invariant: what these types write is what dockerd writes for API 1.48,
//! member for member, in its order, `null` where it has `null`; what they read
//! may lack anything. They hold no rules of containers: those are the engine's.
//!
//! Start with [`container`] and [`host_config`] for the types,
//! [`client::Client`] for the calls. Our own endpoints are in [`lab`] and
//! [`operation`].
//!
//! Deliberately absent: async, TLS, swarm.

pub mod client;
pub mod command_tag;
pub mod container;
pub mod error;
pub mod exec;
pub mod filters;
pub mod host_config;
pub mod image;
pub mod lab;
pub mod network;
mod nulls;
pub mod operation;
pub mod port;
pub mod progress;
pub mod stats;
pub mod system;
pub mod volume;

pub use client::{Client, Endpoint};
pub use container::{
    ChangeItem, ContainerConfig, ContainerCreateRequest, ContainerCreateResponse, ContainerInspect,
    ContainerState, ContainerStatus, ContainerSummary, MountPoint, NetworkSettings, TopResponse,
    WaitResponse,
};
pub use error::{ApiError, ClientError, ErrorBody};
pub use exec::{ExecCreate, ExecCreateResponse, ExecInspect, ExecStart};
pub use filters::{FilterError, Filters};
pub use host_config::{HostConfig, Mount};
pub use image::{HistoryItem, ImageDelete, ImageInspect, ImageSummary, SearchResult};
pub use network::{EndpointSettings, Network};
pub use nulls::{Empty, Words};
pub use port::{Port, PortBinding, PortMap, Protocol};
pub use progress::Progress;
pub use stats::ContainerStats;
pub use system::{AuthConfig, DiskUsage, Event, Info, Version};
pub use volume::{Volume, VolumeCreate, VolumeList};

/// The API version that we speak; older prefixes are accepted.
pub const API_VERSION: &str = "1.48";
/// The oldest version prefix that is accepted.
pub const MIN_API_VERSION: &str = "1.24";
