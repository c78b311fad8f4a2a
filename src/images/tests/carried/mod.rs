//! The carried images, unpacked for a look inside.

#![allow(dead_code, reason = "each test program uses a part")]

use std::collections::BTreeMap;
use std::io::Read;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use plimsoll_images::{Blob, CarriedImage};

/// An entry of a layer: what the tar says of it.
pub struct Entry {
    pub kind: tar::EntryType,
    pub mode: u32,
    pub target: Option<String>,
    pub bytes: Vec<u8>,
}

pub fn image(name: &str) -> &'static CarriedImage {
    let repository = format!("library/{name}");
    plimsoll_images::find(&repository, "latest").expect("a carried image")
}

pub fn tar_of(layer: &Blob) -> Vec<u8> {
    zstd::decode_all(layer.bytes).expect("a layer in zstd")
}

/// The entries of a layer by path, without a trailing slash.
pub fn entries(layer: &Blob) -> BTreeMap<String, Entry> {
    let tar = tar_of(layer);
    let mut archive = tar::Archive::new(tar.as_slice());
    let mut found = BTreeMap::new();
    for entry in archive.entries().expect("a tar") {
        let mut entry = entry.expect("an entry");
        let path = entry.path().expect("a path").to_string_lossy().into_owned();
        let target = entry.link_name().expect("a link name");
        let target = target.map(|target| target.to_string_lossy().into_owned());
        let (kind, mode) = (
            entry.header().entry_type(),
            entry.header().mode().expect("a mode"),
        );
        let mut bytes = Vec::new();
        entry.read_to_end(&mut bytes).expect("the bytes");
        let entry = Entry {
            kind,
            mode,
            target,
            bytes,
        };
        found.insert(path.trim_end_matches('/').to_owned(), entry);
    }
    found
}

/// Writes the layers of an image beneath `root`, as a store would.
pub fn unpack(image: &CarriedImage, root: &Path) {
    for layer in image.layers {
        for (path, entry) in entries(layer) {
            let place = root.join(&path);
            match entry.kind {
                tar::EntryType::Directory => std::fs::create_dir_all(&place).expect("a directory"),
                tar::EntryType::Symlink => {
                    symlink(entry.target.expect("a target"), &place).expect("a link");
                    continue;
                }
                _ => std::fs::write(&place, &entry.bytes).expect("a file"),
            }
            let mode = std::fs::Permissions::from_mode(entry.mode);
            std::fs::set_permissions(&place, mode).expect("a mode");
        }
    }
}

/// A directory that holds the tools of the base image under all their names.
/// It is kept in the target directory and named by the layer's digest.
pub fn tools() -> &'static Path {
    static TOOLS: OnceLock<PathBuf> = OnceLock::new();
    TOOLS.get_or_init(|| {
        let layer = &image("base").layers[0];
        let name = layer.digest.trim_start_matches("sha256:");
        let parent = Path::new(env!("CARGO_TARGET_TMPDIR"));
        let place = parent.join(format!("tools-{name}"));
        if !place.exists() {
            let new = tempfile::tempdir_in(parent).expect("a temporary directory");
            for (path, entry) in entries(layer) {
                let Some(name) = path.strip_prefix("usr/bin/") else {
                    continue;
                };
                let file = new.path().join(name);
                match entry.target {
                    Some(target) => symlink(target, &file).expect("a link"),
                    None => {
                        std::fs::write(&file, &entry.bytes).expect("a file");
                        let mode = std::fs::Permissions::from_mode(0o755);
                        std::fs::set_permissions(&file, mode).expect("a mode");
                    }
                }
            }
            let mode = std::fs::Permissions::from_mode(0o755);
            std::fs::set_permissions(new.path(), mode).expect("a mode");
            // Another test may have been faster: its result is the same.
            if std::fs::rename(new.path(), &place).is_ok() {
                let _ = new.keep();
            }
        }
        place
    })
}

/// One of the tools, in an environment that holds nothing but the tools.
pub fn tool(name: &str) -> Command {
    let mut command = Command::new(tools().join(name));
    command
        .env_clear()
        .env("PATH", tools())
        .env("HOME", "/nonexistent");
    command
}
