//! Which step of an image's history left which layer. Pure.
//!
//! The API tells a step's size, not its layer; so steps and layers are paired
//! by what is known: a step that left bytes has a layer, a setting has none, and
//! a `RUN`, `COPY`, `ADD` or `WORKDIR` that left none may have an empty one.
//! Where several pairings add up, a layer's digest is told only where it is the
//! same in all of them; where none does, layers are told without their steps'
//! words rather than with wrong ones.

use std::collections::BTreeMap;

use plimsoll_api::image::HistoryItem;

use super::text::clean;
use super::{Image, Layer, Step};

/// Steps of one image that are kept; an image has at most 127 layers.
const MOST_STEPS: usize = 160;
/// Names of other images at a shared layer.
const MOST_SHARED: usize = 6;

/// The steps, newest first, and how many were too many. `layers` are digests,
/// lowest first.
pub fn steps(history: &[HistoryItem], layers: &[String]) -> (Vec<Step>, usize) {
    let mut steps = match paired(history, layers.len()) {
        Some(places) => {
            let layer = |place: &Pairing, item: &HistoryItem| match place {
                Pairing::None => None,
                Pairing::Some(place) => Some(Layer {
                    digest: place.map_or_else(String::new, |place| clean(&layers[place])),
                    size: bytes(item.size),
                    ..Layer::default()
                }),
            };
            let pairs = history.iter().zip(&places);
            pairs
                .map(|(item, place)| Step {
                    words: words(item),
                    layer: layer(place, item),
                })
                .collect()
        }
        None => bare(history, layers),
    };
    let more = steps.len().saturating_sub(MOST_STEPS);
    steps.truncate(MOST_STEPS);
    (steps, more)
}

/// A step's layer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Pairing {
    None,
    /// It has one: which, counted from the lowest, where that is certain.
    Some(Option<usize>),
}

/// What is known of a step by itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// It left bytes.
    Sized,
    /// It may have left an empty layer; the lower the number, the likelier.
    Empty(u8),
    Setting,
}

fn kind(item: &HistoryItem) -> Kind {
    let words = words(item);
    let begins = |verb: &&str| words.starts_with(verb);
    match item.size > 0 {
        true => Kind::Sized,
        false if ["RUN ", "COPY ", "ADD "].iter().any(begins) => Kind::Empty(0),
        false if begins(&"WORKDIR ") => Kind::Empty(1),
        false => Kind::Setting,
    }
}

/// Each step's layer, where exactly `layers` of them can have one.
fn paired(history: &[HistoryItem], layers: usize) -> Option<Vec<Pairing>> {
    // Lowest first, as layers are.
    let kinds: Vec<Kind> = history.iter().rev().map(kind).collect();
    let count = |kinds: &[Kind], wanted: &dyn Fn(Kind) -> bool| {
        kinds.iter().filter(|kind| wanted(**kind)).count()
    };
    let guesses: [&dyn Fn(Kind) -> bool; 4] = [
        &|kind| kind == Kind::Sized,
        &|kind| matches!(kind, Kind::Sized | Kind::Empty(0)),
        &|kind| kind != Kind::Setting,
        &|_| true,
    ];
    let guess = guesses
        .into_iter()
        .find(|guess| count(&kinds, guess) == layers)?;
    let mut next = 0;
    let mut places = Vec::new();
    for (index, kind) in kinds.iter().enumerate() {
        if !guess(*kind) {
            places.push(Pairing::None);
            continue;
        }
        let (below, above) = (&kinds[..index], &kinds[index + 1..]);
        let certain = is_certain(*kind, below, above, layers) || layers == kinds.len();
        places.push(Pairing::Some(certain.then_some(next)));
        next += 1;
    }
    places.reverse();
    Some(places)
}

/// Whether every pairing that adds up gives this step the same layer.
fn is_certain(kind: Kind, below: &[Kind], above: &[Kind], layers: usize) -> bool {
    let sized = |kinds: &[Kind]| kinds.iter().filter(|kind| **kind == Kind::Sized).count();
    let empty = |kinds: &[Kind]| {
        kinds
            .iter()
            .filter(|kind| matches!(kind, Kind::Empty(_)))
            .count()
    };
    let own = usize::from(kind == Kind::Sized);
    let Some(to_place) = layers.checked_sub(sized(below) + sized(above) + own) else {
        return false;
    };
    if kind != Kind::Sized {
        // Certain to have one only where all have.
        return to_place == empty(below) + empty(above) + 1;
    }
    let least = to_place.saturating_sub(empty(above));
    let most = to_place.min(empty(below));
    least == most
}

/// Layers without words, and the history without layers.
fn bare(history: &[HistoryItem], layers: &[String]) -> Vec<Step> {
    let layers = layers.iter().rev().map(|digest| Step {
        words: String::new(),
        layer: Some(Layer {
            digest: clean(digest),
            ..Layer::default()
        }),
    });
    let told = history.iter().map(|item| Step {
        words: words(item),
        layer: None,
    });
    layers.chain(told).collect()
}

fn bytes(size: i64) -> u64 {
    u64::try_from(size).unwrap_or(0)
}

/// The instruction as it stands in a Dockerfile: without the shell that Docker's
/// builders put before it and the remark that they put after it.
fn words(item: &HistoryItem) -> String {
    let created_by = match item.created_by.trim() {
        "" => item.comment.trim(),
        created_by => created_by,
    };
    let shell = "/bin/sh -c ";
    let instruction = match created_by.strip_prefix(shell) {
        Some(rest) => match rest.trim_start().strip_prefix("#(nop)") {
            Some(setting) => setting.trim().to_owned(),
            None => format!("RUN {}", rest.trim()),
        },
        None => match created_by.strip_prefix("RUN ") {
            Some(rest) => {
                let rest = rest.trim_start();
                format!("RUN {}", rest.strip_prefix(shell).unwrap_or(rest))
            }
            None => created_by.to_owned(),
        },
    };
    let remark = instruction.rsplit_once(" # ");
    let instruction = match remark {
        Some((instruction, "buildkit" | "Plimsoll")) => instruction,
        _ => &instruction,
    };
    clean(
        &instruction
            .split_whitespace()
            .take(64)
            .collect::<Vec<_>>()
            .join(" "),
    )
}

/// Says at each layer which other images have it.
pub fn share(images: &mut [Image]) {
    let mut owners: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for image in images.iter() {
        let layers = image.steps.iter().filter_map(|step| step.layer.as_ref());
        for layer in layers.filter(|layer| !layer.digest.is_empty()) {
            let owners = owners.entry(layer.digest.clone()).or_default();
            owners.push((image.id.clone(), image.name()));
        }
    }
    for image in images {
        for layer in image
            .steps
            .iter_mut()
            .filter_map(|step| step.layer.as_mut())
        {
            let others = owners.get(&layer.digest).into_iter().flatten();
            let mut names: Vec<String> = others
                .filter(|(id, _)| *id != image.id)
                .map(|(_, name)| name.clone())
                .collect();
            names.dedup();
            names.truncate(MOST_SHARED);
            layer.shared_with = names;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(created_by: &str, size: i64) -> HistoryItem {
        HistoryItem {
            created_by: created_by.to_owned(),
            size,
            ..HistoryItem::default()
        }
    }

    fn told(history: &[HistoryItem], layers: &[&str]) -> Vec<String> {
        let layers: Vec<String> = layers.iter().map(|layer| (*layer).to_owned()).collect();
        let (steps, _) = steps(history, &layers);
        let digest = |step: &Step| {
            step.layer
                .as_ref()
                .map_or("-".to_owned(), |layer| layer.digest.clone())
        };
        steps
            .iter()
            .map(|step| format!("{} {}", digest(step), step.words))
            .collect()
    }

    #[test]
    fn steps_that_left_bytes_have_the_layers() {
        let history = [
            item("CMD [\"nginx\"]", 0),
            item("COPY page / # Plimsoll", 9),
            item("/bin/sh -c #(nop)  ENV A=b", 0),
            item("/bin/sh -c apt-get update", 10),
        ];
        assert_eq!(
            told(&history, &["low", "high"]),
            [
                "- CMD [\"nginx\"]",
                "high COPY page /",
                "- ENV A=b",
                "low RUN apt-get update"
            ]
        );
    }

    #[test]
    fn a_layer_may_be_empty() {
        let history = [
            item("RUN /bin/sh -c true # buildkit", 0),
            item("WORKDIR /app", 0),
            item("ENV A=b", 0),
            item("ADD root.tar /", 7),
        ];
        let expected = [
            " RUN true",
            "- WORKDIR /app",
            "- ENV A=b",
            "a ADD root.tar /",
        ];
        assert_eq!(told(&history, &["a", "c"]), expected);
        let expected = [
            "c RUN true",
            "b WORKDIR /app",
            "- ENV A=b",
            "a ADD root.tar /",
        ];
        assert_eq!(told(&history, &["a", "b", "c"]), expected);
    }

    #[test]
    fn a_digest_is_told_only_where_it_is_certain() {
        // Either of the two steps that left no bytes has the third layer, so
        // that the file above or below the other may be in the second or third.
        let history = [
            item("ADD last /", 1),
            item("RUN true", 0),
            item("COPY file /", 5),
            item("WORKDIR /app", 0),
            item("ADD root.tar /", 7),
        ];
        let expected = [
            "d ADD last /",
            " RUN true",
            " COPY file /",
            "- WORKDIR /app",
            "a ADD root.tar /",
        ];
        assert_eq!(told(&history, &["a", "b", "c", "d"]), expected);
    }

    #[test]
    fn what_does_not_add_up_is_not_guessed() {
        let history = [
            item("LABEL a=b", 0),
            item("LABEL c=d", 0),
            item("LABEL e=f", 0),
        ];
        assert_eq!(
            told(&history, &["a", "b"]),
            ["b ", "a ", "- LABEL a=b", "- LABEL c=d", "- LABEL e=f"]
        );
    }

    #[test]
    fn a_layer_says_who_else_has_it() {
        let image = |id: &str, tag: &str, layers: &[&str]| Image {
            id: id.to_owned(),
            tags: vec![tag.to_owned()],
            steps: layers
                .iter()
                .map(|digest| Step {
                    words: String::new(),
                    layer: Some(Layer {
                        digest: (*digest).to_owned(),
                        ..Layer::default()
                    }),
                })
                .collect(),
            ..Image::default()
        };
        let mut images = [image("1", "base", &["a"]), image("2", "nginx", &["b", "a"])];
        share(&mut images);
        let shared = |image: &Image, step: usize| {
            image.steps[step]
                .layer
                .as_ref()
                .map(|layer| layer.shared_with.clone())
        };
        assert_eq!(shared(&images[0], 0), Some(vec!["nginx".to_owned()]));
        assert_eq!(shared(&images[1], 0), Some(vec![]));
        assert_eq!(shared(&images[1], 1), Some(vec!["base".to_owned()]));
    }
}
