//! Environment variables and labels, from flags and from files.

use std::path::Path;

use crate::error::{Invalid, describe_io};

pub fn check_variable(text: &str) -> Result<(), Invalid> {
    if text.is_empty() || text.starts_with('=') {
        return Err(Invalid(format!("invalid environment variable: {text}")));
    }
    Ok(())
}

/// `NAME` alone takes the value from our own environment, or nothing.
pub fn variable(text: &str, lookup: impl Fn(&str) -> Option<String>) -> String {
    if text.contains('=') {
        return text.to_owned();
    }
    match lookup(text) {
        Some(value) => format!("{text}={value}"),
        None => text.to_owned(),
    }
}

pub fn check_label(text: &str) -> Result<(), Invalid> {
    let key = text.split('=').next().unwrap_or_default();
    let key = key.trim_start_matches([' ', '\t']);
    if key.is_empty() {
        return Err(Invalid(format!("invalid label '{text}': empty name")));
    }
    if key.contains([' ', '\t']) {
        return Err(Invalid(format!("label '{key}' contains whitespaces")));
    }
    Ok(())
}

/// Reads a file of `name=value` lines; `#` begins a comment line. A line
/// without a value takes it from `lookup`, or is left out.
pub fn read_file(
    path: &str,
    lookup: impl Fn(&str) -> Option<String>,
) -> Result<Vec<String>, Invalid> {
    let bytes = std::fs::read(Path::new(path))
        .map_err(|error| Invalid(format!("open {path}: {}", describe_io(&error))))?;
    parse_lines(&bytes, lookup)
        .map_err(|reason| Invalid(format!("invalid env file ({path}): {reason}")))
}

fn parse_lines(
    bytes: &[u8],
    lookup: impl Fn(&str) -> Option<String>,
) -> Result<Vec<String>, String> {
    let mut pairs = Vec::new();
    for (index, line) in bytes.split(|byte| *byte == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        let text = std::str::from_utf8(line).map_err(|_| {
            let bytes: Vec<String> = line.iter().map(u8::to_string).collect();
            format!(
                "invalid utf8 bytes at line {}: [{}]",
                index + 1,
                bytes.join(" ")
            )
        })?;
        let text = if index == 0 {
            text.trim_start_matches('\u{feff}')
        } else {
            text
        };
        let text = text.trim_start();
        if text.is_empty() || text.starts_with('#') {
            continue;
        }
        let (key, value) = match text.split_once('=') {
            Some((key, value)) => (key, Some(value)),
            None => (text, None),
        };
        if key.is_empty() {
            return Err(format!("no variable name on line '{text}'"));
        }
        if key.contains([' ', '\t']) {
            return Err(format!("variable '{key}' contains whitespaces"));
        }
        match value {
            Some(_) => pairs.push(text.to_owned()),
            None => pairs.extend(lookup(key).map(|value| format!("{key}={value}"))),
        }
    }
    Ok(pairs)
}

/// Our own environment, for [`variable`] and [`read_file`].
pub fn from_process(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_become_pairs() {
        let file = "\u{feff}# comment\n\n  A=1 \nB\nC=\r\nD=x=y\n";
        let lookup = |name: &str| (name == "B").then(|| "two".to_owned());
        assert_eq!(
            parse_lines(file.as_bytes(), lookup).unwrap(),
            ["A=1 ", "B=two", "C=", "D=x=y"]
        );
        let none = |_: &str| None;
        assert_eq!(
            parse_lines(b"a b=1", none).unwrap_err(),
            "variable 'a b' contains whitespaces"
        );
        assert_eq!(
            parse_lines(b"=1", none).unwrap_err(),
            "no variable name on line '=1'"
        );
        assert_eq!(
            parse_lines(b"a\xff", none).unwrap_err(),
            "invalid utf8 bytes at line 1: [97 255]"
        );
    }

    #[test]
    fn a_name_alone_takes_our_value() {
        let lookup = |name: &str| (name == "HOME").then(|| "/me".to_owned());
        assert_eq!(variable("HOME", lookup), "HOME=/me");
        assert_eq!(variable("HOME=", lookup), "HOME=");
        assert_eq!(variable("NONE", lookup), "NONE");
    }
}
