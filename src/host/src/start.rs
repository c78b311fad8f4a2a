//! Starting a lab, seen from the client: connect to its engine, or have one born.

use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader};
use std::os::fd::OwnedFd;
use std::os::unix::fs::OpenOptionsExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use plimsoll_text::{Language, spoken};
use rustix::event::{PollFd, PollFlags, Timespec, poll};

use crate::enter::Offered;
use crate::folders::{self, FolderError};
use crate::grading::View;
use crate::id_map::{IdMapChoice, IdMapChoiceError};
use crate::identity::{self, EngineRecord};
use crate::launch::ENTRY;
use crate::name::LabName;
use crate::order::{self, Order};
use crate::paths::{LabPaths, Places};
use crate::peer;
use crate::seat::StartReport;
use crate::words;

/// How long a birth may take before the client gives up, in seconds. An earlier
/// engine that is still ending may take most of it.
const PATIENCE_S: i64 = 30;

/// Tells every process of a lab's shell which lab it is in.
pub const LAB_VARIABLE: &str = "PLIMSOLL_LAB";

/// What an engine needs of its starter's environment: proxies for its way out,
/// and switches of our own.
const KEPT: [&str; 10] = [
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "LANG",
    "NO_PROXY",
    "PATH",
    "RUST_BACKTRACE",
    "TZ",
    "http_proxy",
    "https_proxy",
    "no_proxy",
];

/// How a lab is to be started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StartOptions {
    pub id_map: IdMapChoice,
    /// Offer published ports on the real host's loopback too.
    pub publish_on_host: bool,
    /// Programs for an arena on a machine that lacks them. A shell gets its own
    /// by `EnterOptions`.
    pub offered: Vec<Offered>,
    /// A stranger's submission will run: the view that `Arena` made for it.
    pub(crate) grading: Option<View>,
    /// The program that becomes the engine: this one, unless a test says otherwise.
    pub program: PathBuf,
}

impl Default for StartOptions {
    fn default() -> Self {
        Self {
            id_map: IdMapChoice::BestAvailable,
            publish_on_host: true,
            offered: Vec::new(),
            grading: None,
            program: PathBuf::from("/proc/self/exe"),
        }
    }
}

impl StartOptions {
    /// The defaults, changed by `PLIMSOLL_IDMAP` (`best`, `single`).
    ///
    /// # Errors
    /// It is set to something else.
    pub fn of_process() -> Result<Self, IdMapChoiceError> {
        let choice = std::env::var_os("PLIMSOLL_IDMAP").unwrap_or_default();
        Ok(Self {
            id_map: choice.to_string_lossy().parse()?,
            ..Self::default()
        })
    }
}

/// A lab whose engine answers.
#[derive(Debug)]
pub struct Running {
    pub socket: PathBuf,
    /// The engine's pid in this process's PID namespace.
    pub pid: i32,
    pub pidfd: OwnedFd,
}

/// Why a lab could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    Folder(#[from] FolderError),
    Spawn(#[source] io::Error),
    Refused {
        doing: String,
        cause: String,
        hint: Option<String>,
    },
    EndedEarly {
        log: PathBuf,
        last_words: Option<String>,
    },
    TooSlow {
        log: PathBuf,
    },
    InsideLab {
        current: LabName,
    },
    Gone,
    OtherStore {
        lab: LabName,
        has: PathBuf,
        asked: PathBuf,
    },
}

plimsoll_text::speaks!(StartError);

impl StartError {
    /// What went wrong, in the reader's language.
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        match self {
            Self::Folder(error) => error.say(language),
            Self::Spawn(_) => words::start_spawn(language),
            Self::Refused { doing, cause, .. } if cause.is_empty() => {
                words::start_refused(language, doing.as_str())
            }
            Self::Refused { doing, cause, .. } => {
                words::start_refused_because(language, cause.as_str(), doing.as_str())
            }
            Self::EndedEarly { last_words, .. } => match last_words {
                Some(last) => words::start_ended_early_saying(language, last.as_str()),
                None => words::start_ended_early(language),
            },
            Self::TooSlow { .. } => words::start_too_slow(language, PATIENCE_S),
            Self::InsideLab { current } => words::inside_lab(language, current.as_str()),
            Self::Gone => words::start_gone(language),
            Self::OtherStore { lab, has, asked } => words::other_store(
                language,
                asked.display().to_string(),
                has.display().to_string(),
                lab.as_str(),
            ),
        }
    }
}

impl StartError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Folder(error) => Some(error.hint()),
            Self::Refused { hint, .. } => hint.clone(),
            Self::EndedEarly { log, .. } | Self::TooSlow { log } => {
                Some(words::start_log(spoken(), log.display().to_string()))
            }
            Self::OtherStore { lab, .. } => Some(words::other_store_hint(spoken(), lab.as_str())),
            Self::InsideLab { .. } => Some(words::inside_lab_hint(spoken())),
            Self::Spawn(_) | Self::Gone => Some("plimsoll doctor".to_owned()),
        }
    }
}

/// Connects to the lab's engine; starts one where none lives. Any number of
/// clients may do so at once: one engine is born, and all of them get it.
///
/// # Errors
/// [`StartError`].
pub fn ensure_running(paths: &LabPaths, options: &StartOptions) -> Result<Running, StartError> {
    if let Ok(engine) = peer::connect(&paths.socket()) {
        check_store(paths)?;
        return running(paths, engine);
    }
    if let Some(current) = current_lab(paths.places()) {
        return Err(StartError::InsideLab { current });
    }
    match options.grading {
        None => folders::prepare(paths)?,
        // The rest is within the view, or made by the arena for its user.
        Some(_) => folders::prepare_state(paths)?,
    }
    match give_birth(paths, options)? {
        StartReport::Ready { .. } => {}
        StartReport::Failed { doing, cause, hint } => {
            return Err(StartError::Refused { doing, cause, hint });
        }
    }
    let engine = peer::connect(&paths.socket()).map_err(|_| StartError::Gone)?;
    running(paths, engine)
}

/// An engine keeps the store that it was started with: another one that is asked
/// for would be ignored without a word.
fn check_store(paths: &LabPaths) -> Result<(), StartError> {
    let record = EngineRecord::read(&paths.engine_record());
    let Ok(Some(EngineRecord {
        store: Some(has), ..
    })) = record
    else {
        return Ok(());
    };
    if !paths.places().has_chosen_store() || same_folder(&has, paths.store()) {
        return Ok(());
    }
    Err(StartError::OtherStore {
        lab: paths.lab().clone(),
        asked: paths.store().to_path_buf(),
        has,
    })
}

/// One folder may have two names.
fn same_folder(a: &Path, b: &Path) -> bool {
    let canonical = |path: &Path| path.canonicalize().unwrap_or_else(|_| path.to_path_buf());
    a == b || canonical(a) == canonical(b)
}

/// The lab's engine if one answers; none is started.
#[must_use]
pub fn find_running(paths: &LabPaths) -> Option<Running> {
    running(paths, peer::connect(&paths.socket()).ok()?).ok()
}

fn running(paths: &LabPaths, engine: peer::Engine) -> Result<Running, StartError> {
    match engine.process {
        Some(pidfd) => Ok(Running {
            socket: paths.socket(),
            pid: engine.pid,
            pidfd,
        }),
        None => Err(match current_lab(paths.places()) {
            Some(current) => StartError::InsideLab { current },
            None => StartError::Gone,
        }),
    }
}

/// The lab this process is in, told by its user namespace.
///
/// The record of a lab that ended may hold a number that the kernel has given
/// to another namespace since; so what the lab's shell was told counts first.
#[must_use]
pub fn current_lab(places: &Places) -> Option<LabName> {
    let own = identity::own_user_namespace().ok()?;
    let is_here = |name: &LabName| {
        let record = EngineRecord::read(&places.labs().join(name).join("engine.json"));
        matches!(record, Ok(Some(record)) if record.user_namespace == own && record.this_boot())
    };
    let told = std::env::var(LAB_VARIABLE)
        .ok()
        .and_then(|name| LabName::new(name).ok());
    if let Some(name) = told.filter(&is_here) {
        return Some(name);
    }
    let labs = std::fs::read_dir(places.labs()).ok()?;
    labs.filter_map(|lab| LabName::new(lab.ok()?.file_name().to_str()?).ok())
        .find(is_here)
}

fn give_birth(paths: &LabPaths, options: &StartOptions) -> Result<StartReport, StartError> {
    let order = Order {
        paths: paths.clone(),
        id_map: options.id_map,
        publish_on_host: options.publish_on_host,
        view: options.grading.clone(),
        language: spoken().code().to_owned(),
        born: None,
    };
    let log = open_log(&paths.log()).map_err(StartError::Spawn)?;
    let own = std::env::vars_os().filter(|(name, _)| {
        name.to_str()
            .is_some_and(|name| name.starts_with("PLIMSOLL_"))
    });
    let mut outer = Command::new(&options.program)
        .arg0("plimsoll")
        .args([ENTRY, "outer", paths.lab().as_str()])
        .env_clear()
        .envs(
            KEPT.iter()
                .filter_map(|name| Some((name, std::env::var_os(name)?))),
        )
        .envs(own)
        .env(order::VARIABLE, order.to_json())
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(log)
        .spawn()
        .map_err(StartError::Spawn)?;
    let pipe = outer.stdout.take().expect("the output is piped");
    let report = read_report(BufReader::new(pipe), &paths.log());
    if report.is_err() {
        // Still waiting for a lock, perhaps: nobody needs what it would start.
        let _ = outer.kill();
    }
    let _ = outer.wait();
    report
}

/// The log of one engine's life at a time: the last one's is kept beside it.
fn open_log(path: &Path) -> io::Result<File> {
    OpenOptions::new()
        .create(true)
        .append(true)
        .mode(0o600)
        .open(path)
}

fn read_report(
    mut pipe: BufReader<std::process::ChildStdout>,
    log: &Path,
) -> Result<StartReport, StartError> {
    let patience = Timespec {
        tv_sec: PATIENCE_S,
        tv_nsec: 0,
    };
    let mut ends = [PollFd::new(pipe.get_ref(), PollFlags::IN)];
    let ready = loop {
        match poll(&mut ends, Some(&patience)) {
            Err(rustix::io::Errno::INTR) => {}
            other => break other,
        }
    };
    let log = log.to_path_buf();
    if ready.map_err(|errno| StartError::Spawn(errno.into()))? == 0 {
        return Err(StartError::TooSlow { log });
    }
    let mut line = String::new();
    pipe.read_line(&mut line).map_err(StartError::Spawn)?;
    serde_json::from_str(&line).map_err(|_| {
        let last_words = last_line(&log);
        StartError::EndedEarly { log, last_words }
    })
}

fn last_line(log: &Path) -> Option<String> {
    let text = std::fs::read(log).ok()?;
    String::from_utf8_lossy(&text)
        .lines()
        .rfind(|line| !line.trim().is_empty())
        .map(str::to_owned)
}
