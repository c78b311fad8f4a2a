//! `docker ps`, also `docker container ls`.

use plimsoll_api::ContainerSummary;
use plimsoll_api::client::ListOptions;
use plimsoll_api::container::PortSummary;

use crate::clock;
use crate::command::{Arity, Command, Context};
use crate::error::Failure;
use crate::flags::{Flag, Given, Order};
use crate::output::list::{Format, Layout, ellipsis, labels};
use crate::output::put;
use crate::quantity::{check_int, parse_int, size};
use crate::quote::quoted;
use crate::reference::{Reference, short_id};
use crate::template::{Datum, Template};
use crate::verbs::prune::{check_filter, filters};

pub const COMMAND: Command = Command {
    name: "ps",
    usage: &["[OPTIONS]"],
    about: "List containers",
    aliases: "docker container ls, docker container list, docker container ps, docker ps",
    flags: &[&[
        Flag::switch("all", "Show those that do not run too").short('a'),
        Flag::values(
            "filter",
            "filter",
            check_filter,
            "Show only what matches (name=..., status=...)",
        )
        .short('f'),
        Flag::text(
            "format",
            "Show as 'table', 'table TEMPLATE', 'json' or by a Go template",
        ),
        Flag::value(
            "last",
            "int",
            check_int,
            "Show the newest so many, in any state",
        )
        .short('n')
        .default("-1"),
        Flag::switch("latest", "Show the newest one, in any state").short('l'),
        Flag::switch("no-trunc", "Do not shorten anything"),
        Flag::switch("quiet", "Show only the IDs").short('q'),
        Flag::switch("size", "Show sizes too").short('s'),
    ]],
    arity: Arity::None,
    order: Order::Free,
    run,
};

pub const LS: Command = Command {
    name: "ls",
    ..COMMAND
};

const TABLE: &str =
    "{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}";
const TABLE_WITH_SIZE: &str = "{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.RunningFor}}\t{{.Status}}\t{{.Ports}}\t{{.Names}}\t{{.Size}}";
const RAW: &str = "container_id: {{.ID}}\nimage: {{.Image}}\ncommand: {{.Command}}\ncreated_at: {{.CreatedAt}}\nstate: {{- pad .State 1 0}}\nstatus: {{- pad .Status 1 0}}\nnames: {{.Names}}\nlabels: {{- pad .Labels 1 0}}\nports: {{- pad .Ports 1 0}}\n";

/// Headers of a container's fields, wherever they are shown.
pub const HEADERS: &[(&str, &str)] = &[
    ("ID", "CONTAINER ID"),
    ("Names", "NAMES"),
    ("Image", "IMAGE"),
    ("Command", "COMMAND"),
    ("CreatedAt", "CREATED AT"),
    ("RunningFor", "CREATED"),
    ("Ports", "PORTS"),
    ("State", "STATE"),
    ("Status", "STATUS"),
    ("Size", "SIZE"),
    ("Labels", "LABELS"),
    ("Mounts", "MOUNTS"),
    ("LocalVolumes", "LOCAL VOLUMES"),
    ("Networks", "NETWORKS"),
    ("Platform", "PLATFORM"),
];

fn run(context: &Context, given: &Given) -> Result<(), Failure> {
    let format = given.text("format");
    let quiet = given.is_on("quiet");
    if quiet && !format.is_empty() {
        eprintln!("WARNING: Ignoring custom format, because both --format and --quiet are set.");
    }
    if !format.is_empty() {
        try_format(format)?;
    }
    let with_size = given.is_on("size") || (!quiet && !given.has("size") && shows_size(format));
    let layout = Layout {
        table: match (quiet, with_size) {
            (true, _) => "{{.ID}}",
            (false, true) => TABLE_WITH_SIZE,
            (false, false) => TABLE,
        },
        raw: RAW,
        headers: HEADERS,
    };
    let format = Format::parse(if quiet { "{{.ID}}" } else { format }, &layout)?;
    let last = given.last("last").map_or(Ok(-1), parse_int)?;
    let limit = if given.is_on("latest") && last == -1 {
        1
    } else {
        last
    };
    let options = ListOptions {
        all: given.is_on("all"),
        limit: u32::try_from(limit).unwrap_or(0),
        size: with_size,
        filters: filters(given, "filter")?,
    };
    let containers = context.client.containers(&options)?;
    let truncate = !given.is_on("no-trunc");
    let rows: Vec<Datum> = containers.iter().map(|one| row(one, truncate)).collect();
    put!("{}", format.render(&layout, &rows)?);
    Ok(())
}

/// Whether a template uses the size: by its name, or with the whole record. The
/// word `json` does not ask for it, as with Docker.
fn shows_size(format: &str) -> bool {
    let shown = |bytes| {
        let one = ContainerSummary {
            size_rw: bytes,
            ..ContainerSummary::default()
        };
        let template = Template::parse(format).ok()?;
        let values = crate::template::Purpose::Values;
        template.render(&row(&one, false), values).ok()
    };
    format.contains(".Size") || shown(0) != shown(1)
}

/// A template's mistake is told before anything is asked.
fn try_format(format: &str) -> Result<(), Failure> {
    Template::parse(format)
        .map_err(|error| Failure::new(format!("failed to parse template: {error}")))?
        .render(
            &row(&ContainerSummary::default(), false),
            crate::template::Purpose::Values,
        )
        .map(drop)
        .map_err(|error| Failure::new(format!("failed to execute template: {error}")))
}

/// A container's fields for templates.
pub fn row(one: &ContainerSummary, truncate: bool) -> Datum {
    let shorten = |id: &str| {
        if truncate {
            short_id(id).to_owned()
        } else {
            id.to_owned()
        }
    };
    let command = if truncate {
        ellipsis(&one.command, 20)
    } else {
        one.command.clone()
    };
    let local_volumes = one
        .mounts
        .iter()
        .filter(|mount| mount.driver == "local")
        .count();
    let networks: Vec<&str> = one
        .network_settings
        .networks
        .keys()
        .map(String::as_str)
        .collect();
    let fields = vec![
        ("ID", shorten(&one.id)),
        ("Names", names(one, truncate)),
        ("Image", image(one, truncate)),
        ("Command", quoted(&command)),
        ("CreatedAt", clock::in_full(one.created)),
        ("RunningFor", clock::ago(one.created)),
        ("Ports", ports(&one.ports)),
        ("State", one.state.to_string()),
        ("Status", one.status.clone()),
        ("Size", sizes(one)),
        ("Labels", labels(&one.labels)),
        ("Mounts", mounts(one, truncate)),
        ("LocalVolumes", local_volumes.to_string()),
        ("Networks", networks.join(",")),
    ];
    let mut row = Datum::row("*formatter.ContainerContext", fields);
    if let Datum::Record { fields, .. } = &mut row {
        fields.push(("Label".to_owned(), Datum::Lookup(one.labels.clone())));
        fields.push((
            "Platform".to_owned(),
            Datum::Nil(crate::template::NilKind::Pointer),
        ));
    }
    row
}

/// Without slashes; names of links (`/a/b`) only when nothing is shortened.
fn names(one: &ContainerSummary, truncate: bool) -> String {
    let bare = |name: &String| name.strip_prefix('/').unwrap_or(name).to_owned();
    let names: Vec<String> = one.names.iter().map(bare).collect();
    match names.iter().find(|name| !name.contains('/')) {
        Some(own) if truncate => own.clone(),
        _ => names.join(","),
    }
}

fn image(one: &ContainerSummary, truncate: bool) -> String {
    if one.image.is_empty() {
        return "<no image>".to_owned();
    }
    if !truncate {
        return one.image.clone();
    }
    if short_id(&one.image_id) == short_id(&one.image) {
        return short_id(&one.image).to_owned();
    }
    match Reference::parse(&one.image) {
        Ok(reference) => Reference {
            digest: None,
            ..reference
        }
        .to_string(),
        Err(_) => one.image.clone(),
    }
}

fn sizes(one: &ContainerSummary) -> String {
    let own = size(one.size_rw);
    if one.size_root_fs > 0 {
        format!("{own} (virtual {})", size(one.size_root_fs))
    } else {
        own
    }
}

fn mounts(one: &ContainerSummary, truncate: bool) -> String {
    let mounts = one.mounts.iter().map(|mount| {
        let name = if mount.name.is_empty() {
            &mount.source
        } else {
            &mount.name
        };
        if truncate {
            ellipsis(name, 15)
        } else {
            name.clone()
        }
    });
    mounts.collect::<Vec<_>>().join(",")
}

/// Neighbouring ports become a range: `0.0.0.0:80-81->80-81/tcp, 443/tcp`.
fn ports(ports: &[PortSummary]) -> String {
    struct Run<'a> {
        ip: &'a str,
        kind: &'a str,
        first: u16,
        last: u16,
    }
    let mut sorted: Vec<&PortSummary> = ports.iter().collect();
    sorted.sort_by(|a, b| {
        let key = |p: &PortSummary| (p.private_port, p.ip.clone(), p.public_port, p.kind.clone());
        key(a).cmp(&key(b))
    });
    let mut runs: Vec<Run<'_>> = Vec::new();
    let mut finished = Vec::new();
    let mut mapped = Vec::new();
    let shown = |run: &Run<'_>| {
        let range = if run.first == run.last {
            run.first.to_string()
        } else {
            format!("{}-{}", run.first, run.last)
        };
        if run.ip.is_empty() {
            format!("{range}/{}", run.kind)
        } else {
            format!("{}->{range}/{}", at(run.ip, &range), run.kind)
        }
    };
    for port in sorted {
        if !port.ip.is_empty() && port.public_port != port.private_port {
            let outside = at(&port.ip, &port.public_port.to_string());
            mapped.push(format!("{outside}->{}/{}", port.private_port, port.kind));
            continue;
        }
        let current = port.private_port;
        match runs
            .iter_mut()
            .find(|run| run.ip == port.ip && run.kind == port.kind)
        {
            Some(run) if run.last.checked_add(1) == Some(current) => run.last = current,
            Some(run) => {
                finished.push(shown(run));
                (run.first, run.last) = (current, current);
            }
            None => runs.push(Run {
                ip: &port.ip,
                kind: &port.kind,
                first: current,
                last: current,
            }),
        }
    }
    finished.extend(runs.iter().map(shown));
    finished.extend(mapped);
    finished.join(", ")
}

fn at(ip: &str, port: &str) -> String {
    if ip.contains(':') {
        format!("[{ip}]:{port}")
    } else {
        format!("{ip}:{port}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn port(ip: &str, private_port: u16, public_port: u16, kind: &str) -> PortSummary {
        PortSummary {
            ip: ip.to_owned(),
            private_port,
            public_port,
            kind: kind.to_owned(),
        }
    }

    #[test]
    fn ports_are_joined_to_ranges() {
        assert_eq!(
            ports(&[
                port("0.0.0.0", 80, 80, "tcp"),
                port("::", 80, 80, "tcp"),
                port("0.0.0.0", 81, 81, "tcp"),
                port("", 443, 0, "tcp"),
                port("127.0.0.1", 53, 5353, "udp"),
            ]),
            "0.0.0.0:80-81->80-81/tcp, [::]:80->80/tcp, 443/tcp, 127.0.0.1:5353->53/udp"
        );
        assert_eq!(
            ports(&[
                port("", 1, 0, "tcp"),
                port("", 3, 0, "tcp"),
                port("", 2, 0, "udp")
            ]),
            "1/tcp, 3/tcp, 2/udp"
        );
    }

    #[test]
    fn the_size_is_asked_for_where_it_shows() {
        for format in ["{{.Size}}", "{{json .}}", "{{if .Size}}x{{end}}"] {
            assert!(shows_size(format), "{format}");
        }
        for format in ["", "json", "{{.ID}}", "{{json .Names}}", "{{"] {
            assert!(!shows_size(format), "{format}");
        }
    }

    #[test]
    fn images_are_shown_short() {
        let one = |image: &str, id: &str| ContainerSummary {
            image: image.to_owned(),
            image_id: id.to_owned(),
            ..ContainerSummary::default()
        };
        let id = format!("sha256:{}", "ab".repeat(32));
        assert_eq!(
            image(&one("docker.io/library/nginx:1", &id), true),
            "nginx:1"
        );
        assert_eq!(image(&one(&id, &id), true), "abababababab");
        assert_eq!(image(&one("", &id), true), "<no image>");
    }
}
