//! Spans of time and sizes of files in a few characters, as each language
//! writes them.

use jiff::Timestamp;
use plimsoll_text::Language;

use crate::words;

/// How long ago `then` was; a clock that went back counts as no time.
pub fn age(language: Language, then: Timestamp, now: Timestamp) -> String {
    let seconds = now.duration_since(then).as_secs().max(0);
    match seconds {
        0..60 => words::age_seconds(language, seconds),
        60..3600 => words::age_minutes(language, seconds / 60),
        3600..172_800 => words::age_hours(language, seconds / 3600),
        _ => words::age_days(language, seconds / 86_400),
    }
}

/// Decimal units, as Docker prints sizes.
pub fn size(language: Language, bytes: u64) -> String {
    let tenths = |unit: u64| {
        let tenths = (u128::from(bytes) * 10 + u128::from(unit / 2)) / u128::from(unit);
        let point = match language {
            Language::English => '.',
            Language::French => ',',
        };
        match tenths % 10 {
            0 => (tenths / 10).to_string(),
            tenth => format!("{}{point}{tenth}", tenths / 10),
        }
    };
    match bytes {
        0..1000 => words::size_bytes(language, bytes.to_string()),
        1000..999_950 => words::size_kilo(language, tenths(1000)),
        999_950..999_950_000 => words::size_mega(language, tenths(1_000_000)),
        _ => words::size_giga(language, tenths(1_000_000_000)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ages_are_short() {
        let now: Timestamp = "2026-01-10T12:00:00Z".parse().expect("a moment");
        let age = |seconds: i64, language| {
            age(
                language,
                now - jiff::SignedDuration::from_secs(seconds),
                now,
            )
        };
        let ages = [-5, 0, 59, 60, 3599, 3600, 172_799, 172_800];
        let ages = ages.map(|seconds| age(seconds, Language::English));
        assert_eq!(
            ages,
            [
                "0 s", "0 s", "59 s", "1 min", "59 min", "1 h", "47 h", "2 d"
            ]
        );
        assert_eq!(age(200_000, Language::French), "2 j");
    }

    #[test]
    fn sizes_have_the_languages_units_and_point() {
        let sizes = [
            0,
            999,
            1000,
            12_340,
            999_949,
            999_950,
            12_400_000,
            5_000_000_000,
        ];
        assert_eq!(
            sizes.map(|bytes| size(Language::English, bytes)),
            [
                "0 B", "999 B", "1 kB", "12.3 kB", "999.9 kB", "1 MB", "12.4 MB", "5 GB"
            ]
        );
        assert_eq!(size(Language::French, 12_340), "12,3 ko");
        assert_eq!(size(Language::French, u64::MAX), "18446744073,7 Go");
    }
}
