//! The `filters` query parameter: what `--filter key=value` becomes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Values by key. Two values of one key are alternatives, two keys must both
/// hold (labels are the exception, and the reader's business).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filters(pub BTreeMap<String, BTreeSet<String>>);

/// Docker's words for a `filters` parameter that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    #[error("invalid filter")]
    Format,
    #[error("invalid filter '{0}'")]
    Unknown(String),
    #[error("invalid argument \"{0}\" for \"-f, --filter\" flag: invalid filter (missing \"=\")")]
    MissingEquals(String),
}

impl Filters {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn add(&mut self, key: impl Into<String>, value: impl Into<String>) {
        self.0.entry(key.into()).or_default().insert(value.into());
    }

    /// The values of a key; none where it was not given.
    pub fn get(&self, key: &str) -> impl Iterator<Item = &str> {
        self.0.get(key).into_iter().flatten().map(String::as_str)
    }

    pub fn contains_key(&self, key: &str) -> bool {
        self.0.contains_key(key)
    }

    /// True where the key was not given, or one of its values is `value`.
    pub fn matches(&self, key: &str, value: &str) -> bool {
        self.0.get(key).is_none_or(|values| values.contains(value))
    }

    /// Refuses keys that the call does not know, as dockerd does (400).
    pub fn validate(&self, known: &[&str]) -> Result<(), FilterError> {
        match self.0.keys().find(|key| !known.contains(&key.as_str())) {
            Some(key) => Err(FilterError::Unknown(key.clone())),
            None => Ok(()),
        }
    }

    /// Reads a `--filter` value: `key=value`; the key's case does not matter.
    pub fn add_option(&mut self, option: &str) -> Result<(), FilterError> {
        let (key, value) = option
            .split_once('=')
            .ok_or_else(|| FilterError::MissingEquals(option.to_owned()))?;
        self.add(key.trim().to_lowercase(), value.trim());
        Ok(())
    }

    /// The JSON of the parameter, in the form that every engine since API 1.22
    /// reads: `{"status":{"running":true}}`.
    pub fn encode(&self) -> String {
        let map: BTreeMap<&String, BTreeMap<&String, bool>> = self
            .0
            .iter()
            .map(|(key, values)| (key, values.iter().map(|value| (value, true)).collect()))
            .collect();
        serde_json::to_string(&map).expect("a map of strings is valid JSON")
    }

    /// Reads the parameter in both forms: values as the keys of an object, or
    /// as a list (what docker-py and curl send).
    pub fn decode(text: &str) -> Result<Self, FilterError> {
        let mut filters = Self::default();
        if text.trim().is_empty() {
            return Ok(filters);
        }
        let Ok(Value::Object(map)) = serde_json::from_str(text) else {
            return Err(FilterError::Format);
        };
        for (key, values) in map {
            let values: BTreeSet<String> = match values {
                Value::Object(set) => set
                    .into_iter()
                    .filter(|(_, on)| *on == Value::Bool(true))
                    .map(|(value, _)| value)
                    .collect(),
                Value::Array(list) => list
                    .into_iter()
                    .map(|item| match item {
                        Value::String(text) => Ok(text),
                        Value::Bool(_) | Value::Number(_) => Ok(item.to_string()),
                        _ => Err(FilterError::Format),
                    })
                    .collect::<Result<_, _>>()?,
                _ => return Err(FilterError::Format),
            };
            filters.0.insert(key, values);
        }
        Ok(filters)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_mean_the_same() {
        let old = Filters::decode(r#"{"status":{"running":true,"paused":true}}"#).unwrap();
        let new = Filters::decode(r#"{"status":["running","paused"]}"#).unwrap();
        assert_eq!(old, new);
        assert_eq!(Filters::decode(&old.encode()).unwrap(), old);
    }

    #[test]
    fn matching_follows_the_rules() {
        let mut filters = Filters::default();
        assert!(filters.matches("name", "x"));
        filters.add_option("Name = x").unwrap();
        assert!(filters.matches("name", "x"));
        assert!(!filters.matches("name", "y"));
        assert_eq!(
            filters.validate(&["status"]).unwrap_err().to_string(),
            "invalid filter 'name'"
        );
    }

    #[test]
    fn what_is_no_filter_is_refused() {
        for text in ["[]", "{", r#"{"a":1}"#, r#"{"a":[{}]}"#] {
            assert_eq!(Filters::decode(text), Err(FilterError::Format), "{text}");
        }
        assert!(Filters::default().add_option("x").is_err());
    }
}
