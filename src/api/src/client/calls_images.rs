//! Calls about images, volumes and networks.

use super::{Client, JsonLines, Query, Reply, Request};
use crate::error::ClientError;
use crate::filters::Filters;
use crate::image::{
    HistoryItem, ImageDelete, ImageInspect, ImagePruneReport, ImageSummary, SearchResult,
};
use crate::network::{Network, NetworkCreateRequest, NetworkCreateResponse, NetworkPruneReport};
use crate::progress::Progress;
use crate::volume::{Volume, VolumeCreate, VolumeList, VolumePruneReport};

impl Client {
    /// With `all` also the images that are only parents of others.
    pub fn images(&self, all: bool, filters: &Filters) -> Result<Vec<ImageSummary>, ClientError> {
        let query = Query::new().flag("all", all).filters(filters);
        self.request(Request::get("/images/json").query(query))?
            .json()
    }

    /// Pulls: progress comes line by line, an error as the last line
    /// ([`Progress::error`]).
    pub fn image_pull(
        &self,
        repository: &str,
        tag: &str,
        platform: &str,
        auth: &str,
    ) -> Result<JsonLines<Reply<'_>, Progress>, ClientError> {
        let query = Query::new()
            .text("fromImage", repository)
            .non_empty("tag", tag)
            .non_empty("platform", platform);
        let mut request = Request::post("/images/create").query(query);
        if !auth.is_empty() {
            request = request.header("X-Registry-Auth", auth);
        }
        Ok(self.request(request)?.lines())
    }

    pub fn image_inspect(&self, name: &str) -> Result<ImageInspect, ClientError> {
        self.request(Request::get(Request::path_of("images", name, "json")))?
            .json()
    }

    /// The reply as it came, with the order of its members.
    pub fn image_inspect_raw(&self, name: &str) -> Result<Vec<u8>, ClientError> {
        self.request(Request::get(Request::path_of("images", name, "json")))?
            .read_all()
    }

    /// Looks for images in the registry; `limit` 0 is the engine's own.
    pub fn image_search(
        &self,
        term: &str,
        limit: i64,
        filters: &Filters,
    ) -> Result<Vec<SearchResult>, ClientError> {
        let limit = match limit {
            0 => String::new(),
            limit => limit.to_string(),
        };
        let query = Query::new()
            .text("term", term)
            .non_empty("limit", &limit)
            .filters(filters);
        self.request(Request::get("/images/search").query(query))?
            .json()
    }

    pub fn image_history(&self, name: &str) -> Result<Vec<HistoryItem>, ClientError> {
        self.request(Request::get(Request::path_of("images", name, "history")))?
            .json()
    }

    pub fn image_tag(&self, source: &str, repository: &str, tag: &str) -> Result<(), ClientError> {
        let query = Query::new().text("repo", repository).non_empty("tag", tag);
        self.request(Request::post(Request::path_of("images", source, "tag")).query(query))?
            .finish()
    }

    pub fn image_remove(
        &self,
        name: &str,
        force: bool,
        no_prune: bool,
    ) -> Result<Vec<ImageDelete>, ClientError> {
        let query = Query::new().flag("force", force).flag("noprune", no_prune);
        self.request(Request::delete(Request::path_of("images", name, "")).query(query))?
            .json()
    }

    pub fn images_prune(&self, filters: &Filters) -> Result<ImagePruneReport, ClientError> {
        self.request(Request::post("/images/prune").query(Query::new().filters(filters)))?
            .json()
    }

    pub fn volumes(&self, filters: &Filters) -> Result<VolumeList, ClientError> {
        self.request(Request::get("/volumes").query(Query::new().filters(filters)))?
            .json()
    }

    pub fn volume_create(&self, body: &VolumeCreate) -> Result<Volume, ClientError> {
        self.request(Request::post("/volumes/create").json(body))?
            .json()
    }

    /// The reply as it came, with the order of its members.
    pub fn volume_inspect_raw(&self, name: &str) -> Result<Vec<u8>, ClientError> {
        self.request(Request::get(Request::path_of("volumes", name, "")))?
            .read_all()
    }

    pub fn volume_inspect(&self, name: &str) -> Result<Volume, ClientError> {
        self.request(Request::get(Request::path_of("volumes", name, "")))?
            .json()
    }

    pub fn volume_remove(&self, name: &str, force: bool) -> Result<(), ClientError> {
        let query = Query::new().flag("force", force);
        self.request(Request::delete(Request::path_of("volumes", name, "")).query(query))?
            .finish()
    }

    pub fn volumes_prune(&self, filters: &Filters) -> Result<VolumePruneReport, ClientError> {
        self.request(Request::post("/volumes/prune").query(Query::new().filters(filters)))?
            .json()
    }

    pub fn networks(&self, filters: &Filters) -> Result<Vec<Network>, ClientError> {
        self.request(Request::get("/networks").query(Query::new().filters(filters)))?
            .json()
    }

    pub fn network_inspect(&self, name: &str) -> Result<Network, ClientError> {
        self.request(Request::get(Request::path_of("networks", name, "")))?
            .json()
    }

    /// The reply as it came, with the order of its members.
    pub fn network_inspect_raw(&self, name: &str, verbose: bool) -> Result<Vec<u8>, ClientError> {
        let query = Query::new().non_empty("verbose", if verbose { "true" } else { "" });
        self.request(Request::get(Request::path_of("networks", name, "")).query(query))?
            .read_all()
    }

    pub fn network_create(
        &self,
        body: &NetworkCreateRequest,
    ) -> Result<NetworkCreateResponse, ClientError> {
        self.request(Request::post("/networks/create").json(body))?
            .json()
    }

    pub fn network_remove(&self, name: &str) -> Result<(), ClientError> {
        self.request(Request::delete(Request::path_of("networks", name, "")))?
            .finish()
    }

    pub fn networks_prune(&self, filters: &Filters) -> Result<NetworkPruneReport, ClientError> {
        self.request(Request::post("/networks/prune").query(Query::new().filters(filters)))?
            .json()
    }
}
