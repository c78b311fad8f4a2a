//! Matchers on found texts, numbers and contents, with words for both sides.

use super::finding::{Blocked, Condition, Step};
use super::judge::Judge;
use crate::probe::{FileFound, Observation, Request};
use crate::say;
use crate::schema::{ContentSource, FileIn, NumberMatch, TextMatch};
use crate::text::Text;

/// Whether a text meets the parts of a matcher that need no other content.
pub(super) fn text_holds(matcher: &TextMatch, found: &str) -> bool {
    matcher.equals.as_ref().is_none_or(|wanted| found == wanted)
        && matcher
            .contains
            .as_ref()
            .is_none_or(|part| found.contains(part))
        && matcher.regex.as_ref().is_none_or(|pattern| {
            regex_lite::Regex::new(pattern).is_ok_and(|regex| regex.is_match(found))
        })
        && matcher
            .one_of
            .as_ref()
            .is_none_or(|all| all.iter().any(|one| one == found))
        && matcher
            .at_most
            .is_none_or(|most| found.len() as u64 <= most)
        && matcher
            .not_empty
            .is_none_or(|wanted| wanted != found.trim().is_empty())
}

/// Whether one of several texts meets a matcher.
pub(super) fn any_text_holds(matcher: &TextMatch, found: &[String]) -> bool {
    found.iter().any(|one| text_holds(matcher, one))
}

/// A matcher in words: "`web`", "containing `x`, not empty".
pub(super) fn text_in_words(matcher: &TextMatch) -> Text {
    let mut parts: Vec<Text> = Vec::new();
    if let Some(wanted) = &matcher.equals {
        parts.push(Text::same(format!("`{wanted}`")));
    }
    if let Some(part) = &matcher.contains {
        parts.push(say!("containing `{}`", "contenant `{}`", part));
    }
    if let Some(pattern) = &matcher.regex {
        parts.push(say!("matching `{}`", "de la forme `{}`", pattern));
    }
    if let Some(all) = &matcher.one_of {
        let all = all.iter().map(|one| format!("`{one}`")).collect::<Vec<_>>();
        parts.push(say!("one of {}", "parmi {}", all.join(", ")));
    }
    if let Some(most) = matcher.at_most {
        parts.push(say!("at most {} bytes", "au plus {} octets", most));
    }
    match matcher.not_empty {
        Some(true) => parts.push(say!("not empty", "non vide")),
        Some(false) => parts.push(say!("empty", "vide")),
        None => {}
    }
    if let Some(source) = &matcher.differs_from {
        let name = source_in_words(source);
        parts.push(Text::new(
            format!("other than {}", name.en),
            format!("autre que {}", name.fr),
        ));
    }
    if let Some(source) = &matcher.same_as {
        let name = source_in_words(source);
        parts.push(Text::new(
            format!("the same as {}", name.en),
            format!("identique à {}", name.fr),
        ));
    }
    Text::join(&parts, &Text::same(", "))
}

fn source_in_words(source: &ContentSource) -> Text {
    match source {
        ContentSource::Before => say!("before", "avant"),
        ContentSource::ImageFile(file) => {
            say!(
                "`{}` of the image `{}`",
                "`{}` de l'image `{}`",
                file.path,
                file.of
            )
        }
        ContentSource::ContainerFile(file) => say!(
            "`{}` in the container `{}`",
            "`{}` dans le conteneur `{}`",
            file.path,
            file.of
        ),
        ContentSource::WorkFile(path) => say!("your file `{}`", "votre fichier `{}`", path),
    }
}

pub(super) fn number_in_words(matcher: &NumberMatch) -> Text {
    let mut parts = Vec::new();
    if let Some(wanted) = matcher.equals {
        parts.push(Text::same(wanted.to_string()));
    }
    if let Some(all) = &matcher.one_of {
        let all = all.iter().map(i64::to_string).collect::<Vec<_>>();
        parts.push(say!("one of {}", "parmi {}", all.join(", ")));
    }
    if let Some(most) = matcher.at_most {
        parts.push(say!("at most {}", "au plus {}", most));
    }
    if let Some(least) = matcher.at_least {
        parts.push(say!("at least {}", "au moins {}", least));
    }
    Text::join(&parts, &Text::same(", "))
}

/// The beginning of a content, quoted for a message.
pub(super) fn quote(content: &[u8]) -> Text {
    let text = String::from_utf8_lossy(content);
    let Some(line) = text.lines().map(str::trim).find(|line| !line.is_empty()) else {
        return say!("nothing: it is empty", "rien : c'est vide");
    };
    let shown: String = line.chars().filter(|c| !c.is_control()).take(60).collect();
    let rest = shown.chars().count() < text.trim().chars().count();
    Text::same(format!("`{shown}`{}", if rest { " …" } else { "" }))
}

impl Judge<'_> {
    /// A content against a matcher. `before` is what the same look gave before
    /// a probe acted.
    pub(super) fn content_condition(
        &self,
        matcher: &TextMatch,
        found: &[u8],
        before: Option<&[u8]>,
    ) -> Step<Condition> {
        let expected = text_in_words(&self.with_names(matcher));
        let text = String::from_utf8_lossy(found);
        if !text_holds(matcher, &text) && !text_holds(matcher, text.trim_end()) {
            return Ok(Condition::new(false, expected, quote(found)));
        }
        if let Some(source) = &matcher.differs_from
            && let Some(other) = self.source_content(source, before)?
            && same_content(found, &other)
        {
            let name = source_in_words(&self.with_name(source));
            let actual = Text::new(
                format!("exactly {}", name.en),
                format!("exactement {}", name.fr),
            );
            return Ok(Condition::new(false, expected, actual));
        }
        if let Some(source) = &matcher.same_as {
            let same = self
                .source_content(source, before)?
                .is_some_and(|other| same_content(found, &other));
            if !same {
                return Ok(Condition::new(false, expected, quote(found)));
            }
        }
        Ok(Condition::new(true, expected, quote(found)))
    }

    /// The matcher as it is told: with containers' names instead of subjects.
    fn with_names(&self, matcher: &TextMatch) -> TextMatch {
        let named = |source: &Option<ContentSource>| source.as_ref().map(|one| self.with_name(one));
        TextMatch {
            differs_from: named(&matcher.differs_from),
            same_as: named(&matcher.same_as),
            ..matcher.clone()
        }
    }

    fn with_name(&self, source: &ContentSource) -> ContentSource {
        match source {
            ContentSource::ContainerFile(file) => ContentSource::ContainerFile(FileIn {
                of: self.calling_name(&file.of),
                path: file.path.clone(),
            }),
            other => other.clone(),
        }
    }

    /// The content to compare with; `None` where there is no such file.
    fn source_content(
        &self,
        source: &ContentSource,
        before: Option<&[u8]>,
    ) -> Step<Option<Vec<u8>>> {
        let request = match source {
            ContentSource::Before => return Ok(before.map(<[u8]>::to_vec)),
            ContentSource::WorkFile(path) => Request::WorkFile { path: path.clone() },
            ContentSource::ContainerFile(FileIn { of, path }) => match self.container(of) {
                Some(container) => Request::ContainerFile {
                    container: container.id.clone(),
                    path: path.clone(),
                },
                None => return Ok(None),
            },
            ContentSource::ImageFile(FileIn { of, path }) => match self.pristine_image(of) {
                Some(image) => Request::ImageFile {
                    image,
                    path: path.clone(),
                },
                None => {
                    return Err(Blocked::Unsupported(say!(
                        "the image `{}` as it was pulled is no longer there to compare with",
                        "l'image `{}` telle que téléchargée n'est plus là pour comparer",
                        of
                    )));
                }
            },
        };
        match self.look(request)? {
            Observation::File(FileFound::Content(content)) => Ok(Some(content.clone())),
            _ => Ok(None),
        }
    }

    /// The id of an image of the lab that is `reference` as it was pulled.
    fn pristine_image(&self, reference: &str) -> Option<String> {
        let pulled = self.world.pulled_as(reference);
        self.world
            .images
            .iter()
            .find(|image| pulled.ids.contains(&image.id))
            .map(|image| image.id.clone())
    }
}

/// Equal but for white space at the end, which editors add and remove.
fn same_content(a: &[u8], b: &[u8]) -> bool {
    a.trim_ascii_end() == b.trim_ascii_end()
}
