//! How Go prints values: `map[a:1]`, `[x y]`, `{...}`, and its `printf`.

use std::fmt::Write;

use super::datum::{Datum, NilKind};
use crate::quantity::significant;
use crate::quote::quoted;

/// A mount's members in Go's order: those that JSON leaves out print empty.
const MOUNT: [&str; 8] = [
    "Type",
    "Name",
    "Source",
    "Destination",
    "Driver",
    "Mode",
    "RW",
    "Propagation",
];

/// What `{{x}}` prints.
pub fn print(datum: &Datum) -> String {
    match datum {
        Datum::Missing => "<no value>".to_owned(),
        other => nested(other),
    }
}

fn nested(datum: &Datum) -> String {
    match datum {
        Datum::Missing | Datum::Nil(NilKind::Pointer) => "<nil>".to_owned(),
        Datum::Nil(NilKind::List) => "[]".to_owned(),
        Datum::Nil(NilKind::Map) => "map[]".to_owned(),
        Datum::Bool(value) => value.to_string(),
        Datum::Int(value) => value.to_string(),
        Datum::Float(value) => float(*value),
        Datum::Text(text) => text.clone(),
        Datum::List(items) => format!("[{}]", joined(items.iter().map(nested))),
        Datum::Map(map) => {
            let members = map
                .iter()
                .map(|(key, value)| format!("{key}:{}", nested(value)));
            format!("map[{}]", joined(members))
        }
        Datum::Record { fields, .. } | Datum::Wire { fields, .. } => record(fields),
        Datum::Lookup(_) => "0x0".to_owned(),
    }
}

fn record(fields: &[(String, Datum)]) -> String {
    let find = |name: &str| fields.iter().find(|(field, _)| field == name);
    if find("Destination").is_some() && find("Propagation").is_some() {
        let values = MOUNT
            .iter()
            .map(|name| find(name).map_or(String::new(), |(_, value)| nested(value)));
        return format!("{{{}}}", joined(values));
    }
    format!(
        "{{{}}}",
        joined(fields.iter().map(|(_, value)| nested(value)))
    )
}

fn joined(texts: impl Iterator<Item = String>) -> String {
    texts.collect::<Vec<_>>().join(" ")
}

/// Go's `%v` of a float: the shortest form, with an exponent for large ones.
fn float(value: f64) -> String {
    if value == 0.0 || (1e-4..1e21).contains(&value.abs()) {
        return value.to_string();
    }
    let text = format!("{value:e}");
    match text.split_once('e') {
        Some((mantissa, exponent)) => {
            let (sign, digits) = match exponent.strip_prefix('-') {
                Some(digits) => ('-', digits),
                None => ('+', exponent),
            };
            format!("{mantissa}e{sign}{digits:0>2}")
        }
        None => text,
    }
}

/// Go's `print`: a space between two neighbours that are no texts.
pub fn print_all(values: &[Datum]) -> String {
    let mut out = String::new();
    let mut after_text = true;
    for (index, value) in values.iter().enumerate() {
        let is_text = matches!(value, Datum::Text(_));
        if index > 0 && !is_text && !after_text {
            out.push(' ');
        }
        out.push_str(&nested(value));
        after_text = is_text;
    }
    out
}

/// Go's `println`: a space between all, and a line end.
pub fn println_all(values: &[Datum]) -> String {
    joined(values.iter().map(nested)) + "\n"
}

/// Go's `printf`, with width, precision and the usual verbs.
pub fn printf(format: &str, values: &[Datum]) -> String {
    let mut out = String::new();
    let mut values = values.iter();
    let mut rest = format;
    while let Some(percent) = rest.find('%') {
        out.push_str(&rest[..percent]);
        rest = &rest[percent + 1..];
        let end = rest
            .find(|c: char| !matches!(c, '-' | '+' | '#' | ' ' | '0'..='9' | '.'))
            .unwrap_or(rest.len());
        let flags = &rest[..end];
        let Some(verb) = rest[end..].chars().next() else {
            out.push_str("%!(NOVERB)");
            return out;
        };
        rest = &rest[end + verb.len_utf8()..];
        if verb == '%' {
            out.push('%');
            continue;
        }
        match values.next() {
            Some(value) => out.push_str(&padded(flags, &verb_text(verb, flags, value))),
            None => {
                let _ = write!(out, "%!{verb}(MISSING)");
            }
        }
    }
    out.push_str(rest);
    let extra: Vec<String> = values
        .map(|value| format!("{}={}", value.type_name(), nested(value)))
        .collect();
    if !extra.is_empty() {
        let _ = write!(out, "%!(EXTRA {})", extra.join(", "));
    }
    out
}

fn precision(flags: &str) -> Option<usize> {
    flags
        .split_once('.')
        .map(|(_, digits)| digits.parse().unwrap_or(0))
}

fn verb_text(verb: char, flags: &str, value: &Datum) -> String {
    match (verb, value) {
        ('v' | 's', Datum::Text(text)) => match precision(flags) {
            Some(length) => text.chars().take(length).collect(),
            None => text.clone(),
        },
        ('v', value) => nested(value),
        ('q', Datum::Text(text)) => quoted(text),
        ('d', Datum::Int(number)) => number.to_string(),
        ('x', Datum::Int(number)) => format!("{number:x}"),
        ('X', Datum::Int(number)) => format!("{number:X}"),
        ('o', Datum::Int(number)) => format!("{number:o}"),
        ('b', Datum::Int(number)) => format!("{number:b}"),
        ('c', Datum::Int(number)) => u32::try_from(*number)
            .ok()
            .and_then(char::from_u32)
            .map_or(String::new(), String::from),
        ('t', Datum::Bool(value)) => value.to_string(),
        ('f', Datum::Float(number)) => {
            format!("{number:.*}", precision(flags).unwrap_or(6))
        }
        ('g', Datum::Float(number)) => match precision(flags) {
            Some(digits) => significant(*number, digits),
            None => float(*number),
        },
        ('x', Datum::Text(text)) => text.bytes().map(|byte| format!("{byte:02x}")).collect(),
        ('T', value) => value.type_name().to_owned(),
        ('s', Datum::List(_) | Datum::Map(_) | Datum::Record { .. }) => nested(value),
        (verb, Datum::Missing | Datum::Nil(_)) => format!("%!{verb}(<nil>)"),
        (verb, value) => format!("%!{verb}({}={})", value.type_name(), nested(value)),
    }
}

fn padded(flags: &str, text: &str) -> String {
    let left = flags.contains('-');
    let plain = flags.trim_start_matches(['-', '+', '#', ' ']);
    let zero = plain.starts_with('0') && !left;
    let width: usize = plain
        .split('.')
        .next()
        .and_then(|digits| digits.parse().ok())
        .unwrap_or(0);
    let sign = if flags.contains('+')
        && !text.starts_with('-')
        && text.starts_with(|c: char| c.is_ascii_digit())
    {
        "+"
    } else {
        ""
    };
    let text = format!("{sign}{text}");
    let missing = width.saturating_sub(text.chars().count());
    let fill = if zero { "0" } else { " " }.repeat(missing);
    if left { text + &fill } else { fill + &text }
}
