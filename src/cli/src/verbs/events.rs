//! `docker events`.

use std::io::Write;

use plimsoll_api::Event;

use crate::clock;
use crate::command::{Arity, Command, Context};
use crate::error::Failure;
use crate::flags::{Flag, Given, Order};
use crate::template::{Datum, Purpose, Template};
use crate::verbs::prune::{check_filter, filters};

pub const COMMAND: Command = Command {
    name: "events",
    usage: &["[OPTIONS]"],
    about: "Get real time events from the server",
    aliases: "docker system events, docker events",
    flags: &[&[
        Flag::values(
            "filter",
            "filter",
            check_filter,
            "Show only what matches (event=start)",
        )
        .short('f'),
        Flag::text("format", "Show as 'json' or by a Go template"),
        Flag::text("since", "Begin at a time, or so long ago (42m)"),
        Flag::text("until", "End at a time, or so long ago (42m)"),
    ]],
    arity: Arity::None,
    order: Order::Free,
    run,
};

fn run(context: &Context, given: &Given) -> Result<(), Failure> {
    let template = match given.text("format") {
        "" => None,
        "json" => Some(Template::parse("{{json .}}")),
        other => Some(Template::parse(other)),
    };
    let template = template
        .transpose()
        .and_then(|template| {
            // A wrong name is told before the first event.
            if let Some(template) = &template {
                template.render(&datum(&Event::default()), Purpose::Values)?;
            }
            Ok(template)
        })
        .map_err(|error| Failure::with_code(format!("Error parsing format: {error}"), 64))?;
    let since = clock::parse(given.text("since"))?;
    let until = clock::parse(given.text("until"))?;
    let events = context
        .client
        .events(&since, &until, &filters(given, "filter")?)?;
    let mut out = std::io::stdout().lock();
    for event in events {
        let event = event.map_err(|error| Failure::new(error.to_string()))?;
        let line = match &template {
            None => plain(&event),
            Some(template) => template
                .render(&datum(&event), Purpose::Values)
                .map_err(|error| Failure::new(error.to_string()))?,
        };
        writeln!(out, "{line}")?;
        out.flush()?;
    }
    Ok(())
}

fn plain(event: &Event) -> String {
    let nanos = match event.time_nano {
        0 => event.time.saturating_mul(1_000_000_000),
        nanos => nanos,
    };
    let time = match nanos {
        0 => String::new(),
        nanos => clock::rfc3339_nanos(nanos) + " ",
    };
    let attributes: Vec<String> = event
        .actor
        .attributes
        .iter()
        .map(|(key, value)| format!("{key}={value}"))
        .collect();
    let attributes = match attributes.as_slice() {
        [] => String::new(),
        list => format!(" ({})", list.join(", ")),
    };
    format!(
        "{time}{} {} {}{attributes}",
        event.kind, event.action, event.actor.id
    )
}

/// By the names of Go's fields, of which some differ from the wire's.
fn datum(event: &Event) -> Datum {
    let attributes = event
        .actor
        .attributes
        .iter()
        .map(|(key, value)| (key.clone(), Datum::text(value)))
        .collect();
    let actor = Datum::Record {
        kind: "",
        fields: vec![
            ("ID".to_owned(), Datum::text(&event.actor.id)),
            ("Attributes".to_owned(), Datum::Map(attributes)),
        ],
    };
    let json = serde_json::to_vec(event)
        .ok()
        .and_then(|json| crate::template::from_json(&json).ok());
    let fields: Vec<(&str, Datum)> = vec![
        ("Status", Datum::text(&event.status)),
        ("ID", Datum::text(&event.id)),
        ("From", Datum::text(&event.from)),
        ("Type", Datum::text(&event.kind)),
        ("Action", Datum::text(&event.action)),
        ("Actor", actor),
        ("Scope", Datum::text(&event.scope)),
        ("Time", Datum::Int(event.time)),
        ("TimeNano", Datum::Int(event.time_nano)),
    ];
    Datum::Wire {
        kind: "*events.Message",
        fields: fields
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect(),
        json: json.map(|json| json.to_json()).unwrap_or_default(),
    }
}
