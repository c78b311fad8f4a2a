//! Telling events and journal what happened to a container.

use std::collections::BTreeMap;
use std::rc::Rc;

use super::container::Container;
use crate::engine::Engine;

/// Publishes an event of a container and notes it in the journal. Attributes
/// are those of dockerd: labels, image, name, and what belongs to the action.
pub fn tell<const N: usize>(
    engine: &Rc<Engine>,
    container: &Container,
    action: &str,
    more: [(&str, String); N],
) {
    let attributes = attributes(container, more);
    let mut data = container.journal_data();
    if let Some(data) = data.as_object_mut() {
        for (name, value) in attributes.iter() {
            data.entry(name.clone())
                .or_insert_with(|| value.clone().into());
        }
    }
    // `exec_create: ls -l` is one kind in the journal.
    let kind = action.split(':').next().unwrap_or(action);
    engine
        .journal
        .append(&format!("container.{kind}"), &container.id, data);
    engine
        .events
        .emit("container", action, &container.id, attributes);
}

fn attributes<const N: usize>(
    container: &Container,
    more: [(&str, String); N],
) -> BTreeMap<String, String> {
    let record = container.record();
    let mut attributes = record.labels();
    attributes.insert("image".to_owned(), record.config.image.clone());
    attributes.insert("name".to_owned(), record.name.clone());
    attributes.extend(more.map(|(name, value)| (name.to_owned(), value)));
    attributes
}
