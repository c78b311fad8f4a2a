//! Playing a script in a lab of its own, as a learner would type it, and
//! grading what is left.
//!
//! The script runs through this same binary (`plimsoll shell LAB -- bash
//! SCRIPT`) in a data folder of its own; only the store of layers is shared
//! with the user's labs. Limits: the script is trusted (an author's attempt, a
//! reference solution); a stranger's goes through `plimsoll grade`.

use std::fs::{self, DirBuilder, File};
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use plimsoll_api::client::Endpoint;
use plimsoll_host::discard;
use plimsoll_host::{Environment, LabName, LabPaths, Places, search};
use plimsoll_lab::course::{Attempt, Expected, Lab};
use plimsoll_lab::progress::Progress;
use plimsoll_lab::result::{ResultRecord, Status, Verdict};
use plimsoll_text::{Language, spoken};

use crate::classroom::{self, COURSE_VARIABLE, Classroom, Patience};
use crate::failure::{Failure, Kind, system};
use crate::words;

/// Longest time an attempt may take.
const PATIENCE: Duration = Duration::from_secs(120);

static NUMBER: AtomicUsize = AtomicUsize::new(0);

/// A fresh lab for one script. Cleared when dropped.
pub struct Playground<'a> {
    lab: &'a Lab,
    folder: PathBuf,
    runtime: tempfile::TempDir,
    places: Places,
    paths: LabPaths,
    course: Option<PathBuf>,
}

/// How a script ended.
pub struct Played {
    pub status: ExitStatus,
    /// Standard output and error, as they came.
    pub output: String,
}

impl<'a> Playground<'a> {
    /// A data folder, a runtime folder, the lab's start files.
    ///
    /// # Errors
    /// A folder or file cannot be made.
    pub fn new(room: &Classroom, lab: &'a Lab) -> Result<Playground<'a>, Failure> {
        let number = NUMBER.fetch_add(1, Ordering::Relaxed);
        let name = format!("play-{}-{number}", std::process::id());
        let folder = room.places.data().join(name);
        let failed = |error: std::io::Error| cannot(&folder, &error);
        DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(&folder)
            .map_err(failed)?;
        let runtime = tempfile::Builder::new()
            .prefix("plimsoll-play-")
            .permissions(fs::Permissions::from_mode(0o700))
            .tempdir()
            .map_err(failed)?;
        let environment = Environment {
            plimsoll_home: Some(folder.join("data")),
            plimsoll_work: Some(folder.join("work")),
            xdg_runtime_dir: Some(runtime.path().to_owned()),
            store: Some(room.places.store().to_owned()),
            ..Environment::of_process()
        };
        let wrong = |error| Failure::from_error(Kind::Usage, &error);
        let places = Places::choose(&environment).map_err(wrong)?;
        let name = LabName::new(lab.name.as_str())
            .map_err(|error| Failure::from_error(Kind::Usage, &error))?;
        let paths = places.lab(&name).map_err(wrong)?;
        classroom::lay_out_start_files(lab, &paths.work())?;
        Ok(Playground {
            lab,
            folder,
            runtime,
            places,
            paths,
            course: room.folder.clone(),
        })
    }

    /// Gives the attempt's answers, then runs its script with `bash -e` (`sh -e` where there is
    /// no bash).
    ///
    /// # Errors
    /// The script cannot be run at all, or takes longer than [`PATIENCE`].
    pub fn play(&self, attempt: &Attempt) -> Result<Played, Failure> {
        let progress = self.places.data().join("progress.json");
        Progress::update(&progress, |all| {
            let answers = &mut all.lab_mut(&self.lab.name).answers;
            answers.extend(attempt.answers.iter().cloned());
        })
        .map_err(|error| Failure::from_error(Kind::Environment, &error))?;
        let script = self.folder.join(format!("{}.sh", attempt.name));
        fs::write(&script, &attempt.script).map_err(|error| cannot(&script, &error))?;
        self.run(&script)
    }

    fn run(&self, script: &Path) -> Result<Played, Failure> {
        let log = self.folder.join("output");
        let failed = |error: std::io::Error| cannot(&log, &error);
        let output = File::create(&log).map_err(failed)?;
        let program = std::env::current_exe().map_err(failed)?;
        let mut command = Command::new(program);
        command
            .arg("--store")
            .arg(self.places.store())
            .args(["shell", &self.lab.name, "--no-publish", "--", shell(), "-e"])
            .arg(script)
            .env("PLIMSOLL_HOME", self.places.data())
            .env("PLIMSOLL_WORK", self.places.work())
            .env("XDG_RUNTIME_DIR", self.runtime.path())
            .env(Language::VARIABLE, spoken().code())
            .current_dir(self.paths.work())
            .stdin(Stdio::null())
            .stdout(output.try_clone().map_err(failed)?)
            .stderr(output);
        if let Some(course) = &self.course {
            command.env(COURSE_VARIABLE, course);
        }
        let mut child = command.spawn().map_err(failed)?;
        let start = Instant::now();
        let status = loop {
            match child.try_wait().map_err(failed)? {
                Some(status) => break status,
                None if start.elapsed() > PATIENCE => {
                    let _ = child.kill();
                    let _ = child.wait();
                    let seconds = PATIENCE.as_secs().to_string();
                    let message = words::play_too_long(spoken(), seconds);
                    return Err(Failure::new(Kind::Environment, message));
                }
                None => std::thread::park_timeout(Duration::from_millis(5)),
            }
        };
        let output = fs::read(&log).map_err(failed)?;
        let output = String::from_utf8_lossy(&output).into_owned();
        Ok(Played { status, output })
    }

    /// Grades what the script has left, settled and stable.
    ///
    /// # Errors
    /// The engine cannot be looked at.
    pub fn grade(&self) -> Result<ResultRecord, Failure> {
        let progress = Progress::read(&self.places.data().join("progress.json"))
            .map_err(|error| Failure::from_error(Kind::Environment, &error))?
            .lab(&self.lab.name);
        let endpoint = Endpoint::Unix(self.paths.socket());
        classroom::judge(
            self.lab,
            endpoint,
            self.paths.work(),
            &progress,
            Patience::Final,
        )
    }
}

impl Drop for Playground<'_> {
    fn drop(&mut self) {
        let cleared = clear(&self.paths).and_then(|()| {
            fs::remove_dir_all(&self.folder).map_err(|error| cannot(&self.folder, &error))
        });
        if let Err(failure) = cleared {
            failure.show();
        }
    }
}

/// What an attempt is written for, or, on a machine that has none, what it has.
fn shell() -> &'static str {
    search::on_path("bash").map_or("sh", |_| "bash")
}

/// Ends a lab and removes its folder.
fn clear(paths: &LabPaths) -> Result<(), Failure> {
    let cleared = discard::set_aside(paths).and_then(|()| discard::sweep(paths));
    cleared.map_err(|error| {
        let hint = error.hint();
        Failure::from_error(Kind::Environment, &error).hint(hint)
    })
}

/// How a script that failed ended.
pub fn script_ended(language: Language, status: ExitStatus) -> String {
    let how = match (status.code(), status.signal()) {
        (Some(code), _) => words::play_code(language, code.to_string()),
        (None, signal) => words::play_signal(language, signal.unwrap_or(0).to_string()),
    };
    words::play_script_ended(language, how)
}

/// How far a verdict is from what its attempt promises; `None` is exactly that.
pub fn difference(attempt: &Attempt, played: &Played, result: &ResultRecord) -> Option<String> {
    match &attempt.expected {
        Expected::Right if !played.status.success() => Some(script_ended(spoken(), played.status)),
        Expected::Right if result.verdict == Verdict::Pass => None,
        Expected::Right => Some(words::play_not_all(spoken(), open_goals(result))),
        Expected::Wrong { fails, hint } => wrong_difference(fails, hint.as_deref(), result),
    }
}

fn wrong_difference(fails: &str, hint: Option<&str>, result: &ResultRecord) -> Option<String> {
    let mut failed = result
        .checks
        .iter()
        .filter(|check| matches!(check.status, Status::Fail | Status::Error));
    match (failed.next(), failed.next()) {
        (None, _) => Some(words::play_all_met(spoken())),
        (Some(check), None) if check.id == fails && check.status == Status::Fail => {
            let found = check.miss.as_deref();
            (found != hint).then(|| {
                let language = spoken();
                let name = |miss: Option<&str>| match miss {
                    Some(miss) => format!("`{miss}`"),
                    None => words::play_no_hint(language),
                };
                words::play_hint(language, name(found), fails, name(hint))
            })
        }
        _ => Some(words::play_alone(spoken(), fails, open_goals(result))),
    }
}

fn open_goals(result: &ResultRecord) -> String {
    let goals = result
        .checks
        .iter()
        .filter(|check| matches!(check.status, Status::Fail | Status::Error));
    goals
        .map(|check| {
            let language = spoken();
            words::play_open(language, check.actual.get(language), check.id.as_str())
        })
        .collect::<Vec<_>>()
        .join("; ")
}

fn cannot(path: &Path, error: &std::io::Error) -> Failure {
    let said = words::at_path(spoken(), path.display().to_string(), system(error));
    Failure::new(Kind::Environment, said)
}
