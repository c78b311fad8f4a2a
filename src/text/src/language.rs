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
    /// Every language that Plimsoll speaks.
    pub const ALL: [Language; 2] = [Language::English, Language::French];

    /// Says which language Plimsoll's own texts are in, to commands in a lab's
    /// shell too.
    pub const VARIABLE: &str = "PLIMSOLL_LANG";

    /// The language to speak: the one `asked` for, else that of [`Self::VARIABLE`],
    /// else the one that was `remembered`, else that of the first of `LC_ALL`,
    /// `LC_MESSAGES`, `LANG` that is set and not empty, else English.
    ///
    /// The locale's order is that of POSIX, Base Definitions 8.2; a locale that is
    /// not spoken here is English.
    pub fn choose(
        asked: Option<Language>,
        remembered: impl FnOnce() -> Option<Language>,
        variable: impl Fn(&str) -> Option<String>,
    ) -> Language {
        let told = || Language::named(&variable(Language::VARIABLE)?);
        let by_locale = || {
            ["LC_ALL", "LC_MESSAGES", "LANG"]
                .into_iter()
                .filter_map(&variable)
                .find(|value| !value.is_empty())
                .and_then(|value| Language::named(&value))
        };
        let chosen = asked.or_else(told).or_else(remembered);
        chosen.or_else(by_locale).unwrap_or_default()
    }

    /// By its code or a locale's name: `fr`, `fr_FR`, `fr_CA.UTF-8`, `fr.ISO-8859-1`
    /// are French.
    #[must_use]
    pub fn named(word: &str) -> Option<Language> {
        let name = word.split(['_', '-', '.', '@']).next().unwrap_or_default();
        let mut all = Language::ALL.into_iter();
        all.find(|language| name.eq_ignore_ascii_case(language.code()))
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

    /// What `say` says in every language.
    pub fn said(say: impl Fn(Language) -> String) -> Text {
        Text::new(say(Language::English), say(Language::French))
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

    fn chosen(remembered: Option<Language>, set: &[(&str, &str)]) -> Language {
        let variable = |name: &str| {
            set.iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| value.to_string())
        };
        Language::choose(None, || remembered, variable)
    }

    #[test]
    fn the_nearest_word_wins() {
        let all = [(Language::VARIABLE, "fr"), ("LC_ALL", "fr_FR.UTF-8")];
        let variable = |_: &str| Some("fr".to_owned());
        let asked = Language::choose(Some(Language::English), || None, variable);
        assert_eq!(asked, Language::English);
        let english = Some(Language::English);
        assert_eq!(chosen(english, &all), Language::French, "the variable");
        assert_eq!(chosen(english, &all[1..]), Language::English, "remembered");
        assert_eq!(chosen(None, &all[1..]), Language::French, "the locale");
        assert_eq!(chosen(None, &[]), Language::English);
        // What says nothing is passed over.
        for nothing in ["", "de"] {
            let set = [(Language::VARIABLE, nothing), ("LANG", "fr")];
            assert_eq!(chosen(None, &set), Language::French, "`{nothing}`");
        }
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
        assert_eq!(Language::named("en_GB.UTF-8"), Some(Language::English));
        assert_eq!(Language::named("de_DE"), None);
    }
}
