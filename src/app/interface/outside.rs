//! What the interface asks of this binary: labs are started, judged and reset
//! as the commands do it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fs;
use std::io::{BufRead, Read};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use plimsoll_api::client::{Client, Endpoint, ListOptions};
use plimsoll_book::Sources;
use plimsoll_host::{LabName, LabPaths, find_running};
use plimsoll_lab::progress::{LabProgress, Progress};
use plimsoll_lab::result::ResultRecord;
use plimsoll_lab::undo::{Beginning, beginnings, met};
use plimsoll_text::{Language, Text, spoken};
use plimsoll_tui::event::{BackTo, Fault, Finding, Grade, Health, Visit, Whereabouts};
use plimsoll_tui::run::Outside;
use plimsoll_tui::terminal::shell::ShellCommand;

use crate::arguments::Shared;
use crate::classroom::{Classroom, lay_out_start_files};
use crate::commands;
use crate::commands::book::Aside;
use crate::failure::{Failure, Kind, system};
use crate::settings;
use crate::undo::{self, Judged};
use crate::words;

/// A screen that was kept is text of at most this many bytes.
const LARGEST_SCREEN: u64 = 256 * 1024;

/// This binary.
pub struct Binary {
    shared: Shared,
    room: Classroom,
    program: PathBuf,
    /// Who serves the book, once somebody asked for it.
    served: Mutex<Option<Aside>>,
    /// Held while the start of a step is kept.
    keeping: Arc<Mutex<()>>,
}

impl Binary {
    /// # Errors
    /// This program's own file cannot be found.
    pub fn new(shared: Shared, room: Classroom) -> Result<Binary, Failure> {
        let program = std::env::current_exe().map_err(|error| {
            let said = words::own_program(spoken(), system(&error));
            Failure::new(Kind::Environment, said)
        })?;
        Ok(Binary {
            shared,
            room,
            program,
            served: Mutex::new(None),
            keeping: Arc::default(),
        })
    }

    fn paths(&self, lab: &str) -> Result<LabPaths, Fault> {
        self.room.paths(&name(lab)?).map_err(told)
    }

    fn screen_file(&self, lab: &str) -> Option<PathBuf> {
        Some(self.paths(lab).ok()?.lab_dir().join("screen.txt"))
    }

    /// A process of its own: the trials fork, which a program with threads
    /// must not.
    fn examine(&self) -> Option<(Health, Vec<Finding>)> {
        #[derive(serde::Deserialize)]
        struct Report {
            status: Grade,
            findings: Vec<Finding>,
        }
        let mut command = std::process::Command::new(&self.program);
        if let Some(store) = &self.shared.store {
            command.arg("--store").arg(store);
        }
        let output = command
            .args(["doctor", "--json", "--lang", spoken().code()])
            .stdin(std::process::Stdio::null())
            .output()
            .ok()?;
        let report: Report = serde_json::from_slice(&output.stdout).ok()?;
        let worst = report
            .findings
            .iter()
            .find(|finding| finding.status == report.status);
        let said = worst.map(|worst| {
            words::doctor_worst(spoken(), worst.found.as_str(), worst.subject.as_str())
        });
        let health = match report.status {
            Grade::Fine => Health::Fine,
            Grade::Broken => Health::Blocked(said.unwrap_or_default()),
            Grade::Limited => Health::Limited(said.unwrap_or_default()),
        };
        Some((health, report.findings))
    }

    fn last_screen(&self, lab: &str) -> Vec<u8> {
        let Some(path) = self.screen_file(lab) else {
            return Vec::new();
        };
        match fs::metadata(&path) {
            Ok(about) if about.is_file() && about.len() <= LARGEST_SCREEN => {
                fs::read(&path).unwrap_or_default()
            }
            _ => Vec::new(),
        }
    }

    /// Keeps the start of steps behind the verdict, which nobody waits for: a goal
    /// is shown as met at once.
    fn keep_up(&self, begin: Vec<Beginning>, paths: LabPaths) {
        let keeping = self.keeping.clone();
        std::thread::spawn(move || {
            // One after another: the second finds what the first has kept.
            let _turn = keeping.lock().unwrap_or_else(PoisonError::into_inner);
            undo::keep_up_quietly(&begin, &paths);
        });
    }
}

impl Outside for Binary {
    fn enter(&self, lab: &str) -> Result<Visit, Fault> {
        let found = self.room.lab(&name(lab)?).map_err(told)?;
        let paths = self.paths(lab)?;
        let work = paths.work();
        if !work.exists() {
            lay_out_start_files(found, &work).map_err(told)?;
        }
        let options = commands::start_options().map_err(told)?;
        commands::ensure_running(&paths, &options).map_err(told)?;
        let client = Client::new(Endpoint::Unix(paths.socket()));
        // A convenience: without it the lab is as good.
        let ports = client.published_ports().unwrap_or_default();
        Ok(Visit {
            last_screen: self.last_screen(lab),
            ports: commands::shell::ways_in(&ports, spoken()),
            work: work.display().to_string(),
            born: born(&paths),
        })
    }

    fn whereabouts(&self, lab: &str, before: &str) -> Whereabouts {
        let Ok(paths) = self.paths(lab) else {
            return Whereabouts::default();
        };
        Whereabouts {
            reset: !before.is_empty() && born(&paths) != before,
            alive: find_running(&paths).is_some(),
        }
    }

    fn signs(&self, lab: &str) -> Vec<PathBuf> {
        let Ok(paths) = self.paths(lab) else {
            return Vec::new();
        };
        let socket = paths.socket();
        // The last lab to stop takes the sockets' folder away.
        let folder = socket.parent().map(Path::to_path_buf);
        let signs = [socket, paths.lab_dir(), paths.engine_record()];
        signs.into_iter().chain(folder).collect()
    }

    fn endpoint(&self, lab: &str) -> Result<Endpoint, Fault> {
        Ok(Endpoint::Unix(self.paths(lab)?.socket()))
    }

    fn work(&self, lab: &str) -> PathBuf {
        self.paths(lab)
            .map(|paths| paths.work())
            .unwrap_or_default()
    }

    fn shell(&self, lab: &str) -> ShellCommand {
        let mut arguments: Vec<OsString> = Vec::new();
        if let Some(store) = &self.shared.store {
            arguments.extend(["--store".into(), store.into()]);
        }
        if let Some(course) = &self.room.folder {
            arguments.extend(["--course".into(), course.into()]);
        }
        // Only where it would not be known there: what is remembered can change
        // while the shell runs, its environment cannot.
        let variable = |name: &str| std::env::var(name).ok();
        if Language::choose(None, settings::language, variable) != spoken() {
            arguments.extend(["--lang".into(), spoken().code().into()]);
        }
        arguments.extend(["shell".into(), "--quiet".into(), lab.into()]);
        ShellCommand {
            program: self.program.clone(),
            arguments,
            variables: Vec::new(),
            directory: None,
        }
    }

    fn judge(&self, lab: &str) -> Result<ResultRecord, Fault> {
        let paths = self.paths(lab)?;
        let found = self.room.lab(&name(lab)?).map_err(told)?;
        let Judged { before, result } = undo::judge(&self.room, found, &paths).map_err(told)?;
        let mut after = before.clone();
        after.take_in_since(&before, &result, &found.grader);
        self.keep_up(beginnings(found, &met(&result)), paths);
        // Most looks find nothing new: the file is written when one does.
        if changed(&before, &after) {
            self.room
                .change(lab, |now| {
                    now.take_in_since(&before, &result, &found.grader);
                })
                .map_err(told)?;
        }
        Ok(result)
    }

    fn speak(&self, language: Language) -> Result<(), Fault> {
        plimsoll_text::speak(language);
        settings::remember(language).map_err(told)
    }

    fn progress_file(&self) -> PathBuf {
        self.room.progress_file()
    }

    fn progress(&self) -> Result<Progress, Fault> {
        self.room.progress().map_err(told)
    }

    fn change(&self, lab: &str, change: &dyn Fn(&mut LabProgress)) -> Result<(), Fault> {
        self.room
            .change(lab, |progress| change(progress))
            .map_err(told)
    }

    fn begin_step(&self, lab: &str, from: usize, step: usize) -> Result<(), Fault> {
        undo::arrive(&self.room, &name(lab)?, from, step).map_err(told)
    }

    fn losses(&self, lab: &str, back_to: BackTo) -> Result<Text, Fault> {
        let lost = match back_to {
            BackTo::Beginning => commands::reset::losses(&self.room, &self.paths(lab)?),
            BackTo::Step(step) => undo::losses(&self.room, &name(lab)?, step),
        };
        lost.map_err(told)
    }

    fn reset(&self, lab: &str, back_to: BackTo) -> Result<Vec<Text>, Fault> {
        let name = name(lab)?;
        let mut left = match back_to {
            BackTo::Beginning => commands::reset::to_beginning(&self.room, &name),
            BackTo::Step(step) => undo::go_back(&self.room, &name, step)
                .map(|restored| commands::reset::not_started(&restored)),
        }
        .map_err(told)?;
        let found = self.room.lab(&name).map_err(told)?;
        left.extend(commands::reset::changed_files(found, &self.paths(lab)?));
        Ok(left)
    }

    fn keep_screen(&self, lab: &str, screen: &[u8]) {
        let Some(path) = self.screen_file(lab) else {
            return;
        };
        // A lab that was never started has no folder; there is nothing to keep.
        let beside = path.with_extension("new");
        if fs::write(&beside, screen).is_ok() {
            let _ = fs::rename(&beside, &path);
        }
    }

    fn recording(&self, lab: &str) -> Result<PathBuf, Fault> {
        let folder = self.work(lab).join("recordings");
        fs::create_dir_all(&folder).map_err(|error| {
            let path = folder.display().to_string();
            let said = words::no_folder(spoken(), path, system(&error));
            told(Failure::new(Kind::Environment, said))
        })?;
        let now = jiff::Timestamp::now()
            .strftime("%Y-%m-%d-%H%M%S")
            .to_string();
        Ok(folder.join(format!("{lab}-{now}.cast")))
    }

    fn doctor(&self) -> (Health, Vec<Finding>) {
        self.examine()
            .unwrap_or_else(|| (Health::Limited("doctor".to_owned()), Vec::new()))
    }

    fn book(&self, page: &str, language: Language) -> Result<Vec<String>, Fault> {
        let course = &self.room.course;
        let page = commands::book::page(&Sources::carried(), course, language, Some(page));
        let page = page.map_err(told)?;
        let mut served = self.served.lock().unwrap_or_else(PoisonError::into_inner);
        let living = served.take().and_then(Aside::living);
        let aside = match living {
            Some(aside) => aside,
            None => Aside::begin(&self.shared, &self.program).map_err(told)?,
        };
        let port = served.insert(aside).port;
        let ssh = crate::afar::ssh_target();
        Ok(plimsoll_book::serving(
            language,
            port,
            &page,
            ssh.as_deref(),
        ))
    }

    fn running(&self) -> BTreeMap<String, usize> {
        let mut all = BTreeMap::new();
        for lab in &self.room.course.labs {
            let Ok(endpoint) = self.endpoint(&lab.name) else {
                continue;
            };
            let client = Client::new(endpoint).with_timeout(Duration::from_secs(2));
            // No answer: no engine, and so nothing that runs.
            if let Ok(containers) = client.containers(&ListOptions::default()) {
                all.insert(lab.name.clone(), containers.len());
            }
        }
        all
    }
}

/// What tells this lab from one that was begun anew: the first line of its journal.
/// Empty: it was never started, or is away.
fn born(paths: &LabPaths) -> String {
    const LONGEST: u64 = 64 * 1024;
    let first = || -> std::io::Result<String> {
        let journal = fs::File::open(paths.lab_dir().join("journal.jsonl"))?;
        let mut line = String::new();
        std::io::BufReader::new(journal.take(LONGEST)).read_line(&mut line)?;
        Ok(line)
    };
    first().unwrap_or_default()
}

/// Whether a verdict says something new; when it was made is nothing new.
fn changed(before: &LabProgress, after: &LabProgress) -> bool {
    let without_time = |progress: &LabProgress| LabProgress {
        checked_at: String::new(),
        ..progress.clone()
    };
    before.checked_at.is_empty() || without_time(before) != without_time(after)
}

fn name(lab: &str) -> Result<LabName, Fault> {
    LabName::new(lab).map_err(|error| told(Failure::from_error(Kind::Usage, &error)))
}

/// A failure as the interface shows it.
fn told(failure: Failure) -> Fault {
    let (message, hints) = failure.into_words();
    Fault { message, hints }
}
