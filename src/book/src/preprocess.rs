//! The preprocessor, as mdBook's library calls it and as a stock `mdbook` does:
//! a program that reads JSON on stdin and writes JSON to stdout.
//!
//! It needs nothing but the course. Where the book's other language lies beside
//! it, the whole book is checked as well.

use std::io::{Read, Write};
use std::path::Path;

use mdbook_preprocessor::book::{Book, BookItem, Chapter, SectionNumber};
use mdbook_preprocessor::config::Config;
use mdbook_preprocessor::errors::{Error, Result as MdBookResult};
use mdbook_preprocessor::{Preprocessor, PreprocessorContext, parse_input};
use plimsoll_lab::course::Course;
use plimsoll_lab::schema::SchemaError;
use plimsoll_text::{Language, spoken};

use crate::check::check;
use crate::expand::{self, LabPages, Place, expand};
use crate::shelf::{COURSE, lab_page};
use crate::sources::Sources;
use crate::words;

/// The name in `book.toml`: `[preprocessor.plimsoll]`.
const NAME: &str = "plimsoll";

/// Set in `book.toml` where each page exists in another language too, whose
/// book lies beside this one.
const BILINGUAL: &str = "preprocessor.plimsoll.bilingual";

/// Directives, lab pages and the link to the other language.
pub(crate) struct Labs {
    pub course: Course,
}

/// What went wrong while answering mdBook.
#[derive(Debug, thiserror::Error)]
pub enum ProtocolError {
    #[error("{}", words::protocol_input(spoken(), .0.as_str()))]
    Input(String),
    #[error("{}", list(.0))]
    Mistakes(Vec<SchemaError>),
    #[error("{}", words::protocol_output(spoken(), .0.as_str()))]
    Output(String),
}

/// Whether pages for a renderer can be made: they link as HTML does.
pub fn supports(renderer: &str) -> bool {
    renderer == "html"
}

/// Answers mdBook: reads `[context, book]`, writes the book.
///
/// # Errors
/// [`ProtocolError`]
pub fn answer(
    course: Course,
    input: impl Read,
    mut output: impl Write,
) -> Result<(), ProtocolError> {
    let (context, book) =
        parse_input(input).map_err(|error| ProtocolError::Input(format!("{error:#}")))?;
    if let Some(folder) = folder_of_both(&context.root) {
        let sources =
            Sources::folder(folder).map_err(|error| ProtocolError::Input(error.to_string()))?;
        let mistakes = check(&sources, &course);
        if !mistakes.is_empty() {
            return Err(ProtocolError::Mistakes(mistakes));
        }
    }
    let labs = Labs { course };
    let book = labs
        .preprocess(&context, book)
        .map_err(ProtocolError::Mistakes)?;
    serde_json::to_writer(&mut output, &book)
        .map_err(|error| ProtocolError::Output(error.to_string()))?;
    output
        .flush()
        .map_err(|error| ProtocolError::Output(error.to_string()))
}

/// `book` where this is `book/en` and both languages are there.
fn folder_of_both(root: &Path) -> Option<&Path> {
    let folder = root.parent()?;
    let language = root.file_name()?.to_str()?;
    let there = |code| folder.join(code).join("book.toml").is_file();
    (["en", "fr"].contains(&language) && there("en") && there("fr")).then_some(folder)
}

impl Preprocessor for Labs {
    fn name(&self) -> &str {
        NAME
    }

    fn run(&self, context: &PreprocessorContext, book: Book) -> MdBookResult<Book> {
        self.preprocess(context, book)
            .map_err(|mistakes| Error::msg(list(&mistakes)))
    }
}

impl Labs {
    fn preprocess(
        &self,
        context: &PreprocessorContext,
        mut book: Book,
    ) -> Result<Book, Vec<SchemaError>> {
        let pass = Pass {
            course: &self.course,
            language: language(&context.config),
            bilingual: bilingual(&context.config),
            sources: context.root.join(&context.config.book.src),
        };
        let mut mistakes = Vec::new();
        pass.items(&mut book.items, &mut mistakes);
        if mistakes.is_empty() {
            Ok(book)
        } else {
            Err(mistakes)
        }
    }
}

fn language(config: &Config) -> Language {
    match config.book.language.as_deref() {
        Some("fr") => Language::French,
        _ => Language::English,
    }
}

/// Whether pages link to another language.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Bilingual {
    Yes,
    No,
}

fn bilingual(config: &Config) -> Bilingual {
    match config.get::<bool>(BILINGUAL) {
        Ok(Some(true)) => Bilingual::Yes,
        _ => Bilingual::No,
    }
}

/// One going through a book.
struct Pass<'a> {
    course: &'a Course,
    language: Language,
    bilingual: Bilingual,
    sources: std::path::PathBuf,
}

impl Pass<'_> {
    fn items(&self, items: &mut [BookItem], mistakes: &mut Vec<SchemaError>) {
        for item in items {
            if let BookItem::Chapter(chapter) = item {
                self.items(&mut chapter.sub_items, mistakes);
                self.chapter(chapter, mistakes);
            }
        }
    }

    fn chapter(&self, chapter: &mut Chapter, mistakes: &mut Vec<SchemaError>) {
        let Some(page) = chapter.path.as_deref().and_then(Path::to_str) else {
            return;
        };
        let place = Place {
            language: self.language,
            page,
        };
        let file = self.sources.join(page).display().to_string();
        match expand(&file, &chapter.content, place, self.course) {
            Ok(expanded) => {
                chapter.content = self.finished(expanded.text, place);
                // Only the course is read from its first chapter to its last.
                let counts = page.starts_with(COURSE);
                chapter.number = chapter.number.take().filter(|_| counts);
                if expanded.labs == LabPages::Beneath {
                    self.labs(chapter);
                }
            }
            Err(found) => mistakes.extend(found),
        }
    }

    fn labs(&self, chapter: &mut Chapter) {
        let mut parents = chapter.parent_names.clone();
        parents.push(chapter.name.clone());
        for (index, lab) in self.course.labs.iter().enumerate() {
            let page = lab_page(&lab.name);
            let place = Place {
                language: self.language,
                page: &page,
            };
            let text = self.finished(expand::lab(lab, self.language), place);
            let title = lab.title(self.language);
            let mut made = Chapter::new(title, text, page.clone(), parents.clone());
            // No file of the book is its source.
            made.source_path = None;
            // As everywhere else: lab 2 is lab 2.
            let number = u32::try_from(index + 1).unwrap_or(u32::MAX);
            made.number = Some(SectionNumber::new([number]));
            chapter.sub_items.push(BookItem::Chapter(made));
        }
    }

    fn finished(&self, text: String, place: Place<'_>) -> String {
        match self.bilingual {
            Bilingual::Yes => format!("{}{text}", expand::other_language(place)),
            Bilingual::No => text,
        }
    }
}

fn list(mistakes: &[SchemaError]) -> String {
    let lines: Vec<String> = mistakes.iter().map(ToString::to_string).collect();
    lines.join("\n")
}
