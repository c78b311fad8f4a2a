//! What a crate's build script does with its Fluent files: check, and write one
//! function for each message.
//!
//! Refused, with file, line and the fix: text that is no Fluent, a message or a
//! variable that the other language lacks, a name given twice, what our texts do
//! not use (attributes, terms, functions of Fluent), and in French a space that
//! could part a mark from its word ([`spaces`]).

mod spaces;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, io};

use fluent_syntax::ast::{
    Entry, Expression, InlineExpression, Message, Pattern, PatternElement, Resource,
};
use fluent_syntax::parser;

/// Why the texts of a crate cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    #[error("{}: {source}", path.display())]
    File { path: PathBuf, source: io::Error },
    #[error("{0}")]
    Mistakes(String),
}

/// Reads `texts/en.ftl` and `texts/fr.ftl` beside the crate's `Cargo.toml` and
/// writes `words.rs` into `OUT_DIR`, to be included in a private module.
///
/// # Errors
/// [`BuildError`]: a file cannot be read or written, or has mistakes, which are
/// all listed.
pub fn messages() -> Result<(), BuildError> {
    let folder = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    messages_in(&folder.join("texts"))
}

/// As [`messages`], for files in another folder.
///
/// # Errors
/// As [`messages`].
pub fn messages_in(folder: &Path) -> Result<(), BuildError> {
    let read = |name: &str| {
        let path = folder.join(name);
        println!("cargo::rerun-if-changed={}", path.display());
        match fs::read_to_string(&path) {
            Ok(text) => Ok((path, text)),
            Err(source) => Err(BuildError::File { path, source }),
        }
    };
    let (english_path, english) = read("en.ftl")?;
    let (french_path, french) = read("fr.ftl")?;
    let code = functions(
        (&english_path.display().to_string(), &english),
        (&french_path.display().to_string(), &french),
    )
    .map_err(BuildError::Mistakes)?;
    let path = PathBuf::from(env::var_os("OUT_DIR").unwrap_or_default()).join("words.rs");
    fs::write(&path, code).map_err(|source| BuildError::File { path, source })
}

/// One language's messages: name to where it stands and what it takes.
type Found = BTreeMap<String, Signature>;

struct Signature {
    line: usize,
    variables: BTreeSet<String>,
}

/// The functions for two files, or everything that is wrong with them.
fn functions(english: (&str, &str), french: (&str, &str)) -> Result<String, String> {
    let mut mistakes = Vec::new();
    let in_english = read(english, &mut mistakes);
    let in_french = read(french, &mut mistakes);
    spaces::check(french, &mut mistakes);
    compare(
        (english.0, &in_english),
        (french.0, &in_french),
        &mut mistakes,
    );
    compare(
        (french.0, &in_french),
        (english.0, &in_english),
        &mut mistakes,
    );
    if !mistakes.is_empty() {
        return Err(mistakes.join("\n"));
    }
    let mut code = format!(
        "static MESSAGES: ::plimsoll_text::Messages = ::plimsoll_text::Messages::new(\n    \
         {:?},\n    {:?},\n);\n",
        english.1, french.1
    );
    for (name, signature) in &in_english {
        function(&mut code, name, signature);
    }
    Ok(code)
}

fn function(code: &mut String, name: &str, signature: &Signature) {
    let variables = &signature.variables;
    let lifetime = if variables.is_empty() { "" } else { "<'a>" };
    let parameters: String = variables
        .iter()
        .map(|variable| {
            let variable = snake(variable);
            format!(", {variable}: impl Into<::plimsoll_text::FluentValue<'a>>")
        })
        .collect();
    let values: String = variables
        .iter()
        .map(|variable| format!("({variable:?}, {}.into()), ", snake(variable)))
        .collect();
    // Writing to a String cannot fail.
    let _ = write!(
        code,
        "\n#[deny(dead_code)]\npub(crate) fn {function}{lifetime}(\
         language: ::plimsoll_text::Language{parameters}) -> String {{\n    \
         MESSAGES.say(language, {name:?}, vec![{values}])\n}}\n",
        function = snake(name),
    );
}

fn snake(name: &str) -> String {
    name.replace('-', "_")
}

fn compare(of: (&str, &Found), to: (&str, &Found), mistakes: &mut Vec<String>) {
    for (name, signature) in of.1 {
        let place = format!("{}:{}", of.0, signature.line);
        match to.1.get(name) {
            None => mistakes.push(format!(
                "{place}: `{name}` is missing in {}: add it there",
                to.0
            )),
            Some(other) => {
                for variable in signature.variables.difference(&other.variables) {
                    mistakes.push(format!(
                        "{place}: `{name}` uses ${variable}, which line {} of {} does not: use it there too",
                        other.line, to.0
                    ));
                }
            }
        }
    }
}

fn read((file, text): (&str, &str), mistakes: &mut Vec<String>) -> Found {
    let resource = match parser::parse(text) {
        Ok(resource) => resource,
        Err((resource, errors)) => {
            for error in errors {
                let line = line_at(text, error.pos.start);
                mistakes.push(format!("{file}:{line}: {}", error.kind));
            }
            resource
        }
    };
    let mut found = Found::new();
    for message in messages_of(&resource, file, mistakes) {
        let name = message.id.name.to_owned();
        let line = line_of(text, &name);
        let mut variables = BTreeSet::new();
        if !message.attributes.is_empty() {
            mistakes.push(format!(
                "{file}:{line}: `{name}` has attributes: make them messages"
            ));
        }
        match &message.value {
            None => mistakes.push(format!("{file}:{line}: `{name}` says nothing")),
            Some(pattern) => {
                let mut refused = Vec::new();
                in_pattern(pattern, &mut variables, &mut refused);
                for what in refused {
                    mistakes.push(format!("{file}:{line}: `{name}` has {what}"));
                }
            }
        }
        if let Some(first) = found.insert(name.clone(), Signature { line, variables }) {
            mistakes.push(format!(
                "{file}:{}: `{name}` is given twice: remove one",
                first.line
            ));
        }
    }
    found
}

fn messages_of<'a>(
    resource: &'a Resource<&'a str>,
    file: &str,
    mistakes: &mut Vec<String>,
) -> Vec<&'a Message<&'a str>> {
    let mut all = Vec::new();
    for entry in &resource.body {
        match entry {
            Entry::Message(message) => all.push(message),
            Entry::Term(term) => mistakes.push(format!(
                "{file}: the term `-{}`: write the word where it is said",
                term.id.name
            )),
            _ => {}
        }
    }
    all
}

fn in_pattern(
    pattern: &Pattern<&str>,
    variables: &mut BTreeSet<String>,
    refused: &mut Vec<String>,
) {
    for element in &pattern.elements {
        if let PatternElement::Placeable { expression } = element {
            in_expression(expression, variables, refused);
        }
    }
}

fn in_expression(
    expression: &Expression<&str>,
    variables: &mut BTreeSet<String>,
    refused: &mut Vec<String>,
) {
    match expression {
        Expression::Inline(inline) => in_inline(inline, variables, refused),
        Expression::Select { selector, variants } => {
            in_inline(selector, variables, refused);
            for variant in variants {
                in_pattern(&variant.value, variables, refused);
            }
        }
    }
}

/// Variables and literals; whatever else Fluent has would need what a message
/// alone does not have.
fn in_inline(
    inline: &InlineExpression<&str>,
    variables: &mut BTreeSet<String>,
    refused: &mut Vec<String>,
) {
    match inline {
        InlineExpression::VariableReference { id } => {
            variables.insert(id.name.to_owned());
        }
        InlineExpression::Placeable { expression } => {
            in_expression(expression, variables, refused);
        }
        InlineExpression::StringLiteral { .. } | InlineExpression::NumberLiteral { .. } => {}
        InlineExpression::FunctionReference { id, .. } => refused.push(format!(
            "the function `{}`: give the value as it is to be shown",
            id.name
        )),
        InlineExpression::MessageReference { id, .. } => refused.push(format!(
            "another message, `{}`: write its words here",
            id.name
        )),
        InlineExpression::TermReference { id, .. } => {
            refused.push(format!("the term `-{}`: write its words here", id.name));
        }
    }
}

fn line_at(text: &str, offset: usize) -> usize {
    let before = text.get(..offset).unwrap_or(text);
    before.matches('\n').count() + 1
}

/// The syntax tree has no places; a message begins its line.
fn line_of(text: &str, name: &str) -> usize {
    let begins = |line: &str| {
        line.strip_prefix(name)
            .is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    text.lines().position(begins).map_or(0, |index| index + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(english: &str, french: &str) -> String {
        functions(("en.ftl", english), ("fr.ftl", french)).expect_err("refused")
    }

    #[test]
    fn a_message_becomes_a_function_of_its_variables() {
        let english = "goals-left = { $count ->\n    [one] one goal\n   *[other] { $count } goals of { $lab }\n }\n";
        let french = "goals-left = { $count } objectifs de { $lab }\n";
        let code = functions(("en.ftl", english), ("fr.ftl", french)).expect("functions");
        assert!(
            code.contains(
                "pub(crate) fn goals_left<'a>(language: ::plimsoll_text::Language, \
                 count: impl Into<::plimsoll_text::FluentValue<'a>>, \
                 lab: impl Into<::plimsoll_text::FluentValue<'a>>) -> String"
            ),
            "{code}"
        );
    }

    #[test]
    fn what_one_language_lacks_is_named_with_its_line() {
        assert_eq!(
            refused("quit = quit\nhelp = help\n", "quit = quitter\n"),
            "en.ftl:2: `help` is missing in fr.ftl: add it there"
        );
        assert_eq!(
            refused("quit = quit { $lab }\n", "\nquit = quitter\n"),
            "en.ftl:1: `quit` uses $lab, which line 2 of fr.ftl does not: use it there too"
        );
    }

    #[test]
    fn what_a_message_alone_does_not_have_is_refused() {
        let french = "a = x\n";
        let said = refused("a = { NUMBER($x) }\n", french);
        assert!(
            said.contains("en.ftl:1: `a` has the function `NUMBER`"),
            "{said}"
        );
        let said = refused("a = { -name }\n", french);
        assert!(said.contains("`a` has the term `-name`"), "{said}");
        let said = refused("a = { b }\nb = y\n", "a = x\nb = y\n");
        assert!(said.contains("`a` has another message, `b`"), "{said}");
    }

    #[test]
    fn what_our_texts_do_not_use_is_refused() {
        assert_eq!(
            refused("a = x\na = y\n", "a = z\n"),
            "en.ftl:1: `a` is given twice: remove one"
        );
        let unfinished = refused("a = { x\n", "a = z\n");
        assert!(unfinished.starts_with("en.ftl:2: Expected"), "{unfinished}");
        assert_eq!(
            refused("a = x\n    .long = y\n", "a = z\n"),
            "en.ftl:1: `a` has attributes: make them messages"
        );
    }
}
