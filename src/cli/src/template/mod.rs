//! Go's templates, as far as people use them in `--format`: fields, pipelines,
//! variables, `if`, `range`, `with`, and the functions that Docker adds.
//!
//! Why our own: the crates that offer this are no longer kept, and the errors
//! are part of what Docker users know. Left out: `define`, `block` and
//! `template`, complex numbers, and methods other than `.Label`.
//!
//! Start with [`Template::parse`] and [`Template::render`].

mod datum;
mod eval;
mod functions;
mod lexer;
mod parser;
mod print;

pub use datum::{Datum, NilKind, from_json};

use parser::Node;

/// A template that could be read.
#[derive(Debug, Clone)]
pub struct Template {
    nodes: Vec<Node>,
    source: String,
}

/// Which set of functions a template sees.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    Values,
    /// The header line of a table: functions that change text leave it alone.
    Header,
}

/// Go's words for what is wrong: `template: :1:2: executing ...`.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("template: :{0}")]
pub struct TemplateError(pub(crate) String);

impl Template {
    pub fn parse(source: &str) -> Result<Self, TemplateError> {
        Ok(Self {
            nodes: parser::parse(source)?,
            source: source.to_owned(),
        })
    }

    /// Writes the template out for one value.
    pub fn render(&self, dot: &Datum, purpose: Purpose) -> Result<String, TemplateError> {
        eval::render(&self.nodes, &self.source, dot, purpose)
    }
}
