//! What every teaching command needs: the course, the places, the reader's
//! language, and the learner's progress.

use std::fs;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::time::Instant;

use plimsoll_api::client::Endpoint;
use plimsoll_host::{LabName, LabPaths, Places, grading};
use plimsoll_lab::course::{Course, Lab, Mistakes, Severity};
use plimsoll_lab::grade;
use plimsoll_lab::observe::{ObserveError, Observer};
use plimsoll_lab::progress::{LabProgress, Progress};
use plimsoll_lab::report::{Reader, Style};
use plimsoll_lab::result::{CheckRecord, ResultRecord};
use plimsoll_lab::schema::nearest;
use plimsoll_lab::undo::Restore;
use plimsoll_text::spoken;

use crate::arguments::Shared;
use crate::commands;
use crate::failure::{Failure, Kind, system};
use crate::output::{locale_is_utf8, reading_width};
use crate::words;

/// Set where a submission runs; see [`refuse_in_submission`].
pub const SUBMISSION_VARIABLE: &str = "PLIMSOLL_SUBMISSION";

/// The folder of a course, for commands typed inside a lab of it.
pub const COURSE_VARIABLE: &str = "PLIMSOLL_COURSE";

/// A course, and one person's places for it.
pub struct Classroom {
    pub course: Course,
    /// What its author has still to do: it can be used as it is.
    pub unfinished: Mistakes,
    /// Where the course was read from; `None` is the embedded one.
    pub folder: Option<PathBuf>,
    pub places: Places,
}

impl Classroom {
    /// The embedded course, or that of `--course DIR`.
    ///
    /// # Errors
    /// A course that cannot be read, or that has mistakes which make it useless:
    /// all mistakes are listed then.
    pub fn open(shared: &Shared) -> Result<Classroom, Failure> {
        let folder = shared
            .course
            .clone()
            .or_else(|| std::env::var_os(COURSE_VARIABLE).map(PathBuf::from))
            .map(|folder| commands::absolute(&folder));
        let mut unfinished = Mistakes::default();
        let course = match &folder {
            None => Course::embedded(),
            Some(folder) => {
                let loaded = Course::folder(folder)
                    .map_err(|error| Failure::from_error(Kind::Usage, &error))?;
                if !loaded.mistakes.leave_it_usable() {
                    return Err(mistakes(&loaded.mistakes));
                }
                unfinished = loaded.mistakes;
                loaded.course
            }
        };
        Ok(Classroom {
            course,
            unfinished,
            folder,
            places: commands::places(shared)?,
        })
    }

    /// The lab of that name, or the nearest name there is.
    ///
    /// # Errors
    /// There is no such lab.
    pub fn lab(&self, name: &LabName) -> Result<&Lab, Failure> {
        self.course.lab(name.as_str()).ok_or_else(|| {
            let names = || self.course.labs.iter().map(|lab| lab.name.as_str());
            let language = spoken();
            let message = words::no_such_lab(language, name.as_str());
            Failure::new(Kind::Usage, message).hint(match nearest(name.as_str(), names()) {
                Some(meant) => words::typed_did_you_mean(language, meant),
                None => words::labs_are(language, names().collect::<Vec<_>>().join(", ")),
            })
        })
    }

    /// A lab's places.
    ///
    /// # Errors
    /// The socket's path is too long.
    pub fn paths(&self, lab: &LabName) -> Result<LabPaths, Failure> {
        let paths = self.places.lab(lab);
        paths
            .map(LabPaths::of_living_engine)
            .map_err(|error| Failure::from_error(Kind::Usage, &error))
    }

    /// `DATA/progress.json`.
    pub fn progress_file(&self) -> PathBuf {
        self.places.data().join("progress.json")
    }

    /// All progress.
    ///
    /// # Errors
    /// The file is damaged or newer than this program.
    pub fn progress(&self) -> Result<Progress, Failure> {
        let progress = Progress::read(&self.progress_file());
        progress.map_err(|error| Failure::from_error(Kind::Environment, &error))
    }

    /// Changes one lab's progress.
    ///
    /// # Errors
    /// The file cannot be read or written.
    pub fn change<T>(
        &self,
        lab: &str,
        change: impl FnOnce(&mut LabProgress) -> T,
    ) -> Result<T, Failure> {
        Progress::update(&self.progress_file(), |all| change(all.lab_mut(lab)))
            .map_err(|error| Failure::from_error(Kind::Environment, &error))
    }

    /// How to write results for this reader.
    pub fn style(&self, reader: Reader) -> Style {
        Style {
            reader,
            language: spoken(),
            symbols: speaks_utf8(),
            width: usize::from(reading_width()),
        }
    }
}

/// Writes the files a lab begins with; what is there already stays.
///
/// # Errors
/// A file or folder cannot be made.
pub fn lay_out_start_files(lab: &Lab, work: &Path) -> Result<(), Failure> {
    let cannot = |path: &Path, error: std::io::Error| {
        let (language, path) = (spoken(), path.display().to_string());
        let said = words::start_files_unwritten(language, path, system(&error));
        Failure::new(Kind::Environment, said).hint(words::start_files_hint(language))
    };
    fs::create_dir_all(work).map_err(|error| cannot(work, error))?;
    for (name, content) in &lab.start {
        let path = work.join(name);
        let folder = path.parent().unwrap_or(work);
        fs::create_dir_all(folder).map_err(|error| cannot(folder, error))?;
        // `.keep` stands for an empty folder.
        if path.file_name().is_some_and(|name| name == ".keep") || path.exists() {
            continue;
        }
        fs::write(&path, content).map_err(|error| cannot(&path, error))?;
    }
    Ok(())
}

/// Start files that the learner has changed, as the lab names them.
pub fn changed_start_files<'a>(lab: &'a Lab, work: &Path) -> Vec<&'a str> {
    let changed = |(name, content): &&(String, Vec<u8>)| {
        let path = work.join(name);
        // What is not a file, and what is much longer, is not read.
        fs::symlink_metadata(&path).is_ok_and(|found| {
            let same = found.is_file()
                && found.len() == content.len() as u64
                && fs::read(&path).is_ok_and(|bytes| bytes == *content);
            !same
        })
    };
    let files = lab
        .start
        .iter()
        .filter(|(name, _)| !name.ends_with(".keep"));
    let names = files.filter(changed).map(|(name, _)| name.as_str());
    names.collect()
}

/// Puts changed start files back; the learner's go to `NAME.old`, or where that
/// is taken to `NAME.old.2` and so on. Returns each name and where its file is.
///
/// # Errors
/// A file cannot be renamed or written; the learner's is never overwritten.
pub fn put_back_start_files<'a>(
    lab: &'a Lab,
    work: &Path,
) -> Result<Vec<(&'a str, PathBuf)>, Failure> {
    let mut moved = Vec::new();
    for name in changed_start_files(lab, work) {
        let old = free_name(&work.join(name));
        fs::rename(work.join(name), &old).map_err(|error| {
            let to = old.display().to_string();
            let said = words::file_unmoved(spoken(), name, to, system(&error));
            Failure::new(Kind::Environment, said)
        })?;
        moved.push((name, old));
    }
    lay_out_start_files(lab, work)?;
    Ok(moved)
}

fn free_name(path: &Path) -> PathBuf {
    let with = |suffix: String| {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        PathBuf::from(name)
    };
    let more = (2..).map(|number| with(format!(".old.{number}")));
    let mut names = std::iter::once(with(".old".to_owned())).chain(more);
    let free = names.find(|name| fs::symlink_metadata(name).is_err());
    free.unwrap_or_else(|| with(".old".to_owned()))
}

/// A lab that is ready to be entered.
pub struct Arrival {
    pub paths: LabPaths,
    /// Its course, and where that was read from.
    pub room: Classroom,
}

/// A lab of the course, ready to be entered: on the first visit its start files
/// are laid out.
///
/// # Errors
/// No such lab, or its files cannot be written.
pub fn arrive(shared: &Shared, name: &LabName) -> Result<Arrival, Failure> {
    let room = Classroom::open(shared)?;
    let lab = room.lab(name)?;
    let paths = room.paths(name)?;
    if !paths.work().exists() {
        lay_out_start_files(lab, &paths.work())?;
    }
    Ok(Arrival { paths, room })
}

/// Everything that is wrong with a course, one line each, in one failure: first
/// what makes it useless, then what only its learners would miss.
pub fn mistakes(mistakes: &Mistakes) -> Failure {
    let language = spoken();
    let mut told = words::course_mistakes(language, mistakes.len());
    for severity in [Severity::Broken, Severity::Unfinished] {
        let lines: Vec<String> = mistakes.of(severity).map(ToString::to_string).collect();
        if severity == Severity::Unfinished && !lines.is_empty() {
            told += &format!("\n{}", words::course_not_finished(language));
        }
        for line in lines {
            told += &format!("\n{line}");
        }
    }
    Failure::new(Kind::Usage, told).hint("plimsoll course schema lab|grader|course".to_owned())
}

/// A live verdict, or the final and patient one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Patience {
    /// As it is now.
    Now,
    /// Settled and stable: what a grade is made of.
    Final,
}

/// Looks at a lab through `endpoint` and judges it.
///
/// # Errors
/// The engine cannot be looked at.
pub fn judge(
    lab: &Lab,
    endpoint: Endpoint,
    work: PathBuf,
    progress: &LabProgress,
    patience: Patience,
) -> Result<ResultRecord, Failure> {
    Ok(judge_and_look_back(lab, endpoint, work, progress, patience)?.0)
}

/// As [`judge`]; says too which restores the lab's journal has.
///
/// # Errors
/// As [`judge`].
pub fn judge_and_look_back(
    lab: &Lab,
    endpoint: Endpoint,
    work: PathBuf,
    progress: &LabProgress,
    patience: Patience,
) -> Result<(ResultRecord, Vec<Restore>), Failure> {
    let clock = Instant::now();
    let started_at = ResultRecord::now();
    let failed = |ObserveError::Engine(error)| Failure::from_error(Kind::Environment, &error);
    let (questions, answers) = (&lab.file.questions, progress.answers.clone());
    let mut eyes = Observer::new(endpoint, work, questions, answers).map_err(failed)?;
    let checks: Vec<CheckRecord> = match patience {
        Patience::Now => grade::check_now(&lab.grader, &mut eyes, &progress.reached),
        Patience::Final => {
            grade::grade_finally(&lab.grader, &mut eyes, &grade::MachineClock::default())
        }
    }
    .map_err(failed)?;
    let result = ResultRecord {
        schema: ResultRecord::SCHEMA.to_owned(),
        lab: lab.name.clone(),
        verdict: ResultRecord::verdict_of(&checks),
        score: ResultRecord::score_of(&checks),
        max_score: lab.grader.max_score(),
        checks,
        cause: None,
        engine: eyes.engine().to_owned(),
        started_at,
        duration_ms: u64::try_from(clock.elapsed().as_millis()).unwrap_or(u64::MAX),
        journal_head: eyes.journal_head().map(str::to_owned),
    };
    Ok((result, eyes.restores().to_vec()))
}

/// `check`, `hint` and `demo` would tell a submission how it is graded.
///
/// # Errors
/// This process runs inside a submission.
pub fn refuse_in_submission(command: &str) -> Result<(), Failure> {
    if !in_submission() {
        return Ok(());
    }
    let said = words::not_in_submission(spoken(), command);
    Err(Failure::new(Kind::Usage, said))
}

/// Whether this process is part of a submission.
pub fn in_submission() -> bool {
    // A script can empty its environment; the mark it cannot remove.
    std::env::var_os(SUBMISSION_VARIABLE).is_some() || grading::in_submission()
}

/// Whether the reader's terminal shows `✓`.
pub fn speaks_utf8() -> bool {
    let plain_terminal = std::env::var("TERM").is_ok_and(|term| term == "dumb");
    !plain_terminal && locale_is_utf8()
}

/// Whether somebody can answer a question on this terminal.
pub fn can_ask() -> bool {
    std::io::stdin().is_terminal() && std::io::stderr().is_terminal()
}
