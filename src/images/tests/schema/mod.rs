//! A small part of JSON Schema: what the schemas of image-spec use, without
//! `format`. `pattern` is checked for the two forms that occur, digests and
//! media types, as far as their first part.

use std::collections::HashMap;
use std::path::PathBuf;

use serde_json::Value;

pub struct Schemas {
    files: HashMap<String, Value>,
}

impl Schemas {
    /// `None` where the schemas are not at hand.
    pub fn read() -> Option<Schemas> {
        let shared = std::env::var_os("PLIMSOLL_SHARED").map(PathBuf::from);
        let beside = || PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared"));
        let directory = shared.unwrap_or_else(beside).join("data/oci-image-schema");
        let mut files = HashMap::new();
        for entry in std::fs::read_dir(directory).ok()? {
            let entry = entry.ok()?;
            let text = std::fs::read_to_string(entry.path()).ok()?;
            let name = entry.file_name().to_string_lossy().into_owned();
            files.insert(name, serde_json::from_str(&text).ok()?);
        }
        Some(Schemas { files })
    }

    pub fn check(&self, file: &str, value: &Value) {
        let faults = self.faults(file, value);
        assert!(faults.is_empty(), "{file}: {faults:#?}\n{value:#}");
    }

    pub fn faults(&self, file: &str, value: &Value) -> Vec<String> {
        let mut faults = Vec::new();
        let schema = self.files.get(file).expect("a schema");
        self.walk(file, schema, value, "$", &mut faults);
        faults
    }

    fn walk(&self, file: &str, schema: &Value, value: &Value, at: &str, faults: &mut Vec<String>) {
        if let Some(reference) = schema["$ref"].as_str() {
            let (other, pointer) = reference.split_once('#').unwrap_or((reference, ""));
            let other = if other.is_empty() { file } else { other };
            let target = self.files.get(other).and_then(|root| root.pointer(pointer));
            match target {
                Some(target) => self.walk(other, target, value, at, faults),
                None => faults.push(format!("{at}: no schema {reference}")),
            }
            return;
        }
        if let Some(kind) = schema.get("type")
            && !is_a(value, kind)
        {
            faults.push(format!("{at}: not of type {kind}: {value}"));
            return;
        }
        if let Some(allowed) = schema["enum"].as_array()
            && !allowed.contains(value)
        {
            faults.push(format!("{at}: {value} is none of {allowed:?}"));
        }
        if let (Some(least), Some(number)) = (schema["minimum"].as_i64(), value.as_i64())
            && number < least
        {
            faults.push(format!("{at}: {number} is less than {least}"));
        }
        if let (Some(pattern), Some(text)) = (schema["pattern"].as_str(), value.as_str()) {
            let fits = match pattern.chars().any(|letter| letter == ':') {
                true => text.starts_with("sha256:") && text.len() == 71,
                false => !text.is_empty(),
            };
            if !fits {
                faults.push(format!("{at}: {text} does not fit {pattern}"));
            }
        }
        for required in schema["required"].as_array().into_iter().flatten() {
            if value.get(required.as_str().unwrap_or_default()).is_none() {
                faults.push(format!("{at}: {required} is missing"));
            }
        }
        self.walk_inside(file, schema, value, at, faults);
    }

    fn walk_inside(
        &self,
        file: &str,
        schema: &Value,
        value: &Value,
        at: &str,
        faults: &mut Vec<String>,
    ) {
        for (name, inner) in value.as_object().into_iter().flatten() {
            let named = schema["properties"].get(name);
            let other = schema
                .get("additionalProperties")
                .filter(|other| other.is_object());
            if let Some(rule) = named.or(other) {
                self.walk(file, rule, inner, &format!("{at}.{name}"), faults);
            }
        }
        if let (Some(items), Some(list)) = (schema.get("items"), value.as_array()) {
            for (index, inner) in list.iter().enumerate() {
                self.walk(file, items, inner, &format!("{at}[{index}]"), faults);
            }
        }
        for all in schema["allOf"].as_array().into_iter().flatten() {
            self.walk(file, all, value, at, faults);
        }
        for choice in ["anyOf", "oneOf"] {
            let Some(choices) = schema[choice].as_array() else {
                continue;
            };
            let fits = choices.iter().any(|one| {
                let mut inner = Vec::new();
                self.walk(file, one, value, at, &mut inner);
                inner.is_empty()
            });
            if !fits {
                faults.push(format!("{at}: fits no {choice}"));
            }
        }
    }
}

fn is_a(value: &Value, kind: &Value) -> bool {
    match kind {
        Value::Array(kinds) => kinds.iter().any(|kind| is_a(value, kind)),
        _ => match kind.as_str() {
            Some("object") => value.is_object(),
            Some("array") => value.is_array(),
            Some("string") => value.is_string(),
            Some("integer") => value.is_i64() || value.is_u64(),
            Some("number") => value.is_number(),
            Some("boolean") => value.is_boolean(),
            Some("null") => value.is_null(),
            _ => false,
        },
    }
}
