//! Points in time: now, as Docker shows them, and as `--since` takes them.
//!
//! The local zone is read from its one file: a library's look into the whole
//! zone database would take longer than the rest of `docker ps`.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::time::{SystemTime, UNIX_EPOCH};

use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

use crate::error::Invalid;
use crate::quantity::{human_duration, parse_duration};

/// Seconds since the epoch.
pub fn now() -> i64 {
    Timestamp::now().as_second()
}

/// `5 minutes ago`, for seconds since the epoch.
pub fn ago(seconds: i64) -> String {
    format!("{} ago", human_duration(now() - seconds))
}

/// The zone that `TZ` names, else that of `/etc/localtime`, else UTC.
fn local_zone() -> TimeZone {
    static ZONE: OnceLock<TimeZone> = OnceLock::new();
    ZONE.get_or_init(|| {
        match std::env::var("TZ") {
            Ok(name) => named_zone(name.trim_start_matches(':')),
            Err(_) => zone_file(Path::new("/etc/localtime")),
        }
        .unwrap_or(TimeZone::UTC)
    })
    .clone()
}

/// A name of the zone database, a path, or a POSIX rule such as `CET-1CEST`.
fn named_zone(name: &str) -> Option<TimeZone> {
    if name.is_empty() {
        return Some(TimeZone::UTC);
    }
    let path = PathBuf::from(name);
    if path.is_absolute() {
        return zone_file(&path);
    }
    ["/usr/share/zoneinfo", "/usr/lib/zoneinfo", "/etc/zoneinfo"]
        .iter()
        .find_map(|directory| zone_file(&Path::new(directory).join(&path)))
        .or_else(|| TimeZone::posix(name).ok())
}

fn zone_file(path: &Path) -> Option<TimeZone> {
    TimeZone::tzif("Local", &fs::read(path).ok()?).ok()
}

fn local(seconds: i64) -> Zoned {
    Timestamp::from_second(seconds)
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .to_zoned(local_zone())
}

/// `2026-11-21 10:00:00 +0100 CET`, in the local zone.
pub fn in_full(seconds: i64) -> String {
    local(seconds)
        .strftime("%Y-%m-%d %H:%M:%S %z %Z")
        .to_string()
}

/// RFC 3339 in the local zone: `2026-11-21T10:00:00+01:00`.
pub fn rfc3339(seconds: i64) -> String {
    zone_as_z(local(seconds).strftime("%Y-%m-%dT%H:%M:%S%:z").to_string())
}

/// RFC 3339 in the local zone, with nine digits of a second.
pub fn rfc3339_nanos(nanos: i64) -> String {
    let at = Timestamp::from_nanosecond(i128::from(nanos)).unwrap_or(Timestamp::UNIX_EPOCH);
    let at = at.to_zoned(local_zone());
    zone_as_z(at.strftime("%Y-%m-%dT%H:%M:%S.%9f%:z").to_string())
}

fn zone_as_z(text: String) -> String {
    match text.strip_suffix("+00:00") {
        Some(bare) => format!("{bare}Z"),
        None => text,
    }
}

/// A network's time in Go's form: `2026-11-21 10:00:00.5 +0000 UTC`.
pub fn go_form(rfc3339: &str) -> String {
    let Ok(at) = rfc3339.parse::<Timestamp>() else {
        return rfc3339.to_owned();
    };
    let fraction = match rfc3339.split_once('.') {
        Some((_, rest)) => {
            let digits: String = rest.chars().take_while(char::is_ascii_digit).collect();
            let digits = digits.trim_end_matches('0');
            if digits.is_empty() {
                String::new()
            } else {
                format!(".{digits}")
            }
        }
        None => String::new(),
    };
    let zone = if rfc3339.ends_with('Z') {
        return format!("{}{fraction} +0000 UTC", at.strftime("%Y-%m-%d %H:%M:%S"));
    } else {
        local_zone()
    };
    let at = at.to_zoned(zone);
    format!(
        "{}{fraction} {}",
        at.strftime("%Y-%m-%d %H:%M:%S"),
        at.strftime("%z %Z")
    )
}

/// `Sat Nov 21 10:00:00 2026` of an RFC 3339 time; other texts as they are.
pub fn ansi(rfc3339: &str) -> String {
    match rfc3339.parse::<Timestamp>() {
        Ok(at) => at.strftime("%a %b %e %H:%M:%S %Y").to_string(),
        Err(_) => rfc3339.to_owned(),
    }
}

/// What `--since` and `--until` take, as the engine takes it: `SECONDS.NANOS`.
/// A span counts back from now; a time without a zone is local.
pub fn parse(text: &str) -> Result<String, Invalid> {
    if text.is_empty() {
        return Ok(String::new());
    }
    if text.chars().all(|c| c.is_ascii_digit() || c == '.') && !text.contains("..") {
        let (seconds, nanos) = text.split_once('.').unwrap_or((text, ""));
        return Ok(format!("{seconds}.{nanos:0<9}"));
    }
    if let Ok(span) = parse_duration(text) {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .map_or(0, |now| now.as_nanos());
        let at = i128::try_from(now).unwrap_or(0) - i128::from(span);
        return Ok(stamp(at));
    }
    if let Ok(at) = text.parse::<Timestamp>() {
        return Ok(stamp(at.as_nanosecond()));
    }
    let civil = text
        .parse::<DateTime>()
        .or_else(|_| format!("{text}:00").parse::<DateTime>())
        .map_err(|_| {
            Invalid(format!(
                "failed to parse value as time or duration: {}",
                crate::quote::quoted(text)
            ))
        })?;
    let at = civil
        .to_zoned(local_zone())
        .map_err(|error| Invalid(error.to_string()))?;
    Ok(stamp(at.timestamp().as_nanosecond()))
}

fn stamp(nanos: i128) -> String {
    let second = 1_000_000_000;
    format!(
        "{}.{:09}",
        nanos.div_euclid(second),
        nanos.rem_euclid(second)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read() {
        assert_eq!(parse("").unwrap(), "");
        assert_eq!(parse("1136073600.5").unwrap(), "1136073600.500000000");
        assert_eq!(parse("1136073600").unwrap(), "1136073600.000000000");
        assert_eq!(
            parse("2006-01-02T03:04:05Z").unwrap(),
            "1136171045.000000000"
        );
        assert!(parse("10m").unwrap().len() > 15);
        assert_eq!(
            parse("tomorrow").unwrap_err().0,
            "failed to parse value as time or duration: \"tomorrow\""
        );
    }

    #[test]
    fn times_are_shown() {
        assert_eq!(ansi("2026-11-01T10:00:00Z"), "Sun Nov  1 10:00:00 2026");
        assert_eq!(ansi("yesterday"), "yesterday");
        assert_eq!(
            go_form("2026-11-21T10:00:00.120000000Z"),
            "2026-11-21 10:00:00.12 +0000 UTC"
        );
    }
}
