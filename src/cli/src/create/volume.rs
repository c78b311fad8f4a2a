//! `-v`: a path in the container alone, or `source:target[:options]`.

use std::path::Path;

use crate::error::Invalid;

/// What one `-v` means to the create call.
#[derive(Debug, PartialEq, Eq)]
pub enum VolumeFlag {
    /// A new volume without a name at this path.
    Anonymous(String),
    /// A bind or a named volume, as it goes into `Binds`.
    Bind(String),
}

/// Reads one value. A source that begins with a dot is taken from the
/// directory `here`; every other is the engine's to judge.
pub fn parse(spec: &str, here: &Path) -> Result<VolumeFlag, Invalid> {
    if spec.is_empty() {
        return Err(Invalid::new("invalid empty volume spec"));
    }
    if spec.len() <= 2 {
        return Ok(VolumeFlag::Anonymous(spec.to_owned()));
    }
    let invalid = |reason: &str| Invalid(format!("invalid spec: {spec}: {reason}"));
    let parts = sections(spec);
    if let Some(empty) = parts.iter().position(|part| part.is_empty()) {
        // Docker reads from the left and stops at the first fault.
        let reason = if empty > 2 {
            "too many colons"
        } else {
            "empty section between colons"
        };
        return Err(invalid(reason));
    }
    match parts.as_slice() {
        [target] if target.contains(':') => Ok(VolumeFlag::Bind((*target).to_owned())),
        [target] => Ok(VolumeFlag::Anonymous((*target).to_owned())),
        [source, rest @ ..] if rest.len() <= 2 => {
            let source = if source.starts_with('.') {
                absolute(source, here)
            } else {
                (*source).to_owned()
            };
            Ok(VolumeFlag::Bind(format!("{source}:{}", rest.join(":"))))
        }
        _ => Err(invalid("too many colons")),
    }
}

/// What stands between the colons. Docker's client takes a single letter before a
/// colon for a drive of Windows, here too, and leaves such a text to the engine.
fn sections(spec: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut begin = 0;
    for (at, _) in spec.match_indices(':') {
        let part = &spec[begin..at];
        let mut letters = part.chars();
        let is_drive = letters.next().is_some_and(char::is_alphabetic) && letters.next().is_none();
        if !is_drive {
            parts.push(part);
            begin = at + 1;
        }
    }
    parts.push(&spec[begin..]);
    parts
}

/// Joins a relative path to a directory, without asking the file system: `.`
/// and `..` are resolved as text, as Docker's client does.
pub fn absolute(path: &str, here: &Path) -> String {
    let mut parts: Vec<&str> = Vec::new();
    let here = here.to_string_lossy();
    for part in here.split('/').chain(path.split('/')) {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(spec: &str) -> String {
        match parse(spec, Path::new("/home/me")) {
            Ok(VolumeFlag::Anonymous(path)) => format!("anonymous {path}"),
            Ok(VolumeFlag::Bind(bind)) => bind,
            Err(error) => error.0,
        }
    }

    #[test]
    fn every_form_is_read() {
        assert_eq!(read("/data"), "anonymous /data");
        assert_eq!(read("/a:/b"), "/a:/b");
        assert_eq!(read("vol:/b:ro"), "vol:/b:ro");
        assert_eq!(read("./html:/b"), "/home/me/html:/b");
        assert_eq!(read("../x/.:/b:ro"), "/home/x:/b:ro");
        assert_eq!(read(".:/b"), "/home/me:/b");
        assert_eq!(read("html/x:/b"), "html/x:/b");
    }

    #[test]
    fn mistakes_are_told_in_dockers_words() {
        assert_eq!(read(""), "invalid empty volume spec");
        assert_eq!(
            read("/a::/b"),
            "invalid spec: /a::/b: empty section between colons"
        );
        assert_eq!(
            read("/a:/b:ro:x"),
            "invalid spec: /a:/b:ro:x: too many colons"
        );
        assert_eq!(
            read("a:b:"),
            "invalid spec: a:b:: empty section between colons"
        );
        assert_eq!(read("a:/x:ro:q"), "a:/x:ro:q");
        assert_eq!(read("a::/x"), "a::/x");
        assert_eq!(read("a:/x"), "a:/x");
    }
}
