//! The shape of the tree, checked: what an architecture page says and a
//! compiler does not.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::cargo::{Done, cargo, root};

/// Which of our crates each crate may use (the architecture page's table).
const EDGES: &[(&str, &[&str])] = &[
    ("plimsoll-runtime", &[]),
    ("plimsoll-store", &[]),
    ("plimsoll-api", &[]),
    ("plimsoll-images", &[]),
    ("plimsoll-tools", &[]),
    ("plimsoll-host", &["plimsoll-runtime", "plimsoll-text"]),
    (
        "plimsoll-engine",
        &[
            "plimsoll-api",
            "plimsoll-host",
            "plimsoll-images",
            "plimsoll-runtime",
            "plimsoll-store",
        ],
    ),
    ("plimsoll-book", &["plimsoll-lab", "plimsoll-text"]),
    ("plimsoll-cli", &["plimsoll-api"]),
    ("plimsoll-lab", &["plimsoll-api", "plimsoll-text"]),
    ("plimsoll-text", &[]),
    (
        "plimsoll-tui",
        &["plimsoll-api", "plimsoll-lab", "plimsoll-text"],
    ),
];

/// A file is read in one sitting: lines without its tests.
const LONGEST_FILE: usize = 600;

/// The only files that may hold `unsafe`.
const UNSAFE_FILES: &[&str] = &["src/runtime/src/sys.rs"];

const TOP_LEVEL: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "src",
    "labs",
    "book",
    "graders",
    "tests",
    "README.md",
    "target",
];

/// Check everything and list every breach.
pub fn run() -> Done {
    let mut breaches = Vec::new();
    edges(&mut breaches)?;
    top_level(&mut breaches)?;
    for file in rust_files(&root().join("src")) {
        source(&file, &mut breaches);
    }
    book(&mut breaches)?;
    for breach in &breaches {
        eprintln!("tidy: {breach}");
    }
    if breaches.is_empty() {
        Ok(())
    } else {
        Err(format!("{} places are not tidy", breaches.len()))
    }
}

fn edges(breaches: &mut Vec<String>) -> Done {
    let output = cargo(["metadata", "--format-version", "1", "--no-deps"])
        .current_dir(root())
        .output()
        .map_err(|error| format!("cargo metadata: {error}"))?;
    let metadata: Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("cargo metadata: {error}"))?;
    for package in metadata["packages"].as_array().into_iter().flatten() {
        let name = package["name"].as_str().unwrap_or_default();
        if name != "plimsoll" && !package["default_run"].is_null() {
            breaches.push(format!(
                "{name} has a default-run: with two in the workspace, `cargo run` knows no program"
            ));
        }
        let Some((_, allowed)) = EDGES.iter().find(|(owner, _)| *owner == name) else {
            continue;
        };
        for dependency in package["dependencies"].as_array().into_iter().flatten() {
            let used = dependency["name"].as_str().unwrap_or_default();
            let ours = used.starts_with("plimsoll-") && dependency["kind"].is_null();
            if ours && !allowed.contains(&used) {
                breaches.push(format!(
                    "{name} uses {used}; the architecture page has no such arrow"
                ));
            }
        }
    }
    Ok(())
}

fn top_level(breaches: &mut Vec<String>) -> Done {
    for entry in fs::read_dir(root())
        .map_err(|error| format!("workspace root: {error}"))?
        .flatten()
    {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !name.starts_with('.') && !TOP_LEVEL.contains(&name.as_str()) {
            breaches.push(format!("{name}: does not belong at the top level"));
        }
    }
    Ok(())
}

fn rust_files(directory: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    let mut open = vec![directory.to_owned()];
    while let Some(directory) = open.pop() {
        for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

fn source(path: &Path, breaches: &mut Vec<String>) {
    let Ok(text) = fs::read_to_string(path) else {
        return;
    };
    let root = root();
    let name = path
        .strip_prefix(&root)
        .unwrap_or(path)
        .display()
        .to_string();
    let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
    let length = code.lines().count();
    if length > LONGEST_FILE && !name.contains("/tests/") {
        breaches.push(format!(
            "{name}: {length} lines without tests; at most {LONGEST_FILE}"
        ));
    }
    let has_unsafe = code.lines().any(|line| {
        let line = line.trim_start();
        !line.starts_with("//")
            && (line.contains("unsafe {")
                || line.contains("unsafe fn")
                || line.contains("unsafe impl"))
    });
    if has_unsafe && !UNSAFE_FILES.contains(&name.as_str()) && !name.starts_with("src/xtask/") {
        breaches.push(format!(
            "{name}: unsafe belongs in {}",
            UNSAFE_FILES.join(", ")
        ));
    }
}

/// Every listed page is there, in both languages. What a page says, and where
/// its links lead, the tests of `src/book` look at.
fn book(breaches: &mut Vec<String>) -> Done {
    for language in ["en", "fr"] {
        let folder = format!("book/{language}/src");
        let pages = root().join(&folder);
        let summary_path = pages.join("SUMMARY.md");
        let summary = fs::read_to_string(&summary_path)
            .map_err(|error| format!("{}: {error}", summary_path.display()))?;
        let listed = summary
            .split("](")
            .skip(1)
            .filter_map(|rest| rest.split(')').next());
        for page in listed.filter(|page| !pages.join(page).is_file()) {
            breaches.push(format!(
                "{folder}/SUMMARY.md lists {page}, which is not there"
            ));
        }
    }
    Ok(())
}
