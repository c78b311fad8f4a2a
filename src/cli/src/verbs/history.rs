//! `docker history`.

use plimsoll_api::HistoryItem;

use crate::clock;
use crate::command::{Arity, Command, Context};
use crate::error::Failure;
use crate::flags::{Flag, Given, Order};
use crate::output::list::{Format, Layout, ellipsis};
use crate::output::put;
use crate::quantity::size;
use crate::reference::short_id;
use crate::template::Datum;

pub const COMMAND: Command = Command {
    name: "history",
    usage: &["[OPTIONS] IMAGE"],
    about: "Show the history of an image",
    aliases: "docker image history, docker history",
    flags: &[&[
        Flag::text(
            "format",
            "Show as 'table', 'table TEMPLATE', 'json' or by a Go template",
        ),
        Flag::switch("human", "Show times and sizes as people read them")
            .short('H')
            .default("true"),
        Flag::switch("no-trunc", "Do not shorten anything"),
        Flag::switch("quiet", "Show only the IDs").short('q'),
    ]],
    arity: Arity::Exactly(1),
    order: Order::Free,
    run,
};

const TABLE: &str = "{{.ID}}\t{{.CreatedSince}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}";
const TABLE_WITH_TIMES: &str = "{{.ID}}\t{{.CreatedAt}}\t{{.CreatedBy}}\t{{.Size}}\t{{.Comment}}";
const HEADERS: &[(&str, &str)] = &[
    ("ID", "IMAGE"),
    ("CreatedSince", "CREATED"),
    ("CreatedAt", "CREATED AT"),
    ("CreatedBy", "CREATED BY"),
    ("Size", "SIZE"),
    ("Comment", "COMMENT"),
];

/// Layers without a date have one before this: 2000-01-01.
const FIRST_DATE: i64 = 946_684_800;

fn run(context: &Context, given: &Given) -> Result<(), Failure> {
    let human = !given.has("human") || given.is_on("human");
    let truncate = !given.is_on("no-trunc");
    let layout = Layout {
        table: if human { TABLE } else { TABLE_WITH_TIMES },
        raw: "",
        headers: HEADERS,
    };
    let wanted = given.text("format");
    let quiet = given.is_on("quiet") && matches!(wanted, "" | "table");
    let format = Format::parse(if quiet { "{{.ID}}" } else { wanted }, &layout)?;
    let history = context.client.image_history(&given.operands[0])?;
    let rows: Vec<Datum> = history
        .iter()
        .map(|item| row(item, human, truncate))
        .collect();
    put!("{}", format.render(&layout, &rows)?);
    Ok(())
}

fn row(item: &HistoryItem, human: bool, truncate: bool) -> Datum {
    let created_by = item.created_by.replace('\t', " ");
    let created_at = clock::rfc3339(item.created);
    let created_since = match (human, item.created) {
        (false, _) => created_at.clone(),
        (true, ..=FIRST_DATE) => "N/A".to_owned(),
        (true, created) => clock::ago(created),
    };
    Datum::row(
        "*image.historyContext",
        vec![
            ("Comment", item.comment.clone()),
            ("CreatedAt", created_at),
            (
                "CreatedBy",
                if truncate {
                    ellipsis(&created_by, 45)
                } else {
                    created_by
                },
            ),
            ("CreatedSince", created_since),
            (
                "ID",
                if truncate {
                    short_id(&item.id).to_owned()
                } else {
                    item.id.clone()
                },
            ),
            (
                "Size",
                if human {
                    size(item.size)
                } else {
                    item.size.to_string()
                },
            ),
        ],
    )
}
