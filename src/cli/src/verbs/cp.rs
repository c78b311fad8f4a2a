//! `docker cp`.

use std::fs;
use std::io::{self, IsTerminal, Read};
use std::path::Path;

use plimsoll_api::Client;
use plimsoll_api::client::Head;
use plimsoll_api::container::PathStat;

use crate::command::{Arity, Command, Context};
use crate::copy::pack::pack;
use crate::copy::place::{Destination, Source, asserts_directory, place, split, split_argument};
use crate::copy::unpack::unpack;
use crate::create::volume::absolute;
use crate::error::{Failure, describe_io};
use crate::flags::{Flag, Given, Order};
use crate::quantity::size;
use crate::quote::quoted;

pub const COMMAND: Command = Command {
    name: "cp",
    usage: &[
        "[OPTIONS] CONTAINER:SRC_PATH DEST_PATH|-",
        "[OPTIONS] SRC_PATH|- CONTAINER:DEST_PATH",
    ],
    about: "Copy files/folders between a container and the local filesystem",
    aliases: "docker container cp, docker cp",
    flags: &[&[
        Flag::switch("archive", "Keep user and group").short('a'),
        Flag::switch("follow-link", "Copy what a link in SRC_PATH leads to").short('L'),
        Flag::switch("quiet", "Do not tell what was copied").short('q'),
    ]],
    arity: Arity::Exactly(2),
    order: Order::Free,
    run,
};

/// Go's bits of `os.FileMode`.
const DIRECTORY: u32 = 1 << 31;
const SYMLINK: u32 = 1 << 27;

fn run(context: &Context, given: &Given) -> Result<(), Failure> {
    let [source, destination] = given.operands.as_slice() else {
        return Ok(());
    };
    if source.is_empty() {
        return Err(Failure::new("source can not be empty"));
    }
    if destination.is_empty() {
        return Err(Failure::new("destination can not be empty"));
    }
    let copy = Copy {
        client: &context.client,
        keep_owner: given.is_on("archive"),
        follow: given.is_on("follow-link"),
        quiet: if given.has("quiet") {
            given.is_on("quiet")
        } else {
            !io::stdout().is_terminal()
        },
    };
    match (split_argument(source), split_argument(destination)) {
        ((Some(container), path), (None, to)) => copy.take_out(container, path, to),
        ((None, from), (Some(container), path)) => copy.put_into(container, from, path),
        ((Some(_), _), (Some(_), _)) => {
            Err(Failure::new("copying between containers is not supported"))
        }
        ((None, _), (None, _)) => Err(Failure::new("must specify at least one container source")),
    }
}

struct Copy<'a> {
    client: &'a Client,
    keep_owner: bool,
    follow: bool,
    quiet: bool,
}

impl Copy<'_> {
    fn take_out(&self, container: &str, path: &str, to: &str) -> Result<(), Failure> {
        let to = if to == "-" { to.to_owned() } else { local(to) };
        if to != "-" {
            check_output(&to)?;
        }
        let path = &self.followed(container, path);
        let mut reply = self.client.archive_get(container, path)?;
        if to == "-" {
            io::copy(&mut reply, &mut io::stdout().lock())?;
            return Ok(());
        }
        let is_directory = read_stat(&reply.head).is_some_and(|stat| stat.mode & DIRECTORY != 0);
        let found = fs::metadata(&to).ok();
        let place = place(
            Source { path, is_directory },
            Destination {
                path: &to,
                is_directory: found.map(|found| found.is_dir()),
            },
        )?;
        let mut counted = Counted {
            inner: &mut reply,
            bytes: 0,
        };
        unpack(&mut counted, Path::new(&place.directory), &place.name)
            .map_err(|error| Failure::new(error.to_string()))?;
        self.tell(counted.bytes, &to);
        Ok(())
    }

    /// With `-L`, what a link in the container leads to.
    fn followed(&self, container: &str, path: &str) -> String {
        let link = self
            .stat(container, path)
            .filter(|stat| self.follow && stat.mode & SYMLINK != 0);
        match link {
            Some(stat) => resolved(path, &stat.link_target),
            None => path.to_owned(),
        }
    }

    fn put_into(&self, container: &str, from: &str, path: &str) -> Result<(), Failure> {
        let mut target = path.to_owned();
        let mut found = self.stat(container, path);
        if let Some(link) = found.as_ref().filter(|stat| stat.mode & SYMLINK != 0) {
            target = resolved(path, &link.link_target);
            found = self.stat(container, &target);
        }
        let is_directory = found.map(|stat| stat.mode & DIRECTORY != 0);
        if from == "-" {
            if is_directory != Some(true) {
                return Err(Failure::new(format!(
                    "destination \"{container}:{path}\" must be a directory"
                )));
            }
            let mut stdin = io::stdin().lock();
            return self.put(container, &target, &mut stdin, &target);
        }
        let from = local(from);
        let source = self.local_source(&from)?;
        let place = place(
            Source {
                path: &from,
                is_directory: fs::metadata(&source).is_ok_and(|found| found.is_dir())
                    && !fs::symlink_metadata(&source).is_ok_and(|found| found.is_symlink()),
            },
            Destination {
                path: &target,
                is_directory,
            },
        )?;
        // The tree is read while it is sent: nothing is kept in between.
        let (mut reader, writer) = io::pipe()?;
        std::thread::scope(|scope| {
            let packing = scope.spawn(|| pack(Path::new(&source), &place.name, writer));
            let sent = self.put(container, &place.directory, &mut reader, &target);
            drop(reader);
            let packed = packing
                .join()
                .unwrap_or_else(|panic| std::panic::resume_unwind(panic));
            match (sent, packed) {
                // Where the engine said no, a broken pipe is only its echo.
                (Err(failure), _) => Err(failure),
                (Ok(()), Err(error)) => Err(Failure::new(describe_io(&error))),
                (Ok(()), Ok(())) => Ok(()),
            }
        })
    }

    /// The path to read; a link is followed if asked for, or if the spelling
    /// says that it is a directory.
    fn local_source(&self, path: &str) -> Result<String, Failure> {
        let failed =
            |error: io::Error| Failure::new(format!("lstat {path}: {}", describe_io(&error)));
        let found = fs::symlink_metadata(path.trim_end_matches("/.")).map_err(failed)?;
        if found.is_symlink() && (self.follow || asserts_directory(path)) {
            let real = fs::canonicalize(path).map_err(failed)?;
            return Ok(real.to_string_lossy().into_owned());
        }
        if asserts_directory(path) && !found.is_dir() {
            return Err(Failure::new(format!("lstat {path}: not a directory")));
        }
        Ok(path.to_owned())
    }

    fn put(
        &self,
        container: &str,
        directory: &str,
        archive: &mut dyn Read,
        shown: &str,
    ) -> Result<(), Failure> {
        let mut counted = Counted {
            inner: archive,
            bytes: 0,
        };
        self.client
            .archive_put(container, directory, self.keep_owner, &mut counted)?;
        self.tell(counted.bytes, &format!("{container}:{shown}"));
        Ok(())
    }

    fn stat(&self, container: &str, path: &str) -> Option<PathStat> {
        let reply = self.client.archive_stat(container, path).ok()?;
        read_stat(&reply.head)
    }

    fn tell(&self, bytes: i64, to: &str) {
        if !self.quiet {
            eprintln!("Successfully copied {} to {to}", size(bytes));
        }
    }
}

/// Our path, absolute, with what its spelling says of directories.
fn local(path: &str) -> String {
    let here = std::env::current_dir().unwrap_or_default();
    let here = if path.starts_with('/') {
        Path::new("/")
    } else {
        &here
    };
    let whole = absolute(path, here);
    if path == "." || path.ends_with("/.") {
        format!("{}/.", whole.trim_end_matches('/'))
    } else if path.ends_with('/') && whole != "/" {
        format!("{whole}/")
    } else {
        whole
    }
}

fn check_output(path: &str) -> Result<(), Failure> {
    let (parent, _) = split(path);
    if !Path::new(&parent).exists() {
        return Err(Failure::new(format!(
            "invalid output path: directory {} does not exist",
            quoted(&parent)
        )));
    }
    Ok(())
}

/// A link's target, from where the link lies.
fn resolved(path: &str, target: &str) -> String {
    if target.starts_with('/') {
        return target.to_owned();
    }
    let (parent, _) = split(path);
    absolute(target, Path::new(&parent))
}

fn read_stat(head: &Head) -> Option<PathStat> {
    let bytes = decode_base64(head.header("x-docker-container-path-stat")?)?;
    serde_json::from_slice(&bytes).ok()
}

/// RFC 4648, standard alphabet.
fn decode_base64(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut count) = (0_u32, 0);
    for c in text.trim_end_matches('=').bytes() {
        let value = match c {
            b'A'..=b'Z' => c - b'A',
            b'a'..=b'z' => c - b'a' + 26,
            b'0'..=b'9' => c - b'0' + 52,
            b'+' | b'-' => 62,
            b'/' | b'_' => 63,
            _ => return None,
        };
        bits = bits << 6 | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push(u8::try_from(bits >> count & 0xff).ok()?);
        }
    }
    Some(bytes)
}

/// Counts what is read.
struct Counted<'a> {
    inner: &'a mut dyn Read,
    bytes: i64,
}

impl Read for Counted<'_> {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let length = self.inner.read(out)?;
        self.bytes = self
            .bytes
            .saturating_add(i64::try_from(length).unwrap_or(i64::MAX));
        Ok(length)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_is_read() {
        assert_eq!(decode_base64("eyJhIjoxfQ==").unwrap(), b"{\"a\":1}");
        assert!(decode_base64("!").is_none());
    }

    #[test]
    fn links_are_resolved_from_where_they_lie() {
        assert_eq!(resolved("/a/link", "../b"), "/b");
        assert_eq!(resolved("/a/link", "/c"), "/c");
    }

    #[test]
    fn our_paths_keep_their_ends() {
        assert_eq!(local("/a/b/."), "/a/b/.");
        assert_eq!(local("/a/../b/"), "/b/");
        assert_eq!(local("/"), "/");
    }
}
