//! A grader file: goals with points, and known misconceptions with hints.

use super::check::{Check, ContainerCheck};
use crate::text::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `graders/LAB.yaml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct GraderFile {
    pub schema: GraderSchema,
    /// The lab's name, as its folder is called.
    pub lab: String,
    /// Objects that several goals speak about.
    #[serde(default)]
    pub subjects: Vec<Subject>,
    #[serde(default)]
    pub settling: Settling,
    pub goals: Vec<Goal>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum GraderSchema {
    #[serde(rename = "plimsoll/grader/v1")]
    V1,
}

/// An object that several goals speak about, so that one mistake costs once.
///
/// It is the container with exactly the wanted name; where none has it, the
/// container that meets most of the rest, the newest of equals. A container
/// that meets nothing at all is never taken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Subject {
    /// The word by which goals call it.
    pub id: String,
    /// What it should be.
    pub container: ContainerCheck,
}

/// How final grading waits. Live checks look once.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields, default)]
pub struct Settling {
    /// Seconds for which an unmet goal is tried again.
    pub settle_s: u64,
    /// Seconds after which all goals have to hold a second time.
    pub stable_s: u64,
}

impl Default for Settling {
    fn default() -> Self {
        Settling {
            settle_s: 5,
            stable_s: 2,
        }
    }
}

/// Something to reach.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Goal {
    /// Stable: records and attempts refer to it.
    pub id: String,
    pub points: u32,
    pub title: Text,
    /// Skipped, not failed, while one of these is open.
    #[serde(default)]
    pub needs: Vec<String>,
    #[serde(default)]
    pub holds: Holds,
    pub check: Check,
    /// The command that shows what was found. Derived from the check unless given.
    pub look_at: Option<String>,
    /// Known misconceptions, most specific first.
    #[serde(default)]
    pub misses: Vec<Miss>,
    /// Help in steps, from a nudge to nearly the solution.
    #[serde(default)]
    pub hints: Vec<Text>,
}

/// When a goal has to be true.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Holds {
    /// At the end.
    #[default]
    End,
    /// At any time: a removal afterwards takes nothing away. Only for checks
    /// with a memory: answers, the journal, pulled images, `ever` containers.
    Once,
}

/// A known misconception.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Miss {
    /// Stable: attempts refer to it.
    pub id: String,
    /// How it is recognised.
    pub when: Check,
    /// What helps. `{found.name}` and the like stand for what was found.
    pub hint: Text,
}

impl GraderFile {
    pub fn max_score(&self) -> u32 {
        self.goals.iter().map(|goal| goal.points).sum()
    }

    pub fn goal(&self, id: &str) -> Option<&Goal> {
        self.goals.iter().find(|goal| goal.id == id)
    }

    pub fn subject(&self, id: &str) -> Option<&Subject> {
        self.subjects.iter().find(|subject| subject.id == id)
    }
}
