//! A container in memory: its record, its streams, and who waits for it.

use std::cell::{Cell, Ref, RefCell};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use tokio::sync::{Mutex, Notify, RwLock, watch};

use super::health::Monitor;
use super::persist;
use super::record::Record;
use crate::cgroups::Group;
use crate::exec::Exec;
use crate::failure::ApiResult;
use crate::logs::LogFile;
use crate::networks::PublishedPorts;
use crate::owners::Places;
use crate::streams::Stdio;

/// The directories a container's root file system is made of.
#[derive(Debug, Clone)]
pub struct Layers {
    /// Read-only layers, the uppermost first.
    pub lowers: Vec<PathBuf>,
    /// The container's own layer (overlay's upper directory).
    pub upper: PathBuf,
}

/// What waiters watch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Exits {
    /// How often it has ended, failed starts included.
    pub count: u64,
    /// With what, the last time.
    pub code: i32,
    /// Why it did not start, the last time.
    pub error: String,
    /// It is gone.
    pub removed: bool,
}

/// A container. Shared as `Rc<Container>`.
#[derive(Debug)]
pub struct Container {
    /// 64 hexadecimal digits.
    pub id: String,
    /// `containers/ID`.
    pub directory: PathBuf,
    /// What it printed.
    pub log: Rc<LogFile>,
    /// Its streams, over all its starts.
    pub stdio: Rc<Stdio>,
    /// Start, stop and remove happen one after another.
    pub operation: Mutex<()>,
    /// Shared while a process is being added, exclusive while all are made to stand
    /// still: one that froze half-made would keep the runtime's thread waiting.
    pub births: RwLock<()>,
    /// A wait between two starts is broken off by this.
    pub restart_cancelled: Notify,
    /// Its exec instances.
    pub execs: RefCell<Vec<Rc<Exec>>>,
    /// What its health checks say of the present run.
    pub health: RefCell<Option<Monitor>>,
    /// Its cgroup, in the present run.
    pub cgroup: RefCell<Option<Rc<Group>>>,
    /// Listeners of its published ports.
    pub published: RefCell<Option<PublishedPorts>>,
    /// Where its changes of owners are recorded, in the present run.
    pub places: RefCell<Option<Arc<Places>>>,
    /// The init that SIGKILL was last sent to: a pause may still be under way.
    pub killed: Cell<Option<i32>>,
    /// Remove has begun: nothing else may.
    pub removing: Cell<bool>,
    record: RefCell<Record>,
    exits: watch::Sender<Exits>,
}

impl Container {
    /// A container with this record, kept in `directory`.
    ///
    /// # Errors
    /// 400 for log options that dockerd does not know.
    pub fn new(directory: PathBuf, record: Record) -> ApiResult<Self> {
        let options = record.host_config.log_config.config.clone();
        let limits = crate::logs::Limits::from_options(&options.unwrap_or_default())?;
        let log = LogFile::new(directory.join(format!("{}-json.log", record.id)), limits);
        Ok(Self {
            id: record.id.clone(),
            directory,
            log: Rc::new(log),
            stdio: Rc::new(Stdio::default()),
            operation: Mutex::new(()),
            births: RwLock::new(()),
            restart_cancelled: Notify::new(),
            execs: RefCell::default(),
            health: RefCell::default(),
            cgroup: RefCell::default(),
            published: RefCell::default(),
            places: RefCell::default(),
            killed: Cell::new(None),
            removing: Cell::new(false),
            record: RefCell::new(record),
            exits: watch::Sender::new(Exits::default()),
        })
    }

    /// Looks at the record. Not to be held over `await`.
    pub fn record(&self) -> Ref<'_, Record> {
        self.record.borrow()
    }

    /// Its name, without the slash.
    pub fn name(&self) -> String {
        self.record().name.clone()
    }

    /// Changes the record and writes it. A full disk is no reason to lose a
    /// process: the record in memory is what counts, and is written again at
    /// the next change.
    pub fn change<T>(&self, change: impl FnOnce(&mut Record) -> T) -> T {
        let result = change(&mut self.record.borrow_mut());
        if !self.removing.get() {
            let _ = persist::write(&self.directory, &self.record());
        }
        result
    }

    /// Changes the record in memory; a further change writes it, or nothing
    /// depends on that it is written.
    pub fn change_unwritten(&self, change: impl FnOnce(&mut Record)) {
        change(&mut self.record.borrow_mut());
    }

    /// Layers for copy, export, diff and commit.
    pub fn layers(&self) -> Layers {
        Layers {
            lowers: self.record().lowers.clone(),
            upper: self.upper(),
        }
    }

    /// Overlay's upper directory.
    pub fn upper(&self) -> PathBuf {
        self.directory.join("upper")
    }

    /// Overlay's work directory.
    pub fn work(&self) -> PathBuf {
        self.directory.join("work")
    }

    /// One of the files in its directory.
    pub fn file(&self, name: impl AsRef<Path>) -> PathBuf {
        self.directory.join(name)
    }

    /// PID of its init while it runs, in the engine's PID namespace.
    /// `/proc/PID/root` is then the merged view with all mounts.
    pub fn pid(&self) -> Option<i32> {
        Some(self.record().state.pid).filter(|pid| *pid != 0)
    }

    /// True while it has a process, paused or not.
    pub fn is_running(&self) -> bool {
        self.pid().is_some()
    }

    /// Its cgroup, where it has one. Not borrowed: it may be held over `await`.
    pub fn group(&self) -> Option<Rc<Group>> {
        self.cgroup.borrow().clone()
    }

    /// For `wait` and `stop`.
    pub fn watch_exits(&self) -> watch::Receiver<Exits> {
        self.exits.subscribe()
    }

    /// Tells waiters that a run has ended (or a start has failed).
    pub fn tell_exit(&self, code: i32, error: &str) {
        self.exits.send_modify(|exits| {
            exits.count += 1;
            exits.code = code;
            error.clone_into(&mut exits.error);
        });
    }

    /// Tells waiters that it is gone.
    pub fn tell_removed(&self) {
        self.exits.send_modify(|exits| exits.removed = true);
    }
}
