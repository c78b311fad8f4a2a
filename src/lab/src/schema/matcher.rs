//! Matchers: what a found text or number is compared with.
//!
//! Every field that is set has to hold. A bare value means `equals`.

use schemars::JsonSchema;
use serde::de::{self, Deserializer, MapAccess, Visitor};
use serde::{Deserialize, Serialize};
use std::fmt;

/// How the errors of this file begin or end, which have to pass through serde.
pub(super) const EMPTY: &str = "a matcher needs at least one of ";
pub(super) const REGEX: &str = "regex `";
pub(super) const TEXT_OR: &str = "a text, or a map of ";
pub(super) const NUMBER_OR: &str = "a number, or a map of ";
pub(super) const TOO_LARGE: &str = " is too large";

/// What a text has to be. `name: web` is short for `name: {equals: web}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(extend("type" = ["object", "string", "number", "boolean"]))]
pub struct TextMatch {
    /// Exactly this text.
    pub equals: Option<String>,
    /// This text somewhere inside.
    pub contains: Option<String>,
    /// A regular expression that matches somewhere inside.
    pub regex: Option<String>,
    /// One of these texts.
    pub one_of: Option<Vec<String>>,
    /// At most this many bytes.
    pub at_most: Option<u64>,
    /// `true`: something other than white space. `false`: nothing but that.
    pub not_empty: Option<bool>,
    /// Not the content found there (white space at the end aside).
    pub differs_from: Option<ContentSource>,
    /// The content found there (white space at the end aside).
    pub same_as: Option<ContentSource>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
#[derive(Default)]
struct TextMatchFields {
    equals: Option<String>,
    contains: Option<String>,
    regex: Option<String>,
    one_of: Option<Vec<String>>,
    at_most: Option<u64>,
    not_empty: Option<bool>,
    differs_from: Option<ContentSource>,
    same_as: Option<ContentSource>,
}

/// Content to compare with.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", deny_unknown_fields)]
pub enum ContentSource {
    /// What the same look gave before the probe acted.
    Before,
    /// A file of an image as it was pulled.
    ImageFile(FileIn),
    /// A file as it is inside a container (a subject, or a container's name).
    ContainerFile(FileIn),
    /// A file among the learner's own files of this lab.
    WorkFile(String),
}

/// A path inside an image or a container.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FileIn {
    /// The image's reference, or the container's subject or name.
    pub of: String,
    /// Absolute path inside it.
    pub path: String,
}

/// What a number has to be. `exit-code: 0` is short for `{equals: 0}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(extend("type" = ["object", "number"]))]
pub struct NumberMatch {
    pub equals: Option<i64>,
    pub one_of: Option<Vec<i64>>,
    pub at_most: Option<i64>,
    pub at_least: Option<i64>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "kebab-case", default)]
struct NumberMatchFields {
    equals: Option<i64>,
    one_of: Option<Vec<i64>>,
    at_most: Option<i64>,
    at_least: Option<i64>,
}

impl TextMatch {
    pub fn equal_to(text: impl Into<String>) -> TextMatch {
        TextMatch {
            equals: Some(text.into()),
            ..TextMatch::default()
        }
    }

    /// The content sources that have to be read before this can be decided.
    pub fn sources(&self) -> impl Iterator<Item = &ContentSource> {
        self.differs_from.iter().chain(self.same_as.iter())
    }
}

impl NumberMatch {
    pub fn equal_to(number: i64) -> NumberMatch {
        NumberMatch {
            equals: Some(number),
            ..NumberMatch::default()
        }
    }

    pub fn holds(&self, found: i64) -> bool {
        self.equals.is_none_or(|wanted| found == wanted)
            && self.one_of.as_ref().is_none_or(|all| all.contains(&found))
            && self.at_most.is_none_or(|most| found <= most)
            && self.at_least.is_none_or(|least| found >= least)
    }
}

// A matcher is a scalar or a map. Written by hand instead of `untagged`, whose
// errors ("did not match any variant") name neither the field nor its place.
impl<'de> Deserialize<'de> for TextMatch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MatchVisitor;
        impl<'de> Visitor<'de> for MatchVisitor {
            type Value = TextMatch;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                let fields =
                    "equals, contains, regex, one-of, at-most, not-empty, differs-from, same-as";
                write!(f, "{TEXT_OR}{fields}")
            }
            fn visit_str<E: de::Error>(self, value: &str) -> Result<TextMatch, E> {
                Ok(TextMatch::equal_to(value))
            }
            fn visit_u64<E: de::Error>(self, value: u64) -> Result<TextMatch, E> {
                Ok(TextMatch::equal_to(value.to_string()))
            }
            fn visit_i64<E: de::Error>(self, value: i64) -> Result<TextMatch, E> {
                Ok(TextMatch::equal_to(value.to_string()))
            }
            fn visit_bool<E: de::Error>(self, value: bool) -> Result<TextMatch, E> {
                Ok(TextMatch::equal_to(value.to_string()))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<TextMatch, A::Error> {
                let fields =
                    TextMatchFields::deserialize(de::value::MapAccessDeserializer::new(map))?;
                text_match(fields)
            }
        }
        deserializer.deserialize_any(MatchVisitor)
    }
}

fn text_match<E: de::Error>(fields: TextMatchFields) -> Result<TextMatch, E> {
    if let Some(pattern) = &fields.regex
        && let Err(error) = regex_lite::Regex::new(pattern)
    {
        return Err(E::custom(format!("{REGEX}{pattern}`: {error}")));
    }
    let matcher = TextMatch {
        equals: fields.equals,
        contains: fields.contains,
        regex: fields.regex,
        one_of: fields.one_of,
        at_most: fields.at_most,
        not_empty: fields.not_empty,
        differs_from: fields.differs_from,
        same_as: fields.same_as,
    };
    if matcher == TextMatch::default() {
        return Err(E::custom(format!(
            "{EMPTY}`equals`, `contains`, `regex`, `one-of`, `at-most`, `not-empty`, `differs-from`, `same-as`",
        )));
    }
    Ok(matcher)
}

impl<'de> Deserialize<'de> for NumberMatch {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct MatchVisitor;
        impl<'de> Visitor<'de> for MatchVisitor {
            type Value = NumberMatch;
            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                write!(f, "{NUMBER_OR}equals, one-of, at-most, at-least")
            }
            fn visit_u64<E: de::Error>(self, value: u64) -> Result<NumberMatch, E> {
                i64::try_from(value)
                    .map(NumberMatch::equal_to)
                    .map_err(|_| E::custom(format!("{value}{TOO_LARGE}")))
            }
            fn visit_i64<E: de::Error>(self, value: i64) -> Result<NumberMatch, E> {
                Ok(NumberMatch::equal_to(value))
            }
            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<NumberMatch, A::Error> {
                let fields =
                    NumberMatchFields::deserialize(de::value::MapAccessDeserializer::new(map))?;
                let matcher = NumberMatch {
                    equals: fields.equals,
                    one_of: fields.one_of,
                    at_most: fields.at_most,
                    at_least: fields.at_least,
                };
                if matcher == NumberMatch::default() {
                    return Err(de::Error::custom(format!(
                        "{EMPTY}`equals`, `one-of`, `at-most`, `at-least`",
                    )));
                }
                Ok(matcher)
            }
        }
        deserializer.deserialize_any(MatchVisitor)
    }
}
