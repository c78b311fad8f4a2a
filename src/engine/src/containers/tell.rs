//! Telling events and journal what happened to a container.

use std::collections::BTreeMap;
use std::rc::Rc;

use serde_json::{Map, Value, json};

use super::container::Container;
use super::record::Record;
use crate::engine::Engine;

/// Publishes an event of a container and notes it in the journal. Attributes
/// are those of dockerd: labels, image, name, and what belongs to the action.
pub fn tell<const N: usize>(
    engine: &Rc<Engine>,
    container: &Container,
    action: &str,
    more: [(&str, String); N],
) {
    let record = container.record();
    // `exec_create: ls -l` is one kind in the journal.
    let (kind, detail) = match action.split_once(':') {
        Some((kind, detail)) => (kind, detail.trim()),
        None => (action, ""),
    };
    let mut data = journal_data(&record, &more);
    if !detail.is_empty() {
        data.insert("command".to_owned(), detail.into());
    }
    if kind == "create" {
        data.extend(origin(engine, &record));
    }
    engine.journal.append(
        &format!("container.{kind}"),
        &container.id,
        Value::Object(data),
    );
    let attributes = attributes(&record, more);
    drop(record);
    engine
        .events
        .emit("container", action, &container.id, attributes);
}

/// Publishes an event that is nobody's doing: the journal is not told.
pub fn announce(engine: &Engine, container: &Container, action: &str) {
    let attributes = attributes(&container.record(), []);
    engine
        .events
        .emit("container", action, &container.id, attributes);
}

/// What the journal says with every entry about a container. A grader reads
/// it when the container is gone.
fn journal_data(record: &Record, more: &[(&str, String)]) -> Map<String, Value> {
    let mut data = Map::new();
    data.insert("name".to_owned(), record.name.clone().into());
    data.insert("reference".to_owned(), record.config.image.clone().into());
    data.insert("image".to_owned(), record.image_id.clone().into());
    for (name, value) in more {
        match (*name, value.parse::<i64>()) {
            ("exitCode", Ok(code)) => data.insert("exit_code".to_owned(), code.into()),
            _ => data.insert((*name).to_owned(), value.clone().into()),
        };
    }
    data
}

/// What a new container is made of: its labels, its command line, whether that
/// is the image's own, and the image's layers, lowest first.
fn origin(engine: &Engine, record: &Record) -> Map<String, Value> {
    let mut data = Map::new();
    let (path, arguments) = record.command();
    let words: Vec<String> = std::iter::once(path).chain(arguments).collect();
    data.insert("cmd".to_owned(), json!(words));
    data.insert("labels".to_owned(), json!(record.labels()));
    let image = record.image_id.parse().ok();
    if let Some(image) = image.and_then(|id| engine.images.image(&id).ok()) {
        let own = &image.document.config;
        let same = |ours: &Option<plimsoll_api::Words>, theirs: &Option<plimsoll_api::Words>| {
            ours.as_deref()
                .into_iter()
                .flatten()
                .eq(theirs.as_deref().into_iter().flatten())
        };
        let is_own =
            same(&record.config.entrypoint, &own.entrypoint) && same(&record.config.cmd, &own.cmd);
        data.insert("own_command".to_owned(), is_own.into());
        data.insert("layers".to_owned(), json!(image.document.rootfs.diff_ids));
    }
    data
}

fn attributes<const N: usize>(
    record: &Record,
    more: [(&str, String); N],
) -> BTreeMap<String, String> {
    let mut attributes = record.labels();
    attributes.insert("image".to_owned(), record.config.image.clone());
    attributes.insert("name".to_owned(), record.name.clone());
    attributes.extend(more.map(|(name, value)| (name.to_owned(), value)));
    attributes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_journal_says_what_a_grader_asks_for() {
        let mut record = Record {
            name: "web".to_owned(),
            image_id: "sha256:ab".to_owned(),
            ..Record::default()
        };
        record.config.image = "nginx".to_owned();
        let data = journal_data(&record, &[("exitCode", "137".to_owned())]);
        assert_eq!(
            Value::Object(data),
            json!({
                "name": "web",
                "reference": "nginx",
                "image": "sha256:ab",
                "exit_code": 137,
            })
        );
    }
}

/// Tells that a container's network and volumes are in use now, or no more:
/// `network connect` and `volume mount`, or their opposites.
pub fn tell_surroundings(engine: &Rc<Engine>, container: &Container, use_: Use) {
    let record = container.record();
    let (network, volume) = match use_ {
        Use::Begins => ("connect", "mount"),
        Use::Ends => ("disconnect", "unmount"),
    };
    let text = |words: &[(&str, &str)]| -> BTreeMap<String, String> {
        words
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    };
    if let Some((id, name, kind)) = engine.networks.of_mode(&record.host_config.network_mode) {
        let about = text(&[("container", &record.id), ("name", name), ("type", kind)]);
        engine.events.emit("network", network, id, about);
    }
    for point in record.mounts.iter().map(|mount| &mount.point) {
        if point.kind != "volume" {
            continue;
        }
        let mut about = text(&[("container", &record.id), ("driver", &point.driver)]);
        if use_ == Use::Begins {
            about.extend(text(&[
                ("destination", &point.destination),
                ("propagation", &point.propagation),
                ("read/write", if point.rw { "true" } else { "false" }),
            ]));
        }
        engine.events.emit("volume", volume, &point.name, about);
    }
}

/// A run begins or has ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    Begins,
    Ends,
}
