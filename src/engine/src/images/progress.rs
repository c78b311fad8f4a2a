//! The lines of a pull, as dockerd writes them.
//!
//! Pure: one function for each kind of line. Source: moby `pkg/jsonmessage`,
//! `pkg/progress`; sizes are decimal, as Docker's `go-units` prints them.

use plimsoll_api::Progress;
use plimsoll_api::progress::ProgressDetail;

/// How wide the bar is that old clients print as it comes.
const BAR: usize = 50;

/// A line about a layer without numbers: `Pulling fs layer`, `Pull complete`.
#[must_use]
pub fn step(layer: &str, status: &str) -> Progress {
    Progress {
        progress_detail: Some(ProgressDetail::default()),
        ..Progress::about(layer, status)
    }
}

/// A line about a layer that is under way: `Downloading`, `Extracting`.
#[must_use]
pub fn under_way(layer: &str, status: &str, current: u64, total: u64) -> Progress {
    Progress {
        progress: bar(current, total),
        progress_detail: Some(ProgressDetail {
            current: i64::try_from(current).unwrap_or(i64::MAX),
            total: i64::try_from(total).unwrap_or(i64::MAX),
        }),
        ..Progress::about(layer, status)
    }
}

/// `[=====>     ]  1.2MB/10MB`.
fn bar(current: u64, total: u64) -> String {
    if total == 0 {
        return format!("{:>8}", human_size(current));
    }
    let filled = (u128::from(current) * BAR as u128 / u128::from(total)).min(BAR as u128);
    let filled = usize::try_from(filled).unwrap_or(BAR);
    format!(
        "[{}>{}] {:>8}/{}",
        "=".repeat(filled),
        " ".repeat(BAR - filled),
        human_size(current),
        human_size(total)
    )
}

/// `1.234MB`: four significant digits, decimal units.
#[must_use]
pub fn human_size(bytes: u64) -> String {
    const UNITS: [&str; 7] = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
    let mut unit = 0;
    #[expect(clippy::cast_precision_loss, reason = "four digits are shown")]
    let mut size = bytes as f64;
    while size >= 1000.0 && unit + 1 < UNITS.len() {
        size /= 1000.0;
        unit += 1;
    }
    let decimals = match size {
        _ if size >= 1000.0 => 0,
        _ if size >= 100.0 => 1,
        _ if size >= 10.0 => 2,
        _ => 3,
    };
    let number = format!("{size:.decimals$}");
    let number = match number.contains('.') {
        true => number.trim_end_matches('0').trim_end_matches('.'),
        false => &number,
    };
    format!("{number}{}", UNITS[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(progress: &Progress) -> String {
        serde_json::to_string(progress).expect("it serialises")
    }

    #[test]
    fn lines_look_like_docker_s() {
        insta::assert_snapshot!(line(&step("a1b2c3d4e5f6", "Pulling fs layer")),
            @r#"{"status":"Pulling fs layer","progressDetail":{},"id":"a1b2c3d4e5f6"}"#);
        insta::assert_snapshot!(line(&under_way("a1b2c3d4e5f6", "Downloading", 1_250, 2_500)),
            @r#"{"status":"Downloading","progressDetail":{"current":1250,"total":2500},"progress":"[=========================>                         ]   1.25kB/2.5kB","id":"a1b2c3d4e5f6"}"#);
    }

    #[test]
    fn sizes_are_docker_s() {
        for (bytes, text) in [
            (0, "0B"),
            (999, "999B"),
            (1_000, "1kB"),
            (1_234, "1.234kB"),
            (12_345, "12.35kB"),
            (123_456_789, "123.5MB"),
            (4_500_000_000, "4.5GB"),
        ] {
            assert_eq!(human_size(bytes), text);
        }
    }

    #[test]
    fn a_bar_is_never_wider_than_full() {
        assert_eq!(bar(3, 2).matches('=').count(), BAR);
        assert_eq!(bar(5, 0), "      5B");
    }
}
