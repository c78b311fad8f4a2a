//! `docker export`.

use std::fs::File;
use std::io::{self, IsTerminal, Write};
use std::os::unix::fs::FileTypeExt;
use std::path::Path;

use crate::command::{Arity, Command, Context};
use crate::error::{Failure, describe_io};
use crate::flags::{Flag, Given, Order};

pub const COMMAND: Command = Command {
    name: "export",
    usage: &["[OPTIONS] CONTAINER"],
    about: "Export a container's filesystem as a tar archive",
    aliases: "docker container export, docker export",
    flags: &[&[Flag::text("output", "Write to a file instead of stdout").short('o')]],
    arity: Arity::Exactly(1),
    order: Order::Free,
    run,
};

fn run(context: &Context, given: &Given) -> Result<(), Failure> {
    let output = given.text("output");
    if output.is_empty() && io::stdout().is_terminal() {
        return Err(Failure::new(
            "cowardly refusing to save to a terminal. Use the -o flag or redirect",
        ));
    }
    if !output.is_empty() {
        check_output(Path::new(output))
            .map_err(|reason| Failure::new(format!("failed to export container: {reason}")))?;
    }
    let mut reply = context.client.container_export(&given.operands[0])?;
    if output.is_empty() {
        let mut out = io::stdout().lock();
        io::copy(&mut reply, &mut out)?;
        out.flush()?;
        return Ok(());
    }
    let failed = |error: io::Error| {
        Failure::new(format!(
            "failed to export container: open {output}: {}",
            describe_io(&error)
        ))
    };
    // Written beside and renamed, so that a broken export leaves no half file.
    let partial = format!("{output}.partial-{}", std::process::id());
    let result = File::create(&partial)
        .and_then(|mut file| io::copy(&mut reply, &mut file))
        .and_then(|_| std::fs::rename(&partial, output));
    if result.is_err() {
        let _ = std::fs::remove_file(&partial);
    }
    result.map_err(failed)
}

/// What is put in the place of a file has to be one: before anything is asked of
/// the engine, in Docker's words.
fn check_output(output: &Path) -> Result<(), String> {
    let folder = output.parent().filter(|path| !path.as_os_str().is_empty());
    if let Some(folder) = folder {
        let wrong = |what: &str| format!("invalid output path: stat {}: {what}", folder.display());
        let about = std::fs::metadata(folder).map_err(|error| wrong(&describe_io(&error)))?;
        if !about.is_dir() {
            return Err(wrong("not a directory"));
        }
    }
    let kind = match std::fs::symlink_metadata(output) {
        Ok(about) => about.file_type(),
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        Err(error) => {
            let (path, what) = (output.display(), describe_io(&error));
            return Err(format!("failed to stat output path: lstat {path}: {what}"));
        }
    };
    let what = match () {
        () if kind.is_file() => return Ok(()),
        () if kind.is_dir() => "a directory",
        () if kind.is_symlink() => "a symbolic link directly",
        () if kind.is_fifo() => "a named pipe (FIFO)",
        () if kind.is_socket() => "a socket",
        () if kind.is_char_device() => "a character device file",
        () => "a device file",
    };
    Err(format!("cannot write to {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_file_is_replaced() {
        let scratch = tempfile::tempdir().expect("a folder");
        let path = |name: &str| scratch.path().join(name);
        std::fs::write(path("file"), "x").expect("it writes");
        std::os::unix::fs::symlink("file", path("link")).expect("a link");
        assert_eq!(check_output(&path("file")), Ok(()));
        assert_eq!(check_output(&path("new")), Ok(()));
        assert_eq!(check_output(Path::new("new")), Ok(()));
        for (output, reason) in [
            (scratch.path(), "cannot write to a directory"),
            (
                Path::new("/dev/null"),
                "cannot write to a character device file",
            ),
            (
                Path::new("/nodir/x"),
                "invalid output path: stat /nodir: no such file or directory",
            ),
            (
                path("link").as_path(),
                "cannot write to a symbolic link directly",
            ),
        ] {
            assert_eq!(check_output(output), Err(reason.to_owned()));
        }
    }
}
