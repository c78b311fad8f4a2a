//! The smallest programs in their plainest form, answered at once: parsing
//! options and loading messages takes longer than their work.
//!
//! Limits: whoever passes an option gets the full program instead.

use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::time::Duration;

/// The exit code, if this is such a program in its plain form.
pub fn run(name: &str, arguments: &[OsString]) -> Option<i32> {
    let rest = arguments.get(1..)?;
    match name {
        "true" if rest.is_empty() => Some(0),
        "false" if rest.is_empty() => Some(1),
        "echo" => echo(rest),
        "cat" => cat(rest),
        "sleep" => sleep(rest),
        _ => None,
    }
}

fn is_option(argument: &OsString) -> bool {
    argument.as_bytes().starts_with(b"-")
}

fn echo(words: &[OsString]) -> Option<i32> {
    if words.first().is_some_and(is_option) {
        return None;
    }
    let words: Vec<&[u8]> = words.iter().map(|word| word.as_bytes()).collect();
    let mut line = words.join(&b' ');
    line.push(b'\n');
    // A reader that went away is a matter for the full program's wording.
    io::stdout().lock().write_all(&line).ok().map(|()| 0)
}

/// Everything is read and written by the block; no file is named twice.
fn cat(names: &[OsString]) -> Option<i32> {
    if names.iter().any(is_option) {
        return None;
    }
    let mut files = Vec::new();
    for name in names {
        let file = std::fs::File::open(name).ok()?;
        if file.metadata().ok()?.is_dir() {
            return None;
        }
        files.push(file);
    }
    let copied = if files.is_empty() {
        copy(&mut io::stdin().lock())
    } else {
        files.iter_mut().try_for_each(copy)
    };
    match copied {
        Ok(()) => Some(0),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Some(141),
        Err(error) => {
            eprintln!("cat: {error}");
            Some(1)
        }
    }
}

fn copy(from: &mut impl Read) -> io::Result<()> {
    // Not through a line buffer: what is read is shown at once.
    let mut out = std::fs::File::from(nix::unistd::dup(io::stdout())?);
    let mut block = vec![0; 64 * 1024];
    loop {
        match from.read(&mut block) {
            Ok(0) => return Ok(()),
            Ok(count) => out.write_all(&block[..count])?,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
}

fn sleep(words: &[OsString]) -> Option<i32> {
    let [word] = words else { return None };
    let text = word.to_str()?;
    if text == "infinity" {
        loop {
            std::thread::sleep(Duration::from_secs(u64::MAX >> 20));
        }
    }
    let seconds: f64 = text.parse().ok()?;
    let duration = Duration::try_from_secs_f64(seconds).ok()?;
    std::thread::sleep(duration);
    Some(0)
}
