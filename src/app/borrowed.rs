//! Tools that a course types in the lab and a small machine may lack: `curl`,
//! `ip`, `ping`. Ours are in the carried image `base`, one program by many names.
//!
//! It is unpacked from the image's layer once, into `DATA/tools`, and only on a
//! machine that lacks one of them.

use std::fs::File;
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};

use plimsoll_host::enter::Offered;
use plimsoll_host::{Places, search};

/// What a lesson expects of the lab's host beyond a shell.
const NAMES: [&str; 3] = ["curl", "ip", "ping"];

/// Where the image has the program.
const WITHIN: &str = "usr/bin/plimsoll-tools";

/// The machine's own tools, and ours in the place of those it lacks. Without
/// room for ours the lab goes without them: that is no reason not to enter.
pub fn tools(places: &Places) -> Vec<Offered> {
    let mut ours = None;
    NAMES
        .into_iter()
        .filter_map(|name| {
            let program = match search::on_path(name) {
                Some(own) => own,
                None => ours.get_or_insert_with(|| unpacked(places).ok()).clone()?,
            };
            let name = name.to_owned();
            Some(Offered { name, program })
        })
        .collect()
}

/// The program on disk, named by its layer's digest: a newer Plimsoll brings its own.
fn unpacked(places: &Places) -> io::Result<PathBuf> {
    let missing = || io::Error::from(io::ErrorKind::NotFound);
    let image = plimsoll_images::find("library/base", "latest").ok_or_else(missing)?;
    let layer = image.layers.first().ok_or_else(missing)?;
    let digest = layer.digest.rsplit(':').next().unwrap_or_default();
    let folder = places.data().join("tools").join(digest);
    let program = folder.join("plimsoll-tools");
    if program.is_file() {
        return Ok(program);
    }
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o700)
        .create(&folder)?;
    let mut archive = tar::Archive::new(zstd::Decoder::new(layer.bytes)?);
    for entry in archive.entries()? {
        let mut entry = entry?;
        let path = entry.path()?;
        if path.strip_prefix("./").unwrap_or(&path) == Path::new(WITHIN) {
            return place(&mut entry, &program);
        }
    }
    Err(missing())
}

/// By a name of its own first: another client may be doing the same.
fn place(content: &mut impl io::Read, program: &Path) -> io::Result<PathBuf> {
    let unborn = program.with_extension(std::process::id().to_string());
    let mut file = File::create(&unborn)?;
    io::copy(content, &mut file)?;
    file.set_permissions(std::fs::Permissions::from_mode(0o755))?;
    std::fs::rename(&unborn, program)?;
    Ok(program.to_path_buf())
}

#[cfg(test)]
mod tests {
    use super::*;
    use plimsoll_host::Environment;

    #[test]
    fn the_carried_tools_run() {
        let scratch = tempfile::tempdir().expect("a folder");
        let environment = Environment {
            home: Some(scratch.path().to_path_buf()),
            ..Environment::default()
        };
        let places = Places::choose(&environment).expect("places");
        let program = unpacked(&places).expect("unpacked");
        assert_eq!(unpacked(&places).expect("found again"), program);
        let curl = scratch.path().join("curl");
        std::os::unix::fs::symlink(&program, &curl).expect("a link");
        let output = std::process::Command::new(curl).arg("--help").output();
        assert!(output.expect("it runs").status.success());
    }
}
