//! Watching a lab: the engine's events, and the learner's files.

use std::collections::{HashMap, HashSet};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::eventfd::EventFd;
use nix::sys::inotify::{AddWatchFlags, InitFlags, Inotify, InotifyEvent, WatchDescriptor};
use plimsoll_api::client::{Client, Endpoint, Request};
use serde_json::Value;

/// Events that change nothing a goal or a view could see.
const IDLE: &[&str] = &[
    "archive-path",
    "attach",
    "detach",
    "export",
    "resize",
    "top",
];
/// The label of a grader's copies: looking at a lab is no news of it.
const PROBE_LABEL: &str = "plimsoll.probe";
/// Folders that are watched at most: a learner may unpack anything.
const MOST_FOLDERS: usize = 256;

/// Calls `news` for every event that matters, until the engine is gone.
pub fn engine(endpoint: Endpoint, mut news: impl FnMut()) {
    let client = Client::new(endpoint);
    let Ok(reply) = client.request(Request::get("/events")) else {
        return;
    };
    // What happened before the engine listened to us is seen now.
    news();
    let mut copies = Copies::default();
    for event in reply.lines::<Value>() {
        match event {
            Ok(event) if copies.matters(&event) => news(),
            Ok(_) => {}
            Err(_) => return,
        }
    }
}

/// The grader's copies that were made since we listen. What a copy does to
/// networks and volumes names it but has no label: taken for news, it would make
/// the grader look again, with a new copy, and so on without end.
#[derive(Debug, Default)]
struct Copies(HashSet<String>);

impl Copies {
    fn matters(&mut self, event: &Value) -> bool {
        let text = |place| event.pointer(place).and_then(Value::as_str);
        let action = text("/Action").unwrap_or_default();
        let word = action.split(':').next().unwrap_or_default();
        let id = text("/Actor/ID").unwrap_or_default();
        let label = format!("/Actor/Attributes/{PROBE_LABEL}");
        if event.pointer(&label).is_some() {
            match word {
                // The last that is heard of its network came before.
                "destroy" => self.0.remove(id),
                _ => self.0.insert(id.to_owned()),
            };
            return false;
        }
        let user = text("/Actor/Attributes/container").unwrap_or_default();
        // A copy has anonymous volumes of its own, and their events name nobody.
        // A learner's come with their container's, or with those of a prune.
        let is_nameless = text("/Type") == Some("volume")
            && matches!(word, "create" | "destroy")
            && id.len() == 64
            && id.bytes().all(|byte| byte.is_ascii_hexdigit());
        !is_nameless && !self.0.contains(user) && !IDLE.contains(&word)
    }
}

/// What is watched.
#[derive(Debug, Clone, Copy)]
pub enum Watched<'path> {
    /// A folder and those below it.
    Tree(&'path Path),
    /// One file, which is written by renaming another to its name.
    File(&'path Path),
}

/// Calls `news` when what is watched changes, until `end` is written to.
/// Where files cannot be watched, the engine's events have to do.
pub fn files(watched: Watched<'_>, end: &EventFd, mut news: impl FnMut()) {
    let flags = InitFlags::IN_CLOEXEC | InitFlags::IN_NONBLOCK;
    let Ok(inotify) = Inotify::init(flags) else {
        return;
    };
    let mut folders = Folders {
        inotify: &inotify,
        known: HashMap::new(),
    };
    match watched {
        Watched::Tree(root) => folders.add(root.to_path_buf()),
        Watched::File(file) => folders.add_one(file.parent().unwrap_or(Path::new("."))),
    }
    loop {
        let mut ends = [
            PollFd::new(inotify.as_fd(), PollFlags::POLLIN),
            PollFd::new(end.as_fd(), PollFlags::POLLIN),
        ];
        if poll(&mut ends, PollTimeout::NONE).is_err() {
            continue;
        }
        if ends[1].any() == Some(true) {
            return;
        }
        // An editor writes in several steps: they are one change.
        std::thread::sleep(SETTLE);
        let Ok(events) = inotify.read_events() else {
            continue;
        };
        if let Watched::File(file) = watched {
            let is_it = |event: &InotifyEvent| event.name.as_deref() == file.file_name();
            if events.iter().any(is_it) {
                news();
            }
            continue;
        }
        for event in &events {
            let made = event
                .mask
                .intersects(AddWatchFlags::IN_CREATE | AddWatchFlags::IN_MOVED_TO);
            let is_folder = event.mask.contains(AddWatchFlags::IN_ISDIR);
            if let (true, Some(name)) = (made && is_folder, &event.name)
                && let Some(parent) = folders.known.get(&event.wd)
            {
                folders.add(parent.join(name));
            }
        }
        news();
    }
}

/// As [`files`], for as long as this process lives.
pub fn files_for_ever(watched: Watched<'_>, news: impl FnMut()) {
    if let Ok(never) = EventFd::new() {
        files(watched, &never, news);
    }
}

/// Calls `look` now, and whenever one of the files comes or goes, until it says that
/// this is enough. A folder on the way that is not there yet is itself such a file.
/// Where nothing can be watched, the first look is the only one.
pub fn until(files: &[PathBuf], mut look: impl FnMut() -> bool) {
    let Ok(inotify) = Inotify::init(InitFlags::IN_CLOEXEC) else {
        look();
        return;
    };
    let flags = AddWatchFlags::IN_MOVED_TO
        | AddWatchFlags::IN_MOVED_FROM
        | AddWatchFlags::IN_CREATE
        | AddWatchFlags::IN_DELETE
        | AddWatchFlags::IN_ONLYDIR;
    loop {
        let folders = files.iter().filter_map(|file| file.parent());
        // Again each time: one that came has a new watch, the others keep theirs.
        let watched = folders.filter(|folder| inotify.add_watch(*folder, flags).is_ok());
        let any = watched.count() > 0;
        if look() || !any {
            return;
        }
        let is_one = |event: &InotifyEvent| {
            let names = || files.iter().map(|file| file.file_name());
            event.name.is_some() && names().any(|name| event.name.as_deref() == name)
        };
        loop {
            match inotify.read_events() {
                Ok(events) if events.iter().any(is_one) => break,
                Ok(_) | Err(nix::errno::Errno::EINTR) => {}
                Err(_) => return,
            }
        }
    }
}

const SETTLE: Duration = Duration::from_millis(5);

struct Folders<'inotify> {
    inotify: &'inotify Inotify,
    known: HashMap<WatchDescriptor, PathBuf>,
}

impl Folders<'_> {
    /// Watches a folder alone.
    fn add_one(&mut self, folder: &Path) {
        let flags = AddWatchFlags::IN_MOVED_TO | AddWatchFlags::IN_CLOSE_WRITE;
        if let Ok(watch) = self.inotify.add_watch(folder, flags) {
            self.known.insert(watch, folder.to_path_buf());
        }
    }

    /// Watches a folder and those below it; links are not followed.
    fn add(&mut self, folder: PathBuf) {
        let flags = AddWatchFlags::IN_CLOSE_WRITE
            | AddWatchFlags::IN_CREATE
            | AddWatchFlags::IN_DELETE
            | AddWatchFlags::IN_MOVED_FROM
            | AddWatchFlags::IN_MOVED_TO
            | AddWatchFlags::IN_ATTRIB
            | AddWatchFlags::IN_ONLYDIR
            | AddWatchFlags::IN_DONT_FOLLOW;
        let mut open = vec![folder];
        while let Some(folder) = open.pop() {
            if self.known.len() >= MOST_FOLDERS {
                return;
            }
            let Ok(watch) = self.inotify.add_watch(&folder, flags) else {
                continue;
            };
            for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    open.push(entry.path());
                }
            }
            self.known.insert(watch, folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::sync::{Arc, mpsc};

    #[test]
    fn looking_at_a_lab_is_no_news_of_it() {
        let mut copies = Copies::default();
        let mut matters = |event: Value| copies.matters(&event);
        assert!(matters(json!({"Action": "start"})));
        assert!(matters(json!({"Action": "exec_die"})));
        assert!(matters(json!({"Action": "health_status: healthy"})));
        assert!(!matters(json!({"Action": "archive-path"})));
        let copy = |action: &str| {
            let attributes = json!({PROBE_LABEL: "1"});
            json!({"Type": "container", "Action": action, "Actor": {"ID": "c0", "Attributes": attributes}})
        };
        let network = |action: &str, container: &str| {
            let attributes = json!({"container": container, "name": "bridge"});
            json!({"Type": "network", "Action": action, "Actor": {"ID": "n", "Attributes": attributes}})
        };
        let volume = |name: &str| json!({"Type": "volume", "Action": "create", "Actor": {"ID": name, "Attributes": {}}});
        assert!(!matters(volume(&"5f".repeat(32))));
        assert!(!matters(copy("create")));
        assert!(!matters(network("connect", "c0")));
        assert!(!matters(copy("start")));
        assert!(matters(network("connect", "c1")));
        assert!(matters(volume("data")));
        assert!(!matters(network("disconnect", "c0")));
        assert!(!matters(copy("destroy")));
    }

    #[test]
    fn a_file_in_a_new_folder_is_news() {
        let root = tempfile::tempdir().expect("folder");
        let end = Arc::new(EventFd::new().expect("eventfd"));
        let (tell, told) = mpsc::channel();
        let (path, stop) = (root.path().to_path_buf(), end.clone());
        let watcher = std::thread::spawn(move || {
            // A test that has heard enough listens no more.
            files(Watched::Tree(&path), &stop, || {
                tell.send(()).unwrap_or_default()
            });
        });
        let wait = || told.recv_timeout(Duration::from_secs(20)).expect("news");
        // The watch may not be there yet: written until it is heard of.
        let page = root.path().join("index.html");
        loop {
            std::fs::write(&page, "x").expect("written");
            if told.recv_timeout(Duration::from_millis(50)).is_ok() {
                break;
            }
        }
        let below = root.path().join("html");
        std::fs::create_dir(&below).expect("folder");
        wait();
        while told.try_recv().is_ok() {}
        std::fs::write(below.join("index.html"), "y").expect("written");
        wait();
        end.write(1).expect("ended");
        watcher.join().expect("no panic");
    }
}
