//! From the engine's own telling to what is kept: text made fit to be drawn,
//! plans made into lines.

use plimsoll_api::client::Client;
use plimsoll_api::error::ClientError;
use plimsoll_api::lab::ExplainResponse;
use plimsoll_api::operation as api;
use plimsoll_text::{Language, Text};
use serde_json::Value;

use super::{Command, Line, Operation, Plan, Told, planned};
use crate::scene::text::clean;

/// Operations of a plan that are kept. A container's has sixty; each mount and
/// device that was asked for adds one.
const MOST_OPS: usize = 500;

/// Tells every command after `since`, and again whenever one grows, until the
/// engine is gone.
///
/// # Errors
/// The engine cannot be reached, or is not ours and tells nothing.
pub fn follow(
    client: &Client,
    since: u64,
    mut tell: impl FnMut(Command),
) -> Result<(), ClientError> {
    // That it breaks off is how an engine ends.
    for command in client.follow_operations(since)?.map_while(Result::ok) {
        tell(command.into());
    }
    Ok(())
}

impl From<api::Command> for Command {
    fn from(told: api::Command) -> Command {
        Command {
            id: told.id,
            seq: told.seq,
            typed: told.typed.then(|| clean(&told.title)),
            took: told.duration_us,
            operations: told.operations.into_iter().map(Operation::from).collect(),
            left_out: told.left_out,
        }
    }
}

impl From<api::Operation> for Operation {
    fn from(told: api::Operation) -> Operation {
        Operation {
            kind: clean(&told.kind),
            subject: clean(&told.subject),
            took: told.duration_us,
            lines: told.lines.into_iter().map(Line::from).collect(),
            more_lines: told.more_lines,
            plan: told.plan.map(Plan::from),
            error: Some(told.error)
                .filter(|error| !error.is_empty())
                .map(|error| clean_long(&error)),
        }
    }
}

impl From<api::Line> for Line {
    fn from(mut told: api::Line) -> Line {
        clean_within(&mut told.facts);
        let facts = match told.facts() {
            Some(facts) => Told::Known(facts),
            None => Told::Other(clean(&told.facts.to_string())),
        };
        Line {
            kind: clean(&told.kind),
            told: facts,
            took: told.duration_us,
            failed: told.failed,
            ops: told.ops,
        }
    }
}

impl From<ExplainResponse> for Plan {
    fn from(told: ExplainResponse) -> Plan {
        let words = told.ops.iter().zip(told.text.lines()).take(MOST_OPS);
        let data = told.ops.iter().take(MOST_OPS);
        Plan {
            words: words.map(|(op, told)| in_words(op, told)).collect(),
            data: data.map(|op| clean_long(&op.to_string())).collect(),
            warnings: told.warnings.iter().map(|text| clean_long(text)).collect(),
        }
    }
}

/// An operation in both languages; one that is not known, as the engine tells it.
fn in_words(operation: &Value, told: &str) -> Text {
    let say = |language| {
        let said = planned::say(operation, language);
        clean_long(said.as_deref().unwrap_or(told))
    };
    Text::new(say(Language::English), say(Language::French))
}

/// Paths, names and words in facts.
fn clean_within(value: &mut Value) {
    match value {
        Value::String(text) => *text = clean(text),
        Value::Array(items) => items.iter_mut().for_each(clean_within),
        Value::Object(members) => members.values_mut().for_each(clean_within),
        _ => {}
    }
}

/// What may be longer than a line: it is folded, not cut.
fn clean_long(text: &str) -> String {
    const LONGEST: usize = 2000;
    let mut cleaned = String::new();
    let mut rest = text.chars().take(LONGEST).peekable();
    while rest.peek().is_some() {
        let part: String = rest.by_ref().take(crate::scene::text::LONGEST).collect();
        cleaned.push_str(&clean(&part));
    }
    if text.chars().nth(LONGEST).is_some() {
        cleaned.push('…');
    }
    cleaned
}

#[cfg(test)]
mod tests {
    use super::*;
    use plimsoll_api::operation::Facts;
    use serde_json::json;

    #[test]
    fn what_the_engine_tells_is_kept_and_made_harmless() {
        let told: api::Command = serde_json::from_value(json!({
            "id": 7, "seq": 9, "title": "docker run \u{1b}[2J x", "typed": true,
            "duration_us": 3400, "left_out": 1,
            "operations": [{
                "kind": "container.start", "subject": "w\u{202e}eb", "duration_us": 3000,
                "lines": [
                    {"kind": "exec", "duration_us": 5, "failed": true, "ops": [1], "facts": {
                        "words": ["sh\u{7}"], "more_words": 0, "user": "", "directory": "/",
                        "terminal": false,
                    }},
                    {"kind": "teleport", "facts": {"to": "mars\n"}},
                ],
                "plan": {"ops": [{"Umask": 18}, {"Later": 1}], "text": "set\nmake\u{1b}\nwarning: x"},
                "error": "exec: \"sh\u{7}\": not found",
            }],
        }))
        .expect("a command");
        let command = Command::from(told);
        assert_eq!(command.typed.as_deref(), Some("docker run ?[2J x"));
        assert_eq!((command.id, command.seq, command.took), (7, 9, 3400));
        let operation = &command.operations[0];
        assert_eq!(operation.subject, "w?eb");
        assert_eq!(operation.error.as_deref(), Some("exec: \"sh?\": not found"));
        assert!(matches!(
            &operation.lines[0].told,
            Told::Known(Facts::Exec { words, .. }) if words == &["sh?"]
        ));
        assert_eq!(
            operation.lines[1].told,
            Told::Other("{\"to\":\"mars?\"}".to_owned())
        );
        let plan = operation.plan.as_ref().expect("a plan");
        let known = Text::new("set the umask to 0022", "fixer l'umask à 0022");
        assert_eq!(plan.words, [known, Text::same("make?")]);
        assert_eq!(plan.data, ["{\"Umask\":18}", "{\"Later\":1}"]);
    }

    #[test]
    fn a_long_error_is_kept_whole_and_a_hostile_one_is_not() {
        let error = "x".repeat(500);
        assert_eq!(clean_long(&error), error);
        let flood = clean_long(&"é\u{1b}".repeat(100_000));
        assert_eq!(flood.chars().count(), 2001);
        assert!(flood.ends_with('…') && !flood.contains('\u{1b}'));
    }
}
