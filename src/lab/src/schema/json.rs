//! The JSON Schema of the files that authors write, for their editors.

use super::grader::GraderFile;
use super::lab::{CourseFile, LabFile};

/// The JSON Schema (draft 2020-12) of `lab`, `grader` or `course` files.
/// `None` for any other word.
pub fn json_schema(of: &str) -> Option<serde_json::Value> {
    let schema = match of {
        "lab" => schemars::schema_for!(LabFile),
        "grader" => schemars::schema_for!(GraderFile),
        "course" => schemars::schema_for!(CourseFile),
        _ => return None,
    };
    Some(schema.into())
}
