//! The grammar of Docker's flags: `--name value`, `--name=value`, `-itd`,
//! `-p80:80`, `--` ends them.
//!
//! Why not a library: the errors are part of the contract (`unknown shorthand
//! flag: 'x' in -x`, `flag needs an argument: --name`), so are bundles, `-h`
//! as a host name, and flags that end at the first operand; and a table that
//! is data costs nothing at start, when a whole `docker run` has two
//! milliseconds.

use crate::error::Invalid;
use crate::quote::quoted;

/// Checks a value; the error stands behind `invalid argument ...:`.
pub type Check = fn(&str) -> Result<(), Invalid>;

#[derive(Debug, Clone, Copy)]
pub enum Takes {
    /// On by naming it; `--flag=false` is off.
    Nothing,
    /// One value; the last one holds.
    Value { kind: &'static str, check: Check },
    /// As many values as are given.
    Values { kind: &'static str, check: Check },
}

/// One flag of a command, as data.
#[derive(Debug, Clone, Copy)]
pub struct Flag {
    pub long: &'static str,
    pub short: Option<char>,
    pub takes: Takes,
    pub help: &'static str,
    /// What it is without the flag; empty is not told.
    pub default: &'static str,
    /// Another spelling of this flag.
    pub same_as: Option<&'static str>,
}

/// Takes any text.
pub fn anything(_: &str) -> Result<(), Invalid> {
    Ok(())
}

impl Flag {
    pub const fn switch(long: &'static str, help: &'static str) -> Self {
        Self {
            long,
            short: None,
            takes: Takes::Nothing,
            help,
            default: "",
            same_as: None,
        }
    }

    pub const fn text(long: &'static str, help: &'static str) -> Self {
        Self::value(long, "string", anything, help)
    }

    pub const fn list(long: &'static str, help: &'static str) -> Self {
        Self::values(long, "list", anything, help)
    }

    pub const fn value(
        long: &'static str,
        kind: &'static str,
        check: Check,
        help: &'static str,
    ) -> Self {
        Self {
            takes: Takes::Value { kind, check },
            ..Self::switch(long, help)
        }
    }

    pub const fn values(
        long: &'static str,
        kind: &'static str,
        check: Check,
        help: &'static str,
    ) -> Self {
        Self {
            takes: Takes::Values { kind, check },
            ..Self::switch(long, help)
        }
    }

    pub const fn short(mut self, short: char) -> Self {
        self.short = Some(short);
        self
    }

    pub const fn default(mut self, default: &'static str) -> Self {
        self.default = default;
        self
    }

    /// A second name for another flag; not shown in the help.
    pub const fn alias_of(mut self, long: &'static str) -> Self {
        self.same_as = Some(long);
        self
    }

    fn check(&self) -> Check {
        match self.takes {
            Takes::Nothing => check_switch,
            Takes::Value { check, .. } | Takes::Values { check, .. } => check,
        }
    }

    /// How errors name it: `-m, --memory`.
    fn spelled(&self) -> String {
        match self.short {
            Some(short) => format!("-{short}, --{}", self.long),
            None => format!("--{}", self.long),
        }
    }
}

/// Flags and operands of one invocation.
#[derive(Debug, Default)]
pub struct Given {
    flags: Vec<(&'static str, String)>,
    pub operands: Vec<String>,
    pub wants_help: bool,
    /// `-h` where it is not a flag of its own.
    pub deprecated_help: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Flags may stand behind operands.
    Free,
    /// The first operand ends the flags: what follows is another command's.
    FlagsFirst,
}

impl Given {
    /// Reads `words` by the flags of `tables`.
    pub fn parse(
        tables: &[&'static [Flag]],
        order: Order,
        words: &[String],
    ) -> Result<Self, Invalid> {
        let mut given = Self::default();
        let mut rest = words.iter();
        while let Some(word) = rest.next() {
            if word == "--" {
                given.operands.extend(rest.cloned());
                break;
            }
            if let Some(long) = word.strip_prefix("--") {
                given.read_long(tables, long, &mut rest)?;
            } else if word.len() > 1 && word.starts_with('-') {
                given.read_shorts(tables, &word[1..], &mut rest)?;
            } else {
                given.operands.push(word.clone());
                if order == Order::FlagsFirst {
                    given.operands.extend(rest.cloned());
                    break;
                }
            }
            if given.wants_help {
                break;
            }
        }
        Ok(given)
    }

    fn read_long<'a>(
        &mut self,
        tables: &[&'static [Flag]],
        text: &str,
        rest: &mut impl Iterator<Item = &'a String>,
    ) -> Result<(), Invalid> {
        if text.is_empty() || text.starts_with('-') || text.starts_with('=') {
            return Err(Invalid(format!("bad flag syntax: --{text}")));
        }
        let (name, value) = match text.split_once('=') {
            Some((name, value)) => (name, Some(value)),
            None => (text, None),
        };
        let flag = all(tables).find(|flag| flag.long == name);
        let Some(flag) = flag else {
            if name == "help" {
                self.wants_help = true;
                return Ok(());
            }
            return Err(Invalid(format!("unknown flag: --{name}")));
        };
        match (flag.takes, value) {
            (_, Some(value)) => self.add(flag, value),
            (Takes::Nothing, None) => self.add(flag, "true"),
            (_, None) => match rest.next() {
                Some(value) => self.add(flag, value),
                None => Err(Invalid(format!("flag needs an argument: --{name}"))),
            },
        }
    }

    fn read_shorts<'a>(
        &mut self,
        tables: &[&'static [Flag]],
        bundle: &str,
        rest: &mut impl Iterator<Item = &'a String>,
    ) -> Result<(), Invalid> {
        let mut left = bundle;
        while let Some(short) = left.chars().next() {
            let behind = &left[short.len_utf8()..];
            let Some(flag) = all(tables).find(|flag| flag.short == Some(short)) else {
                if short == 'h' {
                    self.wants_help = true;
                    self.deprecated_help = true;
                    return Ok(());
                }
                return Err(Invalid(format!(
                    "unknown shorthand flag: '{short}' in -{left}"
                )));
            };
            if let Some(value) = behind.strip_prefix('=') {
                return self.add(flag, value);
            }
            if matches!(flag.takes, Takes::Nothing) {
                self.add(flag, "true")?;
                left = behind;
                continue;
            }
            if !behind.is_empty() {
                return self.add(flag, behind);
            }
            return match rest.next() {
                Some(value) => self.add(flag, value),
                None => Err(Invalid(format!(
                    "flag needs an argument: '{short}' in -{left}"
                ))),
            };
        }
        Ok(())
    }

    fn add(&mut self, flag: &'static Flag, value: &str) -> Result<(), Invalid> {
        flag.check()(value).map_err(|reason| {
            Invalid(format!(
                "invalid argument {} for \"{}\" flag: {reason}",
                quoted(value),
                flag.spelled()
            ))
        })?;
        self.flags
            .push((flag.same_as.unwrap_or(flag.long), value.to_owned()));
        Ok(())
    }

    /// Is the switch on?
    pub fn is_on(&self, long: &str) -> bool {
        self.last(long)
            .is_some_and(|value| parse_bool(value) == Some(true))
    }

    /// Was the flag given at all?
    pub fn has(&self, long: &str) -> bool {
        self.last(long).is_some()
    }

    /// The flag's value, or nothing.
    pub fn last(&self, long: &str) -> Option<&str> {
        self.all(long).next_back()
    }

    /// The flag's value; empty where it was not given.
    pub fn text(&self, long: &str) -> &str {
        self.last(long).unwrap_or_default()
    }

    /// All values of the flag, in order.
    pub fn all(&self, long: &str) -> impl DoubleEndedIterator<Item = &str> {
        self.flags
            .iter()
            .filter(move |(name, _)| *name == long)
            .map(|(_, value)| value.as_str())
    }

    /// All values of the flag as a list.
    pub fn list(&self, long: &str) -> Vec<String> {
        self.all(long).map(str::to_owned).collect()
    }
}

fn all(tables: &[&'static [Flag]]) -> impl Iterator<Item = &'static Flag> {
    tables.iter().flat_map(|table| table.iter())
}

/// The words that Go takes for a truth value.
pub fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

fn check_switch(text: &str) -> Result<(), Invalid> {
    parse_bool(text).map(drop).ok_or_else(|| {
        Invalid(format!(
            "strconv.ParseBool: parsing {}: invalid syntax",
            quoted(text)
        ))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &[Flag] = &[
        Flag::switch("interactive", "").short('i'),
        Flag::switch("tty", "").short('t'),
        Flag::list("publish", "").short('p'),
        Flag::text("name", ""),
        Flag::text("network", ""),
        Flag::text("net", "").alias_of("network"),
    ];

    fn parse(words: &[&str]) -> Result<Given, String> {
        let words: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
        Given::parse(&[TABLE], Order::FlagsFirst, &words).map_err(|error| error.0)
    }

    #[test]
    fn every_spelling_is_read() {
        let given = parse(&[
            "-itp80:80",
            "-p=1:1",
            "-p",
            "2:2",
            "--name=a",
            "--name",
            "b",
            "--net",
            "host",
            "--tty=false",
            "image",
            "-x",
            "--",
        ])
        .unwrap();
        assert!(given.is_on("interactive"));
        assert!(!given.is_on("tty"));
        assert_eq!(given.list("publish"), ["80:80", "1:1", "2:2"]);
        assert_eq!(given.text("name"), "b");
        assert_eq!(given.text("network"), "host");
        assert_eq!(given.operands, ["image", "-x", "--"]);
    }

    #[test]
    fn two_dashes_end_the_flags() {
        assert_eq!(parse(&["--", "-i"]).unwrap().operands, ["-i"]);
        assert_eq!(parse(&["-"]).unwrap().operands, ["-"]);
    }

    #[test]
    fn mistakes_are_told_in_dockers_words() {
        for (words, message) in [
            (vec!["--foo"], "unknown flag: --foo"),
            (vec!["-itz"], "unknown shorthand flag: 'z' in -z"),
            (vec!["--name"], "flag needs an argument: --name"),
            (vec!["-p"], "flag needs an argument: 'p' in -p"),
            (vec!["--=x"], "bad flag syntax: --=x"),
            (
                vec!["--tty=maybe"],
                "invalid argument \"maybe\" for \"-t, --tty\" flag: strconv.ParseBool: parsing \"maybe\": invalid syntax",
            ),
        ] {
            assert_eq!(parse(&words).unwrap_err(), message);
        }
    }

    #[test]
    fn help_is_everywhere() {
        assert!(parse(&["--help"]).unwrap().wants_help);
        assert!(parse(&["-h"]).unwrap().deprecated_help);
    }
}
