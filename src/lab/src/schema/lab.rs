//! A lab's own file, and a course's.

use crate::text::Text;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// `labs/LAB/lab.yaml`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct LabFile {
    pub schema: LabSchema,
    /// Place in the course, from 1.
    pub order: u32,
    pub title: Text,
    /// One or two sentences: what is done and why.
    pub summary: Text,
    /// About how long it takes a beginner.
    pub minutes: u32,
    /// The lesson's steps; `en.md` and `fr.md` have a heading `{#id}` for each.
    pub steps: Vec<Step>,
    #[serde(default)]
    pub questions: Vec<Question>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum LabSchema {
    #[serde(rename = "plimsoll/lab/v1")]
    V1,
}

/// A part of the lesson, and the goals reached by doing it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Step {
    /// The heading's anchor in the lessons.
    pub id: String,
    /// Goals of the grader.
    #[serde(default)]
    pub goals: Vec<String>,
    /// Questions asked here.
    #[serde(default)]
    pub questions: Vec<String>,
}

/// A question; which answer is right stands in the grader.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Question {
    /// The word typed in `plimsoll answer LAB QUESTION VALUE`.
    pub id: String,
    pub text: Text,
    pub kind: Kind,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum Kind {
    /// One of these; the answer is the option's id.
    Choice(Vec<Choice>),
    /// Free text.
    Text,
}

/// One answer to choose.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct Choice {
    pub id: String,
    pub text: Text,
}

/// `course.yaml`, for courses outside the tree.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub struct CourseFile {
    pub schema: CourseSchema,
    pub title: Text,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum CourseSchema {
    #[serde(rename = "plimsoll/course/v1")]
    V1,
}

impl LabFile {
    pub fn question(&self, id: &str) -> Option<&Question> {
        self.questions.iter().find(|question| question.id == id)
    }
}
