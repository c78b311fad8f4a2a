//! Starting an exec instance, and its end.

use std::io;
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use plimsoll_runtime::zygote::CreateError;
use plimsoll_runtime::{
    Capabilities, CapabilitySet, CgroupMode, ExecRequest, Seccomp, User, plan_exec,
};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::{Exec, Progress};
use crate::containers::{Container, tell};
use crate::engine::Engine;
use crate::failure::{ApiFailure, ApiResult};
use crate::logs::Stream;
use crate::operations::Performance;
use crate::owners;
use crate::runtime_thread::fault;
use crate::spec;
use crate::streams::{Descriptor, pump, stdio_for};
use crate::supervisor::ExitStatus;

/// What an exec's children keep open beyond its end is not waited for longer
/// than this.
const DRAIN: Duration = Duration::from_millis(500);

/// Starts it. Its streams are those of `exec.stdio`.
///
/// # Errors
/// 409 when it was started before or its container does not run; 400 when the
/// command cannot be run.
pub async fn start(engine: &Rc<Engine>, exec: &Rc<Exec>, size: Option<[u32; 2]>) -> ApiResult<()> {
    let container = exec.container()?;
    exec.may_start(&container)?;
    // From here on nobody else starts it.
    exec.progress.send_replace(Progress::Running);
    match bring_up(engine, &container, exec, size).await {
        Ok((exit, pumps)) => {
            let action = format!("exec_start: {}", exec.config.cmd.join(" "));
            tell(engine, &container, &action, [("execID", exec.id.clone())]);
            let (engine, exec) = (engine.clone(), exec.clone());
            tokio::task::spawn_local(async move { watch(engine, exec, exit, pumps).await });
            Ok(())
        }
        Err((failure, code)) => {
            exec.exit_code.set(Some(code));
            exec.progress.send_replace(Progress::Exited);
            exec.stdio.reset();
            Err(failure)
        }
    }
}

type Started = (oneshot::Receiver<ExitStatus>, Vec<JoinHandle<()>>);

async fn bring_up(
    engine: &Rc<Engine>,
    container: &Rc<Container>,
    exec: &Rc<Exec>,
    size: Option<[u32; 2]>,
) -> Result<Started, (ApiFailure, i32)> {
    let plain = |failure: ApiFailure| (failure, 126);
    let _birth = container.births.read().await;
    // It may have been paused while this waited.
    container
        .record()
        .state
        .may_exec(&container.id)
        .map_err(plain)?;
    let request = request(engine, container, exec, size).map_err(plain)?;
    let plan = Arc::new(plan_exec(&request));
    let mut performance = Performance::of(&plan, engine.config.volumes_dir());
    let failed = |error: io::Error| plain(ApiFailure::from(error));
    let (child, ours) = stdio_for(
        &exec.stdio,
        exec.config.tty,
        exec.config.attach_stdin,
        engine.container_root(),
    )
    .map_err(failed)?;
    let runtime = engine.runtime().map_err(plain)?;
    let birth = engine.supervisor.birth();
    let created = runtime.exec(plan, child).await;
    performance.created(&created);
    let mut created = created.map_err(refusal)?;
    exec.pid.set(created.pid);
    let exit = engine.supervisor.expect(created.pid, &birth);
    drop(birth);
    let init = container.pid().unwrap_or(created.pid);
    owners::join(engine, container, init, &mut created).map_err(failed)?;
    let mut pumps = Vec::new();
    let mut spawn = |source: Rc<Descriptor>, stream: Stream| {
        pumps.push(tokio::task::spawn_local(pump(
            source,
            stream,
            exec.stdio.clone(),
            None,
        )));
    };
    if let Some(ours) = ours {
        spawn(
            Rc::new(Descriptor::new(ours.stdout).map_err(failed)?),
            Stream::Stdout,
        );
        spawn(
            Rc::new(Descriptor::new(ours.stderr).map_err(failed)?),
            Stream::Stderr,
        );
    } else if let Some(master) = created.console.take() {
        let attached = exec.stdio.attach_terminal(master, exec.config.attach_stdin);
        spawn(attached.map_err(failed)?, Stream::Stdout);
    }
    let told = Instant::now();
    let started = runtime.release(created).await;
    performance.started(&started, told);
    started.map_err(refusal)?;
    Ok((exit, pumps))
}

fn refusal(error: CreateError) -> (ApiFailure, i32) {
    match fault(&error) {
        Some(fault) => {
            // Docker's daemon has 126 where nothing says otherwise; 125 is what
            // its command has for `run`.
            let code = i32::from(fault.exit_code()).max(126);
            (ApiFailure::invalid(fault.docker_exec_message()), code)
        }
        None => (ApiFailure::internal(error.to_string()), 126),
    }
}

fn request(
    engine: &Rc<Engine>,
    container: &Rc<Container>,
    exec: &Exec,
    size: Option<[u32; 2]>,
) -> ApiResult<ExecRequest> {
    let record = container.record();
    let pid = container
        .pid()
        .ok_or_else(|| crate::containers::not_running(&container.id))?;
    let around = engine.surroundings(&container.directory);
    let mut process = spec::request(&record, &around)?.process;
    process.args = exec.config.cmd.0.clone();
    spec::overlay_env(
        &mut process.env,
        exec.config.env.as_deref().unwrap_or_default(),
    );
    if exec.config.tty {
        spec::default_env(&mut process.env, "TERM=xterm");
    }
    if !exec.config.working_dir.is_empty() {
        process.cwd = PathBuf::from(&exec.config.working_dir);
        if !process.cwd.is_absolute() {
            return Err(ApiFailure::invalid(
                "OCI runtime exec failed: exec failed: Cwd must be an absolute path: unknown",
            ));
        }
    }
    process.create_cwd = false;
    process.terminal = exec.config.tty;
    process.console_size = size
        .or(exec.config.console_size)
        .and_then(|[rows, columns]| Some((rows.try_into().ok()?, columns.try_into().ok()?)))
        .filter(|(rows, columns)| *rows > 0 && *columns > 0);
    if !exec.config.user.is_empty() {
        process.user = User::Named {
            user: exec.config.user.clone(),
            add_groups: record.host_config.group_add.clone().unwrap_or_default(),
        };
    }
    let mut seccomp = spec::seccomp(&record.host_config)?;
    if exec.config.privileged {
        process.capabilities = Capabilities::docker(CapabilitySet::ALL);
        seccomp = Seccomp::Unconfined;
    }
    Ok(ExecRequest {
        pid,
        process,
        seccomp,
        fake_ownership: around.single_user,
        cgroup: container
            .group()
            .map_or(CgroupMode::None, |group| group.mode()),
    })
}

async fn watch(
    engine: Rc<Engine>,
    exec: Rc<Exec>,
    exit: oneshot::Receiver<ExitStatus>,
    pumps: Vec<JoinHandle<()>>,
) {
    let code = exit.await.map_or(137, |status| status.code);
    let drained = async {
        for pump in pumps {
            let _ = pump.await;
        }
    };
    let _ = tokio::time::timeout(DRAIN, drained).await;
    exec.exit_code.set(Some(code));
    exec.pid.set(0);
    exec.progress.send_replace(Progress::Exited);
    exec.stdio.reset();
    if let Ok(container) = exec.container() {
        let more = [("execID", exec.id.clone()), ("exitCode", code.to_string())];
        tell(&engine, &container, "exec_die", more);
    }
}
