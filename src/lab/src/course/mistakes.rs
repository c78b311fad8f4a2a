//! What is wrong with a course, and what that keeps people from.

use crate::schema::SchemaError;

/// How far a lab with the mistake can be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Severity {
    /// Not at all: it cannot be read, or would judge wrongly.
    Broken,
    /// It can be entered, played and judged; it is not ready for learners.
    Unfinished,
}

/// All that is wrong with a course.
#[derive(Debug, Clone, Default)]
pub struct Mistakes {
    all: Vec<(Severity, SchemaError)>,
}

impl Mistakes {
    /// Adds one that was found.
    pub fn add(&mut self, severity: Severity, error: SchemaError) {
        self.all.push((severity, error));
    }

    /// The mistakes of one severity, in the order in which they were found.
    pub fn of(&self, severity: Severity) -> impl Iterator<Item = &SchemaError> {
        let same = move |(one, _): &&(Severity, SchemaError)| *one == severity;
        self.all.iter().filter(same).map(|(_, error)| error)
    }

    /// Whether the course can be used at all.
    pub fn leave_it_usable(&self) -> bool {
        self.of(Severity::Broken).next().is_none()
    }

    pub fn len(&self) -> usize {
        self.all.len()
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }
}
