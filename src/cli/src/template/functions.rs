//! The functions of templates: Go's own, and those that Docker adds.

use std::cmp::Ordering;

use super::Purpose;
use super::datum::Datum;
use super::print::{print_all, printf, println_all};

/// Name, least and most arguments (`usize::MAX`: any number).
const FUNCTIONS: &[(&str, usize, usize)] = &[
    ("and", 1, usize::MAX),
    ("eq", 1, usize::MAX),
    ("ge", 2, 2),
    ("gt", 2, 2),
    ("html", 0, usize::MAX),
    ("index", 1, usize::MAX),
    ("join", 2, 2),
    ("json", 1, 1),
    ("le", 2, 2),
    ("len", 1, 1),
    ("lower", 1, 1),
    ("lt", 2, 2),
    ("ne", 2, 2),
    ("not", 1, 1),
    ("or", 1, usize::MAX),
    ("pad", 3, 3),
    ("print", 0, usize::MAX),
    ("printf", 1, usize::MAX),
    ("println", 0, usize::MAX),
    ("slice", 1, usize::MAX),
    ("split", 2, 2),
    ("title", 1, 1),
    ("truncate", 2, 2),
    ("upper", 1, 1),
    ("urlquery", 0, usize::MAX),
];

pub fn exists(name: &str) -> bool {
    FUNCTIONS.iter().any(|(known, _, _)| *known == name)
}

pub fn count_error(name: &str, count: usize) -> Option<String> {
    let (_, least, most) = FUNCTIONS.iter().find(|(known, _, _)| *known == name)?;
    if (*least..=*most).contains(&count) {
        return None;
    }
    let want = if *most == usize::MAX {
        format!("at least {least}")
    } else {
        least.to_string()
    };
    Some(format!(
        "wrong number of args for {name}: want {want} got {count}"
    ))
}

/// Functions whose arguments must be of a kind. `position` counts from 0.
pub fn kind_error(name: &str, position: usize, value: &Datum, text: &str) -> Option<String> {
    let (right, kind) = match (name, position) {
        ("lower" | "upper" | "title", 0)
        | ("truncate" | "pad" | "split" | "printf", 0)
        | ("split" | "join", 1) => (matches!(value, Datum::Text(_)), "string"),
        ("truncate", 1) | ("pad", 1 | 2) => (matches!(value, Datum::Int(_)), "integer"),
        ("join", 0) => (matches!(value, Datum::List(_) | Datum::Nil(_)), "[]string"),
        _ => return None,
    };
    if right {
        return None;
    }
    Some(match (kind, value) {
        ("string" | "integer", Datum::Missing) => {
            format!("invalid value; expected {kind}")
        }
        ("string" | "integer", Datum::Int(_) | Datum::Text(_) | Datum::Bool(_))
            if !text.starts_with(['.', '$', '(']) =>
        {
            format!("expected {kind}; found {text}")
        }
        ("integer", other) => format!(
            "wrong type for value; expected int; got {}",
            other.type_name()
        ),
        (kind, other) => {
            format!(
                "wrong type for value; expected {kind}; got {}",
                other.type_name()
            )
        }
    })
}

pub fn call(name: &str, values: Vec<Datum>, purpose: Purpose) -> Result<Datum, String> {
    let header = purpose == Purpose::Header;
    let text = |index: usize| match values.get(index) {
        Some(Datum::Text(text)) => text.as_str(),
        _ => "",
    };
    if header
        && matches!(
            name,
            "json" | "lower" | "upper" | "title" | "truncate" | "join"
        )
    {
        return Ok(values.into_iter().next().unwrap_or(Datum::Missing));
    }
    Ok(match name {
        "and" | "or" => values.into_iter().next_back().unwrap_or(Datum::Missing),
        "not" => Datum::Bool(!values[0].is_true()),
        "json" => Datum::Text(values[0].to_json()),
        "lower" => Datum::Text(text(0).to_lowercase()),
        "upper" => Datum::Text(text(0).to_uppercase()),
        "title" => Datum::Text(title(text(0))),
        "split" => Datum::List(split(text(0), text(1))),
        "join" => Datum::Text(join(&values[0], text(1))?),
        "pad" => Datum::Text(pad(text(0), &values[1], &values[2])),
        "truncate" => Datum::Text(truncate(text(0), &values[1])),
        "print" => Datum::Text(print_all(&values)),
        "println" => Datum::Text(println_all(&values)),
        "printf" => Datum::Text(printf(text(0), &values[1..])),
        "html" => Datum::Text(html(&print_all(&values))),
        "urlquery" => Datum::Text(url_query(&print_all(&values))),
        "len" => Datum::Int(len(&values[0])?),
        "index" => index(values)?,
        "slice" => slice(&values)?,
        "eq" => Datum::Bool(equals_any(&values)?),
        "ne" => Datum::Bool(!equal(&values[0], &values[1])?),
        "lt" => Datum::Bool(order(&values)? == Ordering::Less),
        "le" => Datum::Bool(order(&values)? != Ordering::Greater),
        "gt" => Datum::Bool(order(&values)? == Ordering::Greater),
        "ge" => Datum::Bool(order(&values)? != Ordering::Less),
        _ => return Err(format!("function \"{name}\" not defined")),
    })
}

/// The first letter of each word in upper case.
pub fn title(text: &str) -> String {
    let mut inside = false;
    text.chars()
        .map(|c| {
            let upper = !inside;
            inside = c.is_alphanumeric() || matches!(c, '_' | '\'');
            if upper {
                c.to_uppercase().next().unwrap_or(c)
            } else {
                c
            }
        })
        .collect()
}

fn split(text: &str, separator: &str) -> Vec<Datum> {
    if separator.is_empty() {
        return text.chars().map(|c| Datum::text(c.to_string())).collect();
    }
    text.split(separator).map(Datum::text).collect()
}

fn join(list: &Datum, separator: &str) -> Result<String, String> {
    let Datum::List(items) = list else {
        return Ok(String::new());
    };
    let texts: Vec<&str> = items
        .iter()
        .map(|item| match item {
            Datum::Text(text) => Ok(text.as_str()),
            other => Err(format!("item of type {} is no string", other.type_name())),
        })
        .collect::<Result<_, _>>()?;
    Ok(texts.join(separator))
}

fn count(value: &Datum) -> usize {
    match value {
        Datum::Int(number) => usize::try_from(*number).unwrap_or(0),
        _ => 0,
    }
}

fn pad(text: &str, before: &Datum, after: &Datum) -> String {
    if text.is_empty() {
        return String::new();
    }
    format!(
        "{}{text}{}",
        " ".repeat(count(before)),
        " ".repeat(count(after))
    )
}

fn truncate(text: &str, length: &Datum) -> String {
    let length = count(length);
    if text.len() < length {
        return text.to_owned();
    }
    text.char_indices()
        .take_while(|(at, c)| at + c.len_utf8() <= length)
        .map(|(_, c)| c)
        .collect()
}

fn html(text: &str) -> String {
    text.chars().fold(String::new(), |mut out, c| {
        match c {
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&#34;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
        out
    })
}

fn url_query(text: &str) -> String {
    text.bytes().fold(String::new(), |mut out, byte| {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => {
                out.push(char::from(byte));
            }
            b' ' => out.push('+'),
            byte => out.push_str(&format!("%{byte:02X}")),
        }
        out
    })
}

fn len(value: &Datum) -> Result<i64, String> {
    let length = match value {
        Datum::Text(text) => text.len(),
        Datum::List(items) => items.len(),
        Datum::Map(map) => map.len(),
        Datum::Record { kind: "", fields } => fields.len(),
        Datum::Nil(_) => 0,
        Datum::Missing => return Err("len of nil pointer".to_owned()),
        other => return Err(format!("len of type {}", other.type_name())),
    };
    i64::try_from(length).map_err(|error| error.to_string())
}

fn index(values: Vec<Datum>) -> Result<Datum, String> {
    let mut values = values.into_iter();
    let mut value = values.next().unwrap_or(Datum::Missing);
    for key in values {
        value = index_once(value, &key)?;
    }
    Ok(value)
}

fn index_once(value: Datum, key: &Datum) -> Result<Datum, String> {
    match (value, key) {
        (Datum::Map(mut map), Datum::Text(key)) => Ok(map.remove(key).unwrap_or(Datum::Missing)),
        (Datum::Record { kind: "", fields }, Datum::Text(key)) => Ok(fields
            .into_iter()
            .find(|(name, _)| name == key)
            .map_or(Datum::Missing, |(_, value)| value)),
        (Datum::List(mut items), Datum::Int(at)) => {
            let position = usize::try_from(*at).ok().filter(|at| *at < items.len());
            match position {
                Some(position) => Ok(items.swap_remove(position)),
                None => Err(format!("index out of range: {at}")),
            }
        }
        (Datum::Text(text), Datum::Int(at)) => usize::try_from(*at)
            .ok()
            .and_then(|at| text.as_bytes().get(at).copied())
            .map(|byte| Datum::Int(i64::from(byte)))
            .ok_or_else(|| format!("index out of range: {at}")),
        (Datum::Nil(_), Datum::Text(_)) => Ok(Datum::Missing),
        (Datum::Nil(_), Datum::Int(at)) => Err(format!("index out of range: {at}")),
        (Datum::Missing, _) => Err("index of untyped nil".to_owned()),
        (Datum::List(_), key) => Err(format!(
            "cannot index slice/array with type {}",
            key.type_name()
        )),
        (Datum::Map(_) | Datum::Record { kind: "", .. }, key) => Err(format!(
            "value has type {}; should be string",
            key.type_name()
        )),
        (other, _) => Err(format!("can't index item of type {}", other.type_name())),
    }
}

fn slice(values: &[Datum]) -> Result<Datum, String> {
    let length = match &values[0] {
        Datum::Text(text) => text.len(),
        Datum::List(items) => items.len(),
        Datum::Missing => return Err("slice of untyped nil".to_owned()),
        other => return Err(format!("can't slice item of type {}", other.type_name())),
    };
    let mut bounds = [0, length];
    for (position, value) in values[1..].iter().take(2).enumerate() {
        let Datum::Int(at) = value else {
            return Err(format!(
                "cannot index slice/array with type {}",
                value.type_name()
            ));
        };
        bounds[position] = usize::try_from(*at)
            .ok()
            .filter(|at| *at <= length)
            .ok_or_else(|| format!("index out of range: {at}"))?;
    }
    let [start, end] = bounds;
    if start > end {
        return Err(format!("invalid slice index: {start} > {end}"));
    }
    Ok(match &values[0] {
        Datum::List(items) => Datum::List(items[start..end].to_vec()),
        Datum::Text(text) => {
            Datum::Text(String::from_utf8_lossy(&text.as_bytes()[start..end]).into_owned())
        }
        _ => Datum::Missing,
    })
}

fn equals_any(values: &[Datum]) -> Result<bool, String> {
    if values.len() < 2 {
        return Err("missing argument for comparison".to_owned());
    }
    for other in &values[1..] {
        if equal(&values[0], other)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn equal(a: &Datum, b: &Datum) -> Result<bool, String> {
    let nil = |value: &Datum| matches!(value, Datum::Missing | Datum::Nil(_));
    match (a, b) {
        (Datum::Bool(a), Datum::Bool(b)) => Ok(a == b),
        (Datum::Int(a), Datum::Int(b)) => Ok(a == b),
        (Datum::Float(a), Datum::Float(b)) => Ok(a == b),
        (Datum::Text(a), Datum::Text(b)) => Ok(a == b),
        (a, b) if nil(a) || nil(b) => Ok(nil(a) && nil(b)),
        (Datum::List(_) | Datum::Map(_), _) => Err(format!(
            "non-comparable type {}: {}",
            a.type_name(),
            b.type_name()
        )),
        _ => Err("incompatible types for comparison".to_owned()),
    }
}

fn order(values: &[Datum]) -> Result<Ordering, String> {
    match (&values[0], &values[1]) {
        (Datum::Int(a), Datum::Int(b)) => Ok(a.cmp(b)),
        (Datum::Float(a), Datum::Float(b)) => Ok(a.partial_cmp(b).unwrap_or(Ordering::Equal)),
        (Datum::Text(a), Datum::Text(b)) => Ok(a.cmp(b)),
        (Datum::Bool(_) | Datum::Missing | Datum::List(_) | Datum::Map(_), _) => {
            Err("invalid type for comparison".to_owned())
        }
        _ => Err("incompatible types for comparison".to_owned()),
    }
}
