//! What a client asks the engine's birth to do, handed over through execve(2).
//!
//! The order travels as JSON in one environment variable: the process is
//! replaced twice on its way, and an environment survives that.

use std::path::PathBuf;

use plimsoll_text::Language;
use serde::{Deserialize, Serialize};

use crate::cgroup::Inherited;
use crate::grading::View;
use crate::id_map::{IdMap, IdMapChoice};
use crate::paths::LabPaths;

/// The environment variable that carries an order.
pub(crate) const VARIABLE: &str = "PLIMSOLL_ENGINE_ORDER";

/// What to start, and how.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Order {
    pub paths: LabPaths,
    pub id_map: IdMapChoice,
    pub publish_on_host: bool,
    /// A stranger's submission: what PID 1 sees of the machine.
    pub view: Option<View>,
    /// The language in which the client is told why nothing started.
    pub language: String,
    /// Filled in once PID 1 exists.
    pub born: Option<Born>,
}

/// What PID 1 cannot find out by itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Born {
    /// Its pid as the real host sees it.
    pub pid: i32,
    pub id_map: IdMap,
    /// The descriptor that holds the lab's lock.
    pub lock: i32,
    /// This program's file, as the lab names it.
    pub program: PathBuf,
    /// The lab's cgroup, open.
    pub cgroup: Option<Inherited>,
}

impl Order {
    /// The order this process was started with.
    pub(crate) fn of_process() -> Option<Self> {
        serde_json::from_str(&std::env::var(VARIABLE).ok()?).ok()
    }

    /// The client's language.
    pub(crate) fn language(&self) -> Language {
        Language::named(&self.language).unwrap_or_default()
    }

    pub(crate) fn to_json(&self) -> String {
        serde_json::to_string(self).expect("an order has only text and numbers")
    }
}
