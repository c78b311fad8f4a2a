//! From an engine's replies to a scene's types. Pure, and lenient: engines
//! leave members out.

use std::collections::BTreeMap;

use jiff::Timestamp;
use plimsoll_api as api;
use plimsoll_api::container::{ContainerInspect, ContainerSummary, MountPoint};
use plimsoll_api::image::ImageSummary;
use plimsoll_api::lab::{LabChange, LayerContents, PublishedPort};

use super::text::{clean, short_id};
use super::{
    Access, Attachment, Change, ChangeKind, Container, Contents, Count, Health, Image, Mount,
    MountKind, Network, Place, Port, Published, Volume,
};

/// Ports, mounts and networks of one container that are kept.
const MOST_DOORS: usize = 12;

/// The containers that are worth the look, each with its place in the list:
/// those that run first, the newest first among equals.
pub fn most_telling(listed: &[ContainerSummary], most: usize) -> Vec<(usize, &ContainerSummary)> {
    let mut ranked: Vec<_> = listed.iter().enumerate().rev().collect();
    ranked.sort_by_key(|(_, one)| one.state != api::ContainerStatus::Running);
    ranked.truncate(most);
    ranked
}

/// A name without Docker's slash; of several the one that is no link.
pub fn plain_name(names: &[String]) -> &str {
    let stripped = names.iter().map(|name| name.trim_start_matches('/'));
    let own = stripped.clone().find(|name| !name.contains('/'));
    own.or_else(|| names.first().map(String::as_str))
        .unwrap_or_default()
}

/// `names` is every container's name by its id.
pub fn container(
    inspect: &ContainerInspect,
    image: &str,
    outside: &[PublishedPort],
    names: &BTreeMap<&str, &str>,
) -> Container {
    let state = &inspect.state;
    let health = state.health.as_ref();
    let mut ports = ports(inspect, outside);
    let mut mounts: Vec<Mount> = inspect.mounts.iter().map(mount).collect();
    for mount in tmpfs(inspect) {
        if !mounts
            .iter()
            .any(|known| known.destination == mount.destination)
        {
            mounts.push(mount);
        }
    }
    let image = match image.starts_with("sha256:") {
        true => short_id(image),
        false => clean(image),
    };
    let more_ports = cut(&mut ports);
    let more_mounts = cut(&mut mounts);
    Container {
        id: short_id(&inspect.id),
        name: clean(inspect.name.trim_start_matches('/')),
        image,
        image_id: clean(&inspect.image),
        command: command(inspect),
        state: state.status,
        health: health.and_then(|health| Health::of_word(&health.status)),
        created_at: moment(&inspect.created),
        started_at: moment(&state.started_at),
        finished_at: moment(&state.finished_at),
        exit_code: state.exit_code,
        place: place(inspect, names),
        ports,
        more_ports,
        mounts,
        more_mounts,
        writable: None,
    }
}

/// How many were too many.
fn cut<T>(list: &mut Vec<T>) -> usize {
    let more = list.len().saturating_sub(MOST_DOORS);
    list.truncate(MOST_DOORS);
    more
}

/// `None` also for Docker's "never", the year 1.
fn moment(text: &str) -> Option<Timestamp> {
    let moment: Timestamp = text.parse().ok()?;
    (moment > Timestamp::UNIX_EPOCH).then_some(moment)
}

fn command(inspect: &ContainerInspect) -> String {
    let words = std::iter::once(&inspect.path).chain(&inspect.args);
    // Only as many words as can be seen.
    let words: Vec<&str> = words.map(String::as_str).take(64).collect();
    clean(&words.join(" "))
}

fn place(inspect: &ContainerInspect, names: &BTreeMap<&str, &str>) -> Place {
    let mode = inspect.host_config.network_mode.as_str();
    if let Some(other) = mode.strip_prefix("container:") {
        let name = names.get(other).map(|name| clean(name));
        return Place::Container(name.unwrap_or_else(|| short_id(other)));
    }
    let attached = inspect.network_settings.networks.iter().take(MOST_DOORS);
    let attached = attached.map(|(name, endpoint)| Attachment {
        network: clean(name),
        address: clean(&endpoint.ip_address),
    });
    match mode {
        "host" => Place::Host,
        "none" => Place::Nowhere,
        _ => Place::Networks(attached.collect()),
    }
}

/// Declared and published ports; the same door for IPv4 and IPv6 is one.
fn ports(inspect: &ContainerInspect, outside: &[PublishedPort]) -> Vec<Port> {
    let mut all: Vec<Port> = Vec::new();
    for (port, bindings) in &inspect.network_settings.ports {
        let mut add = |published: Option<Published>| {
            let port = Port {
                number: port.number,
                protocol: port.protocol.to_string(),
                published,
            };
            if !all.contains(&port) {
                all.push(port);
            }
        };
        match bindings.as_deref() {
            None | Some([]) => add(None),
            Some(bindings) => {
                for binding in bindings {
                    add(published(*port, binding, inspect, outside));
                }
            }
        }
    }
    // Open doors first: they must not be cut off by declared ones.
    all.sort_by_key(|port| (port.published.is_none(), port.number));
    all
}

fn published(
    port: api::Port,
    binding: &api::PortBinding,
    inspect: &ContainerInspect,
    outside: &[PublishedPort],
) -> Option<Published> {
    let number: u16 = binding.host_port.parse().ok()?;
    let is_it = |one: &&PublishedPort| {
        one.container_id == inspect.id
            && one.container_port == port.number
            && one.protocol == port.protocol.as_str()
            && one.lab_port == number
    };
    let address = match binding.host_ip.as_str() {
        "0.0.0.0" | "::" => String::new(),
        address => clean(address),
    };
    Some(Published {
        address,
        port: number,
        outside: outside
            .iter()
            .find(is_it)
            .and_then(|one| one.host_address.as_deref())
            .map(clean),
    })
}

fn mount(point: &MountPoint) -> Mount {
    let kind = match point.kind.as_str() {
        "bind" => MountKind::Bind,
        "volume" => MountKind::Volume,
        "tmpfs" => MountKind::Tmpfs,
        _ => MountKind::Other,
    };
    Mount {
        source: match kind {
            MountKind::Volume => clean(&point.name),
            MountKind::Tmpfs => String::new(),
            _ => clean(&point.source),
        },
        kind,
        destination: clean(&point.destination),
        access: match point.rw {
            true => Access::ReadWrite,
            false => Access::ReadOnly,
        },
    }
}

/// `--tmpfs` is not among an inspected container's mounts.
fn tmpfs(inspect: &ContainerInspect) -> impl Iterator<Item = Mount> {
    let asked = inspect.host_config.tmpfs.iter();
    asked.map(|(destination, options)| Mount {
        kind: MountKind::Tmpfs,
        source: String::new(),
        destination: clean(destination),
        access: match options.split(',').any(|option| option == "ro") {
            true => Access::ReadOnly,
            false => Access::ReadWrite,
        },
    })
}

pub fn contents(found: &LayerContents) -> Contents {
    let number = |count: u64| usize::try_from(count).unwrap_or(usize::MAX);
    let few = |paths: &mut dyn Iterator<Item = &String>| -> Vec<String> {
        paths.take(MOST_DOORS).map(|path| clean(path)).collect()
    };
    let files = number(found.files);
    Contents {
        files: match found.complete {
            true => Count::Exactly(files),
            false => Count::AtLeast(files),
        },
        largest: few(&mut found.largest.iter().map(|file| &file.path)),
        deleted: number(found.deleted),
        first_deleted: few(&mut found.first_deleted.iter()),
    }
}

pub fn change(item: &LabChange) -> Change {
    Change {
        kind: match item.kind {
            1 => ChangeKind::Added,
            2 => ChangeKind::Deleted,
            _ => ChangeKind::Changed,
        },
        path: clean(&item.path),
        is_folder: item.folder,
    }
}

/// `bridge` first, as it is there before anybody makes another.
pub fn networks(mut all: Vec<api::Network>, most: usize) -> Vec<Network> {
    all.sort_by(|a, b| (a.name != "bridge", &a.name).cmp(&(b.name != "bridge", &b.name)));
    all.truncate(most);
    all.iter().map(network).collect()
}

fn network(network: &api::Network) -> Network {
    let pools = network.ipam.config.as_deref().unwrap_or_default();
    let pool = pools.iter().find(|pool| !pool.subnet.contains(':'));
    let told = |text: &String| Some(clean(text)).filter(|text| !text.is_empty());
    let option = |name: &str| network.options.get(name).and_then(told);
    let device = match network.driver.as_str() {
        "ipvlan" | "macvlan" => option("parent"),
        "bridge" => option("com.docker.network.bridge.name"),
        _ => None,
    };
    Network {
        name: clean(&network.name),
        driver: clean(&network.driver),
        subnet: pool.and_then(|pool| told(&pool.subnet)),
        gateway: pool.and_then(|pool| told(&pool.gateway)),
        device,
        internal: network.internal,
    }
}

pub fn volumes(
    mut all: Vec<api::Volume>,
    containers: &[ContainerSummary],
    most: usize,
) -> Vec<Volume> {
    all.sort_by(|a, b| a.name.cmp(&b.name));
    all.truncate(most);
    let users = |name: &str| {
        let has = |one: &&ContainerSummary| one.mounts.iter().any(|mount| mount.name == name);
        let users = containers.iter().filter(has).take(MOST_DOORS);
        users.map(|one| clean(plain_name(&one.names))).collect()
    };
    all.iter()
        .map(|volume| Volume {
            users: users(&volume.name),
            name: clean(&volume.name),
        })
        .collect()
}

pub fn images(all: Vec<ImageSummary>, most: usize) -> Vec<Image> {
    let mut images: Vec<Image> = all.iter().map(image).collect();
    images.sort_by_key(|image| (image.tags.is_empty(), image.name()));
    images.truncate(most);
    images
}

fn image(image: &ImageSummary) -> Image {
    let tags = image.repo_tags.iter().filter(|tag| *tag != "<none>:<none>");
    Image {
        id: clean(&image.id),
        tags: tags.take(MOST_DOORS).map(|tag| clean(tag)).collect(),
        size: u64::try_from(image.size).unwrap_or(0),
        ..Image::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn inspected(value: serde_json::Value) -> Container {
        let inspect: ContainerInspect = serde_json::from_value(value).expect("an inspect reply");
        let outside = [PublishedPort {
            container_id: "f00dfeed0123456789".to_owned(),
            container_port: 80,
            protocol: "tcp".to_owned(),
            lab_port: 8080,
            host_address: Some("127.0.0.1:8080".to_owned()),
            ..PublishedPort::default()
        }];
        let names = BTreeMap::from([("abcdef", "db")]);
        container(&inspect, "nginx", &outside, &names)
    }

    #[test]
    fn a_door_says_where_it_is_in_the_lab_and_outside() {
        let seen = inspected(json!({
            "Id": "f00dfeed0123456789",
            "Name": "/web",
            "HostConfig": {"NetworkMode": "bridge", "Tmpfs": {"/run": "ro,size=1m"}},
            "NetworkSettings": {
                "Ports": {
                    "80/tcp": [
                        {"HostIp": "0.0.0.0", "HostPort": "8080"},
                        {"HostIp": "::", "HostPort": "8080"},
                    ],
                    "443/tcp": null,
                },
                "Networks": {"bridge": {"IPAddress": "172.17.0.2"}},
            },
        }));
        assert_eq!(seen.name, "web");
        let published = Published {
            address: String::new(),
            port: 8080,
            outside: Some("127.0.0.1:8080".to_owned()),
        };
        let doors: Vec<_> = seen
            .ports
            .iter()
            .map(|port| (port.number, port.published.clone()))
            .collect();
        assert_eq!(doors, [(80, Some(published)), (443, None)]);
        assert_eq!(seen.mounts[0].kind, MountKind::Tmpfs);
        assert_eq!(seen.mounts[0].access, Access::ReadOnly);
    }

    #[test]
    fn the_network_of_another_container_is_named_by_it() {
        let mode = |mode: &str| inspected(json!({"HostConfig": {"NetworkMode": mode}})).place;
        assert_eq!(mode("container:abcdef"), Place::Container("db".to_owned()));
        assert_eq!(
            mode("container:0123456789abcdef"),
            Place::Container("0123456789ab".to_owned())
        );
        assert_eq!(mode("host"), Place::Host);
        assert_eq!(mode("none"), Place::Nowhere);
    }

    #[test]
    fn never_is_no_moment() {
        assert_eq!(moment("0001-01-01T00:00:00Z"), None);
        assert_eq!(moment("tomorrow"), None);
        assert!(moment("2026-01-01T00:00:55.123456789Z").is_some());
    }

    #[test]
    fn hostile_text_and_numbers_are_bounded() {
        let ports: serde_json::Map<String, serde_json::Value> = (1..=500)
            .map(|port| (format!("{port}/tcp"), serde_json::Value::Null))
            .collect();
        let seen = inspected(json!({
            "Name": "/we\u{1b}[31mb\nx",
            "Path": "sh",
            "Args": ["-c", "x".repeat(1_000_000)],
            "NetworkSettings": {"Ports": ports},
            "Mounts": [{"Type": "bind", "Source": "/a\u{202e}b\r", "Destination": "/\u{7}", "RW": true}],
        }));
        assert_eq!(seen.name, "we?[31mb?x");
        assert_eq!(seen.command.chars().count(), crate::scene::text::LONGEST);
        assert_eq!(
            (seen.ports.len(), seen.more_ports),
            (MOST_DOORS, 500 - MOST_DOORS)
        );
        assert_eq!(seen.mounts[0].source, "/a?b?");
        assert_eq!(seen.mounts[0].destination, "/?");
    }

    #[test]
    fn those_that_run_are_looked_at_first() {
        let one = |name: &str, state| ContainerSummary {
            names: vec![format!("/{name}")],
            state,
            ..ContainerSummary::default()
        };
        use api::ContainerStatus::{Exited, Running};
        let listed = [
            one("a", Running),
            one("b", Exited),
            one("c", Exited),
            one("d", Running),
        ];
        let chosen = most_telling(&listed, 3);
        let names: Vec<_> = chosen
            .iter()
            .map(|(at, one)| (*at, plain_name(&one.names)))
            .collect();
        assert_eq!(names, [(3, "d"), (0, "a"), (2, "c")]);
    }
}
