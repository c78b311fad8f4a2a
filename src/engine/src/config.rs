//! What the engine is told when it starts.

use std::path::PathBuf;

use plimsoll_host::IdMap;
use plimsoll_store::{IdRange, Ownership};

/// Where the lab's files are and what the lab may do. Plain data: the sockets
/// and the zygote come beside it.
#[derive(Debug, Clone)]
pub struct Config {
    /// Name of the lab, e.g. `hello-world`.
    pub lab: String,
    /// The lab's own directory: containers, volumes, journal, tags.
    pub state_dir: PathBuf,
    /// Blobs and layers, shared by the labs of one user.
    pub store_dir: PathBuf,
    /// The learner's folder for this lab.
    pub work_dir: PathBuf,
    /// Which ids the lab and its containers have.
    pub id_map: IdMap,
    /// Grading a stranger's script: nothing that reaches outside.
    pub grading: bool,
    /// Offer published ports on the real host's loopback too.
    pub publish_on_host: bool,
    /// The engine's pid as the real host sees it; 0 is unknown.
    pub pid_on_host: i32,
    /// This program's file: a container's init, where it wants one.
    pub program: PathBuf,
}

impl Config {
    /// The directory of one container.
    pub fn container_dir(&self, id: &str) -> PathBuf {
        self.state_dir.join("containers").join(id)
    }

    /// The directory of all volumes.
    pub fn volumes_dir(&self) -> PathBuf {
        self.state_dir.join("volumes")
    }

    /// How the containers' ids become those that the engine sees, for the store.
    pub fn ownership(&self) -> Ownership {
        if self.id_map.is_single() {
            return Ownership::Single;
        }
        let ranges = |map: Vec<oci_spec::runtime::LinuxIdMapping>| {
            map.iter()
                .map(|line| IdRange {
                    inside: line.container_id(),
                    outside: line.host_id(),
                    count: line.size(),
                })
                .collect()
        };
        Ownership::Mapped {
            uids: ranges(self.id_map.container_uids()),
            gids: ranges(self.id_map.container_gids()),
        }
    }
}
