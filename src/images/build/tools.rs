//! Builds the package of tools with a cargo of its own: another profile, and a
//! target directory that debug, release, clippy and test builds of the
//! workspace share, so that it is compiled once per checkout.

use std::path::{Path, PathBuf};
use std::process::Command;

/// The flags of `.cargo/config.toml`: one static executable, not position
/// independent. Said again because flags of the outer build must not reach the
/// inner one, else each kind of outer build would compile the tools anew.
const RUSTFLAGS: &str = "-C\x1ftarget-feature=+crt-static\x1f-C\x1frelocation-model=static";

/// What cargo and clippy tell a build script and must not tell the inner cargo.
const OUTER_VARIABLES: &[&str] = &[
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_MANIFEST_DIR",
    "CARGO_MANIFEST_LINKS",
    "CARGO_MANIFEST_PATH",
    "CARGO_PRIMARY_PACKAGE",
    "CLIPPY_ARGS",
    "CLIPPY_CONF_DIR",
    "DEBUG",
    "HOST",
    "NUM_JOBS",
    "OPT_LEVEL",
    "OUT_DIR",
    "PROFILE",
    "RUSTC",
    "RUSTC_LINKER",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTDOC",
    "RUSTFLAGS",
    "TARGET",
];
const OUTER_PREFIXES: &[&str] = &["CARGO_CFG_", "CARGO_FEATURE_", "CARGO_PKG_"];

/// A cargo that knows nothing of the build that started it but its jobserver.
pub fn cargo(workspace: &Path) -> Command {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(workspace);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if OUTER_VARIABLES.contains(&text.as_ref())
            || OUTER_PREFIXES.iter().any(|prefix| text.starts_with(prefix))
        {
            command.env_remove(&name);
        }
    }
    command.env("CARGO_ENCODED_RUSTFLAGS", RUSTFLAGS);
    // uutils embeds the messages of the language that it is built in.
    command.env("LANG", "C");
    command
}

/// Returns the path of the multi-call binary.
pub fn build(workspace: &Path, target_dir: &Path, target: &str) -> Result<PathBuf, String> {
    own_lock(target_dir).map_err(|error| format!("{}: {error}", target_dir.display()))?;
    let status = cargo(workspace)
        .args(["build", "--locked", "--package", "plimsoll-tools"])
        .args(["--profile", "tools", "--target", target, "--target-dir"])
        .arg(target_dir)
        .status()
        .map_err(|error| format!("cargo could not be started for the tools: {error}"))?;
    if !status.success() {
        return Err("the tools of the carried images did not build; see above".to_owned());
    }
    Ok(target_dir.join(target).join("tools/plimsoll-tools"))
}

/// `uucore` rebuilds itself, and seventy crates with it, whenever the nearest
/// `Cargo.lock` above its output changes. Ours changes with every dependency of
/// any crate; this one, nearer, stands for the tools and never does: cargo
/// itself knows when a crate of theirs has another version.
fn own_lock(target_dir: &Path) -> std::io::Result<()> {
    std::fs::create_dir_all(target_dir)?;
    let lock = target_dir.join("Cargo.lock");
    if lock.exists() {
        return Ok(());
    }
    std::fs::write(lock, "# Not a lock file: see src/images/build/tools.rs\n")
}
