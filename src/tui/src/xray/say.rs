//! A line in a sentence, short enough to stand on one where there is room.

use plimsoll_api::operation::{BoundPath, Cable, Door, Facts};
use plimsoll_text::Language;

use super::{Line, Operation, Told};
use crate::scene::amount;
use crate::scene::text::short_id;
use crate::words;

/// A line's name, at its beginning.
#[must_use]
pub fn label(line: &Line, language: Language) -> String {
    let Told::Known(facts) = &line.told else {
        return line.kind.clone();
    };
    match facts {
        Facts::Image { .. } | Facts::Missing { .. } => words::xray_image(language),
        Facts::Fetch { .. } => words::xray_fetch(language),
        Facts::Unpack { .. } => words::xray_unpack(language),
        Facts::Name { .. } => words::xray_name(language),
        Facts::Container { .. } => words::xray_container(language),
        Facts::Volume { .. } | Facts::Fill { .. } => words::xray_volume(language),
        Facts::Overlay { .. } => words::xray_overlay(language),
        Facts::Clone { .. } => words::xray_clone(language),
        Facts::Join { .. } => words::xray_join(language),
        Facts::Network { .. } => words::xray_network(language),
        Facts::Mounts { .. } => words::xray_mounts(language),
        Facts::Limits { .. } => words::xray_limits(language),
        Facts::Exec { .. } => words::xray_exec(language),
        Facts::Port { .. } => words::xray_port(language),
        Facts::Signal { .. } => words::xray_signal(language),
        Facts::Patience {} => words::xray_wait(language),
        Facts::End { .. } => words::xray_end(language),
        Facts::Remove { .. } => words::xray_remove(language),
        Facts::Copy { .. } => words::xray_copy(language),
        Facts::Change { .. } => words::xray_change(language),
    }
}

/// What it tells.
#[must_use]
pub fn sentence(line: &Line, language: Language) -> String {
    match &line.told {
        Told::Known(facts) => of_facts(facts, language),
        Told::Other(data) => data.clone(),
    }
}

fn of_facts(facts: &Facts, language: Language) -> String {
    match facts {
        Facts::Image { reference, layers } => {
            words::xray_image_found(language, *layers, reference.as_str())
        }
        Facts::Missing { reference } => words::xray_image_missing(language, reference.as_str()),
        Facts::Fetch {
            reference,
            layers,
            new_layers,
            bytes,
        } => match new_layers {
            0 => words::xray_fetched_nothing(language, *layers, reference.as_str()),
            new => words::xray_fetched(
                language,
                *layers,
                reference.as_str(),
                *new,
                size(language, *bytes),
            ),
        },
        Facts::Unpack { new_layers, bytes } => match new_layers {
            0 => words::xray_unpacked_nothing(language),
            new => words::xray_unpacked(language, *new, size(language, *bytes)),
        },
        Facts::Name { reference, image } => {
            words::xray_named(language, short_id(image), reference.as_str())
        }
        Facts::Container { name, id } => {
            words::xray_container_made(language, short_id(id), name.as_str())
        }
        Facts::Volume { name, anonymous } => match anonymous {
            true => words::xray_volume_anonymous(language, short_id(name)),
            false => words::xray_volume_made(language, name.as_str()),
        },
        Facts::Fill { name, destination } => {
            words::xray_volume_filled(language, short_name(name), destination.as_str())
        }
        Facts::Overlay { layers, upper } => match layers {
            0 => words::xray_root_directory(language, upper.as_str()),
            layers => words::xray_overlay_made(language, *layers),
        },
        Facts::Copy { inwards, path } => match inwards {
            true => words::xray_copied_in(language, path.as_str()),
            false => words::xray_copied_out(language, path.as_str()),
        },
        other => of_process(other, language),
    }
}

/// What happens to processes: their making, their limits, their end.
fn of_process(facts: &Facts, language: Language) -> String {
    match facts {
        Facts::Clone {
            namespaces,
            shared,
            root_is,
            ..
        } => cloned(namespaces, shared, *root_is, language),
        Facts::Join { process } => words::xray_joined(language, process.to_string()),
        Facts::Network { mode, cables } => network(mode, cables, language),
        Facts::Mounts {
            file_systems,
            binds,
            more_binds,
            devices,
            ..
        } => mounts(file_systems.len(), *devices, binds, *more_binds, language),
        Facts::Limits { .. } => limits(facts, language),
        Facts::Exec {
            words,
            more_words,
            user,
            ..
        } => executed(words, *more_words, user, language),
        Facts::Port { ports, more } => doors(ports, *more, language),
        Facts::Signal {
            signal,
            number,
            process,
        } => {
            let process = process.to_string();
            match signal.as_str() {
                "" => words::xray_signal_sent(language, process, number.to_string()),
                signal => words::xray_signal_sent(language, process, signal),
            }
        }
        Facts::Patience {} => words::xray_did_not_end(language),
        Facts::End { code } => words::xray_ended(language, code.to_string()),
        Facts::Remove { what, name, bytes } => removed(what, name, *bytes, language),
        Facts::Change { action, detail } => changed(action, detail, language),
        _ => String::new(),
    }
}

/// A size that is not folded.
fn size(language: Language, bytes: u64) -> String {
    amount::size(language, bytes).replace(' ', "\u{a0}")
}

/// Parts of a sentence, one after the other.
fn joined(parts: &[String], language: Language) -> String {
    parts.join(match language {
        Language::English => "; ",
        Language::French => "\u{a0}; ",
    })
}

fn cloned(own: &[String], shared: &[String], root_is: Option<u32>, language: Language) -> String {
    let mut parts = vec![words::xray_namespaces_made(language, own.join(", "))];
    if !shared.is_empty() {
        parts.push(words::xray_namespaces_shared(language, shared.join(", ")));
    }
    if let Some(user) = root_is {
        parts.push(words::xray_root_is(language, user.to_string()));
    }
    joined(&parts, language)
}

fn network(mode: &str, cables: &[Cable], language: Language) -> String {
    match mode {
        "own" if cables.is_empty() => words::xray_network_none(language),
        "own" => {
            let cable = |cable: &Cable| {
                let address = format!("{}/{}", cable.address, cable.prefix);
                words::xray_network_cable(
                    language,
                    address,
                    cable.bridge.as_str(),
                    cable.inner.as_str(),
                )
            };
            joined(&cables.iter().map(cable).collect::<Vec<_>>(), language)
        }
        "shared" => words::xray_network_shared(language),
        _ => words::xray_network_host(language),
    }
}

fn mounts(
    file_systems: usize,
    devices: u64,
    binds: &[BoundPath],
    more: u64,
    language: Language,
) -> String {
    let mut parts = vec![words::xray_file_systems(language, devices, file_systems)];
    for bind in binds {
        let source = bind.volume.as_deref().map(short_name);
        let source = source.unwrap_or_else(|| bind.source.clone());
        let place = bind.destination.as_str();
        parts.push(match bind.read_only {
            true => words::xray_bound_read_only(language, place, source),
            false => words::xray_bound(language, place, source),
        });
    }
    if more > 0 {
        parts.push(words::xray_more(language, more));
    }
    joined(&parts, language)
}

fn limits(facts: &Facts, language: Language) -> String {
    let Facts::Limits {
        capabilities,
        all_capabilities,
        calls,
        all_calls,
        masked,
        root_read_only,
        resources,
        ..
    } = facts
    else {
        return String::new();
    };
    let mut parts = Vec::new();
    match capabilities {
        Some(kept) if kept == all_capabilities => {
            parts.push(words::xray_all_capabilities(language));
        }
        Some(kept) => parts.push(words::xray_capabilities(language, *all_capabilities, *kept)),
        None => {}
    }
    match calls {
        Some(calls) if calls == all_calls => parts.push(words::xray_all_calls(language)),
        Some(calls) => parts.push(words::xray_calls(language, *all_calls, *calls)),
        None => {}
    }
    if *masked > 0 {
        parts.push(words::xray_masked(language, *masked));
    }
    if *root_read_only {
        parts.push(words::xray_root_read_only(language));
    }
    if *resources > 0 {
        parts.push(words::xray_resources(language, *resources));
    }
    parts.join(", ")
}

fn executed(command: &[String], more: u64, user: &str, language: Language) -> String {
    let quoted = |word: &String| match word.contains([' ', '"', '\'', ';', '&', '|', '$']) {
        true => format!("'{word}'"),
        false => word.clone(),
    };
    let mut line: Vec<String> = command.iter().map(quoted).collect();
    if more > 0 {
        line.push("…".to_owned());
    }
    let user = match user {
        "" => "root",
        user => user,
    };
    words::xray_executed(language, line.join(" "), user)
}

fn doors(ports: &[Door], more: u64, language: Language) -> String {
    let mut parts: Vec<String> = Vec::new();
    for door in ports {
        // One for each family of addresses, and it says no more.
        if door.lab_ip.contains(':') && ports.iter().any(|one| is_twin(one, door)) {
            continue;
        }
        let ip = match door.lab_ip.as_str() {
            "0.0.0.0" | "::" => "",
            ip => ip,
        };
        let inside = format!("{}:{}", door.address, door.port);
        let lab = format!("{ip}:{}", door.lab_port);
        let door = match &door.outside {
            Some(outside) => words::xray_door_outside(language, inside, lab, outside.as_str()),
            None => words::xray_door(language, inside, lab),
        };
        parts.push(door);
    }
    if more > 0 {
        parts.push(words::xray_more(language, more));
    }
    if parts.is_empty() {
        return words::xray_no_door(language);
    }
    joined(&parts, language)
}

fn is_twin(one: &Door, other: &Door) -> bool {
    !one.lab_ip.contains(':')
        && (one.lab_port, one.port, &one.protocol) == (other.lab_port, other.port, &other.protocol)
}

fn removed(what: &str, name: &str, bytes: Option<u64>, language: Language) -> String {
    match what {
        "container" => words::xray_container_gone(language, name),
        "volume" => words::xray_volume_gone(language, short_name(name)),
        "image" => {
            let size = size(language, bytes.unwrap_or(0));
            words::xray_image_gone(language, short_id(name), size)
        }
        "name" => words::xray_name_gone(language, name),
        other => format!("{other} {name}"),
    }
}

fn changed(action: &str, detail: &str, language: Language) -> String {
    match action {
        "pause" => words::xray_paused(language),
        "unpause" => words::xray_resumed(language),
        "rename" => words::xray_renamed(language, detail),
        "update" => words::xray_updated(language),
        other => format!("{other} {detail}").trim_end().to_owned(),
    }
}

/// A volume that nobody named has 64 digits for a name.
fn short_name(name: &str) -> String {
    let is_made_up = name.len() == 64 && name.bytes().all(|byte| byte.is_ascii_hexdigit());
    match is_made_up {
        true => short_id(name),
        false => name.to_owned(),
    }
}

/// What an operation without lines comes to.
#[must_use]
pub fn without_lines(operation: &Operation, language: Language) -> String {
    let subject = operation.subject.as_str();
    match operation.kind.as_str() {
        "container.start" => words::xray_runs_already(language, subject),
        "container.stop" => words::xray_does_not_run(language, subject),
        kind if kind.ends_with(".prune") => words::xray_nothing_to_remove(language),
        _ => call(operation, language),
    }
}

/// A call in plain words, where nobody said what was typed.
#[must_use]
pub fn call(operation: &Operation, language: Language) -> String {
    let kind = operation.kind.replace('.', "-");
    let said = words::xray_call(language, kind, operation.subject.as_str());
    said.trim_end().to_owned()
}

/// A span of time, in a unit that needs few digits.
#[must_use]
pub fn took(micros: u64, language: Language) -> String {
    let point = match language {
        Language::English => '.',
        Language::French => ',',
    };
    match micros {
        0..100 => format!("{micros} µs"),
        100..9_950 => {
            let tenths = (micros + 50) / 100;
            format!("{}{point}{} ms", tenths / 10, tenths % 10)
        }
        9_950..999_500 => format!("{} ms", (micros + 500) / 1000),
        _ => {
            let tenths = micros.saturating_add(50_000) / 100_000;
            format!("{}{point}{} s", tenths / 10, tenths % 10)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_have_few_digits() {
        let spans = [
            0, 99, 100, 149, 340, 3_449, 9_949, 9_950, 12_500, 999_499, 999_500, 10_040_000,
        ];
        assert_eq!(
            spans.map(|span| took(span, Language::English)),
            [
                "0 µs", "99 µs", "0.1 ms", "0.1 ms", "0.3 ms", "3.4 ms", "9.9 ms", "10 ms",
                "13 ms", "999 ms", "1.0 s", "10.0 s"
            ]
        );
        assert_eq!(took(3_400, Language::French), "3,4 ms");
        assert!(took(u64::MAX, Language::English).ends_with(" s"));
    }

    #[test]
    fn a_port_of_both_families_is_one_door() {
        let door = |ip: &str| Door {
            lab_ip: ip.into(),
            lab_port: 80,
            address: "172.17.0.2".into(),
            port: 80,
            protocol: "tcp".into(),
            outside: None,
        };
        let both = [door("0.0.0.0"), door("::")];
        assert_eq!(
            doors(&both, 0, Language::English),
            "lab :80 → 172.17.0.2:80"
        );
        let alone = [door("::1")];
        assert_eq!(
            doors(&alone, 3, Language::English),
            "lab ::1:80 → 172.17.0.2:80; 3 more"
        );
    }
}
