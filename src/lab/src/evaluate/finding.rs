//! What judging one check gives.

use crate::text::Text;
use std::collections::BTreeMap;

/// Expected and found, in the learner's words and as data.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Finding {
    pub expected: Text,
    pub actual: Text,
    /// The command that shows it.
    pub look_at: Option<String>,
    /// Values that hints may name: `{found.name}`.
    pub found: BTreeMap<String, String>,
}

/// A check that was decided.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Judged {
    pub met: bool,
    pub finding: Finding,
}

/// Why a check was not decided.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Blocked {
    /// A look is wanted first.
    Pending,
    /// A look was tried and failed: not the learner's failure.
    Failed(Text),
    /// This engine cannot tell.
    Unsupported(Text),
}

pub(super) type Step<T> = Result<T, Blocked>;

/// One requirement, on one object.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Condition {
    pub holds: bool,
    pub expected: Text,
    pub actual: Text,
}

impl Condition {
    pub fn new(holds: bool, expected: Text, actual: Text) -> Condition {
        Condition {
            holds,
            expected,
            actual,
        }
    }
}

/// How well an object met a list of conditions.
pub(super) fn met_count(conditions: &[Condition]) -> usize {
    conditions.iter().filter(|one| one.holds).count()
}

pub(super) fn all_hold(conditions: &[Condition]) -> bool {
    conditions.iter().all(|one| one.holds)
}

/// `expected` of all, joined.
pub(super) fn expected_of(conditions: &[Condition]) -> Text {
    Text::join(
        conditions.iter().map(|one| &one.expected),
        &Text::same(", "),
    )
}

/// `actual` of those that do not hold; of all where all hold.
pub(super) fn actual_of(conditions: &[Condition]) -> Text {
    let every = all_hold(conditions);
    Text::join(
        conditions
            .iter()
            .filter(|one| every || !one.holds)
            .map(|one| &one.actual),
        &Text::same(", "),
    )
}

impl Judged {
    pub fn new(met: bool, expected: Text, actual: Text) -> Judged {
        Judged {
            met,
            finding: Finding {
                expected,
                actual,
                ..Finding::default()
            },
        }
    }

    pub fn look_at(mut self, command: impl Into<String>) -> Judged {
        self.finding.look_at = Some(command.into());
        self
    }

    pub fn with(mut self, name: &str, value: impl ToString) -> Judged {
        self.finding
            .found
            .insert(name.to_string(), value.to_string());
        self
    }

    pub fn with_all(mut self, words: BTreeMap<String, String>) -> Judged {
        self.finding.found.extend(words);
        self
    }
}
