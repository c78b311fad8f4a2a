//! Images as replies: list items, inspect, history.
//!
//! Pure: from the list's entry and the image's document to the wire types.

use std::collections::BTreeMap;

use plimsoll_api::container::GraphDriver;
use plimsoll_api::image::{HistoryItem, ImageInspect, ImageMetadata, ImageSummary, RootFs};
use plimsoll_store::{Digest, ImageRef};

use super::document::{Document, seconds};
use super::list::{ImageEntry, ImageList};
use crate::timestamp;

/// What a reply is made of.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// The lab's list.
    pub list: &'a ImageList,
    /// Which image.
    pub id: &'a Digest,
    /// Its entry in the list.
    pub entry: &'a ImageEntry,
    /// Its configuration.
    pub document: &'a Document,
}

impl Shown<'_> {
    /// Bytes of all its layers.
    #[must_use]
    pub fn size(&self) -> i64 {
        let sum: u64 = self.entry.layers.iter().map(|layer| layer.size).sum();
        i64::try_from(sum).unwrap_or(i64::MAX)
    }

    /// `nginx:latest` and so on, sorted.
    #[must_use]
    pub fn tags(&self) -> Vec<String> {
        self.list.tags_of(self.id).filter_map(familiar).collect()
    }

    /// `nginx@sha256:...` and so on, sorted.
    #[must_use]
    pub fn digests(&self) -> Vec<String> {
        let digests = self.entry.digests.iter();
        digests.filter_map(|full| familiar(full)).collect()
    }

    /// Labels of its configuration.
    #[must_use]
    pub fn labels(&self) -> BTreeMap<String, String> {
        self.document.config.labels.clone().unwrap_or_default()
    }

    /// An item of `GET /images/json`.
    #[must_use]
    pub fn summary(&self) -> ImageSummary {
        ImageSummary {
            containers: -1,
            created: self.document.created_seconds(),
            id: self.id.to_string(),
            labels: Some(self.labels()).filter(|labels| !labels.is_empty()),
            parent_id: self.parent(),
            repo_digests: self.digests(),
            repo_tags: self.tags(),
            shared_size: -1,
            size: self.size(),
        }
    }

    fn parent(&self) -> String {
        self.entry
            .parent
            .as_ref()
            .map_or_else(String::new, Digest::to_string)
    }

    /// The reply of `GET /images/{name}/json`; `lowers` are its layers on disk,
    /// uppermost first.
    #[must_use]
    pub fn inspect(&self, lowers: &[String]) -> ImageInspect {
        let mut data = BTreeMap::new();
        if let Some((upper, lower)) = lowers.split_first() {
            data.insert("UpperDir".to_owned(), upper.clone());
            if !lower.is_empty() {
                data.insert("LowerDir".to_owned(), lower.join(":"));
            }
        }
        let document = self.document;
        let last_tag_time = if self.entry.last_tagged.is_empty() {
            timestamp::ZERO.to_owned()
        } else {
            self.entry.last_tagged.clone()
        };
        ImageInspect {
            id: self.id.to_string(),
            repo_tags: self.tags(),
            repo_digests: self.digests(),
            parent: self.parent(),
            comment: document.comment.clone(),
            created: document.created.clone(),
            docker_version: document.docker_version.clone(),
            author: document.author.clone(),
            config: document.config.clone(),
            architecture: document.architecture.clone(),
            variant: document.variant.clone(),
            os: document.os.clone(),
            os_version: document.os_version.clone(),
            size: self.size(),
            graph_driver: GraphDriver {
                data: Some(data),
                name: "overlay2".to_owned(),
            },
            root_fs: RootFs {
                kind: "layers".to_owned(),
                layers: document
                    .rootfs
                    .diff_ids
                    .iter()
                    .map(Digest::to_string)
                    .collect(),
            },
            metadata: ImageMetadata { last_tag_time },
        }
    }

    /// The reply of `GET /images/{name}/history`, newest first. Only the image
    /// itself has an id and tags; its steps' images are not here.
    #[must_use]
    pub fn history(&self) -> Vec<HistoryItem> {
        let size_of = |layer: Option<usize>| {
            layer
                .and_then(|index| self.entry.layers.get(index))
                .map_or(0, |layer| i64::try_from(layer.size).unwrap_or(i64::MAX))
        };
        let mut items: Vec<HistoryItem> = self
            .document
            .steps()
            .into_iter()
            .map(|(step, layer)| HistoryItem {
                comment: step.comment,
                created: seconds(&step.created),
                created_by: step.created_by,
                id: "<missing>".to_owned(),
                size: size_of(layer),
                tags: None,
            })
            .collect();
        if let Some(newest) = items.first_mut() {
            newest.id = self.id.to_string();
            newest.tags = Some(self.tags()).filter(|tags| !tags.is_empty());
        }
        items
    }
}

fn familiar(full: &str) -> Option<String> {
    ImageRef::parse(full)
        .ok()
        .map(|reference| reference.familiar())
}

#[cfg(test)]
mod tests {
    use super::super::document::tests::NGINX;
    use super::super::list::LayerEntry;
    use super::super::list::tests::{id, sample};
    use super::*;
    use plimsoll_store::DiffId;

    fn with_shown(check: impl FnOnce(Shown<'_>)) {
        let mut list = sample();
        let document = Document::parse(NGINX.as_bytes()).expect("it parses");
        let image = id("abc1");
        let entry = list.images.get_mut(&image).expect("it is there");
        entry.layers = document
            .rootfs
            .diff_ids
            .iter()
            .zip([1000, 234])
            .map(|(diff_id, size)| LayerEntry {
                diff_id: DiffId(*diff_id),
                blob: *diff_id,
                media_type: String::new(),
                size,
            })
            .collect();
        check(Shown {
            entry: &list.images[&image],
            list: &list,
            id: &image,
            document: &document,
        });
    }

    #[test]
    fn a_list_item() {
        with_shown(|shown| {
            let summary = shown.summary();
            assert_eq!(summary.repo_tags, ["nginx:1", "nginx:latest"]);
            assert_eq!(summary.repo_digests, [format!("nginx@{}", id("99"))]);
            assert_eq!(summary.size, 1234);
            assert_eq!(summary.created, 1_767_323_045);
        });
    }

    #[test]
    fn history_tells_every_step_with_its_size() {
        with_shown(|shown| {
            let lines: Vec<String> = shown
                .history()
                .iter()
                .map(|item| {
                    let id = &item.id[..10.min(item.id.len())];
                    format!("{id} {} {} {}", item.size, item.created_by, item.comment)
                })
                .collect();
            insta::assert_snapshot!(lines.join("\n"), @r#"
            sha256:abc 0 CMD ["nginx"] 
            <missing> 234 COPY nginx / built
            <missing> 0 ENV A=b 
            <missing> 1000 COPY tools / 
            "#);
        });
    }

    #[test]
    fn replies_fit_docker_s_description() {
        let Some(spec) = plimsoll_testkit::swagger::Spec::load() else {
            plimsoll_testkit::skipped("no docker-engine-api.yaml");
            return;
        };
        with_shown(|shown| {
            let inspect = serde_json::to_value(shown.inspect(&["/a".into(), "/b".into()]));
            let inspect = inspect.expect("it serialises");
            assert_eq!(inspect["GraphDriver"]["Data"]["LowerDir"], "/b");
            let found = spec.check("GET", "/images/{name}/json", 200, &inspect);
            assert_eq!(found, Ok(()));
            let list = serde_json::json!([shown.summary()]);
            assert_eq!(spec.check("GET", "/images/json", 200, &list), Ok(()));
            let history = serde_json::to_value(shown.history()).expect("it serialises");
            let found = spec.check("GET", "/images/{name}/history", 200, &history);
            assert_eq!(found, Ok(()));
        });
    }
}
