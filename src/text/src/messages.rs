//! A crate's messages at run time.

use std::sync::OnceLock;

use fluent_bundle::concurrent::FluentBundle;
use fluent_bundle::{FluentArgs, FluentResource, FluentValue};
use unic_langid::LanguageIdentifier;

use crate::Language;

type Bundle = FluentBundle<FluentResource>;

/// The two Fluent files of a crate; each is parsed when first needed.
pub struct Messages {
    english: Source,
    french: Source,
}

struct Source {
    text: &'static str,
    bundle: OnceLock<Bundle>,
}

impl Source {
    const fn new(text: &'static str) -> Source {
        Source {
            text,
            bundle: OnceLock::new(),
        }
    }
}

impl Messages {
    /// Generated code calls this, with files that [`crate::build`] has checked.
    #[must_use]
    pub const fn new(english: &'static str, french: &'static str) -> Messages {
        Messages {
            english: Source::new(english),
            french: Source::new(french),
        }
    }

    /// The message with its variables filled in. A message that is not there
    /// comes out as its name, which the build has made impossible.
    #[must_use]
    pub fn say(
        &self,
        language: Language,
        name: &str,
        variables: Vec<(&str, FluentValue<'_>)>,
    ) -> String {
        let source = match language {
            Language::English => &self.english,
            Language::French => &self.french,
        };
        let bundle = source.bundle.get_or_init(|| bundle(language, source.text));
        let pattern = bundle.get_message(name).and_then(|found| found.value());
        let Some(pattern) = pattern else {
            return name.to_owned();
        };
        let arguments: FluentArgs<'_> = variables.into_iter().collect();
        let mut faults = Vec::new();
        bundle
            .format_pattern(pattern, Some(&arguments), &mut faults)
            .into_owned()
    }
}

fn bundle(language: Language, text: &str) -> Bundle {
    let identifier: LanguageIdentifier = language.code().parse().unwrap_or_default();
    let mut bundle = FluentBundle::new_concurrent(vec![identifier]);
    // Marks around variables are for right-to-left text; terminals show them.
    bundle.set_use_isolating(false);
    let resource = match FluentResource::try_new(text.to_owned()) {
        Ok(resource) | Err((resource, _)) => resource,
    };
    // A name given twice keeps its first message; the build refuses it.
    let _ = bundle.add_resource(resource);
    bundle
}

#[cfg(test)]
mod tests {
    use super::*;

    static MESSAGES: Messages = Messages::new(
        "left = { $count ->\n    [one] one hint left\n   *[other] { $count } hints left\n }\n",
        "left = { $count ->\n    [one] encore { $count } indice\n   *[other] encore { $count } indices\n }\n",
    );

    #[test]
    fn numbers_choose_the_words_of_each_language() {
        let say = |language, count: i64| {
            MESSAGES.say(language, "left", vec![("count", FluentValue::from(count))])
        };
        assert_eq!(say(Language::English, 1), "one hint left");
        assert_eq!(say(Language::English, 0), "0 hints left");
        // Nothing is singular in French.
        assert_eq!(say(Language::French, 0), "encore 0 indice");
        assert_eq!(say(Language::French, 2), "encore 2 indices");
    }
}
