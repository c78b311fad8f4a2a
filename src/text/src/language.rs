//! A language, and a text that exists in every one of them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A language that Plimsoll speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Language {
    #[default]
    English,
    French,
}

impl Language {
    /// The language that the environment asks for: `--lang` (when given), else
    /// the first of `LC_ALL`, `LC_MESSAGES`, `LANG` that is set and not empty.
    ///
    /// `fr`, `fr_FR`, `fr_CA.UTF-8`, `fr.ISO-8859-1` are French; all else is
    /// English. The order is that of POSIX, Base Definitions 8.2.
    pub fn choose(option: Option<&str>, variable: impl Fn(&str) -> Option<String>) -> Language {
        if let Some(given) = option {
            return Language::of_locale(given);
        }
        ["LC_ALL", "LC_MESSAGES", "LANG"]
            .into_iter()
            .filter_map(variable)
            .find(|value| !value.is_empty())
            .map_or(Language::English, |value| Language::of_locale(&value))
    }

    fn of_locale(locale: &str) -> Language {
        let name = locale.split(['_', '-', '.', '@']).next().unwrap_or("");
        if name.eq_ignore_ascii_case("fr") {
            Language::French
        } else {
            Language::English
        }
    }

    /// The code used in file names (`en.md`, `fr.md`) and records.
    pub fn code(self) -> &'static str {
        match self {
            Language::English => "en",
            Language::French => "fr",
        }
    }
}

/// One text in every language that Plimsoll speaks.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Text {
    /// English.
    pub en: String,
    /// French.
    pub fr: String,
}

impl Text {
    pub fn new(en: impl Into<String>, fr: impl Into<String>) -> Text {
        Text {
            en: en.into(),
            fr: fr.into(),
        }
    }

    /// The same in every language: a number, a name, a command.
    pub fn same(value: impl Into<String>) -> Text {
        let value = value.into();
        Text {
            fr: value.clone(),
            en: value,
        }
    }

    pub fn get(&self, language: Language) -> &str {
        match language {
            Language::English => &self.en,
            Language::French => &self.fr,
        }
    }

    pub fn is_empty(&self) -> bool {
        self.en.is_empty() && self.fr.is_empty()
    }

    /// Joins texts with a separator in each language.
    pub fn join<'a>(texts: impl IntoIterator<Item = &'a Text>, separator: &Text) -> Text {
        let mut joined = Text::default();
        for (index, text) in texts.into_iter().enumerate() {
            if index > 0 {
                joined.en.push_str(&separator.en);
                joined.fr.push_str(&separator.fr);
            }
            joined.en.push_str(&text.en);
            joined.fr.push_str(&text.fr);
        }
        joined
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(option: Option<&str>, set: &[(&str, &str)]) -> Language {
        Language::choose(option, |name| {
            set.iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| value.to_string())
        })
    }

    #[test]
    fn the_option_wins_over_the_environment() {
        assert_eq!(
            chosen(Some("en"), &[("LC_ALL", "fr_FR.UTF-8")]),
            Language::English
        );
        assert_eq!(chosen(Some("fr"), &[("LANG", "C")]), Language::French);
    }

    #[test]
    fn an_empty_variable_counts_as_unset() {
        let set = [("LC_ALL", ""), ("LC_MESSAGES", "fr_CA"), ("LANG", "en_US")];
        assert_eq!(chosen(None, &set), Language::French);
    }

    #[test]
    fn french_in_any_charset_and_nothing_that_only_looks_like_it() {
        for locale in [
            "fr",
            "fr_FR",
            "fr_BE.UTF-8",
            "fr.ISO-8859-1",
            "fr_FR@euro",
            "FR_fr",
        ] {
            assert_eq!(
                chosen(None, &[("LANG", locale)]),
                Language::French,
                "{locale}"
            );
        }
        for locale in ["frr_DE", "fro", "C", "POSIX", "en_FR"] {
            assert_eq!(
                chosen(None, &[("LANG", locale)]),
                Language::English,
                "{locale}"
            );
        }
    }
}
