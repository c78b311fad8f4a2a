//! Plain data that system calls take and give.

use std::ffi::{c_int, c_uint};
use std::os::fd::{BorrowedFd, OwnedFd};

/// Which side of a fork this is.
#[derive(Debug)]
pub enum Forked {
    /// The new process.
    Child,
    /// The process that called.
    Parent {
        /// The child's id in the caller's PID namespace.
        pid: i32,
        /// A descriptor of the child.
        pidfd: OwnedFd,
    },
}

/// What [`clone3`] makes.
#[derive(Debug, Default)]
pub struct CloneOptions<'fd> {
    /// `CLONE_NEW*` of namespaces that the child gets of its own.
    pub namespaces: u64,
    /// Whether the child becomes a sibling (`CLONE_PARENT`): the caller's
    /// parent reaps it.
    pub sibling: bool,
    /// The cgroup v2 directory in which the child starts.
    pub cgroup: Option<BorrowedFd<'fd>>,
}

/// What [`mount_setattr`] changes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct MountChange {
    /// `MOUNT_ATTR_*` to set.
    pub set: u64,
    /// `MOUNT_ATTR_*` to clear.
    pub clear: u64,
    /// `MS_PRIVATE` and the like, or 0 to leave it.
    pub propagation: u64,
    /// Whether mounts below change too.
    pub recursive: bool,
}

/// One instruction of classic BPF, as seccomp(2) takes it.
#[repr(C)]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Instruction {
    /// Operation.
    pub code: u16,
    /// Instructions to skip if true.
    pub jump_true: u8,
    /// Instructions to skip if false.
    pub jump_false: u8,
    /// Operand.
    pub operand: u32,
}

/// What a child did, as waitid(2) tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ChildEvent {
    /// Its process id.
    pub pid: i32,
    /// `CLD_EXITED`, `CLD_KILLED` or `CLD_DUMPED`.
    pub code: i32,
    /// Exit code or signal number. Also of real-time signals, which nix'
    /// `WaitStatus` cannot hold.
    pub status: i32,
}

pub(super) const FSOPEN_CLOEXEC: c_uint = 1;
pub(super) const FSCONFIG_SET_FLAG: c_uint = 0;
pub(super) const FSCONFIG_SET_STRING: c_uint = 1;
pub(super) const FSCONFIG_CMD_CREATE: c_uint = 6;

#[repr(C)]
pub(super) struct CapabilityHeader {
    pub version: u32,
    pub pid: c_int,
}

#[repr(C)]
#[derive(Clone, Copy, Default)]
pub(super) struct CapabilityData {
    pub effective: u32,
    pub permitted: u32,
    pub inheritable: u32,
}

/// `_LINUX_CAPABILITY_VERSION_3`: 64 capabilities in two halves.
pub(super) const CAPABILITY_VERSION: u32 = 0x2008_0522;

#[repr(C)]
pub(super) struct Program {
    pub length: u16,
    pub instructions: *const Instruction,
}
