//! `docker version`.

use std::collections::BTreeMap;
use std::fmt::Write;

use plimsoll_api::system::ComponentVersion;
use plimsoll_api::{API_VERSION, Client, Version};

use crate::clock;
use crate::command::{Arity, Command, Context};
use crate::error::Failure;
use crate::flags::{Flag, Given, Order};
use crate::output::table;
use crate::output::{put, say};
use crate::template::{Datum, Purpose, Template, TemplateError, from_json};

pub const COMMAND: Command = Command {
    name: "version",
    usage: &["[OPTIONS]"],
    about: "Show the Docker version information",
    aliases: "",
    flags: &[&[Flag::text("format", "Show as 'json' or by a Go template").short('f')]],
    arity: Arity::None,
    order: Order::Free,
    run,
};

fn run(context: &Context, given: &Given) -> Result<(), Failure> {
    let format = given.text("format");
    let template = match format {
        "" => None,
        "json" => Some("{{json .}}"),
        other => Some(other),
    }
    .map(Template::parse)
    .transpose()
    .map_err(|error| {
        Failure::with_code(format!("template parsing error: {}", named(&error)), 64)
    })?;
    let answer = context.client.version();
    let server = answer.as_ref().ok().cloned().map(with_engine);
    match template {
        None => put!(
            "{}",
            table::align_with(&plain(&context.client, server.as_ref()), 20, 1)
        ),
        Some(template) => {
            let dot = datum(&context.client, server.as_ref());
            let text = template
                .render(&dot, Purpose::Values)
                .map_err(|error| Failure::new(named(&error)))?;
            say!("{text}");
        }
    }
    answer.map(drop).map_err(Failure::from)
}

/// This one template has a name in Docker's client.
fn named(error: &TemplateError) -> String {
    error
        .to_string()
        .replacen("template: :", "template: version:", 1)
}

/// Old engines tell their own version outside of the components.
fn with_engine(mut version: Version) -> Version {
    let has_engine = version.components.iter().any(|one| one.name == "Engine");
    if !has_engine {
        let details = [
            ("ApiVersion", version.api_version.clone()),
            ("Arch", version.arch.clone()),
            ("BuildTime", version.build_time.clone()),
            ("Experimental", version.experimental.to_string()),
            ("GitCommit", version.git_commit.clone()),
            ("GoVersion", version.go_version.clone()),
            ("MinAPIVersion", version.min_api_version.clone()),
            ("Os", version.os.clone()),
        ];
        version.components.push(ComponentVersion {
            name: "Engine".to_owned(),
            version: version.version.clone(),
            details: details.map(|(key, value)| (key.to_owned(), value)).into(),
        });
    }
    for component in &mut version.components {
        if let Some(time) = component.details.get_mut("BuildTime") {
            *time = clock::ansi(time);
        }
    }
    version
}

fn plain(client: &Client, server: Option<&Version>) -> String {
    let mut text = String::from("Client: Plimsoll\n");
    let line = |text: &mut String, name: &str, value: &str| {
        let _ = writeln!(text, " {name}:\t{value}");
    };
    let downgraded = match client.api_version() {
        version if version == API_VERSION => version,
        older => format!("{older} (downgraded from {API_VERSION})"),
    };
    line(&mut text, "Version", env!("CARGO_PKG_VERSION"));
    line(&mut text, "API version", &downgraded);
    line(&mut text, "OS/Arch", &format!("linux/{}", arch()));
    line(&mut text, "Context", "default");
    let Some(server) = server else {
        return text;
    };
    text.push_str("\nServer:");
    if !server.platform.name.is_empty() {
        let _ = write!(text, " {}", server.platform.name);
    }
    text.push('\n');
    for component in &server.components {
        let _ = writeln!(text, " {}:", component.name);
        if component.name == "Engine" {
            engine(component, &mut text);
        } else {
            let _ = writeln!(text, "  Version:\t{}", component.version);
            for (key, value) in &component.details {
                let _ = writeln!(text, "  {key}:\t{value}");
            }
        }
    }
    text
}

fn engine(component: &ComponentVersion, text: &mut String) {
    let detail = |key: &str| component.details.get(key).map_or("", String::as_str);
    let lines = [
        ("Version", component.version.clone()),
        (
            "API version",
            format!(
                "{} (minimum version {})",
                detail("ApiVersion"),
                detail("MinAPIVersion")
            ),
        ),
        ("Go version", detail("GoVersion").to_owned()),
        ("Git commit", detail("GitCommit").to_owned()),
        ("Built", detail("BuildTime").to_owned()),
        ("OS/Arch", format!("{}/{}", detail("Os"), detail("Arch"))),
        ("Experimental", detail("Experimental").to_owned()),
    ];
    for (name, value) in lines {
        // What was not built with Go has no such version to tell.
        if !(value.is_empty() && matches!(name, "Go version" | "Git commit" | "Built")) {
            let _ = writeln!(text, "  {name}:\t{value}");
        }
    }
}

/// The architecture in Docker's words.
pub fn arch() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

fn datum(client: &Client, server: Option<&Version>) -> Datum {
    let fields = |pairs: Vec<(&str, Datum)>| {
        pairs
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    };
    let ours = fields(vec![
        (
            "Platform",
            Datum::Map(BTreeMap::from([(
                "Name".to_owned(),
                Datum::text("Plimsoll"),
            )])),
        ),
        ("Version", Datum::text(env!("CARGO_PKG_VERSION"))),
        ("ApiVersion", Datum::text(client.api_version())),
        ("APIVersion", Datum::text(client.api_version())),
        ("DefaultAPIVersion", Datum::text(API_VERSION)),
        ("Os", Datum::text("linux")),
        ("Arch", Datum::text(arch())),
        ("Context", Datum::text("default")),
    ]);
    let server = server
        .and_then(|server| serde_json::to_vec(server).ok())
        .map_or(Datum::Missing, |json| with_go_names(&json));
    Datum::Record {
        kind: "",
        fields: fields(vec![
            (
                "Client",
                Datum::Record {
                    kind: "",
                    fields: ours,
                },
            ),
            ("Server", server),
        ]),
    }
}

/// Templates use the names of Go's fields, JSON those of the wire.
fn with_go_names(json: &[u8]) -> Datum {
    let Ok(Datum::Record { mut fields, .. }) = from_json(json) else {
        return Datum::Missing;
    };
    let api = fields.iter().find(|(field, _)| field == "ApiVersion");
    if let Some((_, value)) = api.cloned() {
        fields.push(("APIVersion".to_owned(), value));
    }
    Datum::Wire {
        kind: "*types.Version",
        fields,
        json: String::from_utf8_lossy(json).into_owned(),
    }
}
