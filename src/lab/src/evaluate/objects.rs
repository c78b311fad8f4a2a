//! Containers, images, volumes, networks: does one meet a description?

use super::finding::{Condition, Judged, Step, actual_of, all_hold, expected_of, met_count};
use super::judge::Judge;
use super::matching::{any_text_holds, number_in_words, text_holds, text_in_words};
use crate::say;
use crate::schema::{
    CommandWanted, ContainerCheck, ContainerState, CountCheck, ImageCheck, NetworkCheck,
    NumberMatch, TextMatch, VolumeCheck,
};
use crate::text::Text;
use crate::world::{Container, Image, Network, Volume, full_name, means};
use std::collections::BTreeMap;

impl Judge<'_> {
    pub(super) fn container_check(&self, wanted: &ContainerCheck) -> Step<Judged> {
        let candidates: Vec<Container> = match &wanted.subject {
            Some(subject) => self.container(subject).cloned().into_iter().collect(),
            None if wanted.ever => self.world.containers_ever(),
            None => self.world.containers.clone(),
        };
        let nearest = candidates
            .iter()
            .map(|one| (self.container_conditions(wanted, one), one))
            .rev()
            .max_by_key(|(conditions, _)| (all_hold(conditions), met_count(conditions)));
        let Some((conditions, container)) = nearest else {
            let expected = self.container_in_words(wanted);
            let actual = say!("no such container", "aucun conteneur de ce genre");
            return Ok(Judged::new(false, expected, actual).look_at("docker ps -a"));
        };
        let told = actual_of(&conditions);
        let met = all_hold(&conditions);
        // The name's condition comes first, and says the name already.
        let says_name = wanted.name.is_some() && (met || !conditions[0].holds);
        let actual = match says_name {
            true => Text::new(
                format!("a container {}", told.en),
                format!("un conteneur {}", told.fr),
            ),
            false => Text::new(
                format!("`{}`: {}", container.name, told.en),
                format!("`{}` : {}", container.name, told.fr),
            ),
        };
        // Without a subject, something that meets nothing is no candidate.
        let actual = if !met && met_count(&conditions) == 0 && wanted.subject.is_none() {
            say!("no such container", "aucun conteneur de ce genre")
        } else {
            actual
        };
        Ok(Judged::new(met, self.container_in_words(wanted), actual)
            .look_at("docker ps -a")
            .with_all(container_words(container)))
    }

    fn container_in_words(&self, wanted: &ContainerCheck) -> Text {
        let nobody = nobody();
        let told = expected_of(&self.container_conditions(wanted, &nobody));
        let (en, fr) = match &wanted.subject {
            Some(subject) if wanted.name.is_none() => {
                let name = self.calling_name(subject);
                (format!("`{name}`: "), format!("`{name}` : "))
            }
            _ => ("a container ".to_string(), "un conteneur ".to_string()),
        };
        Text::new(format!("{en}{}", told.en), format!("{fr}{}", told.fr))
    }

    /// Every field that is set, on one container.
    pub(super) fn container_conditions(
        &self,
        wanted: &ContainerCheck,
        one: &Container,
    ) -> Vec<Condition> {
        let mut all = Vec::new();
        if let Some(name) = &wanted.name {
            all.push(field(name, &one.name, "named", "nommé"));
        }
        if let Some(image) = &wanted.image {
            all.push(self.image_condition(image, one));
        }
        if let Some(asked) = &wanted.image_asked {
            all.push(field(asked, &one.image_asked, "made from", "créé depuis"));
        }
        if let Some(command) = &wanted.command {
            all.push(self.command_condition(command, one));
        }
        if let Some(ran) = wanted.ran {
            all.push(ran_condition(ran, one));
        }
        if let Some(states) = &wanted.state {
            all.push(state_condition(states, one));
        }
        if let Some(code) = &wanted.exit_code {
            all.push(exit_condition(code, one));
        }
        self.settings_conditions(wanted, one, &mut all);
        all
    }

    fn settings_conditions(
        &self,
        wanted: &ContainerCheck,
        one: &Container,
        all: &mut Vec<Condition>,
    ) {
        let texts = [
            (&wanted.user, &one.user, "as user", "avec l'utilisateur"),
            (
                &wanted.network_mode,
                &one.network_mode,
                "on network",
                "sur le réseau",
            ),
            (
                &wanted.restart_policy,
                &one.restart_policy,
                "restart policy",
                "politique de redémarrage",
            ),
        ];
        for (matcher, found, en, fr) in texts {
            if let Some(matcher) = matcher {
                all.push(field(matcher, found, en, fr));
            }
        }
        if let Some(matcher) = &wanted.env {
            all.push(listed(matcher, &one.env, "environment", "environnement"));
        }
        if let Some(matcher) = &wanted.label {
            all.push(listed(matcher, &one.labels, "label", "étiquette"));
        }
        if let Some(matcher) = &wanted.memory {
            all.push(amount(
                matcher,
                one.memory,
                "memory limit in bytes",
                "limite de mémoire en octets",
            ));
        }
        let flags = [
            (
                wanted.read_only,
                one.read_only,
                "read-only root",
                "racine en lecture seule",
            ),
            (
                wanted.privileged,
                one.privileged,
                "privileged",
                "privilégié",
            ),
        ];
        for (matcher, found, en, fr) in flags {
            if let Some(wanted) = matcher {
                all.push(switch(wanted, found, en, fr));
            }
        }
    }

    /// Descent from the layers of an image as it was pulled: a name proves
    /// nothing.
    fn image_condition(&self, image: &str, one: &Container) -> Condition {
        let pulled = self.world.pulled_as(image);
        let holds = !pulled.is_empty() && self.world.container_descends(one, &pulled);
        let expected = say!("from the image `{}`", "de l'image `{}`", image);
        let asked = &one.image_asked;
        let actual = if holds {
            expected.clone()
        } else if means(image, &full_name(asked)) && !pulled.is_empty() {
            say!(
                "its image is called `{}` but is not the one that was pulled",
                "son image s'appelle `{}` mais n'est pas celle qui a été téléchargée",
                asked
            )
        } else if means(image, &full_name(asked)) {
            say!(
                "its image is called `{}` but `{}` was never pulled",
                "son image s'appelle `{}` mais `{}` n'a jamais été téléchargée",
                asked,
                image
            )
        } else {
            say!("its image is `{}`", "son image est `{}`", asked)
        };
        Condition::new(holds, expected, actual)
    }

    fn command_condition(&self, wanted: &CommandWanted, one: &Container) -> Condition {
        let line = one.command.join(" ");
        let actual = say!("it runs `{}`", "il exécute `{}`", line);
        match wanted {
            CommandWanted::Line(matcher) => {
                let words = text_in_words(matcher);
                let expected = Text::new(
                    format!("running {}", words.en),
                    format!("exécutant {}", words.fr),
                );
                Condition::new(text_holds(matcher, &line), expected, actual)
            }
            CommandWanted::Own => {
                let expected = say!(
                    "running the image's own command",
                    "exécutant la commande de l'image"
                );
                let own = one.own_command.or_else(|| {
                    let image = self.world.image_by_id(&one.image_id)?;
                    Some(image.own_command() == one.command)
                });
                Condition::new(own == Some(true), expected, actual)
            }
        }
    }

    pub(super) fn image_check(&self, wanted: &ImageCheck) -> Step<Judged> {
        let name = wanted.name.as_deref().unwrap_or("");
        if wanted.pulled == Some(true) {
            let expected = say!("the image `{}`, pulled", "l'image `{}`, téléchargée", name);
            let met = !self.world.pulled_as(name).is_empty();
            let actual = match (met, self.world.image(name)) {
                (true, _) => say!("it was pulled", "elle a été téléchargée"),
                (false, Some(_)) => say!(
                    "an image has that name, but it was not pulled",
                    "une image porte ce nom, mais elle n'a pas été téléchargée"
                ),
                (false, None) => say!("no such image", "aucune image de ce nom"),
            };
            return Ok(Judged::new(met, expected, actual)
                .look_at("docker images")
                .with("name", name));
        }
        let candidates: Vec<&Image> = match &wanted.name {
            Some(name) => self.world.image(name).into_iter().collect(),
            None => self.world.images.iter().collect(),
        };
        let expected = match &wanted.name {
            Some(name) => say!("the image `{}`", "l'image `{}`", name),
            None => say!("an image", "une image"),
        };
        let nobody = Image::default();
        let told = expected_of(&self.image_conditions(wanted, &nobody));
        let expected = if told.is_empty() {
            expected
        } else {
            Text::join([&expected, &told], &Text::same(", "))
        };
        Ok(nearest(
            candidates,
            |one| self.image_conditions(wanted, one),
            |one| one.calling_name(),
            expected,
            say!("no such image", "aucune image de ce genre"),
        )
        .look_at("docker images"))
    }

    fn image_conditions(&self, wanted: &ImageCheck, one: &Image) -> Vec<Condition> {
        let mut all = Vec::new();
        if let Some(base) = &wanted.from {
            let holds = self.world.pulled_as(base).is_base_of(&one.layers);
            let expected = say!("built on `{}`", "construite sur `{}`", base);
            let actual = if holds {
                expected.clone()
            } else {
                say!("not built on `{}`", "pas construite sur `{}`", base)
            };
            all.push(Condition::new(holds, expected, actual));
        }
        if let Some(matcher) = &wanted.label {
            all.push(listed(matcher, &one.labels, "label", "étiquette"));
        }
        if let Some(matcher) = &wanted.size {
            all.push(amount(
                matcher,
                one.size,
                "size in bytes",
                "taille en octets",
            ));
        }
        all
    }

    pub(super) fn volume_check(&self, wanted: &VolumeCheck) -> Step<Judged> {
        let told = expected_of(&self.volume_conditions(wanted, &Volume::default()));
        let expected = Text::new(
            format!("a volume {}", told.en),
            format!("un volume {}", told.fr),
        );
        Ok(nearest(
            self.world.volumes.iter().collect(),
            |one| self.volume_conditions(wanted, one),
            |one| one.name.clone(),
            expected,
            say!("no such volume", "aucun volume de ce genre"),
        )
        .look_at("docker volume ls"))
    }

    fn volume_conditions(&self, wanted: &VolumeCheck, one: &Volume) -> Vec<Condition> {
        let mut all = Vec::new();
        if let Some(matcher) = &wanted.name {
            all.push(field(matcher, &one.name, "named", "nommé"));
        }
        if let Some(matcher) = &wanted.driver {
            all.push(field(matcher, &one.driver, "driver", "pilote"));
        }
        if let Some(matcher) = &wanted.label {
            all.push(listed(matcher, &one.labels, "label", "étiquette"));
        }
        if let Some(user) = &wanted.used_by {
            let holds = self.container(user).is_some_and(|container| {
                container
                    .mounts
                    .iter()
                    .any(|mount| mount.kind == "volume" && mount.source == one.name)
            });
            let name = self.calling_name(user);
            let expected = say!("mounted by `{}`", "monté par `{}`", name);
            let actual = say!("not mounted by `{}`", "pas monté par `{}`", name);
            let actual = if holds { expected.clone() } else { actual };
            all.push(Condition::new(holds, expected, actual));
        }
        all
    }

    pub(super) fn network_check(&self, wanted: &NetworkCheck) -> Step<Judged> {
        let told = expected_of(&self.network_conditions(wanted, &Network::default()));
        let expected = Text::new(
            format!("a network {}", told.en),
            format!("un réseau {}", told.fr),
        );
        Ok(nearest(
            self.world.networks.iter().collect(),
            |one| self.network_conditions(wanted, one),
            |one| one.name.clone(),
            expected,
            say!("no such network", "aucun réseau de ce genre"),
        )
        .look_at("docker network ls"))
    }

    fn network_conditions(&self, wanted: &NetworkCheck, one: &Network) -> Vec<Condition> {
        let mut all = Vec::new();
        if let Some(matcher) = &wanted.name {
            all.push(field(matcher, &one.name, "named", "nommé"));
        }
        if let Some(matcher) = &wanted.driver {
            all.push(field(matcher, &one.driver, "driver", "pilote"));
        }
        let lists = [
            (&wanted.subnet, &one.subnets, "subnet", "sous-réseau"),
            (&wanted.gateway, &one.gateways, "gateway", "passerelle"),
            (&wanted.option, &one.options, "option", "option"),
        ];
        for (matcher, found, en, fr) in lists {
            if let Some(matcher) = matcher {
                all.push(listed(matcher, found, en, fr));
            }
        }
        if let Some(internal) = wanted.internal {
            all.push(switch(internal, one.internal, "internal", "interne"));
        }
        if let Some(member) = &wanted.joins {
            let holds = self.container(member).is_some_and(|container| {
                container.networks.iter().any(|(name, _)| *name == one.name)
            });
            let name = self.calling_name(member);
            let expected = say!("joined by `{}`", "rejoint par `{}`", name);
            let actual = say!("not joined by `{}`", "pas rejoint par `{}`", name);
            let actual = if holds { expected.clone() } else { actual };
            all.push(Condition::new(holds, expected, actual));
        }
        all
    }

    pub(super) fn count_check(&self, wanted: &CountCheck) -> Step<Judged> {
        let count = |objects: usize, what: &str, quoi: &str| {
            let found = i64::try_from(objects).unwrap_or(i64::MAX);
            let words = number_in_words(&wanted.is);
            let expected = Text::new(
                format!("{} {what}", words.en),
                format!("{} {quoi}", words.fr),
            );
            Judged::new(
                wanted.is.holds(found),
                expected,
                Text::same(found.to_string()),
            )
            .with("count", found)
        };
        if let Some(one) = &wanted.container {
            let all = if one.ever {
                self.world.containers_ever()
            } else {
                self.world.containers.clone()
            };
            let met = |container: &&Container| all_hold(&self.container_conditions(one, container));
            return Ok(
                count(all.iter().filter(met).count(), "containers", "conteneurs")
                    .look_at("docker ps -a"),
            );
        }
        if let Some(one) = &wanted.image {
            let met = |image: &&Image| {
                let named = one.name.as_ref().is_none_or(|name| {
                    image
                        .tags
                        .iter()
                        .any(|tag| full_name(tag) == full_name(name))
                });
                named && all_hold(&self.image_conditions(one, image))
            };
            let found = self.world.images.iter().filter(met).count();
            return Ok(count(found, "images", "images").look_at("docker images"));
        }
        if let Some(one) = &wanted.volume {
            let met = |volume: &&Volume| all_hold(&self.volume_conditions(one, volume));
            let found = self.world.volumes.iter().filter(met).count();
            return Ok(count(found, "volumes", "volumes").look_at("docker volume ls"));
        }
        let one = wanted.network.clone().unwrap_or_default();
        let met = |network: &&Network| all_hold(&self.network_conditions(&one, network));
        let found = self.world.networks.iter().filter(met).count();
        Ok(count(found, "networks", "réseaux").look_at("docker network ls"))
    }
}

/// The object that meets most, and how it falls short.
fn nearest<T>(
    candidates: Vec<&T>,
    conditions: impl Fn(&T) -> Vec<Condition>,
    name: impl Fn(&T) -> String,
    expected: Text,
    none: Text,
) -> Judged {
    let best = candidates
        .into_iter()
        .map(|one| (conditions(one), one))
        .rev()
        .max_by_key(|(conditions, _)| (all_hold(conditions), met_count(conditions)));
    match best {
        Some((conditions, one)) if all_hold(&conditions) || met_count(&conditions) > 0 => {
            let told = actual_of(&conditions);
            let name = name(one);
            let actual = if told.is_empty() {
                Text::same(format!("`{name}`"))
            } else {
                Text::new(
                    format!("`{name}`: {}", told.en),
                    format!("`{name}` : {}", told.fr),
                )
            };
            Judged::new(all_hold(&conditions), expected, actual).with("name", name)
        }
        _ => Judged::new(false, expected, none),
    }
}

/// What hints may name about a container.
pub(super) fn container_words(one: &Container) -> BTreeMap<String, String> {
    let mut words = BTreeMap::from([
        ("name".to_string(), one.name.clone()),
        ("id".to_string(), one.short_id().to_string()),
        ("image".to_string(), one.image_asked.clone()),
        ("state".to_string(), one.state.word().to_string()),
        ("command".to_string(), one.command.join(" ")),
    ]);
    if let Some(code) = one.exit_code {
        words.insert("exit-code".to_string(), code.to_string());
    }
    words
}

/// Stands for "no container" where only the wanted side is put into words.
fn nobody() -> Container {
    crate::world::PastContainer::default().into_container()
}

fn ran_condition(wanted: bool, one: &Container) -> Condition {
    let words = |ran| match ran {
        true => say!("started at least once", "démarré au moins une fois"),
        false => say!("never started", "jamais démarré"),
    };
    Condition::new(one.ran == wanted, words(wanted), words(one.ran))
}

fn state_condition(states: &[ContainerState], one: &Container) -> Condition {
    let names: Vec<Text> = states.iter().map(|state| state.in_words()).collect();
    let expected = Text::join(&names, &Text::new(" or ", " ou "));
    let actual = if one.removed {
        say!("removed since", "supprimé depuis")
    } else {
        match one.exit_code {
            Some(code) => say!("stopped, exit code {}", "arrêté, code de sortie {}", code),
            None => one.state.in_words(),
        }
    };
    let holds = !one.removed && states.contains(&one.state);
    Condition::new(holds, expected, actual)
}

fn exit_condition(wanted: &NumberMatch, one: &Container) -> Condition {
    let words = number_in_words(wanted);
    let expected = Text::new(
        format!("exit code {}", words.en),
        format!("code de sortie {}", words.fr),
    );
    let actual = match one.exit_code {
        Some(code) => say!("exit code {}", "code de sortie {}", code),
        None => say!("no exit code yet", "pas encore de code de sortie"),
    };
    let holds = one.exit_code.is_some_and(|code| wanted.holds(code));
    Condition::new(holds, expected, actual)
}

fn field(matcher: &TextMatch, found: &str, en: &str, fr: &str) -> Condition {
    let words = text_in_words(matcher);
    let expected = Text::new(format!("{en} {}", words.en), format!("{fr} {}", words.fr));
    let actual = if found.is_empty() {
        Text::new(format!("{en} nothing"), format!("{fr} : rien"))
    } else {
        Text::new(format!("{en} `{found}`"), format!("{fr} `{found}`"))
    };
    Condition::new(text_holds(matcher, found), expected, actual)
}

fn listed(matcher: &TextMatch, found: &[String], en: &str, fr: &str) -> Condition {
    let words = text_in_words(matcher);
    let expected = Text::new(format!("{en} {}", words.en), format!("{fr} {}", words.fr));
    let actual = if found.is_empty() {
        Text::new(format!("no {en}"), format!("{fr} : rien"))
    } else {
        let shown = found
            .iter()
            .take(4)
            .cloned()
            .collect::<Vec<_>>()
            .join("`, `");
        Text::new(format!("{en} `{shown}`"), format!("{fr} `{shown}`"))
    };
    Condition::new(any_text_holds(matcher, found), expected, actual)
}

fn amount(matcher: &NumberMatch, found: i64, en: &str, fr: &str) -> Condition {
    let words = number_in_words(matcher);
    let expected = Text::new(format!("{en} {}", words.en), format!("{fr} {}", words.fr));
    let actual = Text::new(format!("{en} {found}"), format!("{fr} {found}"));
    Condition::new(matcher.holds(found), expected, actual)
}

fn switch(wanted: bool, found: bool, en: &str, fr: &str) -> Condition {
    let words = |on: bool| match on {
        true => Text::new(en, fr),
        false => Text::new(format!("not {en}"), format!("sans : {fr}")),
    };
    Condition::new(wanted == found, words(wanted), words(found))
}
