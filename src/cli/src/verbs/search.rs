//! `docker search`.

use plimsoll_api::SearchResult;

use crate::command::{Arity, Command, Context};
use crate::error::Failure;
use crate::flags::{Flag, Given, Order};
use crate::output::list::{Format, Layout, ellipsis};
use crate::output::put;
use crate::quantity::{check_int, parse_int};
use crate::template::Datum;
use crate::verbs::prune::{check_filter, filters};

pub const COMMAND: Command = Command {
    name: "search",
    usage: &["[OPTIONS] TERM"],
    about: "Search for images",
    aliases: "",
    flags: &[&[
        Flag::values(
            "filter",
            "filter",
            check_filter,
            "Show only what matches (is-official=true)",
        )
        .short('f'),
        Flag::text("format", "Show each by a Go template"),
        Flag::value("limit", "int", check_int, "Show at most so many"),
        Flag::switch("no-trunc", "Do not shorten anything"),
    ]],
    arity: Arity::Exactly(1),
    order: Order::Free,
    run,
};

const LAYOUT: Layout = Layout {
    table: "{{.Name}}\t{{.Description}}\t{{.StarCount}}\t{{.IsOfficial}}",
    raw: "",
    headers: &[
        ("Name", "NAME"),
        ("Description", "DESCRIPTION"),
        ("StarCount", "STARS"),
        ("IsOfficial", "OFFICIAL"),
    ],
};

/// How much of a description a row has, in characters.
const DESCRIPTION: usize = 45;

fn run(context: &Context, given: &Given) -> Result<(), Failure> {
    let format = Format::parse(given.text("format"), &LAYOUT)?;
    let limit = given.last("limit").map_or(Ok(0), parse_int)?;
    let filters = filters(given, "filter")?;
    let found = context
        .client
        .image_search(&given.operands[0], limit, &filters)?;
    let truncate = !given.is_on("no-trunc");
    let rows: Vec<Datum> = found.iter().map(|one| row(one, truncate)).collect();
    put!("{}", format.render(&LAYOUT, &rows)?);
    Ok(())
}

fn row(one: &SearchResult, truncate: bool) -> Datum {
    let description = one.description.replace(['\n', '\r'], " ");
    let official = if one.is_official { "[OK]" } else { "" };
    Datum::row(
        "*search.Context",
        vec![
            (
                "Description",
                if truncate {
                    ellipsis(&description, DESCRIPTION)
                } else {
                    description
                },
            ),
            ("IsOfficial", official.to_owned()),
            ("Name", one.name.clone()),
            ("StarCount", one.star_count.to_string()),
        ],
    )
}
