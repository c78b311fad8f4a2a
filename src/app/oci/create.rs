//! `create` and `run`.

use super::bundle::{self, Bundle};
use super::failure::Failure;
use super::options::{Create, Global, Run};
use super::record::{self, Record, START_SOCKET};
use super::{console, delete, hooks, seal, wait};
use nix::sys::socket::{
    AddressFamily, Backlog, SockFlag, SockType, UnixAddr, bind, listen, socket,
};
use oci_spec::runtime::ContainerState;
use plimsoll_runtime::{Created, Fault, Gate, Op, Stdio, launch, plan};
use std::fs;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::Path;
use std::process::ExitCode;

/// `create`: the container waits until `start`.
///
/// # Errors
/// What the bundle, the machine or a hook says; nothing is left then.
pub fn create(global: &Global, options: &Create) -> Result<(), Failure> {
    let bundle = bundle::read(&options.bundle)?;
    seal::ensure()?;
    let directory = record::reserve(global, &options.id)?;
    let result = make(options, &bundle, &directory, true)
        .and_then(|(created, _)| console::deliver(&created, options.console_socket.as_deref()));
    if result.is_err() {
        discard(global, &directory);
    }
    result
}

/// `run`: created and started in one go; without `--detach` this process stays
/// until the container ends, and ends as it did.
///
/// # Errors
/// As [`create`].
pub fn run(global: &Global, options: &Run) -> Result<ExitCode, Failure> {
    let bundle = bundle::read(&options.create.bundle)?;
    seal::ensure()?;
    let directory = record::reserve(global, &options.create.id)?;
    let signals = wait::block_signals()?;
    let started =
        make(&options.create, &bundle, &directory, false).and_then(|(created, record)| {
            if options.detach || options.create.console_socket.is_some() {
                console::deliver(&created, options.create.console_socket.as_deref())?;
            }
            hooks::run_in_container(
                &record,
                hooks::Kind::StartContainer,
                ContainerState::Created,
            )?;
            created.start()?;
            hooks::run_after(&record, hooks::Kind::Poststart, ContainerState::Running);
            Ok((created, record))
        });
    let (created, record) = match started {
        Ok(started) => started,
        Err(failure) => {
            discard(global, &directory);
            return Err(failure);
        }
    };
    if options.detach {
        return Ok(ExitCode::SUCCESS);
    }
    let code = wait::until_end(&created, &signals)?;
    if !options.keep {
        delete::remove(global, &directory)?;
        hooks::run_after(&record, hooks::Kind::Poststop, ContainerState::Stopped);
    }
    Ok(ExitCode::from(code))
}

/// Makes the container and its record. `later` says that another process will
/// start it.
fn make(
    options: &Create,
    bundle: &Bundle,
    directory: &Path,
    later: bool,
) -> Result<(Created, Record), Failure> {
    let mut request = bundle.request()?;
    request.hooks = hooks::needed(&bundle.spec);
    if request.process.terminal && later && options.console_socket.is_none() {
        return Err(Failure::new(
            "cannot allocate tty if runc will detach without setting console socket",
        ));
    }
    let mut plan = plan(&request);
    if options.no_new_keyring {
        plan.ops.retain(|op| *op != Op::SessionKeyring);
    }
    for warning in &plan.warnings {
        eprintln!("plimsoll oci: warning: {warning}");
    }
    let gate = if later {
        Gate::Listener(start_socket(directory)?)
    } else {
        Gate::Control
    };
    let record_of = |pid| {
        let (path, rootfs) = (&bundle.path, &bundle.rootfs);
        Record::new(&options.id, pid, path, rootfs, bundle.spec.clone())
    };
    let mut run_hooks = |pid| {
        let record = record_of(pid);
        hooks::run_before_pivot(&record).map_err(|failure| Fault::Hook(failure.message))
    };
    let created = launch(&plan, Stdio::Inherit, gate, &mut run_hooks)?;
    let record = record_of(created.pid);
    record.save(directory)?;
    if let Some(path) = &options.pid_file {
        write_pid(path, created.pid)?;
    }
    Ok((created, record))
}

/// Writes a pid file by rename, so that nobody reads half a number.
pub fn write_pid(path: &Path, pid: i32) -> Result<(), Failure> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let new = path.with_file_name(format!(".{name}"));
    fs::write(&new, pid.to_string())
        .and_then(|()| fs::rename(&new, path))
        .map_err(|error| Failure::io("write", path, &error))
}

/// The socket on which the container will wait. Its path is given through a
/// descriptor, since a socket's name may not exceed 108 bytes.
fn start_socket(directory: &Path) -> Result<OwnedFd, Failure> {
    let fail = |error: nix::Error| Failure::new(format!("make the start socket: {error}"));
    let listener = socket(
        AddressFamily::Unix,
        SockType::SeqPacket,
        SockFlag::SOCK_CLOEXEC,
        None,
    )
    .map_err(fail)?;
    let parent =
        fs::File::open(directory).map_err(|error| Failure::io("open", directory, &error))?;
    let path = format!("/proc/self/fd/{}/{START_SOCKET}", parent.as_raw_fd());
    let address = UnixAddr::new(path.as_str()).map_err(fail)?;
    bind(listener.as_raw_fd(), &address).map_err(fail)?;
    listen(&listener, Backlog::new(1).map_err(fail)?).map_err(fail)?;
    Ok(listener)
}

fn discard(global: &Global, directory: &Path) {
    // The failure that led here is what the caller needs to hear.
    let _ = delete::remove(global, directory);
}
