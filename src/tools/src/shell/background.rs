//! Background lists as real child processes, and the table of them.
//!
//! brush would run `LIST &` as a task without a process number. Here a child
//! of our own is started, given the shell's state, and waited for by a task
//! that keeps its exit status until somebody asks.

use std::io::{Seek, SeekFrom, Write};
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{ExitStatus, Stdio};
use std::sync::{LazyLock, Mutex, MutexGuard, PoisonError};

use brush_core::env::{EnvironmentLookup, EnvironmentScope};
use brush_core::parser::ast::{Command as Syntax, Program};
use brush_core::variables::ShellValueLiteral;
use nix::sys::memfd::{MFdFlags, memfd_create};
use nix::sys::signal::Signal;
use nix::unistd::Pid;
use tokio::sync::Notify;

use super::builtins::Context;
use super::invocation::BACKGROUND;
use super::{Extensions, Shell, builtins, rewrite, run, signals};

/// A background list that was started and whose end was not yet asked for.
#[derive(Debug, Clone)]
pub struct Job {
    /// The number behind `%`.
    pub number: usize,
    pub pid: i32,
    pub text: String,
    /// The exit code, once it has ended.
    pub ended: Option<u8>,
    /// Whether it leads a process group of its own, as under job control.
    pub leads_group: bool,
}

static JOBS: Mutex<Vec<Job>> = Mutex::new(Vec::new());
/// Wakes `wait` when a job ends.
pub static ENDED: LazyLock<Notify> = LazyLock::new(Notify::new);

pub fn jobs() -> MutexGuard<'static, Vec<Job>> {
    JOBS.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Starts the list that `text` holds and makes it `$!`.
pub fn start(context: &mut Context<'_>, text: &str) -> Result<u8, brush_core::Error> {
    let interactive = context.shell.options().interactive;
    let (mut command, state) = child_command(context, text)?;
    if interactive {
        command.process_group(0);
    }
    let child = tokio::process::Command::from(command).spawn()?;
    drop(state);
    let pid = child.id().and_then(|pid| i32::try_from(pid).ok());
    let pid = pid.unwrap_or_default();
    let number = {
        let mut jobs = jobs();
        let number = jobs.iter().map(|job| job.number).max().unwrap_or(0) + 1;
        jobs.push(Job {
            number,
            pid,
            text: text.to_owned(),
            ended: None,
            leads_group: interactive,
        });
        number
    };
    tokio::spawn(watch(child, pid));
    if interactive {
        writeln!(context.stderr(), "[{number}] {pid}")?;
    }
    context.shell.env_mut().update_or_add(
        rewrite::LAST_BACKGROUND,
        ShellValueLiteral::Scalar(pid.to_string()),
        |_| Ok(()),
        EnvironmentLookup::OnlyInGlobal,
        EnvironmentScope::Global,
    )?;
    Ok(0)
}

async fn watch(mut child: tokio::process::Child, pid: i32) {
    let code = child.wait().await.map_or(127, exit_code);
    if let Some(job) = jobs().iter_mut().find(|job| job.pid == pid) {
        job.ended = Some(code);
    }
    ENDED.notify_waiters();
}

fn exit_code(status: ExitStatus) -> u8 {
    let code = match (status.code(), status.signal()) {
        (Some(code), _) => code,
        (None, signal) => 128 + signal.unwrap_or(0),
    };
    u8::try_from(code & 0xff).unwrap_or(1)
}

/// Ourselves again, with the shell's state in a file that only the child sees.
/// It must stay open until the child exists: the descriptor's number is its name.
fn child_command(
    context: &Context<'_>,
    text: &str,
) -> Result<(std::process::Command, std::fs::File), brush_core::Error> {
    let state = serde_json::to_vec(&(&*context.shell, text, std::process::id()))
        .map_err(std::io::Error::other)?;
    let mut file = std::fs::File::from(memfd(c"shell-state")?);
    file.write_all(&state)?;
    file.seek(SeekFrom::Start(0))?;
    let mut command = std::process::Command::new("/proc/self/exe");
    let name = context.shell.current_shell_name().unwrap_or_default();
    let posix = name.rsplit('/').next() == Some("sh");
    command
        .arg0(if posix { "sh" } else { "bash" })
        .arg(BACKGROUND)
        .arg(file.as_raw_fd().to_string())
        .current_dir(context.shell.working_dir())
        .env_clear();
    for (name, variable) in context.shell.env().iter_exported() {
        if variable.value().is_set() {
            let value = variable.value().to_cow_str(context.shell);
            command.env(name, value.as_ref());
        }
    }
    if context.shell.options().interactive {
        if let Some(input) = context.try_fd(0) {
            command.stdin(input);
        }
    } else {
        command.stdin(Stdio::null());
    }
    if let Some(output) = context.try_fd(1) {
        command.stdout(output);
    }
    if let Some(errors) = context.try_fd(2) {
        command.stderr(errors);
    }
    Ok((command, file))
}

fn memfd(name: &std::ffi::CStr) -> Result<OwnedFd, std::io::Error> {
    Ok(memfd_create(name, MFdFlags::empty())?)
}

/// The child's side: takes the state and runs the list to its end.
pub async fn continue_as_child(descriptor: i32) -> i32 {
    let path = format!("/proc/self/fd/{descriptor}");
    let state = std::fs::read(&path);
    let _ = nix::unistd::close(descriptor);
    let parsed = state
        .ok()
        .and_then(|state| serde_json::from_slice::<(Shell, String, u32)>(&state).ok());
    let Some((mut shell, text, parent)) = parsed else {
        eprintln!("bash: the state of the background list is unreadable");
        return 2;
    };
    for (name, builtin) in builtins::of_brush(shell.options().sh_mode) {
        shell.register_builtin(name, builtin);
    }
    builtins::register(&mut shell);
    shell.options_mut().interactive = false;
    // Traps are the parent's; only ignored signals would be inherited.
    *shell.traps_mut() = brush_core::traps::TrapHandlerConfig::default();
    signals::begin(false);
    let text = match shell.parse_string(text.as_str()) {
        Ok(program) => {
            let program = rewrite::with_shell_number(program, parent);
            let exec = if is_one_program(&mut shell, &program) {
                "exec "
            } else {
                ""
            };
            format!("{exec}{program}")
        }
        Err(_) => text,
    };
    run::to_the_end(&mut shell, &text, "main").await
}

/// Whether the list is one external program: the child becomes it, so that the
/// number in `$!` is the program's own.
fn is_one_program(shell: &mut brush_core::Shell<Extensions>, program: &Program) -> bool {
    let [list] = program.complete_commands.as_slice() else {
        return false;
    };
    let [item] = list.0.as_slice() else {
        return false;
    };
    let pipeline = &item.0.first;
    let [Syntax::Simple(command)] = pipeline.seq.as_slice() else {
        return false;
    };
    let Some(name) = command
        .word_or_name
        .as_ref()
        .map(|word| word.value.as_str())
    else {
        return false;
    };
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "_-./+".contains(letter);
    item.0.additional.is_empty()
        && !pipeline.bang
        && pipeline.timed.is_none()
        && command.prefix.is_none()
        && name.chars().all(plain)
        && !shell.builtins().contains_key(name)
        && !shell.aliases().contains_key(name)
        && shell.funcs().get(name).is_none()
        && (name.contains('/') || shell.find_first_executable_in_path(name).is_some())
}

/// Sends a signal to a job: to its group where it leads one.
pub fn signal_job(job: &Job, signal: Option<Signal>) -> nix::Result<()> {
    let pid = Pid::from_raw(if job.leads_group { -job.pid } else { job.pid });
    nix::sys::signal::kill(pid, signal)
}

/// The job that `%1`, `%%`, `%+`, `%-`, `%text` or a process number names.
pub fn find(name: &str) -> Option<Job> {
    let jobs = jobs();
    let Some(spec) = name.strip_prefix('%') else {
        let pid: i32 = name.parse().ok()?;
        return jobs.iter().find(|job| job.pid == pid).cloned();
    };
    match spec {
        "" | "%" | "+" => jobs.last().cloned(),
        "-" => jobs.iter().rev().nth(1).cloned(),
        _ => match spec.parse::<usize>() {
            Ok(number) => jobs.iter().find(|job| job.number == number).cloned(),
            Err(_) => jobs.iter().find(|job| job.text.starts_with(spec)).cloned(),
        },
    }
}

/// Forgets a job and returns its exit code, if it has ended.
pub fn take_ended(pid: i32) -> Option<u8> {
    let mut jobs = jobs();
    let index = jobs.iter().position(|job| job.pid == pid)?;
    let code = jobs[index].ended?;
    jobs.remove(index);
    Some(code)
}
