//! The files of the layers: links for every tool, directories with their
//! modes, and what lies under `rootfs/` as it is.

use std::fs;
use std::path::Path;

use crate::tree::Tree;

/// Every name that the tools answer to, one a line.
const APPLETS: &str = include_str!("../../tools/applets.txt");

/// Sorted into Debian's merged layout: `/bin` and `/sbin` are links into `/usr`.
pub fn base(tools: &[u8]) -> Tree {
    let mut tree = Tree::default();
    for directory in [
        "dev",
        "home",
        "media",
        "mnt",
        "opt",
        "proc",
        "run",
        "srv",
        "sys",
        "usr/local/bin",
        "usr/local/sbin",
        "usr/sbin",
        "usr/share",
        "var/cache",
        "var/lib",
        "var/log",
    ] {
        tree.directory(directory, 0o755);
    }
    tree.directory("root", 0o700);
    tree.directory("tmp", 0o1777);
    tree.directory("var/tmp", 0o1777);
    for name in ["bin", "lib", "sbin"] {
        tree.symlink(name, &format!("usr/{name}"));
    }
    tree.symlink("var/run", "/run");
    tree.symlink("etc/os-release", "../usr/lib/os-release");
    tree.symlink("etc/mtab", "/proc/mounts");
    tree.file("usr/bin/plimsoll-tools", 0o755, tools);
    for name in APPLETS.lines() {
        tree.symlink(&format!("usr/bin/{name}"), "plimsoll-tools");
    }
    tree
}

/// What the configuration of nginx needs beside the files under `rootfs/nginx`.
pub fn nginx(source: &Path) -> Result<Tree, String> {
    let types = source.join("conf/mime.types");
    let types = fs::read(&types).map_err(|error| format!("{}: {error}", types.display()))?;
    let mut tree = Tree::default();
    tree.file("etc/nginx/mime.types", 0o644, types);
    tree.owned_directory("var/cache/nginx", 0o755, 101);
    tree.symlink("var/log/nginx/access.log", "/dev/stdout");
    tree.symlink("var/log/nginx/error.log", "/dev/stderr");
    Ok(tree)
}

/// Adds the files under `rootfs/NAME`, for all to read.
pub fn add(tree: &mut Tree, name: &str) -> Result<(), String> {
    let root = Path::new("rootfs").join(name);
    add_directory(tree, &root, "").map_err(|error| format!("{}: {error}", root.display()))
}

fn add_directory(tree: &mut Tree, directory: &Path, prefix: &str) -> std::io::Result<()> {
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        let name = entry.file_name();
        let path = format!("{prefix}{}", name.to_string_lossy());
        if entry.file_type()?.is_dir() {
            add_directory(tree, &entry.path(), &format!("{path}/"))?;
        } else {
            let text = fs::read_to_string(entry.path())?;
            let text = text.replace("@VERSION@", env!("CARGO_PKG_VERSION"));
            tree.file(&path, 0o644, text);
        }
    }
    Ok(())
}
