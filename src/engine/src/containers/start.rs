//! `POST /containers/{id}/start`: network, files, process, streams.

use std::fs;
use std::io;
use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Instant;

use plimsoll_runtime::zygote::{CreateError, Created};
use plimsoll_runtime::{CgroupMode, Namespace};
use tokio::task::JoinHandle;

use super::container::Container;
use super::durable;
use super::etc_files::{self, Facts};
use super::exit::{self, Run};
use super::health;
use super::persist;
use super::record::Record;
use super::remove;
use super::state::{Step, not_running};
use super::tell::{Use, tell, tell_surroundings};
use crate::engine::Engine;
use crate::failure::{ApiFailure, ApiResult};
use crate::logs::Stream;
use crate::networks::{Attached, NetworkMode, attach};
use crate::operations::{self, Performance};
use crate::owners;
use crate::runtime_thread::fault;
use crate::spec::{self, Sharing, Surroundings};
use crate::streams::{Descriptor, pump, stdio_for};
use crate::timestamp;

/// Starts a container on a client's behalf.
///
/// # Errors
/// 409 for a paused or dying container; 400 when the command cannot be run; 500
/// when the machine refuses. A container with `--rm` is removed then.
pub async fn start(engine: &Rc<Engine>, container: &Rc<Container>) -> ApiResult<Step> {
    let operation = container.operation.lock().await;
    if container.removing.get() {
        return Err(ApiFailure::conflict(
            "container is marked for removal and cannot be started",
        ));
    }
    let may = container.record().state.may_start()?;
    if may == Step::Already {
        return Ok(Step::Already);
    }
    container.restart_cancelled.notify_waiters();
    // Written with the outcome of the start.
    container.change_unwritten(|record| {
        record.stopped_by_hand = false;
        record.restart_count = 0;
    });
    let result = start_locked(engine, container).await;
    drop(operation);
    if result.is_err() && container.record().host_config.auto_remove {
        // The client is told why it did not start, which matters more.
        let _ = remove::remove(engine, container, remove::Options::auto()).await;
    }
    result.map(|()| Step::Go)
}

/// Starts a container; its operation lock is held.
///
/// # Errors
/// As [`start`]; the record says why as well.
pub async fn start_locked(engine: &Rc<Engine>, container: &Rc<Container>) -> ApiResult<()> {
    match bring_up(engine, container).await {
        Ok(run) => {
            let (pid, allocation) = (run.pid, run.allocation.clone());
            container.change(|record| {
                record.state.started(pid, timestamp::now());
                record.network = Some(allocation);
                durable::mark(record);
            });
            tell_surroundings(engine, container, Use::Begins);
            tell(engine, container, "start", []);
            if health::probe(container.record().config.healthcheck.as_ref()).is_some() {
                tokio::task::spawn_local(health::watch(engine.clone(), container.clone()));
            }
            tokio::task::spawn_local(exit::watch(engine.clone(), container.clone(), run));
            Ok(())
        }
        Err(refusal) => {
            container.log.close();
            container.stdio.reset();
            container.published.take();
            exit::leave_cgroup(container).await;
            container.change(|record| {
                let said = refusal.failure.message.clone();
                record
                    .state
                    .start_failed(refusal.exit_code, said, timestamp::now());
                record.network = None;
            });
            Err(refusal.failure)
        }
    }
}

/// Why a container did not start.
struct Refusal {
    failure: ApiFailure,
    exit_code: i32,
}

impl From<ApiFailure> for Refusal {
    fn from(failure: ApiFailure) -> Self {
        Self {
            failure,
            exit_code: 128,
        }
    }
}

impl From<io::Error> for Refusal {
    fn from(error: io::Error) -> Self {
        ApiFailure::from(error).into()
    }
}

impl From<CreateError> for Refusal {
    fn from(error: CreateError) -> Self {
        let Some(fault) = fault(&error) else {
            return ApiFailure::internal(error.to_string()).into();
        };
        let exit_code = i32::from(fault.exit_code());
        let message = fault.docker_message();
        let failure = if exit_code == 125 {
            ApiFailure::internal(message)
        } else {
            ApiFailure::invalid(message)
        };
        Self { failure, exit_code }
    }
}

async fn bring_up(engine: &Rc<Engine>, container: &Rc<Container>) -> Result<Run, Refusal> {
    let record = container.record().clone();
    let mode = NetworkMode::parse(&record.host_config.network_mode)?;
    prepare_mounts(container, &record)?;
    let attached = attach(engine, &record, &mode).inspect_err(|_| note_no_port(&record))?;
    write_etc(engine, container, &record, &mode, &attached)?;
    let record = container.record().clone();
    let around = surroundings(engine, container, &record, &mode, &attached)?;
    let request = spec::request(&record, &around)?;
    let plan = Arc::new(plimsoll_runtime::plan(&request));
    let mut performance = Performance::of(&plan, engine.config.volumes_dir());

    let (child, ours) = stdio_for(
        &container.stdio,
        record.config.tty,
        record.config.open_stdin,
        engine.container_root(),
    )?;
    let birth = engine.supervisor.birth();
    let created = engine.runtime()?.create(plan, child).await;
    if request.cgroup != CgroupMode::None {
        *container.cgroup.borrow_mut() = engine.cgroups.open(&container.id).map(Rc::new);
    }
    performance.created(&created);
    let mut created = created?;
    let pid = created.pid;
    let exit = engine.supervisor.expect(pid, &birth);
    drop(birth);

    owners::begin(engine, container, &mut created)?;
    container.log.open()?;
    let pumps = start_pumps(container, &mut created, ours, record.config.open_stdin)?;
    let told = Instant::now();
    let started = engine.runtime()?.release(created).await;
    performance.started(&started, told);
    drop(performance);
    started?;
    let (allocation, published, lease) = attached.split();
    // They were opened first, and lead somewhere only now.
    if let Some(published) = &published {
        operations::note_timed(published.told(), published.took);
    }
    *container.published.borrow_mut() = published;
    Ok(Run {
        pid,
        exit,
        pumps,
        lease,
        allocation,
        began: Instant::now(),
    })
}

fn note_no_port(record: &Record) {
    let wanted = record.host_config.port_bindings.as_ref();
    if wanted.is_some_and(|ports| !ports.is_empty()) {
        operations::note_failed(plimsoll_api::operation::Facts::Port {
            ports: Vec::new(),
            more: 0,
        });
    }
}

/// From the process's output to log and clients, one task for each stream.
fn start_pumps(
    container: &Rc<Container>,
    created: &mut Created,
    ours: Option<crate::streams::OurEnds>,
    open_stdin: bool,
) -> io::Result<Vec<JoinHandle<()>>> {
    let spawn = |source: Rc<Descriptor>, stream: Stream| {
        let log = Some(container.log.clone()).filter(|_| keeps_log(container));
        tokio::task::spawn_local(pump(source, stream, container.stdio.clone(), log))
    };
    if let Some(ours) = ours {
        return Ok(vec![
            spawn(Rc::new(Descriptor::new(ours.stdout)?), Stream::Stdout),
            spawn(Rc::new(Descriptor::new(ours.stderr)?), Stream::Stderr),
        ]);
    }
    let Some(master) = created.console.take() else {
        return Ok(Vec::new());
    };
    let terminal = container.stdio.attach_terminal(master, open_stdin)?;
    Ok(vec![spawn(terminal, Stream::Stdout)])
}

fn keeps_log(container: &Container) -> bool {
    container.record().host_config.log_config.kind != "none"
}

/// Bind sources of `-v` are made, and overlay's mark of an
/// unclean end removed: without that the same upper is refused.
fn prepare_mounts(container: &Container, record: &Record) -> ApiResult<()> {
    match fs::remove_dir(container.work().join("work/incompat/volatile")) {
        Ok(()) => {
            let _ = fs::remove_dir(container.work().join("work/incompat"));
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        Err(_) => persist::remove_tree(&container.work().join("work/incompat"))?,
    }
    for mount in &record.mounts {
        let point = &mount.point;
        let source = Path::new(&point.source);
        if point.kind == "bind" && !source.exists() {
            fs::create_dir_all(source).map_err(|error| {
                ApiFailure::internal(format!(
                    "error while creating mount source path '{}': mkdir {}: {}",
                    point.source,
                    point.source,
                    crate::failure::reason(&error)
                ))
            })?;
        }
    }
    Ok(())
}

fn write_etc(
    engine: &Rc<Engine>,
    container: &Container,
    record: &Record,
    mode: &NetworkMode,
    attached: &Attached,
) -> ApiResult<()> {
    if let NetworkMode::Container(reference) = mode {
        return share_etc(engine, container, reference);
    }
    let lab = |path: &str| fs::read_to_string(path).unwrap_or_default();
    let facts = Facts {
        mode,
        address: &attached.allocation.address,
        gateway: engine.networks.gateway(),
        lab_hosts: &lab("/etc/hosts"),
        lab_resolv: &lab("/etc/resolv.conf"),
    };
    etc_files::write(&container.directory, record, &facts)?;
    for name in ["hosts", "hostname", "resolv.conf"] {
        engine.give_to_container_root(&container.file(name))?;
    }
    Ok(())
}

/// A container in another's network has its names and resolvers as well.
fn share_etc(engine: &Rc<Engine>, container: &Container, reference: &str) -> ApiResult<()> {
    let other = engine.containers.find(reference)?;
    for name in ["hosts", "hostname", "resolv.conf"] {
        let text = fs::read(other.file(name))?;
        fs::write(container.file(name), text)?;
        engine.give_to_container_root(&container.file(name))?;
    }
    let hostname = other.record().config.hostname.clone();
    container.change(|record| record.config.hostname = hostname);
    Ok(())
}

fn surroundings(
    engine: &Rc<Engine>,
    container: &Container,
    record: &Record,
    mode: &NetworkMode,
    attached: &Attached,
) -> ApiResult<Surroundings> {
    let host = &record.host_config;
    Ok(Surroundings {
        network: match mode {
            NetworkMode::Host => Sharing::Host,
            NetworkMode::Container(reference) => {
                Sharing::Container(joined(engine, container, reference)?)
            }
            NetworkMode::Bridge | NetworkMode::None => Sharing::Private,
        },
        pid: sharing(engine, container, &host.pid_mode)?,
        ipc: sharing(engine, container, &host.ipc_mode)?,
        attachment: attached.attachment.clone(),
        devices: super::devices::look_up(host.devices.as_deref().unwrap_or_default())?,
        ..engine.surroundings(&container.directory)
    })
}

/// `host`, `container:X`, or one's own.
fn sharing(engine: &Rc<Engine>, container: &Container, mode: &str) -> ApiResult<Sharing> {
    match mode.split_once(':') {
        Some(("container", reference)) => {
            Ok(Sharing::Container(joined(engine, container, reference)?))
        }
        _ if mode == "host" => Ok(Sharing::Host),
        _ => Ok(Sharing::Private),
    }
}

/// PID of the container whose namespace is joined.
fn joined(engine: &Rc<Engine>, own: &Container, reference: &str) -> ApiResult<i32> {
    let other = engine.containers.find(reference)?;
    if other.id == own.id {
        return Err(ApiFailure::invalid("cannot join own network namespace"));
    }
    other.pid().ok_or_else(|| {
        let failure = not_running(&other.id);
        ApiFailure::conflict(format!(
            "cannot join {} of a non running container: {}",
            Namespace::Network.file_name(),
            failure.message
        ))
    })
}
