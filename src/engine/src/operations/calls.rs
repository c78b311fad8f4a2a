//! Which calls change something, and how they are called in plain words.

use hyper::Method;

use crate::containers::Containers;
use crate::http::call::Call;

/// Object and action of a call that is traced.
pub fn kind(method: &Method, path: &[&str]) -> Option<&'static str> {
    Some(match (method.as_str(), path) {
        ("POST", ["containers", "create"]) => "container.create",
        ("POST", ["containers", "prune"]) => "container.prune",
        ("POST", ["containers", _, action]) => match *action {
            "start" => "container.start",
            "stop" => "container.stop",
            "restart" => "container.restart",
            "kill" => "container.kill",
            "pause" => "container.pause",
            "unpause" => "container.unpause",
            "rename" => "container.rename",
            "update" => "container.update",
            "exec" => "exec.create",
            _ => return None,
        },
        ("DELETE", ["containers", _]) => "container.remove",
        ("PUT", ["containers", _, "archive"]) => "container.copy",
        ("GET", ["containers", _, "archive" | "export"]) => "container.read",
        ("POST", ["exec", _, "start"]) => "exec.start",
        ("POST", ["commit"]) => "container.commit",
        ("POST", ["build"]) => "image.build",
        ("POST", ["images", "create"]) => "image.pull",
        ("POST", ["images", "prune"]) => "image.prune",
        ("POST", ["images", "load"]) => "image.load",
        ("POST", ["images", .., "push"]) => "image.push",
        ("POST", ["images", .., "tag"]) => "image.tag",
        ("DELETE", ["images", ..]) => "image.remove",
        ("POST", ["volumes", "create"]) => "volume.create",
        ("POST", ["volumes", "prune"]) => "volume.prune",
        ("DELETE", ["volumes", _]) => "volume.remove",
        ("POST", ["networks", "create"]) => "network.create",
        ("POST", ["networks", "prune"]) => "network.prune",
        ("POST", ["networks", _, "connect"]) => "network.connect",
        ("POST", ["networks", _, "disconnect"]) => "network.disconnect",
        ("DELETE", ["networks", _]) => "network.remove",
        _ => return None,
    })
}

/// A call that only reads is told where somebody typed it, and not where a
/// grader looks into a container.
pub fn only_if_typed(kind: &str) -> bool {
    kind == "container.read"
}

/// A call that is nothing by itself, unless it is refused.
pub fn only_if_refused(kind: &str) -> bool {
    kind == "exec.create"
}

/// What a call is about, by name where the name is known.
pub fn subject(call: &Call, containers: &Containers) -> String {
    match call.segments().as_slice() {
        ["containers", "create"] => call.query.text("name").unwrap_or_default().to_owned(),
        ["images", "create"] => {
            let (name, tag) = (call.query.text("fromImage"), call.query.text("tag"));
            let separator = match tag {
                Some(tag) if tag.contains(':') => "@",
                Some(_) => ":",
                None => "",
            };
            let (name, tag) = (name.unwrap_or_default(), tag.unwrap_or_default());
            format!("{name}{separator}{tag}")
        }
        [
            "containers" | "images" | "volumes" | "networks",
            "create" | "prune" | "load",
        ] => String::new(),
        ["containers", id, ..] => match containers.find(id) {
            Ok(container) => container.name(),
            Err(_) => (*id).to_owned(),
        },
        ["images", name @ .., "push" | "tag"] | ["images", name @ ..] => name.join("/"),
        ["volumes" | "networks", name, ..] => (*name).to_owned(),
        _ => String::new(),
    }
}

/// `start the container web`.
pub fn in_words(kind: &str, subject: &str) -> String {
    let words = match kind {
        "container.create" => "create the container",
        "container.start" => "start the container",
        "container.stop" => "stop the container",
        "container.restart" => "restart the container",
        "container.kill" => "send a signal to the container",
        "container.pause" => "pause the container",
        "container.unpause" => "resume the container",
        "container.rename" => "rename the container",
        "container.update" => "change the settings of the container",
        "container.remove" => "remove the container",
        "container.copy" => "copy files into the container",
        "container.read" => "copy files out of the container",
        "container.commit" => "make an image from a container",
        "container.prune" => "remove the containers that do not run",
        "exec.create" | "exec.start" => "run a command in the container",
        "image.build" => "build an image",
        "image.pull" => "pull the image",
        "image.push" => "push the image",
        "image.load" => "load images",
        "image.tag" => "give a name to the image",
        "image.remove" => "remove the image",
        "image.prune" => "remove the images that nobody uses",
        "volume.create" => "create the volume",
        "volume.remove" => "remove the volume",
        "volume.prune" => "remove the volumes that nobody uses",
        "network.create" => "create the network",
        "network.connect" => "connect a container to the network",
        "network.disconnect" => "disconnect a container from the network",
        "network.remove" => "remove the network",
        "network.prune" => "remove the networks that nobody uses",
        other => other,
    };
    match subject {
        "" => words.to_owned(),
        subject => format!("{words} {subject}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_that_change_something_have_a_kind_and_words() {
        let post = |path: &[&str]| kind(&Method::POST, path);
        assert_eq!(
            post(&["containers", "web", "start"]),
            Some("container.start")
        );
        assert_eq!(post(&["images", "library", "x", "tag"]), Some("image.tag"));
        for quiet in ["wait", "attach", "resize"] {
            assert_eq!(post(&["containers", "web", quiet]), None);
        }
        assert_eq!(kind(&Method::GET, &["containers", "json"]), None);
        let read = kind(&Method::GET, &["containers", "web", "archive"]);
        assert_eq!(read.map(only_if_typed), Some(true));
        assert_eq!(
            in_words("container.start", "web"),
            "start the container web"
        );
        assert_eq!(
            in_words("image.prune", ""),
            "remove the images that nobody uses"
        );
    }

    #[test]
    fn no_kind_is_without_words() {
        let source = include_str!("calls.rs");
        let kinds: Vec<&str> = source
            .split("=> \"")
            .skip(1)
            .filter_map(|rest| rest.split('"').next())
            .filter(|word| word.contains('.') && !word.contains(' '))
            .collect();
        assert!(kinds.len() > 25, "{kinds:?}");
        for kind in kinds {
            assert_ne!(in_words(kind, ""), kind, "words are missing");
        }
    }
}
