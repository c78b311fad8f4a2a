//! Names of containers: what is allowed, and what a nameless one gets.

use crate::failure::{ApiFailure, ApiResult};
use crate::identity;

/// Left words of a made-up name.
const ADJECTIVES: &[&str] = &[
    "able", "agile", "amber", "bold", "brave", "bright", "brisk", "calm", "candid", "clever",
    "cosy", "crisp", "curious", "daring", "eager", "earnest", "fair", "fearless", "fond", "gentle",
    "glad", "golden", "handy", "happy", "hardy", "humble", "jolly", "keen", "kind", "lively",
    "loyal", "lucid", "lucky", "mellow", "merry", "mighty", "modest", "nimble", "noble", "patient",
    "placid", "plucky", "polite", "proud", "quick", "quiet", "ready", "robust", "rosy", "serene",
    "sharp", "silent", "silver", "sleek", "smart", "snug", "sober", "solid", "spry", "stable",
    "steady", "stoic", "sunny", "swift", "tender", "tidy", "tranquil", "trusty", "upbeat", "vivid",
    "warm", "wise", "witty", "zesty",
];

/// Right words: people of the sea and of computing.
const SURNAMES: &[&str] = &[
    "amundsen",
    "anning",
    "babbage",
    "baret",
    "beaufort",
    "bering",
    "boole",
    "bowditch",
    "boyle",
    "cabot",
    "carson",
    "cartier",
    "cook",
    "cousteau",
    "curie",
    "darwin",
    "dijkstra",
    "drake",
    "dumont",
    "earle",
    "engelbart",
    "euler",
    "fitzroy",
    "franklin",
    "fulton",
    "galileo",
    "gauss",
    "germain",
    "hamilton",
    "harrison",
    "hopper",
    "hudson",
    "humboldt",
    "kay",
    "kepler",
    "knuth",
    "lamarr",
    "lamport",
    "laplace",
    "liskov",
    "lovelace",
    "magellan",
    "maury",
    "maxwell",
    "mccarthy",
    "mercator",
    "nansen",
    "noether",
    "pascal",
    "peary",
    "perlman",
    "piccard",
    "plimsoll",
    "ritchie",
    "ross",
    "scott",
    "shackleton",
    "shannon",
    "slocum",
    "tasman",
    "tereshkova",
    "thompson",
    "torvalds",
    "turing",
    "vancouver",
    "vespucci",
    "wilkes",
    "wirth",
];

/// Checks a name that a client chose; the leading slash is cut off.
///
/// # Errors
/// 400 in dockerd's words.
pub fn checked(name: &str) -> ApiResult<String> {
    let bare = name.strip_prefix('/').unwrap_or(name);
    let mut bytes = bare.bytes();
    let starts_well = bytes.next().is_some_and(|b| b.is_ascii_alphanumeric());
    let rest: Vec<u8> = bytes.collect();
    let goes_on_well = !rest.is_empty()
        && rest
            .iter()
            .all(|b| b.is_ascii_alphanumeric() || b"_.-".contains(b));
    if starts_well && goes_on_well {
        return Ok(bare.to_owned());
    }
    Err(ApiFailure::invalid(format!(
        "Invalid container name ({name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed"
    )))
}

/// A name that `taken` does not know, like `steady_hopper`.
///
/// # Errors
/// When the kernel gives no random bytes.
pub fn made_up(taken: impl Fn(&str) -> bool) -> ApiResult<String> {
    for attempt in 0.. {
        let left = ADJECTIVES[identity::random_below(ADJECTIVES.len())?];
        let right = SURNAMES[identity::random_below(SURNAMES.len())?];
        let name = match attempt {
            0..=5 => format!("{left}_{right}"),
            _ => format!("{left}_{right}{}", identity::random_below(1000)?),
        };
        if !taken(&name) {
            return Ok(name);
        }
    }
    unreachable!("the loop ends by return alone")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_follow_dockers_pattern() {
        for good in ["web", "/web", "a1", "A.b_c-d"] {
            assert!(checked(good).is_ok(), "{good}");
        }
        for bad in ["", "a", "_x", "-x", "a b", "a/b", "é1"] {
            assert!(checked(bad).is_err(), "{bad}");
        }
        assert_eq!(
            checked("we b").unwrap_err().message,
            "Invalid container name (we b), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed"
        );
    }

    #[test]
    fn made_up_names_are_valid_and_avoid_the_taken() {
        let first = made_up(|_| false).unwrap();
        checked(&first).unwrap();
        let tries = std::cell::Cell::new(0);
        let numbered = made_up(|_| tries.replace(tries.get() + 1) < 6).unwrap();
        assert!(
            numbered.ends_with(|c: char| c.is_ascii_digit()),
            "{numbered}"
        );
    }
}
