//! What is known about a container: `ROOT/ID/state.json`, written by rename.
//!
//! Whether it runs is asked of the kernel: the recorded process counts only if
//! it started when the record says, since its number may be somebody else's
//! by now.

use super::failure::Failure;
use super::options::Global;
use oci_spec::runtime::ContainerState;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{DirBuilderExt, MetadataExt};
use std::path::{Path, PathBuf};
use std::time::{SystemTime, UNIX_EPOCH};

/// A container that was created.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Record {
    /// Form of this file; a greater one is from a newer program.
    pub version: u32,
    pub id: String,
    /// Version of the specification it was made from.
    pub oci_version: String,
    /// Its first process, and when that started, in clock ticks after boot.
    pub pid: i32,
    pub started: u64,
    /// Absolute path.
    pub bundle: PathBuf,
    /// Absolute path.
    pub rootfs: PathBuf,
    /// Seconds since 1970.
    pub created: u64,
    /// User who made it.
    pub owner: u32,
    pub annotations: BTreeMap<String, String>,
    /// The specification, as it was when it was made.
    pub spec: oci_spec::runtime::Spec,
}

const VERSION: u32 = 1;

/// The directory of all containers.
pub fn root(global: &Global) -> PathBuf {
    if let Some(root) = &global.root {
        return root.clone();
    }
    if nix::unistd::geteuid().is_root() {
        return "/run/plimsoll-oci".into();
    }
    let runtime = std::env::var_os("XDG_RUNTIME_DIR").filter(|path| !path.is_empty());
    match runtime {
        Some(path) => Path::new(&path).join("plimsoll-oci"),
        None => format!("/tmp/plimsoll-oci-{}", nix::unistd::geteuid()).into(),
    }
}

/// The directory of one container.
///
/// # Errors
/// For names that would leave the directory, in runc's words.
pub fn directory(global: &Global, id: &str) -> Result<PathBuf, Failure> {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "_+-.".contains(c);
    if id.is_empty() || id.len() > 1024 || !id.chars().all(allowed) || id == "." || id == ".." {
        return Err(Failure::new("invalid container ID format"));
    }
    Ok(root(global).join(id))
}

/// Makes the directory of a new container, for its owner alone.
///
/// # Errors
/// Where the name is taken.
pub fn reserve(global: &Global, id: &str) -> Result<PathBuf, Failure> {
    let path = directory(global, id)?;
    let all = root(global);
    let private = |recursive| {
        let mut builder = fs::DirBuilder::new();
        builder.mode(0o700).recursive(recursive);
        builder
    };
    private(true)
        .create(&all)
        .map_err(|error| Failure::io("mkdir", &all, &error))?;
    // A shared /tmp lets others make the directory first.
    let status = fs::symlink_metadata(&all).map_err(|error| Failure::io("stat", &all, &error))?;
    let mine = status.uid() == nix::unistd::geteuid().as_raw() && status.is_dir();
    if global.root.is_none() && (!mine || status.mode() & 0o022 != 0) {
        return Err(Failure::new(format!(
            "{} belongs to somebody else",
            all.display()
        )));
    }
    let mut made = private(false).create(&path);
    if let Err(error) = &made
        && error.kind() == std::io::ErrorKind::NotFound
    {
        // The last container's deletion takes the folder away, perhaps just now.
        made = private(true).create(&path);
    }
    made.map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Failure::new("container with given ID already exists"),
        _ => Failure::io("mkdir", &path, &error),
    })?;
    Ok(path)
}

impl Record {
    /// The record of a process that was just made.
    pub fn new(
        id: &str,
        pid: i32,
        bundle: &Path,
        rootfs: &Path,
        spec: oci_spec::runtime::Spec,
    ) -> Self {
        let annotations = spec.annotations().clone().unwrap_or_default();
        Self {
            version: VERSION,
            id: id.to_owned(),
            oci_version: spec.version().clone(),
            pid,
            started: start_time(pid).map_or(0, |(started, _)| started),
            bundle: bundle.to_owned(),
            rootfs: rootfs.to_owned(),
            created: SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .map_or(0, |time| time.as_secs()),
            owner: nix::unistd::geteuid().as_raw(),
            annotations: annotations.into_iter().collect(),
            spec,
        }
    }

    /// Reads the record of a container.
    ///
    /// # Errors
    /// `container does not exist`; a record of a newer program.
    pub fn load(global: &Global, id: &str) -> Result<Self, Failure> {
        let path = directory(global, id)?.join("state.json");
        let bytes = fs::read(&path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => Failure::new("container does not exist"),
            _ => Failure::io("open", &path, &error),
        })?;
        let record: Self = serde_json::from_slice(&bytes)
            .map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
        if record.version > VERSION {
            return Err(Failure::new(format!(
                "{} was written by a newer version of this program",
                path.display()
            )));
        }
        Ok(record)
    }

    /// Writes the record.
    ///
    /// # Errors
    /// What the file system says.
    pub fn save(&self, directory: &Path) -> Result<(), Failure> {
        let (new, path) = (
            directory.join("state.json.new"),
            directory.join("state.json"),
        );
        let text = serde_json::to_vec(self).map_err(|error| Failure::new(error.to_string()))?;
        fs::write(&new, text)
            .and_then(|()| fs::rename(&new, &path))
            .map_err(|error| Failure::io("write", &path, &error))
    }

    /// What has become of it.
    pub fn status(&self, global: &Global) -> ContainerState {
        match start_time(self.pid) {
            Some((started, state)) if started == self.started && !matches!(state, 'Z' | 'X') => {
                let waits = directory(global, &self.id)
                    .is_ok_and(|directory| directory.join(START_SOCKET).exists());
                if waits {
                    ContainerState::Created
                } else {
                    ContainerState::Running
                }
            }
            _ => ContainerState::Stopped,
        }
    }

    /// The state as `state` and `list` name it: runc knows one more than the
    /// specification.
    pub fn status_word(&self, global: &Global) -> String {
        let status = self.status(global);
        if status == ContainerState::Running && self.is_paused(global) {
            return "paused".to_owned();
        }
        status.to_string()
    }

    /// Whether `pause` was the last word. That processes are stopped is no proof:
    /// they may have done so themselves.
    pub fn is_paused(&self, global: &Global) -> bool {
        self.paused_mark(global).is_ok_and(|mark| mark.exists())
    }

    /// Notes that the container was paused, or goes on.
    ///
    /// # Errors
    /// What the file system says.
    pub fn note_paused(&self, global: &Global, paused: bool) -> Result<(), Failure> {
        let mark = self.paused_mark(global)?;
        let done = match paused {
            true => fs::write(&mark, ""),
            false => fs::remove_file(&mark),
        };
        match done {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(Failure::io("write", &mark, &error))
            }
            _ => Ok(()),
        }
    }

    fn paused_mark(&self, global: &Global) -> Result<PathBuf, Failure> {
        Ok(directory(global, &self.id)?.join("paused"))
    }

    /// The state as hooks and `state` show it.
    pub fn state(&self, status: ContainerState) -> serde_json::Value {
        let pid = if status == ContainerState::Stopped {
            0
        } else {
            self.pid
        };
        let mut state = serde_json::json!({
            "ociVersion": self.oci_version,
            "id": self.id,
            "pid": pid,
            "status": status,
            "bundle": self.bundle,
        });
        if !self.annotations.is_empty() {
            state["annotations"] = serde_json::json!(self.annotations);
        }
        state
    }
}

/// The socket on which a created container waits for `start`.
pub const START_SOCKET: &str = "start.sock";

/// When a process started, and its state (proc_pid_stat(5), fields 22 and 3).
fn start_time(pid: i32) -> Option<(u64, char)> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let fields: Vec<&str> = stat
        .get(stat.rfind(')')? + 1..)?
        .split_whitespace()
        .collect();
    Some((
        fields.get(19)?.parse().ok()?,
        fields.first()?.chars().next()?,
    ))
}
