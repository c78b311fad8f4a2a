//! Scripts in `scripts/*.sh`, run by the very shell and tools that the images
//! carry. What a script must print stands behind it, in lines that begin with
//! `#= `; an exit code other than 0 in `#? CODE`. Standard error counts too.

mod carried;

use std::fmt::Write;
use std::path::Path;
use std::process::Stdio;

struct Expected {
    output: String,
    code: i32,
}

fn expected(script: &str) -> Expected {
    let mut output = String::new();
    let mut code = 0;
    for line in script.lines() {
        if let Some(text) = line.strip_prefix("#=") {
            let _ = writeln!(output, "{}", text.strip_prefix(' ').unwrap_or(text));
        } else if let Some(text) = line.strip_prefix("#?") {
            code = text.trim().parse().expect("an exit code");
        }
    }
    Expected { output, code }
}

/// Runs a script in a folder of its own; returns what was wrong.
fn play(path: &Path) -> Result<(), String> {
    let script = std::fs::read_to_string(path).expect("a script");
    let wanted = expected(&script);
    let folder = tempfile::tempdir().expect("a temporary directory");
    let both = folder.path().join("output");
    let work = folder.path().join("work");
    std::fs::create_dir(&work).expect("a directory");
    let file = std::fs::File::create(&both).expect("a file");
    let status = carried::tool("timeout")
        .args(["-k", "5", "60", "bash"])
        .arg(path)
        .arg("argument")
        .current_dir(&work)
        .stdin(Stdio::null())
        .stdout(file.try_clone().expect("a second descriptor"))
        .stderr(file)
        .status()
        .expect("the shell runs");
    let found = std::fs::read(&both).expect("the output");
    let found = String::from_utf8_lossy(&found);
    let found = found.replace(&path.display().to_string(), "SCRIPT");
    if found == wanted.output && status.code() == Some(wanted.code) {
        return Ok(());
    }
    Err(format!(
        "{}\n--- wanted, code {}\n{}--- found, {status}\n{found}",
        path.display(),
        wanted.code,
        wanted.output
    ))
}

#[test]
fn every_script_prints_what_stands_behind_it() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/scripts");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("the scripts")
        .map(|entry| entry.expect("a script").path())
        .collect();
    paths.sort();
    assert!(paths.len() >= 20, "scripts are missing");
    let faults: Vec<String> = paths.iter().filter_map(|path| play(path).err()).collect();
    assert!(faults.is_empty(), "{}", faults.join("\n"));
}

#[test]
fn a_script_that_prints_something_else_is_noticed() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let path = folder.path().join("wrong.sh");
    for script in ["echo a\n#= b\n", "exit 3\n", "echo a >&2\n"] {
        std::fs::write(&path, script).expect("a file");
        assert!(play(&path).is_err(), "{script:?} passed");
    }
}
