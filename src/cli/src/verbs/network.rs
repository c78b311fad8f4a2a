//! `docker network`.

use plimsoll_api::Network;

use crate::clock;
use crate::command::{Arity, Command, Context, Group};
use crate::error::{Failure, describe};
use crate::flags::{Flag, Given, Order};
use crate::output::list::{Format, Layout, labels, natural_order};
use crate::output::{put, say};
use crate::reference::short_id;
use crate::template::Datum;
use crate::verbs::inspect;
use crate::verbs::prune::{check_filter, filters};

pub const GROUP: Group = Group {
    name: "network",
    about: "Manage networks",
    usage: "docker network",
    commands: &[&inspect::NETWORK, &LS, &RM],
};

const LS: Command = Command {
    name: "ls",
    usage: &["[OPTIONS]"],
    about: "List networks",
    aliases: "docker network ls, docker network list",
    flags: &[&[
        Flag::values(
            "filter",
            "filter",
            check_filter,
            "Show only what matches (driver=bridge)",
        )
        .short('f'),
        Flag::text(
            "format",
            "Show as 'table', 'table TEMPLATE', 'json' or by a Go template",
        ),
        Flag::switch("no-trunc", "Do not shorten anything"),
        Flag::switch("quiet", "Show only the IDs").short('q'),
    ]],
    arity: Arity::None,
    order: Order::Free,
    run: ls,
};

const RM: Command = Command {
    name: "rm",
    usage: &["NETWORK [NETWORK...]"],
    about: "Remove one or more networks",
    aliases: "docker network rm, docker network remove",
    flags: &[&[Flag::switch("force", "Do not mind those that are not there").short('f')]],
    arity: Arity::AtLeast(1),
    order: Order::Free,
    run: rm,
};

/// One after another, each told when it is done, as Docker's client does.
fn rm(context: &Context, given: &Given) -> Result<(), Failure> {
    let mut failed = false;
    for name in &given.operands {
        match context.client.network_remove(name) {
            Ok(()) => say!("{name}"),
            Err(error) if given.is_on("force") && error.is_not_found() => {}
            Err(error) => {
                eprintln!("{}", describe(&error));
                failed = true;
            }
        }
    }
    match failed {
        true => Err(Failure::new("exit status 1")),
        false => Ok(()),
    }
}

const LAYOUT: Layout = Layout {
    table: "{{.ID}}\t{{.Name}}\t{{.Driver}}\t{{.Scope}}",
    raw: "network_id: {{.ID}}\nname: {{.Name}}\ndriver: {{.Driver}}\nscope: {{.Scope}}\n",
    headers: &[
        ("ID", "NETWORK ID"),
        ("Name", "NAME"),
        ("Driver", "DRIVER"),
        ("Scope", "SCOPE"),
        ("IPv4", "IPV4"),
        ("IPv6", "IPV6"),
        ("Internal", "INTERNAL"),
        ("Labels", "LABELS"),
        ("CreatedAt", "CREATED AT"),
    ],
};

fn ls(context: &Context, given: &Given) -> Result<(), Failure> {
    let wanted = given.text("format");
    let quiet = given.is_on("quiet") && matches!(wanted, "" | "table");
    let format = Format::parse(if quiet { "{{.ID}}" } else { wanted }, &LAYOUT)?;
    let mut networks = context.client.networks(&filters(given, "filter")?)?;
    networks.sort_by(|a, b| natural_order(&a.name, &b.name));
    let truncate = !given.is_on("no-trunc");
    let rows: Vec<Datum> = networks.iter().map(|one| row(one, truncate)).collect();
    put!("{}", format.render(&LAYOUT, &rows)?);
    Ok(())
}

fn row(network: &Network, truncate: bool) -> Datum {
    let id = if truncate {
        short_id(&network.id)
    } else {
        &network.id
    };
    let mut row = Datum::row(
        "*network.networkContext",
        vec![
            ("CreatedAt", clock::go_form(&network.created)),
            ("Driver", network.driver.clone()),
            ("ID", id.to_owned()),
            ("IPv4", network.enable_ipv4.to_string()),
            ("IPv6", network.enable_ipv6.to_string()),
            ("Internal", network.internal.to_string()),
            ("Labels", labels(&network.labels)),
            ("Name", network.name.clone()),
            ("Scope", network.scope.clone()),
        ],
    );
    if let Datum::Record { fields, .. } = &mut row {
        fields.push(("Label".to_owned(), Datum::Lookup(network.labels.clone())));
    }
    row
}
