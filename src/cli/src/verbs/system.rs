//! `docker system`: df, events, info, prune.

use std::io::Write;

use plimsoll_api::{ContainerStatus, DiskUsage};

use crate::command::{Arity, Command, Context, Group};
use crate::error::Failure;
use crate::flags::{Flag, Given, Order};
use crate::output::list::{Format, Layout};
use crate::output::put;
use crate::quantity::size_of_disk;
use crate::template::Datum;
use crate::verbs::{events, images, info, prune, ps, volume};

pub const GROUP: Group = Group {
    name: "system",
    about: "Manage Docker",
    usage: "docker system",
    commands: &[&DF, &events::COMMAND, &info::COMMAND, &prune::SYSTEM],
};

const DF: Command = Command {
    name: "df",
    usage: &["[OPTIONS]"],
    about: "Show docker disk usage",
    aliases: "",
    flags: &[&[
        Flag::text(
            "format",
            "Show as 'table', 'table TEMPLATE', 'json' or by a Go template",
        ),
        Flag::switch("verbose", "Show each object").short('v'),
    ]],
    arity: Arity::None,
    order: Order::Free,
    run: df,
};

const LAYOUT: Layout = Layout {
    table: "{{.Type}}\t{{.TotalCount}}\t{{.Active}}\t{{.Size}}\t{{.Reclaimable}}",
    raw: "type: {{.Type}}\ntotal: {{.TotalCount}}\nactive: {{.Active}}\nsize: {{.Size}}\nreclaimable: {{.Reclaimable}}\n",
    headers: &[
        ("Type", "TYPE"),
        ("TotalCount", "TOTAL"),
        ("Active", "ACTIVE"),
        ("Size", "SIZE"),
        ("Reclaimable", "RECLAIMABLE"),
    ],
};

fn df(context: &Context, given: &Given) -> Result<(), Failure> {
    let format = given.text("format");
    let usage = context.client.disk_usage()?;
    if given.is_on("verbose") {
        if !matches!(format, "" | "table") {
            return Err(Failure::not_yet("docker system df --verbose --format"));
        }
        return verbose(&usage);
    }
    let format = Format::parse(format, &LAYOUT)?;
    let rows = [
        images_row(&usage),
        containers_row(&usage),
        volumes_row(&usage),
        cache_row(&usage),
    ];
    put!("{}", format.render(&LAYOUT, &rows)?);
    Ok(())
}

/// One line of the overview. `reclaimable` is told with its part of `size`.
fn row(
    kind: &str,
    total: usize,
    active: usize,
    size: i64,
    reclaimable: i64,
    with_part: bool,
) -> Datum {
    let mut text = size_of_disk(reclaimable);
    if with_part && size > 0 {
        text.push_str(&format!(" ({}%)", reclaimable * 100 / size));
    }
    Datum::row(
        "*formatter.diskUsageContext",
        vec![
            ("Active", active.to_string()),
            ("Reclaimable", text),
            ("Size", size_of_disk(size)),
            ("TotalCount", total.to_string()),
            ("Type", kind.to_owned()),
        ],
    )
}

fn images_row(usage: &DiskUsage) -> Datum {
    let images = usage.images.as_deref().unwrap_or_default();
    let active = images.iter().filter(|image| image.containers > 0).count();
    let used: i64 = images
        .iter()
        .filter(|image| image.containers != 0 && image.size != -1 && image.shared_size != -1)
        .map(|image| image.size - image.shared_size)
        .sum();
    let size = usage.layers_size;
    row("Images", images.len(), active, size, size - used, true)
}

fn containers_row(usage: &DiskUsage) -> Datum {
    let containers = usage.containers.as_deref().unwrap_or_default();
    let is_active = |state: ContainerStatus| {
        matches!(
            state,
            ContainerStatus::Running | ContainerStatus::Paused | ContainerStatus::Restarting
        )
    };
    let active = containers.iter().filter(|one| is_active(one.state)).count();
    let size = containers.iter().map(|one| one.size_rw).sum();
    let idle = containers
        .iter()
        .filter(|one| !is_active(one.state))
        .map(|one| one.size_rw)
        .sum();
    row("Containers", containers.len(), active, size, idle, true)
}

fn volumes_row(usage: &DiskUsage) -> Datum {
    let volumes = usage.volumes.as_deref().unwrap_or_default();
    let used = || volumes.iter().filter_map(|one| one.usage_data.as_ref());
    let active = used().filter(|usage| usage.ref_count > 0).count();
    let known = || used().filter(|usage| usage.size != -1);
    let size = known().map(|usage| usage.size).sum();
    let idle = known()
        .filter(|usage| usage.ref_count == 0)
        .map(|usage| usage.size)
        .sum();
    row("Local Volumes", volumes.len(), active, size, idle, true)
}

fn cache_row(usage: &DiskUsage) -> Datum {
    let cache = usage.build_cache.as_deref().unwrap_or_default();
    let active = cache.iter().filter(|record| record.in_use).count();
    let own = || cache.iter().filter(|record| !record.shared);
    let size = own().map(|record| record.size).sum();
    let idle = own()
        .filter(|record| !record.in_use)
        .map(|record| record.size)
        .sum();
    row("Build Cache", cache.len(), active, size, idle, false)
}

const CACHE: Layout = Layout {
    table: "{{.ID}}\t{{.CacheType}}\t{{.Size}}\t{{.CreatedSince}}\t{{.LastUsedSince}}\t{{.UsageCount}}\t{{.Shared}}",
    raw: "",
    headers: &[
        ("ID", "CACHE ID"),
        ("CacheType", "CACHE TYPE"),
        ("Size", "SIZE"),
        ("CreatedSince", "CREATED"),
        ("LastUsedSince", "LAST USED"),
        ("UsageCount", "USAGE"),
        ("Shared", "SHARED"),
    ],
};

fn verbose(usage: &DiskUsage) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    let mut part = |title: &str, layout: &Layout, rows: Vec<Datum>| -> Result<(), Failure> {
        let text = Format::parse("", layout)?.render(layout, &rows)?;
        write!(out, "{title}\n\n{text}")?;
        Ok(())
    };
    let images = usage.images.as_deref().unwrap_or_default();
    part(
        "Images space usage:",
        &Layout {
            table: "{{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{.CreatedSince}}\t{{.Size}}\t{{.SharedSize}}\t{{.UniqueSize}}\t{{.Containers}}",
            raw: "",
            headers: images::HEADERS,
        },
        images
            .iter()
            .map(|image| images::first_row(image, true))
            .collect(),
    )?;
    let containers = usage.containers.as_deref().unwrap_or_default();
    part(
        "\nContainers space usage:",
        &Layout {
            table: "{{.ID}}\t{{.Image}}\t{{.Command}}\t{{.LocalVolumes}}\t{{.Size}}\t{{.RunningFor}}\t{{.Status}}\t{{.Names}}",
            raw: "",
            headers: ps::HEADERS,
        },
        containers
            .iter()
            .cloned()
            .map(|mut one| {
                one.size_root_fs = 0;
                ps::row(&one, true)
            })
            .collect(),
    )?;
    let volumes = usage.volumes.as_deref().unwrap_or_default();
    part(
        "\nLocal Volumes space usage:",
        &Layout {
            table: "{{.Name}}\t{{.Links}}\t{{.Size}}",
            raw: "",
            headers: volume::HEADERS,
        },
        volumes.iter().map(volume::row).collect(),
    )?;
    let cached: i64 = usage
        .build_cache
        .iter()
        .flatten()
        .filter(|record| !record.shared)
        .map(|record| record.size)
        .sum();
    part(
        &format!("\nBuild cache usage: {}", size_of_disk(cached)),
        &CACHE,
        Vec::new(),
    )
}
