//! Calls about the engine, and our own endpoints.

use super::{Client, JsonLines, Query, Reply, Request, Upgraded};
use crate::container::ContainerCreateRequest;
use crate::error::ClientError;
use crate::filters::Filters;
use crate::lab::{
    ExplainResponse, JournalEntry, LabInfo, LayerContents, Listener, PublishedPort, Restored,
    Snapshot,
};
use crate::operation::Command;
use crate::system::{DiskUsage, Event, Info, Version};

impl Client {
    /// Is anybody there? The API version that the engine speaks.
    pub fn ping(&self) -> Result<String, ClientError> {
        let reply = self.request(Request::get("/_ping"))?;
        let version = reply.head.header("api-version").unwrap_or_default();
        let version = version.to_owned();
        reply.finish()?;
        Ok(version)
    }

    pub fn version(&self) -> Result<Version, ClientError> {
        self.request(Request::get("/version"))?.json()
    }

    pub fn info(&self) -> Result<Info, ClientError> {
        self.request(Request::get("/info"))?.json()
    }

    /// Events as they happen. Times are seconds since the epoch, with a
    /// fraction or without; an empty `until` goes on.
    pub fn events(
        &self,
        since: &str,
        until: &str,
        filters: &Filters,
    ) -> Result<JsonLines<Reply<'_>, Event>, ClientError> {
        let query = Query::new()
            .non_empty("since", since)
            .non_empty("until", until)
            .filters(filters);
        Ok(self.request(Request::get("/events").query(query))?.lines())
    }

    pub fn disk_usage(&self) -> Result<DiskUsage, ClientError> {
        self.request(Request::get("/system/df"))?.json()
    }

    /// What the engine would do for a create; it does nothing.
    pub fn explain(&self, body: &ContainerCreateRequest) -> Result<ExplainResponse, ClientError> {
        self.request(Request::post("/plimsoll/v1/explain").json(body))?
            .json()
    }

    pub fn lab(&self) -> Result<LabInfo, ClientError> {
        self.request(Request::get("/plimsoll/v1/lab"))?.json()
    }

    pub fn published_ports(&self) -> Result<Vec<PublishedPort>, ClientError> {
        self.request(Request::get("/plimsoll/v1/ports"))?.json()
    }

    /// The journal from entry `since` on.
    pub fn journal(&self, since: u64) -> Result<JsonLines<Reply<'_>, JournalEntry>, ClientError> {
        let query = Query::new().text("since", &since.to_string());
        Ok(self
            .request(Request::get("/plimsoll/v1/journal").query(query))?
            .lines())
    }

    /// The commands that changed something after `since`, the newest last.
    pub fn operations(&self, since: u64) -> Result<Vec<Command>, ClientError> {
        let query = Query::new().text("since", &since.to_string());
        self.request(Request::get("/plimsoll/v1/operations").query(query))?
            .json()
    }

    /// The same, and then every command whenever it begins or grows.
    pub fn follow_operations(
        &self,
        since: u64,
    ) -> Result<JsonLines<Reply<'_>, Command>, ClientError> {
        let query = Query::new()
            .text("since", &since.to_string())
            .flag("follow", true);
        Ok(self
            .request(Request::get("/plimsoll/v1/operations").query(query))?
            .lines())
    }

    /// A TCP connection from the lab's own network to `host:port`.
    pub fn dial(&self, address: &str) -> Result<Upgraded, ClientError> {
        let query = Query::new().text("address", address);
        self.upgrade(Request::post("/plimsoll/v1/dial").query(query))
    }

    /// What a layer of one of the lab's images added.
    pub fn layer_contents(&self, digest: &str) -> Result<LayerContents, ClientError> {
        let path = Request::path_of("plimsoll/v1/layers", digest, "");
        self.request(Request::get(path))?.json()
    }

    /// The changes of a container as items of [`crate::lab::LabChange`], as they
    /// come: there may be millions.
    pub fn lab_changes_reply(&self, id: &str) -> Result<Reply<'_>, ClientError> {
        let path = Request::path_of("plimsoll/v1/containers", id, "changes");
        self.request(Request::get(path))
    }

    /// Who listens on a TCP port in the lab.
    pub fn listener(&self, port: u16) -> Result<Listener, ClientError> {
        let query = Query::new().text("port", &port.to_string());
        self.request(Request::get("/plimsoll/v1/listener").query(query))?
            .json()
    }

    /// The lab's snapshots, the oldest first.
    pub fn snapshots(&self) -> Result<Vec<Snapshot>, ClientError> {
        self.request(Request::get("/plimsoll/v1/snapshots"))?.json()
    }

    /// Makes a snapshot of the lab, or replaces the one of that name.
    pub fn snapshot_make(&self, name: &str) -> Result<Snapshot, ClientError> {
        let query = Query::new().text("name", name);
        self.request(Request::post("/plimsoll/v1/snapshots").query(query))?
            .json()
    }

    /// Goes back to a snapshot: what came later is lost.
    pub fn snapshot_restore(&self, name: &str) -> Result<Restored, ClientError> {
        let path = Request::path_of("plimsoll/v1/snapshots", name, "restore");
        self.request(Request::post(path))?.json()
    }

    pub fn snapshot_remove(&self, name: &str) -> Result<(), ClientError> {
        let path = Request::path_of("plimsoll/v1/snapshots", name, "");
        self.request(Request::delete(path))?.finish()
    }

    /// Ends the lab in good order.
    pub fn shutdown(&self) -> Result<(), ClientError> {
        self.request(Request::post("/plimsoll/v1/shutdown"))?
            .finish()
    }
}
