//! Run the tests, as everyone who plays them.
//!
//! End-to-end tests play root and two ordinary users (one with a subuid range,
//! one without) where root runs them; the accounts are made here. The crates'
//! own tests run a second time as an ordinary user.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::cargo::{self, Done, build_debug, cargo};

/// The ordinary users of the end-to-end tests; the first has a subuid range.
const ACCOUNTS: [&str; 2] = ["plimsoll-mapped", "plimsoll-single"];

/// Run all tests, or those that `filter` (nextest's or cargo test's) selects.
pub fn run(filter: &[String]) -> Done {
    if nix::unistd::Uid::effective().is_root() {
        make_accounts()?;
    } else {
        eprintln!("note: run as root too, to play the tests as root and as two other users");
    }
    let built = build_debug()?;
    let place = tempfile::Builder::new()
        .prefix("plimsoll-test-binary-")
        .tempdir_in("/tmp")
        .map_err(|error| format!("/tmp: {error}"))?;
    open(place.path())?;
    let binary = place.path().join("plimsoll");
    fs::copy(&built, &binary).map_err(|error| format!("{}: {error}", built.display()))?;
    open(&binary)?;
    let mut tests = runner();
    cargo::run(tests.args(filter).env("PLIMSOLL_TEST_BINARY", &binary))
}

/// nextest where it is installed (it runs each test in its own process and
/// reports skips), else `cargo test`.
fn runner() -> Command {
    let nextest = Command::new("cargo-nextest")
        .args(["nextest", "--version"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if nextest.is_ok_and(|status| status.success()) {
        cargo(["nextest", "run", "--no-fail-fast"])
    } else {
        cargo(["test", "--no-fail-fast"])
    }
}

fn make_accounts() -> Done {
    for account in ACCOUNTS {
        if !has_account(account) {
            cargo::run(Command::new("useradd").args([
                "--create-home",
                "--shell",
                "/bin/bash",
                account,
            ]))?;
        }
    }
    ensure_range(ACCOUNTS[0])?;
    for table in ["/etc/subuid", "/etc/subgid"] {
        remove_range(table, ACCOUNTS[1])?;
    }
    Ok(())
}

/// Read from the file itself: a static program has no name service.
fn has_account(name: &str) -> bool {
    let table = fs::read_to_string("/etc/passwd").unwrap_or_default();
    table
        .lines()
        .any(|line| line.split(':').next() == Some(name))
}

fn ensure_range(account: &str) -> Done {
    let table = fs::read_to_string("/etc/subuid").unwrap_or_default();
    if table
        .lines()
        .any(|line| line.starts_with(&format!("{account}:")))
    {
        return Ok(());
    }
    let range = [
        "--add-subuids",
        "1100000-1165535",
        "--add-subgids",
        "1100000-1165535",
        account,
    ];
    cargo::run(Command::new("usermod").args(range))
}

fn remove_range(table: &str, account: &str) -> Done {
    let Ok(text) = fs::read_to_string(table) else {
        return Ok(());
    };
    let owner = format!("{account}:");
    let kept: String = text
        .lines()
        .filter(|line| !line.starts_with(&owner))
        .flat_map(|line| [line, "\n"])
        .collect();
    fs::write(table, kept).map_err(|error| format!("{table}: {error}"))
}

fn open(path: &Path) -> Done {
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
        .map_err(|error| format!("{}: {error}", path.display()))
}
