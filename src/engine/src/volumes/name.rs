//! What a volume may be called, and which options its driver takes.
//!
//! Pure; rules and words are dockerd's (moby `volume/local`,
//! `volume/service`). A name that passes is safe as a directory's name.

use std::collections::BTreeMap;

use crate::failure::ApiFailure;

/// The label that tells an anonymous volume; its value is empty.
pub const ANONYMOUS: &str = "com.docker.volume.anonymous";

/// The longest name of a file (bytes).
const LONGEST: usize = 255;

/// Why a volume cannot be created.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CreateError {
    /// One character.
    #[error(
        "create {0}: volume name is too short, names should be at least two alphanumeric characters"
    )]
    TooShort(String),
    /// No directory can be called so.
    #[error("create {0}: file name too long")]
    TooLong(String),
    /// A character that is not allowed, `/` for example.
    #[error(
        "create {0}: \"{0}\" includes invalid characters for a local volume name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host directory, use absolute path"
    )]
    Characters(String),
    /// Another driver than `local` (404).
    #[error(
        "create {name}: error looking up volume plugin {driver}: plugin \"{driver}\" not found"
    )]
    Driver {
        /// The volume.
        name: String,
        /// What was asked for.
        driver: String,
    },
    /// An option that the local driver does not have.
    #[error("create {name}: invalid option: \"{option}\"")]
    Option {
        /// The volume.
        name: String,
        /// What was given.
        option: String,
    },
    /// Options come together or not at all.
    #[error("create {name}: missing required option: \"{option}\"")]
    MissingOption {
        /// The volume.
        name: String,
        /// What is missing.
        option: &'static str,
    },
    /// Docker's local driver mounts things by options; ours does not (501).
    #[error(
        "create {0}: plimsoll does not mount file systems as volumes yet (options type, device, o): use --mount type=tmpfs or a bind mount"
    )]
    NotYet(String),
}

impl From<CreateError> for ApiFailure {
    fn from(error: CreateError) -> Self {
        match error {
            CreateError::Driver { .. } => Self::not_found(error.to_string()),
            CreateError::NotYet(_) => Self::not_implemented(error.to_string()),
            _ => Self::invalid(error.to_string()),
        }
    }
}

/// Checks a name that somebody gave.
///
/// # Errors
/// [`CreateError`].
pub fn check_name(name: &str) -> Result<(), CreateError> {
    let allowed = |b: u8| b.is_ascii_alphanumeric() || b"_.-".contains(&b);
    let starts_well = name
        .bytes()
        .next()
        .is_some_and(|b| b.is_ascii_alphanumeric());
    match name.len() {
        1 => Err(CreateError::TooShort(name.to_owned())),
        _ if !starts_well || !name.bytes().all(allowed) => {
            Err(CreateError::Characters(name.to_owned()))
        }
        length if length > LONGEST => Err(CreateError::TooLong(name.to_owned())),
        _ => Ok(()),
    }
}

/// Checks driver and options of a new volume.
///
/// # Errors
/// [`CreateError`].
pub fn check_driver(
    name: &str,
    driver: &str,
    options: &BTreeMap<String, String>,
) -> Result<(), CreateError> {
    if !matches!(driver, "" | "local") {
        return Err(CreateError::Driver {
            name: name.to_owned(),
            driver: driver.to_owned(),
        });
    }
    let known = |option: &&String| matches!(option.as_str(), "type" | "o" | "device" | "size");
    if let Some(option) = options.keys().find(|option| !known(option)) {
        return Err(CreateError::Option {
            name: name.to_owned(),
            option: option.clone(),
        });
    }
    if options.is_empty() {
        return Ok(());
    }
    for option in ["device", "type"] {
        let mounts = ["type", "o", "device"]
            .iter()
            .any(|k| options.contains_key(*k));
        if mounts && !options.contains_key(option) {
            return Err(CreateError::MissingOption {
                name: name.to_owned(),
                option,
            });
        }
    }
    Err(CreateError::NotYet(name.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_docker_s() {
        for good in ["ab", "web-data", "a.b_c-1", "0a", &"a".repeat(255)] {
            assert_eq!(check_name(good), Ok(()), "{good}");
        }
        for bad in [
            "", "x!", "-ab", ".ab", "..", "a/b", "./a", "a b", "é2", "a\n", "a\0b",
        ] {
            assert_eq!(
                check_name(bad),
                Err(CreateError::Characters(bad.into())),
                "{bad:?}"
            );
        }
        assert_eq!(
            check_name("x!").expect_err("bad").to_string(),
            "create x!: \"x!\" includes invalid characters for a local volume name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you intended to pass a host directory, use absolute path"
        );
        assert!(matches!(check_name("a"), Err(CreateError::TooShort(_))));
        assert!(matches!(
            check_name(&"a".repeat(256)),
            Err(CreateError::TooLong(_))
        ));
    }

    #[test]
    fn options_are_answered_one_by_one() {
        let answer = |driver: &str, options: &[(&str, &str)]| {
            let options = options
                .iter()
                .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
                .collect();
            match check_driver("vol", driver, &options) {
                Ok(()) => "ok".to_owned(),
                Err(error) => error.to_string(),
            }
        };
        let answers = [
            answer("", &[]),
            answer("local", &[]),
            answer("nfs", &[]),
            answer("local", &[("colour", "red")]),
            answer("local", &[("type", "tmpfs")]),
            answer("local", &[("device", "tmpfs")]),
            answer(
                "local",
                &[("type", "tmpfs"), ("device", "tmpfs"), ("o", "size=1m")],
            ),
            answer("local", &[("size", "1g")]),
        ];
        insta::assert_snapshot!(answers.join("\n"), @r#"
        ok
        ok
        create vol: error looking up volume plugin nfs: plugin "nfs" not found
        create vol: invalid option: "colour"
        create vol: missing required option: "device"
        create vol: missing required option: "type"
        create vol: plimsoll does not mount file systems as volumes yet (options type, device, o): use --mount type=tmpfs or a bind mount
        create vol: plimsoll does not mount file systems as volumes yet (options type, device, o): use --mount type=tmpfs or a bind mount
        "#);
    }
}
