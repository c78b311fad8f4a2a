//! `which`: where a command lies on PATH.

use std::ffi::OsString;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

pub fn main(arguments: Vec<OsString>) -> i32 {
    let mut all = false;
    let mut names = Vec::new();
    for argument in arguments.into_iter().skip(1) {
        match argument.to_str() {
            Some("-a") => all = true,
            Some(text) if text.starts_with('-') && text.len() > 1 => {
                eprintln!("Usage: which [-a] command ...");
                return 2;
            }
            _ => names.push(argument),
        }
    }
    let mut missing = 0;
    for name in names {
        let mut found = candidates(Path::new(&name));
        found.retain(|path| is_program(path));
        if found.is_empty() {
            missing = 1;
        }
        let shown = if all { found.len() } else { 1 };
        for path in found.iter().take(shown) {
            println!("{}", path.display());
        }
    }
    missing
}

fn candidates(name: &Path) -> Vec<PathBuf> {
    if name.components().count() > 1 {
        return vec![name.to_owned()];
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .map(|directory| directory.join(name))
        .collect()
}

fn is_program(path: &Path) -> bool {
    path.metadata()
        .is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}
