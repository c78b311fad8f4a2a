//! What the engine is handed when its lab's namespaces stand.
//!
//! Everything is ready when the engine's function is called: it is PID 1, it has
//! all capabilities over the lab, `/proc` is the lab's, `lo` is up, the zygote
//! runs. The function may start tokio; when it returns, the lab ends.

use std::fs::File;
use std::io::{self, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixListener;
use std::path::PathBuf;

use plimsoll_runtime::zygote::Zygote;
use serde::{Deserialize, Serialize};

use crate::cgroup::LabCgroup;
use crate::id_map::IdMap;
use crate::identity::EngineRecord;
use crate::name::LabName;
use crate::paths::LabPaths;
use crate::vendor::SocketVendor;
use crate::{folders, grading};

/// The engine's place in its lab.
#[derive(Debug)]
pub struct EngineSeat {
    pub lab: LabName,
    pub paths: LabPaths,
    pub id_map: IdMap,
    pub started_by_root: bool,
    /// A stranger's submission runs here: no uplink, no port outside.
    pub grading: bool,
    /// Whether published ports are offered on the real host's loopback too.
    pub publish_on_host: bool,
    /// Sockets of the real host's network. None in grading.
    pub socket_vendor: Option<SocketVendor>,
    /// What its containers' cgroups are made in. None where the machine gives
    /// none, and in grading.
    pub cgroup: Option<LabCgroup>,
    /// The engine's pid as the real host sees it.
    pub pid_on_host: i32,
    /// This program's file, for containers that are to run it.
    pub program: PathBuf,
    /// Makes the lab's containers; already in the lab's network.
    pub zygote: Zygote,
    pub ready: ReadySignal,
}

impl EngineSeat {
    /// Listens on the lab's socket, mode 0600. Call it from the process that
    /// serves, so that peer credentials name it. The listener blocks.
    ///
    /// The socket appears under its name only when it listens, so a client that
    /// finds it never meets a refusal.
    ///
    /// # Errors
    /// What `bind(2)`, `listen(2)`, `chmod(2)` or `rename(2)` report.
    pub fn listen(&self) -> io::Result<UnixListener> {
        let socket = self.paths.socket();
        let unborn = socket.with_extension("new");
        // The last lab to stop takes the folder away, perhaps just now.
        folders::private_folder(self.paths.places().runtime()).map_err(io::Error::other)?;
        remove_if_there(&unborn)?;
        let listener = UnixListener::bind(&unborn)?;
        std::fs::set_permissions(&unborn, std::fs::Permissions::from_mode(0o600))?;
        std::fs::rename(&unborn, &socket)?;
        if self.grading {
            grading::close_runtime_folder()?;
        } else {
            self.say_where();
        }
        Ok(listener)
    }

    /// Adds the socket's folder to `engine.json`. On a full disk clients find
    /// the engine where their own environment puts it.
    fn say_where(&self) {
        let path = self.paths.engine_record();
        if let Ok(Some(mut record)) = EngineRecord::read(&path) {
            record.runtime = Some(self.paths.places().runtime().to_path_buf());
            let _ = record.write(&path);
        }
    }
}

pub(crate) fn remove_if_there(path: &std::path::Path) -> io::Result<()> {
    match std::fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

/// What the client that started the lab is told, one JSON line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum StartReport {
    /// The lab can be used; `pid` is the engine's as the real host sees it.
    Ready { pid: i32 },
    /// It cannot, and why.
    Failed {
        doing: String,
        cause: String,
        hint: Option<String>,
    },
}

/// Tells the waiting client how the start went. Dropped unused, the client
/// learns that the engine ended before it was ready.
#[derive(Debug)]
pub struct ReadySignal {
    client: Option<File>,
    pid: i32,
}

impl ReadySignal {
    pub(crate) fn new(client: File, pid: i32) -> Self {
        Self {
            client: Some(client),
            pid,
        }
    }

    /// The engine serves. A client that has gone meanwhile is no error.
    pub fn announce(mut self) {
        let pid = self.pid;
        self.send(&StartReport::Ready { pid });
    }

    /// The engine cannot serve: what it was doing, why not, and what mends it.
    pub fn fail(mut self, doing: &str, cause: &str, hint: Option<&str>) {
        self.send(&StartReport::Failed {
            doing: doing.to_owned(),
            cause: cause.to_owned(),
            hint: hint.map(str::to_owned),
        });
    }

    fn send(&mut self, report: &StartReport) {
        let Some(mut client) = self.client.take() else {
            return;
        };
        // Before the client is told: its next starter then finds the lock free.
        crate::birth::release_start_lock();
        let mut line = serde_json::to_vec(report).expect("a report has only text and numbers");
        line.push(b'\n');
        // The client may have been interrupted: the lab runs all the same.
        let _ = client.write_all(&line);
    }
}
