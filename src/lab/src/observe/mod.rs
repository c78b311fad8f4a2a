//! The one place that looks at a lab: the Docker Engine API, and our endpoints
//! where the engine has them.
//!
//! Duty: [`Observer::snapshot`] reads the state, [`Observer::perform`] takes one
//! look. Limits: every look is bounded in time and size, and nothing here
//! decides. What goes wrong in a look is data too ([`Observation::Failed`]).

mod copy;
mod files;
mod http;

use crate::probe::{Listener, Observation, Request as Look, TIME_LIMIT};
use crate::schema::Question;
use crate::undo::Restore;
use crate::words;
use crate::world::{
    Container, History, Image, Network, PROBE_LABEL, Record, Source, Volume, World,
};
use plimsoll_api::client::{Client, Endpoint, Query, Request};
use plimsoll_api::error::ClientError;
use plimsoll_text::spoken;
use serde_json::Value;
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

/// Longest that one call may take: a `docker stop` in the lab may hold the
/// engine's answer for its ten seconds of grace.
const CALL_LIMIT: Duration = Duration::from_secs(15);

/// Which engine answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Plimsoll,
    /// Docker, Podman: no journal, no look into the lab's network.
    Other,
}

/// Why a lab cannot be looked at.
#[derive(Debug, thiserror::Error)]
pub enum ObserveError {
    #[error(transparent)]
    Engine(#[from] ClientError),
}

/// Looks at one lab.
#[derive(Debug)]
pub struct Observer {
    client: Client,
    engine: Engine,
    version: String,
    /// The learner's files of this lab.
    work: PathBuf,
    questions: Vec<Question>,
    answers: BTreeMap<String, String>,
    journal_head: Option<String>,
    restores: Vec<Restore>,
}

/// What a world is made from; a test has its own.
pub trait Eyes {
    /// The lab's state now, without looks.
    ///
    /// # Errors
    /// The engine cannot be reached or answers nonsense.
    fn snapshot(&mut self) -> Result<World, ObserveError>;

    /// Takes one look.
    fn perform(&mut self, look: &Look) -> Observation;
}

impl Observer {
    /// Connects to an engine and finds out which it is.
    ///
    /// # Errors
    /// [`ObserveError::Engine`]: it cannot be reached.
    pub fn new(
        endpoint: Endpoint,
        work: PathBuf,
        questions: &[Question],
        answers: BTreeMap<String, String>,
    ) -> Result<Observer, ObserveError> {
        let client = Client::new(endpoint).with_timeout(CALL_LIMIT).for_nobody();
        let (engine, version) = match client.lab() {
            Ok(lab) => (Engine::Plimsoll, format!("plimsoll {}", lab.version)),
            Err(error) if error.status().is_some() => {
                let version = client.get_value("/version")?;
                (Engine::Other, engine_name(&version))
            }
            Err(error) => return Err(error.into()),
        };
        Ok(Observer {
            client,
            engine,
            version,
            work,
            questions: questions.to_vec(),
            answers,
            journal_head: None,
            restores: Vec::new(),
        })
    }

    /// The engine and its version.
    pub fn engine(&self) -> &str {
        &self.version
    }

    /// SHA-256 of the journal's last line, as of the last snapshot.
    pub fn journal_head(&self) -> Option<&str> {
        self.journal_head.as_deref()
    }

    /// The restores in the journal, as of the last snapshot.
    pub fn restores(&self) -> &[Restore] {
        &self.restores
    }

    fn list(&self, path: &str) -> Result<Vec<Value>, ClientError> {
        Ok(match self.client.get_value(path)? {
            Value::Array(all) => all,
            _ => Vec::new(),
        })
    }

    fn containers(&self) -> Result<Vec<Container>, ClientError> {
        let mut all = Vec::new();
        let query = Query::new().flag("all", true);
        let listed: Vec<Value> = self
            .client
            .request(Request::get("/containers/json").query(query))?
            .json()?;
        for item in listed {
            let is_copy = item
                .pointer("/Labels")
                .is_some_and(|labels| labels.get(PROBE_LABEL).is_some());
            let Some(id) = item.get("Id").and_then(Value::as_str).filter(|_| !is_copy) else {
                continue;
            };
            match self.client.get_value(&format!("/containers/{id}/json")) {
                Ok(inspect) => all.push(Container::from_inspect(&inspect)),
                // Removed since it was listed.
                Err(error) if error.is_not_found() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(all)
    }

    fn images(&self) -> Result<Vec<Image>, ClientError> {
        let mut all = Vec::new();
        for item in self.list("/images/json")? {
            let Some(id) = item.get("Id").and_then(Value::as_str) else {
                continue;
            };
            match self.client.get_value(&format!("/images/{id}/json")) {
                Ok(inspect) => all.push(Image::from_inspect(&inspect)),
                Err(error) if error.is_not_found() => {}
                Err(error) => return Err(error),
            }
        }
        Ok(all)
    }

    fn history(&mut self) -> Result<History, ClientError> {
        match self.engine {
            Engine::Plimsoll => self.journal(),
            Engine::Other => self.events(),
        }
    }

    fn journal(&mut self) -> Result<History, ClientError> {
        let mut reply = self
            .client
            .request(Request::get("/plimsoll/v1/journal").query(Query::new().text("since", "0")))?;
        let bytes = reply.read_all()?;
        let lines = bytes
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty());
        let mut records = Vec::new();
        for line in lines {
            let Ok(value) = serde_json::from_slice::<Value>(line) else {
                continue;
            };
            records.push(Record::from_journal(&value));
            self.journal_head = Some(hex(&Sha256::digest(line)));
        }
        self.restores = records.iter().filter_map(Restore::of).collect();
        Ok(History::from_journal(records))
    }

    fn events(&self) -> Result<History, ClientError> {
        let now = jiff::Timestamp::now().as_second();
        let query = Query::new()
            .text("since", "0")
            .text("until", &now.to_string());
        let lines = self
            .client
            .request(Request::get("/events").query(query))?
            .lines::<Value>();
        let mut records = Vec::new();
        for event in lines {
            match event {
                Ok(event) => records.push(Record::from_event(&event)),
                // The end of what is remembered; nothing is lost but history.
                Err(_) => break,
            }
        }
        Ok(History {
            source: Source::Events,
            records,
        })
    }

    fn listener(&self, port: u16) -> Observation {
        if self.engine == Engine::Other {
            return Observation::Listener(Listener::Unknown);
        }
        match self.client.listener(port) {
            Ok(found) => Observation::Listener(match found.kind.as_str() {
                "container" => Listener::Container(found.container_id.unwrap_or_default()),
                "process" => Listener::Process(found.process.unwrap_or_default()),
                "none" => Listener::Nobody,
                _ => Listener::Unknown,
            }),
            Err(error) if error.status() == Some(404) => Observation::Listener(Listener::Unknown),
            Err(error) => Observation::Failed(error.to_string()),
        }
    }

    fn processes(&self, container: &str) -> Observation {
        let top = self
            .client
            .get_value(&format!("/containers/{container}/top"));
        match top {
            Ok(top) => Observation::Processes(
                top.get("Processes")
                    .and_then(Value::as_array)
                    .into_iter()
                    .flatten()
                    .filter_map(|row| row.as_array()?.last()?.as_str().map(str::to_string))
                    .collect(),
            ),
            Err(error) if error.status().is_some() => Observation::Processes(Vec::new()),
            Err(error) => Observation::Failed(error.to_string()),
        }
    }

    fn reach(&self, from: Option<&str>, address: &str) -> Observation {
        if from.is_some() {
            return Observation::Unsupported(words::look_no_inside(spoken()));
        }
        match self.connect(address) {
            Ok(_) => Observation::Reached(true),
            Err(http::Unreached::No(_)) => Observation::Reached(false),
            Err(http::Unreached::Broken(why)) => Observation::Failed(why),
        }
    }
}

impl Eyes for Observer {
    fn snapshot(&mut self) -> Result<World, ObserveError> {
        let volumes = self.client.get_value("/volumes")?;
        Ok(World {
            containers: self.containers()?,
            images: self.images()?,
            volumes: volumes
                .get("Volumes")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .map(Volume::from_json)
                .collect(),
            networks: self
                .list("/networks")?
                .iter()
                .map(Network::from_json)
                .collect(),
            history: self.history()?,
            questions: self.questions.clone(),
            answers: self.answers.clone(),
            seen: BTreeMap::new(),
        })
    }

    fn perform(&mut self, look: &Look) -> Observation {
        match look {
            Look::Http {
                address,
                host,
                path,
            } => self.http(address, host, path, TIME_LIMIT),
            Look::Listener { port } => self.listener(*port),
            Look::Reach { from, address } => self.reach(from.as_deref(), address),
            Look::ContainerFile { container, path } => self.container_file(container, path),
            Look::Holding {
                container,
                place,
                content,
            } => self.holding(container, place, content),
            Look::ImageFile { image, path } => self.image_file(image, path),
            Look::WorkFile { path } => files::work_file(&self.work, path),
            Look::Processes { container } => self.processes(container),
            Look::Copy {
                container,
                act,
                look,
            } => self.copy(container, act, look),
        }
    }
}

fn engine_name(version: &Value) -> String {
    let number = version
        .get("Version")
        .and_then(Value::as_str)
        .unwrap_or_default();
    let name = version
        .pointer("/Components/0/Name")
        .and_then(Value::as_str)
        .unwrap_or("engine");
    format!("{} {number}", name.to_lowercase().replace(" engine", ""))
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
