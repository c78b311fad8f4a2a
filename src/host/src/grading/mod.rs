//! Grading a stranger's work: a lab that nothing gets out of, and that is gone
//! when the grade is known.
//!
//! [`Arena::open`] starts an engine in a reduced view (`view.rs`) under a
//! watchdog (`watchdog.rs`); files are put in; [`Arena::run`] runs the submission
//! in a PID namespace of its own (`script.rs`) and ends whatever it left running;
//! the engine stays for the final grading, over [`Arena::socket`]; dropping the
//! arena removes everything.
//!
//! The process that uses it must have one thread: children are forked from it.
//!
//! What is deliberately not held here: what the engine itself refuses in grading
//! (`--privileged` and the like), and the verdict, which is kept outside.

mod left;
mod script;
mod view;
mod watchdog;

use std::fs::{DirBuilder, File};
use std::io::{self, Write};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::fs::DirBuilderExt;
use std::path::{Component, Path, PathBuf};
use std::time::Duration;

use nix::libc::SIGKILL;
use plimsoll_runtime::sys;
use plimsoll_text::Language;
use rustix::fs::{AtFlags, CWD, Mode, OFlags, mkdirat, openat};
use rustix::process::{Pid, Resource, Rlimit};
use serde::{Deserialize, Serialize};

pub use script::{Ended, Script};
pub use view::{COMMANDS, HOME, MARKER};
pub(crate) use view::{STATE, View, binary, close_runtime_folder, enter, inner_paths};

use crate::id_map::{IdMap, Starter};
use crate::identity;
use crate::name::LabName;
use crate::paths::{Environment, LabPaths, PathsError, Places};
use crate::start::{Running, StartError, StartOptions, ensure_running};
use crate::words;

/// What a submission may use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Wall-clock time of the script.
    pub time: Duration,
    /// Memory of everything in the lab, files in its tmpfs included, in bytes.
    pub memory_bytes: u64,
    /// Everything written: files, layers, volumes, in bytes.
    pub disk_bytes: u64,
    /// Files and folders.
    pub files: u64,
    /// Standard output and error together, in bytes.
    pub output_bytes: u64,
    /// Processes and threads in the lab.
    pub processes: u64,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            time: Duration::from_secs(120),
            memory_bytes: 2 << 30,
            disk_bytes: 1 << 30,
            files: 200_000,
            output_bytes: 8 << 20,
            processes: 512,
        }
    }
}

/// A limit that a submission hit. It scores 0 and is marked for review.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// [`Limits::time`].
    Time,
    /// [`Limits::memory_bytes`]: the lab was ended.
    Memory,
    /// [`Limits::processes`]: the lab was ended.
    Processes,
    /// [`Limits::disk_bytes`] or [`Limits::files`]: writes failed.
    Disk,
    /// [`Limits::output_bytes`]: the script was ended.
    Output,
    /// No limit: the engine ended by itself, which no submission may ask of it.
    /// A fault to be looked into, unless the script found a way.
    Engine,
}

/// Why there is no arena, or no longer. Never the submission's fault.
#[derive(Debug, thiserror::Error)]
pub enum ArenaError {
    Place {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    Paths(#[from] PathsError),
    Start(#[from] StartError),
    Watch(#[source] io::Error),
    Put {
        path: PathBuf,
        #[source]
        source: io::Error,
    },
    Run(#[source] io::Error),
}

plimsoll_text::speaks!(ArenaError);

impl ArenaError {
    /// What went wrong, in the reader's language.
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        match self {
            Self::Place { path, .. } => words::arena_place(language, path.display().to_string()),
            Self::Paths(error) => error.say(language),
            Self::Start(error) => error.say(language),
            Self::Watch(_) => words::arena_watch(language),
            Self::Put { path, .. } => words::arena_put(language, path.display().to_string()),
            Self::Run(_) => words::arena_run(language),
        }
    }
}

/// A lab for one submission.
#[derive(Debug)]
pub struct Arena {
    paths: LabPaths,
    inner: LabPaths,
    limits: Limits,
    starter: Starter,
    running: Running,
    watchdog: watchdog::Watchdog,
    work: OwnedFd,
    root: OwnedFd,
    // Last: removed when everything else has ended.
    place: Place,
}

impl Arena {
    /// Starts an engine for `lab` with nothing in it. `environment` says where
    /// this user's data are; nothing of it is seen from within.
    ///
    /// # Errors
    /// [`ArenaError`]; nothing is left then.
    pub fn open(
        environment: &Environment,
        lab: &LabName,
        limits: &Limits,
        options: &StartOptions,
    ) -> Result<Self, ArenaError> {
        let place = Place::make()?;
        let paths = place.paths(environment, lab)?;
        let map = crate::id_plan::choose(options.id_map, true);
        place.give_to(&map)?;
        let options = StartOptions {
            publish_on_host: false,
            offered: Vec::new(),
            grading: Some(View {
                limits: limits.clone(),
                mountpoint: place.folder.join("root"),
                offered: options.offered.clone(),
            }),
            ..options.clone()
        };
        let running = ensure_running(&paths, &options)?;
        let inner = inner_paths(lab);
        let within = |path: &Path| {
            let path = format!("/proc/{}/root{}", running.pid, path.display());
            openat(CWD, path, OFlags::PATH | OFlags::CLOEXEC, Mode::empty())
        };
        let look =
            || -> rustix::io::Result<_> { Ok((within(&inner.work())?, within(Path::new("/"))?)) };
        let watched = look().map_err(io::Error::from).and_then(|(work, root)| {
            let watchdog = watchdog::Watchdog::start(&running, &root, limits, &place.folder)?;
            Ok((work, root, watchdog))
        });
        let (work, root, watchdog) = watched.map_err(|error| {
            let _ = end(&running);
            ArenaError::Watch(error)
        })?;
        Ok(Self {
            starter: map.starter(),
            limits: limits.clone(),
            paths,
            inner,
            running,
            watchdog,
            work,
            root,
            place,
        })
    }

    /// The engine's socket, as the grader reaches it.
    #[must_use]
    pub fn socket(&self) -> PathBuf {
        self.paths.socket()
    }

    /// The learner's folder as the submission names it: where bind mounts that
    /// `docker inspect` shows begin.
    #[must_use]
    pub fn work_within(&self) -> PathBuf {
        self.inner.work()
    }

    /// The same folder as the grader reaches it, while the arena is open. What is
    /// below it is a stranger's: open it beneath this folder, following no link
    /// out of it (`openat2(2)`, `RESOLVE_BENEATH`).
    #[must_use]
    pub fn work(&self) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}", self.work.as_raw_fd()))
    }

    /// Puts a file into the learner's folder, making the folders it needs. Only
    /// before [`Arena::run`]: afterwards the folders are the stranger's.
    ///
    /// # Errors
    /// [`ArenaError::Put`]; for a path that leads out of the folder too.
    pub fn put(&self, relative: &Path, content: &[u8], executable: bool) -> Result<(), ArenaError> {
        let mode = Mode::from_raw_mode(if executable { 0o755 } else { 0o644 });
        self.put_at(&self.work, relative, content, mode)
    }

    /// Puts a file into the home folder, which is above the learner's folder; as
    /// [`Arena::put`] besides.
    ///
    /// # Errors
    /// As [`Arena::put`].
    pub fn put_in_home(&self, relative: &Path, content: &[u8]) -> Result<(), ArenaError> {
        let flags = OFlags::PATH | OFlags::CLOEXEC;
        let home = openat(
            &self.root,
            HOME.trim_start_matches('/'),
            flags,
            Mode::empty(),
        );
        let home = home.map_err(|errno| ArenaError::Put {
            path: HOME.into(),
            source: errno.into(),
        })?;
        self.put_at(&home, relative, content, Mode::from_raw_mode(0o644))
    }

    fn put_at(
        &self,
        at: &OwnedFd,
        relative: &Path,
        content: &[u8],
        mode: Mode,
    ) -> Result<(), ArenaError> {
        let done = self.as_starter(|| {
            folder(at, relative.parent().unwrap_or(Path::new("")))?;
            let flags = OFlags::CREATE | OFlags::TRUNC | OFlags::WRONLY | OFlags::NOFOLLOW;
            let file = openat(at, relative, flags | OFlags::CLOEXEC, mode)?;
            File::from(file).write_all(content)
        });
        done.map_err(|source| ArenaError::Put {
            path: relative.to_path_buf(),
            source,
        })
    }

    /// Puts plain files and folders of `from` into the learner's folder. Links
    /// are neither followed nor copied.
    ///
    /// # Errors
    /// As [`Arena::put`].
    pub fn put_folder(&self, from: &Path) -> Result<(), ArenaError> {
        self.put_below(from, Path::new(""))
    }

    fn put_below(&self, from: &Path, relative: &Path) -> Result<(), ArenaError> {
        let failed = |source| ArenaError::Put {
            path: from.join(relative),
            source,
        };
        for entry in std::fs::read_dir(from.join(relative)).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let kind = entry.file_type().map_err(failed)?;
            let below = relative.join(entry.file_name());
            if kind.is_dir() {
                self.as_starter(|| folder(&self.work, &below))
                    .map_err(failed)?;
                self.put_below(from, &below)?;
            } else if kind.is_file() {
                let about = entry.metadata().map_err(failed)?;
                if about.len() > self.limits.disk_bytes {
                    return Err(failed(io::Error::from(io::ErrorKind::StorageFull)));
                }
                let content = std::fs::read(entry.path()).map_err(failed)?;
                let executable = std::os::unix::fs::MetadataExt::mode(&about) & 0o100 != 0;
                self.put(&below, &content, executable)?;
            }
        }
        Ok(())
    }

    /// Root outside owns nothing in there: files are made as the lab's user.
    fn as_starter<T>(&self, work: impl FnOnce() -> io::Result<T>) -> io::Result<T> {
        if !nix::unistd::geteuid().is_root() {
            return work();
        }
        let Starter { uid, gid } = self.starter;
        nix::unistd::setfsgid(gid.into());
        nix::unistd::setfsuid(uid.into());
        let done = work();
        nix::unistd::setfsuid(nix::unistd::geteuid());
        nix::unistd::setfsgid(nix::unistd::getegid());
        done
    }

    /// Runs the submission and ends everything it leaves running. What it prints
    /// goes to `show` as it comes.
    ///
    /// # Errors
    /// [`ArenaError::Run`] when it could not be run at all. A limit that it hits
    /// is in [`Ended`].
    pub fn run(
        &mut self,
        script: &Script,
        show: &mut dyn FnMut(&[u8]),
    ) -> Result<Ended, ArenaError> {
        let place = script::Place {
            running: &self.running,
            starter: self.starter,
            inner: &self.inner,
            limits: &self.limits,
        };
        let mut ended = script::run(&place, script, show).map_err(ArenaError::Run)?;
        // An ended engine is the least that can be said of it.
        if let (Some(limit), None | Some(Limit::Engine)) = (self.limit(), ended.limit) {
            ended.limit = Some(limit);
        }
        Ok(ended)
    }

    /// A limit of the whole lab that was hit, now or earlier.
    #[must_use]
    pub fn limit(&mut self) -> Option<Limit> {
        if let Some(limit) = self.watchdog.heard() {
            return Some(limit);
        }
        if identity::wait_for_end(&self.running.pidfd, 0) {
            return Some(self.watchdog.verdict().unwrap_or(Limit::Engine));
        }
        let room = rustix::fs::fstatvfs(&self.root).ok()?;
        let full = room.f_bfree < room.f_blocks / 200 || room.f_ffree < 16;
        full.then_some(Limit::Disk)
    }

    /// Ends the lab and removes it. Dropping does the same.
    pub fn close(self) {}
}

impl Drop for Arena {
    fn drop(&mut self) {
        let _ = end(&self.running);
        self.watchdog.stop();
        self.place.remove();
    }
}

fn folder(at: &OwnedFd, relative: &Path) -> io::Result<()> {
    let mut sofar = PathBuf::new();
    for part in relative.components() {
        let Component::Normal(name) = part else {
            return Err(io::Error::from(io::ErrorKind::InvalidInput));
        };
        sofar.push(name);
        match mkdirat(at, &sofar, Mode::from_raw_mode(0o755)) {
            Ok(()) | Err(rustix::io::Errno::EXIST) => {}
            Err(errno) => return Err(errno.into()),
        }
    }
    Ok(())
}

fn end(running: &Running) -> bool {
    const ENDING_MS: u32 = 20_000;
    let _ = sys::pidfd_send_signal(running.pidfd.as_fd(), SIGKILL);
    identity::wait_for_end(&running.pidfd, ENDING_MS)
}

/// A folder outside for what the client needs: locks, record, log, socket.
#[derive(Debug)]
struct Place {
    folder: PathBuf,
}

impl Place {
    /// Beneath /tmp, so that the socket's path is short; little is written there.
    fn make() -> Result<Self, ArenaError> {
        let pid = std::process::id();
        let mut number = 0;
        loop {
            let folder = PathBuf::from(format!("/tmp/plimsoll-grading-{pid}-{number}"));
            let made = DirBuilder::new().mode(0o700).create(&folder);
            let made = match made {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists && number < 1000 => {
                    number += 1;
                    continue;
                }
                other => other.and_then(|()| std::fs::create_dir(folder.join("root"))),
            };
            return match made {
                Ok(()) => Ok(Self { folder }),
                Err(source) => Err(ArenaError::Place {
                    path: folder,
                    source,
                }),
            };
        }
    }

    fn paths(&self, environment: &Environment, lab: &LabName) -> Result<LabPaths, ArenaError> {
        let environment = Environment {
            plimsoll_home: Some(self.folder.join("data")),
            plimsoll_work: Some(self.folder.join("work")),
            xdg_runtime_dir: Some(self.folder.clone()),
            store: None,
            ..environment.clone()
        };
        Ok(Places::choose(&environment)?.lab(lab)?)
    }

    /// Started by root, the lab's user is none of this machine: the folder of
    /// the socket has to be theirs.
    fn give_to(&self, map: &IdMap) -> Result<(), ArenaError> {
        let starter = map.starter();
        let runtime = self.folder.join("plimsoll");
        let give = || -> io::Result<()> {
            crate::folders::private_folder(&runtime).map_err(io::Error::other)?;
            if nix::unistd::geteuid().is_root() {
                std::os::unix::fs::chown(&runtime, Some(starter.uid), Some(starter.gid))?;
            }
            Ok(())
        };
        give().map_err(|source| ArenaError::Place {
            path: runtime.clone(),
            source,
        })
    }

    fn remove(&self) {
        // All of it was made by this process; the submission's files went with
        // the lab's own file system.
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.remove();
    }
}

/// Whether this process is part of a submission that is being graded.
#[must_use]
pub fn in_submission() -> bool {
    rustix::fs::statat(CWD, MARKER, AtFlags::SYMLINK_NOFOLLOW).is_ok()
}

/// How many processes above the watchdog's number the kernel allows: a bomb that
/// stays just below its wall would not be told from much work.
const ABOVE: u64 = 32;
/// How many beyond those are the engine's alone. It and the submission may be one
/// user to the kernel, and an engine that gets no thread could not be asked what
/// the submission did.
const RESERVE: u64 = 64;

/// The wall for the script and for containers (`RLIMIT_NPROC`).
fn wall(limits: &Limits) -> u64 {
    limits.processes + ABOVE
}

/// The zygote makes the containers: a fork bomb in one meets the same wall as one
/// in the script, and the engine's is behind it.
pub(crate) fn limit_containers(limits: &Limits, zygote: i32) -> io::Result<()> {
    let most = Some(wall(limits));
    let lowered = Rlimit {
        current: most,
        maximum: most,
    };
    rustix::process::prlimit(Pid::from_raw(zygote), Resource::Nproc, lowered)?;
    Ok(())
}

/// For the engine and all that it starts.
pub(crate) fn limit_processes(limits: &Limits) {
    script::limit(Resource::Nproc, wall(limits) + RESERVE);
    script::limit(Resource::Data, limits.memory_bytes);
    script::limit(Resource::Core, 0);
}
