//! Snapshots: the lab as it was, to go back to.
//!
//! Duty: keep under a name what `docker` shows (containers with their writable
//! layers, logs and which of them ran; the image list; volumes with their
//! files) and make the lab that again. Where to start: `make.rs`, `restore.rs`;
//! `swap.rs` is what a kill may interrupt, `quiet.rs` what keeps the lab still
//! meanwhile, `index.rs` the list.
//!
//! ```text
//! LAB/snapshots/index.json   which there are, by name
//! LAB/snapshots/ID/          one: images.json, containers/ID/, volumes/NAME/, as in LAB
//! LAB/restore.json           a restore that has begun: it is carried to its end
//! ```
//!
//! Invariant: whenever the engine is killed, the lab is as it was or as it was
//! to become. A snapshot is built in a directory that the index does not know,
//! and entered by replacing the index; a restore is prepared beside the lab,
//! promised in `restore.json`, and from then on carried out, by the next engine
//! if need be ([`Snapshots::open`]).
//!
//! Deliberately absent: what is not the engine's. Bind sources are the
//! learner's own files and are neither kept nor changed; a process's memory is
//! lost, its container is started again. The journal only grows. Networks of
//! the learner's own do not exist yet.

pub mod index;
mod make;
mod quiet;
mod restore;
mod swap;

use std::cell::RefCell;
use std::fs::{self, DirBuilder};
use std::io;
use std::os::fd::AsFd;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use plimsoll_store::{DuplicateError, Store, StoreError};
use serde_json::json;
use tokio::sync::Mutex;

pub use make::make;
pub use quiet::Gate;
pub use restore::restore;
pub use swap::Comeback;

use self::index::{Entry, Index};
use self::swap::Intent;
use crate::config::Config;
use crate::engine::Engine;
use crate::failure::{ApiFailure, ApiResult, reason};
use crate::journal::kind;
use crate::machine;
use crate::state_file::{self, Durability, StateError, is_full};

/// The directory's name in the lab's.
pub const DIRECTORY: &str = "snapshots";

/// How long after a snapshot its files are synced: whoever goes on at once
/// should not wait for the disk.
const PAUSE: Duration = Duration::from_secs(2);

/// Why a snapshot cannot be made or gone back to.
#[derive(Debug, thiserror::Error)]
pub enum SnapshotError {
    /// A part of it could not be copied.
    #[error("{what}: {source}")]
    Copy {
        /// `container NAME`, `volume NAME`.
        what: String,
        /// Where and why.
        source: DuplicateError,
    },
    /// A file or directory of ours.
    #[error("{}: {}", path.display(), reason(.source))]
    Io {
        /// Which.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// A file of state.
    #[error(transparent)]
    State(#[from] StateError),
    /// The store's lock.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl SnapshotError {
    fn io(path: &Path) -> impl FnOnce(io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { path, source }
    }

    fn is_full(&self) -> bool {
        match self {
            Self::Copy { source, .. } => is_full(&source.source),
            Self::Io { source, .. } => is_full(source),
            Self::State(error) => error.is_full(),
            Self::Store(error) => error.is_full(),
        }
    }
}

impl From<SnapshotError> for ApiFailure {
    fn from(error: SnapshotError) -> Self {
        let way_out = match error.is_full() {
            true => {
                "\nhint: make room on the disk; in the lab: docker container prune, \
                 docker volume prune"
            }
            false => "",
        };
        Self::internal(format!("{error}{way_out}"))
    }
}

/// The lab's snapshots.
#[derive(Debug)]
pub struct Snapshots {
    lab: PathBuf,
    index: RefCell<Index>,
    /// They are made, gone back to and removed one after another.
    turn: Mutex<()>,
    /// A restore that the engine before had promised. Its files are in place.
    promised: RefCell<Option<Intent>>,
    /// What nothing refers to any more.
    leftovers: RefCell<Vec<PathBuf>>,
}

impl Snapshots {
    /// Opens the lab's snapshots. A restore that was promised is carried out
    /// first, so this comes before anything else of the lab is read.
    ///
    /// # Errors
    /// When a file of state cannot be read, or is of a newer version, or the
    /// restore cannot be carried out.
    pub fn open(config: &Config, store: &Store) -> ApiResult<Self> {
        Ok(Self::open_in(&config.state_dir, store)?)
    }

    fn open_in(lab: &Path, store: &Store) -> Result<Self, SnapshotError> {
        let promised = swap::promised(lab)?;
        // Of one that was told only what is to run is left: the lab has gone on.
        if let Some(intent) = promised.as_ref().filter(|intent| !intent.told) {
            store.without_collection(|| swap::carry_out(lab, intent, &swap::to_disk))??;
        }
        let directory = lab.join(DIRECTORY);
        let file = directory.join(index::FILE);
        let mut index: Index = match state_file::load(&file, index::VERSION) {
            // A power cut: without them the lab is whole all the same.
            Err(error @ StateError::Damaged { .. }) => {
                eprintln!("{error}; the lab's snapshots are dropped");
                Index::default()
            }
            loaded => loaded?.unwrap_or_default(),
        };
        let damaged = index.drop_damaged(&machine::boot_id());
        let missing = index.drop_missing(|name| directory.join(name).is_dir());
        if damaged || missing {
            state_file::save(&file, &index, Durability::Process)?;
        }
        let leftovers = unknown(&directory, &index).map_err(SnapshotError::io(&directory))?;
        Ok(Self {
            lab: lab.to_owned(),
            index: RefCell::new(index),
            turn: Mutex::new(()),
            promised: RefCell::new(promised),
            leftovers: RefCell::new(leftovers),
        })
    }

    /// All of them, the oldest first.
    pub fn all(&self) -> Vec<Entry> {
        self.index.borrow().snapshots.clone()
    }

    /// The one of this name.
    ///
    /// # Errors
    /// 404.
    pub fn get(&self, name: &str) -> ApiResult<Entry> {
        let index = self.index.borrow();
        let found = index.snapshots.iter().find(|entry| entry.name == name);
        found
            .cloned()
            .ok_or_else(|| ApiFailure::not_found(format!("No such snapshot: {name}")))
    }

    /// What is to be started because a promised restore says so.
    pub fn coming_back(&self) -> Vec<Comeback> {
        let promised = self.promised.borrow();
        let start = promised.as_ref().map(|intent| intent.start.clone());
        start.unwrap_or_default()
    }

    fn directory(&self) -> PathBuf {
        self.lab.join(DIRECTORY)
    }

    /// A directory for what is in the making, which the index does not know.
    fn unborn(&self) -> ApiResult<PathBuf> {
        let path = self.directory().join(crate::identity::random_id()?);
        let made = DirBuilder::new().recursive(true).mode(0o700).create(&path);
        made.map_err(SnapshotError::io(&path))?;
        Ok(path)
    }

    /// Changes the index and writes it; one that cannot be written stays as it
    /// was.
    fn change<T>(&self, change: impl FnOnce(&mut Index) -> T) -> Result<T, SnapshotError> {
        let mut next = self.index.borrow().clone();
        let answer = change(&mut next);
        let file = self.directory().join(index::FILE);
        state_file::save(&file, &next, Durability::Process)?;
        self.index.replace(next);
        Ok(answer)
    }
}

/// The directories that no entry refers to: a make or a restore that a killed
/// engine had not finished, or has.
fn unknown(directory: &Path, index: &Index) -> io::Result<Vec<PathBuf>> {
    let entries = match fs::read_dir(directory) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
        entries => entries?,
    };
    let mut found = Vec::new();
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let known = index.snapshots.iter().any(|kept| *kept.directory == *name);
        if !known && entry.file_type()?.is_dir() {
            found.push(entry.path());
        }
    }
    Ok(found)
}

/// Removes at once what was to be removed behind a reply.
pub fn sweep_now(lab: &Path) {
    let directory = lab.join(DIRECTORY);
    let index = state_file::load::<Index>(&directory.join(index::FILE), index::VERSION);
    // What a promise needs is not in the index.
    let (Ok(None), Ok(index), Ok(handle)) =
        (swap::promised(lab), index, fs::File::open(&directory))
    else {
        return;
    };
    let found = unknown(&directory, &index.unwrap_or_default());
    for name in found.iter().flatten().filter_map(|path| path.file_name()) {
        // What stays is removed at the engine's next start.
        let _ = plimsoll_store::remove_tree(handle.as_fd(), name);
    }
}

/// Removes a snapshot.
///
/// # Errors
/// 404 for no such snapshot, 500 where the index cannot be written.
pub async fn remove(engine: &Rc<Engine>, name: &str) -> ApiResult<()> {
    let snapshots = &engine.snapshots;
    let _turn = snapshots.turn.lock().await;
    let entry = snapshots.get(name)?;
    snapshots.change(|index| index.remove(name))?;
    engine.sweep(snapshots.directory().join(entry.directory));
    Ok(())
}

/// Ends what the engine before left: a promised restore is entered into the
/// journal and its containers are started, leftovers go. The containers have
/// been loaded.
pub fn settle(engine: &Rc<Engine>) {
    let snapshots = &engine.snapshots;
    for leftover in snapshots.leftovers.take() {
        engine.sweep(leftover);
    }
    for entry in snapshots.all() {
        if entry.unsynced_since.is_some() {
            tokio::task::spawn_local(sync(engine.clone(), entry.directory));
        }
    }
    let Some(intent) = snapshots.promised.take() else {
        return;
    };
    tell_once(engine, &intent);
    let engine = engine.clone();
    tokio::task::spawn_local(async move {
        // Another restore makes a promise of its own, which is not this one's to keep.
        let _turn = engine.snapshots.turn.lock().await;
        // Their records say why if they cannot.
        restore::fulfil(&engine, &intent).await
    });
}

/// Enters a restore into the journal, where the engine before has not.
fn tell_once(engine: &Engine, intent: &Intent) {
    if !intent.told {
        enter_restore(engine, intent);
        swap::note_told(&engine.snapshots.lab, intent);
    }
}

/// The journal only grows: what was undone stays in it, and this says that it
/// counts no more.
fn enter_restore(engine: &Engine, intent: &Intent) {
    let data = json!({"since": intent.seq});
    engine.journal.append(kind::LAB_RESTORE, &intent.name, data);
}

/// Has a snapshot's files written to the disk, and notes it: one that is found
/// unsynced after a reboot is in doubt, and dropped.
async fn sync(engine: Rc<Engine>, directory: String) {
    tokio::time::sleep(PAUSE).await;
    let path = engine.snapshots.directory();
    let synced = tokio::task::spawn_blocking(move || {
        Ok::<(), io::Error>(rustix::fs::syncfs(fs::File::open(path)?)?)
    });
    if matches!(synced.await, Ok(Ok(()))) {
        note_synced(&engine, &directory).await;
    }
}

/// A restore writes the index too, beside this thread: in its turn.
async fn note_synced(engine: &Engine, directory: &str) {
    let snapshots = &engine.snapshots;
    let _turn = snapshots.turn.lock().await;
    // Left as it is, it is synced once more at the next start.
    let _ = snapshots.change(|index| index.note_synced(directory));
}

#[cfg(test)]
mod tests {
    use super::*;
    use plimsoll_store::Ownership;

    fn open(lab: &Path) -> Result<Snapshots, SnapshotError> {
        let store = Store::open(&lab.join("store"), Ownership::Single).expect("a store");
        Snapshots::open_in(lab, &store)
    }

    fn names(snapshots: &Snapshots) -> Vec<String> {
        let all = snapshots.all().into_iter();
        all.map(|entry| entry.name).collect()
    }

    /// An engine that has the state of a lab and cannot run containers.
    fn engine(lab: &Path) -> Rc<Engine> {
        let config = Config {
            lab: "lab".to_owned(),
            state_dir: lab.to_owned(),
            store_dir: lab.join("store"),
            work_dir: lab.join("work"),
            id_map: plimsoll_host::IdMap::Single {
                starter: plimsoll_host::id_map::Starter { uid: 0, gid: 0 },
            },
            grading: false,
            publish_on_host: false,
            pid_on_host: 0,
            program: PathBuf::new(),
        };
        Rc::new(Engine::open(config).expect("an engine"))
    }

    /// On one thread, as the engine itself runs.
    fn on_one_thread(doing: impl Future<Output = ()>) {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime");
        tokio::task::LocalSet::new().block_on(&runtime, doing);
    }

    /// Lets everything happen that can.
    async fn settled() {
        for _ in 0..100 {
            tokio::task::yield_now().await;
        }
    }

    fn restores(lab: &Path) -> usize {
        let journal = fs::read_to_string(lab.join("journal.jsonl")).expect("a journal");
        journal.matches(kind::LAB_RESTORE).count()
    }

    #[test]
    fn a_promise_is_kept_when_what_ran_was_started_and_not_before() {
        let lab = lab();
        let promise = lab.path().join("restore.json");
        let start = vec![Comeback {
            id: "back".to_owned(),
            status: plimsoll_api::ContainerStatus::Running,
            network: None,
        }];
        let intent = Intent::new("a", "leftover", 1, start);
        swap::promise(lab.path(), &intent, &swap::to_disk).expect("a promise");
        on_one_thread(async {
            let engine = engine(lab.path());
            let record = crate::containers::Record {
                id: "back".to_owned(),
                ..Default::default()
            };
            let directory = lab.path().join("containers/back");
            let container = crate::containers::Container::new(directory, record);
            let container = Rc::new(container.expect("a container"));
            engine.containers.insert(container.clone());
            let starting = container.operation.lock().await;
            settle(&engine);
            settled().await;
            assert!(promise.exists(), "a kill here must not lose what ran");
            assert_eq!(restores(lab.path()), 1);
            // As the next engine would find it: what happens from now on counts.
            let next = swap::promised(lab.path()).expect("readable");
            assert!(next.expect("a promise").told);
            let newer = index::tests::entry("newer", 2);
            fs::create_dir(lab.path().join("snapshots/of-newer")).expect("a directory");
            engine
                .snapshots
                .change(|index| index.enter(newer))
                .expect("entered");
            assert_eq!(names(&open(lab.path()).expect("it opens")), ["a", "newer"]);
            drop(starting);
            while promise.exists() {
                tokio::task::yield_now().await;
            }
            assert_eq!(restores(lab.path()), 1, "it is told once");
        });
    }

    #[test]
    fn a_late_sync_does_not_bring_back_what_a_restore_forgot() {
        let lab = lab();
        on_one_thread(async {
            let engine = engine(lab.path());
            let turn = engine.snapshots.turn.lock().await;
            let noting = engine.clone();
            let noted = tokio::task::spawn_local(async move { note_synced(&noting, "of-a").await });
            settled().await;
            // A restore has written the file; this engine's index comes after it.
            let file = lab.path().join("snapshots/index.json");
            state_file::save(&file, &Index::default(), Durability::Process).expect("it saves");
            settled().await;
            let on_disk = state_file::load::<Index>(&file, index::VERSION).expect("it loads");
            assert_eq!(on_disk, Some(Index::default()));
            assert!(!noted.is_finished());
            engine.snapshots.index.replace(Index::default());
            drop(turn);
            noted.await.expect("no panic");
            let on_disk = state_file::load::<Index>(&file, index::VERSION).expect("it loads");
            assert_eq!(on_disk, Some(Index::default()));
        });
    }

    #[test]
    fn a_snapshot_whose_files_are_gone_is_dropped() {
        let lab = lab();
        fs::remove_dir(lab.path().join("snapshots/of-a")).expect("removed");
        assert_eq!(names(&open(lab.path()).expect("it opens")), [""; 0]);
        let file = lab.path().join("snapshots/index.json");
        let on_disk = state_file::load::<Index>(&file, index::VERSION).expect("it loads");
        assert_eq!(on_disk, Some(Index::default()));
    }

    /// A lab whose snapshot `a` is in `snapshots/of-a`, beside a leftover.
    fn lab() -> tempfile::TempDir {
        let dir = tempfile::tempdir().expect("a directory");
        for name in ["snapshots/of-a", "snapshots/leftover", "containers"] {
            fs::create_dir_all(dir.path().join(name)).expect("directories");
        }
        let mut index = Index::default();
        index.enter(index::tests::entry("a", 1));
        let file = dir.path().join("snapshots/index.json");
        state_file::save(&file, &index, Durability::Process).expect("it saves");
        dir
    }

    #[test]
    fn what_the_index_does_not_know_is_left_over() {
        let lab = lab();
        let snapshots = open(lab.path()).expect("it opens");
        assert_eq!(names(&snapshots), ["a"]);
        let leftover = lab.path().join("snapshots/leftover");
        assert_eq!(*snapshots.leftovers.borrow(), [leftover]);
        sweep_now(lab.path());
        let left = fs::read_dir(lab.path().join("snapshots")).expect("it lists");
        assert_eq!(left.count(), 2, "the index and its snapshot");
    }

    #[test]
    fn a_damaged_index_costs_the_snapshots_and_not_the_lab() {
        let lab = lab();
        let file = lab.path().join("snapshots/index.json");
        fs::write(&file, "").expect("it writes");
        assert_eq!(names(&open(lab.path()).expect("it opens")), [""; 0]);
        let newer = r#"{"version":9}"#;
        fs::write(&file, newer).expect("it writes");
        assert!(open(lab.path()).is_err(), "a newer one is not ours to drop");
    }

    #[test]
    fn a_promise_is_carried_out_before_anything_is_read_and_swept_by_nobody() {
        let lab = lab();
        let staged = lab.path().join("snapshots/leftover/containers/back");
        fs::create_dir_all(staged).expect("directories");
        let intent = Intent::new("a", "leftover", 1, Vec::new());
        swap::promise(lab.path(), &intent, &swap::to_disk).expect("a promise");
        sweep_now(lab.path());
        let snapshots = open(lab.path()).expect("it opens");
        assert!(lab.path().join("containers/back").exists());
        assert!(
            snapshots.promised.borrow().is_some(),
            "it is still to be told"
        );
    }
}
