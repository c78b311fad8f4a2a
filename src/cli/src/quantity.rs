//! Sizes, spans of time and counts: as people type them, and as Docker shows
//! them.

use crate::error::Invalid;
use crate::quote::quoted;

const DECIMAL: [&str; 9] = ["B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"];
const BINARY: [&str; 9] = ["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"];

/// A size with units of 1000 and three significant digits: `13.3kB`.
#[expect(clippy::cast_precision_loss, reason = "shown with three digits")]
pub fn size(bytes: i64) -> String {
    scaled(bytes as f64, 1000.0, 3, &DECIMAL)
}

/// As [`size`], with four digits, as Docker shows disk usage.
#[expect(clippy::cast_precision_loss, reason = "shown with four digits")]
pub fn size_of_disk(bytes: i64) -> String {
    scaled(bytes as f64, 1000.0, 4, &DECIMAL)
}

/// A size with units of 1024: `1.944GiB`.
pub fn size_of_memory(bytes: f64) -> String {
    scaled(bytes, 1024.0, 4, &BINARY)
}

/// As [`size`], for rates and counters that are not whole.
pub fn size_of_traffic(bytes: f64) -> String {
    scaled(bytes, 1000.0, 3, &DECIMAL)
}

fn scaled(mut value: f64, base: f64, digits: usize, units: &[&str]) -> String {
    let mut unit = 0;
    while value >= base && unit + 1 < units.len() {
        value /= base;
        unit += 1;
    }
    format!("{}{}", significant(value, digits), units[unit])
}

/// C's `%.*g`: so many significant digits, no trailing zeros; with an
/// exponent where the number is too long for them.
pub fn significant(value: f64, digits: usize) -> String {
    if value == 0.0 {
        // Also for the negative zero, which a sum of nothing is.
        return "0".to_owned();
    }
    if !value.is_finite() {
        return value.to_string();
    }
    let scientific = format!("{value:.*e}", digits - 1);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: i32 = exponent.parse().unwrap_or_default();
    let trimmed = |text: &str| {
        if text.contains('.') {
            text.trim_end_matches('0').trim_end_matches('.').to_owned()
        } else {
            text.to_owned()
        }
    };
    let digits = i32::try_from(digits).unwrap_or(i32::MAX);
    if exponent < -4 || exponent >= digits {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{}e{sign}{:02}", trimmed(mantissa), exponent.abs());
    }
    let decimals = usize::try_from(digits - 1 - exponent).unwrap_or(0);
    trimmed(&format!("{value:.decimals$}"))
}

/// A span of time as Docker tells it: `2 minutes`, `About an hour`.
pub fn human_duration(seconds: i64) -> String {
    let minutes = seconds / 60;
    // Half hours count as whole ones: 90 minutes are 2 hours.
    let hours = (seconds + 1800).div_euclid(3600);
    match seconds {
        ..1 => "Less than a second".to_owned(),
        1 => "1 second".to_owned(),
        2..60 => format!("{seconds} seconds"),
        _ if minutes == 1 => "About a minute".to_owned(),
        _ if minutes < 60 => format!("{minutes} minutes"),
        _ if hours == 1 => "About an hour".to_owned(),
        _ if hours < 48 => format!("{hours} hours"),
        _ if hours < 24 * 7 * 2 => format!("{} days", hours / 24),
        _ if hours < 24 * 30 * 2 => format!("{} weeks", hours / 24 / 7),
        _ if hours < 24 * 365 * 2 => format!("{} months", hours / 24 / 30),
        _ => format!("{} years", seconds / 3600 / 24 / 365),
    }
}

/// Reads a size with binary units: `512m`, `1.5GiB`, `64 kb`.
pub fn parse_size(text: &str) -> Result<i64, Invalid> {
    let invalid = || Invalid(format!("invalid size: '{text}'"));
    let end = text
        .rfind(|c: char| c.is_ascii_digit() || c == '.' || c == ' ')
        .ok_or_else(invalid)?;
    let (number, unit) = (text[..=end].trim_end_matches(' '), &text[end + 1..]);
    let number: f64 = number.parse().map_err(|_| {
        Invalid(format!(
            "strconv.ParseFloat: parsing {}: invalid syntax",
            quoted(number)
        ))
    })?;
    if number < 0.0 {
        return Err(invalid());
    }
    let unit = unit.to_ascii_lowercase();
    let power = match unit.as_str() {
        "" | "b" => 0,
        "k" | "kb" | "kib" => 1,
        "m" | "mb" | "mib" => 2,
        "g" | "gb" | "gib" => 3,
        "t" | "tb" | "tib" => 4,
        "p" | "pb" | "pib" => 5,
        _ => return Err(Invalid(format!("invalid suffix: '{unit}'"))),
    };
    #[expect(clippy::cast_possible_truncation, reason = "whole bytes are meant")]
    Ok((number * 1024_f64.powi(power)) as i64)
}

pub fn check_size(text: &str) -> Result<(), Invalid> {
    parse_size(text).map(drop)
}

/// As [`parse_size`]; -1 is no limit.
pub fn parse_swap(text: &str) -> Result<i64, Invalid> {
    if text == "-1" {
        Ok(-1)
    } else {
        parse_size(text)
    }
}

pub fn check_swap(text: &str) -> Result<(), Invalid> {
    parse_swap(text).map(drop)
}

/// Reads a number as Go's flags do: decimal, or `0x`, `0o`, `0b`.
pub fn parse_int(text: &str) -> Result<i64, Invalid> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (radix, digits) = match digits.get(..2).map(str::to_ascii_lowercase).as_deref() {
        Some("0x") => (16, &digits[2..]),
        Some("0o") => (8, &digits[2..]),
        Some("0b") => (2, &digits[2..]),
        _ if digits.len() > 1 && digits.starts_with('0') => (8, &digits[1..]),
        _ => (10, digits),
    };
    let reason = |reason: &str| {
        Invalid(format!(
            "strconv.ParseInt: parsing {}: {reason}",
            quoted(text)
        ))
    };
    if digits.starts_with(['+', '-']) {
        return Err(reason("invalid syntax"));
    }
    match i64::from_str_radix(digits, radix) {
        Ok(number) if negative => Ok(-number),
        Ok(number) => Ok(number),
        Err(error) if *error.kind() == std::num::IntErrorKind::PosOverflow => {
            Err(reason("value out of range"))
        }
        Err(_) => Err(reason("invalid syntax")),
    }
}

pub fn check_int(text: &str) -> Result<(), Invalid> {
    parse_int(text).map(drop)
}

pub fn check_weight(text: &str) -> Result<(), Invalid> {
    let reason = |reason: &str| {
        Invalid(format!(
            "strconv.ParseUint: parsing {}: {reason}",
            quoted(text)
        ))
    };
    match parse_int(text) {
        Ok(number) if number > i64::from(u16::MAX) => Err(reason("value out of range")),
        Ok(0..) => Ok(()),
        _ => Err(reason("invalid syntax")),
    }
}

/// Reads a number of CPUs: `1.5`; the result is in units of 10^-9.
pub fn parse_cpus(text: &str) -> Result<i64, Invalid> {
    let not_rational = || Invalid(format!("failed to parse {text} as a rational number"));
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    if whole.is_empty() && fraction.is_empty() {
        return Err(not_rational());
    }
    if fraction.trim_end_matches('0').len() > 9 {
        return Err(Invalid::new("value is too precise"));
    }
    let digits = |text: &str| text.chars().all(|c| c.is_ascii_digit());
    let (sign, whole) = match whole.strip_prefix('-') {
        Some(rest) => (-1, rest),
        None => (1, whole),
    };
    if !digits(whole) || !digits(fraction) {
        return Err(not_rational());
    }
    let fraction = format!("{:0<9}", fraction.trim_end_matches('0'));
    let whole: i64 = if whole.is_empty() {
        0
    } else {
        whole.parse().map_err(|_| not_rational())?
    };
    let nanos = fraction.parse::<i64>().map_err(|_| not_rational())?;
    whole
        .checked_mul(1_000_000_000)
        .and_then(|whole| whole.checked_add(nanos))
        .map(|value| sign * value)
        .ok_or_else(not_rational)
}

pub fn check_cpus(text: &str) -> Result<(), Invalid> {
    parse_cpus(text).map(drop)
}

/// Reads a span of time as Go writes it (`1h30m`, `1.5s`, `-10ms`), in
/// nanoseconds.
pub fn parse_duration(text: &str) -> Result<i64, Invalid> {
    let invalid = || Invalid(format!("time: invalid duration {}", quoted(text)));
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Ok(0);
    }
    if rest.is_empty() {
        return Err(invalid());
    }
    let mut total = 0.0_f64;
    while !rest.is_empty() {
        let end = rest
            .find(|c: char| !c.is_ascii_digit() && c != '.')
            .unwrap_or(rest.len());
        let number: f64 = rest[..end].parse().map_err(|_| invalid())?;
        rest = &rest[end..];
        let end = rest
            .find(|c: char| c.is_ascii_digit() || c == '.')
            .unwrap_or(rest.len());
        let nanos = match &rest[..end] {
            "ns" => 1.0,
            "us" | "µs" | "μs" => 1e3,
            "ms" => 1e6,
            "s" => 1e9,
            "m" => 60e9,
            "h" => 3600e9,
            "" => {
                return Err(Invalid(format!(
                    "time: missing unit in duration {}",
                    quoted(text)
                )));
            }
            unit => {
                return Err(Invalid(format!(
                    "time: unknown unit {} in duration {}",
                    quoted(unit),
                    quoted(text)
                )));
            }
        };
        total += number * nanos;
        rest = &rest[end..];
    }
    #[expect(clippy::cast_possible_truncation, reason = "292 years are enough")]
    Ok((sign * total) as i64)
}

pub fn check_duration(text: &str) -> Result<(), Invalid> {
    parse_duration(text).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_look_like_dockers() {
        for (bytes, text) in [
            (0, "0B"),
            (13_256, "13.3kB"),
            (999, "999B"),
            (1000, "1kB"),
            (188_123_456, "188MB"),
            (1_234_567_890, "1.23GB"),
            (999_999, "1e+03kB"),
        ] {
            assert_eq!(size(bytes), text);
        }
        assert_eq!(size_of_disk(13_256), "13.26kB");
        assert_eq!(size_of_memory(2_087_321_600.0), "1.944GiB");
    }

    #[test]
    fn spans_look_like_dockers() {
        for (seconds, text) in [
            (0, "Less than a second"),
            (1, "1 second"),
            (59, "59 seconds"),
            (60, "About a minute"),
            (119, "About a minute"),
            (120, "2 minutes"),
            (3599, "59 minutes"),
            (3600, "About an hour"),
            (5400, "2 hours"),
            (86400 * 3, "3 days"),
            (86400 * 15, "2 weeks"),
            (86400 * 90, "3 months"),
            (86400 * 365 * 3, "3 years"),
        ] {
            assert_eq!(human_duration(seconds), text, "{seconds}");
        }
    }

    #[test]
    fn sizes_are_read() {
        assert_eq!(parse_size("512m"), Ok(512 << 20));
        assert_eq!(parse_size("1.5GiB"), Ok(3 << 29));
        assert_eq!(parse_size("64 kb"), Ok(64 << 10));
        assert_eq!(parse_size("7"), Ok(7));
        assert_eq!(parse_size("abc").unwrap_err().0, "invalid size: 'abc'");
        assert_eq!(parse_size("5zb").unwrap_err().0, "invalid suffix: 'zb'");
        assert_eq!(parse_size("-1m").unwrap_err().0, "invalid size: '-1m'");
        assert_eq!(parse_swap("-1"), Ok(-1));
    }

    #[test]
    fn numbers_cpus_and_durations_are_read() {
        assert_eq!(parse_int("-10"), Ok(-10));
        assert_eq!(parse_int("0x10"), Ok(16));
        assert!(parse_int("x").is_err());
        assert!(
            parse_int("99999999999999999999")
                .unwrap_err()
                .0
                .ends_with("value out of range")
        );
        assert_eq!(parse_cpus("1.5"), Ok(1_500_000_000));
        assert_eq!(parse_cpus(".5"), Ok(500_000_000));
        assert_eq!(
            parse_cpus("0.0000000001").unwrap_err().0,
            "value is too precise"
        );
        assert!(parse_cpus("x").is_err());
        assert_eq!(parse_duration("1h30m"), Ok(5_400_000_000_000));
        assert_eq!(parse_duration("1.5s"), Ok(1_500_000_000));
        assert_eq!(
            parse_duration("5").unwrap_err().0,
            "time: missing unit in duration \"5\""
        );
        assert_eq!(
            parse_duration("5x").unwrap_err().0,
            "time: unknown unit \"x\" in duration \"5x\""
        );
    }
}
