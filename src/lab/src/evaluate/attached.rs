//! What hangs on a container: published ports, processes. Mounts: `mounts.rs`.

use super::finding::{Condition, Judged, Step, all_hold, met_count};
use super::judge::Judge;
use super::matching::{number_in_words, text_holds, text_in_words};
use crate::probe::{Observation, Request};
use crate::say;
use crate::schema::{NumberMatch, PortCheck, ProcessCheck};
use crate::text::Text;
use crate::world::PortBinding;

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
        // One published port is bound to IPv4 and to IPv6.
        let mut bindings: Vec<Text> = container.ports.iter().map(binding_in_words).collect();
        bindings.dedup();
        let published = Text::join(&bindings, &Text::same(", "));
        let Some((conditions, port)) = nearest else {
            let actual = if !bindings.is_empty() {
                published
            } else if container.network_mode == "host" {
                say!(
                    "no published port: it shares the network of the lab",
                    "aucun port publié : il partage le réseau du lab"
                )
            } else {
                say!("no published port", "aucun port publié")
            };
            return Ok(Judged::new(false, expected, actual).look_at(look_at));
        };
        Ok(Judged::new(all_hold(&conditions), expected, published)
            .look_at(look_at)
            .with("host", port.host_port)
            .with("target", port.container_port)
            .with("address", &port.host_ip)
            .with("name", name))
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
