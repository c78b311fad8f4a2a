//! Which images a list or a prune is about.
//!
//! Pure but for reading configurations through [`Images`]. Source of the
//! rules: moby `daemon/images/images.go`, `image_prune.go`.

use std::collections::BTreeSet;

use plimsoll_api::ImageSummary;
use plimsoll_store::{Digest, ImageRef};

use super::{Images, show::Shown};
use crate::failure::{ApiFailure, ApiResult};
use crate::filters::{Filters, glob};

/// Names that the filters of a list may hold.
pub const LIST_FILTERS: &[&str] = &["before", "dangling", "label", "reference", "since", "until"];

/// Names that the filters of a prune may hold.
pub const PRUNE_FILTERS: &[&str] = &["dangling", "label", "label!", "until"];

/// What a list asks for.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// The filters.
    pub filters: Filters,
    /// Intermediate images as well.
    pub all: bool,
    /// Bytes shared with other images as well.
    pub shared_size: bool,
}

/// Whether `reference` matches a pattern of the `reference` filter: the name
/// with its tag, the name alone, or its last part, as Docker shows them.
fn matches_reference(reference: &ImageRef, pattern: &str) -> bool {
    let name = reference.familiar_name();
    glob(pattern, &reference.familiar())
        || glob(pattern, &name)
        || name
            .rsplit_once('/')
            .is_some_and(|(_, last)| glob(pattern, last))
}

/// The list of `GET /images/json`, newest first.
///
/// # Errors
/// 400 for a bad filter, 404 for `before` and `since` of no image.
pub fn list(images: &Images, wanted: &Wanted, now: i64) -> ApiResult<Vec<ImageSummary>> {
    let dangling = match wanted.filters.has("dangling") {
        true => Some(wanted.filters.switch("dangling", false)?),
        false => None,
    };
    let bounds = Bounds::read(images, &wanted.filters, now)?;
    let ids: Vec<Digest> = images.list().images.keys().copied().collect();
    let mut found = Vec::new();
    for id in ids {
        let pick = |shown: &Shown<'_>| pick(shown, wanted, dangling, &bounds);
        // One that the store has lost is listed all the same, and hides no other.
        let item = match images.show(&id, |shown, _| pick(shown)) {
            Ok(item) => item,
            Err(_) => images.show_lost(&id, pick).flatten(),
        };
        found.extend(item);
    }
    found.sort_by(|a, b| (b.created, &a.id).cmp(&(a.created, &b.id)));
    Ok(found)
}

/// What `before`, `since` and `until` amount to, in seconds since the epoch.
struct Bounds {
    before: Option<i64>,
    since: Option<i64>,
}

impl Bounds {
    fn read(images: &Images, filters: &Filters, now: i64) -> ApiResult<Self> {
        let created = |name: &str| -> ApiResult<Vec<i64>> {
            filters
                .values(name)
                .map(|text| Ok(images.resolve(text)?.document.created_seconds()))
                .collect()
        };
        let mut before = created("before")?;
        for text in filters.values("until") {
            before.push(until(text, now)?);
        }
        Ok(Self {
            before: before.into_iter().min(),
            since: created("since")?.into_iter().max(),
        })
    }

    fn hold(&self, created: i64) -> bool {
        self.before.is_none_or(|before| created < before)
            && self.since.is_none_or(|since| created > since)
    }
}

fn pick(
    shown: &Shown<'_>,
    wanted: &Wanted,
    dangling: Option<bool>,
    bounds: &Bounds,
) -> Option<ImageSummary> {
    let mut summary = shown.summary();
    let nameless = summary.repo_tags.is_empty();
    if dangling.is_some_and(|wanted| wanted != nameless)
        || !bounds.hold(summary.created)
        || !wanted.filters.labels("label", &shown.labels())
    {
        return None;
    }
    let has_children = shown.list.children_of(shown.id).next().is_some();
    if nameless && has_children && !wanted.all && dangling.is_none() {
        return None;
    }
    if wanted.filters.has("reference") {
        let keep = |text: &String| {
            ImageRef::parse(text).is_ok_and(|reference| {
                wanted
                    .filters
                    .values("reference")
                    .any(|pattern| matches_reference(&reference, pattern))
            })
        };
        summary.repo_tags.retain(keep);
        summary.repo_digests.retain(keep);
        if summary.repo_tags.is_empty() && summary.repo_digests.is_empty() {
            return None;
        }
    }
    if wanted.shared_size {
        summary.shared_size = shared_size(shown);
    }
    Some(summary)
}

/// Bytes of the layers that another image of the lab has as well.
fn shared_size(shown: &Shown<'_>) -> i64 {
    let others: BTreeSet<_> = shown
        .list
        .images
        .iter()
        .filter(|(id, _)| *id != shown.id)
        .flat_map(|(_, entry)| entry.layers.iter().map(|layer| layer.diff_id))
        .collect();
    let shared: u64 = shown
        .entry
        .layers
        .iter()
        .filter(|layer| others.contains(&layer.diff_id))
        .map(|layer| layer.size)
        .sum();
    i64::try_from(shared).unwrap_or(i64::MAX)
}

/// A time of the `until` filter: a time stamp, RFC 3339, or a duration before
/// `now` (`10m`, `1h30m`); seconds since the epoch.
///
/// # Errors
/// 400 in Docker's words.
pub fn until(text: &str, now: i64) -> ApiResult<i64> {
    if let Some(ago) = duration_seconds(text) {
        return Ok(now - ago);
    }
    if let Ok(nanos) = crate::events::parse_stamp(text) {
        return Ok(nanos.div_euclid(1_000_000_000));
    }
    let date = text.get(..10).unwrap_or(text);
    match date.parse::<jiff::civil::Date>() {
        Ok(date) => {
            let midnight = date.to_datetime(jiff::civil::Time::midnight());
            let zoned = midnight.to_zoned(jiff::tz::TimeZone::UTC);
            zoned
                .map(|time| time.timestamp().as_second())
                .map_err(|error| ApiFailure::invalid(error.to_string()))
        }
        Err(_) => Err(ApiFailure::invalid(format!(
            "failed to parse value as time or duration: {text:?}"
        ))),
    }
}

/// Go's durations in whole units: `90s`, `1h30m`.
fn duration_seconds(text: &str) -> Option<i64> {
    let mut total: i64 = 0;
    let mut rest = text;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: i64 = rest.get(..digits)?.parse().ok()?;
        let unit = rest[digits..]
            .bytes()
            .take_while(u8::is_ascii_alphabetic)
            .count();
        let seconds = match &rest[digits..digits + unit] {
            "h" => 3600,
            "m" => 60,
            "s" => 1,
            _ => return None,
        };
        total = total.checked_add(number.checked_mul(seconds)?)?;
        rest = &rest[digits + unit..];
    }
    Some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_match_as_patterns() {
        let nginx = ImageRef::parse("nginx:1.29").expect("a reference");
        let mine = ImageRef::parse("me/app:x").expect("a reference");
        for (reference, pattern, matches) in [
            (&nginx, "nginx", true),
            (&nginx, "nginx:1.*", true),
            (&nginx, "ng*", true),
            (&nginx, "nginx:latest", false),
            (&nginx, "*/nginx", false),
            (&mine, "app", true),
            (&mine, "me/*", true),
            (&mine, "*", true),
            (&mine, "me", false),
        ] {
            assert_eq!(matches_reference(reference, pattern), matches, "{pattern}");
        }
    }

    #[test]
    fn until_takes_stamps_dates_and_durations() {
        assert_eq!(until("100", 5000), Ok(100));
        assert_eq!(until("1h30m", 5400), Ok(0));
        assert_eq!(until("10s", 100), Ok(90));
        assert_eq!(until("1970-01-02", 0), Ok(86_400));
        assert_eq!(until("1970-01-01T00:01:00Z", 0), Ok(60));
        for bad in ["", "soon", "10x", "h", "1970-13-01"] {
            let error = until(bad, 0).expect_err(bad);
            assert_eq!(error.status, 400, "{bad}");
        }
    }
}
