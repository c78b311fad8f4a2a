//! What a process in the lab finds in its environment and first on its PATH.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::io;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::paths::LabPaths;
use crate::search;
use crate::start::LAB_VARIABLE;

/// Names by which this binary is called in a lab, beside its own.
pub const SHIMS: [&str; 2] = ["docker", "sudo"];

/// A program for labs on machines that lack one of that name: `name` is called
/// with argv[0] `name` and runs `program`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    pub name: String,
    pub program: PathBuf,
}

/// Variables that would lead `docker` elsewhere than to the lab.
const MISLEADING: [&str; 6] = [
    "DOCKER_API_VERSION",
    "DOCKER_CERT_PATH",
    "DOCKER_CONTEXT",
    "DOCKER_DEFAULT_PLATFORM",
    "DOCKER_TLS",
    "DOCKER_TLS_VERIFY",
];

/// Never through a proxy: the lab's loopback, its LAN and its bridges.
const DIRECT: &str = "localhost,127.0.0.1,::1,10.23.12.0/24,172.17.0.0/16";

/// Lays out the folder that comes first on PATH: links to this binary under the
/// names it answers to, and to what the machine lacks.
pub(super) fn lay_out_commands(paths: &LabPaths, offered: &[Offered]) -> io::Result<()> {
    let folder = paths.commands();
    std::fs::create_dir_all(&folder)?;
    let binary = own_binary()?;
    for name in SHIMS.iter().chain(&["plimsoll"]) {
        link(&folder, name, &binary)?;
    }
    for (name, text) in super::shell::START_FILES {
        write_if_changed(&folder, name, text)?;
    }
    for Offered { name, program } in offered {
        if search::is_found_outside(&folder, name) {
            // Installed since, perhaps: the machine's own goes first again.
            crate::seat::remove_if_there(&folder.join(name))?;
        } else {
            link(&folder, name, program)?;
        }
    }
    Ok(())
}

fn write_if_changed(folder: &Path, name: &str, text: &str) -> io::Result<()> {
    let file = folder.join(name);
    if std::fs::read(&file).is_ok_and(|found| found == text.as_bytes()) {
        return Ok(());
    }
    let unborn = folder.join(format!("{name}.{}", std::process::id()));
    std::fs::write(&unborn, text)?;
    std::fs::rename(&unborn, &file)
}

/// By its path: `/proc/self/exe` would be whoever follows the link.
fn own_binary() -> io::Result<PathBuf> {
    std::fs::read_link("/proc/self/exe")
}

/// Replaces by rename: another shell of the lab may be looking the name up now.
fn link(folder: &Path, name: &str, target: &Path) -> io::Result<()> {
    let link = folder.join(name);
    if std::fs::read_link(&link).is_ok_and(|found| found == target) {
        return Ok(());
    }
    let unborn = folder.join(format!(".{name}.{}", std::process::id()));
    crate::seat::remove_if_there(&unborn)?;
    std::os::unix::fs::symlink(target, &unborn)?;
    std::fs::rename(&unborn, &link)
}

/// The lab's environment, made from the caller's.
pub(super) fn in_lab(
    paths: &LabPaths,
    own: impl Iterator<Item = (OsString, OsString)>,
) -> BTreeMap<OsString, OsString> {
    let mut environment: BTreeMap<OsString, OsString> = own
        .filter(|(name, _)| !MISLEADING.iter().any(|misleading| name == misleading))
        .collect();
    let path = environment.get(OsStr::new("PATH"));
    let path = first_on_path(&paths.commands(), path.map(OsString::as_os_str));
    environment.insert("PATH".into(), path);
    environment.insert("DOCKER_HOST".into(), paths.docker_host().into());
    environment.insert(LAB_VARIABLE.into(), paths.lab().as_str().into());
    for name in ["no_proxy", "NO_PROXY"] {
        let direct = match environment
            .get(OsStr::new(name))
            .and_then(|own| own.to_str())
        {
            Some(own) if !own.is_empty() => format!("{own},{DIRECT}"),
            _ => DIRECT.to_owned(),
        };
        environment.insert(name.into(), direct.into());
    }
    environment
}

fn first_on_path(folder: &Path, path: Option<&OsStr>) -> OsString {
    let standard = OsStr::new("/usr/local/bin:/usr/bin:/bin");
    let rest: Vec<PathBuf> = std::env::split_paths(path.unwrap_or(standard))
        .filter(|entry| entry != folder)
        .collect();
    std::env::join_paths([folder.to_path_buf()].iter().chain(&rest)).unwrap_or_else(|_| {
        // A folder with a colon in its name cannot be on a PATH at all.
        path.unwrap_or(standard).to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Environment, LabName, Places};

    fn paths() -> LabPaths {
        Places::choose(&Environment {
            uid: 1001,
            home: Some("/home/learner".into()),
            ..Environment::default()
        })
        .expect("places")
        .lab(&LabName::new("hello-world").expect("a name"))
        .expect("paths")
    }

    fn made_from(own: &[(&str, &str)]) -> BTreeMap<OsString, OsString> {
        let own = own
            .iter()
            .map(|(name, value)| ((*name).into(), (*value).into()));
        in_lab(&paths(), own)
    }

    fn value<'a>(environment: &'a BTreeMap<OsString, OsString>, name: &str) -> Option<&'a str> {
        environment
            .get(OsStr::new(name))
            .and_then(|value| value.to_str())
    }

    #[test]
    fn docker_means_the_lab() {
        let made = made_from(&[
            ("DOCKER_HOST", "tcp://elsewhere"),
            ("DOCKER_CONTEXT", "remote"),
            ("DOCKER_TLS_VERIFY", "1"),
            ("PATH", "/usr/bin:/bin"),
            ("EDITOR", "vi"),
        ]);
        assert_eq!(
            value(&made, "DOCKER_HOST"),
            Some("unix:///tmp/plimsoll-1001/hello-world.sock")
        );
        assert_eq!(value(&made, "DOCKER_CONTEXT"), None);
        assert_eq!(value(&made, "DOCKER_TLS_VERIFY"), None);
        assert_eq!(value(&made, "EDITOR"), Some("vi"));
        assert_eq!(value(&made, "PLIMSOLL_LAB"), Some("hello-world"));
        let commands = paths().commands();
        assert_eq!(
            value(&made, "PATH"),
            Some(format!("{}:/usr/bin:/bin", commands.display()).as_str())
        );
    }

    #[test]
    fn the_folder_is_on_the_path_once() {
        let commands = paths().commands();
        let twice = format!("/usr/bin:{}", commands.display());
        let made = made_from(&[("PATH", &twice)]);
        let expected = format!("{}:/usr/bin", commands.display());
        assert_eq!(value(&made, "PATH"), Some(expected.as_str()));
    }

    #[test]
    fn the_lab_is_never_behind_a_proxy() {
        let made = made_from(&[("no_proxy", "example.org")]);
        assert_eq!(
            value(&made, "no_proxy"),
            Some("example.org,localhost,127.0.0.1,::1,10.23.12.0/24,172.17.0.0/16")
        );
        assert_eq!(value(&made, "NO_PROXY"), Some(DIRECT));
    }
}
