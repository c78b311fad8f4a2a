//! What a person has chosen for all their labs: `DATA/settings.json`.
//!
//! A convenience: where it cannot be read nothing was chosen, and nobody is kept
//! from their labs. Writing it says what is wrong.

use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use plimsoll_text::{Language, spoken, system_error};
use serde::{Deserialize, Serialize};

use crate::arguments::Shared;
use crate::commands;
use crate::failure::{Failure, Kind};
use crate::words;

const VERSION: u32 = 1;
/// Longest file that is read, in bytes.
const LONGEST: u64 = 64 << 10;

#[derive(Serialize, Deserialize)]
struct Settings {
    version: u32,
    /// The language's code.
    #[serde(default)]
    language: Option<String>,
}

/// The language that was chosen in the interface.
pub fn language() -> Option<Language> {
    Language::named(&read(&file().ok()?).ok()??.language?)
}

/// Remembers it for the next start.
///
/// # Errors
/// The file is a newer program's, or cannot be written.
pub fn remember(language: Language) -> Result<(), Failure> {
    write(&file()?, language)
}

fn file() -> Result<PathBuf, Failure> {
    let places = commands::places(&Shared::default())?;
    Ok(places.data().join("settings.json"))
}

/// `None` where there is none, or none that can be understood.
fn read(path: &Path) -> io::Result<Option<Settings>> {
    match fs::metadata(path) {
        // A pipe would keep everybody waiting.
        Ok(about) if about.is_file() && about.len() <= LONGEST => {}
        _ => return Ok(None),
    }
    Ok(serde_json::from_slice(&fs::read(path)?).ok())
}

fn write(path: &Path, language: Language) -> Result<(), Failure> {
    let cannot = |error: io::Error| {
        let why = system_error(spoken(), &error);
        let said = words::settings_unwritten(spoken(), path.display().to_string(), why);
        Failure::new(Kind::Environment, said)
    };
    if let Some(newer) = read(path)
        .map_err(cannot)?
        .filter(|one| one.version > VERSION)
    {
        let path = path.display().to_string();
        let said = words::settings_newer(spoken(), newer.version, path, VERSION);
        return Err(Failure::new(Kind::Environment, said));
    }
    let settings = Settings {
        version: VERSION,
        language: Some(language.code().to_owned()),
    };
    let folder = path.parent().unwrap_or(Path::new("."));
    let write = || -> io::Result<()> {
        fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        serde_json::to_writer_pretty(&mut file, &settings)?;
        file.write_all(b"\n")?;
        file.as_file().sync_data()?;
        file.persist(path)?;
        Ok(())
    };
    write().map_err(cannot)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_choice_is_kept_and_a_newer_programs_is_left() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("data/settings.json");
        let kept = || read(&path).expect("read").and_then(|one| one.language);
        assert_eq!(kept(), None);
        write(&path, Language::French).expect("written");
        assert_eq!(kept().as_deref(), Some("fr"));
        fs::write(&path, "damaged").expect("written");
        assert_eq!(kept(), None, "damaged");
        write(&path, Language::English).expect("written anew");
        assert_eq!(kept().as_deref(), Some("en"));

        let newer = r#"{"version": 2, "language": "fr", "more": 1}"#;
        fs::write(&path, newer).expect("written");
        let refused = write(&path, Language::English).expect_err("newer");
        assert!(refused.to_string().contains("newer Plimsoll"), "{refused}");
        assert_eq!(fs::read_to_string(&path).expect("there"), newer);
        assert_eq!(kept().as_deref(), Some("fr"), "what is known of it is read");
    }
}
