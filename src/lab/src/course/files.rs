//! The files of a course, from the binary or from a folder.

use crate::schema::SchemaError;
use crate::text::Text;
use crate::words;
use plimsoll_text::spoken;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// A folder with more is not a course: somebody gave their home.
const MAX_FILES: usize = 4000;
const MAX_BYTES: u64 = 64 << 20;

/// Why a folder cannot be read as a course.
#[derive(Debug, thiserror::Error)]
pub enum CourseError {
    #[error("{}", words::course_unread(spoken(), shown(path)))]
    Read { path: PathBuf, source: io::Error },
    #[error("{}", too_much(path))]
    TooMuch { path: PathBuf },
    #[error("{}", words::course_none(spoken(), shown(path)))]
    NotACourse { path: PathBuf },
}

fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn too_much(path: &Path) -> String {
    let (files, size) = (MAX_FILES.to_string(), (MAX_BYTES >> 20).to_string());
    words::course_too_much(spoken(), files, shown(path), size)
}

/// Path (with `/`) to content.
#[derive(Debug, Clone, Default)]
pub struct Files {
    all: BTreeMap<String, Vec<u8>>,
    /// What is no plain file, and what it is instead.
    others: BTreeMap<String, Text>,
}

impl Files {
    pub fn embedded() -> Files {
        Files {
            all: FILES
                .iter()
                .map(|(name, content)| (name.to_string(), content.to_vec()))
                .collect(),
            others: BTreeMap::new(),
        }
    }

    /// For tests and templates.
    pub fn of(files: impl IntoIterator<Item = (String, Vec<u8>)>) -> Files {
        Files {
            all: files.into_iter().collect(),
            others: BTreeMap::new(),
        }
    }

    /// Reads `course.yaml`, `labs/` and `graders/` of a folder. Symbolic links
    /// are not followed.
    ///
    /// # Errors
    /// [`CourseError`]
    pub fn read(folder: &Path) -> Result<Files, CourseError> {
        if !folder.join("labs").is_dir() {
            let path = folder.to_path_buf();
            return Err(CourseError::NotACourse { path });
        }
        let mut reader = Reader {
            root: folder,
            files: Files::default(),
            bytes: 0,
        };
        for part in ["labs", "graders"] {
            if folder.join(part).is_dir() {
                reader.folder(&folder.join(part))?;
            }
        }
        let course = folder.join("course.yaml");
        match fs::symlink_metadata(&course).map(|found| found.file_type()) {
            Ok(kind) if kind.is_file() => reader.file(&course)?,
            Ok(kind) => reader.other(&course, kind),
            Err(_) => {}
        }
        Ok(reader.files)
    }

    /// A file as text; an error where it is not UTF-8.
    pub(super) fn text(&self, path: &str) -> Option<Result<&str, SchemaError>> {
        let content = self.all.get(path)?;
        Some(
            std::str::from_utf8(content)
                .map_err(|_| SchemaError::whole(path, Text::said(words::file_no_text))),
        )
    }

    /// Why there is no text at a path.
    pub(super) fn absence(&self, path: &str) -> SchemaError {
        let why = self.others.get(path).cloned();
        SchemaError::whole(path, why.unwrap_or_else(|| Text::said(words::file_missing)))
    }

    pub(super) fn lab_names(&self) -> BTreeSet<String> {
        self.all
            .keys()
            .filter_map(|path| Some(path.strip_prefix("labs/")?.split_once('/')?.0.to_string()))
            .collect()
    }

    pub(super) fn grader_names(&self) -> Vec<String> {
        self.all
            .keys()
            .filter_map(|path| {
                let name = path.strip_prefix("graders/")?.strip_suffix(".yaml")?;
                Some(name.to_string())
            })
            .collect()
    }

    /// Names and contents of the files below a folder (given with its `/`).
    pub(super) fn below<'a>(
        &'a self,
        folder: &'a str,
    ) -> impl Iterator<Item = (&'a str, &'a [u8])> {
        self.all.iter().filter_map(move |(path, content)| {
            Some((path.strip_prefix(folder)?, content.as_slice()))
        })
    }

    /// What the learner gets. `.keep` stands for an empty folder.
    pub(super) fn start_files(&self, lab: &str) -> Vec<(String, Vec<u8>)> {
        self.below(&format!("labs/{lab}/start/"))
            .map(|(path, content)| (path.to_string(), content.to_vec()))
            .collect()
    }
}

struct Reader<'a> {
    root: &'a Path,
    files: Files,
    bytes: u64,
}

impl Reader<'_> {
    fn folder(&mut self, folder: &Path) -> Result<(), CourseError> {
        let failed = |source| CourseError::Read {
            path: folder.to_path_buf(),
            source,
        };
        for entry in fs::read_dir(folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let kind = entry.file_type().map_err(failed)?;
            if kind.is_file() {
                self.file(&entry.path())?;
                continue;
            }
            self.other(&entry.path(), kind);
            if kind.is_dir() {
                self.folder(&entry.path())?;
            }
        }
        Ok(())
    }

    fn other(&mut self, path: &Path, kind: fs::FileType) {
        let what = if kind.is_dir() {
            words::file_is_folder
        } else if kind.is_symlink() {
            words::file_is_link
        } else {
            words::file_not_plain
        };
        let name = self.name(path);
        self.files.others.insert(name, Text::said(what));
    }

    fn name(&self, path: &Path) -> String {
        let name = path.strip_prefix(self.root).unwrap_or(path);
        name.to_string_lossy().into_owned()
    }

    fn file(&mut self, path: &Path) -> Result<(), CourseError> {
        let failed = |source| CourseError::Read {
            path: path.to_path_buf(),
            source,
        };
        self.bytes += fs::metadata(path).map_err(failed)?.len();
        if self.bytes > MAX_BYTES || self.files.all.len() >= MAX_FILES {
            let path = self.root.to_path_buf();
            return Err(CourseError::TooMuch { path });
        }
        let content = fs::read(path).map_err(failed)?;
        let name = self.name(path);
        self.files.all.insert(name, content);
        Ok(())
    }
}
