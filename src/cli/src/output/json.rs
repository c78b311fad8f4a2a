//! JSON as it came, only indented: the order of members and the spelling of
//! numbers and strings stay the engine's.

/// Indents JSON text by four spaces a level, as `docker inspect` prints it.
/// The text must be valid JSON.
pub fn indent(json: &str) -> String {
    let mut out = String::with_capacity(json.len() * 2);
    let mut depth: usize = 0;
    let mut chars = json.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' => {
                out.push('"');
                copy_string(&mut chars, &mut out);
            }
            '{' | '[' => {
                out.push(c);
                while chars.next_if(|c| c.is_whitespace()).is_some() {}
                if let Some(close) = chars.next_if(|next| matches!(next, '}' | ']')) {
                    out.push(close);
                } else {
                    depth += 1;
                    line(&mut out, depth);
                }
            }
            '}' | ']' => {
                depth = depth.saturating_sub(1);
                line(&mut out, depth);
                out.push(c);
            }
            ',' => {
                out.push(',');
                line(&mut out, depth);
            }
            ':' => out.push_str(": "),
            c if c.is_whitespace() => {}
            c => out.push(c),
        }
    }
    out
}

fn line(out: &mut String, depth: usize) {
    out.push('\n');
    for _ in 0..depth {
        out.push_str("    ");
    }
}

fn copy_string(chars: &mut impl Iterator<Item = char>, out: &mut String) {
    while let Some(c) = chars.next() {
        out.push(c);
        match c {
            '\\' => out.extend(chars.next()),
            '"' => return,
            _ => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::indent;

    #[test]
    fn text_is_indented_and_otherwise_kept() {
        assert_eq!(
            indent("{\"b\":[1.50,\"a,\\\"{\"],\"a\":{},\"c\":[ ],\"d\":null}"),
            "{\n    \"b\": [\n        1.50,\n        \"a,\\\"{\"\n    ],\n    \"a\": {},\n    \"c\": [],\n    \"d\": null\n}"
        );
    }
}
