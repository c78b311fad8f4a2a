//! What is mounted in a container, over a path or under a page that is served.

use super::attached::no_container;
use super::finding::{
    Blocked, Condition, Judged, Step, actual_of, all_hold, expected_of, met_count,
};
use super::judge::Judge;
use super::matching::{number_in_words, text_holds, text_in_words};
use crate::probe::{Observation, Request, fingerprint};
use crate::say;
use crate::schema::{MountCheck, ServedPage, TextMatch};
use crate::text::Text;
use crate::world::{Container, Mount};

impl Judge<'_> {
    pub(super) fn mount_check(&self, wanted: &MountCheck) -> Step<Judged> {
        let name = self.calling_name(&wanted.container);
        let expected = mount_in_words(wanted, &name);
        let look_at = format!("docker inspect -f '{{{{json .Mounts}}}}' {name}");
        let Some(container) = self.container(&wanted.container) else {
            return Ok(no_container(expected));
        };
        let covering = wanted
            .covers
            .as_deref()
            .and_then(|path| deepest(container, path));
        let serving = match &wanted.serves {
            Some(page) => self.serving(page, container, wanted)?,
            None => None,
        };
        let serves = |mount: &Mount| serving.is_some_and(|one| one == mount);
        let conditions = |mount: &Mount| {
            let mut all = mount_conditions(wanted, mount);
            if wanted.serves.is_some() {
                let words = Text::default();
                all.push(Condition::new(serves(mount), words.clone(), words));
            }
            all
        };
        let best = match covering {
            Some(mount) => Some((conditions(mount), mount)),
            None => container
                .mounts
                .iter()
                .map(|mount| (conditions(mount), mount))
                .rev()
                .max_by_key(|(conditions, _)| (all_hold(conditions), met_count(conditions))),
        };
        let Some((conditions, mount)) = best else {
            let actual = say!("nothing is mounted in it", "rien n'y est monté");
            return Ok(Judged::new(false, expected, actual)
                .look_at(look_at)
                .with("name", name));
        };
        let met = all_hold(&conditions);
        let actual = match met {
            true => in_words(mount),
            false => every_mount(container, wanted, mount),
        };
        let places: Vec<&str> = container
            .mounts
            .iter()
            .map(|mount| mount.target.as_str())
            .collect();
        Ok(Judged::new(met, expected, actual)
            .look_at(look_at)
            .with("name", name)
            .with("target", &mount.target)
            .with("mounted-on", places.join(", "))
            .with("source", &mount.source)
            .with("type", &mount.kind))
    }

    /// The mount in which the page lies that the container answers with. Of
    /// several, one that is as wanted.
    fn serving<'a>(
        &self,
        page: &ServedPage,
        container: &'a Container,
        wanted: &MountCheck,
    ) -> Step<Option<&'a Mount>> {
        let Some(address) = container.address().filter(|_| container.is_alive()) else {
            return Ok(None);
        };
        let own = Request::Http {
            address: format!("{address}:{}", page.port.unwrap_or(80)),
            host: "localhost".to_string(),
            path: page.path.clone().unwrap_or_else(|| "/".to_string()),
        };
        let Observation::Http(reply) = self.look(own)? else {
            return Ok(None);
        };
        let content = fingerprint(&reply.body);
        let mut found = Vec::new();
        let mut blocked: Option<Blocked> = None;
        for mount in &container.mounts {
            let look = self.look(Request::Holding {
                container: container.id.clone(),
                place: mount.target.clone(),
                content: content.clone(),
            });
            match look {
                // Another mount may lie between that place and the file.
                Ok(Observation::Holding(Some(path))) => found.extend(deepest(container, path)),
                Ok(_) => {}
                Err(why) => blocked = blocked.or(Some(why)),
            }
        }
        let as_wanted = |mount: &&&Mount| all_hold(&mount_conditions(wanted, mount));
        let best = found.iter().find(as_wanted).or(found.first()).copied();
        match (best, blocked) {
            (None, Some(why)) => Err(why),
            (best, _) => Ok(best),
        }
    }
}

/// Of several mounts above a path, the deepest is the one that is seen.
fn deepest<'a>(container: &'a Container, path: &str) -> Option<&'a Mount> {
    container
        .mounts
        .iter()
        .filter(|mount| covers(&mount.target, path))
        .max_by_key(|mount| mount.target.trim_end_matches('/').len())
}

/// Whether a mount's place is a path or a folder above it.
fn covers(target: &str, path: &str) -> bool {
    let target = target.trim_end_matches('/');
    path == target
        || path
            .strip_prefix(target)
            .is_some_and(|rest| rest.starts_with('/'))
}

fn mount_in_words(wanted: &MountCheck, name: &str) -> Text {
    let told = expected_of(&mount_conditions(wanted, &Mount::default()));
    let mut parts = vec![say!("a mount in `{}`", "un montage dans `{}`", name)];
    parts.extend(wanted.serves.as_ref().map(|_| {
        say!(
            "with the page that it serves",
            "contenant la page qui est servie"
        )
    }));
    parts.extend((!told.is_empty()).then_some(told));
    Text::join(&parts, &Text::same(", "))
}

/// A tmpfs comes from nowhere.
fn in_words(mount: &Mount) -> Text {
    let (kind, source, target) = (&mount.kind, &mount.source, &mount.target);
    if source.is_empty() {
        return say!("{} on `{}`", "{} sur `{}`", kind, target);
    }
    say!("{} `{}` on `{}`", "{} `{}` sur `{}`", kind, source, target)
}

/// All that is mounted; of the nearest, what its place and source do not say.
fn every_mount(container: &Container, wanted: &MountCheck, nearest: &Mount) -> Text {
    let told = |mount: &Mount| {
        let told = in_words(mount);
        let settings: Vec<Condition> = setting_conditions(wanted, mount)
            .into_iter()
            .filter(|one| !one.holds)
            .collect();
        if mount != nearest || settings.is_empty() {
            return told;
        }
        let colon = Text::new(": ", " : ");
        Text::join([&told, &actual_of(&settings)], &colon)
    };
    let all: Vec<Text> = container.mounts.iter().map(told).collect();
    Text::join(&all, &Text::same(", "))
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
    all.extend(setting_conditions(wanted, mount));
    all
}

fn setting_conditions(wanted: &MountCheck, mount: &Mount) -> Vec<Condition> {
    let mut all = Vec::new();
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
