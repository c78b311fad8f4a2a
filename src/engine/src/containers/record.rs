//! One container as the engine knows it.

use std::cell::{Ref, RefCell};
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

/// A container. Shared as `Rc<Container>`.
#[derive(Debug)]
pub struct Container {
    /// 64 hexadecimal digits.
    pub id: String,
    record: RefCell<Record>,
}

/// What is written to `containers/ID/config.json`.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Record {
    /// Without the leading slash.
    pub name: String,
    /// The reference asked for at create.
    pub image: String,
    /// `sha256:...` of the image's configuration.
    pub image_id: String,
    /// Read-only layers, the uppermost first.
    pub lowers: Vec<PathBuf>,
    /// The container's own layer.
    pub upper: PathBuf,
    /// What is mounted where.
    pub mounts: Vec<MountPoint>,
}

/// One entry of `Mounts` in inspect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MountPoint {
    /// `bind`, `volume` or `tmpfs`.
    #[serde(rename = "Type")]
    pub kind: String,
    /// Name of a volume.
    #[serde(rename = "Name", default, skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// Path in the lab.
    #[serde(rename = "Source")]
    pub source: String,
    /// Path in the container.
    #[serde(rename = "Destination")]
    pub destination: String,
    /// Driver of a volume.
    #[serde(rename = "Driver", default, skip_serializing_if = "String::is_empty")]
    pub driver: String,
    /// Mode as given (`ro`, `z`).
    #[serde(rename = "Mode")]
    pub mode: String,
    /// Writable.
    #[serde(rename = "RW")]
    pub rw: bool,
    /// Propagation of a bind.
    #[serde(rename = "Propagation")]
    pub propagation: String,
}

/// The directories a container's root file system is made of.
#[derive(Debug, Clone)]
pub struct Layers {
    /// Read-only layers, the uppermost first.
    pub lowers: Vec<PathBuf>,
    /// The container's own layer (overlay's upper directory).
    pub upper: PathBuf,
}

impl Container {
    /// A container with this record.
    pub fn new(id: String, record: Record) -> Self {
        Self {
            id,
            record: RefCell::new(record),
        }
    }

    /// Looks at the record. Not to be held over `await`.
    pub fn record(&self) -> Ref<'_, Record> {
        self.record.borrow()
    }

    /// Layers for copy, export, diff and commit.
    pub fn layers(&self) -> Layers {
        let record = self.record();
        Layers {
            lowers: record.lowers.clone(),
            upper: record.upper.clone(),
        }
    }

    /// PID of its init while it runs, in the engine's PID namespace.
    /// `/proc/PID/root` is then the merged view with all mounts.
    pub fn pid(&self) -> Option<i32> {
        None
    }

    /// True while it runs or is paused.
    pub fn is_running(&self) -> bool {
        self.pid().is_some()
    }
}
