//! What hangs on a container: published ports, mounts, processes.

use super::finding::{Condition, Judged, Step, actual_of, all_hold, expected_of, met_count};
use super::judge::Judge;
use super::matching::{number_in_words, text_holds, text_in_words};
use crate::probe::{Observation, Request};
use crate::say;
use crate::schema::{MountCheck, NumberMatch, PortCheck, ProcessCheck, TextMatch};
use crate::text::Text;
use crate::world::{Mount, PortBinding};

impl Judge<'_> {
    pub(super) fn port_check(&self, wanted: &PortCheck) -> Step<Judged> {
        let name = self.calling_name(&wanted.container);
        let expected = port_in_words(wanted, &name);
        let look_at = format!("docker port {name}");
        let Some(container) = self.container(&wanted.container) else {
            return Ok(no_container(expected));
        };
        let nearest = container
            .ports
            .iter()
            .filter(|port| port.protocol == wanted.protocol.word())
            .map(|port| (port_conditions(wanted, port), port))
            .rev()
            .max_by_key(|(conditions, _)| (all_hold(conditions), met_count(conditions)));
        let Some((conditions, port)) = nearest else {
            let actual = if container.network_mode == "host" {
                say!(
                    "no published port: it shares the network of the lab",
                    "aucun port publié : il partage le réseau du lab"
                )
            } else {
                say!("no published port", "aucun port publié")
            };
            return Ok(Judged::new(false, expected, actual).look_at(look_at));
        };
        // One published port is bound to IPv4 and to IPv6.
        let mut bindings: Vec<Text> = container.ports.iter().map(binding_in_words).collect();
        bindings.dedup();
        let actual = Text::join(&bindings, &Text::same(", "));
        Ok(Judged::new(all_hold(&conditions), expected, actual)
            .look_at(look_at)
            .with("host", port.host_port)
            .with("target", port.container_port)
            .with("address", &port.host_ip)
            .with("name", name))
    }

    pub(super) fn mount_check(&self, wanted: &MountCheck) -> Step<Judged> {
        let name = self.calling_name(&wanted.container);
        let nothing = Mount::default();
        let told = expected_of(&mount_conditions(wanted, &nothing));
        let expected = Text::new(
            format!("a mount in `{name}`, {}", told.en),
            format!("un montage dans `{name}`, {}", told.fr),
        );
        let look_at = format!("docker inspect -f '{{{{json .Mounts}}}}' {name}");
        let Some(container) = self.container(&wanted.container) else {
            return Ok(no_container(expected));
        };
        // Of several mounts above a path, the deepest is the one that is seen.
        let deepest = wanted.covers.as_deref().and_then(|path| {
            container
                .mounts
                .iter()
                .filter(|mount| covers(&mount.target, path))
                .max_by_key(|mount| mount.target.trim_end_matches('/').len())
        });
        let best = match deepest {
            Some(mount) => Some((mount_conditions(wanted, mount), mount)),
            None => container
                .mounts
                .iter()
                .map(|mount| (mount_conditions(wanted, mount), mount))
                .rev()
                .max_by_key(|(conditions, _)| (all_hold(conditions), met_count(conditions))),
        };
        let Some((conditions, mount)) = best else {
            let actual = say!("nothing is mounted in it", "rien n'y est monté");
            return Ok(Judged::new(false, expected, actual)
                .look_at(look_at)
                .with("name", name));
        };
        let actual = say!(
            "{} `{}` on `{}`",
            "{} `{}` sur `{}`",
            mount.kind,
            mount.source,
            mount.target
        );
        let met = all_hold(&conditions);
        let actual = if met || wanted.covers.is_some() && deepest.is_none() {
            actual
        } else {
            Text::join([&actual, &actual_of(&conditions)], &Text::same(": "))
        };
        Ok(Judged::new(met, expected, actual)
            .look_at(look_at)
            .with("name", name)
            .with("target", &mount.target)
            .with("source", &mount.source)
            .with("type", &mount.kind))
    }

    pub(super) fn process_check(&self, wanted: &ProcessCheck) -> Step<Judged> {
        let name = self.calling_name(&wanted.container);
        let words = text_in_words(&wanted.command);
        let expected = Text::new(
            format!("a process of `{name}`: {}", words.en),
            format!("un processus de `{name}` : {}", words.fr),
        );
        let Some(container) = self
            .container(&wanted.container)
            .filter(|one| one.is_alive())
        else {
            return Ok(no_container(expected));
        };
        let request = Request::Processes {
            container: container.id.clone(),
        };
        let Observation::Processes(lines) = self.look(request)? else {
            return Ok(no_container(expected));
        };
        let found = lines.iter().find(|line| text_holds(&wanted.command, line));
        let actual = Text::same(found.map_or_else(|| lines.join("; "), String::clone));
        Ok(Judged::new(found.is_some(), expected, actual).look_at(format!("docker top {name}")))
    }
}

pub(super) fn no_container(expected: Text) -> Judged {
    let actual = say!("no such container", "aucun conteneur de ce genre");
    Judged::new(false, expected, actual).look_at("docker ps -a")
}

/// Whether a mount's place is a path or a folder above it.
fn covers(target: &str, path: &str) -> bool {
    let target = target.trim_end_matches('/');
    path == target
        || path
            .strip_prefix(target)
            .is_some_and(|rest| rest.starts_with('/'))
}

fn port_in_words(wanted: &PortCheck, name: &str) -> Text {
    let side = |number: &Option<NumberMatch>| match number {
        Some(number) => number_in_words(number),
        None => say!("any", "quelconque"),
    };
    let (host, target) = (side(&wanted.host), side(&wanted.target));
    let protocol = match wanted.protocol.word() {
        "tcp" => String::new(),
        other => format!("/{other}"),
    };
    Text::new(
        format!(
            "port {} of the lab → port {}{protocol} of `{name}`",
            host.en, target.en
        ),
        format!(
            "port {} du lab → port {}{protocol} de `{name}`",
            host.fr, target.fr
        ),
    )
}

fn binding_in_words(port: &PortBinding) -> Text {
    let protocol = match port.protocol.as_str() {
        "tcp" => String::new(),
        other => format!("/{other}"),
    };
    Text::same(format!(
        "{} → {}{protocol}",
        port.host_port, port.container_port
    ))
}

fn port_conditions(wanted: &PortCheck, port: &PortBinding) -> Vec<Condition> {
    let mut all = Vec::new();
    let numbers = [
        (&wanted.host, port.host_port),
        (&wanted.target, port.container_port),
    ];
    for (matcher, found) in numbers {
        if let Some(matcher) = matcher {
            let found = Text::same(found.to_string());
            let holds = found.en.parse().is_ok_and(|number| matcher.holds(number));
            all.push(Condition::new(holds, number_in_words(matcher), found));
        }
    }
    if let Some(matcher) = &wanted.address {
        let holds = text_holds(matcher, &port.host_ip);
        all.push(Condition::new(
            holds,
            text_in_words(matcher),
            Text::same(&port.host_ip),
        ));
    }
    all
}

fn mount_conditions(wanted: &MountCheck, mount: &Mount) -> Vec<Condition> {
    let mut all = Vec::new();
    if let Some(path) = &wanted.covers {
        all.push(Condition::new(
            covers(&mount.target, path),
            say!("over `{}`", "par-dessus `{}`", path),
            say!("on `{}`", "sur `{}`", mount.target),
        ));
    }
    if let Some(kinds) = &wanted.kind {
        let words: Vec<&str> = kinds.iter().map(|kind| kind.word()).collect();
        let holds = words.contains(&mount.kind.as_str());
        let expected = Text::new(words.join(" or "), words.join(" ou "));
        all.push(Condition::new(holds, expected, Text::same(&mount.kind)));
    }
    for (matcher, found, en, fr) in [
        (&wanted.target, &mount.target, "on", "sur"),
        (&wanted.source, &mount.source, "from", "depuis"),
    ] {
        if let Some(matcher) = matcher {
            all.push(worded(matcher, found, en, fr));
        }
    }
    if let Some(rw) = wanted.rw {
        let words = |rw| match rw {
            true => say!("writable", "accessible en écriture"),
            false => say!("read-only", "en lecture seule"),
        };
        all.push(Condition::new(mount.rw == rw, words(rw), words(mount.rw)));
    }
    if let Some(size) = &wanted.size {
        let words = number_in_words(size);
        let expected = Text::new(
            format!("{} bytes", words.en),
            format!("{} octets", words.fr),
        );
        let actual = match mount.size {
            Some(bytes) => say!("{} bytes", "{} octets", bytes),
            None => say!("no size limit", "sans limite de taille"),
        };
        let holds = mount.size.is_some_and(|bytes| size.holds(bytes));
        all.push(Condition::new(holds, expected, actual));
    }
    all
}

fn worded(matcher: &TextMatch, found: &str, en: &str, fr: &str) -> Condition {
    let words = text_in_words(matcher);
    Condition::new(
        text_holds(matcher, found),
        Text::new(format!("{en} {}", words.en), format!("{fr} {}", words.fr)),
        Text::new(format!("{en} `{found}`"), format!("{fr} `{found}`")),
    )
}
