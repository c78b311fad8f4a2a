//! A lab's state at one moment, as data.
//!
//! Duty: the facts that checks decide on, read from the Docker Engine API's
//! JSON leniently (engines leave fields out) into types without `Option` where
//! a default is the truth. Limits: no I/O ([`crate::observe`] fills it), no
//! verdicts ([`crate::evaluate`]).

mod container;
mod history;
mod image;
mod reference;

pub use container::{Container, Mount, PortBinding};
pub use history::{History, PastContainer, Record, Source};
pub use image::Image;
pub use reference::{full_name, means};

use crate::probe::Observations;
use crate::schema::Question;
use serde_json::Value;
use std::collections::BTreeMap;

/// Containers with this label are the grader's own copies: never judged.
pub const PROBE_LABEL: &str = "plimsoll.probe";
/// What the names of those copies begin with.
pub const PROBE_NAME: &str = "plimsoll-probe-";

/// Everything that a grader may judge.
#[derive(Debug, Clone, Default)]
pub struct World {
    /// Newest first, as `docker ps -a` lists them.
    pub containers: Vec<Container>,
    pub images: Vec<Image>,
    pub volumes: Vec<Volume>,
    pub networks: Vec<Network>,
    pub history: History,
    /// What the lab asks, for the words of a verdict.
    pub questions: Vec<Question>,
    /// Question id to answer, as the learner gave it.
    pub answers: BTreeMap<String, String>,
    /// What looks at the lab found so far.
    pub seen: Observations,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Volume {
    pub name: String,
    pub driver: String,
    /// `NAME=VALUE`.
    pub labels: Vec<String>,
}

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Network {
    pub id: String,
    pub name: String,
    pub driver: String,
    pub subnets: Vec<String>,
    pub gateways: Vec<String>,
    /// `NAME=VALUE`.
    pub options: Vec<String>,
    pub internal: bool,
}

impl World {
    /// Whether anything in the lab can still change by itself: final grading
    /// waits for nothing else.
    pub fn is_moving(&self) -> bool {
        self.containers.iter().any(Container::is_alive)
    }

    pub fn image_by_id(&self, id: &str) -> Option<&Image> {
        self.images.iter().find(|image| image.id == id)
    }

    /// The image that a reference means in this lab now: an id, a short id, a
    /// digest, or a name.
    pub fn image(&self, reference: &str) -> Option<&Image> {
        let full = full_name(reference);
        self.images
            .iter()
            .find(|image| image.tags.iter().any(|tag| full_name(tag) == full))
            .or_else(|| self.images.iter().find(|image| image.answers_to(reference)))
    }

    /// The layer chains under which `reference` was pulled into this lab, and
    /// the ids of those images. A tag that was moved by hand is not among them.
    /// Without a tag, `reference` is its repository: every tag and digest of it.
    ///
    /// With a journal: its pull records. Without one (a real Docker): images
    /// that carry a digest of that repository, which only a registry gives.
    pub fn pulled_as(&self, reference: &str) -> Pulled {
        let mut pulled = Pulled::default();
        if self.history.source == Source::Journal {
            for record in self.history.pulls(reference) {
                let id = record.text("image").unwrap_or(&record.subject).to_string();
                let layers = match self.image_by_id(&id) {
                    Some(image) => image.layers.clone(),
                    // Removed since; a container made from it remembers.
                    None => self.history.layers_of(&id),
                };
                pulled.add(id, layers);
            }
            return pulled;
        }
        let full = full_name(reference);
        let repository = reference::repository(&full).to_string();
        for image in &self.images {
            let from_registry = image
                .digests
                .iter()
                .any(|digest| reference::repository(&full_name(digest)) == repository);
            if from_registry {
                pulled.add(image.id.clone(), image.layers.clone());
            }
        }
        pulled
    }

    /// Whether a container runs (or ran) an image that descends from `pulled`.
    pub fn container_descends(&self, container: &Container, pulled: &Pulled) -> bool {
        if pulled.ids.contains(&container.image_id) {
            return true;
        }
        let layers = match self.image_by_id(&container.image_id) {
            Some(image) => &image.layers,
            None => &container.layers,
        };
        pulled.is_base_of(layers)
    }

    /// Live containers, and removed ones as far as history knows them.
    pub fn containers_ever(&self) -> Vec<Container> {
        let mut all = self.containers.clone();
        for past in self.history.containers() {
            if !all.iter().any(|container| container.id == past.id) && !past.is_probe {
                all.push(past.into_container());
            }
        }
        all
    }
}

/// What an image reference was when it was pulled.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Pulled {
    pub ids: Vec<String>,
    pub chains: Vec<Vec<String>>,
}

impl Pulled {
    fn add(&mut self, id: String, layers: Vec<String>) {
        if !id.is_empty() && !self.ids.contains(&id) {
            self.ids.push(id);
        }
        if !layers.is_empty() && !self.chains.contains(&layers) {
            self.chains.push(layers);
        }
    }

    pub fn is_empty(&self) -> bool {
        self.ids.is_empty() && self.chains.is_empty()
    }

    /// Whether these layers begin with a pulled chain.
    pub fn is_base_of(&self, layers: &[String]) -> bool {
        self.chains.iter().any(|chain| layers.starts_with(chain))
    }
}

impl Volume {
    /// From one item of `GET /volumes`.
    pub fn from_json(value: &Value) -> Volume {
        Volume {
            name: text(value, "/Name"),
            driver: text(value, "/Driver"),
            labels: pairs(value, "/Labels"),
        }
    }
}

impl Network {
    /// From one item of `GET /networks`.
    pub fn from_json(value: &Value) -> Network {
        let config = value
            .pointer("/IPAM/Config")
            .and_then(Value::as_array)
            .cloned()
            .unwrap_or_default();
        let column = |name: &str| -> Vec<String> {
            config
                .iter()
                .filter_map(|entry| entry.get(name)?.as_str().map(str::to_string))
                .filter(|found| !found.is_empty())
                .collect()
        };
        Network {
            id: text(value, "/Id"),
            name: text(value, "/Name"),
            driver: text(value, "/Driver"),
            subnets: column("Subnet"),
            gateways: column("Gateway"),
            options: pairs(value, "/Options"),
            internal: flag(value, "/Internal"),
        }
    }
}

fn text(value: &Value, pointer: &str) -> String {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
        .to_string()
}

fn flag(value: &Value, pointer: &str) -> bool {
    value.pointer(pointer).and_then(Value::as_bool) == Some(true)
}

fn number(value: &Value, pointer: &str) -> i64 {
    value.pointer(pointer).and_then(Value::as_i64).unwrap_or(0)
}

fn texts(value: &Value, pointer: &str) -> Vec<String> {
    value
        .pointer(pointer)
        .and_then(Value::as_array)
        .map(|all| {
            all.iter()
                .filter_map(|item| item.as_str().map(str::to_string))
                .collect()
        })
        .unwrap_or_default()
}

/// A map as `NAME=VALUE`.
fn pairs(value: &Value, pointer: &str) -> Vec<String> {
    value
        .pointer(pointer)
        .and_then(Value::as_object)
        .map(|map| {
            map.iter()
                .map(|(name, value)| format!("{name}={}", value.as_str().unwrap_or_default()))
                .collect()
        })
        .unwrap_or_default()
}
