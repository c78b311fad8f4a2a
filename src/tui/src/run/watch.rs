//! Watching a lab: the engine's events, and the learner's files.

use std::collections::{HashMap, HashSet, VecDeque};
use std::os::fd::AsFd;
use std::path::{Path, PathBuf};
use std::time::Duration;

use nix::errno::Errno;
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
/// Folders that are watched at most, the nearest to the root first: a learner may
/// unpack anything, and the kernel gives a user 8192 watches where it gives few.
const MOST_FOLDERS: usize = 2048;
/// Where not every folder is watched, a change is supposed this often: the goals
/// are looked at without news, so that they still turn green.
const BLIND: Duration = Duration::from_secs(10);

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
///
/// A tree is not watched whole where it has more than [`MOST_FOLDERS`] folders, or
/// the kernel has no more watches for this user, or its root is not there: then
/// `news` comes every [`BLIND`] besides, and what can be watched by then is.
/// Where files cannot be watched at all, the engine's events have to do.
pub fn files(watched: Watched<'_>, end: &EventFd, mut news: impl FnMut()) {
    let flags = InitFlags::IN_CLOEXEC | InitFlags::IN_NONBLOCK;
    let Ok(inotify) = Inotify::init(flags) else {
        return;
    };
    let mut folders = Folders::new(&inotify, MOST_FOLDERS);
    match watched {
        Watched::Tree(root) => folders.add(root.to_path_buf()),
        Watched::File(file) => folders.add_one(file.parent().unwrap_or(Path::new("."))),
    }
    loop {
        let mut ends = [
            PollFd::new(inotify.as_fd(), PollFlags::POLLIN),
            PollFd::new(end.as_fd(), PollFlags::POLLIN),
        ];
        let patience = match (folders.misses, PollTimeout::try_from(BLIND)) {
            (true, Ok(blind)) => blind,
            _ => PollTimeout::NONE,
        };
        let Ok(ready) = poll(&mut ends, patience) else {
            continue;
        };
        if ends[1].any() == Some(true) {
            return;
        }
        if let (0, Watched::Tree(root)) = (ready, watched) {
            folders.again(root);
            news();
            continue;
        }
        // An editor writes in several steps: they are one change.
        std::thread::sleep(SETTLE);
        let Ok(events) = inotify.read_events() else {
            continue;
        };
        match watched {
            Watched::Tree(root) => {
                events.iter().for_each(|event| folders.follow(event, root));
                news();
            }
            Watched::File(file) => {
                let is_it = |event: &InotifyEvent| event.name.as_deref() == file.file_name();
                if events.iter().any(is_it) {
                    news();
                }
            }
        }
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
    most: usize,
    /// Something is not watched.
    misses: bool,
}

impl<'inotify> Folders<'inotify> {
    fn new(inotify: &'inotify Inotify, most: usize) -> Folders<'inotify> {
        Folders {
            inotify,
            known: HashMap::new(),
            most,
            misses: false,
        }
    }

    /// Watches a folder alone.
    fn add_one(&mut self, folder: &Path) {
        let flags = AddWatchFlags::IN_MOVED_TO | AddWatchFlags::IN_CLOSE_WRITE;
        if let Ok(watch) = self.inotify.add_watch(folder, flags) {
            self.known.insert(watch, folder.to_path_buf());
        }
    }

    /// Watches a folder and those below it, the nearest first; links are not
    /// followed.
    fn add(&mut self, folder: PathBuf) {
        let flags = AddWatchFlags::IN_CLOSE_WRITE
            | AddWatchFlags::IN_CREATE
            | AddWatchFlags::IN_DELETE
            | AddWatchFlags::IN_DELETE_SELF
            | AddWatchFlags::IN_MOVED_FROM
            | AddWatchFlags::IN_MOVED_TO
            | AddWatchFlags::IN_MOVE_SELF
            | AddWatchFlags::IN_ATTRIB
            | AddWatchFlags::IN_ONLYDIR
            | AddWatchFlags::IN_DONT_FOLLOW;
        let mut open = VecDeque::from([folder]);
        while let Some(folder) = open.pop_front() {
            if self.known.len() >= self.most {
                self.misses = true;
                return;
            }
            let watch = match self.inotify.add_watch(&folder, flags) {
                Ok(watch) => watch,
                // A container's, perhaps: no grader reads there either.
                Err(Errno::EACCES) => continue,
                // It went away meanwhile, or there are no more watches.
                Err(_) => {
                    self.misses = true;
                    continue;
                }
            };
            for entry in std::fs::read_dir(&folder).into_iter().flatten().flatten() {
                if open.len() < self.most && entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    open.push_back(entry.path());
                }
            }
            // One that was moved here has the same watch, and another path.
            self.known.insert(watch, folder);
        }
    }

    /// A folder went somewhere else, and with it those below.
    fn forget(&mut self, gone: &Path) {
        let inotify = self.inotify;
        self.known.retain(|watch, path| {
            let stays = !path.starts_with(gone);
            if !stays {
                // One that is already away is no loss.
                let _ = inotify.rm_watch(*watch);
            }
            stays
        });
    }

    /// Watches the whole tree anew.
    fn again(&mut self, root: &Path) {
        self.forget(root);
        self.misses = false;
        self.add(root.to_path_buf());
    }

    /// What an event changes about what is to be watched.
    fn follow(&mut self, event: &InotifyEvent, root: &Path) {
        let is = |flags| event.mask.intersects(flags);
        if is(AddWatchFlags::IN_Q_OVERFLOW) {
            return self.again(root);
        }
        if is(AddWatchFlags::IN_IGNORED) {
            self.known.remove(&event.wd);
            return;
        }
        let Some(folder) = self.known.get(&event.wd).cloned() else {
            return;
        };
        if is(AddWatchFlags::IN_DELETE_SELF | AddWatchFlags::IN_MOVE_SELF) {
            // Of others the folder around them tells it.
            self.misses |= folder == root;
            return;
        }
        let Some(name) = event.name.as_ref().filter(|_| is(AddWatchFlags::IN_ISDIR)) else {
            return;
        };
        let path = folder.join(name);
        if is(AddWatchFlags::IN_MOVED_FROM) {
            self.forget(&path);
        } else if is(AddWatchFlags::IN_CREATE | AddWatchFlags::IN_MOVED_TO) {
            self.add(path);
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

    /// Somebody who watches a folder of their own.
    struct Watching {
        root: tempfile::TempDir,
        end: Arc<EventFd>,
        told: mpsc::Receiver<()>,
        watcher: std::thread::JoinHandle<()>,
    }

    impl Watching {
        fn begin() -> Watching {
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
            let watching = Watching {
                root,
                end,
                told,
                watcher,
            };
            // The watch may not be there yet.
            watching.is_told_of("index.html");
            watching
        }

        fn at(&self, path: &str) -> PathBuf {
            self.root.path().join(path)
        }

        fn wait(&self) {
            let patience = Duration::from_secs(20);
            self.told.recv_timeout(patience).expect("news");
        }

        /// A file is written until it is heard of; what came before is not it.
        fn is_told_of(&self, path: &str) {
            for _ in 0..400 {
                while self.told.try_recv().is_ok() {}
                std::fs::write(self.at(path), "x").expect("written");
                if self.told.recv_timeout(Duration::from_millis(50)).is_ok() {
                    return;
                }
            }
            panic!("nothing is heard of {path}");
        }

        fn end(self) {
            self.end.write(1).expect("ended");
            self.watcher.join().expect("no panic");
        }
    }

    #[test]
    fn a_file_in_a_new_folder_is_news() {
        let watching = Watching::begin();
        std::fs::create_dir(watching.at("html")).expect("folder");
        watching.wait();
        watching.is_told_of("html/index.html");
        watching.end();
    }

    #[test]
    fn a_folder_that_is_renamed_is_still_watched() {
        let watching = Watching::begin();
        std::fs::create_dir_all(watching.at("site/html")).expect("folders");
        watching.is_told_of("site/html/index.html");
        std::fs::rename(watching.at("site"), watching.at("www")).expect("renamed");
        watching.wait();
        watching.is_told_of("www/html/index.html");
        std::fs::create_dir(watching.at("www/html/new")).expect("folder");
        watching.is_told_of("www/html/new/index.html");
        watching.end();
    }

    fn watched(folders: &Folders<'_>, root: &Path) -> Vec<String> {
        let name = |path: &PathBuf| {
            let path = path.strip_prefix(root).expect("beneath the root");
            path.to_string_lossy().into_owned()
        };
        let mut names: Vec<String> = folders.known.values().map(name).collect();
        names.sort();
        names
    }

    #[test]
    fn folders_come_and_go_and_too_many_are_noticed() {
        let root = tempfile::tempdir().expect("folder");
        let at = |path: &str| root.path().join(path);
        std::fs::create_dir_all(at("a/b")).expect("folders");
        let flags = InitFlags::IN_CLOEXEC | InitFlags::IN_NONBLOCK;
        let inotify = Inotify::init(flags).expect("inotify");
        let mut folders = Folders::new(&inotify, 4);
        folders.add(root.path().to_path_buf());
        let followed = |folders: &mut Folders<'_>| {
            for event in inotify.read_events().expect("events") {
                folders.follow(&event, root.path());
            }
            watched(folders, root.path())
        };
        assert_eq!(watched(&folders, root.path()), ["", "a", "a/b"]);
        std::fs::rename(at("a"), at("c")).expect("renamed");
        assert_eq!(followed(&mut folders), ["", "c", "c/b"]);
        // What goes out of sight makes room for others.
        let elsewhere = tempfile::tempdir().expect("folder");
        std::fs::rename(at("c"), elsewhere.path().join("c")).expect("moved away");
        assert_eq!(followed(&mut folders), [""]);
        for round in 0..10 {
            std::fs::create_dir(at("once")).expect("folder");
            assert_eq!(followed(&mut folders), ["", "once"], "{round}");
            std::fs::remove_dir(at("once")).expect("removed");
            assert_eq!(followed(&mut folders), [""], "{round}");
        }
        assert!(!folders.misses);
        std::fs::create_dir_all(at("1/2/3/4")).expect("folders");
        assert_eq!(followed(&mut folders), ["", "1", "1/2", "1/2/3"]);
        assert!(folders.misses);
        std::fs::remove_dir_all(at("1/2/3")).expect("removed");
        folders.again(root.path());
        assert_eq!(watched(&folders, root.path()), ["", "1", "1/2"]);
        assert!(!folders.misses);
    }
}
