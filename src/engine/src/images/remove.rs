//! What `docker rmi` does, decided before anything is done.
//!
//! Duty: from the list, the name that was given and the containers that use
//! the image, the steps to take or the conflict to report. Pure. The rules and
//! words are dockerd's (moby `daemon/images/image_delete.go`): a name is taken
//! off as long as others remain; the image goes with its last name; containers
//! and images made from it hold it.

use plimsoll_store::{Digest, ImageRef};

use super::list::{ImageList, Named};

/// A container that was made from the image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Use {
    /// Its id.
    pub container: String,
    /// Whether it runs (or is paused).
    pub running: bool,
}

/// How much resistance is overcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Force {
    /// `docker rmi`.
    No,
    /// `docker rmi --force`.
    Yes,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// Take this name off.
    Untag(ImageRef),
    /// Take the image away; its remaining names go first.
    Delete(Digest),
}

/// Why an image cannot be removed (409).
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Conflict {
    /// Its only name, and a container would be left with a nameless image.
    #[error(
        "conflict: unable to remove repository reference \"{given}\" (must force) - container {container} is using its referenced image {image}"
    )]
    LastName {
        /// As typed.
        given: String,
        /// Short id.
        container: String,
        /// Short id.
        image: String,
    },
    /// Given by id, and something holds it.
    #[error("conflict: unable to delete {image} ({}) - {reason}", if *.hard { "cannot be forced" } else { "must be forced" })]
    Held {
        /// Short id.
        image: String,
        /// Whether force would not help.
        hard: bool,
        /// What holds it.
        reason: String,
        /// Whether that is a container.
        by_container: bool,
    },
}

/// The steps that remove what `given` names.
///
/// # Errors
/// [`Conflict`]; then nothing is to be done.
pub fn plan(
    list: &ImageList,
    id: Digest,
    named: &Named,
    given: &str,
    uses: &[Use],
    force: Force,
) -> Result<Vec<Step>, Conflict> {
    let references = list.references_of(&id);
    let mut steps = Vec::new();
    match named {
        Named::Reference(reference) => {
            if force == Force::No
                && is_single(&references)
                && let Some(held) = uses.first()
            {
                return Err(Conflict::LastName {
                    given: given.to_owned(),
                    container: short(&held.container),
                    image: id.short(),
                });
            }
            let gone = untagged_by(reference, &references);
            steps.extend(gone.iter().cloned().map(Step::Untag));
            if gone.len() < references.len() {
                return Ok(steps);
            }
            match conflict(list, &id, &[], uses, force) {
                // The name is gone, which was asked for; a container keeps the
                // nameless image.
                Some(Conflict::Held {
                    by_container: true, ..
                }) => return Ok(steps),
                Some(conflict) => return Err(conflict),
                None => {}
            }
        }
        Named::Id => {
            let counted: &[ImageRef] = if is_single(&references) {
                &[]
            } else {
                &references
            };
            if let Some(conflict) = conflict(list, &id, counted, uses, force) {
                return Err(conflict);
            }
            steps.extend(references.iter().cloned().map(Step::Untag));
        }
    }
    steps.push(Step::Delete(id));
    Ok(steps)
}

/// The references that go with `reference`: itself, and the digests of its
/// repository if no tag of that repository is left.
fn untagged_by(reference: &ImageRef, references: &[ImageRef]) -> Vec<ImageRef> {
    let mut gone: Vec<ImageRef> = vec![match reference.digest() {
        Some(digest) => reference.with_digest(*digest),
        None => reference.clone(),
    }];
    let another_tag = references.iter().any(|other| {
        other.digest().is_none() && other.name() == reference.name() && *other != gone[0]
    });
    if reference.digest().is_none() && !another_tag {
        let digests = references
            .iter()
            .filter(|other| other.digest().is_some() && other.name() == reference.name());
        gone.extend(digests.cloned());
    }
    gone
}

/// Whether the references amount to one name: at most one tag, and digests of
/// that tag's repository.
fn is_single(references: &[ImageRef]) -> bool {
    let tags = references.iter().filter(|r| r.digest().is_none()).count();
    tags <= 1
        && references
            .windows(2)
            .all(|pair| pair[0].name() == pair[1].name())
}

fn conflict(
    list: &ImageList,
    id: &Digest,
    references: &[ImageRef],
    uses: &[Use],
    force: Force,
) -> Option<Conflict> {
    let held = |hard, by_container, reason| {
        Some(Conflict::Held {
            image: id.short(),
            hard,
            reason,
            by_container,
        })
    };
    if list.children_of(id).next().is_some() {
        return held(true, false, "image has dependent child images".into());
    }
    if let Some(running) = uses.iter().find(|by| by.running) {
        let container = short(&running.container);
        let reason = format!("image is being used by running container {container}");
        return held(true, true, reason);
    }
    if force == Force::Yes {
        return None;
    }
    if !references.is_empty() {
        let reason = "image is referenced in multiple repositories";
        return held(false, false, reason.into());
    }
    let stopped = uses.first()?;
    let container = short(&stopped.container);
    let reason = format!("image is being used by stopped container {container}");
    held(false, true, reason)
}

fn short(id: &str) -> String {
    crate::identity::short(id).to_owned()
}

#[cfg(test)]
mod tests {
    use super::super::list::tests::{id, sample};
    use super::*;

    const STOPPED: (&str, bool) = ("cafe00000001ffff", false);
    const RUNNING: (&str, bool) = ("cafe00000002ffff", true);

    /// The steps or the conflict of removing `given`, as text.
    fn removal(list: &ImageList, given: &str, uses: &[(&str, bool)], force: Force) -> String {
        let uses: Vec<Use> = uses
            .iter()
            .map(|(container, running)| Use {
                container: (*container).to_owned(),
                running: *running,
            })
            .collect();
        let (image, named) = list.resolve(given).expect("it is there");
        match plan(list, image, &named, given, &uses, force) {
            Err(conflict) => conflict.to_string(),
            Ok(steps) => steps
                .iter()
                .map(|step| match step {
                    Step::Untag(reference) => format!("untag {}", reference.familiar()),
                    Step::Delete(id) => format!("delete {}", id.short()),
                })
                .collect::<Vec<_>>()
                .join(", "),
        }
    }

    #[test]
    fn by_name() {
        let list = sample();
        assert_eq!(
            removal(&list, "nginx", &[RUNNING], Force::No),
            "untag nginx:latest"
        );
        assert_eq!(
            removal(&list, "me/app:x", &[], Force::No),
            "untag me/app:x, delete abc200000000"
        );
        assert_eq!(
            removal(&list, "me/app:x", &[STOPPED], Force::No),
            "conflict: unable to remove repository reference \"me/app:x\" (must force) - container cafe00000001 is using its referenced image abc200000000"
        );
        assert_eq!(
            removal(&list, "me/app:x", &[STOPPED], Force::Yes),
            "untag me/app:x, delete abc200000000"
        );
        assert_eq!(
            removal(&list, "me/app:x", &[RUNNING], Force::Yes),
            "untag me/app:x"
        );
    }

    #[test]
    fn the_last_tag_takes_the_digests_along() {
        let mut list = sample();
        let one = ImageRef::parse("nginx:1").expect("a reference");
        list.untag(&one, &id("abc1"));
        let digest = format!("untag nginx@{}", id("99"));
        assert_eq!(
            removal(&list, "nginx", &[], Force::No),
            format!("untag nginx:latest, {digest}, delete abc100000000")
        );
        let by_digest = format!("nginx@{}", id("99"));
        assert_eq!(removal(&list, &by_digest, &[], Force::No), digest);
    }

    #[test]
    fn by_id() {
        let list = sample();
        assert_eq!(removal(&list, "def", &[], Force::No), "delete def000000000");
        assert_eq!(
            removal(&list, "abc1", &[], Force::No),
            "conflict: unable to delete abc100000000 (must be forced) - image is referenced in multiple repositories"
        );
        assert_eq!(
            removal(&list, "abc1", &[], Force::Yes),
            format!(
                "untag nginx:1, untag nginx:latest, untag nginx@{}, delete abc100000000",
                id("99")
            )
        );
        assert_eq!(
            removal(&list, "abc2", &[STOPPED], Force::No),
            "conflict: unable to delete abc200000000 (must be forced) - image is being used by stopped container cafe00000001"
        );
        assert_eq!(
            removal(&list, "abc2", &[STOPPED], Force::Yes),
            "untag me/app:x, delete abc200000000"
        );
        for force in [Force::No, Force::Yes] {
            assert_eq!(
                removal(&list, "abc2", &[STOPPED, RUNNING], force),
                "conflict: unable to delete abc200000000 (cannot be forced) - image is being used by running container cafe00000002"
            );
        }
    }

    #[test]
    fn an_image_with_children_stays() {
        let mut list = sample();
        let child = list.images.get_mut(&id("def")).expect("it is there");
        child.parent = Some(id("abc2"));
        assert_eq!(
            removal(&list, "abc2", &[], Force::Yes),
            "conflict: unable to delete abc200000000 (cannot be forced) - image has dependent child images"
        );
    }
}
