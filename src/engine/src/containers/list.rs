//! `GET /containers/json`: items, status texts, filters.

use std::rc::Rc;

use jiff::{SignedDuration, Timestamp};
use plimsoll_api::container::{
    ContainerSummary, PortSummary, SummaryHostConfig, SummaryNetworkSettings,
};
use plimsoll_api::{ContainerStatus as Status, Port};

use super::container::Container;
use super::inspect::{endpoints, network_settings};
use super::record::Record;
use super::size;
use super::state::State;
use crate::engine::Engine;
use crate::failure::{ApiFailure, ApiResult};
use crate::filters::Filters;
use crate::http::query::Query;
use crate::timestamp;

const FILTERS: [&str; 16] = [
    "ancestor",
    "before",
    "exited",
    "expose",
    "health",
    "id",
    "isolation",
    "is-task",
    "label",
    "name",
    "network",
    "publish",
    "since",
    "status",
    "volume",
    "state",
];

/// The containers that a client asks for, the newest first.
///
/// # Errors
/// 400 for a filter that Docker does not know or a value that is none.
pub fn list(engine: &Rc<Engine>, query: &Query) -> ApiResult<Vec<ContainerSummary>> {
    let filters = Filters::parse(query.get("filters"), &FILTERS)?;
    let limit = query.number("limit")?.unwrap_or(0);
    let chosen = Chosen::new(engine, &filters)?;
    let all = query.flag("all") || limit > 0 || filters.has("status") || filters.has("exited");
    let mut items = Vec::new();
    for container in engine.containers.all().into_iter().rev() {
        let record = container.record();
        if (all || record.state.is_running()) && chosen.takes(engine, &container, &record) {
            items.push(summary(engine, &container, &record, query.flag("size")));
        }
        if limit > 0 && items.len() as i64 == limit {
            break;
        }
    }
    Ok(items)
}

/// The filters, looked up.
struct Chosen<'a> {
    filters: &'a Filters,
    exited: Vec<i32>,
    ancestors: Vec<String>,
    before: Option<String>,
    since: Option<String>,
}

impl<'a> Chosen<'a> {
    fn new(engine: &Rc<Engine>, filters: &'a Filters) -> ApiResult<Self> {
        for status in filters.values("status") {
            let known = [
                "created",
                "dead",
                "exited",
                "paused",
                "removing",
                "restarting",
                "running",
            ];
            if !known.contains(&status) {
                return Err(ApiFailure::invalid(format!(
                    "invalid filter 'status={status}'"
                )));
            }
        }
        let exited = filters.values("exited").map(|code| {
            code.parse()
                .map_err(|_| ApiFailure::invalid(format!("invalid filter 'exited={code}'")))
        });
        let created = |name: &str| {
            let reference = filters.values(name).next();
            reference
                .map(|reference| engine.containers.find(reference))
                .transpose()
                .map(|found| found.map(|container| container.record().created.clone()))
        };
        Ok(Self {
            exited: exited.collect::<ApiResult<_>>()?,
            ancestors: filters
                .values("ancestor")
                .filter_map(|image| Some(engine.images.find(image).ok()?.0.to_string()))
                .collect(),
            before: created("before")?,
            since: created("since")?,
            filters,
        })
    }

    fn takes(&self, engine: &Rc<Engine>, container: &Rc<Container>, record: &Record) -> bool {
        let filters = self.filters;
        let code = record.state.exit_code;
        let ended = record.state.status == Status::Exited;
        let older = |limit: &Option<String>, wanted: std::cmp::Ordering| {
            limit
                .as_ref()
                .is_none_or(|limit| record.created.cmp(limit) == wanted)
        };
        filters.prefix("id", &container.id)
            && (filters.pattern("name", &record.name)
                || filters.pattern("name", &format!("/{}", record.name)))
            && filters.labels("label", &record.labels())
            && filters.exact("status", record.state.status.as_str())
            && (!filters.has("exited") || (ended && self.exited.contains(&code)))
            && (!filters.has("ancestor") || self.descends(engine, record))
            && (!filters.has("volume") || mounts(filters, record))
            && (!filters.has("network") || in_network(engine, filters, record))
            && ports(filters, "publish", published(record))
            && ports(
                filters,
                "expose",
                record.config.exposed_ports.keys().copied(),
            )
            && filters.exact("health", &health_word(container))
            && (!filters.has("is-task") || filters.exact("is-task", "false"))
            && older(&self.before, std::cmp::Ordering::Less)
            && older(&self.since, std::cmp::Ordering::Greater)
    }

    /// Made from one of the images, or from an image that descends from one.
    fn descends(&self, engine: &Rc<Engine>, record: &Record) -> bool {
        let lowers_of = |id: &str| {
            let image = engine.images.resolve(id).ok()?;
            Some(image.lowers.clone())
        };
        self.ancestors.iter().any(|ancestor| {
            *ancestor == record.image_id
                || lowers_of(ancestor)
                    .is_some_and(|base| !base.is_empty() && record.lowers.ends_with(&base))
        })
    }
}

fn mounts(filters: &Filters, record: &Record) -> bool {
    record.mounts.iter().any(|mount| {
        filters.values("volume").any(|wanted| {
            mount.point.name == wanted
                || mount.point.destination == wanted
                || mount.point.source == wanted
        })
    })
}

fn in_network(engine: &Rc<Engine>, filters: &Filters, record: &Record) -> bool {
    endpoints(engine, record).iter().any(|(name, endpoint)| {
        filters
            .values("network")
            .any(|wanted| name == wanted || endpoint.network_id == wanted)
    })
}

fn published(record: &Record) -> impl Iterator<Item = Port> {
    let ports = record.network.as_ref().map(|network| &network.ports);
    ports.into_iter().flat_map(|ports| ports.keys().copied())
}

/// `80`, `80/tcp` or `80-90/udp`.
fn ports(filters: &Filters, name: &str, has: impl Iterator<Item = Port>) -> bool {
    if !filters.has(name) {
        return true;
    }
    let wanted: Vec<Port> = filters
        .values(name)
        .filter_map(|text| plimsoll_api::port::parse_expose(text).ok())
        .flatten()
        .collect();
    let mut has = has;
    has.any(|port| wanted.contains(&port))
}

/// One item.
pub fn summary(
    engine: &Rc<Engine>,
    container: &Rc<Container>,
    record: &Record,
    with_size: bool,
) -> ContainerSummary {
    let (size, image_size) = if with_size {
        (
            size::of_upper(&container.upper()),
            engine.images.size_of(&record.image_id),
        )
    } else {
        (0, 0)
    };
    let signed = |bytes: u64| i64::try_from(bytes).unwrap_or(i64::MAX);
    let created = timestamp::parse(&record.created).map_or(0, Timestamp::as_second);
    ContainerSummary {
        id: record.id.clone(),
        names: vec![format!("/{}", record.name)],
        image: image_name(engine, record),
        image_id: record.image_id.clone(),
        command: command(record),
        created,
        ports: port_list(engine, record),
        size_rw: signed(size),
        size_root_fs: signed(size + image_size),
        labels: record.labels(),
        state: record.state.status,
        status: format!(
            "{}{}",
            status_text(&record.state, Timestamp::now()),
            health_text(container)
        ),
        host_config: SummaryHostConfig {
            network_mode: record.host_config.network_mode.clone(),
            ..SummaryHostConfig::default()
        },
        network_settings: SummaryNetworkSettings {
            networks: endpoints(engine, record),
        },
        mounts: record
            .mounts
            .iter()
            .map(|mount| mount.point.clone())
            .collect(),
    }
}

/// The reference asked for while it still leads to the container's image, else
/// the image's id.
fn image_name(engine: &Rc<Engine>, record: &Record) -> String {
    let same = engine
        .images
        .find(&record.config.image)
        .is_ok_and(|(id, _)| id.to_string() == record.image_id);
    if same {
        record.config.image.clone()
    } else {
        record.image_id.clone()
    }
}

fn command(record: &Record) -> String {
    let (path, args) = record.command();
    let quoted = args.into_iter().map(|arg| {
        if arg.contains(' ') {
            format!("'{arg}'")
        } else {
            arg
        }
    });
    std::iter::once(path)
        .chain(quoted)
        .collect::<Vec<_>>()
        .join(" ")
}

fn port_list(engine: &Rc<Engine>, record: &Record) -> Vec<PortSummary> {
    let mut list = Vec::new();
    for (port, bindings) in network_settings(engine, record).ports {
        let kind = port.protocol.to_string();
        let plain = PortSummary {
            private_port: port.number,
            kind,
            ..PortSummary::default()
        };
        match bindings {
            None => list.push(plain),
            Some(bindings) => list.extend(bindings.into_iter().map(|binding| PortSummary {
                ip: binding.host_ip,
                public_port: binding.host_port.parse().unwrap_or(0),
                ..plain.clone()
            })),
        }
    }
    list
}

/// `Up 2 minutes`, `Exited (0) 3 seconds ago`, ...
pub fn status_text(state: &State, now: Timestamp) -> String {
    let since = |text: &str| {
        let then = timestamp::parse(text).unwrap_or(now);
        human_duration(now.duration_since(then))
    };
    match state.status {
        Status::Running => format!("Up {}", since(&state.started_at)),
        Status::Paused => format!("Up {} (Paused)", since(&state.started_at)),
        Status::Restarting => format!(
            "Restarting ({}) {} ago",
            state.exit_code,
            since(&state.finished_at)
        ),
        Status::Removing => "Removal In Progress".to_owned(),
        Status::Dead => "Dead".to_owned(),
        Status::Exited if state.finished_at != timestamp::ZERO => format!(
            "Exited ({}) {} ago",
            state.exit_code,
            since(&state.finished_at)
        ),
        Status::Created | Status::Exited | Status::Unknown => "Created".to_owned(),
    }
}

/// ` (healthy)` behind the status of a container that is probed and runs.
fn health_text(container: &Container) -> &'static str {
    if container.record().state.status != Status::Running {
        return "";
    }
    match health_word(container).as_str() {
        "starting" => " (health: starting)",
        "healthy" => " (healthy)",
        "unhealthy" => " (unhealthy)",
        _ => "",
    }
}

fn health_word(container: &Container) -> String {
    let health = container.health.borrow();
    health.as_ref().map_or_else(
        || "none".to_owned(),
        |monitor| monitor.health.status.clone(),
    )
}

/// Docker's round words for a span of time.
pub fn human_duration(span: SignedDuration) -> String {
    let seconds = span.as_secs();
    let minutes = seconds / 60;
    // Hours are rounded, the rest is cut off.
    let hours = (seconds + 1800) / 3600;
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
        _ => format!("{} years", hours / 24 / 365),
    }
}

/// `until=` of prune: a time, or a span back from now (`10m`, `1h30m`).
///
/// # Errors
/// 400 when it is neither.
pub fn point_in_time(text: &str) -> ApiResult<Timestamp> {
    if let Ok(nanos) = crate::events::parse_stamp(text) {
        return timestamp::from_nanos(nanos);
    }
    let span: SignedDuration = text.parse().map_err(|_| {
        ApiFailure::invalid(format!(
            "failed to parse value as time or duration: {text:?}"
        ))
    })?;
    Ok(Timestamp::now() - span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_dockers() {
        let words = |seconds| human_duration(SignedDuration::from_secs(seconds));
        for (seconds, text) in [
            (0, "Less than a second"),
            (1, "1 second"),
            (59, "59 seconds"),
            (60, "About a minute"),
            (119, "About a minute"),
            (120, "2 minutes"),
            (3600, "About an hour"),
            (7200, "2 hours"),
            (3 * 86400, "3 days"),
            (21 * 86400, "3 weeks"),
            (90 * 86400, "3 months"),
            (800 * 86400, "2 years"),
        ] {
            assert_eq!(words(seconds), text);
        }
    }

    #[test]
    fn status_texts_are_dockers() {
        let now: Timestamp = "2026-01-01T00:01:00Z".parse().unwrap();
        let mut state = State::default();
        assert_eq!(status_text(&state, now), "Created");
        state.started(7, "2026-01-01T00:00:55Z".into());
        assert_eq!(status_text(&state, now), "Up 5 seconds");
        state.status = Status::Paused;
        assert_eq!(status_text(&state, now), "Up 5 seconds (Paused)");
        state.exited(137, "2026-01-01T00:00:58Z".into());
        assert_eq!(status_text(&state, now), "Exited (137) 2 seconds ago");
    }
}
