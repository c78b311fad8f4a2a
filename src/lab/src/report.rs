//! A result record in words, for a terminal.

use crate::result::{CheckRecord, ResultRecord, Status, Verdict};
use crate::text::{Language, Text};
use std::fmt::Write;

/// How to write.
#[derive(Debug, Clone, Copy)]
pub struct Style {
    pub language: Language,
    /// `✓ ○ ✗ !`; without it `[x] [ ] [-] [!]`.
    pub symbols: bool,
    /// Columns; lines are folded before.
    pub width: usize,
    pub reader: Reader,
}

/// Whose result it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reader {
    /// Their own: a hint helps them on.
    Learner,
    /// Somebody else's, or an author's attempt.
    Teacher,
}

impl Default for Style {
    fn default() -> Self {
        Style {
            language: Language::English,
            symbols: true,
            width: 80,
            reader: Reader::Learner,
        }
    }
}

/// The whole result, a block for each goal.
pub fn in_words(title: &Text, result: &ResultRecord, style: Style) -> String {
    let language = style.language;
    let score = format!("{}/{}", result.score, result.max_score);
    let mut out = String::new();
    line(&mut out, title.get(language), &score, style.width);
    out.push('\n');
    for check in &result.checks {
        goal(&mut out, check, style);
    }
    out.push('\n');
    let end = match result.verdict {
        Verdict::Pass => Some(Text::new(
            "All goals are met.",
            "Tous les objectifs sont atteints.",
        )),
        // A limit was hit: no hint for a goal helps with that.
        Verdict::Fail if result.cause.is_some() => None,
        Verdict::Fail if style.reader == Reader::Learner => Some(next(result)),
        Verdict::Fail => Some(Text::new(
            "Not all goals are met.",
            "Tous les objectifs ne sont pas atteints.",
        )),
        Verdict::Error => Some(Text::new(
            "Something could not be looked at: this is not a verdict on your work.",
            "Quelque chose n'a pas pu être examiné : ce n'est pas un verdict sur votre travail.",
        )),
    };
    if let Some(end) = end {
        folded(&mut out, end.get(language), "", "", style.width);
    }
    if let Some(cause) = &result.cause {
        folded(&mut out, cause.message.get(language), "", "", style.width);
    }
    out
}

fn next(result: &ResultRecord) -> Text {
    let lab = &result.lab;
    Text::new(
        format!("`plimsoll hint {lab}` helps with the next goal."),
        format!("`plimsoll hint {lab}` aide pour l'objectif suivant."),
    )
}

/// The mark of a goal: met, open, missed, cannot tell.
pub fn mark(check: &CheckRecord, symbols: bool) -> &'static str {
    let (symbol, plain) = match (check.status, &check.miss) {
        (Status::Pass, _) => ("✓", "[x]"),
        (Status::Fail, Some(_)) => ("✗", "[-]"),
        (Status::Fail | Status::Skip, _) => ("○", "[ ]"),
        (Status::Error, _) => ("!", "[!]"),
    };
    if symbols { symbol } else { plain }
}

fn goal(out: &mut String, check: &CheckRecord, style: Style) {
    let language = style.language;
    let mark = mark(check, style.symbols);
    let head = format!(" {mark} {}", check.title.get(language));
    let points = format!("{}/{}", check.points, check.max_points);
    line(out, &head, &points, style.width);
    if check.status == Status::Pass {
        return;
    }
    let indent = " ".repeat(mark.chars().count() + 4);
    let mut tell = |word: Text, text: &str| {
        let word = format!("{indent}{}", word.get(language));
        folded(out, text, &word, &format!("{indent}  "), style.width);
    };
    if check.status != Status::Skip {
        let expected = Text::new("expected: ", "attendu : ");
        tell(expected, check.expected.get(language));
        let found = Text::new("found: ", "trouvé : ");
        tell(found, check.actual.get(language));
    } else {
        tell(Text::default(), check.actual.get(language));
    }
    if let Some(hint) = &check.hint {
        tell(Text::new("hint: ", "indice : "), hint.get(language));
    }
    if let Some(command) = check
        .look_at
        .as_ref()
        .filter(|_| check.status != Status::Skip)
    {
        tell(Text::new("see: ", "voir : "), command);
    }
}

/// Text at the left, a number at the right edge.
fn line(out: &mut String, left: &str, right: &str, width: usize) {
    let used = left.chars().count() + right.chars().count();
    let gap = width.saturating_sub(used).max(2);
    let _ = writeln!(out, "{left}{}{right}", " ".repeat(gap));
}

/// Folds at spaces; a word longer than the line stands alone. Spaces before
/// French punctuation are no place to fold.
pub fn folded(out: &mut String, text: &str, first: &str, rest: &str, width: usize) {
    let text = [" :", " ;", " ?", " !", " »"]
        .iter()
        .fold(text.to_string(), |text, mark| {
            text.replace(mark, &format!("\u{a0}{}", &mark[1..]))
        });
    let mut current = first.to_string();
    let mut empty = true;
    for word in text.split(' ') {
        let length = current.chars().count() + word.chars().count() + usize::from(!empty);
        if !empty && length > width {
            let _ = writeln!(out, "{}", current.replace('\u{a0}', " "));
            current = rest.to_string();
            empty = true;
        }
        if !empty {
            current.push(' ');
        }
        current.push_str(word);
        empty = false;
    }
    let _ = writeln!(out, "{}", current.replace('\u{a0}', " "));
}
