//! Image references: Docker's short forms, parsed into their full ones.
//!
//! Grammar and normalisation are the `reference` module of CNCF Distribution
//! ("docker/distribution reference grammar"); error texts are Docker's. Pure.

use std::fmt;
use std::str::FromStr;

use crate::digest::Digest;

const DEFAULT_DOMAIN: &str = "docker.io";
const LEGACY_DOMAIN: &str = "index.docker.io";
const OFFICIAL_PREFIX: &str = "library/";
const DEFAULT_TAG: &str = "latest";
/// Longest repository path, in bytes.
const LONGEST_NAME: usize = 255;
/// Longest tag, in bytes.
const LONGEST_TAG: usize = 128;

/// A text is not an image reference. The texts are Docker's.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReferenceError {
    /// Anything the grammar does not allow.
    #[error("invalid reference format")]
    Format,
    /// Upper-case letters in the repository's path.
    #[error("invalid reference format: repository name ({0}) must be lowercase")]
    Uppercase(String),
    /// 64 hexadecimal digits would be taken for an image id.
    #[error("invalid repository name ({0}), cannot specify 64-byte hexadecimal strings")]
    Identifier(String),
    /// More than 255 bytes.
    #[error("repository name must not be more than 255 characters")]
    TooLong,
}

/// A normalised image reference: `nginx` is `docker.io/library/nginx`.
///
/// A missing tag stays missing; [`ImageRef::with_default_tag`] adds `latest`
/// as pull, run and tag do.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ImageRef {
    domain: String,
    path: String,
    tag: Option<String>,
    digest: Option<Digest>,
}

impl ImageRef {
    /// Parses what a user types: `nginx`, `ghcr.io/a/b:1`, `a@sha256:…`.
    pub fn parse(text: &str) -> Result<Self, ReferenceError> {
        if is_identifier(text) {
            return Err(ReferenceError::Identifier(text.to_owned()));
        }
        let (domain, remote) = split_domain(text);
        let name = &remote[..remote.find(':').unwrap_or(remote.len())];
        let name = &name[..name.find('@').unwrap_or(name.len())];
        if name.bytes().any(|byte| byte.is_ascii_uppercase()) {
            return Err(ReferenceError::Uppercase(name.to_owned()));
        }
        let (rest, digest) = match remote.split_once('@') {
            Some((rest, digest)) => (rest, Some(parse_digest(digest)?)),
            None => (remote.as_str(), None),
        };
        let (path, tag) = match rest.split_once(':') {
            Some((path, tag)) if is_tag(tag) => (path, Some(tag.to_owned())),
            Some(_) => return Err(ReferenceError::Format),
            None => (rest, None),
        };
        if !is_domain(&domain) || !path.split('/').all(is_path_component) {
            return Err(ReferenceError::Format);
        }
        if path.len() > LONGEST_NAME {
            return Err(ReferenceError::TooLong);
        }
        Ok(Self {
            domain,
            path: path.to_owned(),
            tag,
            digest,
        })
    }

    /// The registry: `docker.io` for short names.
    pub fn domain(&self) -> &str {
        &self.domain
    }

    /// The repository inside the registry: `library/nginx`.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The tag, where one was given.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// The digest, where one was given.
    pub fn digest(&self) -> Option<&Digest> {
        self.digest.as_ref()
    }

    /// `docker.io/library/nginx`: without tag and digest.
    pub fn name(&self) -> String {
        format!("{}/{}", self.domain, self.path)
    }

    /// The name as Docker shows it: `nginx`, `me/app`, `ghcr.io/a/b`.
    pub fn familiar_name(&self) -> String {
        if self.domain != DEFAULT_DOMAIN {
            return self.name();
        }
        match self.path.strip_prefix(OFFICIAL_PREFIX) {
            // `library/a/b` is not an official image and keeps its prefix.
            Some(short) if !short.contains('/') => short.to_owned(),
            _ => self.path.clone(),
        }
    }

    /// The reference as Docker shows it: `nginx:latest`, `nginx@sha256:…`.
    pub fn familiar(&self) -> String {
        self.familiar_name() + &self.suffix()
    }

    /// Adds the tag `latest` where neither tag nor digest was given.
    #[must_use]
    pub fn with_default_tag(mut self) -> Self {
        if self.tag.is_none() && self.digest.is_none() {
            self.tag = Some(DEFAULT_TAG.to_owned());
        }
        self
    }

    /// The same repository with another tag and no digest.
    pub fn with_tag(&self, tag: &str) -> Result<Self, ReferenceError> {
        if !is_tag(tag) {
            return Err(ReferenceError::Format);
        }
        Ok(Self {
            tag: Some(tag.to_owned()),
            digest: None,
            ..self.clone()
        })
    }

    /// The same repository by digest, without a tag.
    #[must_use]
    pub fn with_digest(&self, digest: Digest) -> Self {
        Self {
            tag: None,
            digest: Some(digest),
            ..self.clone()
        }
    }

    fn suffix(&self) -> String {
        let tag = self.tag.iter().map(|tag| format!(":{tag}"));
        let digest = self.digest.iter().map(|digest| format!("@{digest}"));
        tag.chain(digest).collect()
    }
}

impl fmt::Display for ImageRef {
    /// The full form: `docker.io/library/nginx:latest`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.name(), self.suffix())
    }
}

impl FromStr for ImageRef {
    type Err = ReferenceError;
    fn from_str(text: &str) -> Result<Self, ReferenceError> {
        Self::parse(text)
    }
}

/// The registry and the rest. What comes before the first slash is a registry
/// only if it cannot be a path: it has a dot, a colon, a capital, or is localhost.
fn split_domain(text: &str) -> (String, String) {
    let (domain, remote) = match text.split_once('/') {
        Some((first, rest))
            if first == "localhost"
                || first.contains(['.', ':'])
                || first.bytes().any(|byte| byte.is_ascii_uppercase()) =>
        {
            (first, rest)
        }
        _ => (DEFAULT_DOMAIN, text),
    };
    let domain = if domain == LEGACY_DOMAIN {
        DEFAULT_DOMAIN
    } else {
        domain
    };
    if domain == DEFAULT_DOMAIN && !remote.contains('/') {
        return (domain.to_owned(), format!("{OFFICIAL_PREFIX}{remote}"));
    }
    (domain.to_owned(), remote.to_owned())
}

fn parse_digest(text: &str) -> Result<Digest, ReferenceError> {
    Digest::parse(text).map_err(|_| ReferenceError::Format)
}

fn is_identifier(text: &str) -> bool {
    text.len() == 64
        && text
            .bytes()
            .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_domain(text: &str) -> bool {
    let (host, port) = match text.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => (host, Some(port)),
        _ => (text, None),
    };
    let port_is_fine =
        port.is_none_or(|port| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()));
    port_is_fine && (is_ipv6_literal(host) || host.split('.').all(is_domain_component))
}

fn is_ipv6_literal(host: &str) -> bool {
    let inner = host
        .strip_prefix('[')
        .and_then(|host| host.strip_suffix(']'));
    inner.is_some_and(|inner| {
        !inner.is_empty()
            && inner
                .bytes()
                .all(|byte| byte.is_ascii_hexdigit() || byte == b':')
    })
}

fn is_domain_component(text: &str) -> bool {
    !text.is_empty()
        && !text.starts_with('-')
        && !text.ends_with('-')
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Runs of `a-z0-9`, joined by `.`, `_`, `__` or any number of `-`.
fn is_path_component(text: &str) -> bool {
    let mut separator = String::new();
    let mut ends_in_word = false;
    for (index, letter) in text.char_indices() {
        if matches!(letter, 'a'..='z' | '0'..='9') {
            let joined = separator.is_empty()
                || matches!(separator.as_str(), "." | "_" | "__")
                || separator.bytes().all(|byte| byte == b'-');
            if !joined {
                return false;
            }
            separator.clear();
            ends_in_word = true;
        } else if index > 0 && matches!(letter, '.' | '_' | '-') {
            separator.push(letter);
            ends_in_word = false;
        } else {
            return false;
        }
    }
    ends_in_word
}

fn is_tag(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= LONGEST_TAG
        && !text.starts_with(['.', '-'])
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || b"_.-".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    const DIGEST: &str = "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn short_forms_have_full_forms() {
        for (typed, full, shown) in [
            ("nginx", "docker.io/library/nginx", "nginx"),
            ("nginx:1.27", "docker.io/library/nginx:1.27", "nginx:1.27"),
            ("me/app", "docker.io/me/app", "me/app"),
            ("docker.io/nginx", "docker.io/library/nginx", "nginx"),
            (
                "index.docker.io/library/nginx",
                "docker.io/library/nginx",
                "nginx",
            ),
            ("library/nginx", "docker.io/library/nginx", "nginx"),
            ("localhost/app", "localhost/app", "localhost/app"),
            (
                "localhost:5000/app:x",
                "localhost:5000/app:x",
                "localhost:5000/app:x",
            ),
            ("ghcr.io/a/b/c", "ghcr.io/a/b/c", "ghcr.io/a/b/c"),
            ("Registry/app", "Registry/app", "Registry/app"),
            ("[::1]:5000/app", "[::1]:5000/app", "[::1]:5000/app"),
            ("a__b.c--d", "docker.io/library/a__b.c--d", "a__b.c--d"),
        ] {
            let parsed = ImageRef::parse(typed).unwrap();
            assert_eq!(
                (parsed.to_string(), parsed.familiar()),
                (full.into(), shown.into())
            );
            assert_eq!(ImageRef::parse(full).unwrap(), parsed);
        }
    }

    #[test]
    fn a_digest_takes_the_place_of_the_default_tag() {
        let parsed = ImageRef::parse(&format!("nginx@{DIGEST}"))
            .unwrap()
            .with_default_tag();
        assert_eq!(parsed.familiar(), format!("nginx@{DIGEST}"));
        assert_eq!(
            ImageRef::parse("nginx")
                .unwrap()
                .with_default_tag()
                .familiar(),
            "nginx:latest"
        );
        let both = ImageRef::parse(&format!("localhost:5000/a:t@{DIGEST}")).unwrap();
        assert_eq!((both.tag(), both.digest().is_some()), (Some("t"), true));
    }

    #[test]
    fn errors_are_in_dockers_words() {
        let word = |text: &str| ImageRef::parse(text).unwrap_err().to_string();
        for bad in [
            "",
            ":",
            "@",
            "a:",
            "a:-x",
            "a:b:c",
            "a//b",
            "/a",
            "a/",
            "-a",
            "a-",
            "a___b",
            "a..b",
            "a b",
            "ä",
            "a@sha256:12",
            "a@md5:00",
            "host:port/a",
            "-h.io/a",
            "a:t/b",
            "../a",
            "a/../b",
        ] {
            assert_eq!(word(bad), "invalid reference format", "{bad}");
        }
        assert_eq!(
            word("Nginx"),
            "invalid reference format: repository name (library/Nginx) must be lowercase"
        );
        assert!(word(&"a".repeat(64)).contains("cannot specify 64-byte hexadecimal strings"));
        assert_eq!(
            word(&"z".repeat(300)),
            "repository name must not be more than 255 characters"
        );
        assert!(ImageRef::parse(&format!("a:{}", "t".repeat(128))).is_ok());
        assert!(ImageRef::parse(&format!("a:{}", "t".repeat(129))).is_err());
    }

    #[test]
    fn any_text_parses_to_something_that_parses_to_itself_or_fails() {
        // A small generator: every string of length 4 over the letters that matter.
        let letters = ['a', 'A', '.', ':', '/', '@', '-', '_', '0'];
        let mut parsed = 0;
        for n in 0..letters.len().pow(5) {
            let text: String = (0..5)
                .map(|i| letters[n / letters.len().pow(i) % letters.len()])
                .collect();
            if let Ok(reference) = ImageRef::parse(&text) {
                parsed += 1;
                assert_eq!(
                    ImageRef::parse(&reference.to_string()).unwrap(),
                    reference,
                    "{text}"
                );
                assert_eq!(
                    ImageRef::parse(&reference.familiar()).unwrap(),
                    reference,
                    "{text}"
                );
            }
        }
        assert!(parsed > 100, "{parsed}");
    }
}
