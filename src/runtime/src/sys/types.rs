//! Plain data that system calls take and give.

use nix::libc;
use std::ffi::c_int;
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

/// A system call that waits for a supervisor's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Notification {
    /// Names the call to the kernel.
    pub id: u64,
    /// Who made it: a thread's id in the receiver's PID namespace.
    pub pid: i32,
    /// Number of the call.
    pub number: i64,
    /// Its arguments.
    pub arguments: [u64; 6],
}

/// linux/seccomp.h: `SECCOMP_IOWR(0, struct seccomp_notif)` and so on.
pub(super) const NOTIF_RECV: libc::Ioctl = 0xc050_2100;
pub(super) const NOTIF_SEND: libc::Ioctl = 0xc018_2101;
pub(super) const NOTIF_ID_VALID: libc::Ioctl = 0x4008_2102;

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
