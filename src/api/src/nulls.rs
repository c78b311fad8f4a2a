//! How the wire's gaps are read: a missing member, a `null` and a zero value
//! are the same to Docker, and clients use all three for "not given".
//!
//! Limits: applies to reading only. What is written follows each field's own
//! `skip_serializing_if`, because clients can see the difference there.

use serde::{Deserialize, Deserializer, Serialize};

/// Reads `null` as the type's default value.
pub(crate) fn or_default<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de> + Default,
{
    Ok(Option::<T>::deserialize(deserializer)?.unwrap_or_default())
}

/// For `skip_serializing_if`: Go's `omitempty` on numbers and booleans.
pub(crate) fn is_zero<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// Declares wire types: every field may be missing or `null`.
///
/// A macro, because the two attributes would otherwise stand at each of some
/// three hundred fields, and one forgotten field is a client that breaks.
macro_rules! wire {
    ($(
        $(#[$outer:meta])*
        pub struct $name:ident {
            $( $(#[$inner:meta])* pub $field:ident : $type:ty, )*
        }
    )*) => {$(
        #[derive(Debug, Clone, Default, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(default)]
        $(#[$outer])*
        pub struct $name {
            $(
                #[serde(deserialize_with = "crate::nulls::or_default")]
                $(#[$inner])*
                pub $field: $type,
            )*
        }
    )*};
}
pub(crate) use wire;

/// A list of words that clients may also send as one string (`"Cmd": "date"`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Words(pub Vec<String>);

impl std::ops::Deref for Words {
    type Target = Vec<String>;

    fn deref(&self) -> &Vec<String> {
        &self.0
    }
}

impl From<Vec<String>> for Words {
    fn from(words: Vec<String>) -> Self {
        Self(words)
    }
}

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Form {
            List(Vec<String>),
            One(String),
        }
        Ok(match Form::deserialize(deserializer)? {
            Form::List(words) => Self(words),
            Form::One(word) => Self(vec![word]),
        })
    }
}

/// The value of a set's member on the wire: `{}`. Reads `null` too.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct Empty {}

impl<'de> Deserialize<'de> for Empty {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        serde::de::IgnoredAny::deserialize(deserializer)?;
        Ok(Self {})
    }
}
