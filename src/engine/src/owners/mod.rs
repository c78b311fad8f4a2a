//! Who owns what in a lab with one user: changes of owners and new devices,
//! recorded as containers make them.
//!
//! Where there is one user the kernel can neither give a file away nor make a
//! device. A container's calls wait for one thread of the engine's
//! ([`Owners`]), which has the runtime find the file and writes a record beside
//! it ([`places`]). One thread for all containers, and none before the first:
//! calls are short, each container has one turn at a time, and nobody who does
//! not change owners ever waits.
//!
//! When the engine ends, its lab ends; until then a call is always answered.
//! Where the kernel cannot tell ([`Keeping::Forgotten`]), such calls succeed
//! and are forgotten, in the container's own filter.

mod places;

use std::cell::{Cell, OnceCell};
use std::collections::BTreeMap;
use std::io;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};

use nix::errno::Errno;
use nix::sys::epoll::{Epoll, EpollCreateFlags, EpollEvent, EpollFlags, EpollTimeout};
use plimsoll_runtime::owners::Listener;
use plimsoll_runtime::sys;
use plimsoll_runtime::zygote::Created;

pub use places::Places;

use crate::containers::Container;
use crate::engine::Engine;

/// How much is seen in one look.
const EVENTS: usize = 16;

/// What becomes of a change of owners.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Keeping {
    /// The files really change hands: there are many users.
    Kept,
    /// It is written down.
    Recorded,
    /// It succeeds and nothing changes: the kernel cannot tell, or what runs
    /// the lab is itself watched in this way.
    Forgotten,
}

impl Keeping {
    /// As `/plimsoll/v1/lab` has it.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Recorded => "recorded",
            Self::Forgotten => "forgotten",
        }
    }
}

/// The engine's side of it.
#[derive(Debug)]
pub struct Owners {
    keeping: Cell<Keeping>,
    thread: OnceCell<Arc<Watching>>,
}

/// What the thread shares with the engine.
#[derive(Debug)]
struct Watching {
    epoll: Epoll,
    watched: Mutex<Watched>,
}

#[derive(Debug, Default)]
struct Watched {
    next: u64,
    /// The thread has ended, however that came.
    left: bool,
    all: BTreeMap<u64, Arc<(Listener, Arc<Places>)>>,
}

impl Owners {
    /// For a lab with one user, or with many.
    #[must_use]
    pub fn new(single_user: bool) -> Self {
        let keeping = match single_user {
            false => Keeping::Kept,
            true if sys::has_notifications() => Keeping::Recorded,
            true => Keeping::Forgotten,
        };
        Self {
            keeping: Cell::new(keeping),
            thread: OnceCell::new(),
        }
    }

    /// What becomes of a change, as far as is known.
    pub fn keeping(&self) -> Keeping {
        self.keeping.get()
    }

    /// Answers what comes from there until no process is left that could ask.
    fn watch(&self, listener: Listener, places: Arc<Places>) -> io::Result<()> {
        let thread = match self.thread.get() {
            Some(thread) => thread,
            None => {
                let made = Watching::begin()?;
                self.thread.get_or_init(|| made)
            }
        };
        thread.add(listener, places)
    }
}

impl Watching {
    fn begin() -> io::Result<Arc<Self>> {
        let made = Arc::new(Self {
            epoll: Epoll::new(EpollCreateFlags::EPOLL_CLOEXEC)?,
            watched: Mutex::default(),
        });
        let watching = made.clone();
        std::thread::Builder::new()
            .name("owners".to_owned())
            .stack_size(256 * 1024)
            .spawn(move || {
                let _leave = Leave(&watching);
                watching.serve();
            })?;
        Ok(made)
    }

    fn add(&self, listener: Listener, places: Arc<Places>) -> io::Result<()> {
        let mut watched = self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        if watched.left {
            return Ok(());
        }
        let key = watched.next;
        watched.next += 1;
        self.epoll
            .add(&listener, EpollEvent::new(EpollFlags::EPOLLIN, key))?;
        watched.all.insert(key, Arc::new((listener, places)));
        Ok(())
    }

    fn serve(&self) {
        let mut events = [EpollEvent::empty(); EVENTS];
        loop {
            let count = match self.epoll.wait(&mut events, EpollTimeout::NONE) {
                Ok(count) => count,
                Err(Errno::EINTR) => continue,
                // It is ours and open: it cannot fail.
                Err(_) => return,
            };
            for event in &events[..count] {
                self.turn(event);
            }
        }
    }

    /// One call of one container; or its end.
    fn turn(&self, event: &EpollEvent) {
        let key = event.data();
        let lock = || self.watched.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(one) = lock().all.get(&key).cloned() else {
            return;
        };
        let (listener, places) = &*one;
        let served = match event.events().contains(EpollFlags::EPOLLIN) {
            true => listener.serve(&mut |change| places.carry_out(change)),
            false => Err(Errno::EPIPE),
        };
        if served.is_err() {
            // Closed with the last of its owners; epoll forgets it then.
            lock().all.remove(&key);
        }
    }
}

/// However the thread ends, nobody waits for it after that: closed, a listener
/// makes calls fail with ENOSYS.
struct Leave<'a>(&'a Watching);

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        let lock = self.0.watched.lock();
        let mut watched = lock.unwrap_or_else(PoisonError::into_inner);
        watched.left = true;
        watched.all.clear();
    }
}

/// Begins to record for a container that has been made and not yet started.
///
/// # Errors
/// What the system says where its files cannot be looked at.
pub fn begin(
    engine: &Rc<Engine>,
    container: &Rc<Container>,
    created: &mut Created,
) -> io::Result<()> {
    container.places.take();
    join(engine, container, created.pid, created)
}

/// The same for a process that is added to the container whose init is `init`.
///
/// # Errors
/// As [`begin`].
pub fn join(
    engine: &Rc<Engine>,
    container: &Rc<Container>,
    init: i32,
    created: &mut Created,
) -> io::Result<()> {
    let owners = &engine.owners;
    let Some(listener) = created.owners.take() else {
        if owners.keeping() == Keeping::Recorded {
            owners.keeping.set(Keeping::Forgotten);
        }
        return Ok(());
    };
    let known = container.places.borrow().clone();
    let places = match known {
        Some(places) => places,
        None => {
            let made = Arc::new(Places::of(container, init)?);
            container.places.replace(Some(made.clone()));
            made
        }
    };
    owners.watch(listener, places)
}
