//! The prunes, and the `--filter` that they share with the lists.

use std::io::{self, BufRead, Write};

use plimsoll_api::Filters;

use crate::command::{Arity, Command, Context};
use crate::error::{Failure, Invalid};
use crate::flags::{Flag, Given, Order};
use crate::output::{put, say};
use crate::quantity::size_of_disk;

const FORCE: Flag = Flag::switch("force", "Do not ask").short('f');
const FILTER: Flag = Flag::values(
    "filter",
    "filter",
    check_filter,
    "Take only what matches (label=..., until=...)",
);

pub const CONTAINERS: Command = Command {
    name: "prune",
    usage: &["[OPTIONS]"],
    about: "Remove all stopped containers",
    aliases: "",
    flags: &[&[FILTER, FORCE]],
    arity: Arity::None,
    order: Order::Free,
    run: |context, given| {
        alone(
            context,
            given,
            "WARNING! This will remove all stopped containers.",
            containers,
        )
    },
};

pub const IMAGES: Command = Command {
    name: "prune",
    usage: &["[OPTIONS]"],
    about: "Remove unused images",
    aliases: "",
    flags: &[&[
        Flag::switch(
            "all",
            "Every image without a container, not only untagged ones",
        )
        .short('a'),
        FILTER,
        FORCE,
    ]],
    arity: Arity::None,
    order: Order::Free,
    run: |context, given| {
        let warning = if given.is_on("all") {
            "WARNING! This will remove all images without at least one container associated to them."
        } else {
            "WARNING! This will remove all dangling images."
        };
        alone(context, given, warning, images)
    },
};

pub const VOLUMES: Command = Command {
    name: "prune",
    usage: &["[OPTIONS]"],
    about: "Remove unused local volumes",
    aliases: "",
    flags: &[&[
        Flag::switch("all", "Volumes with a name too, not only anonymous ones").short('a'),
        FILTER,
        FORCE,
    ]],
    arity: Arity::None,
    order: Order::Free,
    run: |context, given| {
        let warning = if given.is_on("all") {
            "WARNING! This will remove all local volumes not used by at least one container."
        } else {
            "WARNING! This will remove anonymous local volumes not used by at least one container."
        };
        alone(context, given, warning, volumes)
    },
};

pub const SYSTEM: Command = Command {
    name: "prune",
    usage: &["[OPTIONS]"],
    about: "Remove unused data",
    aliases: "",
    flags: &[&[
        Flag::switch("all", "Every unused image, not only untagged ones").short('a'),
        FILTER,
        FORCE,
        Flag::switch("volumes", "Anonymous volumes too"),
    ]],
    arity: Arity::None,
    order: Order::Free,
    run: system,
};

/// What a prune removed: the text about it, and bytes.
type Pruned = (String, u64);

fn alone(
    context: &Context,
    given: &Given,
    warning: &str,
    prune: fn(&Context, &Given) -> Result<Pruned, Failure>,
) -> Result<(), Failure> {
    let question = format!("{warning}\nAre you sure you want to continue?");
    if !given.is_on("force") && !confirm(&question)? {
        return Ok(());
    }
    let (text, bytes) = prune(context, given)?;
    if !text.is_empty() {
        say!("{text}");
    }
    say!("Total reclaimed space: {}", reclaimed(bytes));
    Ok(())
}

fn system(context: &Context, given: &Given) -> Result<(), Failure> {
    let with_volumes = given.is_on("volumes");
    let filters = filters(given, "filter")?;
    if with_volumes && filters.contains_key("until") {
        return Err(Failure::new(
            "ERROR: The \"until\" filter is not supported with \"--volumes\"",
        ));
    }
    if !given.is_on("force") && !confirm(&system_question(given, &filters))? {
        return Ok(());
    }
    let mut steps = vec![containers as fn(&Context, &Given) -> _, networks];
    if with_volumes {
        steps.push(anonymous_volumes);
    }
    steps.push(images);
    let mut total = 0;
    for step in steps {
        let (text, bytes) = step(context, given)?;
        total += bytes;
        if !text.is_empty() {
            say!("{text}");
        }
    }
    say!("Total reclaimed space: {}", reclaimed(total));
    Ok(())
}

fn system_question(given: &Given, filters: &Filters) -> String {
    let mut text = String::from(
        "WARNING! This will remove:\n  - all stopped containers\n  - all networks not used by at least one container\n",
    );
    if given.is_on("volumes") {
        text.push_str("  - all anonymous volumes not used by at least one container\n");
    }
    text.push_str(if given.is_on("all") {
        "  - all images without at least one container associated to them\n"
    } else {
        "  - all dangling images\n"
    });
    let listed: Vec<String> = ["label", "label!", "until"]
        .iter()
        .flat_map(|key| {
            filters
                .get(key)
                .map(move |value| format!("  - {key}={value}\n"))
        })
        .collect();
    if !listed.is_empty() {
        text.push_str("\n  Items to be pruned will be filtered with:\n");
        text.push_str(&listed.concat());
    }
    text + "\nAre you sure you want to continue?"
}

fn containers(context: &Context, given: &Given) -> Result<Pruned, Failure> {
    let report = context
        .client
        .containers_prune(&filters(given, "filter")?)?;
    let deleted = report.containers_deleted.unwrap_or_default();
    Ok(listed(
        "Deleted Containers:",
        &deleted,
        report.space_reclaimed,
    ))
}

fn networks(context: &Context, given: &Given) -> Result<Pruned, Failure> {
    let report = context.client.networks_prune(&filters(given, "filter")?);
    match report {
        Ok(report) => Ok(listed(
            "Deleted Networks:",
            &report.networks_deleted.unwrap_or_default(),
            0,
        )),
        // An engine without networks of one's own has none to remove.
        Err(error) if matches!(error.status(), Some(404 | 501)) => Ok((String::new(), 0)),
        Err(error) => Err(error.into()),
    }
}

fn volumes(context: &Context, given: &Given) -> Result<Pruned, Failure> {
    let mut filters = filters(given, "filter")?;
    if given.is_on("all") {
        if filters.contains_key("all") {
            return Err(Failure::new(
                "conflicting options: cannot specify both --all and --filter all=1",
            ));
        }
        filters.add("all", "true");
    }
    prune_volumes(context, &filters)
}

fn anonymous_volumes(context: &Context, given: &Given) -> Result<Pruned, Failure> {
    prune_volumes(context, &filters(given, "filter")?)
}

fn prune_volumes(context: &Context, filters: &Filters) -> Result<Pruned, Failure> {
    let report = context.client.volumes_prune(filters)?;
    let deleted = report.volumes_deleted.unwrap_or_default();
    Ok(listed("Deleted Volumes:", &deleted, report.space_reclaimed))
}

fn images(context: &Context, given: &Given) -> Result<Pruned, Failure> {
    let mut filters = filters(given, "filter")?;
    filters.add(
        "dangling",
        if given.is_on("all") { "false" } else { "true" },
    );
    let report = context.client.images_prune(&filters)?;
    let lines: Vec<String> = report
        .images_deleted
        .unwrap_or_default()
        .iter()
        .map(|item| match item.untagged.as_str() {
            "" => format!("deleted: {}", item.deleted),
            untagged => format!("untagged: {untagged}"),
        })
        .collect();
    Ok(listed("Deleted Images:", &lines, report.space_reclaimed))
}

fn listed(title: &str, lines: &[String], bytes: u64) -> Pruned {
    if lines.is_empty() {
        return (String::new(), 0);
    }
    let text = lines
        .iter()
        .fold(format!("{title}\n"), |text, line| text + line + "\n");
    (text, bytes)
}

fn reclaimed(bytes: u64) -> String {
    size_of_disk(i64::try_from(bytes).unwrap_or(i64::MAX))
}

/// Asks on stdout; anything but `y` is no.
fn confirm(question: &str) -> Result<bool, Failure> {
    put!("{question} [y/N] ");
    io::stdout().flush()?;
    let mut answer = String::new();
    io::stdin().lock().read_line(&mut answer)?;
    Ok(answer.trim().eq_ignore_ascii_case("y"))
}

pub fn check_filter(text: &str) -> Result<(), Invalid> {
    if text.is_empty() || text.contains('=') {
        return Ok(());
    }
    Err(Invalid::new("bad format of filter (expected name=value)"))
}

/// The values of a filter flag.
pub fn filters(given: &Given, flag: &str) -> Result<Filters, Invalid> {
    let mut filters = Filters::default();
    for option in given.all(flag).filter(|option| !option.is_empty()) {
        filters
            .add_option(option)
            .map_err(|error| Invalid(error.to_string()))?;
    }
    Ok(filters)
}
