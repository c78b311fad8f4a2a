//! PID 1 of a lab, from its first instruction to the engine's seat.
//!
//! Two images of one process. The first binds the binary read-only and executes
//! it from there: a container that writes to `/proc/PID/exe` of anything of ours
//! meets EROFS (CVE-2019-5736). Ambient capabilities carry it across that
//! execve(2), which also makes the memory belong to the lab's user namespace.
//! The second image gives up what it no longer needs, sets the lab's host up and
//! calls the engine.

use std::convert::Infallible;
use std::ffi::{CString, OsString};
use std::io;
use std::os::fd::{AsFd, IntoRawFd, OwnedFd};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use nix::libc;
use plimsoll_runtime::sys;
use plimsoll_runtime::zygote::Zygote;
use plimsoll_text::Language;
use rustix::fs::{FlockOperation, StatVfsMountFlags};
use rustix::mount::{MountFlags, MountPropagationFlags, UnmountFlags};
use rustix::process::{DumpableBehavior, set_dumpable_behavior};

use crate::cgroup::LabCgroup;
use crate::grading;
use crate::id_map::IdMap;
use crate::lab_host;
use crate::launch::{ENTRY, LaunchError, report_pipe};
use crate::order::{self, Born, Order};
use crate::seat::EngineSeat;
use crate::vendor::SocketVendor;
use crate::words;

/// Namespaces of a lab that exist from the first instruction. The network
/// follows when the socket thread has been left behind in the host's.
pub(crate) const NAMESPACES: u64 = (libc::CLONE_NEWUSER
    | libc::CLONE_NEWNS
    | libc::CLONE_NEWPID
    | libc::CLONE_NEWUTS
    | libc::CLONE_NEWIPC) as u64;

type Result<T> = std::result::Result<T, LaunchError>;

/// The first image: executes the read-only bound binary as the second.
///
/// # Errors
/// Always returns one: on success it does not return.
pub(crate) fn run_from_bound_binary(
    order: &Order,
    pid: i32,
    id_map: IdMap,
    starting: impl AsFd,
    held: OwnedFd,
    cgroup: Option<&LabCgroup>,
) -> Result<Infallible> {
    let slave = MountPropagationFlags::DOWNSTREAM | MountPropagationFlags::REC;
    rustix::mount::mount_change("/", slave)
        .map_err(|errno| LaunchError::step(words::step_keep_mounts_to_itself)(errno.into()))?;
    let program =
        own_program(order.language()).map_err(LaunchError::step(words::step_find_program))?;
    let (binary, program) = match &order.view {
        None => {
            let binary = order.paths.lab_dir().join("engine");
            bind_read_only(&program, &binary)
                .map_err(LaunchError::step(words::step_bind_program_read_only))?;
            (binary, program)
        }
        Some(view) => {
            grading::enter(&order.paths, view, id_map.starter(), &program)?;
            (
                grading::binary().to_path_buf(),
                grading::binary().to_path_buf(),
            )
        }
    };
    keep_capabilities()
        .map_err(|errno| LaunchError::step(words::step_keep_capabilities)(errno.into()))?;
    // Descriptors by position: the start lock as standard input, the report as
    // standard output, the log as standard error.
    sys::duplicate_to(&starting, 0)
        .map_err(|errno| LaunchError::step(words::step_pass_start_lock_on)(errno.into()))?;
    let lock = rustix::io::dup(&held)
        .map_err(|errno| LaunchError::step(words::step_pass_lock_on)(errno.into()))?
        .into_raw_fd();
    let cgroup = cgroup
        .map(LabCgroup::hand_on)
        .transpose()
        .map_err(LaunchError::step(words::step_pass_cgroup_on))?;
    let order = Order {
        born: Some(Born {
            pid,
            id_map,
            lock,
            program,
            cgroup,
        }),
        ..order.clone()
    };
    Err(LaunchError::step(words::step_run_program)(execute(
        &binary, &order,
    )))
}

/// The path of this program, which must still be the file that runs.
fn own_program(language: Language) -> io::Result<PathBuf> {
    let program = std::fs::read_link("/proc/self/exe")?;
    let running = std::fs::metadata("/proc/self/exe")?;
    // By its path in the lab's own mounts: what /proc/self/exe leads to is a
    // mount of the host's namespace and may not be bound.
    let named = std::fs::metadata(&program).ok();
    if named.map(|named| (named.dev(), named.ino())) != Some((running.dev(), running.ino())) {
        return Err(io::Error::other(words::program_replaced(language)));
    }
    Ok(program)
}

fn bind_read_only(program: &Path, target: &Path) -> io::Result<()> {
    std::fs::OpenOptions::new()
        .create(true)
        .append(true)
        .open(target)?;
    rustix::mount::mount_bind(program, target)?;
    let found = rustix::fs::statvfs(target)?.f_flag;
    // Flags that came from the host are locked and have to be repeated.
    let mut flags = MountFlags::BIND | MountFlags::RDONLY | MountFlags::NOSUID | MountFlags::NODEV;
    if found.contains(StatVfsMountFlags::NOEXEC) {
        flags |= MountFlags::NOEXEC;
    }
    Ok(rustix::mount::mount_remount(target, flags, "")?)
}

fn keep_capabilities() -> sys::Result<()> {
    let (effective, permitted, _) = sys::capget()?;
    sys::capset(effective, permitted, permitted)?;
    for capability in (0..64_u8).filter(|bit| permitted & (1 << bit) != 0) {
        sys::raise_ambient(capability)?;
    }
    Ok(())
}

fn execute(binary: &Path, order: &Order) -> io::Error {
    let text = |bytes: Vec<u8>| CString::new(bytes).unwrap_or_default();
    let lab = order.paths.lab().as_str();
    let arguments: Vec<CString> = ["plimsoll", ENTRY, "inner", lab]
        .iter()
        .map(|argument| text(argument.as_bytes().to_vec()))
        .collect();
    let mut order_variable = OsString::from(order::VARIABLE);
    order_variable.push("=");
    order_variable.push(order.to_json());
    let environment: Vec<CString> = std::env::vars_os()
        .filter(|(name, _)| name != order::VARIABLE)
        .map(|(name, value)| [name.as_bytes(), b"=", value.as_bytes()].concat())
        .chain([order_variable.into_vec()])
        .map(text)
        .collect();
    let arguments: Vec<_> = arguments.iter().map(CString::as_c_str).collect();
    let environment: Vec<_> = environment.iter().map(CString::as_c_str).collect();
    let program = text(binary.as_os_str().as_bytes().to_vec());
    sys::execve(&program, &arguments, &environment).into()
}

/// The second image: sets the lab's host up and serves until the engine returns.
pub(crate) fn become_engine(order: Order, serve: fn(EngineSeat) -> ExitCode) -> ExitCode {
    let lab = order.paths.lab().clone();
    let socket = match &order.view {
        None => order.paths.socket(),
        Some(_) => grading::inner_paths(&lab).socket(),
    };
    let language = order.language();
    match take_seat(order) {
        Ok(seat) => {
            let code = serve(seat);
            // A lab that ended in good order leaves no name behind.
            let _ = std::fs::remove_file(socket);
            code
        }
        Err(error) => {
            error.report(language, lab.as_str());
            ExitCode::FAILURE
        }
    }
}

fn take_seat(order: Order) -> Result<EngineSeat> {
    let born = order.born.ok_or_else(|| {
        LaunchError::step(words::step_read_order)(io::Error::other("it names no engine"))
    })?;
    // First of all: from here on only the lab's owner outside can look in.
    set_dumpable_behavior(DumpableBehavior::NotDumpable)
        .map_err(|errno| LaunchError::step(words::step_protect_memory)(errno.into()))?;
    shed_inheritance().map_err(|errno| {
        LaunchError::step(words::step_shed_inheritable_capabilities)(errno.into())
    })?;
    let held = sys::adopt_descriptor(born.lock)
        .map_err(|errno| LaunchError::step(words::step_hold_lock)(errno.into()))?;
    // Held until the kernel takes it back at the engine's end.
    std::mem::forget(held);
    let cgroup = born
        .cgroup
        .map(LabCgroup::adopt)
        .transpose()
        .map_err(LaunchError::step(words::step_pass_cgroup_on))?;
    raise_descriptor_limit();
    let grading = order.view.is_some();
    let limits = order.view.as_ref().map(|view| view.limits.clone());
    let paths = match &order.view {
        None => {
            let binary = order.paths.lab_dir().join("engine");
            // The running image keeps the mount; its name would only puzzle a learner.
            let _ = rustix::mount::unmount(&binary, UnmountFlags::DETACH);
            lab_host::mounts(&order.paths)?;
            order.paths
        }
        Some(view) => {
            grading::limit_processes(&view.limits);
            lab_host::name(order.paths.lab())?;
            grading::inner_paths(order.paths.lab())
        }
    };
    let closed = match grading {
        false => Vec::new(),
        true => vec![paths.store().to_path_buf()],
    };
    let zygote =
        Zygote::fork_closing(closed).map_err(LaunchError::step(words::step_fork_zygote))?;
    if let Some(limits) = &limits {
        grading::limit_containers(limits, zygote.pid())
            .map_err(LaunchError::step(words::step_limit_containers))?;
    }
    let socket_vendor = (!grading)
        .then(SocketVendor::start)
        .transpose()
        .map_err(LaunchError::step(words::step_start_socket_thread))?;
    lab_host::network(born.id_map.starter())?;
    let network = std::fs::File::open("/proc/self/ns/net")
        .map_err(LaunchError::step(words::step_look_at_network))?;
    zygote.enter_network(&network).map_err(|error| {
        LaunchError::step(words::step_take_zygote_along)(io::Error::other(error))
    })?;

    let ready = report_pipe(born.pid).ok_or_else(|| {
        LaunchError::step(words::step_keep_way_to_client)(io::Error::other("no standard output"))
    })?;
    lab_host::leave_client_streams()?;
    Ok(EngineSeat {
        lab: paths.lab().clone(),
        started_by_root: born.id_map.starter().is_root(),
        paths,
        id_map: born.id_map,
        grading,
        publish_on_host: order.publish_on_host,
        socket_vendor,
        cgroup,
        zygote,
        pid_on_host: born.pid,
        program: born.program,
        ready,
    })
}

/// Ambient and inheritable capabilities were for one execve; a container must
/// not find any (CVE-2022-29162).
fn shed_inheritance() -> sys::Result<()> {
    sys::clear_ambient()?;
    let (effective, permitted, _) = sys::capget()?;
    sys::capset(effective, permitted, 0)
}

/// Two descriptors and more a container: as many as the machine allows.
fn raise_descriptor_limit() {
    use rustix::process::{Resource, getrlimit, setrlimit};
    let mut limit = getrlimit(Resource::Nofile);
    limit.current = limit.maximum;
    // A smaller limit is a smaller lab, not a failure.
    let _ = setrlimit(Resource::Nofile, limit);
}

/// Lets the next starter look: called when the engine is ready or has failed.
pub(crate) fn release_start_lock() {
    let _ = rustix::fs::flock(io::stdin().as_fd(), FlockOperation::Unlock);
}
