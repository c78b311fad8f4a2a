//! A course: its labs with lessons, start files, attempts and graders.
//!
//! Duty: load what is embedded in the binary, or a folder outside the tree, into
//! [`Lab`]s; say what is wrong across files ([`lint`]). Limits: attempts are read
//! here and played elsewhere.

mod attempt;
mod files;
mod lint;
mod template;

pub use attempt::{Attempt, Expected};
pub use files::{CourseError, Files};
pub use template::{COURSE, new_lab};

use crate::schema::{GraderFile, LabFile, SchemaError, read_course, read_grader, read_lab};
use crate::text::{Language, Text};
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
    pub errors: Vec<SchemaError>,
}

impl Course {
    /// The course that the binary carries.
    pub fn embedded() -> Course {
        // A test proves that it has no errors.
        load(&Files::embedded()).course
    }

    /// A course in a folder, errors and all.
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
    let mut errors = Vec::new();
    let title = match files.text("course.yaml") {
        Some(Ok(text)) => match read_course("course.yaml", text) {
            Ok(file) => file.title,
            Err(error) => {
                errors.push(error);
                Text::default()
            }
        },
        Some(Err(error)) => {
            errors.push(error);
            Text::default()
        }
        None => Text::new("Containers by doing", "Les conteneurs par la pratique"),
    };
    let names = files.lab_names();
    if names.is_empty() {
        errors.push(
            SchemaError::whole("labs/", "there is no lab here")
                .with_help("`plimsoll course new DIR LAB` makes one to begin with"),
        );
    }
    let mut labs = Vec::new();
    for name in &names {
        if let Some(lab) = load_lab(files, name, &mut errors) {
            lint::lint(&lab, files, &mut errors);
            labs.push(lab);
        }
    }
    for grader in files.grader_names() {
        if !names.contains(&grader) {
            let file = format!("graders/{grader}.yaml");
            errors.push(SchemaError::whole(
                file,
                format!("there is no lab `labs/{grader}/`"),
            ));
        }
    }
    labs.sort_by(|a, b| (a.file.order, &a.name).cmp(&(b.file.order, &b.name)));
    lint::lint_order(&labs, &mut errors);
    Loaded {
        course: Course { title, labs },
        errors,
    }
}

fn load_lab(files: &Files, name: &str, errors: &mut Vec<SchemaError>) -> Option<Lab> {
    let lab_yaml = format!("labs/{name}/lab.yaml");
    let grader_yaml = format!("graders/{name}.yaml");
    let file =
        read(files, &lab_yaml, errors).and_then(|text| keep(read_lab(&lab_yaml, text), errors));
    let grader = read(files, &grader_yaml, errors)
        .and_then(|text| keep(read_grader(&grader_yaml, text), errors));
    let en = read(files, &format!("labs/{name}/en.md"), errors).map(str::to_string);
    let fr = read(files, &format!("labs/{name}/fr.md"), errors).map(str::to_string);
    let attempts = attempt::read_all(files, name, errors);
    Some(Lab {
        name: name.to_string(),
        file: file?,
        grader: grader?,
        lesson: Text { en: en?, fr: fr? },
        start: files.start_files(name),
        attempts,
    })
}

fn read<'a>(files: &'a Files, path: &str, errors: &mut Vec<SchemaError>) -> Option<&'a str> {
    match files.text(path) {
        Some(Ok(text)) => Some(text),
        Some(Err(error)) => {
            errors.push(error);
            None
        }
        None => {
            errors.push(SchemaError::whole(path, "this file is missing"));
            None
        }
    }
}

fn keep<T>(result: Result<T, SchemaError>, errors: &mut Vec<SchemaError>) -> Option<T> {
    result.map_err(|error| errors.push(error)).ok()
}
