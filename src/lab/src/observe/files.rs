//! Files of containers, images and the learner.

use super::Observer;
use super::copy::Temporary;
use crate::probe::{FileFound, Observation, SIZE_LIMIT, TIME_LIMIT, fingerprint};
use crate::words;
use plimsoll_text::{spoken, system_error};
use rustix::fs::{Mode, OFlags, ResolveFlags, open, openat2};
use rustix::io::Errno;
use serde_json::json;
use std::fs::File;
use std::io::{self, Read};
use std::path::Path;
use std::time::Instant;

/// Symbolic links that are followed inside a container.
const LINK_LIMIT: usize = 8;

/// Most files, and most bytes of them, among which a content is looked for.
const SEARCHED_FILES: usize = 4096;
const SEARCHED_BYTES: u64 = 32 << 20;

/// One entry of `GET /containers/ID/archive`.
enum Entry {
    Found(FileFound),
    /// A symbolic link to this path.
    Link(String),
}

impl Observer {
    pub(super) fn container_file(&self, container: &str, path: &str) -> Observation {
        let mut path = path.to_string();
        for _ in 0..LINK_LIMIT {
            match self.archive_entry(container, &path) {
                Ok(Entry::Found(found)) => return Observation::File(found),
                Ok(Entry::Link(target)) => path = resolve(&path, &target),
                Err(why) => return Observation::Failed(why),
            }
        }
        Observation::File(FileFound::Missing)
    }

    fn archive_entry(&self, container: &str, path: &str) -> Result<Entry, String> {
        let reply = match self.client.archive_get(container, path) {
            Ok(reply) => reply,
            Err(error) if error.is_not_found() => return Ok(Entry::Found(FileFound::Missing)),
            Err(error) => return Err(error.to_string()),
        };
        let mut archive = tar::Archive::new(reply);
        let mut entries = archive.entries().map_err(|error| error.to_string())?;
        let Some(entry) = entries.next() else {
            return Ok(Entry::Found(FileFound::Missing));
        };
        let entry = entry.map_err(|error| error.to_string())?;
        let kind = entry.header().entry_type();
        if kind.is_symlink() {
            let target = entry.link_name().ok().flatten();
            let target = target.and_then(|target| target.to_str().map(str::to_string));
            return Ok(target.map_or(Entry::Found(FileFound::Missing), Entry::Link));
        }
        if !kind.is_file() {
            return Ok(Entry::Found(FileFound::NotAFile));
        }
        let mut content = Vec::new();
        entry
            .take(SIZE_LIMIT as u64)
            .read_to_end(&mut content)
            .map_err(|error| error.to_string())?;
        Ok(Entry::Found(FileFound::Content(content)))
    }

    /// The front page's usual name first, then everything that lies there.
    pub(super) fn holding(&self, container: &str, place: &str, content: &str) -> Observation {
        let place = place.trim_end_matches('/');
        let usual = format!("{place}/index.html");
        if let Ok(Entry::Found(FileFound::Content(found))) = self.archive_entry(container, &usual)
            && fingerprint(&found) == content
        {
            return Observation::Holding(Some(usual));
        }
        let asked = if place.is_empty() { "/" } else { place };
        let reply = match self.client.archive_get(container, asked) {
            Ok(reply) => reply,
            Err(error) if error.is_not_found() => return Observation::Holding(None),
            Err(error) => return Observation::Failed(error.to_string()),
        };
        match search(reply, content, Instant::now() + TIME_LIMIT) {
            Ok(Searched::Found(below)) if below.is_empty() => {
                Observation::Holding(Some(asked.to_string()))
            }
            Ok(Searched::Found(below)) => Observation::Holding(Some(format!("{place}/{below}"))),
            Ok(Searched::Nothing) => Observation::Holding(None),
            Ok(Searched::TooMuch) => {
                Observation::Unsupported(words::look_too_much(spoken(), asked))
            }
            Err(error) => Observation::Failed(error.to_string()),
        }
    }

    /// Read through a container that is made, never started, and removed.
    pub(super) fn image_file(&self, image: &str, path: &str) -> Observation {
        let body = json!({"Image": image, "Cmd": ["-"]});
        match Temporary::create(&self.client, body) {
            Ok(container) => self.container_file(container.id(), path),
            Err(why) => Observation::Failed(why),
        }
    }
}

/// What came of looking through an archive for a content.
#[derive(Debug, PartialEq)]
enum Searched {
    /// Its path below what was archived; empty for that itself.
    Found(String),
    Nothing,
    /// A bound was met first.
    TooMuch,
}

fn search(archive: impl Read, content: &str, deadline: Instant) -> io::Result<Searched> {
    let mut archive = tar::Archive::new(archive.take(SEARCHED_BYTES));
    let mut bytes = 0;
    for (number, entry) in archive.entries()?.enumerate() {
        let mut entry = entry?;
        // Each entry has a header of one block, and its content is padded.
        bytes += 512 + entry.size().next_multiple_of(512);
        if number >= SEARCHED_FILES || bytes > SEARCHED_BYTES || Instant::now() >= deadline {
            return Ok(Searched::TooMuch);
        }
        if !entry.header().entry_type().is_file() {
            continue;
        }
        let mut found = Vec::new();
        (&mut entry)
            .take(SIZE_LIMIT as u64)
            .read_to_end(&mut found)?;
        if fingerprint(&found) == content {
            let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
            // The first component is the name of what was archived.
            let path = path.trim_start_matches("./");
            let below = path.split_once('/').map_or("", |(_, below)| below);
            return Ok(Searched::Found(below.to_string()));
        }
    }
    Ok(Searched::Nothing)
}

/// A link's target, relative to the folder that the link is in.
fn resolve(link: &str, target: &str) -> String {
    if target.starts_with('/') {
        return target.to_string();
    }
    let folder = link.rsplit_once('/').map_or("", |(folder, _)| folder);
    format!("{folder}/{target}")
}

/// A file of the learner's own. Links that lead out of the lab's folder are not
/// followed: whose file that is is not known. The path is found out first and
/// then opened from the folder's descriptor without any link, so that whoever
/// swaps a link in meanwhile gets nothing read elsewhere.
pub(super) fn work_file(work: &Path, path: &str) -> Observation {
    let missing = Observation::File(FileFound::Missing);
    let (Ok(root), Ok(place)) = (work.canonicalize(), work.join(path).canonicalize()) else {
        return missing;
    };
    let Ok(relative) = place.strip_prefix(&root) else {
        return missing;
    };
    let file = match open_beneath(&root, relative) {
        Ok(file) => file,
        // Gone, or not the same any more.
        Err(Errno::NOENT | Errno::NOTDIR | Errno::LOOP | Errno::XDEV) => return missing,
        Err(error) => return Observation::Failed(system_error(spoken(), &error.into())),
    };
    if !file.metadata().is_ok_and(|about| about.is_file()) {
        return Observation::File(FileFound::NotAFile);
    }
    let mut content = Vec::new();
    match file.take(SIZE_LIMIT as u64).read_to_end(&mut content) {
        Ok(_) => Observation::File(FileFound::Content(content)),
        Err(error) => Observation::Failed(system_error(spoken(), &error)),
    }
}

/// Opens without a link on the way, and without waiting where it is a FIFO.
fn open_beneath(root: &Path, relative: &Path) -> Result<File, Errno> {
    let root = open(
        root,
        OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC,
        Mode::empty(),
    )?;
    // openat2 takes no empty path for the folder itself.
    let relative = Path::new(".").join(relative);
    let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let strict = ResolveFlags::BENEATH | ResolveFlags::NO_SYMLINKS;
    openat2(root, &relative, flags, Mode::empty(), strict).map(File::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_labs_own_plain_files_are_read() {
        let folder = tempfile::tempdir().expect("folder");
        let work = folder.path().join("lab");
        std::fs::create_dir_all(work.join("html")).expect("made");
        std::fs::write(work.join("html/index.html"), "mine").expect("written");
        std::fs::write(folder.path().join("secret"), "secret").expect("written");
        std::os::unix::fs::symlink("../secret", work.join("link")).expect("linked");
        let found = |path| match work_file(&work, path) {
            Observation::File(found) => found,
            other => panic!("{other:?}"),
        };
        assert_eq!(
            found("html/index.html"),
            FileFound::Content(b"mine".to_vec())
        );
        assert_eq!(found("html"), FileFound::NotAFile);
        assert_eq!(found("link"), FileFound::Missing);
        assert_eq!(found("../secret"), FileFound::Missing);
        assert_eq!(found("nothing"), FileFound::Missing);
        std::os::unix::fs::symlink(work.join("html"), work.join("way")).expect("linked");
        assert_eq!(
            found("way/index.html"),
            FileFound::Content(b"mine".to_vec()),
            "links within the folder are the learner's own"
        );
    }

    #[test]
    fn a_content_is_found_under_any_name_within_bounds() {
        let mut archive = tar::Builder::new(Vec::new());
        let mut put = |path: &str, content: &[u8]| {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            archive
                .append_data(&mut header, path, content)
                .expect("added");
        };
        put("srv/other.html", b"other");
        put("srv/deep/start.html", b"mine\n");
        put("srv/large", &vec![b'x'; SEARCHED_BYTES as usize]);
        put("srv/behind", b"behind");
        let archive = archive.into_inner().expect("archived");
        let later = Instant::now() + TIME_LIMIT * 60;
        let found = |content: &[u8]| {
            search(archive.as_slice(), &fingerprint(content), later).expect("searched")
        };
        assert_eq!(found(b"mine"), Searched::Found("deep/start.html".into()));
        assert_eq!(found(b"behind"), Searched::TooMuch);
        let small = &archive[..2048];
        let nothing = search(small, &fingerprint(b"none"), later).expect("searched");
        assert_eq!(nothing, Searched::Nothing);
    }

    /// What a race between finding and opening comes to.
    #[test]
    fn a_link_that_was_swapped_in_is_not_followed() {
        let folder = tempfile::tempdir().expect("folder");
        let work = folder.path().join("lab");
        std::fs::create_dir_all(&work).expect("made");
        std::fs::write(folder.path().join("secret"), "secret").expect("written");
        std::os::unix::fs::symlink("..", work.join("up")).expect("linked");
        for path in ["up/secret", "../secret"] {
            assert!(open_beneath(&work, Path::new(path)).is_err(), "{path}");
        }
    }
}
