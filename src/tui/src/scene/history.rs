//! Which step of an image's history left which layer. Pure.
//!
//! The API tells a step's size, not its layer; so steps and layers are paired
//! by what is known: a step that left bytes has a layer, a setting has none.
//! Where that does not add up, layers are shown without their steps' words
//! rather than with wrong ones.

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
        Some(has_layer) => {
            let mut left = layers.iter().rev();
            let pairs = history.iter().zip(has_layer);
            pairs
                .map(|(item, has_layer)| Step {
                    words: words(item),
                    layer: has_layer
                        .then(|| left.next())
                        .flatten()
                        .map(|digest| Layer {
                            digest: clean(digest),
                            size: bytes(item.size),
                            ..Layer::default()
                        }),
                })
                .collect()
        }
        None => bare(history, layers),
    };
    let more = steps.len().saturating_sub(MOST_STEPS);
    steps.truncate(MOST_STEPS);
    (steps, more)
}

/// Which items have a layer, where exactly `layers` of them do.
fn paired(history: &[HistoryItem], layers: usize) -> Option<Vec<bool>> {
    let sized = |item: &HistoryItem| item.size > 0;
    // These write files, but may happen to leave nothing new.
    let copies = |item: &HistoryItem| {
        let words = words(item);
        ["RUN ", "COPY ", "ADD "]
            .iter()
            .any(|verb| words.starts_with(verb))
    };
    let workdir = |item: &HistoryItem| words(item).starts_with("WORKDIR ");
    let guesses: [&dyn Fn(&HistoryItem) -> bool; 4] = [
        &sized,
        &|item| sized(item) || copies(item),
        &|item| sized(item) || copies(item) || workdir(item),
        &|_| true,
    ];
    guesses.iter().find_map(|guess| {
        let has_layer: Vec<bool> = history.iter().map(guess).collect();
        let count = has_layer.iter().filter(|has| **has).count();
        (count == layers).then_some(has_layer)
    })
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
        for layer in image.steps.iter().filter_map(|step| step.layer.as_ref()) {
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
            "c RUN true",
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
