//! `plimsoll map LAB`: the lab as it is now, drawn once.
//!
//! On a terminal the map of the interface; in a pipe, and on a terminal that
//! cannot draw, the same in sentences.

use std::io::IsTerminal;
use std::process::ExitCode;

use jiff::Timestamp;
use plimsoll_api::client::{Client, Endpoint};
use plimsoll_text::spoken;
use plimsoll_tui::scene::{self, Detail, LookError, Scene};
use plimsoll_tui::theme::{Palette, Symbols, Theme};
use plimsoll_tui::view::blocks::Page;
use plimsoll_tui::view::map;
use serde_json::json;

use super::Outcome;
use crate::arguments::{MapArguments, Shared};
use crate::classroom::{arrive, speaks_utf8};
use crate::failure::{Failure, Kind};

/// Starts the lab where needed, looks at it and prints what is there.
pub fn run(shared: &Shared, arguments: &MapArguments) -> Outcome {
    let paths = arrive(shared, &arguments.lab)?.paths;
    let endpoint = match &arguments.engine {
        Some(text) => super::endpoint(text)?,
        None => {
            super::ensure_running(&paths, &super::start_options()?)?;
            Endpoint::Unix(paths.socket())
        }
    };
    let client = Client::new(endpoint).with_timeout(std::time::Duration::from_secs(15));
    let mut scene = scene::look(&client, Detail::Map)
        .map_err(|LookError::Engine(error)| Failure::from_error(Kind::Environment, &error))?;
    scene.folder = Some(paths.work().to_string_lossy().into_owned());
    let (language, now) = (spoken(), Timestamp::now());
    if arguments.json {
        say!("{}", super::json(&record(&scene))?);
    } else if !draws() {
        put!("{}", scene::plain(&scene, language, now));
    } else {
        let page = Page {
            width: crossterm::terminal::size().map_or(80, |(columns, _)| usize::from(columns)),
            theme: theme(),
            language,
            now,
        };
        put!("{}", map::text(&scene, page));
    }
    Ok(ExitCode::SUCCESS)
}

/// Whether stdout is a terminal that can do more than print lines.
fn draws() -> bool {
    std::io::stdout().is_terminal() && std::env::var("TERM").is_ok_and(|term| term != "dumb")
}

fn theme() -> Theme {
    Theme {
        palette: Palette::None,
        symbols: match speaks_utf8() {
            true => Symbols::Unicode,
            false => Symbols::Ascii,
        },
    }
}

fn record(scene: &Scene) -> serde_json::Value {
    let mut record = json!(scene);
    record["schema"] = json!("plimsoll/map/v1");
    record
}
