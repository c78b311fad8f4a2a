//! The site: the book in both languages as files in memory.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use mdbook_driver::MDBook;
use mdbook_driver::config::Config;
use plimsoll_lab::course::Course;
use plimsoll_lab::schema::SchemaError;
use plimsoll_text::{Language, spoken, system_error};

use crate::check::check;
use crate::preprocess::Labs;
use crate::sources::{LANGUAGES, Sources, shown};
use crate::words;
use crate::{front, interface};

/// Lies in a folder that [`Site::write`] made, and so may be written again.
const MARK: &str = ".plimsoll-book";

/// Path from the site's root to content: `en/index.html`.
#[derive(Debug)]
pub struct Site {
    files: BTreeMap<String, Vec<u8>>,
}

/// Why there is no site.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    #[error("{}", mistakes_text(.0))]
    Mistakes(Vec<SchemaError>),
    #[error("{}", words::site_folder(spoken(), system_error(spoken(), .0)))]
    Folder(#[source] io::Error),
    #[error("{}", words::site_unbuilt(spoken(), language.code(), message.as_str()))]
    Build { language: Language, message: String },
}

/// Why the site cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    #[error("{}", words::site_taken(spoken(), shown(path)))]
    Taken { path: PathBuf },
    #[error("{}", words::site_unwritten(spoken(), shown(path)))]
    Write { path: PathBuf, source: io::Error },
}

fn mistakes_text(mistakes: &[SchemaError]) -> String {
    let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    let counted = words::mistakes(spoken(), mistakes.len());
    format!("{counted}\n{}", lines.join("\n"))
}

impl Site {
    /// Checks the book, then builds it. mdBook reads and writes folders, so one
    /// is made for it in the machine's folder for temporary files and removed.
    ///
    /// # Errors
    /// [`SiteError`]
    pub fn build(sources: &Sources, course: &Course) -> Result<Site, SiteError> {
        let mistakes = check(sources, course);
        if !mistakes.is_empty() {
            return Err(SiteError::Mistakes(mistakes));
        }
        let folder = tempfile::Builder::new()
            .prefix("plimsoll-book-")
            .tempdir()
            .map_err(SiteError::Folder)?;
        lay_out(sources, folder.path()).map_err(SiteError::Folder)?;
        let mut files = BTreeMap::new();
        for language in LANGUAGES {
            let built = build(folder.path(), language, course)
                .map_err(|message| SiteError::Build { language, message })?;
            collect(&built, &built, language, &mut files).map_err(SiteError::Folder)?;
        }
        files.insert("index.html".to_owned(), front::page().into_bytes());
        Ok(Site { files })
    }

    /// A file by its path from the site's root.
    pub fn file(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(Vec::as_slice)
    }

    /// Every file.
    pub fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files
            .iter()
            .map(|(path, content)| (path.as_str(), content.as_slice()))
    }

    /// Writes the site into a folder: a new one, an empty one, or one that was
    /// written so before, which is then replaced.
    ///
    /// # Errors
    /// [`WriteError`]
    pub fn write(&self, folder: &Path) -> Result<(), WriteError> {
        let failed = |path: &Path| {
            let path = path.to_path_buf();
            |source| WriteError::Write { path, source }
        };
        if folder.join(MARK).is_file() {
            for language in LANGUAGES {
                let old = folder.join(language.code());
                if old.is_dir() {
                    fs::remove_dir_all(&old).map_err(failed(&old))?;
                }
            }
        } else if folder.exists() && !is_empty(folder).map_err(failed(folder))? {
            let path = folder.to_path_buf();
            return Err(WriteError::Taken { path });
        }
        fs::create_dir_all(folder).map_err(failed(folder))?;
        let mark = folder.join(MARK);
        fs::write(&mark, []).map_err(failed(&mark))?;
        for (name, content) in self.files() {
            let path = folder.join(name);
            let parent = path.parent().unwrap_or(folder);
            fs::create_dir_all(parent).map_err(failed(parent))?;
            fs::write(&path, content).map_err(failed(&path))?;
        }
        Ok(())
    }
}

fn is_empty(folder: &Path) -> io::Result<bool> {
    Ok(fs::read_dir(folder)?.next().is_none())
}

fn lay_out(sources: &Sources, folder: &Path) -> io::Result<()> {
    for (name, content) in sources.files() {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().unwrap_or(folder))?;
        fs::write(&path, content)?;
    }
    Ok(())
}

/// Builds one language; where the result lies.
fn build(folder: &Path, language: Language, course: &Course) -> Result<PathBuf, String> {
    let root = folder.join(language.code());
    let told = |error: mdbook_driver::errors::Error| format!("{error:#}");
    // Read from the file alone: mdBook's variables in the environment would
    // let a stranger's settings in.
    let mut config = Config::from_disk(root.join("book.toml")).map_err(told)?;
    let built = folder.join("site").join(language.code());
    config.build.build_dir.clone_from(&built);
    let mut book = MDBook::load_with_config(&root, config).map_err(told)?;
    // Takes the place of the program that `book.toml` names for a stock mdBook.
    book.with_preprocessor(Labs {
        course: course.clone(),
    });
    book.build().map_err(told)?;
    Ok(built)
}

fn collect(
    root: &Path,
    folder: &Path,
    language: Language,
    files: &mut BTreeMap<String, Vec<u8>>,
) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, language, files)?;
            continue;
        }
        let name = path.strip_prefix(root).unwrap_or(&path);
        let name = name.to_string_lossy().into_owned();
        let content = fs::read(&path)?;
        let content = match language {
            Language::English => content,
            Language::French => interface::in_french(&name, content),
        };
        files.insert(format!("{}/{name}", language.code()), content);
    }
    Ok(())
}
