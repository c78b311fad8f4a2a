//! An image's configuration as Docker and OCI write it.
//!
//! Duty: read the JSON that an image id is the digest of, with the fields that
//! only Docker has (`Healthcheck`, `OnBuild`, `Shell`) and that OCI's type
//! drops. Limits: nothing is checked beyond what is used; an image may have
//! been made by anything.

use plimsoll_api::ContainerConfig;
use plimsoll_store::Digest;
use serde::Deserialize;

/// The configuration blob.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Document {
    /// RFC 3339; empty where the image does not say.
    #[serde(deserialize_with = "null_is_default")]
    pub created: String,
    /// `amd64` and the like.
    pub architecture: String,
    /// Of the architecture: `v8`.
    pub variant: String,
    /// `linux`.
    pub os: String,
    /// Of the system.
    #[serde(rename = "os.version")]
    pub os_version: String,
    /// Who made it.
    #[serde(deserialize_with = "null_is_default")]
    pub author: String,
    /// What was said when it was committed.
    pub comment: String,
    /// The daemon that made it.
    pub docker_version: String,
    /// How a container of it runs.
    #[serde(deserialize_with = "null_is_default")]
    pub config: ContainerConfig,
    /// Its layers.
    pub rootfs: RootFs,
    /// One entry for each step, oldest first.
    #[serde(deserialize_with = "null_is_default")]
    pub history: Vec<Step>,
}

/// The layers, by the digests of their uncompressed tars.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct RootFs {
    /// Lowest first.
    #[serde(deserialize_with = "null_is_default")]
    pub diff_ids: Vec<Digest>,
}

/// One step of how the image was made.
#[derive(Debug, Clone, Default, PartialEq, Deserialize)]
#[serde(default)]
pub struct Step {
    /// RFC 3339.
    #[serde(deserialize_with = "null_is_default")]
    pub created: String,
    /// The instruction.
    pub created_by: String,
    /// A remark.
    pub comment: String,
    /// True where the step changed the configuration alone.
    pub empty_layer: bool,
}

fn null_is_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: serde::Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

impl Document {
    /// Reads a configuration blob.
    ///
    /// # Errors
    /// The parser's.
    pub fn parse(bytes: &[u8]) -> serde_json::Result<Self> {
        serde_json::from_slice(bytes)
    }

    /// Seconds since the epoch at which the image was made, 0 if it does not say.
    #[must_use]
    pub fn created_seconds(&self) -> i64 {
        seconds(&self.created)
    }

    /// The steps, newest first, each with the layer that it made (an index
    /// into `rootfs.diff_ids`). Layers without a step are told by steps
    /// without words, so that every layer is seen.
    #[must_use]
    pub fn steps(&self) -> Vec<(Step, Option<usize>)> {
        let mut next_layer = 0;
        let mut steps = Vec::new();
        for step in &self.history {
            let layer = (!step.empty_layer && next_layer < self.rootfs.diff_ids.len()).then(|| {
                next_layer += 1;
                next_layer - 1
            });
            steps.push((step.clone(), layer));
        }
        for layer in next_layer..self.rootfs.diff_ids.len() {
            steps.push((Step::default(), Some(layer)));
        }
        steps.reverse();
        steps
    }
}

/// An RFC 3339 time in seconds since the epoch; 0 for none.
#[must_use]
pub fn seconds(text: &str) -> i64 {
    crate::timestamp::parse(text).map_or(0, |time| time.as_second())
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) const NGINX: &str = r#"{
        "created": "2026-01-02T03:04:05Z", "architecture": "amd64", "os": "linux",
        "author": null,
        "config": {"Env": ["PATH=/bin"], "Cmd": ["nginx"], "ExposedPorts": {"80/tcp": {}},
                   "Labels": {"maintainer": "us"}, "Healthcheck": {"Test": ["CMD", "true"]},
                   "Entrypoint": null, "Volumes": null},
        "rootfs": {"type": "layers", "diff_ids": [
            "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"]},
        "history": [
            {"created": "2026-01-01T00:00:00Z", "created_by": "COPY tools /"},
            {"created": "2026-01-01T00:00:01Z", "created_by": "ENV A=b", "empty_layer": true},
            {"created": "2026-01-02T03:04:05Z", "created_by": "COPY nginx /", "comment": "built"},
            {"created": "2026-01-02T03:04:05Z", "created_by": "CMD [\"nginx\"]", "empty_layer": true}]
    }"#;

    #[test]
    fn docker_s_own_fields_are_kept_and_nulls_are_nothing() {
        let document = Document::parse(NGINX.as_bytes()).expect("it parses");
        assert_eq!(document.created_seconds(), 1_767_323_045);
        assert_eq!(document.author, "");
        assert_eq!(document.config.entrypoint, None);
        assert!(document.config.healthcheck.is_some());
        assert_eq!(document.rootfs.diff_ids.len(), 2);
        assert!(Document::parse(b"{}").is_ok());
        assert!(Document::parse(b"[1]").is_err());
        let escape = r#"{"rootfs":{"diff_ids":["sha256:../../etc"]}}"#;
        assert!(Document::parse(escape.as_bytes()).is_err());
    }

    #[test]
    fn steps_and_layers_are_paired() {
        let mut document = Document::parse(NGINX.as_bytes()).expect("it parses");
        let pairs = |document: &Document| -> Vec<(String, Option<usize>)> {
            let steps = document.steps().into_iter();
            steps
                .map(|(step, layer)| (step.created_by, layer))
                .collect()
        };
        let found = pairs(&document);
        let layers: Vec<Option<usize>> = found.iter().map(|(_, layer)| *layer).collect();
        assert_eq!(layers, [None, Some(1), None, Some(0)]);
        document.history.truncate(1);
        assert_eq!(
            pairs(&document),
            [(String::new(), Some(1)), ("COPY tools /".into(), Some(0))]
        );
        document.rootfs.diff_ids.clear();
        assert_eq!(pairs(&document), [("COPY tools /".into(), None)]);
    }
}
