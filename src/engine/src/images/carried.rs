//! The images that the binary carries, asked as a registry would be.
//!
//! Duty: from a reference to what is served under it, or Docker's words for
//! why nothing is, with what to do instead. Limits: no network; every other
//! registry is answered as unreachable.

use plimsoll_images::CarriedImage;
use plimsoll_store::ImageRef;

use crate::failure::ApiFailure;

/// The registry whose part the carried images play.
const REGISTRY: &str = "docker.io";

/// Why nothing is served.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotServed {
    /// No such repository. The first line is Docker's.
    #[error(
        "pull access denied for {name}, repository does not exist or may require 'docker login': denied: requested access to the resource is denied\nhint: images come from Plimsoll itself here, not over the network; there are: {carried}"
    )]
    Repository {
        /// As Docker shows it.
        name: String,
        /// What there is.
        carried: String,
    },
    /// The repository is there, the tag or digest is not.
    #[error(
        "manifest for {reference} not found: manifest unknown: manifest unknown\nhint: Plimsoll has {name} with the tags {tags}"
    )]
    Manifest {
        /// As Docker shows it.
        reference: String,
        /// Without the tag.
        name: String,
        /// What there is.
        tags: String,
    },
    /// Another registry. The first line is Docker's.
    #[error(
        "Get \"https://{domain}/v2/\": dial tcp: lookup {domain}: no such host\nhint: images come from Plimsoll itself here, not over the network; there are: {carried}"
    )]
    Registry {
        /// Its name.
        domain: String,
        /// What there is.
        carried: String,
    },
    /// For another kind of machine.
    #[error(
        "no matching manifest for {0} in the manifest list entries: no match for platform in manifest: not found"
    )]
    Platform(String),
}

impl From<NotServed> for ApiFailure {
    fn from(error: NotServed) -> Self {
        match error {
            NotServed::Registry { .. } => Self::internal(error.to_string()),
            _ => Self::not_found(error.to_string()),
        }
    }
}

/// `amd64`, `arm64`: this machine in Go's words.
#[must_use]
pub fn architecture() -> &'static str {
    match std::env::consts::ARCH {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    }
}

fn names(all: &[CarriedImage]) -> String {
    let names: Vec<&str> = all.iter().map(short_name).collect();
    names.join(", ")
}

/// The repository as it is typed.
#[must_use]
pub fn short_name(image: &CarriedImage) -> &'static str {
    image
        .repository
        .strip_prefix("library/")
        .unwrap_or(image.repository)
}

/// The image that `reference` (with its tag or digest) is served as.
///
/// # Errors
/// [`NotServed`].
pub fn find<'a>(
    all: &'a [CarriedImage],
    reference: &ImageRef,
) -> Result<&'a CarriedImage, NotServed> {
    let repository = repository(all, reference)?;
    let asked = reference
        .digest()
        .map(ToString::to_string)
        .or_else(|| reference.tag().map(str::to_owned))
        .unwrap_or_default();
    repository
        .iter()
        .find(|image| image.manifest_digest == asked || image.tags.contains(&asked.as_str()))
        .copied()
        .ok_or_else(|| NotServed::Manifest {
            reference: reference.familiar(),
            name: reference.familiar_name(),
            tags: tags(&repository).join(", "),
        })
}

/// All tags under which a repository is served.
///
/// # Errors
/// [`NotServed`].
pub fn all_tags(
    all: &[CarriedImage],
    reference: &ImageRef,
) -> Result<Vec<&'static str>, NotServed> {
    Ok(tags(&repository(all, reference)?))
}

fn tags(repository: &[&CarriedImage]) -> Vec<&'static str> {
    repository
        .iter()
        .flat_map(|image| image.tags)
        .copied()
        .collect()
}

fn repository<'a>(
    all: &'a [CarriedImage],
    reference: &ImageRef,
) -> Result<Vec<&'a CarriedImage>, NotServed> {
    if reference.domain() != REGISTRY {
        return Err(NotServed::Registry {
            domain: reference.domain().to_owned(),
            carried: names(all),
        });
    }
    let found: Vec<&CarriedImage> = all
        .iter()
        .filter(|image| image.repository == reference.path())
        .collect();
    if found.is_empty() {
        return Err(NotServed::Repository {
            name: reference.familiar_name(),
            carried: names(all),
        });
    }
    Ok(found)
}

/// Checks the `platform` of a pull (`linux/amd64`, `amd64`, or empty).
///
/// # Errors
/// [`NotServed::Platform`].
pub fn check_platform(platform: &str) -> Result<(), NotServed> {
    let ours = architecture();
    let fits = match platform.split('/').collect::<Vec<_>>()[..] {
        [""] | ["linux"] => true,
        [arch] | ["linux", arch] | ["linux", arch, _] => arch == ours,
        _ => false,
    };
    if fits {
        Ok(())
    } else {
        Err(NotServed::Platform(platform.to_owned()))
    }
}

/// The images whose name or description has `term`, as `docker search` lists
/// them: name and description.
#[must_use]
pub fn search(all: &[CarriedImage], term: &str) -> Vec<(&'static str, &'static str)> {
    let term = term.to_lowercase();
    all.iter()
        .map(|image| (short_name(image), image.description))
        .filter(|(name, description)| {
            name.contains(&term) || description.to_lowercase().contains(&term)
        })
        .collect()
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn image(
        repository: &'static str,
        tags: &'static [&'static str],
        description: &'static str,
    ) -> CarriedImage {
        CarriedImage {
            repository,
            tags,
            manifest: b"",
            manifest_digest: "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            config: b"",
            config_digest: "",
            layers: &[],
            description,
        }
    }

    fn sample() -> Vec<CarriedImage> {
        vec![
            image("library/base", &["latest"], "A shell"),
            image("library/nginx", &["latest", "1.29"], "The nginx web server"),
        ]
    }

    fn asked(text: &str) -> Result<String, String> {
        let reference = ImageRef::parse(text)
            .expect("a reference")
            .with_default_tag();
        find(&sample(), &reference)
            .map(|image| image.repository.to_owned())
            .map_err(|error| error.to_string())
    }

    #[test]
    fn what_is_carried_is_served() {
        for text in [
            "nginx",
            "nginx:1.29",
            "docker.io/library/nginx",
            "nginx@sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
        ] {
            assert_eq!(asked(text), Ok("library/nginx".into()), "{text}");
        }
        let nginx = ImageRef::parse("nginx").expect("a reference");
        assert_eq!(all_tags(&sample(), &nginx), Ok(vec!["latest", "1.29"]));
    }

    #[test]
    fn what_is_not_says_so_in_docker_s_words_and_what_there_is() {
        let refused = ["redis", "me/nginx", "nginx:9", "ghcr.io/a/b"]
            .map(|text| asked(text).expect_err(text))
            .join("\n");
        insta::assert_snapshot!(refused, @r#"
        pull access denied for redis, repository does not exist or may require 'docker login': denied: requested access to the resource is denied
        hint: images come from Plimsoll itself here, not over the network; there are: base, nginx
        pull access denied for me/nginx, repository does not exist or may require 'docker login': denied: requested access to the resource is denied
        hint: images come from Plimsoll itself here, not over the network; there are: base, nginx
        manifest for nginx:9 not found: manifest unknown: manifest unknown
        hint: Plimsoll has nginx with the tags latest, 1.29
        Get "https://ghcr.io/v2/": dial tcp: lookup ghcr.io: no such host
        hint: images come from Plimsoll itself here, not over the network; there are: base, nginx
        "#);
    }

    #[test]
    fn a_foreign_platform_is_refused() {
        let ours = format!("linux/{}", architecture());
        for fits in ["", "linux", ours.as_str(), architecture()] {
            assert_eq!(check_platform(fits), Ok(()), "{fits}");
        }
        for foreign in ["linux/s390x", "windows/amd64", "plan9"] {
            assert!(check_platform(foreign).is_err(), "{foreign}");
        }
    }

    #[test]
    fn search_looks_at_names_and_descriptions() {
        let found = |term| {
            search(&sample(), term)
                .into_iter()
                .map(|(name, _)| name)
                .collect::<Vec<_>>()
        };
        assert_eq!(found("ngi"), ["nginx"]);
        assert_eq!(found("SHELL"), ["base"]);
        assert!(found("redis").is_empty());
    }
}
