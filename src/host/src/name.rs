//! The name of a lab, checked once at the border.
//!
//! A lab's name becomes a folder, a socket's file name and the lab's host name,
//! so it is held to what all three take: RFC 1123 labels.

use std::fmt;
use std::str::FromStr;

use plimsoll_text::Language;
use serde::{Deserialize, Serialize};

use crate::words;

/// Longest name, in bytes. Keeps the socket's path within `sun_path` (108 bytes, unix(7)).
const LONGEST: usize = 40;

/// A lab's name: lower-case letters, digits and inner hyphens, at most 40 bytes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LabName(String);

/// Why a text is no lab name.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum LabNameError {
    Empty,
    TooLong(String),
    Characters(String),
}

plimsoll_text::speaks!(LabNameError);

impl LabNameError {
    /// What went wrong, in the reader's language.
    #[must_use]
    pub fn say(&self, language: Language) -> String {
        match self {
            Self::Empty => words::lab_name_empty(language),
            Self::TooLong(name) => words::lab_name_too_long(language, LONGEST, name.as_str()),
            Self::Characters(name) => words::lab_name_characters(language, name.as_str()),
        }
    }
}

impl LabName {
    /// Checks `name`.
    ///
    /// # Errors
    /// [`LabNameError`] names what is wrong with it.
    pub fn new(name: impl Into<String>) -> Result<Self, LabNameError> {
        let name = name.into();
        if name.is_empty() {
            return Err(LabNameError::Empty);
        }
        if name.len() > LONGEST {
            return Err(LabNameError::TooLong(name));
        }
        let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
        if !name.bytes().all(allowed) || name.starts_with('-') || name.ends_with('-') {
            return Err(LabNameError::Characters(name));
        }
        Ok(Self(name))
    }

    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for LabName {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}

impl AsRef<std::path::Path> for LabName {
    fn as_ref(&self) -> &std::path::Path {
        std::path::Path::new(&self.0)
    }
}

impl FromStr for LabName {
    type Err = LabNameError;

    fn from_str(name: &str) -> Result<Self, LabNameError> {
        Self::new(name)
    }
}

impl TryFrom<String> for LabName {
    type Error = LabNameError;

    fn try_from(name: String) -> Result<Self, LabNameError> {
        Self::new(name)
    }
}

impl From<LabName> for String {
    fn from(name: LabName) -> Self {
        name.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_labs_are_accepted() {
        for name in ["hello-world", "nginx-volumes", "a", "lab2"] {
            assert_eq!(LabName::new(name).map(String::from), Ok(name.to_owned()));
        }
    }

    #[test]
    fn what_could_leave_the_folder_is_refused() {
        for name in ["", "..", "a/b", "-a", "a-", "Hello", "a b", "é", "a\0b"] {
            assert!(LabName::new(name).is_err(), "{name:?} was accepted");
        }
        assert!(LabName::new("a".repeat(41)).is_err());
    }
}
