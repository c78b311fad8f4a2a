//! `--mount type=bind,source=...,target=...`: fields in CSV.

use std::path::Path;

use plimsoll_api::host_config::{
    BindOptions, ImageMountOptions, Mount, TmpfsOptions, VolumeDriver, VolumeOptions,
};

use super::volume::absolute;
use crate::error::Invalid;
use crate::flags::parse_bool;
use crate::quantity::parse_size;

pub fn check(text: &str) -> Result<(), Invalid> {
    parse(text, Path::new("/")).map(drop)
}

/// Reads one value; a source that begins with a dot is taken from `here`.
pub fn parse(text: &str, here: &Path) -> Result<Mount, Invalid> {
    let mut mount = Mount {
        kind: "volume".to_owned(),
        ..Mount::default()
    };
    for field in split_csv(text)? {
        match field.split_once('=') {
            Some((key, value)) => set(&mut mount, &field, &key.to_lowercase(), value, here)?,
            None => set_word(&mut mount, &field)?,
        }
    }
    validate(&mount)?;
    Ok(mount)
}

/// A field without a value.
fn set_word(mount: &mut Mount, field: &str) -> Result<(), Invalid> {
    match field.to_lowercase().as_str() {
        "readonly" | "ro" => mount.read_only = true,
        "volume-nocopy" => volume(mount).no_copy = true,
        "bind-nonrecursive" => bind(mount).non_recursive = true,
        _ => {
            return Err(Invalid(format!(
                "invalid field '{field}' must be a key=value pair"
            )));
        }
    }
    Ok(())
}

fn set(mount: &mut Mount, field: &str, key: &str, value: &str, here: &Path) -> Result<(), Invalid> {
    let invalid = || Invalid(format!("invalid value for {key}: {value}"));
    let truth = || parse_bool(value).ok_or_else(invalid);
    match key {
        "type" => mount.kind = value.to_lowercase(),
        "source" | "src" if value.starts_with('.') => mount.source = absolute(value, here),
        "source" | "src" => value.clone_into(&mut mount.source),
        "target" | "dst" | "destination" => value.clone_into(&mut mount.target),
        "readonly" | "ro" => mount.read_only = truth()?,
        "consistency" => mount.consistency = value.to_lowercase(),
        "bind-propagation" => bind(mount).propagation = value.to_lowercase(),
        "bind-nonrecursive" => bind(mount).non_recursive = truth()?,
        "bind-recursive" => match value {
            "enabled" => {}
            "disabled" => bind(mount).non_recursive = true,
            "writable" => bind(mount).read_only_non_recursive = true,
            "readonly" => bind(mount).read_only_force_recursive = true,
            _ => {
                return Err(Invalid(format!(
                    "invalid value for {key}: {value} (must be \"enabled\", \"disabled\", \"writable\", or \"readonly\")"
                )));
            }
        },
        "volume-subpath" => value.clone_into(&mut volume(mount).subpath),
        "volume-nocopy" => volume(mount).no_copy = truth()?,
        "volume-label" => put(&mut volume(mount).labels, value),
        "volume-driver" => value.clone_into(&mut driver(mount).name),
        "volume-opt" => put(&mut driver(mount).options, value),
        "image-subpath" => {
            let options = mount.image_options.get_or_insert_default();
            options.clone_from(&ImageMountOptions {
                subpath: value.to_owned(),
            });
        }
        "tmpfs-size" => tmpfs(mount).size_bytes = parse_size(value).map_err(|_| invalid())?,
        "tmpfs-mode" => {
            tmpfs(mount).mode = u32::from_str_radix(value, 8).map_err(|_| invalid())?;
        }
        _ => return Err(Invalid(format!("unexpected key '{key}' in '{field}'"))),
    }
    Ok(())
}

fn put(map: &mut std::collections::BTreeMap<String, String>, pair: &str) {
    let (key, value) = pair.split_once('=').unwrap_or((pair, ""));
    if !key.is_empty() {
        map.insert(key.to_owned(), value.to_owned());
    }
}

fn bind(mount: &mut Mount) -> &mut BindOptions {
    mount.bind_options.get_or_insert_default()
}

fn volume(mount: &mut Mount) -> &mut VolumeOptions {
    mount.volume_options.get_or_insert_default()
}

fn driver(mount: &mut Mount) -> &mut VolumeDriver {
    volume(mount).driver_config.get_or_insert_default()
}

fn tmpfs(mount: &mut Mount) -> &mut TmpfsOptions {
    mount.tmpfs_options.get_or_insert_default()
}

fn validate(mount: &Mount) -> Result<(), Invalid> {
    if mount.kind.is_empty() {
        return Err(Invalid::new("type is required"));
    }
    if mount.target.is_empty() {
        return Err(Invalid::new("target is required"));
    }
    for (options, kind, given) in [
        ("volume-*", "volume", mount.volume_options.is_some()),
        ("image-*", "image", mount.image_options.is_some()),
        ("bind-*", "bind", mount.bind_options.is_some()),
        ("tmpfs-*", "tmpfs", mount.tmpfs_options.is_some()),
    ] {
        if given && mount.kind != kind {
            return Err(Invalid(format!(
                "cannot mix '{options}' options with mount type '{}'",
                mount.kind
            )));
        }
    }
    let Some(bind) = &mount.bind_options else {
        return Ok(());
    };
    let needs = |value: &str, other: &str| {
        Err(Invalid(format!(
            "option 'bind-recursive={value}' requires '{other}' to be specified in conjunction"
        )))
    };
    if bind.read_only_non_recursive && !mount.read_only {
        return needs("writable", "readonly");
    }
    if bind.read_only_force_recursive && !mount.read_only {
        return needs("readonly", "readonly");
    }
    if bind.read_only_force_recursive && bind.propagation != "rprivate" {
        return needs("readonly", "bind-propagation=rprivate");
    }
    Ok(())
}

/// Splits one CSV record (RFC 4180): a field in quotes may hold commas.
pub fn split_csv(text: &str) -> Result<Vec<String>, Invalid> {
    let mut fields = Vec::new();
    let mut rest = text;
    let mut column = 1;
    loop {
        let (field, behind) = if let Some(quoted) = rest.strip_prefix('"') {
            quoted_field(quoted).ok_or_else(|| {
                let column = column + rest.len();
                Invalid(format!(
                    "parse error on line 1, column {column}: extraneous or missing \" in quoted-field"
                ))
            })?
        } else {
            let end = rest.find(',').unwrap_or(rest.len());
            if let Some(quote) = rest[..end].find('"') {
                return Err(Invalid(format!(
                    "parse error on line 1, column {}: bare \" in non-quoted field",
                    column + quote
                )));
            }
            (rest[..end].to_owned(), &rest[end..])
        };
        column += rest.len() - behind.len() + 1;
        fields.push(field);
        match behind.strip_prefix(',') {
            Some(next) => rest = next,
            None if behind.is_empty() => return Ok(fields),
            None => {
                return Err(Invalid(format!(
                    "parse error on line 1, column {column}: extraneous or missing \" in quoted-field"
                )));
            }
        }
    }
}

/// The field behind an opening quote, and what follows its closing one.
fn quoted_field(text: &str) -> Option<(String, &str)> {
    let mut field = String::new();
    let mut rest = text;
    loop {
        let quote = rest.find('"')?;
        field.push_str(&rest[..quote]);
        rest = &rest[quote + 1..];
        match rest.strip_prefix('"') {
            Some(next) => {
                field.push('"');
                rest = next;
            }
            None => return Some((field, rest)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Mount, String> {
        parse(text, Path::new("/home/me")).map_err(|error| error.0)
    }

    #[test]
    fn the_kinds_of_mounts_are_read() {
        let mount = read("type=bind,src=./html,dst=/www,ro").unwrap();
        assert_eq!(mount.source, "/home/me/html");
        assert!(mount.read_only);
        let mount = read("source=data,target=/d,volume-label=a=b,volume-nocopy").unwrap();
        assert_eq!(mount.kind, "volume");
        assert!(mount.volume_options.as_ref().unwrap().no_copy);
        let mount = read("type=tmpfs,target=/t,tmpfs-size=1m,tmpfs-mode=1777").unwrap();
        let options = mount.tmpfs_options.unwrap();
        assert_eq!((options.size_bytes, options.mode), (1 << 20, 0o1777));
        assert_eq!(split_csv("a,\"b,\"\"c\",d").unwrap(), ["a", "b,\"c", "d"]);
    }

    #[test]
    fn mistakes_are_told_in_dockers_words() {
        for (text, message) in [
            ("foo", "invalid field 'foo' must be a key=value pair"),
            ("type=bind,source=/a", "target is required"),
            ("x=y,target=/a", "unexpected key 'x' in 'x=y'"),
            ("target=/a,ro=maybe", "invalid value for ro: maybe"),
            (
                "type=bind,target=/a,volume-nocopy",
                "cannot mix 'volume-*' options with mount type 'bind'",
            ),
            (
                "type=bind,\"x",
                "parse error on line 1, column 13: extraneous or missing \" in quoted-field",
            ),
        ] {
            assert_eq!(read(text).unwrap_err(), message);
        }
    }
}
