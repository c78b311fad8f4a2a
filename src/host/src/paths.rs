//! Where a lab keeps its things, decided from the environment.
//!
//! Resolving is pure: it reads an [`Environment`] and touches nothing. Making the
//! folders, and refusing those that somebody else prepared, is `crate::folders`.

use std::path::{Path, PathBuf};

use plimsoll_text::Language;
use serde::{Deserialize, Serialize};

use crate::identity::EngineRecord;
use crate::name::LabName;
use crate::words;

/// Longest path of a unix socket: `sun_path` is 108 bytes with its final NUL (unix(7)).
const LONGEST_SOCKET: usize = 107;

/// What the process was told about where things go. All fields as found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Environment {
    pub uid: u32,
    pub home: Option<PathBuf>,
    pub plimsoll_home: Option<PathBuf>,
    pub plimsoll_work: Option<PathBuf>,
    pub xdg_data_home: Option<PathBuf>,
    pub xdg_runtime_dir: Option<PathBuf>,
    /// `--store`.
    pub store: Option<PathBuf>,
}

/// Why no place can be chosen.
#[derive(Debug, thiserror::Error)]
pub enum PathsError {
    NoHome {
        uid: u32,
    },
    Relative {
        variable: &'static str,
        path: PathBuf,
    },
    SocketTooLong {
        path: PathBuf,
    },
}

plimsoll_text::speaks!(PathsError);

impl PathsError {
    /// What went wrong, in the reader's language.
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        match self {
            Self::NoHome { uid } => words::paths_no_home(language, uid.to_string()),
            Self::Relative { variable, path } => {
                words::paths_relative(language, path.display().to_string(), *variable)
            }
            Self::SocketTooLong { path } => {
                words::paths_socket_too_long(language, LONGEST_SOCKET, path.display().to_string())
            }
        }
    }
}

/// The places all labs of one user share.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Places {
    data: PathBuf,
    store: PathBuf,
    work: PathBuf,
    runtime: PathBuf,
}

impl Environment {
    /// What this process was given.
    #[must_use]
    pub fn of_process() -> Self {
        let path = |name| {
            std::env::var_os(name)
                .filter(|v| !v.is_empty())
                .map(PathBuf::from)
        };
        let uid = rustix::process::getuid().as_raw();
        Self {
            uid,
            home: path("HOME").or_else(|| crate::users::home_of(uid)),
            plimsoll_home: path("PLIMSOLL_HOME"),
            plimsoll_work: path("PLIMSOLL_WORK"),
            xdg_data_home: path("XDG_DATA_HOME"),
            xdg_runtime_dir: path("XDG_RUNTIME_DIR").filter(|dir| crate::folders::is_private(dir)),
            store: None,
        }
    }
}

impl Places {
    /// Chooses the places.
    ///
    /// # Errors
    /// [`PathsError`] when the environment names none or relative ones.
    pub fn choose(environment: &Environment) -> Result<Self, PathsError> {
        let home = || {
            environment.home.clone().ok_or(PathsError::NoHome {
                uid: environment.uid,
            })
        };
        let data = match (&environment.plimsoll_home, &environment.xdg_data_home) {
            (Some(data), _) => absolute("PLIMSOLL_HOME", data)?,
            // The XDG base directory specification: a relative path is ignored.
            (None, Some(data)) if data.is_absolute() => data.join("plimsoll"),
            _ => absolute("HOME", &home()?)?.join(".local/share/plimsoll"),
        };
        let work = match &environment.plimsoll_work {
            Some(work) => absolute("PLIMSOLL_WORK", work)?,
            None => absolute("HOME", &home()?)?.join("plimsoll"),
        };
        let store = match &environment.store {
            Some(store) => absolute("--store", store)?,
            None => data.join("store"),
        };
        let runtime = runtime_folder(environment);
        Ok(Self {
            data,
            store,
            work,
            runtime,
        })
    }

    /// Places that are given, as in the view of a submission.
    pub(crate) fn within(data: &str, work: &str, runtime: &str) -> Self {
        Self {
            data: data.into(),
            store: Path::new(data).join("store"),
            work: work.into(),
            runtime: runtime.into(),
        }
    }

    /// State of Plimsoll: `DATA` in the book.
    #[must_use]
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Blobs and unpacked layers, shared by all labs.
    #[must_use]
    pub fn store(&self) -> &Path {
        &self.store
    }

    /// Whether the store is one that was asked for, and not where it always is.
    #[must_use]
    pub fn has_chosen_store(&self) -> bool {
        self.store != self.data.join("store")
    }

    /// The folder of all labs' state.
    #[must_use]
    pub fn labs(&self) -> PathBuf {
        self.data.join("labs")
    }

    /// The folder of the sockets.
    #[must_use]
    pub fn runtime(&self) -> &Path {
        &self.runtime
    }

    /// The learner's own folder, with one below it for each lab.
    #[must_use]
    pub fn work(&self) -> &Path {
        &self.work
    }

    /// The paths of one lab.
    ///
    /// # Errors
    /// [`PathsError::SocketTooLong`].
    pub fn lab(&self, lab: &LabName) -> Result<LabPaths, PathsError> {
        let paths = LabPaths {
            lab: lab.clone(),
            places: self.clone(),
        };
        let socket = paths.socket();
        if socket.as_os_str().len() > LONGEST_SOCKET {
            return Err(PathsError::SocketTooLong { path: socket });
        }
        Ok(paths)
    }
}

/// `$XDG_RUNTIME_DIR/plimsoll`, else `/tmp/plimsoll-UID`.
///
/// Two `PLIMSOLL_HOME`s may have a lab of one name. In the folders that a user
/// has anyway, which both would share, a `PLIMSOLL_HOME` gets one of its own.
fn runtime_folder(environment: &Environment) -> PathBuf {
    let uid = environment.uid;
    let suffix = environment
        .plimsoll_home
        .as_ref()
        .map(|data| format!("-{:08x}", fingerprint(data.as_os_str().as_encoded_bytes())))
        .unwrap_or_default();
    let fallback = PathBuf::from(format!("/tmp/plimsoll-{uid}{suffix}"));
    let Some(given) = &environment.xdg_runtime_dir else {
        return fallback;
    };
    let folder = if *given == Path::new("/run/user").join(uid.to_string()) {
        given.join(format!("plimsoll{suffix}"))
    } else {
        given.join("plimsoll")
    };
    // The longest name and `.sock` have to fit.
    let fits = folder.as_os_str().len() + 52 <= LONGEST_SOCKET;
    if given.is_absolute() && fits {
        folder
    } else {
        fallback
    }
}

/// FNV-1a, 32 bits: only to tell a user's own data folders apart.
fn fingerprint(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| {
        (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193)
    })
}

fn absolute(variable: &'static str, path: &Path) -> Result<PathBuf, PathsError> {
    if path.is_absolute() {
        return Ok(path.to_path_buf());
    }
    Err(PathsError::Relative {
        variable,
        path: path.to_path_buf(),
    })
}

/// The paths of one lab.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LabPaths {
    lab: LabName,
    places: Places,
}

impl LabPaths {
    /// The lab these paths belong to.
    #[must_use]
    pub fn lab(&self) -> &LabName {
        &self.lab
    }

    /// The places it shares with the user's other labs.
    #[must_use]
    pub fn places(&self) -> &Places {
        &self.places
    }

    /// Blobs and unpacked layers.
    #[must_use]
    pub fn store(&self) -> &Path {
        &self.places.store
    }

    /// The lab's state: containers, volumes, journal.
    #[must_use]
    pub fn lab_dir(&self) -> PathBuf {
        self.places.labs().join(&self.lab)
    }

    /// The learner's files for this lab.
    #[must_use]
    pub fn work(&self) -> PathBuf {
        self.places.work.join(&self.lab)
    }

    /// Where the engine listens.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.places.runtime.join(format!("{}.sock", self.lab))
    }

    /// The same paths, with the socket where a living engine has it: that may
    /// have been started from a terminal with another `XDG_RUNTIME_DIR`. Looks
    /// at the lab's folder, unlike the rest of this module.
    #[must_use]
    pub fn of_living_engine(mut self) -> Self {
        if self.socket().exists() {
            return self;
        }
        let record = EngineRecord::read(&self.engine_record()).ok().flatten();
        let living = record.filter(|record| record.alive().is_some());
        if let Some(runtime) = living.and_then(|record| record.runtime) {
            self.places.runtime = runtime;
        }
        self
    }

    /// `DOCKER_HOST` for this lab.
    #[must_use]
    pub fn docker_host(&self) -> String {
        format!("unix://{}", self.socket().display())
    }

    /// Held by a live engine.
    #[must_use]
    pub fn lock(&self) -> PathBuf {
        self.lab_dir().join("lock")
    }

    /// Held while an engine is being started.
    #[must_use]
    pub fn start_lock(&self) -> PathBuf {
        self.lab_dir().join("start.lock")
    }

    /// Who the engine is: pid and start time.
    #[must_use]
    pub fn engine_record(&self) -> PathBuf {
        self.lab_dir().join("engine.json")
    }

    /// The engine's log.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.lab_dir().join("engine.log")
    }

    /// The lab host's own `hosts` and `resolv.conf`.
    #[must_use]
    pub fn etc(&self) -> PathBuf {
        self.lab_dir().join("etc")
    }

    /// Commands that come first on the shell's PATH.
    #[must_use]
    pub fn commands(&self) -> PathBuf {
        self.lab_dir().join("bin")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment() -> Environment {
        Environment {
            uid: 1001,
            home: Some("/home/learner".into()),
            ..Environment::default()
        }
    }

    fn lab(environment: &Environment) -> LabPaths {
        Places::choose(environment)
            .expect("places")
            .lab(&LabName::new("hello-world").expect("a name"))
            .expect("paths")
    }

    #[test]
    fn places_of_an_ordinary_user() {
        let paths = lab(&environment());
        assert_eq!(
            paths.lab_dir(),
            Path::new("/home/learner/.local/share/plimsoll/labs/hello-world")
        );
        assert_eq!(
            paths.work(),
            Path::new("/home/learner/plimsoll/hello-world")
        );
        assert_eq!(
            paths.socket(),
            Path::new("/tmp/plimsoll-1001/hello-world.sock")
        );
        assert_eq!(
            paths.docker_host(),
            "unix:///tmp/plimsoll-1001/hello-world.sock"
        );
    }

    #[test]
    fn variables_move_places() {
        let paths = lab(&Environment {
            plimsoll_work: Some("/w".into()),
            xdg_data_home: Some("/x".into()),
            xdg_runtime_dir: Some("/run/user/1001".into()),
            store: Some("/s".into()),
            ..environment()
        });
        assert_eq!(paths.lab_dir(), Path::new("/x/plimsoll/labs/hello-world"));
        assert_eq!(paths.work(), Path::new("/w/hello-world"));
        assert_eq!(paths.store(), Path::new("/s"));
        assert_eq!(
            paths.socket(),
            Path::new("/run/user/1001/plimsoll/hello-world.sock")
        );
    }

    #[test]
    fn two_data_folders_have_two_sockets() {
        let at = |data: &str| {
            lab(&Environment {
                plimsoll_home: Some(data.into()),
                ..environment()
            })
            .socket()
        };
        assert_ne!(at("/a"), at("/b"));
    }

    #[test]
    fn a_long_runtime_folder_falls_back_to_tmp() {
        let paths = lab(&Environment {
            xdg_runtime_dir: Some(format!("/{}", "x".repeat(90)).into()),
            ..environment()
        });
        assert!(paths.socket().starts_with("/tmp/plimsoll-1001"));
    }

    #[test]
    fn a_relative_place_is_refused() {
        let error = Places::choose(&Environment {
            plimsoll_home: Some("data".into()),
            ..environment()
        })
        .expect_err("a relative path");
        assert_eq!(
            error.to_string(),
            "PLIMSOLL_HOME must be an absolute path, and is `data`"
        );
    }
}
