//! `docker volume`.

use std::collections::BTreeMap;

use plimsoll_api::{Volume, VolumeCreate};

use crate::command::{Arity, Command, Context, Group};
use crate::create::environment::check_label;
use crate::error::{Failure, describe};
use crate::flags::{Flag, Given, Order, anything};
use crate::output::list::{Format, Layout, labels, natural_order};
use crate::output::{put, say};
use crate::quantity::size_of_disk;
use crate::template::Datum;
use crate::verbs::inspect;
use crate::verbs::prune::{self, check_filter, filters};

pub const GROUP: Group = Group {
    name: "volume",
    about: "Manage volumes",
    usage: "docker volume COMMAND",
    commands: &[&CREATE, &inspect::VOLUME, &LS, &prune::VOLUMES, &RM],
};

const CREATE: Command = Command {
    name: "create",
    usage: &["[OPTIONS] [VOLUME]"],
    about: "Create a volume",
    aliases: "",
    flags: &[&[
        Flag::text("driver", "Driver of the volume")
            .short('d')
            .default("\"local\""),
        Flag::values("label", "list", check_label, "Set a label (key=value)"),
        Flag::text("name", "").alias_of("name"),
        Flag::values("opt", "map", anything, "Option of the driver (key=value)").short('o'),
    ]],
    arity: Arity::AtMost(1),
    order: Order::Free,
    run: create,
};

const LS: Command = Command {
    name: "ls",
    usage: &["[OPTIONS]"],
    about: "List volumes",
    aliases: "docker volume ls, docker volume list",
    flags: &[&[
        Flag::values(
            "filter",
            "filter",
            check_filter,
            "Show only what matches (dangling=true)",
        )
        .short('f'),
        Flag::text(
            "format",
            "Show as 'table', 'table TEMPLATE', 'json' or by a Go template",
        ),
        Flag::switch("quiet", "Show only the names").short('q'),
    ]],
    arity: Arity::None,
    order: Order::Free,
    run: ls,
};

const RM: Command = Command {
    name: "rm",
    usage: &["[OPTIONS] VOLUME [VOLUME...]"],
    about: "Remove one or more volumes",
    aliases: "docker volume rm, docker volume remove",
    flags: &[&[Flag::switch("force", "Do not mind where it is not there").short('f')]],
    arity: Arity::AtLeast(1),
    order: Order::Free,
    run: rm,
};

/// Headers of a volume's fields, wherever they are shown.
pub const HEADERS: &[(&str, &str)] = &[
    ("Name", "VOLUME NAME"),
    ("Group", "GROUP"),
    ("Driver", "DRIVER"),
    ("Scope", "SCOPE"),
    ("Availability", "AVAILABILITY"),
    ("Mountpoint", "MOUNTPOINT"),
    ("Labels", "LABELS"),
    ("Links", "LINKS"),
    ("Size", "SIZE"),
    ("Status", "STATUS"),
];

const LAYOUT: Layout = Layout {
    table: "{{.Driver}}\t{{.Name}}",
    raw: "name: {{.Name}}\ndriver: {{.Driver}}\n",
    headers: HEADERS,
};

fn create(context: &Context, given: &Given) -> Result<(), Failure> {
    let name = match (given.last("name"), given.operands.first()) {
        (Some(_), Some(_)) => {
            return Err(Failure::new(
                "conflicting options: cannot specify a volume-name through both --name and as a positional arg",
            ));
        }
        (Some(name), None) => name.to_owned(),
        (None, name) => name.cloned().unwrap_or_default(),
    };
    let pairs = |flag: &str| -> BTreeMap<String, String> {
        given
            .all(flag)
            .map(|text| text.split_once('=').unwrap_or((text, "")))
            .map(|(key, value)| (key.to_owned(), value.to_owned()))
            .collect()
    };
    let volume = context.client.volume_create(&VolumeCreate {
        driver: given.last("driver").unwrap_or("local").to_owned(),
        driver_opts: pairs("opt"),
        labels: pairs("label"),
        name,
    })?;
    say!("{}", volume.name);
    Ok(())
}

fn ls(context: &Context, given: &Given) -> Result<(), Failure> {
    let wanted = given.text("format");
    let quiet = given.is_on("quiet") && matches!(wanted, "" | "table");
    let format = Format::parse(if quiet { "{{.Name}}" } else { wanted }, &LAYOUT)?;
    let list = context.client.volumes(&filters(given, "filter")?)?;
    let mut volumes = list.volumes;
    volumes.sort_by(|a, b| natural_order(&a.name, &b.name));
    let rows: Vec<Datum> = volumes.iter().map(row).collect();
    put!("{}", format.render(&LAYOUT, &rows)?);
    Ok(())
}

fn rm(context: &Context, given: &Given) -> Result<(), Failure> {
    let mut messages = Vec::new();
    for name in &given.operands {
        match context.client.volume_remove(name, given.is_on("force")) {
            Ok(()) => say!("{name}"),
            Err(error) => messages.push(describe(&error)),
        }
    }
    if messages.is_empty() {
        Ok(())
    } else {
        Err(Failure::new(messages.join("\n")))
    }
}

/// A volume's fields for templates.
pub fn row(volume: &Volume) -> Datum {
    let usage = |shown: fn(&plimsoll_api::volume::VolumeUsage) -> String| {
        volume
            .usage_data
            .as_ref()
            .map_or_else(|| "N/A".to_owned(), shown)
    };
    let none = || "N/A".to_owned();
    let mut row = Datum::row(
        "*formatter.volumeContext",
        vec![
            ("Availability", none()),
            ("Driver", volume.driver.clone()),
            ("Group", none()),
            ("Labels", labels(volume.labels.iter().flatten())),
            ("Links", usage(|usage| usage.ref_count.to_string())),
            ("Mountpoint", volume.mountpoint.clone()),
            ("Name", volume.name.clone()),
            ("Scope", volume.scope.clone()),
            ("Size", usage(|usage| size_of_disk(usage.size))),
            ("Status", none()),
        ],
    );
    if let Datum::Record { fields, .. } = &mut row {
        let labels = volume.labels.clone().unwrap_or_default();
        fields.push(("Label".to_owned(), Datum::Lookup(labels)));
    }
    row
}
