//! A lab in sentences, one on a line: for screen readers, logs and terminals
//! that draw nothing.

use jiff::Timestamp;
use plimsoll_text::Language;

use super::say::{beneath, localhost, port_number, volume_name};
use super::{Access, Container, Image, Mount, MountKind, Place, Port, Scene};
use crate::words;

/// The whole scene.
#[must_use]
pub fn plain(scene: &Scene, language: Language, now: Timestamp) -> String {
    let mut lines = Vec::new();
    let count = scene.containers.len() + scene.left_out.containers;
    let up = scene.containers.iter().filter(|one| one.is_up()).count();
    lines.push(match count {
        0 => format!("{} docker run IMAGE", words::map_empty(language)),
        _ => words::plain_containers(language, count, up),
    });
    for one in &scene.containers {
        lines.extend(container(one, scene.folder.as_deref(), language, now));
    }
    if scene.left_out.containers > 0 {
        lines.push(words::map_left_out(language, scene.left_out.containers));
    }
    for network in &scene.networks {
        if let Some(subnet) = &network.subnet {
            let name = network.name.as_str();
            lines.push(words::plain_network(language, name, subnet.as_str()));
        }
    }
    for volume in scene
        .volumes
        .iter()
        .filter(|volume| volume.users.is_empty())
    {
        lines.push(words::plain_volume_unused(
            language,
            volume_name(&volume.name),
        ));
    }
    if !scene.images.is_empty() {
        let names: Vec<String> = scene.images.iter().map(Image::name).collect();
        lines.push(words::plain_images(language, names.join(", ")));
    }
    lines.push(String::new());
    lines.join("\n")
}

fn container(
    one: &Container,
    folder: Option<&str>,
    language: Language,
    now: Timestamp,
) -> Vec<String> {
    let state = one.state_words(language, now);
    let (name, image) = (one.name.as_str(), one.image.as_str());
    let mut lines = vec![words::plain_container(language, image, name, state)];
    if one.is_up() {
        lines.extend(place(one, language));
        lines.extend(one.ports.iter().map(|one| port(one, language)));
    }
    lines.extend(one.mounts.iter().map(|one| mount(one, folder, language)));
    lines
}

fn place(one: &Container, language: Language) -> Vec<String> {
    match &one.place {
        Place::Nowhere => vec![words::plain_nowhere(language)],
        Place::Host => vec![words::plain_on_host(language)],
        Place::Container(name) => vec![words::plain_on_container(language, name.as_str())],
        Place::Networks(all) => all
            .iter()
            .map(|at| words::plain_address(language, at.address.as_str(), at.network.as_str()))
            .collect(),
    }
}

fn port(port: &Port, language: Language) -> String {
    let number = |number| port_number(number, &port.protocol);
    let number = |at: u16| number(at).trim_start_matches(':').to_owned();
    let inside = number(port.number);
    let Some(published) = &port.published else {
        return words::plain_port_closed(language, inside);
    };
    let lab = match published.address.as_str() {
        "" => number(published.port),
        address => format!("{address}:{}", number(published.port)),
    };
    match &published.outside {
        Some(outside) => words::plain_port_outside(language, inside, lab, localhost(outside)),
        None => words::plain_port(language, inside, lab),
    }
}

fn mount(mount: &Mount, folder: Option<&str>, language: Language) -> String {
    let place = mount.destination.as_str();
    let access = match mount.access {
        Access::ReadWrite => words::plain_writable(language),
        Access::ReadOnly => words::plain_read_only(language),
    };
    match mount.kind {
        MountKind::Volume => {
            words::plain_volume(language, access, volume_name(&mount.source), place)
        }
        MountKind::Tmpfs => words::plain_tmpfs(language, access, place),
        MountKind::Bind | MountKind::Other => {
            words::plain_folder(language, access, beneath(&mount.source, folder), place)
        }
    }
}
