//! Running cargo and finding what it built.

use std::path::{Path, PathBuf};
use std::process::Command;

/// What a task gives: nothing, or one sentence about what went wrong.
pub type Done<T = ()> = Result<T, String>;

/// The workspace's root.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors()
        .nth(2)
        .expect("src/xtask lies two levels down")
        .to_owned()
}

/// Run a command in the workspace's root; its failure names the command.
pub fn run(command: &mut Command) -> Done {
    let words: Vec<_> = std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|word| word.to_string_lossy().into_owned())
        .collect();
    eprintln!("$ {}", words.join(" "));
    let status = command
        .current_dir(root())
        .status()
        .map_err(|error| format!("{}: {error}", words[0]))?;
    if status.success() {
        Ok(())
    } else {
        Err(format!("`{}` failed: {status}", words.join(" ")))
    }
}

/// `cargo ARGUMENTS`, with the cargo that runs this task.
pub fn cargo<'a>(arguments: impl IntoIterator<Item = &'a str>) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments);
    command
}

/// Build the product in the dev profile; its path.
pub fn build_debug() -> Done<PathBuf> {
    run(&mut cargo(["build", "--bin", "plimsoll"]))?;
    executable("debug")
}

/// Build the product as learners get it; its path.
pub fn build_release() -> Done<PathBuf> {
    run(&mut cargo(["build", "--release", "--bin", "plimsoll"]))?;
    executable("release")
}

/// `target/TRIPLE/PROFILE/plimsoll`: this task lies in the same tree.
fn executable(profile: &str) -> Done<PathBuf> {
    let me = std::env::current_exe().map_err(|error| format!("own path: {error}"))?;
    let triple = me
        .ancestors()
        .nth(2)
        .ok_or("own path has no target directory")?;
    Ok(triple.join(profile).join("plimsoll"))
}
