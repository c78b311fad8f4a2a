//! Where a copy goes and under which name: the rules of `docker cp`, pure.

use crate::error::Invalid;

/// What is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Source<'a> {
    pub path: &'a str,
    pub is_directory: bool,
}

/// Where it is to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Destination<'a> {
    pub path: &'a str,
    /// `Some(true)` for a directory, `None` where there is nothing.
    pub is_directory: Option<bool>,
}

/// The directory to unpack in, and the name of the archive's first entry there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    pub directory: String,
    pub name: String,
}

/// Into a directory a source goes under its own name; to anything else under
/// the destination's. `DIR/.` is the content of a directory without its name.
pub fn place(source: Source<'_>, destination: Destination<'_>) -> Result<Place, Invalid> {
    let (_, source_name) = split(source.path);
    let (parent, destination_name) = split(destination.path);
    let renamed = Place {
        directory: parent,
        name: destination_name,
    };
    match (destination.is_directory, source.is_directory) {
        (Some(true), _) => Ok(Place {
            directory: destination.path.to_owned(),
            name: source_name,
        }),
        (Some(false), true) => Err(Invalid::new("cannot copy directory")),
        (None, false) if asserts_directory(destination.path) => {
            Err(Invalid::new("no such directory"))
        }
        _ => Ok(renamed),
    }
}

/// Does the spelling say that it is a directory: `x/`, `x/.`?
pub fn asserts_directory(path: &str) -> bool {
    path.ends_with('/') || path == "." || path.ends_with("/.")
}

/// Parent and last name; a `.` at the end stays the name.
pub fn split(path: &str) -> (String, String) {
    let cleaned = clean(path);
    if path == "." || path.ends_with("/.") {
        return (cleaned, ".".to_owned());
    }
    match cleaned.rsplit_once('/') {
        Some(("", "")) => ("/".to_owned(), "/".to_owned()),
        Some(("", name)) => ("/".to_owned(), name.to_owned()),
        Some((parent, name)) => (parent.to_owned(), name.to_owned()),
        None => (".".to_owned(), cleaned),
    }
}

/// Resolves `.`, `..` and doubled slashes as text.
pub fn clean(path: &str) -> String {
    let absolute = path.starts_with('/');
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." if parts.last().is_some_and(|last| *last != "..") => {
                parts.pop();
            }
            ".." if absolute => {}
            part => parts.push(part),
        }
    }
    match (absolute, parts.is_empty()) {
        (true, _) => format!("/{}", parts.join("/")),
        (false, true) => ".".to_owned(),
        (false, false) => parts.join("/"),
    }
}

/// `CONTAINER:PATH`, or a path of ours. A colon in a path of ours needs a
/// slash or a dot before it.
pub fn split_argument(argument: &str) -> (Option<&str>, &str) {
    if argument.starts_with('/') {
        return (None, argument);
    }
    match argument.split_once(':') {
        Some((container, path)) if !container.starts_with('.') && !container.is_empty() => {
            (Some(container), path)
        }
        _ => (None, argument),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn placed(source: (&str, bool), destination: (&str, Option<bool>)) -> String {
        let source = Source {
            path: source.0,
            is_directory: source.1,
        };
        let destination = Destination {
            path: destination.0,
            is_directory: destination.1,
        };
        match place(source, destination) {
            Ok(place) => format!("{} in {}", place.name, place.directory),
            Err(error) => error.0,
        }
    }

    #[test]
    fn the_rules_are_dockers() {
        assert_eq!(placed(("/a/f", false), ("/d", Some(true))), "f in /d");
        assert_eq!(placed(("/a/f", false), ("/d/g", None)), "g in /d");
        assert_eq!(placed(("/a/f", false), ("/d/g", Some(false))), "g in /d");
        assert_eq!(
            placed(("/a/f", false), ("/d/g/", None)),
            "no such directory"
        );
        assert_eq!(placed(("/a", true), ("/d", Some(true))), "a in /d");
        assert_eq!(placed(("/a/.", true), ("/d", Some(true))), ". in /d");
        assert_eq!(placed(("/a", true), ("/d/new", None)), "new in /d");
        assert_eq!(placed(("/a/.", true), ("/d/new", None)), "new in /d");
        assert_eq!(
            placed(("/a", true), ("/f", Some(false))),
            "cannot copy directory"
        );
        assert_eq!(placed(("f", false), ("/", Some(true))), "f in /");
    }

    #[test]
    fn paths_are_split_as_text() {
        assert_eq!(split("/a/b/"), ("/a".to_owned(), "b".to_owned()));
        assert_eq!(split("a"), (".".to_owned(), "a".to_owned()));
        assert_eq!(split("/"), ("/".to_owned(), "/".to_owned()));
        assert_eq!(clean("/a/../../b/./c"), "/b/c");
        assert_eq!(clean("../a"), "../a");
    }

    #[test]
    fn arguments_name_a_container_or_not() {
        assert_eq!(split_argument("web:/x"), (Some("web"), "/x"));
        assert_eq!(split_argument("./a:b"), (None, "./a:b"));
        assert_eq!(split_argument("/a:b"), (None, "/a:b"));
        assert_eq!(split_argument("plain"), (None, "plain"));
    }
}
