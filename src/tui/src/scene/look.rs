//! The one place that looks at an engine for a scene.
//!
//! Called after every event of the engine, so it is bounded: at most
//! [`MOST_CONTAINERS`] containers are inspected (those that run first), and what
//! the engine has to walk files for is asked only for [`Detail::Layers`].

use std::collections::BTreeMap;
use std::fmt;

use plimsoll_api::client::{Client, ListOptions};
use plimsoll_api::container::{ContainerInspect, ContainerSummary};
use plimsoll_api::error::ClientError;
use plimsoll_api::filters::Filters;
use plimsoll_api::lab::LabChange;
use plimsoll_lab::world::PROBE_LABEL;
use serde::de::{DeserializeSeed, SeqAccess, Visitor};

use super::{Change, Container, Contents, Count, Image, LeftOut, Scene, Writable};
use super::{history, read};

/// How many of each a scene holds.
pub const MOST_CONTAINERS: usize = 100;
pub const MOST_NETWORKS: usize = 32;
pub const MOST_VOLUMES: usize = 64;
pub const MOST_IMAGES: usize = 48;
/// Containers whose writable layer is walked.
pub const MOST_WRITABLE: usize = 24;
/// Layers whose files are looked at.
pub const MOST_LAYERS: usize = 128;
/// Changed files that are kept for a container, and that are counted.
pub const MOST_CHANGES: usize = 50;
pub const MOST_COUNTED: usize = 20_000;

/// How much is looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detail {
    /// What the map draws.
    Map,
    /// Also images' steps and what containers wrote, for which the engine walks
    /// files.
    Layers,
}

/// Why a lab cannot be looked at.
#[derive(Debug, thiserror::Error)]
pub enum LookError {
    #[error(transparent)]
    Engine(#[from] ClientError),
}

/// Looks at a lab.
///
/// # Errors
/// The engine cannot be reached or answers nonsense. What it does not have (our
/// own endpoints, where it is another's) is left out.
pub fn look(client: &Client, detail: Detail) -> Result<Scene, LookError> {
    let listed = listed(client)?;
    let (containers, more_containers) = containers(client, &listed, detail)?;
    let lab = optional(client.lab())?;
    let is_ours = lab.is_some();
    let mut scene = Scene {
        lab: lab.map_or_else(String::new, |lab| super::text::clean(&lab.lab)),
        containers,
        left_out: LeftOut {
            containers: more_containers,
            ..LeftOut::default()
        },
        ..Scene::default()
    };
    let networks = client.networks(&Filters::default())?;
    scene.left_out.networks = networks.len().saturating_sub(MOST_NETWORKS);
    scene.networks = read::networks(networks, MOST_NETWORKS);
    let volumes = client.volumes(&Filters::default())?.volumes;
    scene.left_out.volumes = volumes.len().saturating_sub(MOST_VOLUMES);
    scene.volumes = read::volumes(volumes, &listed, MOST_VOLUMES);
    let images = client.images(false, &Filters::default())?;
    scene.left_out.images = images.len().saturating_sub(MOST_IMAGES);
    scene.images = read::images(images, MOST_IMAGES);
    if detail == Detail::Layers {
        for image in &mut scene.images {
            steps(client, image)?;
        }
        history::share(&mut scene.images);
        if is_ours {
            contents(client, &mut scene.images)?;
        }
    }
    Ok(scene)
}

/// `None` for what another engine does not have.
fn optional<T>(answer: Result<T, ClientError>) -> Result<Option<T>, ClientError> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.status().is_some() => Ok(None),
        Err(error) => Err(error),
    }
}

/// All containers but the graders' own copies, oldest first.
fn listed(client: &Client) -> Result<Vec<ContainerSummary>, ClientError> {
    let options = ListOptions {
        all: true,
        ..ListOptions::default()
    };
    let mut listed = client.containers(&options)?;
    listed.retain(|container| !container.labels.contains_key(PROBE_LABEL));
    // Docker lists the newest first.
    listed.reverse();
    Ok(listed)
}

fn containers(
    client: &Client,
    listed: &[ContainerSummary],
    detail: Detail,
) -> Result<(Vec<Container>, usize), ClientError> {
    let outside = optional(client.published_ports())?.unwrap_or_default();
    let names: BTreeMap<&str, &str> = listed
        .iter()
        .map(|one| (one.id.as_str(), read::plain_name(&one.names)))
        .collect();
    let chosen = read::most_telling(listed, MOST_CONTAINERS);
    let mut all = Vec::new();
    for (rank, (place, item)) in chosen.iter().enumerate() {
        // Removed since it was listed.
        let Some(inspect) = found(inspect(client, &item.id, detail))? else {
            continue;
        };
        let mut container = read::container(&inspect, &item.image, &outside, &names);
        if detail == Detail::Layers && rank < MOST_WRITABLE {
            container.writable = Some(writable(client, &inspect)?);
        }
        all.push((*place, container));
    }
    all.sort_by_key(|(place, _)| *place);
    let more = listed.len() - chosen.len();
    let all = all.into_iter().map(|(_, container)| container).collect();
    Ok((all, more))
}

fn inspect(client: &Client, id: &str, detail: Detail) -> Result<ContainerInspect, ClientError> {
    match detail {
        Detail::Map => client.container_inspect(id),
        Detail::Layers => client.container_inspect_sized(id),
    }
}

fn found<T>(answer: Result<T, ClientError>) -> Result<Option<T>, ClientError> {
    match answer {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}

fn writable(client: &Client, inspect: &ContainerInspect) -> Result<Writable, ClientError> {
    let ours = optional(client.lab_changes_reply(&inspect.id))?;
    let reply = match ours {
        Some(reply) => Some(reply),
        None => optional(client.container_changes_reply(&inspect.id))?,
    };
    let changes = reply.map(Changes::read).unwrap_or_default();
    Ok(Writable {
        size: inspect.size_rw.and_then(|size| u64::try_from(size).ok()),
        changes: changes.kept,
        count: changes.count,
        folders: changes.folders,
    })
}

fn steps(client: &Client, image: &mut Image) -> Result<(), ClientError> {
    let Some(inspect) = found(client.image_inspect(&image.id))? else {
        return Ok(());
    };
    let Some(items) = found(client.image_history(&image.id))? else {
        return Ok(());
    };
    (image.steps, image.more_steps) = history::steps(&items, &inspect.root_fs.layers);
    Ok(())
}

/// What the layers added, each asked for once; the engine remembers.
fn contents(client: &Client, images: &mut [Image]) -> Result<(), ClientError> {
    let mut known: BTreeMap<String, Option<Contents>> = BTreeMap::new();
    let steps = images.iter_mut().flat_map(|image| &mut image.steps);
    let layers = steps.filter_map(|step| step.layer.as_mut());
    for layer in layers.filter(|layer| !layer.digest.is_empty()) {
        if let Some(contents) = known.get(&layer.digest) {
            layer.contents.clone_from(contents);
        } else if known.len() < MOST_LAYERS {
            let found = optional(client.layer_contents(&layer.digest))?;
            layer.contents = found.as_ref().map(read::contents);
            known.insert(layer.digest.clone(), layer.contents.clone());
        }
    }
    Ok(())
}

/// Changed files, read one by one: a container may have written millions.
///
/// Docker does not say what is a folder; there it is what another path lies in,
/// which comes after it.
#[derive(Debug, Default)]
struct Changes {
    kept: Vec<Change>,
    count: Count,
    folders: usize,
    /// Where the path that was read last may lie in, the outermost first.
    around: Vec<Around>,
}

#[derive(Debug)]
struct Around {
    path: String,
    /// Its place in `kept`.
    at: usize,
    is_folder: bool,
}

impl Changes {
    fn read(from: impl std::io::Read) -> Changes {
        let mut changes = Changes::default();
        let mut json = serde_json::Deserializer::from_reader(std::io::BufReader::new(from));
        let whole = (&mut changes).deserialize(&mut json);
        if let (Err(_), Count::Exactly(count)) = (whole, changes.count) {
            changes.count = Count::AtLeast(count);
        }
        changes.kept.sort_by(|a, b| a.path.cmp(&b.path));
        changes
    }

    fn take(&mut self, item: LabChange) {
        // `/a-b` may stand between `/a` and `/a/b`.
        while self
            .around
            .pop_if(|last| !item.path.starts_with(&last.path))
            .is_some()
        {}
        let inside = |around: &Around| item.path[around.path.len()..].starts_with('/');
        for around in self.around.iter_mut().filter(|one| inside(one)) {
            if !around.is_folder {
                around.is_folder = true;
                self.folders += 1;
                if let Some(kept) = self.kept.get_mut(around.at) {
                    kept.is_folder = true;
                }
            }
        }
        let at = self.kept.len();
        if at < MOST_CHANGES {
            self.kept.push(read::change(&item));
        }
        self.folders += usize::from(item.folder);
        self.around.push(Around {
            at: match at < MOST_CHANGES {
                true => at,
                false => usize::MAX,
            },
            is_folder: item.folder,
            path: item.path,
        });
    }
}

impl<'de> DeserializeSeed<'de> for &mut Changes {
    type Value = ();

    fn deserialize<D: serde::Deserializer<'de>>(self, from: D) -> Result<(), D::Error> {
        // Docker answers `null` for none.
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Changes {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of changes")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        let mut count = 0;
        while let Some(item) = list.next_element::<LabChange>()? {
            count += 1;
            self.take(item);
            if count == MOST_COUNTED {
                self.count = Count::AtLeast(count);
                return Ok(());
            }
            self.count = Count::Exactly(count);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::ChangeKind;
    use super::*;

    #[test]
    fn changes_are_counted_and_the_first_kept() {
        let none = Changes::read(&b"null"[..]);
        assert_eq!(none.count, Count::Exactly(0));
        let two =
            Changes::read(&br#"[{"Path":"/b","Kind":1},{"Path":"/a\u001b[0m","Kind":2}]"#[..]);
        assert_eq!(two.folders, 0);
        assert_eq!(two.count, Count::Exactly(2));
        assert_eq!(two.kept[0].path, "/a?[0m");
        assert_eq!(two.kept[0].kind, ChangeKind::Deleted);
        assert_eq!(two.kept[1].kind, ChangeKind::Added);
    }

    #[test]
    fn a_folder_is_what_the_engine_says_or_what_another_path_lies_in() {
        let told = Changes::read(
            &br#"[{"Path":"/a","Kind":0,"Folder":true},{"Path":"/a/new","Kind":1,"Folder":true},
                {"Path":"/a/page","Kind":1,"Folder":false}]"#[..],
        );
        assert_eq!((told.count, told.folders), (Count::Exactly(3), 2));
        // Docker's own words, in the order of the bytes.
        let docker = Changes::read(
            &br#"[{"Path":"/a","Kind":0},{"Path":"/a-b","Kind":1},{"Path":"/a/b","Kind":0},
                {"Path":"/a/b/c","Kind":1},{"Path":"/a/bc","Kind":1}]"#[..],
        );
        assert_eq!((docker.count, docker.folders), (Count::Exactly(5), 2));
        let folders: Vec<_> = docker.kept.iter().filter(|one| one.is_folder).collect();
        assert_eq!((&*folders[0].path, &*folders[1].path), ("/a", "/a/b"));
    }

    #[test]
    fn a_flood_of_changes_is_given_up() {
        let one = br#"{"Path":"/x","Kind":0},"#;
        let flood = b"[".iter().chain(one.iter().cycle()).copied();
        let changes = Changes::read(Endless(flood));
        assert_eq!(changes.count, Count::AtLeast(MOST_COUNTED));
        assert_eq!(changes.kept.len(), MOST_CHANGES);
    }

    struct Endless<I>(I);

    impl<I: Iterator<Item = u8>> std::io::Read for Endless<I> {
        fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
            for place in out.iter_mut() {
                *place = self.0.next().unwrap_or(b' ');
            }
            Ok(out.len())
        }
    }
}
