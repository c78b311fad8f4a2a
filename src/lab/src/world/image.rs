//! An image of the lab.

use super::{number, pairs, text, texts};
use serde_json::Value;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Image {
    /// `sha256:HEX`.
    pub id: String,
    /// `name:tag`.
    pub tags: Vec<String>,
    /// `name@sha256:HEX`; only a registry gives one.
    pub digests: Vec<String>,
    /// The layers' diff ids, lowest first.
    pub layers: Vec<String>,
    pub entrypoint: Vec<String>,
    pub command: Vec<String>,
    /// `NAME=VALUE`.
    pub labels: Vec<String>,
    /// Bytes.
    pub size: i64,
    /// The text of `docker commit -m`, where the image was committed.
    pub comment: String,
}

impl Image {
    /// From `GET /images/NAME/json`.
    pub fn from_inspect(value: &Value) -> Image {
        Image {
            id: text(value, "/Id"),
            tags: texts(value, "/RepoTags"),
            digests: texts(value, "/RepoDigests"),
            layers: texts(value, "/RootFS/Layers"),
            entrypoint: texts(value, "/Config/Entrypoint"),
            command: texts(value, "/Config/Cmd"),
            labels: pairs(value, "/Config/Labels"),
            size: number(value, "/Size"),
            comment: text(value, "/Comment"),
        }
    }

    /// The command line that a container of this image runs by default.
    pub fn own_command(&self) -> Vec<String> {
        self.entrypoint
            .iter()
            .chain(&self.command)
            .cloned()
            .collect()
    }

    /// Whether a reference by id or digest means this image.
    pub fn answers_to(&self, reference: &str) -> bool {
        let bare = reference.strip_prefix("sha256:").unwrap_or(reference);
        let hex = self.id.strip_prefix("sha256:").unwrap_or(&self.id);
        let is_id = bare.len() >= 4 && bare.bytes().all(|byte| byte.is_ascii_hexdigit());
        (is_id && hex.starts_with(bare)) || self.digests.iter().any(|digest| digest == reference)
    }

    /// How people call it: a tag, else the short id.
    pub fn calling_name(&self) -> String {
        match self.tags.first() {
            Some(tag) => tag.trim_end_matches(":latest").to_string(),
            None => short_id(&self.id).to_string(),
        }
    }
}

/// The twelve digits that Docker prints.
pub(super) fn short_id(id: &str) -> &str {
    let hex = id.strip_prefix("sha256:").unwrap_or(id);
    hex.get(..12).unwrap_or(hex)
}
