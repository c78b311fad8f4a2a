//! Hooks of a specification (config.md, "POSIX-platform Hooks").
//!
//! `prestart` and `createRuntime` run here once the namespaces exist and
//! before the root file system is entered; `createContainer` and
//! `startContainer` run in the container's namespaces; `poststart` and
//! `poststop` run here, and their failure is only told.

use super::failure::Failure;
use super::record::Record;
use oci_spec::runtime::{ContainerState, Hook, Spec};
use plimsoll_runtime::{ExecPlan, Op, Stdio, launch_exec, reap};
use std::io::Write;
use std::os::fd::AsFd;
use std::os::unix::process::CommandExt;
use std::process::{Command, Stdio as Stream};

/// When a hook runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Prestart,
    CreateRuntime,
    CreateContainer,
    StartContainer,
    Poststart,
    Poststop,
}

/// The hooks of that kind.
fn of(spec: &Spec, kind: Kind) -> &[Hook] {
    let Some(hooks) = spec.hooks() else {
        return &[];
    };
    let list = match kind {
        Kind::Prestart => hooks.prestart(),
        Kind::CreateRuntime => hooks.create_runtime(),
        Kind::CreateContainer => hooks.create_container(),
        Kind::StartContainer => hooks.start_container(),
        Kind::Poststart => hooks.poststart(),
        Kind::Poststop => hooks.poststop(),
    };
    list.as_deref().unwrap_or(&[])
}

/// Whether any hook runs before the root file system is entered.
pub fn needed(spec: &Spec) -> bool {
    [Kind::Prestart, Kind::CreateRuntime, Kind::CreateContainer]
        .into_iter()
        .any(|kind| !of(spec, kind).is_empty())
}

/// Whether hooks run in the container at its start.
pub fn needed_at_start(spec: &Spec) -> bool {
    !of(spec, Kind::StartContainer).is_empty()
}

/// All that run before the root file system is entered, in order.
pub fn run_before_pivot(record: &Record) -> Result<(), Failure> {
    for kind in [Kind::Prestart, Kind::CreateRuntime] {
        for (index, hook) in of(&record.spec, kind).iter().enumerate() {
            run_here(record, hook, ContainerState::Creating)
                .map_err(|words| failed(kind, index, &words))?;
        }
    }
    run_in_container(record, Kind::CreateContainer, ContainerState::Creating)
}

fn failed(kind: Kind, index: usize, words: &str) -> Failure {
    let name = match kind {
        Kind::Prestart => "prestart",
        Kind::CreateRuntime => "createRuntime",
        Kind::CreateContainer => "createContainer",
        Kind::StartContainer => "startContainer",
        Kind::Poststart => "poststart",
        Kind::Poststop => "poststop",
    };
    Failure::new(format!("{name} hook #{index}: {words}"))
}

/// Hooks whose failure does not undo what has happened.
pub fn run_after(record: &Record, kind: Kind, status: ContainerState) {
    for (index, hook) in of(&record.spec, kind).iter().enumerate() {
        if let Err(words) = run_here(record, hook, status) {
            eprintln!(
                "plimsoll oci: warning: {}",
                failed(kind, index, &words).message
            );
        }
    }
}

/// Runs a hook in the namespaces of this process.
fn run_here(record: &Record, hook: &Hook, status: ContainerState) -> Result<(), String> {
    let mut command = Command::new(hook.path());
    if let Some((name, rest)) = hook.args().as_deref().and_then(<[String]>::split_first) {
        command.arg0(name).args(rest);
    }
    let pairs = hook
        .env()
        .iter()
        .flatten()
        .filter_map(|pair| pair.split_once('='));
    let mut child = command
        .env_clear()
        .envs(pairs)
        .current_dir(&record.bundle)
        .stdin(Stream::piped())
        .spawn()
        .map_err(|error| format!("{}: {error}", hook.path().display()))?;
    let pidfd = plimsoll_runtime::sys::pidfd_open(child.id() as i32).map_err(|e| e.to_string())?;
    if let Some(mut input) = child.stdin.take() {
        // A hook need not read it.
        let _ = input.write_all(record.state(status).to_string().as_bytes());
    }
    if !ends_in_time(pidfd.as_fd(), hook) {
        let _ = child.kill();
        let _ = child.wait();
        return Err("hook ran past specified timeout".to_owned());
    }
    let result = child.wait().map_err(|error| error.to_string())?;
    if result.success() {
        Ok(())
    } else {
        Err(format!("error running hook: {result}"))
    }
}

/// Waits for as long as the hook may take; without a limit, for ever.
fn ends_in_time(pidfd: std::os::fd::BorrowedFd<'_>, hook: &Hook) -> bool {
    use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
    let seconds = hook.timeout().filter(|seconds| *seconds > 0);
    let timeout = match seconds.map(|seconds| i32::try_from(seconds.saturating_mul(1000))) {
        Some(Ok(millis)) => PollTimeout::try_from(millis).unwrap_or(PollTimeout::NONE),
        _ => PollTimeout::NONE,
    };
    let mut ended = [PollFd::new(pidfd, PollFlags::POLLIN)];
    loop {
        match poll(&mut ended, timeout) {
            Err(nix::Error::EINTR) => {}
            Ok(0) => return false,
            _ => return true,
        }
    }
}

/// Runs hooks in the namespaces of the container.
pub fn run_in_container(
    record: &Record,
    kind: Kind,
    status: ContainerState,
) -> Result<(), Failure> {
    for (index, hook) in of(&record.spec, kind).iter().enumerate() {
        enter(record, hook, status).map_err(|words| failed(kind, index, &words))?;
    }
    Ok(())
}

fn enter(record: &Record, hook: &Hook, status: ContainerState) -> Result<(), String> {
    let path = hook.path().to_string_lossy().into_owned();
    let args = hook
        .args()
        .clone()
        .filter(|args| !args.is_empty())
        .unwrap_or(vec![path.clone()]);
    let plan = ExecPlan {
        ops: vec![
            Op::JoinContainer {
                pid: record.pid,
                cgroup: None,
            },
            Op::BecomeRoot,
            Op::FindCommand(vec![path]),
            Op::AwaitStart,
            Op::Execute {
                args,
                env: hook.env().clone().unwrap_or_default(),
            },
        ],
    };
    let words = |error: std::io::Error| error.to_string();
    let (reader, mut writer) = std::io::pipe().map_err(words)?;
    let copy = |stream: std::os::fd::BorrowedFd<'_>| stream.try_clone_to_owned().map_err(words);
    let stdio = Stdio::Streams {
        stdin: reader.into(),
        stdout: copy(std::io::stdout().as_fd())?,
        stderr: copy(std::io::stderr().as_fd())?,
    };
    let created = launch_exec(&plan, stdio).map_err(|error| error.to_string())?;
    created.start().map_err(|error| error.to_string())?;
    let _ = writer.write_all(record.state(status).to_string().as_bytes());
    drop(writer);
    if !ends_in_time(created.pidfd.as_fd(), hook) {
        let _ = plimsoll_runtime::process::signal(&created.pidfd, nix::libc::SIGKILL);
        let _ = reap::wait_for(created.pid);
        return Err("hook ran past specified timeout".to_owned());
    }
    match reap::wait_for(created.pid).map(reap::ExitStatus::code) {
        Ok(0) => Ok(()),
        Ok(code) => Err(format!("error running hook: exit status {code}")),
        Err(error) => Err(error.to_string()),
    }
}
