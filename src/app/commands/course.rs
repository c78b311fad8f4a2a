//! `plimsoll course`: for authors. No Rust, no cargo.

use std::path::Path;
use std::process::ExitCode;
use std::sync::Mutex;

use plimsoll_book::Sources;
use plimsoll_host::LabName;
use plimsoll_lab::course::{self, Attempt, Expected, Lab, Severity};
use plimsoll_lab::report::{self, Reader};
use plimsoll_lab::schema::json_schema;
use plimsoll_text::spoken;

use super::Outcome;
use crate::arguments::{CourseAction, Shared};
use crate::classroom::{Classroom, mistakes};
use crate::failure::{Failure, Kind, system};
use crate::playing::{self, Playground};
use crate::words;

/// Attempts that play at the same time: they mostly wait.
const PLAYERS: usize = 4;

/// Does what was asked.
pub fn run(shared: &Shared, action: CourseAction) -> Outcome {
    match action {
        CourseAction::New { folder, lab } => new(shared, &folder, &lab),
        CourseAction::Schema { file } => schema(file.as_deref()),
        CourseAction::Check {
            folder,
            lab,
            no_play,
        } => check(shared, &folder, lab.as_ref(), no_play),
        CourseAction::Play {
            folder,
            lab,
            attempt,
        } => play(shared, &folder, lab.as_ref(), attempt.as_deref()),
    }
}

/// The files that have a schema, and where they lie in a course.
const SCHEMAS: [(&str, &str); 3] = [
    ("lab", "labs/LAB/lab.yaml"),
    ("grader", "graders/LAB.yaml"),
    ("course", "course.yaml"),
];

fn schema(file: Option<&str>) -> Outcome {
    let Some(file) = file else {
        for (name, place) in SCHEMAS {
            say!("plimsoll course schema {name:<7} # {place}");
        }
        return Ok(ExitCode::SUCCESS);
    };
    let Some(schema) = json_schema(file) else {
        let message = words::course_no_schema(spoken(), file);
        return Err(Failure::new(Kind::Usage, message).hint(words::arg_schema_file(spoken())));
    };
    say!("{schema:#}");
    Ok(ExitCode::SUCCESS)
}

/// Never writes over a file.
fn new(shared: &Shared, folder: &Path, lab: &LabName) -> Outcome {
    let labs = match folder.join("labs").is_dir() {
        true => room(shared, folder)?.course.labs.len(),
        false => 0,
    };
    let mut files = course::new_lab(lab.as_str(), u32::try_from(labs).unwrap_or(0) + 1);
    if !folder.join("course.yaml").exists() {
        files.push(("course.yaml".to_owned(), course::COURSE.to_owned()));
    }
    if let Some((taken, _)) = files.iter().find(|(name, _)| folder.join(name).exists()) {
        let taken = folder.join(taken).display().to_string();
        return Err(
            Failure::new(Kind::Usage, words::course_taken(spoken(), taken))
                .hint(words::course_another_name(spoken())),
        );
    }
    for (name, content) in files {
        let path = folder.join(&name);
        let parent = path.parent().unwrap_or(folder);
        std::fs::create_dir_all(parent)
            .and_then(|()| std::fs::write(&path, content))
            .map_err(|error| {
                let path = path.display().to_string();
                let said = words::at_path(spoken(), path, system(&error));
                Failure::new(Kind::Environment, said)
            })?;
        say!("{}", path.display());
    }
    say!("\nplimsoll course check {}", folder.display());
    Ok(ExitCode::SUCCESS)
}

fn room(shared: &Shared, folder: &Path) -> Result<Classroom, Failure> {
    Classroom::open(&Shared {
        course: Some(folder.to_path_buf()),
        ..shared.clone()
    })
}

fn check(shared: &Shared, folder: &Path, only: Option<&LabName>, no_play: bool) -> Outcome {
    let room = room(shared, folder)?;
    let mut found = room.unfinished.clone();
    for error in plimsoll_book::check_lessons(&Sources::carried(), &room.course) {
        found.add(Severity::Unfinished, error);
    }
    if !found.is_empty() {
        return Err(mistakes(&found));
    }
    let labs: Vec<&Lab> = match only {
        Some(name) => vec![room.lab(name)?],
        None => room.course.labs.iter().collect(),
    };
    let attempts: Vec<(&Lab, &Attempt)> = labs
        .iter()
        .flat_map(|lab| lab.attempts.iter().map(move |attempt| (*lab, attempt)))
        .collect();
    let names: Vec<&str> = labs.iter().map(|lab| lab.name.as_str()).collect();
    let (language, folder) = (spoken(), folder.display().to_string());
    say!(
        "{}",
        words::course_in_order(language, folder, names.join(", "))
    );
    if no_play {
        return Ok(ExitCode::SUCCESS);
    }
    let start = labs.iter().map(|lab| start_fails(&room, lab));
    let mut wrong = start
        .collect::<Result<Vec<_>, _>>()?
        .into_iter()
        .filter(|ok| !ok)
        .count();
    wrong += play_all(&room, &attempts);
    let total = attempts.len() + labs.len();
    say!("{}", words::course_counted(language, wrong, total - wrong));
    Ok(ExitCode::from(u8::from(wrong > 0)))
}

/// A grader that passes an untouched lab is worse than none.
fn start_fails(room: &Classroom, lab: &Lab) -> Result<bool, Failure> {
    let nothing = Attempt {
        name: "start".to_owned(),
        path: String::new(),
        script: "true\n".to_owned(),
        expected: Expected::Right,
        answers: Vec::new(),
    };
    let ground = Playground::new(room, lab)?;
    ground.play(&nothing)?;
    let result = ground.grade()?;
    let fails = result.score < result.max_score;
    let language = spoken();
    let word = match fails {
        true => words::course_ok(language),
        false => words::course_failed(language),
    };
    let told = words::course_start(language, lab.name.as_str(), result.score);
    say!("{word:<7} {told}");
    Ok(fails)
}

/// Plays attempts side by side; the number that were not as they promise.
fn play_all(room: &Classroom, attempts: &[(&Lab, &Attempt)]) -> usize {
    let queue = Mutex::new(attempts.iter());
    let wrong = Mutex::new(0);
    std::thread::scope(|scope| {
        for _ in 0..PLAYERS {
            scope.spawn(|| {
                while let Some((lab, attempt)) = take(&queue) {
                    let told = one(room, lab, attempt);
                    let mut wrong = wrong.lock().unwrap_or_else(|broken| broken.into_inner());
                    match told {
                        None => say!("{:<7} {}", words::course_ok(spoken()), attempt.path),
                        Some(told) => {
                            *wrong += 1;
                            let told = words::at_attempt(spoken(), attempt.path.as_str(), told);
                            say!("{:<7} {told}", words::course_failed(spoken()));
                        }
                    }
                }
            });
        }
    });
    wrong
        .into_inner()
        .unwrap_or_else(|broken| broken.into_inner())
}

fn take<'a, 'b>(
    queue: &Mutex<std::slice::Iter<'a, (&'b Lab, &'b Attempt)>>,
) -> Option<&'a (&'b Lab, &'b Attempt)> {
    let mut queue = queue.lock().unwrap_or_else(|broken| broken.into_inner());
    queue.next()
}

fn one(room: &Classroom, lab: &Lab, attempt: &Attempt) -> Option<String> {
    let judged = Playground::new(room, lab).and_then(|ground| {
        let played = ground.play(attempt)?;
        let result = ground.grade()?;
        Ok(playing::difference(attempt, &played, &result)
            .map(|told| format!("{told}\n{}", indented(&played.output))))
    });
    judged.unwrap_or_else(|failure| Some(failure.to_string()))
}

fn indented(output: &str) -> String {
    output
        .lines()
        .map(|line| format!("        | {line}\n"))
        .collect()
}

/// What is not finished keeps nobody from playing, and is not forgotten.
fn remind(room: &Classroom, folder: &Path) {
    if room.unfinished.is_empty() {
        return;
    }
    let folder = folder.display().to_string();
    eprintln!("{}", words::course_unfinished(spoken(), folder));
    for error in room.unfinished.of(Severity::Unfinished) {
        eprintln!("  {error}");
    }
}

fn play(shared: &Shared, folder: &Path, name: Option<&LabName>, only: Option<&str>) -> Outcome {
    let room = room(shared, folder)?;
    remind(&room, folder);
    let labs: Vec<&Lab> = match name {
        Some(name) => vec![room.lab(name)?],
        None => room.course.labs.iter().collect(),
    };
    let mut as_promised = true;
    for lab in labs {
        as_promised &= play_lab(&room, lab, only)?;
    }
    Ok(ExitCode::from(u8::from(!as_promised)))
}

/// Plays a lab's attempts; whether all were as they promise.
fn play_lab(room: &Classroom, lab: &Lab, only: Option<&str>) -> Result<bool, Failure> {
    let name = &lab.name;
    let chosen = |attempt: &&Attempt| only.is_none_or(|only| attempt.name == only);
    let attempts: Vec<&Attempt> = lab.attempts.iter().filter(chosen).collect();
    if attempts.is_empty() && only.is_some() {
        let language = spoken();
        let asked = only.unwrap_or_default();
        let message = words::course_no_attempt(language, asked, name.as_str());
        let names: Vec<&str> = lab
            .attempts
            .iter()
            .map(|attempt| attempt.name.as_str())
            .collect();
        return Err(Failure::new(Kind::Usage, message)
            .hint(words::course_attempts(language, names.join(", "))));
    }
    let mut as_promised = true;
    for attempt in attempts {
        let ground = Playground::new(room, lab)?;
        let played = ground.play(attempt)?;
        let result = ground.grade()?;
        say!("── {}\n{}", attempt.path, indented(&played.output));
        put!(
            "{}",
            report::in_words(&lab.file.title, &result, room.style(Reader::Teacher))
        );
        if let Some(told) = playing::difference(attempt, &played, &result) {
            say!("{}", words::course_not_as_promised(spoken(), told));
            as_promised = false;
        }
    }
    Ok(as_promised)
}
