//! What a template sees: JSON with the order of its members, and with what Go
//! would know from its types.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::{MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Deserializer};

#[derive(Debug, Clone, PartialEq)]
pub enum Datum {
    /// Nothing at all; Go's untyped nil.
    Missing,
    /// A `null` whose kind is known.
    Nil(NilKind),
    Bool(bool),
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<Datum>),
    /// Members in the order of their keys.
    Map(BTreeMap<String, Datum>),
    /// Members in the order of their declaration; `kind` is Go's name of the
    /// type, for errors (empty: the members came from JSON).
    Record {
        kind: &'static str,
        fields: Vec<(String, Datum)>,
    },
    /// A record of Go fields whose JSON has other names.
    Wire {
        kind: &'static str,
        fields: Vec<(String, Datum)>,
        json: String,
    },
    /// A method that looks a word up, such as `.Label "name"`.
    Lookup(BTreeMap<String, String>),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NilKind {
    List,
    Map,
    Pointer,
}

impl Datum {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A row of a table, of fields that are texts.
    pub fn row(kind: &'static str, fields: Vec<(&str, String)>) -> Self {
        Self::Record {
            kind,
            fields: fields
                .into_iter()
                .map(|(name, text)| (name.to_owned(), Self::Text(text)))
                .collect(),
        }
    }

    /// What `if` asks.
    pub fn is_true(&self) -> bool {
        match self {
            Self::Missing | Self::Nil(_) => false,
            Self::Bool(value) => *value,
            Self::Int(value) => *value != 0,
            Self::Float(value) => *value != 0.0,
            Self::Text(text) => !text.is_empty(),
            Self::List(items) => !items.is_empty(),
            Self::Map(map) => !map.is_empty(),
            Self::Record { .. } | Self::Wire { .. } | Self::Lookup(_) => true,
        }
    }

    /// Go's name of the type, for errors.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Missing | Self::Nil(_) => "nil",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float64",
            Self::Text(_) => "string",
            Self::List(_) => "[]interface {}",
            Self::Map(_) => "map[string]interface {}",
            Self::Record { kind: "", .. } => "map[string]interface {}",
            Self::Record { kind, .. } | Self::Wire { kind, .. } => kind,
            Self::Lookup(_) => "func(string) string",
        }
    }

    /// The value as compact JSON. A row as a whole is written as Go's library
    /// does by default: what HTML would take for markup is escaped.
    pub fn to_json(&self) -> String {
        let mut out = String::new();
        self.write_json(&mut out);
        match self {
            Self::Record { kind, .. } if !kind.is_empty() => out
                .replace('<', "\\u003c")
                .replace('>', "\\u003e")
                .replace('&', "\\u0026"),
            _ => out,
        }
    }

    fn write_json(&self, out: &mut String) {
        match self {
            Self::Missing | Self::Nil(_) => out.push_str("null"),
            Self::Bool(value) => out.push_str(if *value { "true" } else { "false" }),
            Self::Int(value) => out.push_str(&value.to_string()),
            Self::Float(value) => out.push_str(&value.to_string()),
            Self::Text(text) => out.push_str(&json_string(text)),
            Self::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push(',');
                    }
                    item.write_json(out);
                }
                out.push(']');
            }
            Self::Map(map) => write_members(map.iter(), out),
            // Go collects a row's fields in a map: they come out sorted.
            Self::Record { kind, fields } if !kind.is_empty() => {
                let sorted: BTreeMap<&String, &Self> = fields
                    .iter()
                    .filter(|(_, value)| !matches!(value, Self::Lookup(_)))
                    .map(|(name, value)| (name, value))
                    .collect();
                write_members(sorted.into_iter(), out);
            }
            Self::Record { fields, .. } => {
                write_members(fields.iter().map(|(name, value)| (name, value)), out);
            }
            Self::Wire { json, .. } => out.push_str(json),
            Self::Lookup(_) => out.push_str("null"),
        }
    }
}

fn write_members<'a>(members: impl Iterator<Item = (&'a String, &'a Datum)>, out: &mut String) {
    out.push('{');
    for (index, (name, value)) in members.enumerate() {
        if index > 0 {
            out.push(',');
        }
        out.push_str(&json_string(name));
        out.push(':');
        value.write_json(out);
    }
    out.push('}');
}

fn json_string(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// Members whose objects Go has as maps: they print as `map[...]`, sorted.
const MAPS: &[&str] = &[
    "Annotations",
    "Attributes",
    "Config.Options",
    "Containers",
    "Data",
    "DriverOpts",
    "EndpointsConfig",
    "ExposedPorts",
    "IndexConfigs",
    "Labels",
    "Networks",
    "Options",
    "PortBindings",
    "Ports",
    "Runtimes",
    "StorageOpt",
    "Sysctls",
    "Tmpfs",
    "Volumes",
];

/// Members that Go has as pointers: their `null` prints as `<nil>`.
const POINTERS: &[&str] = &[
    "GraphDriver",
    "Health",
    "Healthcheck",
    "IPAMConfig",
    "Init",
    "MemorySwappiness",
    "OomKillDisable",
    "PidsLimit",
    "SizeRootFs",
    "SizeRw",
    "StopTimeout",
    "UsageData",
];

/// Members that Docker leaves out where they are empty, with the value that Go
/// then has.
pub fn left_out(name: &str) -> Option<Datum> {
    Some(match name {
        "Health" | "Healthcheck" | "StopTimeout" | "Init" | "SizeRw" | "SizeRootFs"
        | "UsageData" => Datum::Nil(NilKind::Pointer),
        "ExposedPorts" | "Annotations" | "StorageOpt" | "Tmpfs" | "Sysctls" => {
            Datum::Nil(NilKind::Map)
        }
        "Shell" | "Mounts" | "OnBuild" => Datum::Nil(NilKind::List),
        "NetworkDisabled" | "ArgsEscaped" | "Experimental" => Datum::Bool(false),
        "StopSignal" | "Runtime" | "Name" | "Driver" | "Type" | "Variant" | "OsVersion"
        | "CreatedAt" | "BuildTime" => Datum::text(""),
        _ => return None,
    })
}

/// Reads JSON, keeping the order of members.
pub fn from_json(bytes: &[u8]) -> serde_json::Result<Datum> {
    let mut datum: Datum = serde_json::from_slice(bytes)?;
    datum.know_kinds("");
    Ok(datum)
}

impl Datum {
    fn know_kinds(&mut self, name: &str) {
        match self {
            Self::Missing if MAPS.contains(&name) => *self = Self::Nil(NilKind::Map),
            Self::Missing if POINTERS.contains(&name) => *self = Self::Nil(NilKind::Pointer),
            Self::Missing if !name.is_empty() => *self = Self::Nil(NilKind::List),
            Self::List(items) => items.iter_mut().for_each(|item| item.know_kinds("")),
            Self::Record { fields, .. } => {
                fields
                    .iter_mut()
                    .for_each(|(name, value)| value.know_kinds(name));
                if MAPS.contains(&name) {
                    *self = Self::Map(std::mem::take(fields).into_iter().collect());
                }
            }
            _ => {}
        }
    }
}

impl<'de> Deserialize<'de> for Datum {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(DatumVisitor)
    }
}

struct DatumVisitor;

impl<'de> Visitor<'de> for DatumVisitor {
    type Value = Datum;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<Datum, E> {
        Ok(Datum::Missing)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Datum, E> {
        Ok(Datum::Bool(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Datum, E> {
        Ok(Datum::Int(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Datum, E> {
        #[expect(clippy::cast_precision_loss, reason = "larger than any count of ours")]
        Ok(i64::try_from(value).map_or(Datum::Float(value as f64), Datum::Int))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Datum, E> {
        Ok(Datum::Float(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Datum, E> {
        Ok(Datum::text(value))
    }

    fn visit_string<E>(self, value: String) -> Result<Datum, E> {
        Ok(Datum::Text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut sequence: A) -> Result<Datum, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element()? {
            items.push(item);
        }
        Ok(Datum::List(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Datum, A::Error> {
        let mut fields = Vec::new();
        while let Some(field) = map.next_entry()? {
            fields.push(field);
        }
        Ok(Datum::Record { kind: "", fields })
    }
}
