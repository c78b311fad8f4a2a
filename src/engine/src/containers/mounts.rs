//! Mounts as clients ask for them (`Binds`, `Mounts`, `Volumes`) into requests
//! that cannot be wrong. Pure: nothing here looks at the file system.
//!
//! The sentences are those of dockerd's Linux mount parser.

use std::collections::BTreeMap;

use plimsoll_api::Mount;
use plimsoll_api::host_config::{BindOptions, VolumeOptions};

use crate::failure::{ApiFailure, ApiResult};

/// Where the content comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// A path of the lab; made when absent if the client used `-v`.
    Bind { path: String, create: bool },
    /// A volume; `None` is an anonymous one.
    Volume {
        name: Option<String>,
        driver: String,
        options: BTreeMap<String, String>,
        labels: BTreeMap<String, String>,
        subpath: String,
    },
    /// Memory.
    Tmpfs { options: Vec<String> },
}

/// One mount, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MountRequest {
    pub source: Source,
    /// Absolute, clean, never `/`.
    pub target: String,
    /// As written, for inspect.
    pub mode: String,
    pub read_only: bool,
    /// Empty volumes get the image's content.
    pub copy_content: bool,
    pub non_recursive: bool,
    /// `rprivate` unless given.
    pub propagation: String,
}

const PROPAGATIONS: [&str; 6] = [
    "private", "rprivate", "slave", "rslave", "shared", "rshared",
];

/// Reads `source:target[:options]` of `-v`.
///
/// # Errors
/// 400 `invalid volume specification: '...'` or `invalid mode: ...`.
pub fn parse_bind(spec: &str, volume_driver: &str) -> ApiResult<MountRequest> {
    let invalid = || ApiFailure::invalid(format!("invalid volume specification: '{spec}'"));
    let parts: Vec<&str> = spec.split(':').collect();
    let (source, target, mode) = match parts.as_slice() {
        ["", ..] => return Err(invalid()),
        [target] => ("", *target, ""),
        [_, mode] if is_mode(mode) => return Err(invalid()),
        [source, target] => (*source, *target, ""),
        [source, target, mode] => (*source, *target, *mode),
        _ => return Err(invalid()),
    };
    if !is_mode(mode) && !mode.is_empty() {
        return Err(ApiFailure::invalid(format!("invalid mode: {mode}")));
    }
    let target = clean_target(target).map_err(|why| {
        ApiFailure::invalid(format!("invalid volume specification: '{spec}': {why}"))
    })?;
    let words: Vec<&str> = mode.split(',').collect();
    let propagation = words.iter().find(|word| PROPAGATIONS.contains(word));
    let source = if source.starts_with('/') {
        Source::Bind {
            path: clean(source),
            create: true,
        }
    } else {
        Source::Volume {
            name: Some(source.to_owned()).filter(|name| !name.is_empty()),
            driver: volume_driver.to_owned(),
            options: BTreeMap::new(),
            labels: BTreeMap::new(),
            subpath: String::new(),
        }
    };
    Ok(MountRequest {
        copy_content: !words.contains(&"nocopy"),
        read_only: words.contains(&"ro"),
        mode: mode.to_owned(),
        propagation: propagation.map_or("rprivate", |word| word).to_owned(),
        non_recursive: false,
        source,
        target,
    })
}

/// Docker's mode words, each kind once.
fn is_mode(mode: &str) -> bool {
    if mode.is_empty() {
        return false;
    }
    let (mut access, mut label, mut propagation, mut copy, mut consistency) = (0, 0, 0, 0, 0);
    for word in mode.split(',') {
        match word {
            "ro" | "rw" => access += 1,
            "z" | "Z" => label += 1,
            "nocopy" => copy += 1,
            "consistent" | "cached" | "delegated" => consistency += 1,
            word if PROPAGATIONS.contains(&word) => propagation += 1,
            _ => return false,
        }
    }
    [access, label, propagation, copy, consistency]
        .iter()
        .all(|count| *count <= 1)
}

/// Reads one item of `Mounts` (`--mount`).
///
/// # Errors
/// 400 `invalid mount config for type "bind": ...`.
pub fn parse_mount(mount: &Mount) -> ApiResult<MountRequest> {
    let invalid = |why: &str| {
        ApiFailure::invalid(format!(
            "invalid mount config for type \"{}\": {why}",
            mount.kind
        ))
    };
    if mount.target.is_empty() {
        return Err(invalid("field Target must not be empty"));
    }
    let target = clean_target(&mount.target).map_err(|why| invalid(&why))?;
    let source = match mount.kind.as_str() {
        "bind" => bind_source(mount).map_err(|why| invalid(&why))?,
        "volume" => volume_source(mount).map_err(|why| invalid(&why))?,
        "tmpfs" => tmpfs_source(mount).map_err(|why| invalid(&why))?,
        "image" | "npipe" | "cluster" => {
            return Err(ApiFailure::not_implemented(format!(
                "mounts of type {:?} are not supported by plimsoll",
                mount.kind
            )));
        }
        _ => return Err(invalid("mount type unknown")),
    };
    let bind = mount.bind_options.clone().unwrap_or_default();
    let volume = mount.volume_options.clone().unwrap_or_default();
    Ok(MountRequest {
        copy_content: !volume.no_copy,
        read_only: mount.read_only,
        mode: if mount.kind == "volume" { "z" } else { "" }.to_owned(),
        propagation: propagation(&bind),
        non_recursive: bind.non_recursive,
        source,
        target,
    })
}

fn propagation(bind: &BindOptions) -> String {
    if bind.propagation.is_empty() {
        "rprivate".to_owned()
    } else {
        bind.propagation.clone()
    }
}

fn bind_source(mount: &Mount) -> Result<Source, String> {
    if mount.volume_options.is_some() {
        return Err("field VolumeOptions must not be specified".to_owned());
    }
    if mount.source.is_empty() {
        return Err("field Source must not be empty".to_owned());
    }
    if !mount.source.starts_with('/') {
        return Err(format!(
            "invalid mount path: '{}' mount path must be absolute",
            mount.source
        ));
    }
    let bind = mount.bind_options.clone().unwrap_or_default();
    if !bind.propagation.is_empty() && !PROPAGATIONS.contains(&bind.propagation.as_str()) {
        return Err(format!("invalid propagation mode: {}", bind.propagation));
    }
    Ok(Source::Bind {
        path: clean(&mount.source),
        create: bind.create_mountpoint,
    })
}

fn volume_source(mount: &Mount) -> Result<Source, String> {
    if mount.bind_options.is_some() {
        return Err("field BindOptions must not be specified".to_owned());
    }
    let options: VolumeOptions = mount.volume_options.clone().unwrap_or_default();
    if mount.source.is_empty() && mount.read_only {
        return Err("must not set ReadOnly mode when using anonymous volumes".to_owned());
    }
    if options.subpath.starts_with('/') || options.subpath.split('/').any(|part| part == "..") {
        return Err("subpath must be a relative path within the volume".to_owned());
    }
    let driver = options.driver_config.unwrap_or_default();
    Ok(Source::Volume {
        name: Some(mount.source.clone()).filter(|name| !name.is_empty()),
        driver: driver.name,
        options: driver.options,
        labels: options.labels,
        subpath: options.subpath,
    })
}

fn tmpfs_source(mount: &Mount) -> Result<Source, String> {
    if mount.bind_options.is_some() {
        return Err("field BindOptions must not be specified".to_owned());
    }
    if mount.volume_options.is_some() {
        return Err("field VolumeOptions must not be specified".to_owned());
    }
    if !mount.source.is_empty() {
        return Err("field Source must not be specified".to_owned());
    }
    let given = mount.tmpfs_options.clone().unwrap_or_default();
    let mut options = Vec::new();
    if given.size_bytes != 0 {
        options.push(format!("size={}", given.size_bytes));
    }
    if given.mode != 0 {
        options.push(format!("mode={:o}", given.mode));
    }
    Ok(Source::Tmpfs { options })
}

/// Reads one entry of `Volumes`: an anonymous volume at this path, unless the
/// text holds a colon, which older clients sent.
///
/// # Errors
/// 400 as [`parse_bind`].
pub fn parse_anonymous(target: &str, volume_driver: &str) -> ApiResult<MountRequest> {
    let mut request = parse_bind(target, volume_driver)?;
    if let Source::Bind { .. } = request.source {
        return Err(ApiFailure::invalid(format!(
            "invalid volume specification: '{target}'"
        )));
    }
    request.mode.clear();
    Ok(request)
}

/// Options of `--tmpfs target[:options]` as mount data.
///
/// # Errors
/// 400 in dockerd's words for an option that tmpfs does not know.
pub fn tmpfs_options(text: &str) -> ApiResult<Vec<String>> {
    let known = |word: &str| {
        let name = word.split('=').next().unwrap_or_default();
        matches!(
            name,
            "size"
                | "mode"
                | "uid"
                | "gid"
                | "nr_inodes"
                | "nr_blocks"
                | "mpol"
                | "ro"
                | "rw"
                | "exec"
                | "noexec"
                | "suid"
                | "nosuid"
                | "dev"
                | "nodev"
                | "sync"
                | "async"
                | "dirsync"
                | "remount"
                | "mand"
                | "nomand"
                | "atime"
                | "noatime"
                | "diratime"
                | "nodiratime"
                | "relatime"
                | "norelatime"
                | "strictatime"
                | "nostrictatime"
                | "defaults"
                | "private"
                | "rprivate"
                | "slave"
                | "rslave"
                | "shared"
                | "rshared"
        )
    };
    let words: Vec<String> = text
        .split(',')
        .filter(|word| !word.is_empty())
        .map(str::to_owned)
        .collect();
    match words.iter().find(|word| !known(word)) {
        Some(word) => Err(ApiFailure::invalid(format!(
            "invalid tmpfs option [\"{word}\"]"
        ))),
        None => Ok(words),
    }
}

/// `--volumes-from container[:mode]`.
///
/// # Errors
/// 400 in dockerd's words.
pub fn parse_volumes_from(spec: &str) -> ApiResult<(String, Option<bool>)> {
    if spec.is_empty() {
        return Err(ApiFailure::invalid(
            "volumes-from specification cannot be an empty string",
        ));
    }
    let Some((id, mode)) = spec.split_once(':') else {
        return Ok((spec.to_owned(), None));
    };
    if !is_mode(mode) || mode.split(',').any(|word| word == "nocopy") {
        return Err(ApiFailure::invalid(format!("invalid mode: {mode}")));
    }
    let read_only = mode.split(',').any(|word| word == "ro");
    Ok((id.to_owned(), Some(read_only)))
}

/// Refuses two mounts at one place.
///
/// # Errors
/// 400 `Duplicate mount point: /x`.
pub fn refuse_duplicates<'a>(targets: impl Iterator<Item = &'a str>) -> ApiResult<()> {
    let mut seen = std::collections::BTreeSet::new();
    for target in targets {
        if !seen.insert(target) {
            return Err(ApiFailure::invalid(format!(
                "Duplicate mount point: {target}"
            )));
        }
    }
    Ok(())
}

fn clean_target(target: &str) -> Result<String, String> {
    if !target.starts_with('/') {
        return Err(format!(
            "invalid mount path: '{target}' mount path must be absolute"
        ));
    }
    let target = clean(target);
    if target == "/" {
        return Err("invalid specification: destination can't be '/'".to_owned());
    }
    Ok(target)
}

/// Go's `path.Clean` for absolute paths.
pub fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
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

    fn refused(spec: &str) -> String {
        parse_bind(spec, "").unwrap_err().message
    }

    #[test]
    fn every_form_of_v_is_read() {
        let bind = parse_bind("/html/../srv/:/www/:ro,z", "").unwrap();
        assert_eq!(
            bind.source,
            Source::Bind {
                path: "/srv".into(),
                create: true
            }
        );
        assert_eq!((bind.target.as_str(), bind.read_only), ("/www", true));
        assert_eq!(bind.mode, "ro,z");
        let named = parse_bind("data:/d", "").unwrap();
        assert!(matches!(named.source, Source::Volume { name: Some(name), .. } if name == "data"));
        let anonymous = parse_bind("/d", "").unwrap();
        assert!(matches!(
            anonymous.source,
            Source::Volume { name: None, .. }
        ));
    }

    #[test]
    fn bad_v_is_told_in_dockers_words() {
        assert_eq!(refused(":/d"), "invalid volume specification: ':/d'");
        assert_eq!(refused("/d:ro"), "invalid volume specification: '/d:ro'");
        assert_eq!(refused("/a:/b:frob"), "invalid mode: frob");
        assert_eq!(refused("/a:/b:ro,rw"), "invalid mode: ro,rw");
        assert_eq!(
            refused("/a:b"),
            "invalid volume specification: '/a:b': invalid mount path: 'b' mount path must be \
             absolute"
        );
        assert_eq!(
            refused("/a:/"),
            "invalid volume specification: '/a:/': invalid specification: destination can't be '/'"
        );
        assert_eq!(
            refused("/a:/b:ro:x"),
            "invalid volume specification: '/a:/b:ro:x'"
        );
    }

    #[test]
    fn mounts_are_checked_field_by_field() {
        let mount = |kind: &str, source: &str, target: &str| {
            parse_mount(&Mount {
                kind: kind.into(),
                source: source.into(),
                target: target.into(),
                ..Mount::default()
            })
        };
        assert_eq!(
            mount("bind", "", "/x").unwrap_err().message,
            "invalid mount config for type \"bind\": field Source must not be empty"
        );
        assert_eq!(
            mount("bind", "/a", "").unwrap_err().message,
            "invalid mount config for type \"bind\": field Target must not be empty"
        );
        assert_eq!(
            mount("frob", "/a", "/x").unwrap_err().message,
            "invalid mount config for type \"frob\": mount type unknown"
        );
        assert!(mount("volume", "", "/x").is_ok());
        assert!(mount("tmpfs", "", "/x").is_ok());
    }

    #[test]
    fn a_place_is_taken_once() {
        refuse_duplicates(["/a", "/b"].into_iter()).unwrap();
        let error = refuse_duplicates(["/a", "/a"].into_iter()).unwrap_err();
        assert_eq!(error.message, "Duplicate mount point: /a");
    }

    #[test]
    fn volumes_from_has_a_mode() {
        assert_eq!(parse_volumes_from("a").unwrap(), ("a".into(), None));
        assert_eq!(
            parse_volumes_from("a:ro").unwrap(),
            ("a".into(), Some(true))
        );
        assert!(parse_volumes_from("a:b").is_err());
    }
}
