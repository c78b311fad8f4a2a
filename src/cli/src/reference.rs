//! Image names: `nginx`, `registry:5000/team/app:1.2@sha256:...`, and the short
//! form in which Docker shows them.
//!
//! The grammar is that of the distribution project's references; limits: an
//! IPv6 registry is not taken.

use std::fmt;

use crate::error::Invalid;

const DEFAULT_DOMAIN: &str = "docker.io";
const DEFAULT_NAMESPACE: &str = "library/";
const MAX_NAME: usize = 255;

/// A valid name in its full form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// `docker.io`, `localhost:5000`.
    pub domain: String,
    /// `library/nginx`.
    pub path: String,
    pub tag: Option<String>,
    /// `sha256:...`.
    pub digest: Option<String>,
}

impl Reference {
    /// Reads what people type.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        if is_full_id(text) {
            return Err(Invalid(format!(
                "invalid repository name ({text}), cannot specify 64-byte hexadecimal strings"
            )));
        }
        let (domain, rest) = split_domain(text);
        let remote = rest.split([':', '@']).next().unwrap_or_default();
        if remote.chars().any(|c| c.is_ascii_uppercase()) {
            return Err(Invalid(format!(
                "invalid reference format: repository name ({remote}) must be lowercase"
            )));
        }
        let invalid = || Invalid::new("invalid reference format");
        let (rest, digest) = match rest.split_once('@') {
            Some((rest, digest)) if is_digest(digest) => (rest, Some(digest.to_owned())),
            Some(_) => return Err(invalid()),
            None => (rest.as_str(), None),
        };
        let (path, tag) = match rest.split_once(':') {
            Some((path, tag)) if is_tag(tag) => (path, Some(tag.to_owned())),
            Some(_) => return Err(invalid()),
            None => (rest, None),
        };
        if !is_domain(&domain) || !path.split('/').all(is_component) {
            return Err(invalid());
        }
        if path.len() > MAX_NAME {
            return Err(Invalid(format!(
                "invalid reference format: repository name ({path}) must not be more than {MAX_NAME} characters"
            )));
        }
        Ok(Self {
            path: path.to_owned(),
            domain,
            tag,
            digest,
        })
    }

    /// With the tag `latest` where neither tag nor digest is given.
    pub fn or_latest(mut self) -> Self {
        if self.tag.is_none() && self.digest.is_none() {
            self.tag = Some("latest".to_owned());
        }
        self
    }

    /// The name without tag and digest, as short as it may be: `nginx`.
    pub fn familiar_name(&self) -> String {
        if self.domain != DEFAULT_DOMAIN {
            return format!("{}/{}", self.domain, self.path);
        }
        match self.path.strip_prefix(DEFAULT_NAMESPACE) {
            Some(name) if !name.contains('/') => name.to_owned(),
            _ => self.path.clone(),
        }
    }

    /// The whole name: `docker.io/library/nginx:latest`.
    pub fn canonical(&self) -> String {
        format!("{}/{}{}", self.domain, self.path, self.suffix())
    }

    fn suffix(&self) -> String {
        let tag = self.tag.as_ref().map(|tag| format!(":{tag}"));
        let digest = self.digest.as_ref().map(|digest| format!("@{digest}"));
        tag.unwrap_or_default() + &digest.unwrap_or_default()
    }
}

/// As short as it may be, with tag and digest: `nginx:latest`.
impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.familiar_name(), self.suffix())
    }
}

/// What stands for an image in a request: a name, or an ID or its digest.
pub enum ImageArgument {
    Named(Reference),
    Id,
}

/// Reads an image argument of `run`: a full ID or digest, else a name.
pub fn parse_image(text: &str) -> Result<ImageArgument, Invalid> {
    if is_full_id(text) || is_digest(text) {
        return Ok(ImageArgument::Id);
    }
    Reference::parse(text).map(ImageArgument::Named)
}

/// The first twelve digits of an ID, without `sha256:`.
pub fn short_id(id: &str) -> &str {
    let id = id.split_once(':').map_or(id, |(_, hex)| hex);
    id.get(..12).unwrap_or(id)
}

fn is_full_id(text: &str) -> bool {
    text.len() == 64 && is_lower_hex(text)
}

fn is_lower_hex(text: &str) -> bool {
    text.bytes().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_digest(text: &str) -> bool {
    match text.split_once(':') {
        Some(("sha256", hex)) => hex.len() == 64 && is_lower_hex(hex),
        Some(("sha512", hex)) => hex.len() == 128 && is_lower_hex(hex),
        _ => false,
    }
}

/// The part before the first slash is a registry if it looks like a host.
fn split_domain(text: &str) -> (String, String) {
    let (domain, rest) = match text.split_once('/') {
        Some((first, rest))
            if first.contains(['.', ':'])
                || first == "localhost"
                || first.chars().any(|c| c.is_ascii_uppercase()) =>
        {
            (first, rest)
        }
        _ => (DEFAULT_DOMAIN, text),
    };
    let domain = match domain {
        "index.docker.io" => DEFAULT_DOMAIN,
        other => other,
    };
    if domain == DEFAULT_DOMAIN && !rest.contains('/') {
        return (domain.to_owned(), format!("{DEFAULT_NAMESPACE}{rest}"));
    }
    (domain.to_owned(), rest.to_owned())
}

fn is_domain(text: &str) -> bool {
    let (host, port) = text
        .split_once(':')
        .map_or((text, None), |(host, port)| (host, Some(port)));
    let label = |label: &str| {
        !label.is_empty()
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
    };
    host.split('.').all(label)
        && port.is_none_or(|port| !port.is_empty() && port.chars().all(|c| c.is_ascii_digit()))
}

/// Lower-case letters and digits, joined by `.`, `_`, `__` or dashes.
fn is_component(text: &str) -> bool {
    let word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    let mut rest = text;
    loop {
        let end = rest.find(|c| !word(c)).unwrap_or(rest.len());
        if end == 0 {
            return false;
        }
        rest = &rest[end..];
        if rest.is_empty() {
            return true;
        }
        let end = rest.find(word).unwrap_or(rest.len());
        let joint = &rest[..end];
        if !matches!(joint, "." | "_" | "__") && !joint.chars().all(|c| c == '-') {
            return false;
        }
        rest = &rest[end..];
    }
}

fn is_tag(text: &str) -> bool {
    let word = |c: char| c.is_ascii_alphanumeric() || c == '_';
    text.len() <= 128
        && text.starts_with(word)
        && text.chars().all(|c| word(c) || c == '.' || c == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        match Reference::parse(text) {
            Ok(reference) => reference.or_latest().to_string(),
            Err(error) => error.0,
        }
    }

    #[test]
    fn names_are_read_and_shown_short() {
        assert_eq!(shown("nginx"), "nginx:latest");
        assert_eq!(shown("docker.io/library/nginx:1"), "nginx:1");
        assert_eq!(shown("me/app"), "me/app:latest");
        assert_eq!(shown("localhost:5000/a/b__c:x"), "localhost:5000/a/b__c:x");
        assert_eq!(shown("localhost/app"), "localhost/app:latest");
        let digest = format!("nginx@sha256:{}", "a".repeat(64));
        assert_eq!(shown(&digest), digest);
        assert_eq!(
            Reference::parse("nginx").unwrap().or_latest().canonical(),
            "docker.io/library/nginx:latest"
        );
    }

    #[test]
    fn bad_names_are_told_in_dockers_words() {
        assert_eq!(
            shown("UPPER"),
            "invalid reference format: repository name (library/UPPER) must be lowercase"
        );
        for bad in [
            "",
            "a:",
            "a:b:c",
            "-a",
            "a_",
            "a..b",
            "a b",
            "a@sha256:1",
            ":x",
            "a//b",
        ] {
            assert_eq!(shown(bad), "invalid reference format", "{bad:?}");
        }
        assert!(shown(&"a".repeat(64)).contains("64-byte hexadecimal"));
    }
}
