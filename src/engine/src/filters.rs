//! How the engine matches with the `filters` of list, prune and event requests.
//!
//! Duty: refuse names that a request does not know, and answer the few ways in
//! which Docker matches (exactly, by prefix, by pattern, by label, yes or no).
//! Limits: the wire form is read by `plimsoll_api`; what a name means is said
//! by the list that is filtered.
//! Source of the rules: moby `api/types/filters`.

use std::collections::BTreeMap;

use crate::failure::ApiFailure;

/// Why a `filters` parameter is refused. All of them are status 400.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FilterError {
    /// Not readable, or a name that this request does not take.
    #[error(transparent)]
    Wire(#[from] plimsoll_api::FilterError),
    /// A value that the name does not take.
    #[error("invalid filter '{name}=[{}]'", values.join(" "))]
    BadValue {
        /// The filter's name.
        name: String,
        /// Its values, sorted.
        values: Vec<String>,
    },
}

impl From<FilterError> for ApiFailure {
    fn from(error: FilterError) -> Self {
        Self::invalid(error.to_string())
    }
}

/// Filters by name; no filter of a name means that everything matches.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filters(plimsoll_api::Filters);

impl Filters {
    /// Reads the parameter's value; `None` and the empty string are no filters.
    ///
    /// # Errors
    /// [`FilterError::Wire`], also for a name that is not in `known`.
    pub fn parse(text: Option<&str>, known: &[&str]) -> Result<Self, FilterError> {
        let filters = plimsoll_api::Filters::decode(text.unwrap_or_default())?;
        filters.validate(known)?;
        Ok(Self(filters))
    }

    /// The same filters with one more value.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.0.add(name, value);
        self
    }

    /// Whether a filter of that name was given.
    #[must_use]
    pub fn has(&self, name: &str) -> bool {
        self.0.contains_key(name)
    }

    /// The values of one name, sorted.
    pub fn values(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.get(name)
    }

    /// A filter that is yes or no (`dangling`, `all`), else `default`.
    ///
    /// # Errors
    /// [`FilterError::BadValue`] for anything but one of `1 true 0 false`.
    pub fn switch(&self, name: &str, default: bool) -> Result<bool, FilterError> {
        if !self.has(name) {
            return Ok(default);
        }
        let values: Vec<&str> = self.values(name).collect();
        match values[..] {
            ["1" | "true"] => Ok(true),
            ["0" | "false"] => Ok(false),
            _ => Err(FilterError::BadValue {
                name: name.to_owned(),
                values: values.into_iter().map(str::to_owned).collect(),
            }),
        }
    }

    /// Whether one of the values is exactly `found`.
    #[must_use]
    pub fn exact(&self, name: &str, found: &str) -> bool {
        !self.has(name) || self.values(name).any(|value| value == found)
    }

    /// Whether `found` begins with one of the values.
    #[must_use]
    pub fn prefix(&self, name: &str, found: &str) -> bool {
        !self.has(name) || self.values(name).any(|value| found.starts_with(value))
    }

    /// Whether `found` equals, or matches as a regular expression, one of the
    /// values. A value that is no regular expression matches only itself.
    #[must_use]
    pub fn pattern(&self, name: &str, found: &str) -> bool {
        !self.has(name)
            || self.values(name).any(|value| {
                value == found
                    || regex_lite::Regex::new(value).is_ok_and(|regex| regex.is_match(found))
            })
    }

    /// Whether all values (`key` or `key=value`) are among `labels`.
    #[must_use]
    pub fn labels(&self, name: &str, labels: &BTreeMap<String, String>) -> bool {
        self.values(name).all(|wanted| has_label(labels, wanted))
    }

    /// Docker's prune labels: all of `label`, and none of `label!`.
    #[must_use]
    pub fn prune_labels(&self, labels: &BTreeMap<String, String>) -> bool {
        self.labels("label", labels) && !self.values("label!").any(|not| has_label(labels, not))
    }
}

/// Whether `labels` has `wanted`, which is `key` or `key=value`.
fn has_label(labels: &BTreeMap<String, String>, wanted: &str) -> bool {
    match wanted.split_once('=') {
        None => labels.contains_key(wanted),
        Some((key, value)) => labels.get(key).is_some_and(|found| found == value),
    }
}

/// Whether `name` matches a shell pattern in which `*` and `?` do not cross a
/// `/` (Go's `path.Match`, which Docker's `reference` filter uses).
#[must_use]
pub fn glob(pattern: &str, name: &str) -> bool {
    glob_chars(
        &pattern.chars().collect::<Vec<_>>(),
        &name.chars().collect::<Vec<_>>(),
    )
}

fn glob_chars(pattern: &[char], name: &[char]) -> bool {
    let Some((&first, rest)) = pattern.split_first() else {
        return name.is_empty();
    };
    match first {
        '*' => {
            let reach = name.iter().take_while(|&&c| c != '/').count();
            (0..=reach).any(|skip| glob_chars(rest, &name[skip..]))
        }
        '?' => matches!(name.split_first(), Some((&c, tail)) if c != '/' && glob_chars(rest, tail)),
        '[' => glob_class(rest, name),
        '\\' if !rest.is_empty() => {
            name.first() == Some(&rest[0]) && glob_chars(&rest[1..], &name[1..])
        }
        _ => name.first() == Some(&first) && glob_chars(rest, &name[1..]),
    }
}

/// After `[`: a class, then the rest of the pattern. Unclosed matches nothing.
fn glob_class(pattern: &[char], name: &[char]) -> bool {
    let Some(end) = pattern.iter().skip(1).position(|&c| c == ']') else {
        return false;
    };
    let (class, rest) = (&pattern[..=end], &pattern[end + 2..]);
    let (negated, class) = match class.split_first() {
        Some(('^', tail)) => (true, tail),
        _ => (false, class),
    };
    let Some((&c, tail)) = name.split_first() else {
        return false;
    };
    let mut inside = false;
    let mut at = 0;
    while at < class.len() {
        if at + 2 < class.len() && class[at + 1] == '-' {
            inside |= (class[at]..=class[at + 2]).contains(&c);
            at += 3;
        } else {
            inside |= class[at] == c;
            at += 1;
        }
    }
    c != '/' && inside != negated && glob_chars(rest, tail)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: &[&str] = &["label", "label!", "name", "dangling"];

    fn filters(text: &str) -> Filters {
        Filters::parse(Some(text), KNOWN).expect("the filters are good")
    }

    fn labels(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
        pairs
            .iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn an_unknown_name_is_refused() {
        let error = Filters::parse(Some(r#"{"nmae":["a"]}"#), KNOWN).expect_err("refused");
        assert_eq!(error.to_string(), "invalid filter 'nmae'");
        assert!(Filters::parse(Some("{"), KNOWN).is_err());
        assert_eq!(Filters::parse(None, KNOWN), Ok(Filters::default()));
    }

    #[test]
    fn a_switch_takes_four_words() {
        assert_eq!(filters("{}").switch("dangling", true), Ok(true));
        assert_eq!(
            filters(r#"{"dangling":["0"]}"#).switch("dangling", true),
            Ok(false)
        );
        let error = filters(r#"{"dangling":["maybe"]}"#)
            .switch("dangling", true)
            .expect_err("maybe is neither");
        assert_eq!(error.to_string(), "invalid filter 'dangling=[maybe]'");
        let both = filters(r#"{"dangling":["0","1"]}"#);
        assert!(both.switch("dangling", true).is_err());
    }

    #[test]
    fn labels_must_all_be_there() {
        let found = labels(&[("tier", "web"), ("owner", "")]);
        assert!(filters("{}").labels("label", &found));
        assert!(filters(r#"{"label":["tier","owner="]}"#).labels("label", &found));
        assert!(!filters(r#"{"label":["tier","absent"]}"#).labels("label", &found));
        assert!(!filters(r#"{"label":["tier=db"]}"#).labels("label", &found));
        assert!(filters(r#"{"label!":["tier=db"]}"#).prune_labels(&found));
        assert!(!filters(r#"{"label!":["tier"]}"#).prune_labels(&found));
    }

    #[test]
    fn names_match_exactly_by_prefix_or_as_patterns() {
        let name = filters(r#"{"name":["we","^db"]}"#);
        assert!(name.pattern("name", "my-web"));
        assert!(name.pattern("name", "db1"));
        assert!(!name.pattern("name", "my-db"));
        assert!(name.prefix("name", "web"));
        assert!(!name.exact("name", "web"));
        assert!(filters(r#"{"name":["a["]}"#).pattern("name", "a["));
    }

    #[test]
    fn globs_stop_at_slashes() {
        for (pattern, name, matches) in [
            ("nginx", "nginx", true),
            ("ng*", "nginx", true),
            ("ng*", "ng/inx", false),
            ("*/nginx", "my/nginx", true),
            ("*:latest", "nginx:latest", true),
            ("ngin?", "nginx", true),
            ("[a-n]ginx", "nginx", true),
            ("[^a-n]ginx", "nginx", false),
            ("[n", "n", false),
            ("\\*", "*", true),
            ("", "", true),
        ] {
            assert_eq!(glob(pattern, name), matches, "{pattern} {name}");
        }
    }
}
