//! The query part of a request, decoded the way dockerd reads it.

use crate::failure::{ApiFailure, ApiResult};

/// Decoded `name=value` pairs in their order. A name may repeat.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Query {
    pairs: Vec<(String, String)>,
}

impl Query {
    /// Parses the part after `?`. Nothing is refused: a broken escape stays as
    /// it is written.
    pub fn parse(raw: &str) -> Self {
        let pairs = raw
            .split('&')
            .filter(|pair| !pair.is_empty())
            .map(|pair| {
                let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
                (decode(name, Plus::IsSpace), decode(value, Plus::IsSpace))
            })
            .collect();
        Self { pairs }
    }

    /// The first value of `name`.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.pairs
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// The first value of `name`, where an empty one counts as absent.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name).filter(|value| !value.is_empty())
    }

    /// All values of `name`.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.pairs
            .iter()
            .filter(move |(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// Docker's idea of a boolean: absent, empty, `0`, `no`, `false` and `none`
    /// are false, everything else is true.
    pub fn flag(&self, name: &str) -> bool {
        let value = self.get(name).unwrap_or_default().trim().to_lowercase();
        !matches!(value.as_str(), "" | "0" | "no" | "false" | "none")
    }

    /// As [`Query::flag`], with a default for an absent name.
    pub fn flag_or(&self, name: &str, default: bool) -> bool {
        match self.get(name) {
            None => default,
            Some(_) => self.flag(name),
        }
    }

    /// A number.
    ///
    /// # Errors
    /// 400 with the words of Go's `strconv` when the value is not one.
    pub fn number(&self, name: &str) -> ApiResult<Option<i64>> {
        let Some(value) = self.text(name) else {
            return Ok(None);
        };
        value.parse().map(Some).map_err(|_| {
            ApiFailure::invalid(format!("strconv.Atoi: parsing {value:?}: invalid syntax"))
        })
    }
}

/// Whether `+` stands for a space: it does in a query, not in a path.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Plus {
    IsSpace,
    IsPlus,
}

/// Percent-decodes; bytes that are not UTF-8 become the replacement character.
pub fn decode(text: &str, plus: Plus) -> String {
    let bytes = text.as_bytes();
    let mut out = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let hex = |offset: usize| -> Option<u8> {
            let digit = *bytes.get(at + offset)? as char;
            digit.to_digit(16).map(|value| value as u8)
        };
        match (bytes[at], hex(1), hex(2)) {
            (b'%', Some(high), Some(low)) => {
                out.push(high << 4 | low);
                at += 2;
            }
            (b'+', _, _) if plus == Plus::IsSpace => out.push(b' '),
            (byte, _, _) => out.push(byte),
        }
        at += 1;
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_names_values_and_repeats() {
        let query = Query::parse("t=a%2Fb%3A1&t=c+d&v&x=%zz");
        assert_eq!(query.all("t").collect::<Vec<_>>(), ["a/b:1", "c d"]);
        assert_eq!(query.get("v"), Some(""));
        assert_eq!(query.get("x"), Some("%zz"));
        assert_eq!(query.get("absent"), None);
    }

    #[test]
    fn booleans_are_dockers() {
        let query = Query::parse("a=1&b=0&c=&d=False&e=yes&f=none");
        let flags: Vec<bool> = ["a", "b", "c", "d", "e", "f", "g"]
            .iter()
            .map(|name| query.flag(name))
            .collect();
        assert_eq!(flags, [true, false, false, false, true, false, false]);
        assert!(query.flag_or("g", true));
    }

    #[test]
    fn a_number_that_is_none_is_a_bad_request() {
        let query = Query::parse("t=ten&u=-1&w=");
        assert_eq!(query.number("u").unwrap(), Some(-1));
        assert_eq!(query.number("w").unwrap(), None);
        assert_eq!(query.number("t").unwrap_err().status, 400);
    }
}
