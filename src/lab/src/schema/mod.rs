//! What people write: labs, graders and courses as typed data.
//!
//! Duty: turn YAML into types that cannot be wrong, or into an error that names
//! file, line, column and the nearest valid word. Limits: no meaning across
//! files (that is [`crate::course`]), no evaluation.
//!
//! Start reading at [`GraderFile`] and [`LabFile`].

mod check;
mod grader;
mod json;
mod lab;
mod matcher;
mod read;
mod suggest;
mod syntax;

pub use check::{
    AnswerCheck, Check, CommandWanted, ContainerCheck, ContainerState, CountCheck, ExecCheck,
    FileCheck, HttpCheck, ImageCheck, JournalCheck, LineageCheck, Look, MadeBy, MountCheck,
    MountKind, NetworkCheck, OnCopy, PortCheck, ProbeCheck, ProcessCheck, Protocol, ReachCheck,
    ServedPage, VolumeCheck,
};
pub use grader::{Goal, GraderFile, GraderSchema, Holds, Miss, Settling, Subject};
pub use json::json_schema;
pub use lab::{Choice, CourseFile, CourseSchema, Kind, LabFile, LabSchema, Question, Step};
pub use matcher::{ContentSource, FileIn, NumberMatch, TextMatch};
pub use read::{SchemaError, read_course, read_grader, read_lab};
pub use suggest::nearest;
