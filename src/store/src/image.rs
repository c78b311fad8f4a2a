//! Image manifests and configurations, read as what they are and nothing else.
//!
//! A manifest, an index and a configuration are all JSON: a text that can be
//! read as two of them is refused (CVE-2021-41190), digests are parsed before
//! use (CVE-2024-3727), and the configuration names as many layers as the
//! manifest.

use oci_spec::image::ImageConfiguration;
use serde::{Deserialize, Serialize};

use crate::digest::{DiffId, Digest};

/// `application/vnd.oci.image.manifest.v1+json`
pub const OCI_MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
/// `application/vnd.docker.distribution.manifest.v2+json`
pub const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
/// `application/vnd.oci.image.index.v1+json`
pub const OCI_INDEX: &str = "application/vnd.oci.image.index.v1+json";
/// `application/vnd.docker.distribution.manifest.list.v2+json`
pub const DOCKER_INDEX: &str = "application/vnd.docker.distribution.manifest.list.v2+json";

const OCI_CONFIG: &str = "application/vnd.oci.image.config.v1+json";
const DOCKER_CONFIG: &str = "application/vnd.docker.container.image.v1+json";

/// Largest manifest or configuration, in bytes, as registries bound them.
pub const LARGEST_DOCUMENT: u64 = 4 << 20;
/// More layers than overlay can stack with room for the container's own.
const MOST_LAYERS: usize = 125;

/// What a manifest says about one blob (image-spec `descriptor.md`).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Descriptor {
    /// What kind of content it is.
    pub media_type: String,
    /// Its name.
    pub digest: Digest,
    /// Its length in bytes.
    pub size: u64,
}

/// One layer of an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LayerRecord {
    /// The digest of the uncompressed tar.
    pub diff_id: DiffId,
    /// The digest of the blob.
    pub digest: Digest,
    /// The blob's length in bytes.
    pub size: u64,
    /// How the blob is packed.
    pub media_type: String,
}

/// A verified image.
#[derive(Debug, Clone, PartialEq)]
pub struct ImageRecord {
    /// The digest of the configuration: Docker's image id.
    pub id: Digest,
    /// The digest of the manifest.
    pub manifest: Digest,
    /// The configuration, parsed.
    pub config: ImageConfiguration,
    /// The configuration's bytes, of which `id` is the digest.
    pub config_bytes: Vec<u8>,
    /// Bottom first.
    pub layers: Vec<LayerRecord>,
}

/// A manifest or configuration was refused.
#[derive(Debug, thiserror::Error)]
pub enum ImageError {
    /// It is not the JSON that it should be.
    #[error("invalid {what}: {source}")]
    Json {
        /// `manifest` or `image configuration`.
        what: &'static str,
        /// What the parser says.
        source: serde_json::Error,
    },
    /// It could be read as something else too, or says it is something else.
    #[error("refusing the manifest: {0}")]
    Confusing(String),
    /// Layers and configuration do not fit together.
    #[error("the manifest has {layers} layers, but the image's configuration names {diff_ids}")]
    LayerCount {
        /// Layers in the manifest.
        layers: usize,
        /// Entries of `rootfs.diff_ids`.
        diff_ids: usize,
    },
    /// More layers than overlay can stack.
    #[error("the image has {0} layers; at most {MOST_LAYERS} can be stacked")]
    TooManyLayers(usize),
    /// The configuration's digest is not what the manifest says.
    #[error("the image's configuration is {actual}, not {expected} as its manifest says")]
    WrongConfig {
        /// What the manifest says.
        expected: Digest,
        /// What came.
        actual: Digest,
    },
    /// A digest in the configuration cannot be one.
    #[error("invalid digest {text:?} in the image's configuration: {source}")]
    Digest {
        /// The text.
        text: String,
        /// What is wrong with it.
        source: crate::digest::DigestError,
    },
    /// The configuration could not be had.
    #[error("fetch the image's configuration: {0}")]
    Fetch(Box<dyn std::error::Error + Send + Sync>),
}

/// A manifest's own fields, and those of what it must not be at the same time.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Manifest {
    schema_version: u32,
    media_type: Option<String>,
    config: Descriptor,
    layers: Vec<Descriptor>,
    manifests: Option<serde_json::Value>,
    fs_layers: Option<serde_json::Value>,
}

/// Reads a manifest, fetches its configuration with `fetch` and verifies both.
/// Layers' blobs are not fetched: `layers` says which are needed.
///
/// `media_type` is what the manifest was served as, where that is known.
pub fn import_image<E>(
    manifest: &[u8],
    media_type: Option<&str>,
    fetch: impl FnOnce(&Descriptor) -> Result<Vec<u8>, E>,
) -> Result<ImageRecord, ImageError>
where
    E: Into<Box<dyn std::error::Error + Send + Sync>>,
{
    let parsed = parse_manifest(manifest, media_type)?;
    let config_bytes = fetch(&parsed.config).map_err(|error| ImageError::Fetch(error.into()))?;
    let actual = Digest::of(&config_bytes);
    if actual != parsed.config.digest {
        return Err(ImageError::WrongConfig {
            expected: parsed.config.digest,
            actual,
        });
    }
    let config: ImageConfiguration =
        serde_json::from_slice(&config_bytes).map_err(|source| ImageError::Json {
            what: "image configuration",
            source,
        })?;
    let layers = pair_layers(parsed.layers, config.rootfs().diff_ids())?;
    Ok(ImageRecord {
        id: actual,
        manifest: Digest::of(manifest),
        config,
        config_bytes,
        layers,
    })
}

fn parse_manifest(bytes: &[u8], served_as: Option<&str>) -> Result<Manifest, ImageError> {
    let confusing = |text: String| Err(ImageError::Confusing(text));
    let manifest: Manifest = serde_json::from_slice(bytes).map_err(|source| ImageError::Json {
        what: "manifest",
        source,
    })?;
    if manifest.schema_version != 2 {
        return confusing(format!(
            "schema version {} is not 2",
            manifest.schema_version
        ));
    }
    if manifest.manifests.is_some() || manifest.fs_layers.is_some() {
        return confusing("it is an image manifest and an index at the same time".to_owned());
    }
    for claimed in [served_as, manifest.media_type.as_deref()]
        .into_iter()
        .flatten()
    {
        if claimed != OCI_MANIFEST && claimed != DOCKER_MANIFEST {
            return confusing(format!("its media type is {claimed:?}"));
        }
    }
    if let (Some(served), Some(own)) = (served_as, manifest.media_type.as_deref())
        && served != own
    {
        return confusing(format!(
            "it was served as {served:?} and calls itself {own:?}"
        ));
    }
    let config = manifest.config.media_type.as_str();
    if config != OCI_CONFIG && config != DOCKER_CONFIG {
        return confusing(format!(
            "its configuration is {config:?}, which no container runs from"
        ));
    }
    Ok(manifest)
}

fn pair_layers(
    layers: Vec<Descriptor>,
    diff_ids: &[String],
) -> Result<Vec<LayerRecord>, ImageError> {
    if layers.len() != diff_ids.len() {
        return Err(ImageError::LayerCount {
            layers: layers.len(),
            diff_ids: diff_ids.len(),
        });
    }
    if layers.len() > MOST_LAYERS {
        return Err(ImageError::TooManyLayers(layers.len()));
    }
    let pair = |(layer, text): (Descriptor, &String)| {
        let diff_id = Digest::parse(text).map_err(|source| ImageError::Digest {
            text: text.clone(),
            source,
        })?;
        Ok(LayerRecord {
            diff_id: DiffId(diff_id),
            digest: layer.digest,
            size: layer.size,
            media_type: layer.media_type,
        })
    };
    layers.into_iter().zip(diff_ids).map(pair).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn config(layers: &[&[u8]]) -> Vec<u8> {
        let ids: Vec<_> = layers
            .iter()
            .map(|layer| Digest::of(layer).to_string())
            .collect();
        json!({"architecture": "amd64", "os": "linux", "config": {"Cmd": ["sh"]},
               "rootfs": {"type": "layers", "diff_ids": ids}})
        .to_string()
        .into_bytes()
    }

    fn manifest(config: &[u8], layers: &[&[u8]]) -> serde_json::Value {
        let descriptor = |kind: &str, bytes: &[u8]| json!({"mediaType": kind, "digest": Digest::of(bytes), "size": bytes.len()});
        let layers: Vec<_> = layers
            .iter()
            .map(|layer| descriptor("application/vnd.oci.image.layer.v1.tar+gzip", layer))
            .collect();
        json!({"schemaVersion": 2, "mediaType": OCI_MANIFEST,
               "config": descriptor(OCI_CONFIG, config), "layers": layers})
    }

    fn import(manifest: &serde_json::Value, config: &[u8]) -> Result<ImageRecord, ImageError> {
        import_image(manifest.to_string().as_bytes(), None, |_| {
            Ok::<_, String>(config.to_vec())
        })
    }

    #[test]
    fn a_good_image_is_read() {
        let config = config(&[b"a", b"b"]);
        let manifest = manifest(&config, &[b"a", b"b"]);
        let image = import(&manifest, &config).unwrap();
        assert_eq!(image.id, Digest::of(&config));
        assert_eq!(image.layers.len(), 2);
        assert_eq!(image.layers[1].diff_id, DiffId(Digest::of(b"b")));
    }

    #[test]
    fn a_text_that_is_two_things_is_refused() {
        let config = config(&[b"a"]);
        let good = manifest(&config, &[b"a"]);
        let changes: [(&str, serde_json::Value); 5] = [
            ("manifests", json!([])),
            ("fsLayers", json!([])),
            ("mediaType", json!(OCI_INDEX)),
            ("schemaVersion", json!(1)),
            (
                "config",
                json!({"mediaType": "application/vnd.oci.empty.v1+json", "digest": Digest::of(b"{}"), "size": 2}),
            ),
        ];
        for (field, value) in changes {
            let mut bad = good.clone();
            bad[field] = value;
            assert!(
                matches!(import(&bad, &config), Err(ImageError::Confusing(_))),
                "{field}"
            );
        }
        let served = import_image(good.to_string().as_bytes(), Some(DOCKER_MANIFEST), |_| {
            Ok::<_, String>(config.clone())
        });
        assert!(matches!(served, Err(ImageError::Confusing(_))));
    }

    #[test]
    fn digests_and_counts_are_checked() {
        let short = config(&[b"a"]);
        let error = import(&manifest(&short, &[b"a", b"b"]), &short).unwrap_err();
        assert!(
            matches!(
                error,
                ImageError::LayerCount {
                    layers: 2,
                    diff_ids: 1
                }
            ),
            "{error}"
        );

        let good = manifest(&short, &[b"a"]);
        let error = import(&good, b"{}").unwrap_err();
        assert!(matches!(error, ImageError::WrongConfig { .. }), "{error}");

        let mut escape = good.clone();
        escape["layers"][0]["digest"] = json!("sha256:../../../etc/passwd");
        assert!(matches!(
            import(&escape, &short),
            Err(ImageError::Json { .. })
        ));

        let mut config: serde_json::Value = serde_json::from_slice(&short).unwrap();
        config["rootfs"]["diff_ids"][0] = json!("../../x");
        let config = config.to_string().into_bytes();
        let error = import(&manifest(&config, &[b"a"]), &config).unwrap_err();
        assert!(matches!(error, ImageError::Digest { .. }), "{error}");
    }
}
