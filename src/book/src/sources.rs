//! The files that the book is written in.

use std::collections::BTreeMap;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use plimsoll_text::{Language, spoken};

use crate::words;

include!(concat!(env!("OUT_DIR"), "/embedded.rs"));

/// A folder with more is not a book: somebody gave their home.
const MAX_FILES: usize = 2000;
const MAX_BYTES: u64 = 32 << 20;

pub(crate) const LANGUAGES: [Language; 2] = [Language::English, Language::French];

/// The chapter list of each language; not a page.
pub(crate) const SUMMARY: &str = "SUMMARY.md";

/// Path (with `/`, from the book's folder) to content: `en/book.toml`,
/// `en/src/index.md`, `fr/src/index.md`.
#[derive(Debug, Clone)]
pub struct Sources {
    /// What mistakes call the folder.
    name: String,
    files: BTreeMap<String, Vec<u8>>,
}

/// Why a folder cannot be read as the book.
#[derive(Debug, thiserror::Error)]
pub enum SourcesError {
    #[error("{}", words::sources_unread(spoken(), shown(path)))]
    Read { path: PathBuf, source: io::Error },
    #[error("{}", too_much(path))]
    TooMuch { path: PathBuf },
    #[error("{}", words::sources_none(spoken(), shown(path)))]
    NotTheBook { path: PathBuf },
}

pub(crate) fn shown(path: &Path) -> String {
    path.display().to_string()
}

fn too_much(path: &Path) -> String {
    let (files, size) = (MAX_FILES.to_string(), (MAX_BYTES >> 20).to_string());
    words::sources_too_much(spoken(), files, shown(path), size)
}

impl Sources {
    /// The book that the binary carries.
    pub fn carried() -> Sources {
        Sources::of(FILES.iter().map(|(name, content)| (*name, *content)))
    }

    /// For tests.
    pub fn of<'a>(files: impl IntoIterator<Item = (&'a str, &'a [u8])>) -> Sources {
        let owned = |(name, content): (&str, &[u8])| (name.to_owned(), content.to_vec());
        Sources {
            name: "book".to_owned(),
            files: files.into_iter().map(owned).collect(),
        }
    }

    /// Reads the folder that holds `en` and `fr`. Links are followed: the author
    /// trusts their own folder.
    ///
    /// # Errors
    /// [`SourcesError`]
    pub fn folder(folder: &Path) -> Result<Sources, SourcesError> {
        let mut reader = Reader {
            root: folder,
            files: BTreeMap::new(),
            bytes: 0,
        };
        for language in LANGUAGES {
            let part = folder.join(language.code());
            if !part.join("book.toml").is_file() {
                let path = folder.to_path_buf();
                return Err(SourcesError::NotTheBook { path });
            }
            reader.file(&part.join("book.toml"))?;
            for entry in ["src", "theme"] {
                if part.join(entry).is_dir() {
                    reader.folder(&part.join(entry))?;
                }
            }
        }
        Ok(Sources {
            name: folder.display().to_string(),
            files: reader.files,
        })
    }

    /// What messages call a file.
    pub(crate) fn name_of(&self, path: &str) -> String {
        format!("{}/{path}", self.name)
    }

    pub(crate) fn files(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files
            .iter()
            .map(|(name, content)| (name.as_str(), content.as_slice()))
    }

    /// A file's content.
    pub(crate) fn content(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(Vec::as_slice)
    }

    /// The pages of a language: path below `src` (`course/keeping-data.md`) and
    /// content.
    pub(crate) fn pages(&self, language: Language) -> impl Iterator<Item = (&str, &[u8])> {
        let folder = format!("{}/src/", language.code());
        self.files().filter_map(move |(path, content)| {
            let page = path.strip_prefix(folder.as_str())?;
            (page.ends_with(".md") && page != SUMMARY).then_some((page, content))
        })
    }
}

struct Reader<'a> {
    root: &'a Path,
    files: BTreeMap<String, Vec<u8>>,
    bytes: u64,
}

impl Reader<'_> {
    fn folder(&mut self, folder: &Path) -> Result<(), SourcesError> {
        let failed = |source| SourcesError::Read {
            path: folder.to_path_buf(),
            source,
        };
        for entry in fs::read_dir(folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            if path.is_dir() {
                self.folder(&path)?;
            } else {
                self.file(&path)?;
            }
        }
        Ok(())
    }

    fn file(&mut self, path: &Path) -> Result<(), SourcesError> {
        let failed = |source| SourcesError::Read {
            path: path.to_path_buf(),
            source,
        };
        self.bytes += fs::metadata(path).map_err(failed)?.len();
        if self.bytes > MAX_BYTES || self.files.len() >= MAX_FILES {
            let path = self.root.to_path_buf();
            return Err(SourcesError::TooMuch { path });
        }
        let content = fs::read(path).map_err(failed)?;
        let name = path.strip_prefix(self.root).unwrap_or(path);
        self.files
            .insert(name.to_string_lossy().into_owned(), content);
        Ok(())
    }
}
