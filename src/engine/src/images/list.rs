//! The lab's image list as data: which images, under which names.
//!
//! Duty: the contents of `images.json`, looking a name up as Docker does, and
//! the changes a name can undergo. Pure: reading and writing the file is
//! `file.rs`, what an image is made of is the store's.

use std::collections::{BTreeMap, BTreeSet};

use plimsoll_store::{ChainId, DiffId, Digest, ImageRef, ReferenceError};
use serde::{Deserialize, Serialize};

/// The version of `images.json` that this engine reads and writes.
pub const VERSION: u32 = 1;

/// A layer of an image, as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LayerEntry {
    /// Digest of the uncompressed tar.
    pub diff_id: DiffId,
    /// Digest of the blob.
    pub blob: Digest,
    /// How the blob is packed.
    pub media_type: String,
    /// Bytes of the files in it.
    pub size: u64,
}

/// One image of the lab.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageEntry {
    /// Digest of the manifest it was pulled by.
    pub manifest: Option<Digest>,
    /// The image it was made from here, by commit or build.
    pub parent: Option<Digest>,
    /// Layers, lowest first.
    pub layers: Vec<LayerEntry>,
    /// Names by digest: `docker.io/library/nginx@sha256:...`.
    pub digests: BTreeSet<String>,
    /// When a name was last put on it here, RFC 3339; empty for never.
    pub last_tagged: String,
}

/// All images of the lab.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ImageList {
    /// [`VERSION`].
    pub version: u32,
    /// By image id, the digest of the configuration.
    pub images: BTreeMap<Digest, ImageEntry>,
    /// Full name with tag (`docker.io/library/nginx:latest`) to image id.
    pub tags: BTreeMap<String, Digest>,
}

impl Default for ImageList {
    fn default() -> Self {
        Self {
            version: VERSION,
            images: BTreeMap::new(),
            tags: BTreeMap::new(),
        }
    }
}

/// Why a name leads to no image.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ResolveError {
    /// Not a name at all (400).
    #[error(transparent)]
    Reference(#[from] ReferenceError),
    /// A well-formed name that nothing here has (404).
    #[error("No such image: {0}")]
    NotFound(String),
    /// The beginning of several ids (400).
    #[error("multiple IDs found with provided prefix: {0}")]
    Ambiguous(String),
}

/// How a text led to an image: removing by name and by id differ.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Named {
    /// By tag or by digest of a repository.
    Reference(ImageRef),
    /// By id or the beginning of one.
    Id,
}

impl ImageList {
    /// The image that `text` names: a reference first, then the beginning of an
    /// id, as dockerd does.
    ///
    /// # Errors
    /// [`ResolveError`].
    pub fn resolve(&self, text: &str) -> Result<(Digest, Named), ResolveError> {
        if let Some(hex) = whole_id(text) {
            return match Digest::from_hex(hex) {
                Ok(id) if self.images.contains_key(&id) => Ok((id, Named::Id)),
                _ => Err(ResolveError::NotFound(format!("sha256:{hex}"))),
            };
        }
        // `sha256:abc` parses as a repository called sha256 as well.
        if let Some(id) = self.by_id_prefix(text.strip_prefix("sha256:"), text)? {
            return Ok((id, Named::Id));
        }
        let reference = ImageRef::parse(text)?.with_default_tag();
        if let Some(id) = self.by_reference(&reference) {
            return Ok((id, Named::Reference(reference)));
        }
        if let Some(id) = self.by_id_prefix(Some(text), text)? {
            return Ok((id, Named::Id));
        }
        Err(ResolveError::NotFound(reference.familiar()))
    }

    fn by_reference(&self, reference: &ImageRef) -> Option<Digest> {
        if let Some(digest) = reference.digest() {
            let name = reference.with_digest(*digest).to_string();
            return self
                .images
                .iter()
                .find(|(_, entry)| entry.digests.contains(&name))
                .map(|(id, _)| *id);
        }
        self.tags.get(&reference.to_string()).copied()
    }

    fn by_id_prefix(
        &self,
        prefix: Option<&str>,
        given: &str,
    ) -> Result<Option<Digest>, ResolveError> {
        let Some(prefix) = prefix.filter(|prefix| is_hex(prefix)) else {
            return Ok(None);
        };
        let mut found = self.images.keys().filter(|id| id.hex().starts_with(prefix));
        match (found.next(), found.next()) {
            (None, _) => Ok(None),
            (Some(id), None) => Ok(Some(*id)),
            (Some(_), Some(_)) => Err(ResolveError::Ambiguous(given.to_owned())),
        }
    }

    /// Tags of an image, in full and sorted.
    pub fn tags_of(&self, id: &Digest) -> impl Iterator<Item = &str> {
        self.tags
            .iter()
            .filter(move |(_, of)| *of == id)
            .map(|(tag, _)| tag.as_str())
    }

    /// All references to an image, parsed: tags first, then digests.
    #[must_use]
    pub fn references_of(&self, id: &Digest) -> Vec<ImageRef> {
        let digests = self.images.get(id).into_iter().flat_map(|e| &e.digests);
        self.tags_of(id)
            .chain(digests.map(String::as_str))
            .filter_map(|text| ImageRef::parse(text).ok())
            .collect()
    }

    /// Images made from `id` here.
    pub fn children_of(&self, id: &Digest) -> impl Iterator<Item = &Digest> {
        self.images
            .iter()
            .filter(move |(_, entry)| entry.parent.as_ref() == Some(id))
            .map(|(child, _)| child)
    }

    /// Puts a tag on an image; returns the image that had it before.
    pub fn tag(&mut self, reference: &ImageRef, id: Digest, now: &str) -> Option<Digest> {
        if let Some(entry) = self.images.get_mut(&id) {
            now.clone_into(&mut entry.last_tagged);
        }
        self.tags
            .insert(reference.to_string(), id)
            .filter(|previous| *previous != id)
    }

    /// Takes a tag or a digest off an image.
    pub fn untag(&mut self, reference: &ImageRef, id: &Digest) {
        match reference.digest() {
            Some(_) => {
                if let Some(entry) = self.images.get_mut(id) {
                    entry.digests.remove(&reference.to_string());
                }
            }
            None => {
                self.tags.remove(&reference.to_string());
            }
        }
    }

    /// Takes an image away with all its names.
    pub fn remove(&mut self, id: &Digest) {
        self.images.remove(id);
        self.tags.retain(|_, of| of != id);
    }

    /// True where no tag leads to the image.
    #[must_use]
    pub fn is_dangling(&self, id: &Digest) -> bool {
        self.tags_of(id).next().is_none()
    }

    /// Every layer that the list needs.
    pub fn layers(&self) -> impl Iterator<Item = &LayerEntry> {
        self.images.values().flat_map(|entry| &entry.layers)
    }

    /// The stacks of layers that an image has and no other image here has,
    /// uppermost first: what goes with it.
    #[must_use]
    pub fn own_chains(&self, id: &Digest) -> Vec<(ChainId, u64)> {
        let chains = |entry: &ImageEntry| -> Vec<(ChainId, u64)> {
            let diff_ids: Vec<DiffId> = entry.layers.iter().map(|layer| layer.diff_id).collect();
            (0..diff_ids.len())
                .filter_map(|top| Some((ChainId::of(&diff_ids[..=top])?, entry.layers[top].size)))
                .collect()
        };
        let others: BTreeSet<ChainId> = self
            .images
            .iter()
            .filter(|(other, _)| *other != id)
            .flat_map(|(_, entry)| chains(entry))
            .map(|(chain, _)| chain)
            .collect();
        let mut own = self.images.get(id).map(chains).unwrap_or_default();
        own.retain(|(chain, _)| !others.contains(chain));
        own.reverse();
        own
    }
}

/// The 64 digits of `sha256:HEX` or of a bare `HEX`.
fn whole_id(text: &str) -> Option<&str> {
    let hex = text.strip_prefix("sha256:").unwrap_or(text);
    (hex.len() == 64 && is_hex(hex)).then_some(hex)
}

fn is_hex(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// An id of 64 digits that begins with `start`.
    pub(crate) fn id(start: &str) -> Digest {
        Digest::from_hex(&format!("{start:0<64}")).expect("hex digits")
    }

    pub(crate) fn entry(digests: &[&str]) -> ImageEntry {
        ImageEntry {
            manifest: None,
            parent: None,
            layers: Vec::new(),
            digests: digests.iter().map(|d| (*d).to_owned()).collect(),
            last_tagged: String::new(),
        }
    }

    /// `nginx:latest` and `nginx:1` are abc1, with a digest; `me/app:x` is
    /// abc2; def has no name.
    pub(crate) fn sample() -> ImageList {
        let mut list = ImageList::default();
        let digest = format!("docker.io/library/nginx@{}", id("99"));
        list.images.insert(id("abc1"), entry(&[&digest]));
        list.images.insert(id("abc2"), entry(&[]));
        list.images.insert(id("def"), entry(&[]));
        for (tag, of) in [
            ("nginx:latest", "abc1"),
            ("nginx:1", "abc1"),
            ("me/app:x", "abc2"),
        ] {
            let reference = ImageRef::parse(tag).expect("a reference");
            list.tag(&reference, id(of), "now");
        }
        list
    }

    #[test]
    fn names_are_looked_up_as_docker_does() {
        let list = sample();
        let by_digest = format!("nginx@{}", id("99"));
        let whole = id("def").hex();
        let with_algorithm = id("def").to_string();
        for (text, found) in [
            ("nginx", "abc1"),
            ("nginx:1", "abc1"),
            ("docker.io/library/nginx", "abc1"),
            ("library/nginx:latest", "abc1"),
            (by_digest.as_str(), "abc1"),
            ("me/app:x", "abc2"),
            ("abc1", "abc1"),
            ("sha256:abc2", "abc2"),
            ("def", "def"),
            ("d", "def"),
            (whole.as_str(), "def"),
            (with_algorithm.as_str(), "def"),
        ] {
            let (resolved, _) = list.resolve(text).unwrap_or_else(|e| panic!("{text}: {e}"));
            assert_eq!(resolved, id(found), "{text}");
        }
    }

    #[test]
    fn what_is_not_found_says_what_was_looked_for() {
        let list = sample();
        let nowhere = id("77").hex();
        let nothing = format!("No such image: sha256:{nowhere}");
        for (text, message) in [
            ("redis", "No such image: redis:latest"),
            ("nginx:9", "No such image: nginx:9"),
            ("me/app", "No such image: me/app:latest"),
            ("abc", "multiple IDs found with provided prefix: abc"),
            (
                "sha256:ab",
                "multiple IDs found with provided prefix: sha256:ab",
            ),
            (
                "Nginx",
                "invalid reference format: repository name (library/Nginx) must be lowercase",
            ),
            ("", "invalid reference format"),
            (nowhere.as_str(), nothing.as_str()),
        ] {
            let error = list.resolve(text).expect_err(text);
            assert_eq!(error.to_string(), message);
        }
    }

    #[test]
    fn a_name_wins_over_the_beginning_of_an_id() {
        let mut list = sample();
        let reference = ImageRef::parse("def:latest").expect("a reference");
        list.tag(&reference, id("abc2"), "now");
        let (found, named) = list.resolve("def").expect("found");
        assert_eq!((found, named), (id("abc2"), Named::Reference(reference)));
    }

    #[test]
    fn a_tag_moves_and_tells_who_had_it() {
        let mut list = sample();
        let reference = ImageRef::parse("nginx:latest").expect("a reference");
        assert_eq!(list.tag(&reference, id("abc1"), "t1"), None);
        assert_eq!(list.tag(&reference, id("def"), "t2"), Some(id("abc1")));
        assert_eq!(list.images[&id("def")].last_tagged, "t2");
        assert_eq!(
            list.tags_of(&id("abc1")).collect::<Vec<_>>(),
            ["docker.io/library/nginx:1"]
        );
        list.remove(&id("def"));
        assert!(list.resolve("nginx").is_err());
    }

    #[test]
    fn shared_layers_stay_with_the_other_image() {
        let mut list = sample();
        let layer = |text: &[u8]| LayerEntry {
            diff_id: DiffId(Digest::of(text)),
            blob: Digest::of(text),
            media_type: String::new(),
            size: text.len() as u64,
        };
        list.images.get_mut(&id("abc1")).expect("there").layers =
            vec![layer(b"base"), layer(b"nginx"), layer(b"page one")];
        list.images.get_mut(&id("def")).expect("there").layers = vec![layer(b"base")];
        let sizes = |image| -> Vec<u64> {
            let own = list.own_chains(&id(image)).into_iter();
            own.map(|(_, size)| size).collect()
        };
        assert_eq!(sizes("abc1"), [8, 5]);
        assert!(sizes("def").is_empty());
    }

    #[test]
    fn the_file_s_form_is_fixed_and_strict() {
        let list = sample();
        let text = serde_json::to_string(&list).expect("it serialises");
        let back: ImageList = serde_json::from_str(&text).expect("it parses");
        assert_eq!(back, list);
        assert!(
            serde_json::from_str::<ImageList>(r#"{"version":1,"images":{},"tags":{},"x":1}"#)
                .is_err()
        );
    }
}
