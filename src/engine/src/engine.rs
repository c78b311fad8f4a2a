//! The engine's parts, put together.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use plimsoll_host::{LabCgroup, SocketVendor};
use plimsoll_runtime::zygote::Zygote;
use plimsoll_store::Store;

use crate::cgroups::Cgroups;
use crate::config::Config;
use crate::containers::Containers;
use crate::events::Events;
use crate::exec::Execs;
use crate::failure::{ApiFailure, ApiResult};
use crate::images::Images;
use crate::journal::Journal;
use crate::networks::Networks;
use crate::operations::Operations;
use crate::owners::Owners;
use crate::runtime_thread::RuntimeThread;
use crate::shutdown::Shutdown;
use crate::snapshots::{Gate, Snapshots};
use crate::spec::Surroundings;
use crate::supervisor::Supervisor;
use crate::timestamp;
use crate::volumes::Volumes;

/// Everything a handler reaches. Shared as `Rc<Engine>` on one thread; each
/// part has interior mutability of its own, and no borrow is held over `await`.
pub struct Engine {
    /// What holds containers together and limits them.
    pub cgroups: Cgroups,
    /// Paths and permissions.
    pub config: Config,
    /// All containers.
    pub containers: Containers,
    /// Subscribers of `GET /events`.
    pub events: Events,
    /// Exec instances of all containers.
    pub execs: Execs,
    /// Image list and layers.
    pub images: Images,
    /// The append-only record.
    pub journal: Journal,
    /// Bridge, addresses, ports.
    pub networks: Networks,
    /// What was done for the last commands.
    pub operations: Operations,
    /// Changes of owners that one user cannot make.
    pub owners: Owners,
    /// What requests pass that change the lab.
    pub gate: Gate,
    /// The end of the lab.
    pub shutdown: Shutdown,
    /// The lab as it was.
    pub snapshots: Snapshots,
    /// When this engine started, RFC 3339.
    pub started_at: String,
    /// Blobs and layers of all labs.
    pub store: Store,
    /// Who waits for which process.
    pub supervisor: Rc<Supervisor>,
    /// Named and anonymous volumes.
    pub volumes: Volumes,
    runtime: Option<RuntimeThread>,
    vendor: Option<SocketVendor>,
}

impl Engine {
    /// Opens the lab's state. Nothing can run yet: see [`Engine::seat`].
    ///
    /// # Errors
    /// When a file of state cannot be read or is of a newer version.
    pub fn open(config: Config) -> ApiResult<Self> {
        let store = Store::open(&config.store_dir, config.ownership())?;
        let snapshots = Snapshots::open(&config, &store)?;
        Ok(Self {
            cgroups: Cgroups::default(),
            containers: Containers::default(),
            events: Events::new(),
            execs: Execs::default(),
            images: Images::open(&config, store.clone())?,
            journal: Journal::open(&config)?,
            networks: Networks::new(&config.lab),
            operations: Operations::default(),
            owners: Owners::new(config.id_map.is_single()),
            gate: Gate::default(),
            shutdown: Shutdown::default(),
            snapshots,
            started_at: timestamp::now(),
            store,
            supervisor: Rc::default(),
            volumes: Volumes::open(&config)?,
            runtime: None,
            vendor: None,
            config,
        })
    }

    /// Gives the engine what it runs containers with.
    ///
    /// # Errors
    /// When the runtime's thread cannot be started.
    pub fn seat(
        &mut self,
        zygote: Zygote,
        vendor: Option<SocketVendor>,
        cgroup: Option<LabCgroup>,
    ) -> std::io::Result<()> {
        self.runtime = Some(RuntimeThread::start(zygote)?);
        self.vendor = vendor;
        self.cgroups = Cgroups::new(cgroup);
        Ok(())
    }

    /// The thread that makes containers.
    ///
    /// # Errors
    /// 500 in an engine without one (tests).
    pub fn runtime(&self) -> ApiResult<&RuntimeThread> {
        self.runtime
            .as_ref()
            .ok_or_else(|| ApiFailure::internal("this engine cannot run containers"))
    }

    /// Sockets of the real host's network, where ports may be offered on it.
    pub fn socket_vendor(&self) -> Option<&SocketVendor> {
        self.vendor
            .as_ref()
            .filter(|_| self.config.publish_on_host && !self.config.grading)
    }

    /// uid and gid, in the lab, of root in a container.
    pub fn container_root(&self) -> (u32, u32) {
        let first =
            |map: &[oci_spec::runtime::LinuxIdMapping]| map.first().map_or(0, |m| m.host_id());
        let map = &self.config.id_map;
        (first(&map.container_uids()), first(&map.container_gids()))
    }

    /// The lab's host name.
    pub fn lab_hostname(&self) -> String {
        let name = nix::unistd::gethostname().ok();
        name.and_then(|name| name.into_string().ok())
            .unwrap_or_else(|| self.config.lab.clone())
    }

    /// What is the same for all containers of this lab.
    pub fn surroundings(&self, directory: &Path) -> Surroundings {
        Surroundings {
            directory: PathBuf::from(directory),
            uids: self.config.id_map.container_uids(),
            gids: self.config.id_map.container_gids(),
            single_user: self.config.id_map.is_single(),
            lab_hostname: self.lab_hostname(),
            program: self.config.program.clone(),
            cgroups: self.cgroups.layout().clone(),
            ..Surroundings::default()
        }
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine")
            .field("lab", &self.config.lab)
            .finish_non_exhaustive()
    }
}
