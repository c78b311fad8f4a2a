//! `docker images`, also `docker image ls`.

use plimsoll_api::ImageSummary;

use crate::clock;
use crate::command::{Arity, Command, Context};
use crate::error::Failure;
use crate::flags::{Flag, Given, Order};
use crate::output::list::{Format, Layout};
use crate::output::put;
use crate::quantity::{size, size_of_disk};
use crate::quote::quoted;
use crate::reference::{Reference, short_id};
use crate::template::Datum;
use crate::verbs::prune::{check_filter, filters};

pub const COMMAND: Command = Command {
    name: "images",
    usage: &["[OPTIONS] [REPOSITORY[:TAG]]"],
    about: "List images",
    aliases: "docker image ls, docker image list, docker images",
    flags: &[&[
        Flag::switch("all", "Show intermediate images too").short('a'),
        Flag::switch("digests", "Show digests too"),
        Flag::values(
            "filter",
            "filter",
            check_filter,
            "Show only what matches (reference=..., dangling=true)",
        )
        .short('f'),
        Flag::text(
            "format",
            "Show as 'table', 'table TEMPLATE', 'json' or by a Go template",
        ),
        Flag::switch("no-trunc", "Do not shorten anything"),
        Flag::switch("quiet", "Show only the IDs").short('q'),
    ]],
    arity: Arity::AtMost(1),
    order: Order::Free,
    run,
};

pub const LS: Command = Command {
    name: "ls",
    ..COMMAND
};

const TABLE: &str = "{{.Repository}}\t{{.Tag}}\t{{.ID}}\t{{if .CreatedSince }}{{.CreatedSince}}{{else}}N/A{{end}}\t{{.Size}}";
const TABLE_WITH_DIGEST: &str = "{{.Repository}}\t{{.Tag}}\t{{.Digest}}\t{{.ID}}\t{{if .CreatedSince }}{{.CreatedSince}}{{else}}N/A{{end}}\t{{.Size}}";
const RAW: &str = "repository: {{ .Repository }}\ntag: {{.Tag}}\nimage_id: {{.ID}}\ncreated_at: {{.CreatedAt}}\nvirtual_size: {{.Size}}\n";

/// Headers of an image's fields, wherever they are shown.
pub const HEADERS: &[(&str, &str)] = &[
    ("ID", "IMAGE ID"),
    ("Repository", "REPOSITORY"),
    ("Tag", "TAG"),
    ("Digest", "DIGEST"),
    ("CreatedSince", "CREATED"),
    ("CreatedAt", "CREATED AT"),
    ("Size", "SIZE"),
    ("Containers", "CONTAINERS"),
    ("VirtualSize", "SIZE"),
    ("SharedSize", "SHARED SIZE"),
    ("UniqueSize", "UNIQUE SIZE"),
];

/// Words that were perhaps meant as `docker image WORD`.
const SUBCOMMANDS: &[&str] = &[
    "build", "history", "import", "inspect", "list", "load", "ls", "prune", "pull", "push", "rm",
    "save", "tag",
];

fn run(context: &Context, given: &Given) -> Result<(), Failure> {
    let quiet = given.is_on("quiet");
    let digests = given.is_on("digests");
    let layout = Layout {
        table: match (quiet, digests) {
            (true, _) => "{{.ID}}",
            (false, true) => TABLE_WITH_DIGEST,
            (false, false) => TABLE,
        },
        raw: RAW,
        headers: HEADERS,
    };
    let wanted = given.text("format");
    // IDs alone are lines and not a table.
    let format = if quiet && matches!(wanted, "" | "table") {
        "{{.ID}}"
    } else {
        wanted
    };
    let format = Format::parse(format, &layout)?;
    let mut filters = filters(given, "filter")?;
    let name = given.operands.first();
    if let Some(name) = name {
        filters.add("reference", name);
    }
    let images = context.client.images(given.is_on("all"), &filters)?;
    let show_digests = digests || wanted.contains("{{.Digest}}");
    let truncate = !given.is_on("no-trunc");
    let rows: Vec<Datum> = images
        .iter()
        .flat_map(|image| rows(image, show_digests, truncate))
        .collect();
    put!("{}", format.render(&layout, &rows)?);
    if let Some(name) = name
        && images.is_empty()
        && SUBCOMMANDS.contains(&name.as_str())
    {
        eprintln!(
            "\nNo images found matching {}: did you mean \"docker image {name}\"?",
            quoted(name)
        );
    }
    Ok(())
}

/// A row for each tag, or for each digest that has no tag.
fn rows(image: &ImageSummary, show_digests: bool, truncate: bool) -> Vec<Datum> {
    let tags: Vec<(String, String)> = image
        .repo_tags
        .iter()
        .filter_map(|text| Reference::parse(text).ok())
        .filter_map(|name| Some((name.familiar_name(), name.tag?)))
        .collect();
    let digests: Vec<(String, String)> = image
        .repo_digests
        .iter()
        .filter_map(|text| Reference::parse(text).ok())
        .filter_map(|name| Some((name.familiar_name(), name.digest?)))
        .collect();
    let mut rows = Vec::new();
    let mut add = |repository: &str, tag: &str, digest: &str| {
        rows.push(row(image, repository, tag, digest, truncate));
    };
    for (repository, tag) in &tags {
        let mut own = digests
            .iter()
            .filter(|(name, _)| show_digests && name == repository)
            .peekable();
        if own.peek().is_none() {
            add(repository, tag, "<none>");
        }
        own.for_each(|(_, digest)| add(repository, tag, digest));
    }
    let mut seen: Vec<&String> = Vec::new();
    for (repository, digest) in &digests {
        if tags.iter().any(|(name, _)| name == repository) {
            continue;
        }
        if show_digests {
            add(repository, "<none>", digest);
        } else if !seen.contains(&repository) {
            seen.push(repository);
            add(repository, "<none>", "");
        }
    }
    if rows.is_empty() {
        rows.push(row(image, "<none>", "<none>", "<none>", truncate));
    }
    rows
}

/// An image's fields for templates.
pub fn row(
    image: &ImageSummary,
    repository: &str,
    tag: &str,
    digest: &str,
    truncate: bool,
) -> Datum {
    let unknown = |known: bool, text: String| if known { text } else { "N/A".to_owned() };
    let id = if truncate {
        short_id(&image.id)
    } else {
        &image.id
    };
    Datum::row(
        "*formatter.imageContext",
        vec![
            (
                "Containers",
                unknown(image.containers != -1, image.containers.to_string()),
            ),
            ("CreatedAt", clock::in_full(image.created)),
            ("CreatedSince", clock::ago(image.created)),
            ("Digest", digest.to_owned()),
            ("ID", id.to_owned()),
            ("Repository", repository.to_owned()),
            (
                "SharedSize",
                unknown(image.shared_size != -1, size_of_disk(image.shared_size)),
            ),
            ("Size", size(image.size)),
            ("Tag", tag.to_owned()),
            (
                "UniqueSize",
                unknown(
                    image.size != -1 && image.shared_size != -1,
                    size_of_disk(image.size - image.shared_size),
                ),
            ),
            ("VirtualSize", size_of_disk(image.size)),
        ],
    )
}

/// The row of `docker system df -v`: the first tag only.
pub fn first_row(image: &ImageSummary, truncate: bool) -> Datum {
    let name = image
        .repo_tags
        .first()
        .and_then(|text| Reference::parse(text).ok());
    let (repository, tag) = match name {
        Some(name) => (name.familiar_name(), name.tag.unwrap_or_default()),
        None => ("<none>".to_owned(), "<none>".to_owned()),
    };
    row(image, &repository, &tag, "", truncate)
}
