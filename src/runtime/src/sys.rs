//! System calls that have no safe wrapper in nix: the only file of the project
//! that contains `unsafe`.
//!
//! Each function does one system call and turns its result into an owned
//! descriptor or an [`Errno`]. Nothing here decides anything. Functions that
//! duplicate the process check that it has one thread, since a copy of a
//! multi-threaded process may hold locks that nobody releases.
#![expect(unsafe_code, reason = "raw system calls; every block is one of them")]

mod terminal;
mod types;

pub use terminal::{
    set_terminal_size, take_controlling_terminal, terminal_peer, terminal_size, unlock_terminal,
};
use types::*;
pub use types::{ChildEvent, CloneOptions, Forked, Instruction, MountChange, Notification};

use nix::errno::Errno;
use nix::libc;
use rustix::mount::{self, MoveMountFlags, OpenTreeFlags};
use rustix::process::{PidfdFlags, PidfdGetfdFlags};
use std::ffi::{CStr, c_int, c_long, c_uint, c_void};
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

/// Result of a system call.
pub type Result<T> = std::result::Result<T, Errno>;

fn check(result: c_long) -> Result<c_long> {
    if result == -1 {
        Err(Errno::last())
    } else {
        Ok(result)
    }
}

fn errno(error: rustix::io::Errno) -> Errno {
    Errno::from_raw(error.raw_os_error())
}

fn owned(result: c_long) -> Result<OwnedFd> {
    let raw = check(result)? as RawFd;
    // SAFETY: the system call just made this descriptor, nobody else owns it.
    Ok(unsafe { OwnedFd::from_raw_fd(raw) })
}

/// Fails with EINVAL where the process has more than one thread.
///
/// # Errors
/// EINVAL as said.
pub fn require_single_thread() -> Result<()> {
    // unshare(2): CLONE_THREAD can be given only by a single-threaded process,
    // and then has no effect.
    // SAFETY: no memory is involved.
    check(unsafe { libc::unshare(libc::CLONE_THREAD) }.into()).map(drop)
}

/// sched.h; the constant in libc is too narrow for it.
const CLONE_INTO_CGROUP: u64 = 0x2_0000_0000;

/// Duplicates the process by clone3(2), without sharing memory.
///
/// # Errors
/// EINVAL with several threads; else clone(2)'s.
pub fn clone3(options: &CloneOptions<'_>) -> Result<Forked> {
    require_single_thread()?;
    let mut pidfd: RawFd = -1;
    // SAFETY: clone_args is plain integers, for which zero is a valid value.
    let mut args: libc::clone_args = unsafe { std::mem::zeroed() };
    args.flags = options.namespaces | libc::CLONE_PIDFD as u64;
    args.pidfd = &raw mut pidfd as u64;
    if options.sibling {
        // clone3(2): the exit signal is inherited and must be 0 here.
        args.flags |= libc::CLONE_PARENT as u64;
    } else {
        args.exit_signal = libc::SIGCHLD as u64;
    }
    if let Some(cgroup) = &options.cgroup {
        args.flags |= CLONE_INTO_CGROUP;
        args.cgroup = cgroup.as_raw_fd() as u64;
    }
    // SAFETY: no CLONE_VM, so the child runs on its own copy of memory; there
    // is one thread (checked above), so no lock is held by another one; args
    // and pidfd outlive the call.
    let pid = check(unsafe { libc::syscall(libc::SYS_clone3, &raw mut args, size_of_val(&args)) })?;
    if pid == 0 {
        return Ok(Forked::Child);
    }
    // SAFETY: CLONE_PIDFD stored a new descriptor that nobody else owns.
    Ok(Forked::Parent {
        pid: pid as i32,
        pidfd: unsafe { OwnedFd::from_raw_fd(pidfd) },
    })
}

/// A list as execve(2) takes it.
fn pointers(strings: &[&CStr]) -> Vec<*const libc::c_char> {
    strings
        .iter()
        .map(|string| string.as_ptr())
        .chain([std::ptr::null()])
        .collect()
}

/// Replaces the program, with descriptors kept as their flags say.
///
/// # Errors
/// Always returns one: on success it does not return.
pub fn execve(program: &CStr, args: &[&CStr], env: &[&CStr]) -> Errno {
    let (args, env) = (pointers(args), pointers(env));
    // SAFETY: both lists end in null and point to strings that outlive the call.
    unsafe { libc::execve(program.as_ptr(), args.as_ptr(), env.as_ptr()) };
    Errno::last()
}

/// Ends the process at once: no destructors, no handlers.
pub fn exit(code: i32) -> ! {
    // SAFETY: does not return and touches no memory.
    unsafe { libc::_exit(code) }
}

/// fsopen(2): a configuration context for a file system of that type.
///
/// # Errors
/// ENODEV where the kernel has no such type.
pub fn fsopen(kind: &CStr) -> Result<OwnedFd> {
    mount::fsopen(kind, mount::FsOpenFlags::FSOPEN_CLOEXEC).map_err(errno)
}

/// Sets `key=value` on a context of [`fsopen`]. The value is limited to 255
/// bytes by the kernel.
///
/// # Errors
/// EINVAL where the file system does not know it.
pub fn fsconfig_string(context: &OwnedFd, key: &CStr, value: &CStr) -> Result<()> {
    mount::fsconfig_set_string(context, key, value).map_err(errno)
}

/// Sets the flag `key` on a context of [`fsopen`].
///
/// # Errors
/// EINVAL where the file system does not know it.
pub fn fsconfig_flag(context: &OwnedFd, key: &CStr) -> Result<()> {
    mount::fsconfig_set_flag(context, key).map_err(errno)
}

/// Makes the file system that the context describes.
///
/// # Errors
/// What mount(2) would say.
pub fn fsconfig_create(context: &OwnedFd) -> Result<()> {
    mount::fsconfig_create(context).map_err(errno)
}

/// fsmount(2): a mount of the created file system that is attached nowhere.
/// `attributes` are `MOUNT_ATTR_*`.
///
/// # Errors
/// EPERM where a user namespace may not see this file system.
pub fn fsmount(context: &OwnedFd, attributes: u64) -> Result<OwnedFd> {
    let attributes = mount::MountAttrFlags::from_bits_retain(attributes as c_uint);
    mount::fsmount(context, mount::FsMountFlags::FSMOUNT_CLOEXEC, attributes).map_err(errno)
}

/// open_tree(2) with `OPEN_TREE_CLONE`: a copy of the mount at `path`
/// (relative to `directory`), attached nowhere. An empty path means
/// `directory` itself.
///
/// # Errors
/// As open(2), and EINVAL where the mount may not be copied.
pub fn clone_tree(directory: BorrowedFd<'_>, path: &CStr, recursive: bool) -> Result<OwnedFd> {
    let mut flags = OpenTreeFlags::OPEN_TREE_CLONE | OpenTreeFlags::OPEN_TREE_CLOEXEC;
    flags.set(OpenTreeFlags::AT_RECURSIVE, recursive);
    flags.set(OpenTreeFlags::AT_EMPTY_PATH, path.is_empty());
    mount::open_tree(directory, path, flags).map_err(errno)
}

/// move_mount(2): attaches the mount `from` on top of what `to` refers to.
///
/// # Errors
/// As mount(2) with `MS_MOVE`.
pub fn move_mount(from: BorrowedFd<'_>, to: BorrowedFd<'_>) -> Result<()> {
    let flags = MoveMountFlags::MOVE_MOUNT_F_EMPTY_PATH | MoveMountFlags::MOVE_MOUNT_T_EMPTY_PATH;
    mount::move_mount(from, c"", to, c"", flags).map_err(errno)
}

/// mount_setattr(2) on the mount behind a descriptor. Linux 5.12.
///
/// # Errors
/// ENOSYS before 5.12; EPERM for locked flags.
pub fn mount_setattr(mount: BorrowedFd<'_>, change: MountChange) -> Result<()> {
    // SAFETY: mount_attr is plain integers, for which zero is a valid value.
    let mut attributes: libc::mount_attr = unsafe { std::mem::zeroed() };
    attributes.attr_set = change.set;
    attributes.attr_clr = change.clear;
    attributes.propagation = change.propagation;
    let mut flags = libc::AT_EMPTY_PATH as c_uint;
    if change.recursive {
        flags |= libc::AT_RECURSIVE as c_uint;
    }
    // SAFETY: the structure outlives the call and its size is given.
    check(unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            mount.as_raw_fd(),
            c"".as_ptr(),
            flags,
            &raw mut attributes,
            size_of_val(&attributes),
        )
    })
    .map(drop)
}

/// Closes, or with `cloexec` marks, every descriptor from `first` on.
///
/// The caller vouches that it does not use an owned descriptor at or above
/// `first` afterwards other than through execve; this is called right before
/// the program is replaced.
///
/// # Errors
/// ENOSYS before Linux 5.9, EINVAL for `cloexec` before 5.11.
pub fn close_from(first: u32, cloexec: bool) -> Result<()> {
    let flags = if cloexec {
        libc::CLOSE_RANGE_CLOEXEC
    } else {
        0
    };
    // SAFETY: no memory is involved.
    check(unsafe { libc::syscall(libc::SYS_close_range, first, c_uint::MAX, flags) }).map(drop)
}

/// The calling thread's effective, permitted and inheritable capabilities, as
/// bit masks.
pub fn capget() -> Result<(u64, u64, u64)> {
    let mut header = CapabilityHeader {
        version: CAPABILITY_VERSION,
        pid: 0,
    };
    let mut data = [CapabilityData::default(); 2];
    // SAFETY: version 3 reads and writes exactly two data structures.
    check(unsafe { libc::syscall(libc::SYS_capget, &raw mut header, data.as_mut_ptr()) })?;
    let join = |low: u32, high: u32| u64::from(low) | u64::from(high) << 32;
    let [low, high] = data;
    Ok((
        join(low.effective, high.effective),
        join(low.permitted, high.permitted),
        join(low.inheritable, high.inheritable),
    ))
}

/// Sets the calling thread's effective, permitted and inheritable
/// capabilities.
///
/// # Errors
/// EPERM for capabilities that are not permitted.
pub fn capset(effective: u64, permitted: u64, inheritable: u64) -> Result<()> {
    let mut header = CapabilityHeader {
        version: CAPABILITY_VERSION,
        pid: 0,
    };
    let half = |shift: u32| CapabilityData {
        effective: (effective >> shift) as u32,
        permitted: (permitted >> shift) as u32,
        inheritable: (inheritable >> shift) as u32,
    };
    let data = [half(0), half(32)];
    // SAFETY: version 3 reads exactly two data structures.
    check(unsafe { libc::syscall(libc::SYS_capset, &raw mut header, data.as_ptr()) }).map(drop)
}

fn prctl(option: c_int, second: libc::c_ulong, third: libc::c_ulong) -> Result<c_int> {
    // SAFETY: only called with options whose arguments are numbers.
    check(unsafe { libc::prctl(option, second, third, 0, 0) }.into()).map(|value| value as c_int)
}

/// Takes a capability out of the bounding set.
///
/// # Errors
/// EINVAL for a number that the kernel does not know.
pub fn drop_bounding(capability: u8) -> Result<()> {
    prctl(libc::PR_CAPBSET_DROP, capability.into(), 0).map(drop)
}

/// Adds a capability to the ambient set.
///
/// # Errors
/// EPERM unless it is permitted and inheritable.
pub fn raise_ambient(capability: u8) -> Result<()> {
    prctl(
        libc::PR_CAP_AMBIENT,
        libc::PR_CAP_AMBIENT_RAISE as libc::c_ulong,
        capability.into(),
    )
    .map(drop)
}

/// Empties the ambient set.
pub fn clear_ambient() -> Result<()> {
    prctl(
        libc::PR_CAP_AMBIENT,
        libc::PR_CAP_AMBIENT_CLEAR_ALL as libc::c_ulong,
        0,
    )
    .map(drop)
}

/// Loads a system call filter. `flags` are `SECCOMP_FILTER_FLAG_*`; with
/// `NEW_LISTENER` the notification descriptor is returned.
///
/// # Errors
/// EACCES without `CAP_SYS_ADMIN` and without no_new_privs; EINVAL for a
/// program that the kernel's verifier refuses.
pub fn load_filter(filter: &[Instruction], flags: u64) -> Result<Option<OwnedFd>> {
    let length = u16::try_from(filter.len()).map_err(|_| Errno::EINVAL)?;
    let program = Program {
        length,
        instructions: filter.as_ptr(),
    };
    // SAFETY: the program and its instructions outlive the call; Instruction
    // has the layout of struct sock_filter.
    let result = check(unsafe {
        libc::syscall(
            libc::SYS_seccomp,
            libc::SECCOMP_SET_MODE_FILTER,
            flags as c_uint,
            &raw const program,
        )
    })?;
    if flags & libc::SECCOMP_FILTER_FLAG_NEW_LISTENER != 0 {
        return owned(result).map(Some);
    }
    Ok(None)
}

/// Whether the kernel hands system calls to a supervisor in the form that
/// [`receive_notification`] reads (seccomp_unotify(2)).
pub fn has_notifications() -> bool {
    // SAFETY: seccomp_notif_sizes is plain integers, for which zero is valid.
    let mut sizes: libc::seccomp_notif_sizes = unsafe { std::mem::zeroed() };
    let get = libc::SECCOMP_GET_NOTIF_SIZES;
    // SAFETY: the kernel writes one such structure, which outlives the call.
    let told = check(unsafe { libc::syscall(libc::SYS_seccomp, get, 0, &raw mut sizes) });
    let ours = (
        size_of::<libc::seccomp_notif>(),
        size_of::<libc::seccomp_notif_resp>(),
    );
    told.is_ok() && ours == (sizes.seccomp_notif.into(), sizes.seccomp_notif_resp.into())
}

/// Takes the next system call that waits for a supervisor.
///
/// # Errors
/// ENOENT where its process has gone; EINTR.
pub fn receive_notification(listener: BorrowedFd<'_>) -> Result<Notification> {
    // SAFETY: seccomp_notif is plain integers, and the kernel wants zeroes.
    let mut one: libc::seccomp_notif = unsafe { std::mem::zeroed() };
    // SAFETY: the kernel writes one such structure ([`has_notifications`]
    // compares sizes), which outlives the call.
    check(unsafe { libc::ioctl(listener.as_raw_fd(), NOTIF_RECV, &raw mut one) }.into())?;
    Ok(Notification {
        id: one.id,
        pid: one.pid as i32,
        number: one.data.nr.into(),
        arguments: one.data.args,
    })
}

/// Whether that call still waits: then all that was read of the process since
/// it was received was that process's.
///
/// # Errors
/// ENOENT where it does not.
pub fn notification_waits(listener: BorrowedFd<'_>, id: u64) -> Result<()> {
    // SAFETY: the kernel reads one u64, which outlives the call.
    check(unsafe { libc::ioctl(listener.as_raw_fd(), NOTIF_ID_VALID, &raw const id) }.into())
        .map(drop)
}

/// Ends a waiting call: with 0, or with an error.
///
/// # Errors
/// ENOENT where its process has gone or was interrupted.
pub fn answer_notification(
    listener: BorrowedFd<'_>,
    id: u64,
    outcome: std::result::Result<(), Errno>,
) -> Result<()> {
    let mut answer = libc::seccomp_notif_resp {
        id,
        val: 0,
        error: outcome.err().map_or(0, |errno| -(errno as i32)),
        flags: 0,
    };
    // SAFETY: the kernel reads one such structure, which outlives the call.
    check(unsafe { libc::ioctl(listener.as_raw_fd(), NOTIF_SEND, &raw mut answer) }.into())
        .map(drop)
}

/// pidfd_open(2): a descriptor of a process, close-on-exec.
///
/// # Errors
/// ESRCH where there is none.
pub fn pidfd_open(pid: i32) -> Result<OwnedFd> {
    let pid = rustix::process::Pid::from_raw(pid).ok_or(Errno::ESRCH)?;
    rustix::process::pidfd_open(pid, PidfdFlags::empty()).map_err(errno)
}

/// Sends a signal to the process behind a pidfd; signal 0 only asks whether it
/// is there.
///
/// # Errors
/// ESRCH once it has been reaped.
pub fn pidfd_send_signal(pidfd: BorrowedFd<'_>, signal: i32) -> Result<()> {
    // SAFETY: a null siginfo is allowed.
    check(unsafe {
        libc::syscall(
            libc::SYS_pidfd_send_signal,
            pidfd.as_raw_fd(),
            signal,
            std::ptr::null::<c_void>(),
            0,
        )
    })
    .map(drop)
}

/// Gives the process a new, anonymous session keyring (keyctl(2)), so that it
/// does not see the caller's keys.
///
/// # Errors
/// ENOSYS, EDQUOT or EPERM where the machine has no keys to give.
pub fn new_session_keyring() -> Result<()> {
    // SAFETY: a null name asks for an anonymous keyring.
    check(unsafe {
        libc::syscall(
            libc::SYS_keyctl,
            libc::KEYCTL_JOIN_SESSION_KEYRING,
            std::ptr::null::<c_void>(),
        )
    })
    .map(drop)
}

/// How many bytes that were written to a socket its peer has not read yet
/// (unix(7), `SIOCOUTQ`).
///
/// # Errors
/// ENOTTY where this is no socket.
pub fn unread_by_peer(socket: BorrowedFd<'_>) -> Result<usize> {
    let mut bytes: c_int = 0;
    // SAFETY: SIOCOUTQ, whose number is that of TIOCOUTQ, writes one int.
    check(unsafe { libc::ioctl(socket.as_raw_fd(), libc::TIOCOUTQ, &raw mut bytes) }.into())?;
    Ok(usize::try_from(bytes).unwrap_or(0))
}

/// Puts a copy of `from` at the number `to`, without close-on-exec. Meant for
/// 0, 1 and 2, which std never closes by itself.
pub fn duplicate_to(from: impl AsFd, to: RawFd) -> Result<()> {
    let from = from.as_fd().as_raw_fd();
    if from == to {
        // dup2(2) would leave close-on-exec as it is.
        // SAFETY: F_SETFD takes a number.
        return check(unsafe { libc::fcntl(from, libc::F_SETFD, 0) }.into()).map(drop);
    }
    // SAFETY: no memory is involved; what was at `to` is replaced, which for
    // the three standard streams is what the caller wants.
    check(unsafe { libc::dup2(from, to) }.into()).map(drop)
}

/// Sets the domain name of the UTS namespace (setdomainname(2)).
///
/// # Errors
/// EPERM without `CAP_SYS_ADMIN` over it.
pub fn set_domain_name(name: &[u8]) -> Result<()> {
    rustix::system::setdomainname(name).map_err(errno)
}

/// Sets every signal to its default disposition and unblocks all of them, as a
/// new program expects. Dispositions that are ignored survive execve(2).
pub fn reset_signals() {
    for signal in 1..=libc::SIGRTMAX() {
        // SAFETY: the default disposition is no function of ours. Signals that
        // cannot be changed are refused, which is of no consequence.
        unsafe { libc::signal(signal, libc::SIG_DFL) };
    }
    let none = nix::sys::signal::SigSet::empty();
    // Unblocking what may be blocked cannot fail with a valid set.
    let _ = none.thread_set_mask();
}

/// Takes over a descriptor that another image of this process left open across
/// execve(2), and marks it close-on-exec.
///
/// The caller vouches that it learnt the number from that image and adopts it
/// once, before anything else could have opened a descriptor at it.
///
/// # Errors
/// EBADF where no descriptor of that number is open.
pub fn adopt_descriptor(number: RawFd) -> Result<OwnedFd> {
    // SAFETY: F_SETFD takes a number; a descriptor that is not open is refused.
    check(unsafe { libc::fcntl(number, libc::F_SETFD, libc::FD_CLOEXEC) }.into())?;
    // SAFETY: it is open (just seen) and, by the caller's word, nobody else's.
    Ok(unsafe { OwnedFd::from_raw_fd(number) })
}

/// Takes ownership of a descriptor that the kernel just put into a received
/// message (`SCM_RIGHTS`), which nix hands over as a number.
pub(crate) fn adopt(raw: RawFd) -> OwnedFd {
    // SAFETY: the only caller has just received it; nobody else owns it.
    unsafe { OwnedFd::from_raw_fd(raw) }
}

/// waitid(2) with `WEXITED` and the given further options; for one child, or
/// for any. `None` when `WNOHANG` found nothing.
///
/// # Errors
/// ECHILD where there is no such child; EINTR.
pub fn wait_child(pid: Option<i32>, options: c_int) -> Result<Option<ChildEvent>> {
    let (kind, id) = match pid {
        Some(pid) => (libc::P_PID, pid as libc::id_t),
        None => (libc::P_ALL, 0),
    };
    // SAFETY: siginfo_t is plain data, for which zero is a valid value.
    let mut info: libc::siginfo_t = unsafe { std::mem::zeroed() };
    // SAFETY: waitid writes one siginfo_t, which outlives the call.
    let result = unsafe { libc::waitid(kind, id, &raw mut info, libc::WEXITED | options) };
    check(result.into())?;
    // SAFETY: waitid filled in the fields of SIGCHLD, or left zeroes.
    let (pid, status) = unsafe { (info.si_pid(), info.si_status()) };
    Ok((pid != 0).then_some(ChildEvent {
        pid,
        code: info.si_code,
        status,
    }))
}

/// A copy of the descriptor that has number `number` in another process
/// (pidfd_getfd(2)).
///
/// # Errors
/// EPERM without the right to trace that process; EBADF.
pub fn pidfd_getfd(pidfd: BorrowedFd<'_>, number: RawFd) -> Result<OwnedFd> {
    rustix::process::pidfd_getfd(pidfd, number, PidfdGetfdFlags::empty()).map_err(errno)
}

/// As [`execve`], with the program behind a descriptor (execveat(2)).
///
/// # Errors
/// Always returns one: on success it does not return.
pub fn execute_descriptor(program: BorrowedFd<'_>, args: &[&CStr], env: &[&CStr]) -> Errno {
    let (args, env) = (pointers(args), pointers(env));
    // SAFETY: both lists end in null and point to strings that outlive the call.
    unsafe {
        libc::syscall(
            libc::SYS_execveat,
            program.as_raw_fd(),
            c"".as_ptr(),
            args.as_ptr(),
            env.as_ptr(),
            libc::AT_EMPTY_PATH,
        )
    };
    Errno::last()
}
