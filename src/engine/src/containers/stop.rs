//! Ending and halting: stop, kill, restart, pause, unpause.

use std::rc::Rc;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill as send};
use nix::unistd::Pid;
use plimsoll_api::ContainerStatus as Status;
use plimsoll_api::operation::Facts;

use super::container::Container;
use super::freeze;
use super::processes;
use super::signal;
use super::start;
use super::state::Step;
use super::tell::tell;
use crate::engine::Engine;
use crate::failure::{ApiFailure, ApiResult};
use crate::operations::{note, note_timed};
use crate::timestamp;

/// Seconds between the first signal and SIGKILL, unless given.
const DEFAULT_TIMEOUT: i64 = 10;

/// How a container is stopped.
#[derive(Debug, Clone, Default)]
pub struct StopOptions {
    /// Seconds; negative waits for ever.
    pub timeout: Option<i64>,
    /// By name or number.
    pub signal: Option<String>,
}

/// `POST /containers/{id}/stop`.
///
/// # Errors
/// 400 for an unknown signal.
pub async fn stop(
    engine: &Rc<Engine>,
    container: &Rc<Container>,
    options: &StopOptions,
) -> ApiResult<Step> {
    let _operation = container.operation.lock().await;
    if container.record().state.may_stop() == Step::Already {
        return Ok(Step::Already);
    }
    stop_locked(engine, container, options).await?;
    tell(engine, container, "stop", []);
    Ok(Step::Go)
}

async fn stop_locked(
    engine: &Rc<Engine>,
    container: &Rc<Container>,
    options: &StopOptions,
) -> ApiResult<()> {
    let (wanted, timeout) = {
        let config = &container.record().config;
        let own = Some(config.stop_signal.clone()).filter(|signal| !signal.is_empty());
        let timeout = options.timeout.or(config.stop_timeout);
        (
            options.signal.clone().or(own),
            timeout.unwrap_or(DEFAULT_TIMEOUT),
        )
    };
    let number = signal::parse(wanted.as_deref().unwrap_or("TERM"))?;
    container.change(|record| record.stopped_by_hand = true);
    if give_up_restarting(container) {
        return Ok(());
    }
    let mut exits = container.watch_exits();
    let before = exits.borrow_and_update().count;
    let gone = |exits: &super::container::Exits| exits.count != before || exits.removed;
    let mut sent = Instant::now();
    deliver(engine, container, number)?;
    // A stopped process takes no signal but SIGKILL.
    resume(container);
    let ended = exits.wait_for(gone);
    if timeout < 0 {
        let _ = ended.await;
        note_end(container, sent);
        return Ok(());
    }
    let patience = Duration::from_secs(timeout.unsigned_abs());
    if tokio::time::timeout(patience, ended).await.is_err() {
        note_timed(Facts::Patience {}, sent.elapsed());
        sent = Instant::now();
        deliver(engine, container, Signal::SIGKILL as i32)?;
        let_die(container);
        let _ = exits.wait_for(gone).await;
    }
    note_end(container, sent);
    Ok(())
}

fn note_end(container: &Container, since: Instant) {
    let code = container.record().state.exit_code.into();
    note_timed(Facts::End { code }, since.elapsed());
}

/// Notes a signal to a container's first process.
fn note_signal(number: i32, process: i32) {
    let signal = Signal::try_from(number).map_or("", Signal::as_str);
    note(Facts::Signal {
        signal: signal.trim_start_matches("SIG").to_owned(),
        number,
        process,
    });
}

fn note_change(action: &str, detail: &str) {
    note(Facts::Change {
        action: action.to_owned(),
        detail: detail.to_owned(),
    });
}

/// Breaks off a wait between two starts; whether there was one.
fn give_up_restarting(container: &Container) -> bool {
    if container.record().state.status != Status::Restarting {
        return false;
    }
    container.restart_cancelled.notify_waiters();
    container.change(|record| {
        let code = record.state.exit_code;
        record.state.exited(code, timestamp::now());
    });
    true
}

/// `POST /containers/{id}/kill`.
///
/// # Errors
/// 400 for an unknown signal, 409 unless it runs.
pub fn kill(engine: &Rc<Engine>, container: &Rc<Container>, name: Option<&str>) -> ApiResult<()> {
    let number = signal::parse(name.unwrap_or("KILL"))?;
    if container.pid().is_none() {
        return Err(ApiFailure::conflict(format!(
            "cannot kill container: {}: container {} is not running",
            container.name(),
            container.id
        )));
    }
    let own = container.record().config.stop_signal.clone();
    let stops = number == Signal::SIGKILL as i32
        || signal::parse(if own.is_empty() { "TERM" } else { &own }).is_ok_and(|n| n == number);
    if stops {
        // As in dockerd: whoever kills does not want it back.
        container.change(|record| record.stopped_by_hand = true);
    }
    deliver(engine, container, number)?;
    if number == Signal::SIGKILL as i32 {
        let_die(container);
    }
    Ok(())
}

/// Sends a signal to the container's init. A process that has just ended is no
/// error: its exit is on the way.
fn deliver(engine: &Rc<Engine>, container: &Rc<Container>, number: i32) -> ApiResult<()> {
    if let Some(pid) = container.pid() {
        signal::send(pid, number)?;
        note_signal(number, pid);
        tell(engine, container, "kill", [("signal", number.to_string())]);
    }
    Ok(())
}

/// SIGKILL to the container's init, which ends all the others.
///
/// # Errors
/// What `kill(2)` says.
pub fn end(container: &Container) -> ApiResult<()> {
    if let Some(pid) = container.pid() {
        signal::send(pid, Signal::SIGKILL as i32)?;
        note_signal(Signal::SIGKILL as i32, pid);
        let_die(container);
    }
    Ok(())
}

/// What stands still in a freezer of cgroup v1 does not die of SIGKILL, and a pause may
/// be under way that no state tells of: after each one everything goes on, and a pause
/// that comes to its end later sees what was killed.
fn let_die(container: &Container) {
    container.killed.set(container.pid());
    resume(container);
    if let Some(group) = container.group().filter(|group| group.can_freeze()) {
        group.thaw();
    }
}

fn resume(container: &Container) {
    if container.record().state.status != Status::Paused {
        return;
    }
    match container.group().filter(|group| group.can_freeze()) {
        Some(group) => group.thaw(),
        None => go_on(container),
    }
    container.change(|record| record.state.status = Status::Running);
}

fn go_on(container: &Container) {
    if let Some(pid) = container.pid() {
        let processes = processes::of_container(container, pid);
        for process in processes::children_first(&processes) {
            let _ = send(Pid::from_raw(process), Signal::SIGCONT);
        }
    }
}

/// `POST /containers/{id}/restart`.
///
/// # Errors
/// As stop and start.
pub async fn restart(
    engine: &Rc<Engine>,
    container: &Rc<Container>,
    options: &StopOptions,
) -> ApiResult<()> {
    {
        let _operation = container.operation.lock().await;
        if container.record().state.is_running() {
            stop_locked(engine, container, options).await?;
            tell(engine, container, "stop", []);
        }
    }
    start::start(engine, container).await?;
    tell(engine, container, "restart", []);
    Ok(())
}

/// `POST /containers/{id}/pause`: by the freezer, or where there is none by SIGSTOP
/// to every process.
///
/// # Errors
/// 409 unless it runs; 500 where the kernel does not let it.
pub async fn pause(engine: &Rc<Engine>, container: &Rc<Container>) -> ApiResult<()> {
    let _no_birth = container.births.write().await;
    container.record().state.may_pause(&container.id)?;
    let Some(pid) = container.pid() else {
        return Err(super::state::not_running(&container.id));
    };
    if engine.cgroups.can_freeze() {
        let refused = |error: std::io::Error| {
            let (id, reason) = match error.raw_os_error() {
                Some(nix::libc::EBUSY) => (
                    &container.id,
                    "its processes did not stand still in time and go on; try again".to_owned(),
                ),
                _ => (&container.id, crate::failure::reason(&error)),
            };
            ApiFailure::internal(format!("Cannot pause container {id}: {reason}"))
        };
        let group = freeze::into_freezer(engine, container, pid).map_err(refused)?;
        group.freeze().await.map_err(refused)?;
        if container.killed.get() == Some(pid) {
            group.thaw();
            return Err(super::state::not_running(&container.id));
        }
        // It may have ended meanwhile.
        container.record().state.may_pause(&container.id)?;
    } else {
        halt(container, pid);
    }
    container.change(|record| record.state.status = Status::Paused);
    note_change("pause", "");
    tell(engine, container, "pause", []);
    Ok(())
}

/// SIGSTOP to every process. One that forks meanwhile is met in the next round;
/// a stopped one forks no more.
fn halt(container: &Container, pid: i32) {
    let mut stopped = std::collections::BTreeSet::new();
    loop {
        let fresh: Vec<i32> = processes::of_container(container, pid)
            .into_iter()
            .filter(|process| stopped.insert(*process))
            .collect();
        if fresh.is_empty() {
            break;
        }
        for process in fresh {
            let _ = send(Pid::from_raw(process), Signal::SIGSTOP);
        }
    }
}

/// `POST /containers/{id}/unpause`.
///
/// # Errors
/// 409 unless it is paused.
pub fn unpause(engine: &Rc<Engine>, container: &Rc<Container>) -> ApiResult<()> {
    container.record().state.may_unpause(&container.id)?;
    resume(container);
    note_change("unpause", "");
    tell(engine, container, "unpause", []);
    Ok(())
}
