//! What happened, for `docker events` and for graders that wait.
//!
//! Duty: keep the last events, number them, and hand them to any number of
//! readers, each at its own place, so that a slow reader loses nothing that is
//! still kept and the publisher never waits. Limits: memory only (the journal
//! is what lasts), one thread, [`KEPT`] events.
//! Source of the objects and filters: moby `api/types/events`,
//! `daemon/events/filter.go`.

use std::cell::RefCell;
use std::collections::{BTreeMap, VecDeque};
use std::rc::Rc;
use std::time::{SystemTime, UNIX_EPOCH};

use plimsoll_api::Event;
use plimsoll_api::system::Actor;
use tokio::sync::watch;

use crate::filters::{FilterError, Filters};

/// How many events are kept for `since`. Docker keeps 256; a grader may come
/// late to a script that has started many containers.
pub const KEPT: usize = 2048;

/// Names that the `filters` of an events request may hold.
pub const FILTERS: &[&str] = &[
    "config",
    "container",
    "daemon",
    "event",
    "image",
    "label",
    "network",
    "node",
    "plugin",
    "scope",
    "secret",
    "service",
    "type",
    "volume",
];

/// An event of the API, at `time_nano` (nanoseconds since the epoch).
#[must_use]
pub fn event(kind: &str, action: &str, actor: Actor, time_nano: i64) -> Event {
    let mut event = Event {
        kind: kind.to_owned(),
        action: action.to_owned(),
        actor,
        scope: "local".into(),
        time: time_nano.div_euclid(1_000_000_000),
        time_nano,
        ..Event::default()
    };
    // Names that the API had before 1.22 and that clients still read.
    if matches!(kind, "container" | "image") {
        event.status.clone_from(&event.action);
        event.id.clone_from(&event.actor.id);
    }
    if kind == "container" {
        event.from = attribute(&event, "image").to_owned();
    }
    event
}

fn attribute<'a>(event: &'a Event, name: &str) -> &'a str {
    event.actor.attributes.get(name).map_or("", String::as_str)
}

/// Whether the filters let an event through.
#[must_use]
pub fn passes(event: &Event, filters: &Filters) -> bool {
    passes_action(event, filters)
        && filters.exact("type", &event.kind)
        && filters.exact("scope", &event.scope)
        && ["container", "volume", "network", "daemon"]
            .iter()
            .all(|kind| passes_name(event, filters, kind))
        && ["config", "node", "plugin", "secret", "service"]
            .iter()
            .all(|foreign| !filters.has(foreign))
        && passes_image(event, filters)
        && filters.labels("label", &event.actor.attributes)
}

/// `exec_create`, `exec_start` and `health_status` carry detail after a colon
/// and match without it.
fn passes_action(event: &Event, filters: &Filters) -> bool {
    let bare = event.action.split(':').next().unwrap_or_default();
    filters.exact("event", &event.action)
        || (matches!(bare, "exec_create" | "exec_start" | "health_status")
            && filters.exact("event", bare))
}

/// An object's own filter: the beginning of its id or of its name. An event
/// about something else may name the object in an attribute, as network events
/// name the container.
fn passes_name(event: &Event, filters: &Filters, kind: &str) -> bool {
    if !filters.has(kind) {
        return true;
    }
    if event.kind == kind {
        return filters.prefix(kind, &event.actor.id)
            || filters.prefix(kind, attribute(event, "name"));
    }
    let mentioned = attribute(event, kind);
    !mentioned.is_empty() && filters.prefix(kind, mentioned)
}

fn passes_image(event: &Event, filters: &Filters) -> bool {
    if !filters.has("image") {
        return true;
    }
    let name = match event.kind.as_str() {
        "image" => attribute(event, "name"),
        _ => attribute(event, "image"),
    };
    [event.actor.id.as_str(), name]
        .into_iter()
        .filter(|candidate| !candidate.is_empty())
        .any(|candidate| {
            filters.exact("image", candidate) || filters.exact("image", without_tag(candidate))
        })
}

/// `nginx:latest` as `nginx`; a port in a registry's name is not a tag.
fn without_tag(reference: &str) -> &str {
    match reference.rsplit_once(':') {
        Some((name, tag)) if !tag.contains('/') => name,
        _ => reference,
    }
}

/// The kept events and the place where the next one goes.
#[derive(Debug)]
struct Ring {
    /// Number of the oldest kept event.
    first: u64,
    kept: VecDeque<Rc<Event>>,
}

/// Where everything that happens is published.
#[derive(Debug)]
pub struct Events {
    ring: RefCell<Ring>,
    /// The number of the next event; readers wait for it to change.
    next: watch::Sender<u64>,
}

/// A reader's place.
#[derive(Debug)]
pub struct Cursor {
    at: u64,
    changes: watch::Receiver<u64>,
}

impl Default for Events {
    fn default() -> Self {
        Self {
            ring: RefCell::new(Ring {
                first: 0,
                kept: VecDeque::new(),
            }),
            next: watch::Sender::new(0),
        }
    }
}

impl Events {
    /// No events yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Tells one event now. `kind` is `container`, `image`, `volume`, `network`
    /// or `daemon`; `action` is Docker's (`create`, `exec_start: ls`); `id` is
    /// the actor's id, `attributes` its labels, name, image, exitCode.
    pub fn emit(&self, kind: &str, action: &str, id: &str, attributes: BTreeMap<String, String>) {
        let id = id.to_owned();
        self.push(event(kind, action, Actor { id, attributes }, now_nanos()));
    }

    fn push(&self, message: Event) {
        let mut ring = self.ring.borrow_mut();
        ring.kept.push_back(Rc::new(message));
        if ring.kept.len() > KEPT {
            ring.kept.pop_front();
            ring.first += 1;
        }
        let next = ring.first + ring.kept.len() as u64;
        drop(ring);
        self.next.send_replace(next);
    }

    /// How many readers there are.
    #[must_use]
    pub fn listeners(&self) -> i64 {
        i64::try_from(self.next.receiver_count()).unwrap_or(i64::MAX)
    }

    /// A place before the next event that will be published.
    #[must_use]
    pub fn live(&self) -> Cursor {
        Cursor {
            at: *self.next.borrow(),
            changes: self.next.subscribe(),
        }
    }

    /// A place before the first kept event at or after `since` (nanoseconds).
    #[must_use]
    pub fn since(&self, since: i64) -> Cursor {
        let ring = self.ring.borrow();
        let skipped = ring
            .kept
            .iter()
            .take_while(|message| message.time_nano < since)
            .count();
        Cursor {
            at: ring.first + skipped as u64,
            changes: self.next.subscribe(),
        }
    }

    /// The event at the reader's place, if there is one already.
    pub fn try_next(&self, cursor: &mut Cursor) -> Option<Rc<Event>> {
        let ring = self.ring.borrow();
        cursor.at = cursor.at.max(ring.first);
        let index = usize::try_from(cursor.at - ring.first).ok()?;
        let message = ring.kept.get(index)?.clone();
        cursor.at += 1;
        Some(message)
    }

    /// The event at the reader's place, waiting for it. Safe to cancel.
    pub async fn next(&self, cursor: &mut Cursor) -> Rc<Event> {
        loop {
            cursor.changes.mark_unchanged();
            if let Some(message) = self.try_next(cursor) {
                return message;
            }
            // The sender lives as long as `self`, so this cannot fail.
            let _ = cursor.changes.changed().await;
        }
    }
}

/// Nanoseconds since the epoch.
#[must_use]
pub fn now_nanos() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .map_or(0, |age| i64::try_from(age.as_nanos()).unwrap_or(i64::MAX))
}

/// Why an events request is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// `since` or `until` is no time stamp.
    #[error("failed to parse value as time or duration: {0:?}")]
    BadTime(String),
    /// Nothing can lie between them.
    #[error("`since` time ({since}) cannot be after `until` time ({until})")]
    Reversed {
        /// As given.
        since: String,
        /// As given.
        until: String,
    },
    /// The filters.
    #[error(transparent)]
    Filter(#[from] FilterError),
}

/// What an events request asks for.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Query {
    /// Nanoseconds since the epoch; `None` for live events only.
    pub since: Option<i64>,
    /// Nanoseconds since the epoch; `None` for without end.
    pub until: Option<i64>,
    /// Which events.
    pub filters: Filters,
}

impl Query {
    /// Reads the request's parameters.
    ///
    /// # Errors
    /// [`QueryError`]; all are status 400.
    pub fn parse(
        since: Option<&str>,
        until: Option<&str>,
        filters: Option<&str>,
    ) -> Result<Self, QueryError> {
        let query = Self {
            since: since.map(parse_stamp).transpose()?,
            until: until.map(parse_stamp).transpose()?,
            filters: Filters::parse(filters, FILTERS)?,
        };
        match (query.since, query.until) {
            (Some(from), Some(to)) if from > to => Err(QueryError::Reversed {
                since: since.unwrap_or_default().to_owned(),
                until: until.unwrap_or_default().to_owned(),
            }),
            _ => Ok(query),
        }
    }
}

/// A time stamp of the API, `SECONDS[.FRACTION]` or RFC 3339, in nanoseconds.
///
/// # Errors
/// [`QueryError::BadTime`].
pub fn parse_stamp(text: &str) -> Result<i64, QueryError> {
    let bad = || QueryError::BadTime(text.to_owned());
    if let Ok(stamp) = text.parse::<jiff::Timestamp>() {
        return i64::try_from(stamp.as_nanosecond()).map_err(|_| bad());
    }
    let (seconds, fraction) = text.split_once('.').unwrap_or((text, ""));
    if fraction.len() > 9 || !fraction.bytes().all(|b| b.is_ascii_digit()) {
        return Err(bad());
    }
    let seconds: i64 = seconds.parse().map_err(|_| bad())?;
    let nanos: i64 = format!("{fraction:0<9}").parse().map_err(|_| bad())?;
    seconds
        .checked_mul(1_000_000_000)
        .and_then(|whole| whole.checked_add(nanos))
        .ok_or_else(bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn actor(id: &str, attributes: &[(&str, &str)]) -> Actor {
        let attributes = attributes
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Actor {
            id: id.to_owned(),
            attributes,
        }
    }

    fn web(action: &str) -> Event {
        let web = [
            ("name", "web"),
            ("image", "nginx:latest"),
            ("tier", "front"),
        ];
        event("container", action, actor("abc123", &web), 1_500_000_000)
    }

    fn volume(time: i64) -> Event {
        event("volume", "create", actor("data", &[]), time)
    }

    fn chosen(event: &Event, filters: &str) -> bool {
        let filters = Filters::parse(Some(filters), FILTERS).expect("good filters");
        passes(event, &filters)
    }

    #[test]
    fn an_event_looks_like_docker_s() {
        let line = serde_json::to_string(&web("start")).expect("it serialises");
        insta::assert_snapshot!(line, @r#"{"status":"start","id":"abc123","from":"nginx:latest","Type":"container","Action":"start","Actor":{"ID":"abc123","Attributes":{"image":"nginx:latest","name":"web","tier":"front"}},"scope":"local","time":1,"timeNano":1500000000}"#);
        let line = serde_json::to_string(&volume(2_000_000_000)).expect("it serialises");
        insta::assert_snapshot!(line, @r#"{"Type":"volume","Action":"create","Actor":{"ID":"data","Attributes":{}},"scope":"local","time":2,"timeNano":2000000000}"#);
    }

    #[test]
    fn an_event_fits_docker_s_description() {
        let Some(spec) = plimsoll_testkit::swagger::Spec::load() else {
            plimsoll_testkit::skipped("no docker-engine-api.yaml");
            return;
        };
        let body = serde_json::to_value(web("start")).expect("it serialises");
        assert_eq!(spec.check("GET", "/events", 200, &body), Ok(()));
    }

    #[test]
    fn filters_choose() {
        let start = web("start");
        for (filters, passed) in [
            ("{}", true),
            (r#"{"container":["web"]}"#, true),
            (r#"{"container":["abc"]}"#, true),
            (r#"{"container":["db"]}"#, false),
            (r#"{"image":["nginx"]}"#, true),
            (r#"{"image":["nginx:latest"]}"#, true),
            (r#"{"image":["nginx:1"]}"#, false),
            (r#"{"event":["start","die"]}"#, true),
            (r#"{"event":["die"]}"#, false),
            (r#"{"type":["container"]}"#, true),
            (r#"{"type":["volume"]}"#, false),
            (r#"{"label":["tier=front"]}"#, true),
            (r#"{"label":["tier=back"]}"#, false),
            (r#"{"volume":["data"]}"#, false),
            (r#"{"service":["x"]}"#, false),
            (r#"{"scope":["local"]}"#, true),
        ] {
            assert_eq!(chosen(&start, filters), passed, "{filters}");
        }
        assert!(chosen(
            &web("exec_create: ls"),
            r#"{"event":["exec_create"]}"#
        ));
        assert!(!chosen(&web("kill: ls"), r#"{"event":["kill"]}"#));
        let joined = actor("net1", &[("container", "abc123")]);
        let connect = event("network", "connect", joined, 1);
        assert!(chosen(&connect, r#"{"container":["abc"]}"#));
        assert!(chosen(&connect, r#"{"network":["net"]}"#));
        assert!(!chosen(&connect, r#"{"container":["web"]}"#));
    }

    #[test]
    fn a_reader_gets_what_was_and_what_comes() {
        let bus = Events::new();
        for time in 0..5 {
            bus.push(volume(time));
        }
        let mut cursor = bus.since(3);
        let mut times = Vec::new();
        while let Some(message) = bus.try_next(&mut cursor) {
            times.push(message.time_nano);
        }
        assert_eq!(times, [3, 4]);
        let mut live = bus.live();
        assert!(bus.try_next(&mut live).is_none());
        let runtime = tokio::runtime::Builder::new_current_thread()
            .build()
            .expect("a runtime");
        let seen = runtime.block_on(async {
            let (message, ()) = tokio::join!(bus.next(&mut live), async {
                tokio::task::yield_now().await;
                bus.emit("daemon", "reload", "lab", BTreeMap::new());
            });
            message
        });
        assert_eq!(seen.action, "reload");
    }

    #[test]
    fn old_events_go_and_a_slow_reader_goes_on_with_the_oldest() {
        let bus = Events::new();
        let mut slow = bus.live();
        let count = i64::try_from(KEPT).expect("small") + 10;
        for time in 0..count {
            bus.push(volume(time));
        }
        let first = bus.try_next(&mut slow).expect("there is one");
        assert_eq!(first.time_nano, 10);
        assert_eq!(bus.ring.borrow().kept.len(), KEPT);
    }

    #[test]
    fn time_stamps_are_read() {
        assert_eq!(parse_stamp("12"), Ok(12_000_000_000));
        assert_eq!(parse_stamp("12.5"), Ok(12_500_000_000));
        assert_eq!(parse_stamp("1.000000001"), Ok(1_000_000_001));
        assert_eq!(parse_stamp("1970-01-01T00:00:01Z"), Ok(1_000_000_000));
        for bad in ["", "ten", "1.x", "1.0000000001", "99999999999999999"] {
            assert!(parse_stamp(bad).is_err(), "{bad}");
        }
        let reversed = Query::parse(Some("5"), Some("4"), None).expect_err("nothing between");
        assert_eq!(
            reversed.to_string(),
            "`since` time (5) cannot be after `until` time (4)"
        );
    }
}
