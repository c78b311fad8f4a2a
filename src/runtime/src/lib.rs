//! Run one container: OCI spec, validated request, plan of operations, apply.
//!
//! ```text
//! oci_spec Spec + Rootfs ── Request::from_spec ──> Request   validated
//! Request ── plan ──> Plan { ops }                           pure, printable
//! Plan ── zygote::Zygote::create, or launch ──> Created       waits before execve
//! Created ── start ──> running
//! ```
//!
//! Invariants: `apply` is the only place that acts; `sys` is the only file
//! with `unsafe`; nothing here uses threads or an async runtime; every path of
//! a container is resolved by descriptor beneath its root, never by string.
//!
//! Deliberately absent: images, volumes, address management, HTTP, logs. The
//! caller brings directories, addresses and descriptors.
//!
//! Start reading at [`plan()`], then `apply/mod.rs`.

pub mod console;
pub mod fault;
pub mod init;
pub mod net;
pub mod owners;
pub mod plan;
pub mod process;
pub mod progress;
pub mod reap;
pub mod request;
pub mod seccomp;
pub mod sys;
pub mod zygote;

mod apply;
mod beneath;
mod wire;

pub use apply::{Created, Gate, Stdio, launch, launch_exec, start_through};
pub use beneath::open_subpath;
pub use fault::{CommandFault, CommandProblem, Fault};
pub use plan::{ExecPlan, ExecRequest, Op, Part, Plan, plan, plan_exec};
pub use progress::{Progress, Stopped, Times};
pub use request::{
    Attachment, Bind, Capabilities, Capability, CapabilitySet, Cgroup, CgroupMode, Device,
    DeviceKind, IdMap, IdMaps, Limit, Mount, MountFlags, Namespace, NamespaceSource, Process,
    Request, RequestError, Resource, Resources, Rootfs, Seccomp, User,
};
