//! Calls about containers and exec instances.

use std::io::Read;

use serde_json::Value;

use super::{Client, Pending, Query, Reply, Request, Upgraded};
use crate::container::{
    ChangeItem, ContainerCreateRequest, ContainerCreateResponse, ContainerInspect,
    ContainerPruneReport, ContainerSummary, ContainerUpdateResponse, TopResponse, WaitResponse,
};
use crate::error::ClientError;
use crate::exec::{ExecCreate, ExecCreateResponse, ExecInspect, ExecStart};
use crate::filters::Filters;
use crate::host_config::ContainerUpdateRequest;
use crate::stats::ContainerStats;

/// What `GET /containers/json` is asked for.
#[derive(Debug, Clone, Default)]
pub struct ListOptions {
    /// Also those that do not run.
    pub all: bool,
    /// The newest so many; 0 is all.
    pub limit: u32,
    /// With sizes, which the engine has to count.
    pub size: bool,
    pub filters: Filters,
}

/// What `GET /containers/{id}/logs` is asked for.
#[derive(Debug, Clone, Default)]
pub struct LogOptions {
    pub stdout: bool,
    pub stderr: bool,
    pub follow: bool,
    pub timestamps: bool,
    pub details: bool,
    /// Seconds and nanoseconds since the epoch: `1700000000.000000000`.
    pub since: String,
    pub until: String,
    /// A number, or `all`.
    pub tail: String,
}

/// What `POST /containers/{id}/attach` is asked for.
#[derive(Debug, Clone, Default)]
pub struct AttachOptions {
    /// What was written before.
    pub logs: bool,
    pub stdin: bool,
    pub stdout: bool,
    pub stderr: bool,
    /// Such as `ctrl-p,ctrl-q`; empty is the engine's default.
    pub detach_keys: String,
}

/// What ends a wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WaitCondition {
    /// At once where it does not run.
    NotRunning,
    /// The next time that it ends.
    NextExit,
    Removed,
}

impl WaitCondition {
    fn as_str(self) -> &'static str {
        match self {
            Self::NotRunning => "not-running",
            Self::NextExit => "next-exit",
            Self::Removed => "removed",
        }
    }
}

impl Client {
    pub fn containers(&self, options: &ListOptions) -> Result<Vec<ContainerSummary>, ClientError> {
        let limit = options.limit.to_string();
        let query = Query::new()
            .flag("all", options.all)
            .non_empty("limit", if options.limit == 0 { "" } else { &limit })
            .flag("size", options.size)
            .filters(&options.filters);
        self.request(Request::get("/containers/json").query(query))?
            .json()
    }

    /// Creates a container; an empty name asks for a random one.
    pub fn container_create(
        &self,
        name: &str,
        platform: &str,
        body: &ContainerCreateRequest,
    ) -> Result<ContainerCreateResponse, ClientError> {
        let query = Query::new()
            .non_empty("name", name)
            .non_empty("platform", platform);
        self.request(Request::post("/containers/create").query(query).json(body))?
            .json()
    }

    pub fn container_inspect(&self, id: &str) -> Result<ContainerInspect, ClientError> {
        self.request(Request::get(Request::path_of("containers", id, "json")))?
            .json()
    }

    /// With the sizes, for which the engine walks the container's files.
    pub fn container_inspect_sized(&self, id: &str) -> Result<ContainerInspect, ClientError> {
        self.request(
            Request::get(Request::path_of("containers", id, "json"))
                .query(Query::new().flag("size", true)),
        )?
        .json()
    }

    /// The reply as it came, with the order of its members.
    pub fn container_inspect_raw(&self, id: &str, size: bool) -> Result<Vec<u8>, ClientError> {
        self.request(
            Request::get(Request::path_of("containers", id, "json"))
                .query(Query::new().flag("size", size)),
        )?
        .read_all()
    }

    /// Starts a container. One that runs already is no error.
    pub fn container_start(&self, id: &str, detach_keys: &str) -> Result<(), ClientError> {
        let query = Query::new().non_empty("detachKeys", detach_keys);
        self.container_post(id, "start", query)
    }

    /// Stops; `None` leaves signal and time (in seconds) to the container.
    pub fn container_stop(
        &self,
        id: &str,
        signal: &str,
        timeout: Option<i64>,
    ) -> Result<(), ClientError> {
        self.container_post(id, "stop", ending(signal, timeout))
    }

    /// As [`Client::container_stop`], and starts again.
    pub fn container_restart(
        &self,
        id: &str,
        signal: &str,
        timeout: Option<i64>,
    ) -> Result<(), ClientError> {
        self.container_post(id, "restart", ending(signal, timeout))
    }

    /// Sends a signal, by name or number.
    pub fn container_kill(&self, id: &str, signal: &str) -> Result<(), ClientError> {
        self.container_post(id, "kill", Query::new().non_empty("signal", signal))
    }

    pub fn container_pause(&self, id: &str) -> Result<(), ClientError> {
        self.container_post(id, "pause", Query::new())
    }

    pub fn container_unpause(&self, id: &str) -> Result<(), ClientError> {
        self.container_post(id, "unpause", Query::new())
    }

    pub fn container_rename(&self, id: &str, name: &str) -> Result<(), ClientError> {
        self.container_post(id, "rename", Query::new().text("name", name))
    }

    /// Sets the terminal's size in rows and columns.
    pub fn container_resize(&self, id: &str, rows: u16, columns: u16) -> Result<(), ClientError> {
        self.container_post(id, "resize", size(rows, columns))
    }

    fn container_post(&self, id: &str, action: &str, query: Query) -> Result<(), ClientError> {
        self.request(Request::post(Request::path_of("containers", id, action)).query(query))?
            .finish()
    }

    /// Waits: when this returns, the engine has registered it, and the body
    /// comes when the condition is met.
    pub fn container_wait(
        &self,
        id: &str,
        condition: WaitCondition,
    ) -> Result<Reply<'_>, ClientError> {
        self.container_wait_begin(id, condition)?.reply()
    }

    /// As [`Client::container_wait`], without waiting for the engine's word
    /// that it is registered.
    pub fn container_wait_begin(
        &self,
        id: &str,
        condition: WaitCondition,
    ) -> Result<Pending<'_>, ClientError> {
        // The call's own default is not said, for engines that know no other.
        let condition = match condition {
            WaitCondition::NotRunning => "",
            other => other.as_str(),
        };
        self.begin(
            Request::post(Request::path_of("containers", id, "wait"))
                .query(Query::new().non_empty("condition", condition)),
        )
    }

    /// Waits until a container does not run; its exit code.
    pub fn container_wait_stopped(&self, id: &str) -> Result<WaitResponse, ClientError> {
        self.container_wait(id, WaitCondition::NotRunning)?.json()
    }

    pub fn container_remove(
        &self,
        id: &str,
        force: bool,
        volumes: bool,
    ) -> Result<(), ClientError> {
        let query = Query::new().flag("force", force).flag("v", volumes);
        self.request(Request::delete(Request::path_of("containers", id, "")).query(query))?
            .finish()
    }

    pub fn containers_prune(&self, filters: &Filters) -> Result<ContainerPruneReport, ClientError> {
        self.request(Request::post("/containers/prune").query(Query::new().filters(filters)))?
            .json()
    }

    pub fn container_update(
        &self,
        id: &str,
        body: &ContainerUpdateRequest,
    ) -> Result<ContainerUpdateResponse, ClientError> {
        self.request(Request::post(Request::path_of("containers", id, "update")).json(body))?
            .json()
    }

    /// Logs: frames ([`super::Demux`]), or raw bytes where the container has a
    /// terminal.
    pub fn container_logs(&self, id: &str, options: &LogOptions) -> Result<Reply<'_>, ClientError> {
        let query = Query::new()
            .flag("stdout", options.stdout)
            .flag("stderr", options.stderr)
            .flag("follow", options.follow)
            .flag("timestamps", options.timestamps)
            .flag("details", options.details)
            .non_empty("since", &options.since)
            .non_empty("until", &options.until)
            .non_empty("tail", &options.tail);
        self.request(Request::get(Request::path_of("containers", id, "logs")).query(query))
    }

    pub fn container_attach(
        &self,
        id: &str,
        options: &AttachOptions,
    ) -> Result<Upgraded, ClientError> {
        let query = Query::new()
            .flag("stream", true)
            .flag("logs", options.logs)
            .flag("stdin", options.stdin)
            .flag("stdout", options.stdout)
            .flag("stderr", options.stderr)
            .non_empty("detachKeys", &options.detach_keys);
        self.upgrade(Request::post(Request::path_of("containers", id, "attach")).query(query))
    }

    pub fn container_top(&self, id: &str, ps_args: &str) -> Result<TopResponse, ClientError> {
        let query = Query::new().non_empty("ps_args", ps_args);
        self.request(Request::get(Request::path_of("containers", id, "top")).query(query))?
            .json()
    }

    /// Samples, one per second; with `stream` off one sample.
    pub fn container_stats(
        &self,
        id: &str,
        stream: bool,
    ) -> Result<super::JsonLines<Reply<'_>, ContainerStats>, ClientError> {
        let query = Query::new().text("stream", if stream { "1" } else { "0" });
        Ok(self
            .request(Request::get(Request::path_of("containers", id, "stats")).query(query))?
            .lines())
    }

    pub fn container_changes(&self, id: &str) -> Result<Vec<ChangeItem>, ClientError> {
        let changes: Option<Vec<ChangeItem>> = self.container_changes_reply(id)?.json()?;
        Ok(changes.unwrap_or_default())
    }

    /// The list of changes as it comes, for who reads only a part: a container
    /// may have written millions of files.
    pub fn container_changes_reply(&self, id: &str) -> Result<Reply<'_>, ClientError> {
        self.request(Request::get(Request::path_of("containers", id, "changes")))
    }

    /// The whole tree of a container as a tar stream.
    pub fn container_export(&self, id: &str) -> Result<Reply<'_>, ClientError> {
        self.request(Request::get(Request::path_of("containers", id, "export")))
    }

    /// What a path is: the header that [`crate::container::PathStat`] is read
    /// from stands in the reply's head.
    pub fn archive_stat(&self, id: &str, path: &str) -> Result<Reply<'_>, ClientError> {
        let query = Query::new().text("path", path);
        self.request(Request::head(Request::path_of("containers", id, "archive")).query(query))
    }

    /// A path as a tar stream.
    pub fn archive_get(&self, id: &str, path: &str) -> Result<Reply<'_>, ClientError> {
        let query = Query::new().text("path", path);
        self.request(Request::get(Request::path_of("containers", id, "archive")).query(query))
    }

    /// Unpacks a tar stream into a directory of the container.
    pub fn archive_put(
        &self,
        id: &str,
        path: &str,
        copy_owner: bool,
        archive: &mut dyn Read,
    ) -> Result<(), ClientError> {
        let query = Query::new()
            .text("path", path)
            .text("noOverwriteDirNonDir", "true")
            .non_empty("copyUIDGID", if copy_owner { "true" } else { "" });
        self.request(
            Request::put(Request::path_of("containers", id, "archive"))
                .query(query)
                .stream(archive, "application/x-tar"),
        )?
        .finish()
    }

    pub fn exec_create(&self, id: &str, body: &ExecCreate) -> Result<String, ClientError> {
        let created: ExecCreateResponse = self
            .request(Request::post(Request::path_of("containers", id, "exec")).json(body))?
            .json()?;
        Ok(created.id)
    }

    /// Starts an exec instance and returns at once.
    pub fn exec_start_detached(&self, id: &str, body: &ExecStart) -> Result<(), ClientError> {
        self.request(Request::post(Request::path_of("exec", id, "start")).json(body))?
            .finish()
    }

    /// Starts an exec instance with its streams.
    pub fn exec_start(&self, id: &str, body: &ExecStart) -> Result<Upgraded, ClientError> {
        self.upgrade(Request::post(Request::path_of("exec", id, "start")).json(body))
    }

    pub fn exec_resize(&self, id: &str, rows: u16, columns: u16) -> Result<(), ClientError> {
        self.request(
            Request::post(Request::path_of("exec", id, "resize")).query(size(rows, columns)),
        )?
        .finish()
    }

    pub fn exec_inspect(&self, id: &str) -> Result<ExecInspect, ClientError> {
        self.request(Request::get(Request::path_of("exec", id, "json")))?
            .json()
    }

    /// Whatever JSON a path answers, for the calls that have no type.
    pub fn get_value(&self, path: &str) -> Result<Value, ClientError> {
        self.request(Request::get(path))?.json()
    }
}

fn ending(signal: &str, timeout: Option<i64>) -> Query {
    let timeout = timeout.map(|seconds| seconds.to_string());
    Query::new()
        .non_empty("signal", signal)
        .non_empty("t", timeout.as_deref().unwrap_or_default())
}

fn size(rows: u16, columns: u16) -> Query {
    Query::new()
        .text("h", &rows.to_string())
        .text("w", &columns.to_string())
}
