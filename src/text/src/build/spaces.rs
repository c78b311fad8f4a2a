//! French has a space before `: ; ? !` and inside « », and no line may end there:
//! it is a no-break space, U+00A0 or the narrow U+202F.
//!
//! Only what is read as a sentence counts: not `code`, not what stands in `{ }`,
//! and not a mark that begins a word, as in `:80` and `?x=1`.

use fluent_syntax::ast::{Entry, Expression, InlineExpression, Pattern, PatternElement};
use fluent_syntax::parser;

use super::line_at;

const FIX: &str = "put a no-break space (U+00A0) there";

/// Adds every breaking space beside a mark.
pub(super) fn check((file, text): (&str, &str), mistakes: &mut Vec<String>) {
    // What is no Fluent is told by whoever reads the messages.
    let Ok(resource) = parser::parse(text) else {
        return;
    };
    for entry in &resource.body {
        let Entry::Message(message) = entry else {
            continue;
        };
        let mut found = Vec::new();
        if let Some(pattern) = &message.value {
            in_pattern(pattern, false, &mut found);
        }
        let name = message.id.name;
        mistakes.extend(found.into_iter().map(|(place, mark)| {
            let line = line_at(text, place.as_ptr() as usize - text.as_ptr() as usize);
            let side = if mark == '«' { "after" } else { "before" };
            format!("{file}:{line}: `{name}` has a breaking space {side} `{mark}`: {FIX}")
        }));
    }
}

/// A space and what follows it in the file, and the mark beside it.
type Found<'a> = (&'a str, char);

/// Returns whether the pattern ends inside code.
fn in_pattern<'a>(
    pattern: &Pattern<&'a str>,
    mut in_code: bool,
    found: &mut Vec<Found<'a>>,
) -> bool {
    for element in &pattern.elements {
        match element {
            PatternElement::TextElement { value } => in_code = in_text(value, in_code, found),
            PatternElement::Placeable { expression } => in_expression(expression, in_code, found),
        }
    }
    in_code
}

fn in_expression<'a>(expression: &Expression<&'a str>, in_code: bool, found: &mut Vec<Found<'a>>) {
    match expression {
        Expression::Select { variants, .. } => {
            for variant in variants {
                in_pattern(&variant.value, in_code, found);
            }
        }
        Expression::Inline(InlineExpression::Placeable { expression }) => {
            in_expression(expression, in_code, found);
        }
        Expression::Inline(_) => {}
    }
}

fn in_text<'a>(text: &'a str, mut in_code: bool, found: &mut Vec<Found<'a>>) -> bool {
    let mut before = None;
    for (at, sign) in text.char_indices() {
        if sign == '`' {
            in_code = !in_code;
        }
        if sign == ' ' && !in_code {
            let mut next = text[at + 1..].chars();
            let mark = next.next();
            let begins_word = next.next().is_some_and(char::is_alphanumeric);
            match (before, mark) {
                (Some('«'), _) => found.push((&text[at..], '«')),
                (_, Some('»')) => found.push((&text[at..], '»')),
                (_, Some(mark @ (':' | ';' | '?' | '!'))) if !begins_word => {
                    found.push((&text[at..], mark));
                }
                _ => {}
            }
        }
        before = Some(sign);
    }
    in_code
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(french: &str) -> Vec<String> {
        let mut mistakes = Vec::new();
        check(("fr.ftl", french), &mut mistakes);
        mistakes
    }

    #[test]
    fn a_space_that_breaks_is_named_with_its_line_and_the_fix() {
        let french = "a = bon\nb = le lab : prêt ?\nc = dit « { $word } »\n";
        assert_eq!(
            told(french),
            [
                "fr.ftl:2: `b` has a breaking space before `:`: put a no-break space (U+00A0) there",
                "fr.ftl:2: `b` has a breaking space before `?`: put a no-break space (U+00A0) there",
                "fr.ftl:3: `c` has a breaking space after `«`: put a no-break space (U+00A0) there",
                "fr.ftl:3: `c` has a breaking space before `»`: put a no-break space (U+00A0) there",
            ]
        );
    }

    #[test]
    fn every_line_and_every_choice_of_a_message_is_read() {
        let french = "a =\n    une ligne\n    { $name } ; une autre\nb = { $count ->\n    \
             [one] un !\n   *[other] { $count } !\n }\n";
        let lines: Vec<String> = told(french)
            .iter()
            .map(|one| one.split(" has").next().unwrap_or_default().to_owned())
            .collect();
        assert_eq!(lines, ["fr.ftl:3: `a`", "fr.ftl:5: `b`", "fr.ftl:6: `b`"]);
    }

    #[test]
    fn no_break_spaces_code_values_and_words_are_let_be() {
        for fine in [
            "a = le lab\u{a0}: prêt\u{202f}?\n",
            "a = «\u{a0}{ $word }\u{a0}»\n",
            "a = tapez `a ; b` puis `{ $x } : y`\n",
            "a = { \"Commandes : \" }\n",
            "a = le port :80, http://127.0.0.1:80/?x ou ?x=1\n",
            "# Un mot : le sien\na = oui\n",
        ] {
            assert!(told(fine).is_empty(), "{fine}: {:?}", told(fine));
        }
    }
}
