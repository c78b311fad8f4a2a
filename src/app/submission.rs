//! A stranger's submission: read, run in an arena, and judged from outside.
//!
//! Limits: what holds it is `plimsoll_host::grading`; this file decides what is
//! put in, what is taken out (its answers, the end of its output), and what
//! hitting a limit means for the grade.

use std::fs::OpenOptions;
use std::io::Read;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use plimsoll_api::client::Endpoint;
use plimsoll_host::grading::{self, Arena, ArenaError, Ended, Limit, Limits, Script};
use plimsoll_host::{Environment, LabName};
use plimsoll_lab::course::Lab;
use plimsoll_lab::progress::{LabProgress, Progress};
use plimsoll_lab::result::{Cause, CheckRecord, ResultRecord, Side, Status, Verdict};
use plimsoll_lab::schema::LabFile;
use plimsoll_lab::text::Text;
use plimsoll_text::spoken;

use crate::arguments::Shared;
use crate::classroom::{Patience, judge};
use crate::failure::{Failure, Kind, system};
use crate::words;

/// Longest script, in bytes.
const LONGEST_SCRIPT: u64 = 4 << 20;
/// Most of `progress.json` that is read, in bytes.
const MOST_PROGRESS: u64 = 1 << 20;
/// Longest answer, in bytes: what `plimsoll answer` takes.
const LONGEST_ANSWER: usize = 4096;
/// How much of the end of the output is kept, in bytes.
const TAIL: usize = 64 << 10;
/// `progress.json` below the home folder; no variable in there says otherwise.
const PROGRESS: &str = ".local/share/plimsoll/progress.json";
/// The lab's name and its own file beside it, for `plimsoll answer`: what is
/// asked, never what is right.
const QUESTIONS: &str = ".local/share/plimsoll/lab.json";

/// What the lab of this submission asks, in the arena itself. The script may
/// have changed it: what it answers is looked at outside.
pub fn questions(name: &LabName) -> Option<LabFile> {
    let file = Path::new(grading::HOME).join(QUESTIONS);
    let (lab, asked): (String, LabFile) =
        serde_json::from_slice(&std::fs::read(file).ok()?).ok()?;
    (lab == name.as_str()).then_some(asked)
}

/// What somebody handed in.
pub struct Submission {
    /// The script's own name, which its messages carry.
    name: PathBuf,
    script: Vec<u8>,
    files: Option<PathBuf>,
    limits: Limits,
}

/// What became of it.
pub struct Graded {
    pub result: ResultRecord,
    /// The script's exit code; none if a limit ended it.
    pub code: Option<i32>,
    /// The end of what it printed.
    pub tail: Vec<u8>,
}

impl Submission {
    /// Reads the script; `files` is looked at and read later.
    ///
    /// # Errors
    /// Neither is what it has to be.
    pub fn read(script: &Path, files: Option<&Path>, time: Duration) -> Result<Self, Failure> {
        let language = spoken();
        let wrong = |what: String| {
            let path = script.display().to_string();
            Failure::new(Kind::Usage, words::at_path(language, path, what))
        };
        // A FIFO or a terminal would keep everybody waiting.
        let file = OpenOptions::new()
            .read(true)
            .custom_flags(nix::libc::O_NONBLOCK | nix::libc::O_NOCTTY)
            .open(script)
            .map_err(|error| wrong(system(&error)))?;
        if !file.metadata().is_ok_and(|about| about.is_file()) {
            return Err(wrong(words::grade_not_plain(language)));
        }
        let mut content = Vec::new();
        file.take(LONGEST_SCRIPT + 1)
            .read_to_end(&mut content)
            .map_err(|error| wrong(system(&error)))?;
        if content.len() as u64 > LONGEST_SCRIPT {
            let most = LONGEST_SCRIPT >> 20;
            return Err(wrong(words::grade_too_long(language, most.to_string())));
        }
        if let Some(folder) = files.filter(|folder| !folder.is_dir()) {
            let message = words::grade_no_folder(language, folder.display().to_string());
            return Err(Failure::new(Kind::Usage, message).hint("--files DIR".to_owned()));
        }
        Ok(Self {
            name: script.file_name().map(PathBuf::from).unwrap_or_default(),
            script: content,
            files: files.map(Path::to_path_buf),
            limits: Limits {
                time,
                ..Limits::default()
            },
        })
    }

    /// Runs it in an arena of its own and judges what it left. Nothing of the
    /// arena is there afterwards.
    ///
    /// # Errors
    /// Never the submission's fault: the machine or the engine failed.
    pub fn grade(&self, lab: &Lab, name: &LabName) -> Result<Graded, Failure> {
        let started_at = ResultRecord::now();
        let environment = Environment::of_process();
        let places = crate::commands::places(&Shared::default())?;
        let mut options = crate::commands::start_options()?;
        options.offered = crate::borrowed::tools(&places);
        let mut arena =
            Arena::open(&environment, name, &self.limits, &options).map_err(no_arena)?;
        let script = self.put(&arena, lab).map_err(no_arena)?;
        let mut tail = Tail::default();
        let ended = arena
            .run(&script, &mut |bytes| tail.take(bytes))
            .map_err(no_arena)?;
        let graded = |result| Graded {
            result,
            code: ended.code,
            tail: tail.0,
        };
        match ended.limit {
            Some(Limit::Engine) => Err(engine_ended()),
            Some(limit) => {
                let result = over(lab, limit, &self.limits, started_at, &ended);
                Ok(graded(result))
            }
            None => {
                let progress = answers(&arena, lab)?;
                let result = judge(
                    lab,
                    Endpoint::Unix(arena.socket()),
                    arena.work(),
                    &progress,
                    Patience::Final,
                );
                // What it left running goes on using memory and disk.
                match arena.limit() {
                    Some(Limit::Engine) => Err(engine_ended()),
                    Some(limit) => Ok(graded(over(lab, limit, &self.limits, started_at, &ended))),
                    None => result.map(graded),
                }
            }
        }
    }

    /// The lab's start files, the submission's own over them, and its script.
    fn put(&self, arena: &Arena, lab: &Lab) -> Result<Script, ArenaError> {
        for (path, content) in &lab.start {
            arena.put(Path::new(path), content, false)?;
        }
        if let Ok(questions) = serde_json::to_vec(&(&lab.name, &lab.file)) {
            arena.put_in_home(Path::new(QUESTIONS), &questions)?;
        }
        if let Some(folder) = &self.files {
            arena.put_folder(folder)?;
        }
        let taken = |(path, _): &(String, Vec<u8>)| Path::new(path).starts_with(&self.name);
        let name = match lab.start.iter().any(taken) {
            true => PathBuf::from("submission.sh"),
            false => self.name.clone(),
        };
        arena.put(&name, &self.script, true)?;
        Ok(Script {
            command: self.command(&name),
            environment: Vec::new(),
        })
    }

    /// As its first line says, else as a shell script.
    fn command(&self, name: &Path) -> Vec<std::ffi::OsString> {
        // By a path, so that no name is an option or searched for.
        let path = Path::new(".").join(name).into_os_string();
        if self.script.starts_with(b"#!") {
            return vec![path];
        }
        let bash = ["/bin/bash", "/usr/bin/bash"]
            .into_iter()
            .find(|shell| Path::new(shell).exists());
        vec![bash.unwrap_or("/bin/sh").into(), path]
    }
}

/// The last bytes of an output.
#[derive(Default)]
struct Tail(Vec<u8>);

impl Tail {
    fn take(&mut self, bytes: &[u8]) {
        self.0.extend_from_slice(bytes);
        if self.0.len() > 2 * TAIL {
            self.0.drain(..self.0.len() - TAIL);
        }
    }
}

/// What it answered to the lab's questions. The file is a stranger's: anything
/// but a sound one is no answer, and nothing else of it counts.
fn answers(arena: &Arena, lab: &Lab) -> Result<LabProgress, Failure> {
    let left = arena
        .left_in_home(Path::new(PROGRESS), MOST_PROGRESS)
        .map_err(|error| {
            let said = words::grade_answers(spoken(), system(&error));
            Failure::new(Kind::Environment, said)
        })?;
    let progress: Progress = left
        .and_then(|bytes| serde_json::from_slice(&bytes).ok())
        .unwrap_or_default();
    let mut answers = progress.lab(&lab.name).answers;
    answers.retain(|question, answer| {
        lab.file.question(question).is_some() && answer.len() <= LONGEST_ANSWER
    });
    Ok(LabProgress {
        answers,
        ..LabProgress::default()
    })
}

/// The record of a submission that hit a limit: no points, and somebody looks.
fn over(
    lab: &Lab,
    limit: Limit,
    limits: &Limits,
    started_at: String,
    ended: &Ended,
) -> ResultRecord {
    let why = hit(limit, limits);
    let not_judged = Text::said(words::grade_not_seen);
    let checks = lab.grader.goals.iter().map(|goal| CheckRecord {
        id: goal.id.clone(),
        title: goal.title.clone(),
        status: Status::Skip,
        points: 0,
        max_points: goal.points,
        expected: Text::default(),
        actual: not_judged.clone(),
        message: not_judged.clone(),
        hint: None,
        miss: None,
        look_at: None,
    });
    ResultRecord {
        schema: ResultRecord::SCHEMA.to_owned(),
        lab: lab.name.clone(),
        verdict: Verdict::Fail,
        score: 0,
        max_score: lab.grader.max_score(),
        checks: checks.collect(),
        cause: Some(Cause {
            side: Side::Submission,
            message: Text::said(|language| words::grade_for_review(language, why.get(language))),
        }),
        engine: format!("plimsoll {}", env!("CARGO_PKG_VERSION")),
        started_at,
        duration_ms: u64::try_from(ended.lasted.as_millis()).unwrap_or(u64::MAX),
        journal_head: None,
    }
}

fn hit(limit: Limit, limits: &Limits) -> Text {
    let megabytes = |bytes: u64| (bytes >> 20).to_string();
    Text::said(|language| match limit {
        Limit::Time => words::grade_over_time(language, limits.time.as_secs().to_string()),
        Limit::Memory => words::grade_over_memory(language, megabytes(limits.memory_bytes)),
        Limit::Processes => words::grade_over_processes(language, limits.processes.to_string()),
        Limit::Disk => {
            let (most, files) = (megabytes(limits.disk_bytes), limits.files.to_string());
            words::grade_over_disk(language, files, most)
        }
        Limit::Output => words::grade_over_output(language, megabytes(limits.output_bytes)),
        Limit::Engine => words::grade_engine_ended(language),
    })
}

/// A submission is refused what would end its engine: this was not its doing.
fn engine_ended() -> Failure {
    Failure::new(Kind::Environment, words::grade_engine_ended_early(spoken()))
}

fn no_arena(error: ArenaError) -> Failure {
    let hint = match &error {
        ArenaError::Start(error) => error.hint(),
        ArenaError::Put { .. } => None,
        _ => Some("plimsoll doctor".to_owned()),
    };
    let kind = match &error {
        // A file that cannot be read, or more than there is room for.
        ArenaError::Put { .. } => Kind::Usage,
        _ => Kind::Environment,
    };
    Failure::from_error(kind, &error).hint(hint)
}
