//! Processes added to a running container.

mod run;

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::{Rc, Weak};

use plimsoll_api::exec::ExecProcess;
use plimsoll_api::{ExecCreate, ExecInspect};
use tokio::sync::watch;

pub use run::start;

use crate::containers::{Container, tell};
use crate::engine::Engine;
use crate::failure::{ApiFailure, ApiResult};
use crate::identity;
use crate::streams::Stdio;

/// Where an exec instance is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Progress {
    Created,
    Running,
    Exited,
}

/// One exec instance.
#[derive(Debug)]
pub struct Exec {
    /// 64 hexadecimal digits.
    pub id: String,
    /// As the client asked for it.
    pub config: ExecCreate,
    /// Its streams.
    pub stdio: Rc<Stdio>,
    /// Where it is in its life.
    pub progress: watch::Sender<Progress>,
    /// PID in the lab, while it runs.
    pub pid: Cell<i32>,
    /// Known once it has ended.
    pub exit_code: Cell<Option<i32>>,
    container: Weak<Container>,
}

impl Exec {
    /// Its container, unless that was removed.
    ///
    /// # Errors
    /// 404 once the container is gone.
    pub fn container(&self) -> ApiResult<Rc<Container>> {
        self.container.upgrade().ok_or_else(|| unknown(&self.id))
    }

    /// May it be started?
    ///
    /// # Errors
    /// 409 when it was started before or its container does not run.
    pub fn may_start(&self, container: &Container) -> ApiResult<()> {
        if *self.progress.borrow() != Progress::Created {
            return Err(ApiFailure::conflict(format!(
                "Error: Exec command {} has already run",
                self.id
            )));
        }
        container.record().state.may_exec(&container.id)
    }

    /// `GET /exec/{id}/json`.
    ///
    /// # Errors
    /// 404 once the container is gone.
    pub fn inspect(&self) -> ApiResult<ExecInspect> {
        let container = self.container()?;
        let running = *self.progress.borrow() == Progress::Running;
        let mut words = self.config.cmd.iter().cloned();
        Ok(ExecInspect {
            id: self.id.clone(),
            running,
            exit_code: self.exit_code.get(),
            process_config: ExecProcess {
                tty: self.config.tty,
                entrypoint: words.next().unwrap_or_default(),
                arguments: words.collect(),
                privileged: Some(self.config.privileged),
                user: self.config.user.clone(),
            },
            open_stdin: self.config.attach_stdin,
            open_stderr: self.config.attach_stderr,
            open_stdout: self.config.attach_stdout,
            can_remove: false,
            container_id: container.id.clone(),
            detach_keys: Some(String::new()),
            pid: self.pid.get(),
        })
    }
}

/// All exec instances, by id. They go with their container's run.
#[derive(Debug, Default)]
pub struct Execs {
    all: RefCell<HashMap<String, Weak<Exec>>>,
}

impl Execs {
    /// By id.
    ///
    /// # Errors
    /// 404 `No such exec instance: x`.
    pub fn find(&self, id: &str) -> ApiResult<Rc<Exec>> {
        let found = self.all.borrow().get(id).and_then(Weak::upgrade);
        found.ok_or_else(|| unknown(id))
    }

    fn insert(&self, exec: &Rc<Exec>) {
        let mut all = self.all.borrow_mut();
        all.retain(|_, exec| exec.strong_count() > 0);
        all.insert(exec.id.clone(), Rc::downgrade(exec));
    }
}

fn unknown(id: &str) -> ApiFailure {
    ApiFailure::not_found(format!("No such exec instance: {id}"))
}

/// How many ended instances of one container can still be inspected.
const KEPT: usize = 32;

/// `POST /containers/{id}/exec`.
///
/// # Errors
/// 409 unless the container runs, 400 without a command.
pub fn create(
    engine: &Rc<Engine>,
    container: &Rc<Container>,
    config: ExecCreate,
) -> ApiResult<Rc<Exec>> {
    container.record().state.may_exec(&container.id)?;
    if config.cmd.is_empty() {
        return Err(ApiFailure::invalid("No exec command specified"));
    }
    if config.privileged && engine.config.grading {
        return Err(ApiFailure::forbidden(
            "--privileged is refused while a submission is graded",
        ));
    }
    let exec = unlisted(container, config)?;
    engine.execs.insert(&exec);
    let mut execs = container.execs.borrow_mut();
    let ended = |exec: &Rc<Exec>| *exec.progress.borrow() == Progress::Exited;
    while execs.len() >= KEPT {
        let Some(at) = execs.iter().position(ended) else {
            break;
        };
        execs.remove(at);
    }
    execs.push(exec.clone());
    drop(execs);
    let action = format!("exec_create: {}", exec.config.cmd.join(" "));
    tell(engine, container, &action, [("execID", exec.id.clone())]);
    Ok(exec)
}

/// An instance that no client sees: a health check.
///
/// # Errors
/// When the kernel gives no random bytes.
pub fn unlisted(container: &Rc<Container>, config: ExecCreate) -> ApiResult<Rc<Exec>> {
    Ok(Rc::new(Exec {
        id: identity::random_id()?,
        config,
        stdio: Rc::new(Stdio::default()),
        progress: watch::Sender::new(Progress::Created),
        pid: Cell::new(0),
        exit_code: Cell::new(None),
        container: Rc::downgrade(container),
    }))
}
