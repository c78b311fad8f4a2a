//! A course: its labs with lessons, start files, attempts and graders.
//!
//! Duty: load what is embedded in the binary, or a folder outside the tree, into
//! [`Lab`]s; say what is wrong across files ([`lint`]). Limits: attempts are read
//! here and played elsewhere.

mod attempt;
mod files;
mod lint;
mod mistakes;
mod template;

pub use attempt::{Attempt, Expected};
pub use files::{CourseError, Files};
pub use mistakes::{Mistakes, Severity};
pub use template::{COURSE, new_lab};

use crate::schema::{GraderFile, LabFile, SchemaError, read_course, read_grader, read_lab};
use crate::text::{Language, Text};
use crate::words;
use std::path::Path;

/// The labs of a course, in its order.
#[derive(Debug, Clone)]
pub struct Course {
    pub title: Text,
    pub labs: Vec<Lab>,
}

/// Everything about one lab.
#[derive(Debug, Clone)]
pub struct Lab {
    pub name: String,
    pub file: LabFile,
    pub grader: GraderFile,
    /// The lesson, in Markdown.
    pub lesson: Text,
    /// What the learner gets: path below the lab's folder, and content.
    pub start: Vec<(String, Vec<u8>)>,
    /// Right ones first, each kind by name.
    pub attempts: Vec<Attempt>,
}

/// A course as far as it could be read, and everything that is wrong with it.
#[derive(Debug, Clone)]
pub struct Loaded {
    pub course: Course,
    pub mistakes: Mistakes,
}

impl Course {
    /// The course that the binary carries.
    pub fn embedded() -> Course {
        // A test proves that it has no errors.
        load(&Files::embedded()).course
    }

    /// A course in a folder, mistakes and all.
    ///
    /// # Errors
    /// The folder cannot be read, or holds far more than a course.
    pub fn folder(folder: &Path) -> Result<Loaded, CourseError> {
        Ok(load(&Files::read(folder)?))
    }

    pub fn lab(&self, name: &str) -> Option<&Lab> {
        self.labs.iter().find(|lab| lab.name == name)
    }
}

impl Lab {
    pub fn title(&self, language: Language) -> &str {
        self.file.title.get(language)
    }

    /// The reference solution: the first right attempt.
    pub fn reference(&self) -> Option<&Attempt> {
        self.attempts
            .iter()
            .find(|attempt| attempt.expected == Expected::Right)
    }
}

/// Reads all files of a course. Pure.
pub fn load(files: &Files) -> Loaded {
    let mut mistakes = Mistakes::default();
    // A tree that holds more than a course keeps it beside the labs.
    let beside = ["course.yaml", "labs/course.yaml"];
    let place = beside.into_iter().find(|path| files.text(path).is_some());
    let place = place.unwrap_or("course.yaml");
    let title = match files.text(place) {
        Some(Ok(text)) => match read_course(place, text) {
            Ok(file) => file.title,
            Err(error) => {
                mistakes.add(Severity::Broken, error);
                Text::default()
            }
        },
        Some(Err(error)) => {
            mistakes.add(Severity::Broken, error);
            Text::default()
        }
        None => {
            let error = files
                .absence("course.yaml")
                .with_help(Text::said(words::course_title));
            mistakes.add(Severity::Unfinished, error);
            Text::new("A course without a title", "Un cours sans titre")
        }
    };
    let names = files.lab_names();
    if names.is_empty() {
        let error = SchemaError::whole("labs/", Text::said(words::course_no_labs))
            .with_help(Text::said(words::course_no_labs_help));
        mistakes.add(Severity::Broken, error);
    }
    let mut labs = Vec::new();
    for name in &names {
        if let Some(lab) = load_lab(files, name, &mut mistakes) {
            lint::lint(&lab, files, &mut mistakes);
            labs.push(lab);
        }
    }
    for grader in files.grader_names() {
        if !names.contains(&grader) {
            let file = format!("graders/{grader}.yaml");
            let message =
                Text::said(|language| words::grader_without_lab(language, grader.as_str()));
            mistakes.add(Severity::Unfinished, SchemaError::whole(file, message));
        }
    }
    labs.sort_by(|a, b| (a.file.order, &a.name).cmp(&(b.file.order, &b.name)));
    lint::lint_order(&labs, &mut mistakes);
    Loaded {
        course: Course { title, labs },
        mistakes,
    }
}

fn load_lab(files: &Files, name: &str, mistakes: &mut Mistakes) -> Option<Lab> {
    let lab_yaml = format!("labs/{name}/lab.yaml");
    let grader_yaml = format!("graders/{name}.yaml");
    let mut broken = |error| mistakes.add(Severity::Broken, error);
    let file = read(files, &lab_yaml).and_then(|text| read_lab(&lab_yaml, text));
    let file = file.map_err(&mut broken).ok();
    let grader = read(files, &grader_yaml).and_then(|text| read_grader(&grader_yaml, text));
    let grader = grader.map_err(&mut broken).ok();
    let lesson = lesson(files, name, mistakes);
    let attempts = attempt::read_all(files, name, mistakes);
    Some(Lab {
        name: name.to_string(),
        file: file?,
        grader: grader?,
        lesson: lesson?,
        start: files.start_files(name),
        attempts,
    })
}

/// A lesson that is there in one language only is shown in that one.
fn lesson(files: &Files, name: &str, mistakes: &mut Mistakes) -> Option<Text> {
    let read = |language| read(files, &format!("labs/{name}/{language}.md"));
    let (en, fr) = match (read("en"), read("fr")) {
        (Ok(en), Ok(fr)) => (en, fr),
        (Ok(only), Err(error)) | (Err(error), Ok(only)) => {
            mistakes.add(Severity::Unfinished, error);
            (only, only)
        }
        (Err(first), Err(second)) => {
            mistakes.add(Severity::Broken, first);
            mistakes.add(Severity::Broken, second);
            return None;
        }
    };
    Some(Text::new(en, fr))
}

fn read<'a>(files: &'a Files, path: &str) -> Result<&'a str, SchemaError> {
    files.text(path).unwrap_or_else(|| Err(files.absence(path)))
}
